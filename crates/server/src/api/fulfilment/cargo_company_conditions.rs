//! Cargo company conditions (contract 13.8).

use onhand_store::tables::cargo_company_conditions::CONDITIONS;

use crate::resource::Resource;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::response_schema;

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
    &response_schema!("CargoCompanyCondition" {
        id: Int,
        created_date: Time,
        modified_date: Time,
        rules_configuration: Object,
        cargo_company: Int,
        pk: Int,
    }),
    &[
        Filter::new("pk", "id", Kind::Int),
        Filter::new("id", "id", Kind::Int),
        Filter::new("cargo_company", "cargo_company_id", Kind::Int),
        Filter::new("created_date", "created_at", Kind::Time),
        Filter::new("modified_date", "modified_at", Kind::Time),
    ],
);
