//! Products as a channel's program maps them to its marketplace, and the lists it looks at on the way.
//!
//! Promises: a product that the channel is offered is mapped by its own attributes, each under its own name; one that
//! it is not offered is rejected in the way that costs the program this product and not its batch. No marketplace's
//! sets of attributes and no pictures are kept here, so their lists are there, and empty.

use std::collections::BTreeSet;

use onhand_store::Tx;
use onhand_store::channel_sync::channel_scope::ChannelScope;
use onhand_store::query::Page;
use onhand_store::resource::{self, Record};
use onhand_store::tables::products::PRODUCTS;
use serde_json::{Map, Value};

use crate::http::context::RequestContext;
use crate::wire::error::Error;
use crate::wire::filter::{Filter, Kind};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// A mapped product. Of the values, each name of an attribute leads to one `MappedAttribute`.
pub const VIEW: ResponseSchema = response_schema!("MappedProduct" {
    pk: Int,
    id: Int,
    sku: Text,
    mapped_attributes: Object,
    attribute_set_id: IntOrNull,
    attribute_set_name: TextOrNull,
    attribute_set_remote_id: TextOrNull,
    mapped_attribute_values: Object,
    modified_date: Time,
});

/// A marketplace's demand of an attribute; none is kept.
pub const CONFIG: ResponseSchema = response_schema!("AttributeConfig" {
    pk: Int,
    attribute: Object,
    attribute_set: Object,
    attribute_remote_id: TextOrNull,
    is_required: Bool,
    is_variant: Bool,
    is_custom: Bool,
    is_meta: Bool,
});

/// The filters of the demands.
pub const CONFIG_FILTERS: &[Filter] =
    &[Filter::new("attribute_set", "attribute_set", Kind::Int), Filter::new("attribute", "attribute", Kind::Int)];

/// A picture of a product; none is kept.
pub const IMAGE: ResponseSchema = response_schema!("ProductImage" {
    pk: Int,
    product: Int,
    image: Text,
    order: Int,
    modified_date: Time,
});

/// The filters of the pictures.
pub const IMAGE_FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("product", "product", Kind::Int),
    Filter::only("product__pk", "product", Kind::Int),
];

/// `GET mapped_products/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let (channel, id) = (call.own_channel()?, call.id()?);
    let find = async move |tx: &mut Tx<'_>| {
        let Some(product) = resource::by_id(tx, &PRODUCTS, id).await? else { return Ok(None) };
        let offered = ChannelScope::of(tx, channel).await?.products(tx, &BTreeSet::from([id])).await?;
        Ok(Some(product).filter(|product| product.flag("is_active") && offered.contains(&id)))
    };
    let found = call.app.store.read_inline("products.mapped", find).await?;
    let product = found.ok_or_else(|| not_offered(id))?;
    Ok(ApiResponse::written(|out| write(out, &product)))
}

/// The program goes on with its other products after this answer, and after no other; it reads `error`.
fn not_offered(id: i64) -> Error {
    let text = format!("The product {id} is not offered to this channel.");
    let more = Map::from_iter([("error".to_owned(), Value::String(text.clone()))]);
    Error::Refused { code: "product_not_offered", text, more }
}

fn write(out: &mut String, product: &Record) {
    let (sku, attributes) = (product.text("sku").unwrap_or_default(), product.text("attributes").unwrap_or("{}"));
    let parsed: Map<String, Value> = serde_json::from_str(attributes).unwrap_or_default();
    let mut values = String::new();
    let mut object = Object::open(&mut values);
    for (name, value) in &parsed {
        object = object.raw(name, &mapped(name, value));
    }
    object.close();
    Object::open(out)
        .int("pk", product.id)
        .int("id", product.id)
        .text("sku", sku)
        .raw("mapped_attributes", attributes)
        .int_or_null("attribute_set_id", None)
        .text_or_null("attribute_set_name", None)
        .text_or_null("attribute_set_remote_id", None)
        .raw("mapped_attribute_values", &values)
        .time("modified_date", product.modified_at)
        .close();
}

/// An attribute that no marketplace has defined: its name and its value are its own, and nothing is demanded of it.
fn mapped(name: &str, value: &Value) -> String {
    let label = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut text = String::new();
    Object::open(&mut text)
        .text("attribute_name", name)
        .text("label", &label)
        .raw("value", &value.to_string())
        .text_or_null("attribute_remote_id", None)
        .bool("is_required", false)
        .bool("is_variant", false)
        .bool("is_custom", true)
        .bool("is_meta", false)
        .close();
    text
}

/// A list of what is not kept. What is asked for is read all the same: an unknown filter is a fault here, too.
#[expect(clippy::unused_async, reason = "a handler is one, also where nothing is waited for")]
pub async fn none(call: RequestContext, filters: &'static [Filter]) -> Result<ApiResponse, Error> {
    call.own_channel()?;
    let query = call.listing(filters)?;
    let page: Page<()> = Page { count: Some(0), rows: Vec::new(), next: None };
    call.page(&query, &page, |_, ()| ())
}
