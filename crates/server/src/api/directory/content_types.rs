//! Content types: the names and numbers of the kinds of object (contract 8).
//!
//! Promises: a number never changes, on any engine or installation; the table is append-only. Read-only.

use crate::http::context::RequestContext;
use crate::wire::error::Error;
use crate::wire::filter::{self, Filter, Kind};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::page;
use crate::wire::response_schema::{ResponseSchema, response_schema};
use onhand_store::Value;
use onhand_store::query::Condition;

/// A content type.
pub const VIEW: ResponseSchema = response_schema!("ContentType" {
    id: Int,
    app_label: Text,
    model: Text,
});

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter { name: "model", column: "model", kind: Kind::Text, sortable: false },
    Filter { name: "app_label", column: "app_label", kind: Kind::Text, sortable: false },
];

struct ContentType {
    id: i64,
    app_label: &'static str,
    model: &'static str,
}

const fn row(id: i64, app_label: &'static str, model: &'static str) -> ContentType {
    ContentType { id, app_label, model }
}

pub use crate::services::content_types::{ORDER, ORDER_ITEM};

/// The numbers of what states are of.
pub const PACKAGE: i64 = 25;
/// See [`PACKAGE`].
pub const PACKAGE_ITEM: i64 = 26;
/// See [`PACKAGE`].
pub const TRANSFER: i64 = 27;
/// See [`PACKAGE`].
pub const TRANSFER_ITEM: i64 = 28;

/// Append only. Clients store the numbers.
const TABLE: &[ContentType] = &[
    row(1, "products", "product"),
    row(ORDER, "orders", "order"),
    row(ORDER_ITEM, "orders", "orderitem"),
    row(4, "catalogs", "stocklist"),
    row(5, "catalogs", "productstock"),
    row(6, "catalogs", "pricelist"),
    row(7, "catalogs", "productprice"),
    row(8, "catalogs", "catalog"),
    row(9, "catalogs", "catalogitem"),
    row(10, "channels", "channel"),
    row(11, "integrations", "batchrequest"),
    row(12, "integrations", "integrationaction"),
    row(13, "products", "productimage"),
    row(14, "categories", "categorytree"),
    row(15, "categories", "categorynode"),
    row(16, "categories", "productcategory"),
    row(17, "marketplaces", "marketplaceattributeset"),
    row(18, "marketplaces", "marketplaceattributesetconfig"),
    row(19, "marketplaces", "marketplaceattribute"),
    row(20, "marketplaces", "marketplaceattributeschema"),
    row(21, "marketplaces", "marketplaceattributevalue"),
    row(22, "marketplaces", "marketplaceattributevalueconfig"),
    row(23, "orders", "cancellationrequest"),
    row(24, "integrations", "integrationmapping"),
    row(PACKAGE, "oms", "package"),
    row(PACKAGE_ITEM, "oms", "packageitem"),
    row(TRANSFER, "oms", "transferorder"),
    row(TRANSFER_ITEM, "oms", "transferitem"),
    row(29, "oms", "inventorydiscrepancy"),
    row(30, "oms", "stocklocation"),
    row(31, "oms", "stockcount"),
];

/// Every model, by which objects are named in batches and actions.
pub const MODELS: &[&str] = &{
    let mut models = [""; TABLE.len()];
    let mut index = 0;
    while index < TABLE.len() {
        models[index] = TABLE[index].model;
        index += 1;
    }
    models
};

fn of(number: i64) -> Option<&'static ContentType> {
    TABLE.get(usize::try_from(number.checked_sub(1)?).ok()?)
}

/// The model with this number.
pub fn model(number: i64) -> Option<&'static str> {
    of(number).map(|row| row.model)
}

/// The room that the model with this number belongs to.
pub fn app_label(number: i64) -> Option<&'static str> {
    of(number).map(|row| row.app_label)
}

/// The number of a model.
pub fn number(model: &str) -> Option<i64> {
    TABLE.iter().find(|row| row.model == model).map(|row| row.id)
}

/// What stands for the column `kind` in a filter by model, until [`number_kinds`] has made numbers of the models.
pub const NAME_OF_KIND: &str = "the model of kind";

/// Turns conditions on models into conditions on their numbers.
pub fn number_kinds(conditions: &mut [Condition]) {
    for condition in conditions.iter_mut().filter(|condition| condition.column == NAME_OF_KIND) {
        let of = |value: &Value<'_>| match value {
            Value::Text(model) => number(model).map(Value::Int),
            _ => None,
        };
        condition.values = condition.values.iter().filter_map(of).collect();
        condition.column = "kind";
    }
}

/// `GET content_types/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = filter::parse(FILTERS, &call.query, call.zone())?;
    let fits = |row: &&ContentType| {
        query.listing.conditions.iter().all(|condition| {
            let found = if condition.column == "model" { row.model } else { row.app_label };
            condition.values.iter().any(|value| *value == onhand_store::Value::from(found))
        })
    };
    let page = page::of_all(&query, TABLE.iter().filter(fits).collect())?;
    call.page(&query, &page, |out, row| write(out, row))
}

/// `GET content_types/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = call.id()?;
    let row = TABLE.iter().find(|row| row.id == id).ok_or_else(Error::not_found)?;
    Ok(ApiResponse::written(|out| write(out, row)))
}

fn write(out: &mut String, row: &ContentType) {
    Object::open(out).int("id", row.id).text("app_label", row.app_label).text("model", row.model).close();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_models_are_unique() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.id, index as i64 + 1, "append only");
            assert!(TABLE.iter().filter(|other| other.model == row.model).count() == 1, "{}", row.model);
        }
        assert_eq!(TABLE[ORDER_ITEM as usize - 1].model, "orderitem");
        for kind in onhand_core::channel_sync::ObjectKind::ALL {
            assert_eq!(model(kind.number()), Some(kind.model()), "the feed's own words are these");
        }
    }
}
