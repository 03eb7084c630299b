//! Products, as much of them as stock needs.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use onhand_core::{ProductId, SKU_CHARS_MAX};
use onhand_store::channel_sync::channel_scope::{self, ChannelScope};
use onhand_store::tables::products::{self, ProductRow};
use onhand_store::{Error as StoreError, Tx};

use crate::api::channels::mapped_products::IMAGE;
use crate::http::context::RequestContext;
use crate::resource::{self, OwnerScope, Resource};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::view::{Shape, View, property};

/// The body of a product.
pub const FIELDS: &[Field] = &[
    Field::text("sku", SKU_CHARS_MAX, "The natural key; it cannot be changed later.").required().exact(),
    Field::blank("name", 255, "What people call it. The SKU when absent."),
    Field::blank("base_code", 128, "What the variants of one article share.").exact(),
    Field::bool("is_active", "Whether it is sold at all. Default true."),
    Field::object("attributes", "Free attributes."),
    Field::object("extra_field", "Free data."),
];

/// A product.
pub const VIEW: View = View {
    name: "Product",
    properties: &[
        property("pk", Shape::Int),
        property("id", Shape::Int),
        property("sku", Shape::Text),
        property("name", Shape::Text),
        property("base_code", Shape::Text),
        property("product_type", Shape::Text),
        property("parent", Shape::IntOrNull),
        property("listing_code", Shape::TextOrNull),
        property("attribute_set", Shape::IntOrNull),
        property("productimage_set", Shape::List(&IMAGE)),
        property("is_active", Shape::Bool),
        property("attributes", Shape::Object),
        property("extra_field", Shape::Object),
        property("created_date", Shape::Time),
        property("modified_date", Shape::Time),
    ],
    open: false,
};

/// What a channel may read: the products of its catalog, and those that it was sent.
const OWN: OwnerScope = OwnerScope::Among(products::OF_CHANNEL);

/// Simple products are of type 0; there are no others here.
pub const TYPE: Filter = Filter::only("product_type", "CAST(0 AS BIGINT)", Kind::Int);

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("sku", "sku", Kind::Text),
    Filter::new("name", "name", Kind::Text),
    Filter::new("base_code", "base_code", Kind::Text),
    Filter::new("is_active", "is_active", Kind::Bool),
    TYPE,
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// A product, as far as it is a record: it can be removed.
static RECORD: Resource =
    Resource::new(&products::KNOWN, ("products", "products/{id}"), "product", FIELDS, &VIEW, FILTERS);

pub(crate) fn write(out: &mut String, product: &ProductRow) {
    Object::open(out)
        .int("pk", product.id.get())
        .int("id", product.id.get())
        .text("sku", &product.sku)
        .text("name", &product.name)
        .text("base_code", &product.base_code)
        .text("product_type", "0")
        // The vendor's clients read these of every product; there are no groups, sets and pictures here.
        .int_or_null("parent", None)
        .text_or_null("listing_code", None)
        .int_or_null("attribute_set", None)
        .list("productimage_set", &[], |_, ()| ())
        .bool("is_active", product.is_active)
        .raw("attributes", &product.attributes)
        .raw("extra_field", &product.extra_field)
        .time("created_date", product.created_at)
        .time("modified_date", product.modified_at)
        .close();
}

fn reply(status: StatusCode, product: &ProductRow) -> ApiResponse {
    let mut body = String::new();
    write(&mut body, product);
    ApiResponse::text(status, body)
}

/// `GET products/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let mut query = call.listing(FILTERS)?;
    query.listing.conditions.extend(call.channel.map(|channel| OWN.condition(channel)));
    let listing = query.listing.clone();
    let page = call.app.store.read("products.page", async move |tx| products::page(tx, &listing).await).await?;
    call.page(&query, &page, write)
}

/// `GET products/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = ProductId::new(call.id()?);
    let channel = call.channel;
    let body = async move |tx: &mut Tx<'_>| {
        if let Some(channel) = channel {
            let channel_scope = ChannelScope::of(tx, channel).await?;
            if channel_scope::sold(tx, &channel_scope, &BTreeSet::from([id.get()])).await?.is_empty() {
                return Ok(None);
            }
        }
        products::by_id(tx, id).await
    };
    let found = call.app.store.read("products.by_id", body).await?;
    Ok(reply(StatusCode::OK, &found.ok_or_else(Error::not_found)?))
}

/// `POST products/`.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(FIELDS, Mode::Whole).await?;
    let now = call.app.clock.now();
    let sku = form.string("sku").unwrap_or_default();
    let empty = ProductRow {
        id: ProductId::new(0),
        name: sku.clone(),
        sku,
        base_code: String::new(),
        is_active: true,
        attributes: "{}".to_owned(),
        extra_field: "{}".to_owned(),
        created_at: now,
        modified_at: now,
    };
    let product = filled(empty, &form);
    let stored = call.app.store.write("products.insert", async move |tx| products::insert(tx, &product).await).await;
    Ok(reply(StatusCode::CREATED, &stored.map_err(taken)?))
}

/// `DELETE products/{id}/`. One that has a stock, a price or a catalog stays.
pub async fn remove(call: RequestContext) -> Result<ApiResponse, Error> {
    resource::remove(call, &RECORD).await
}

/// `PATCH products/{id}/`.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = ProductId::new(call.id()?);
    let form = call.form(FIELDS, Mode::Partial).await?;
    let now = call.app.clock.now();
    let sku = form.string("sku");
    let stored = call
        .app
        .store
        .write("products.update", async move |tx| {
            let Some(before) = products::locked(tx, id).await? else { return Ok(Err(Error::not_found())) };
            // Stocks, orders and every channel know the product by its SKU.
            if sku.is_some_and(|sku| sku != before.sku) {
                return Ok(Err(Error::field("sku", "This field cannot be changed.")));
            }
            let modified_at = now.later_than(before.modified_at);
            let product = ProductRow { modified_at, ..filled(before, &form) };
            products::update(tx, &product).await?;
            Ok(Ok(product))
        })
        .await?;
    Ok(reply(StatusCode::OK, &stored?))
}

fn filled(product: ProductRow, form: &Form) -> ProductRow {
    ProductRow {
        name: form.string("name").filter(|name| !name.is_empty()).unwrap_or(product.name),
        base_code: form.string("base_code").unwrap_or(product.base_code),
        is_active: form.bool("is_active").unwrap_or(product.is_active),
        attributes: form.string("attributes").unwrap_or(product.attributes),
        extra_field: form.string("extra_field").unwrap_or(product.extra_field),
        ..product
    }
}

fn taken(fault: StoreError) -> Error {
    if fault.is_taken("product_sku") {
        return Error::field("sku", "product with this sku already exists.");
    }
    fault.into()
}
