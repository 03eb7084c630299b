//! Products, as much of them as stock needs.

use axum::http::StatusCode;
use onhand_core::{ProductId, SKU_CHARS_MAX};
use onhand_store::tables::products::{KNOWN, ProductRow};

use crate::api::channels::mapped_products::IMAGE;
use crate::http::context::RequestContext;
use crate::resource::{self, Resource};
use crate::services::products::{self, ProductEdit};
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
static RECORD: Resource = Resource::new(&KNOWN, ("products", "products/{id}"), "product", FIELDS, &VIEW, FILTERS);

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
    let query = call.listing(FILTERS)?;
    let page = products::page(&call.app, &call.requester(), query.listing.clone()).await?;
    call.page(&query, &page, write)
}

/// `GET products/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let product = products::by_id(&call.app, &call.requester(), ProductId::new(call.id()?)).await?;
    Ok(reply(StatusCode::OK, &product))
}

/// `POST products/`.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(FIELDS, Mode::Whole).await?;
    let product = products::create(&call.app, form.string("sku").unwrap_or_default(), edit(&form)).await?;
    Ok(reply(StatusCode::CREATED, &product))
}

/// `DELETE products/{id}/`. One that has a stock, a price or a catalog stays.
pub async fn remove(call: RequestContext) -> Result<ApiResponse, Error> {
    resource::remove(call, &RECORD).await
}

/// `PATCH products/{id}/`.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = ProductId::new(call.id()?);
    let form = call.form(FIELDS, Mode::Partial).await?;
    Ok(reply(StatusCode::OK, &products::update(&call.app, id, edit(&form)).await?))
}

fn edit(form: &Form) -> ProductEdit {
    ProductEdit {
        sku: form.string("sku"),
        name: form.string("name"),
        base_code: form.string("base_code"),
        is_active: form.bool("is_active"),
        attributes: form.string("attributes"),
        extra_field: form.string("extra_field"),
    }
}
