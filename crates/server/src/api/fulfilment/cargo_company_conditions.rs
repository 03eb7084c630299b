//! Cargo company conditions (contract 13.8).

use onhand_store::tables::cargo_company_conditions::CONDITIONS;

use crate::resource::Resource;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::{PropertyType, ResponseSchema, property};

/// Cargo company conditions.
pub static CONDITION: Resource = Resource::new(
    &CONDITIONS,
    ("oms/cargo-company-conditions", "oms/cargo-company-conditions/{id}"),
    "cargo company condition",
    &[
        Field::pk("cargo_company", "The cargo company.").required(),
        Field::object(
            "rules_configuration",
            "Its rules. They are kept for other programs, and sourcing does not apply them.",
        ),
    ],
    &ResponseSchema {
        name: "CargoCompanyCondition",
        properties: &[
            property("id", PropertyType::Int),
            property("created_date", PropertyType::Time),
            property("modified_date", PropertyType::Time),
            property("rules_configuration", PropertyType::Object),
            property("cargo_company", PropertyType::Int),
            property("pk", PropertyType::Int),
        ],
        open: false,
    },
    &[
        Filter::new("pk", "id", Kind::Int),
        Filter::new("id", "id", Kind::Int),
        Filter::new("cargo_company", "cargo_company_id", Kind::Int),
        Filter::new("created_date", "created_at", Kind::Time),
        Filter::new("modified_date", "modified_at", Kind::Time),
    ],
);
