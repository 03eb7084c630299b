//! Retail stores and cargo companies (contract 11, contract C8.1).

use onhand_core::StockListId;
use onhand_core::fulfilment::Coordinates;
use onhand_store::Tx;
use onhand_store::resource::{self, Record};
use onhand_store::tables::stores::{self, CARGO_COMPANIES, NearFilter, OF_CHANNEL, STORES};

use super::geography::{CITY, DISTRICT, TOWNSHIP};
use crate::http::context::RequestContext;
use crate::http::route::{Holds, Parameter, parameter};
use crate::resource::{Expand, OwnerScope, Resource, Taken, Unique, judge, null_blanks, write_with};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind, LIMIT_DEFAULT};
use crate::wire::form::boolean_text;
use crate::wire::json::{self, ApiResponse, Object};
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

const fn properties(township: PropertyType, district: PropertyType) -> [Property; 22] {
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
        property("stock_list", PropertyType::IntOrNull),
        property("distance", PropertyType::Number),
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
    unique: &[
        Unique { index: "retail_store_erp_code", taken: Taken::Field("erp_code") },
        Unique {
            index: "retail_store_stock_list_id",
            taken: Taken::Refused("stock_list_has_store", "This stock list has a retail store."),
        },
    ],
    own: Some(OwnerScope::Among(OF_CHANNEL)),
    rule: Some(|_, draft| {
        null_blanks(draft.record, &["erp_code"]);
        stores::locate(draft.record);
        judge(Ok(()))
    }),
    // Without a point there is no distance to it.
    more: Some(|name, _| (name == "distance").then(|| "null".to_owned())),
    list_by: Some((NEAR, |call| Box::pin(list_near(call)))),
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
            Field::list(
                "store_hours",
                "When it is open: one entry for every day, or seven from Monday on, each a pair of local times, a list \
                 of pairs, or null.",
            )
            .required(),
            Field::number("latitude", 90, "Where it is.").nullable(),
            Field::number("longitude", 180, "Where it is.").nullable(),
            Field::pk("stock_list", "The list that counts its stock, for sourcing. It is no other store's.").nullable(),
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
            Filter::new("stock_list", "COALESCE(stock_list_id, 0)", Kind::Int),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// What lists the stores nearest to a point.
const NEAR: &[Parameter] = &[parameter("near", Holds::Text(POINT_CHARS_MAX))];
/// Characters of a point, `latitude,longitude`.
const POINT_CHARS_MAX: usize = 64;
/// Stores of one answer.
const NEAR_MAX: i64 = 100;

/// `GET retail_stores/?near=41.0082,28.9784`: the nearest stores, nearest first, so many as `limit` says. One part of
/// the filters can be combined with it: those that the search of the grid has.
async fn list_near(call: RequestContext) -> Result<ApiResponse, Error> {
    let mut errors = FieldErrors::default();
    let (mut near, mut limit) = (None, LIMIT_DEFAULT);
    let mut filter = NearFilter { channel: call.channel, ..NearFilter::default() };
    for (name, text) in &call.query {
        let fault = match name.as_str() {
            "near" => {
                near = text.split_once(',').and_then(|(latitude, longitude)| Coordinates::parse(latitude, longitude));
                near.is_none().then_some("Send latitude,longitude in degrees, like 41.0082,28.9784.")
            }
            "limit" => {
                limit = text.parse().unwrap_or(0).min(NEAR_MAX);
                (limit < 1).then_some("A whole number of at least 1 is required.")
            }
            "is_active" => {
                filter.is_active = boolean_text(text);
                filter.is_active.is_none().then_some("Must be a valid boolean.")
            }
            "click_and_collect" => {
                filter.click_and_collect = boolean_text(text);
                filter.click_and_collect.is_none().then_some("Must be a valid boolean.")
            }
            "stock_list" => {
                filter.list = text.parse().ok().map(StockListId::new);
                filter.list.is_none().then_some("Enter a number.")
            }
            _ => Some("This cannot be combined with near."),
        };
        fault.into_iter().for_each(|fault| errors.add(name, fault));
    }
    errors.into_result()?;
    let Some(near) = near else { return Err(Error::field("near", "This field is required.")) };
    let body = async move |tx: &mut Tx<'_>| {
        let found = stores::nearest(tx, near, filter, (limit as usize, None)).await?;
        let ids: Vec<i64> = found.iter().map(|store| store.id).collect();
        let records = resource::by_ids(tx, &STORES, &ids).await?;
        Ok((found, records))
    };
    let (found, records) = call.app.store.read("stores.nearest", body).await?;
    let rows: Vec<(i64, &Record)> = found
        .iter()
        .filter_map(|store| Some((store.metres, records.iter().find(|record| record.id == store.id)?)))
        .collect();
    Ok(ApiResponse::written(|out| {
        Object::open(out)
            .int("count", rows.len() as i64)
            .raw("next", "null")
            .raw("previous", "null")
            .list("results", &rows, |out, (metres, record)| {
                write_with(&STORE, out, record, ("distance", &json::kilometres(*metres)));
            })
            .close();
    }))
}
