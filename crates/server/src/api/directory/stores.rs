//! Retail stores and cargo companies (contract 11, contract C8.1).

use onhand_store::tables::stores::{CARGO_COMPANIES, OF_CHANNEL, STORES};

use super::geography::{CITY, DISTRICT, TOWNSHIP};
use crate::resource::{Expand, OwnerScope, Resource, Taken, Unique, judge, null_blanks};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::{Property, PropertyType, ResponseSchema, property, response_schema};

/// Companies that carry parcels.
pub static CARGO: Resource = Resource {
    unique: &[
        Unique { index: "cargo_company_name", taken: Taken::Field("name") },
        Unique { index: "cargo_company_erp_code", taken: Taken::Field("erp_code") },
    ],
    rule: Some(|_, draft| {
        null_blanks(draft.record, &["erp_code"]);
        judge(Ok(()))
    }),
    ..Resource::new(
        &CARGO_COMPANIES,
        ("cargos", "cargos/{id}"),
        "cargo company",
        &[
            Field::text("name", 128, "Unique name.").required(),
            Field::blank("erp_code", 64, "Its code in the ERP, by which channels name it; unique.").nullable().exact(),
            Field::blank("shipping_company", 64, "The company behind it, as orders name it."),
            Field::bool("is_active", "Whether it is in use. Default true."),
        ],
        &response_schema!(resource "CargoCompany" {
            name: Text,
            erp_code: TextOrNull,
            shipping_company: Text,
            is_active: Bool,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("erp_code", "COALESCE(erp_code, '')", Kind::Text),
            Filter::new("shipping_company", "shipping_company", Kind::Text),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

const fn properties(township: PropertyType, district: PropertyType) -> [Property; 20] {
    [
        property("pk", PropertyType::Int),
        property("id", PropertyType::Int),
        property("name", PropertyType::Text),
        property("erp_code", PropertyType::TextOrNull),
        property("township", township),
        property("district", district),
        property("address", PropertyType::Text),
        property("phone_number", PropertyType::Text),
        property("fax_phone_number", PropertyType::Text),
        property("channels", PropertyType::Ints),
        property("store_type", PropertyType::IntOrNull),
        property("click_and_collect", PropertyType::Bool),
        property("store_hours", PropertyType::Any),
        property("latitude", PropertyType::Number),
        property("longitude", PropertyType::Number),
        property("fast_delivery", PropertyType::Bool),
        property("kapida_enabled", PropertyType::Bool),
        property("is_active", PropertyType::Bool),
        property("created_date", PropertyType::Time),
        property("modified_date", PropertyType::Time),
    ]
}

static TOWNSHIP_DETAILED: Expand = Expand {
    paths: ("", ""),
    view: &response_schema!("DetailedTownship" {
        pk: Int,
        id: Int,
        is_active: Bool,
        name: Text,
        city: Object,
    }),
    expands: &[("city", &CITY, None)],
};

/// Retail stores.
pub static STORE: Resource = Resource {
    unique: &[Unique { index: "retail_store_erp_code", taken: Taken::Field("erp_code") }],
    own: Some(OwnerScope::Among(OF_CHANNEL)),
    rule: Some(|_, draft| {
        null_blanks(draft.record, &["erp_code"]);
        judge(Ok(()))
    }),
    detail: Some(&Expand {
        paths: ("retail_stores/detailed", "retail_stores/{id}/detailed"),
        view: &ResponseSchema {
            name: "DetailedRetailStore",
            properties: &properties(PropertyType::One(TOWNSHIP_DETAILED.view), PropertyType::ObjectOrNull),
            open: false,
        },
        expands: &[("township", &TOWNSHIP, Some(&TOWNSHIP_DETAILED)), ("district", &DISTRICT, None)],
    }),
    ..Resource::new(
        &STORES,
        ("retail_stores", "retail_stores/{id}"),
        "retail store",
        &[
            Field::text("name", 255, "Its name.").required(),
            Field::blank("erp_code", 64, "Its code in the ERP; unique.").nullable().exact(),
            Field::pk("township", "Its township.").required(),
            Field::pk("district", "Its district.").nullable(),
            Field::blank("address", 512, "Its address.").required(),
            Field::blank("phone_number", 64, "Its telephone.").required(),
            Field::blank("fax_phone_number", 64, "Its fax.").required(),
            Field::pks("channels", "The channels that it serves.").required(),
            Field::int("store_type", 0, 2_147_483_647, "Its type.").nullable().required(),
            Field::bool("click_and_collect", "Whether orders can be fetched there.").required(),
            Field::list("store_hours", "When it is open.").required(),
            Field::number("latitude", 90, "Where it is.").nullable(),
            Field::number("longitude", 180, "Where it is.").nullable(),
            Field::bool("fast_delivery", "Whether it delivers at once."),
            Field::bool("kapida_enabled", "Whether it is paid at the door."),
            Field::bool("is_active", "Whether it is in use.").required(),
        ],
        &ResponseSchema {
            name: "RetailStore",
            properties: &properties(PropertyType::Int, PropertyType::IntOrNull),
            open: false,
        },
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("erp_code", "COALESCE(erp_code, '')", Kind::Text),
            Filter::new("township", "township_id", Kind::Int),
            Filter::new("click_and_collect", "click_and_collect", Kind::Bool),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};
