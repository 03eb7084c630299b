//! Products, as much of them as stock needs.

use onhand_core::SKU_CHARS_MAX;
use onhand_store::tables::products::{OF_CHANNEL, PRODUCTS};

use crate::api::channels::mapped_products::IMAGE;
use crate::http::route::RefusedBy;
use crate::resource::{Draft, OwnerScope, Resource, Taken, Unique, judge};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::response_schema;

/// Simple products are of type 0; there are no others here.
pub const TYPE: Filter = Filter::only("product_type", "CAST(0 AS BIGINT)", Kind::Int);

/// Products. A channel may read those of its catalog, and those that it was sent.
pub static PRODUCT: Resource = Resource {
    unique: &[Unique { index: "product_sku", taken: Taken::Field("sku") }],
    // Stocks, orders and every channel know the product by its SKU.
    fixed: &["sku"],
    own: Some(OwnerScope::Among(OF_CHANNEL)),
    stirs: true,
    refused_by: RefusedBy::Nothing,
    // The vendor's clients read these of every product; there are no groups, sets and pictures here.
    more: Some(|property, _| match property {
        "product_type" => Some("\"0\"".to_owned()),
        "parent" | "listing_code" | "attribute_set" => Some("null".to_owned()),
        "productimage_set" => Some("[]".to_owned()),
        _ => None,
    }),
    rule: Some(|_, draft| {
        keep_name(draft);
        judge(Ok(()))
    }),
    ..Resource::new(
        &PRODUCTS,
        ("products", "products/{id}"),
        "product",
        &[
            Field::text("sku", SKU_CHARS_MAX, "The natural key; it cannot be changed later.").required().exact(),
            Field::blank("name", 255, "What people call it. The SKU when absent."),
            Field::blank("base_code", 128, "What the variants of one article share.").exact(),
            Field::bool("is_active", "Whether it is sold at all. Default true."),
            Field::object("attributes", "Free attributes."),
            Field::object("extra_field", "Free data."),
        ],
        &response_schema!(resource "Product" {
            sku: Text,
            name: Text,
            base_code: Text,
            product_type: Text,
            parent: IntOrNull,
            listing_code: TextOrNull,
            attribute_set: IntOrNull,
            productimage_set: List(&IMAGE),
            is_active: Bool,
            attributes: Object,
            extra_field: Object,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("sku", "sku", Kind::Text),
            Filter::new("name", "name", Kind::Text),
            Filter::new("base_code", "base_code", Kind::Text),
            Filter::new("is_active", "is_active", Kind::Bool),
            TYPE,
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// A blank name keeps the one before; that of a new product is its SKU.
fn keep_name(draft: Draft<'_>) {
    let Draft { record, before, .. } = draft;
    if record.text("name") == Some("") {
        let name = before.map_or_else(|| record.value("sku"), |before| before.value("name")).clone();
        record.set("name", name);
    }
}
