//! What is found by a few typed letters.

use onhand_core::{ChannelId, Order};
use onhand_store::imports::ImportRow;

use crate::http::context::RequestContext;
use crate::services::product_search::FoundProduct;
pub use crate::services::search::TEXT_CHARS_MAX;
use crate::services::search::{self, Found};
use crate::services::stock_tables::NamedList;
use crate::wire::error::Error;
use crate::wire::form;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// The most results of each kind.
const RESULTS_MAX: usize = 5;

/// A product.
const PRODUCT: ResponseSchema = response_schema!("FoundProduct" {
    pk: Int,
    sku: Text,
    name: Text,
});

/// An order.
const ORDER: ResponseSchema = response_schema!("FoundOrder" {
    pk: Int,
    number: Text,
    channel: IntOrNull,
    status: Text,
});

/// An import.
const IMPORT: ResponseSchema = response_schema!("FoundImport" {
    pk: Int,
    cache_key: Text,
    file_name: Text,
    created_date: Time,
});

/// A stock list.
const LIST: ResponseSchema = response_schema!("FoundStockList" {
    pk: Int,
    name: Text,
    code: Text,
});

/// What was found, the likeliest of each kind first.
pub const FOUND: ResponseSchema = response_schema!("Found" {
    products: List(&PRODUCT),
    orders: List(&ORDER),
    imports: List(&IMPORT),
    stock_lists: List(&LIST),
});

/// `GET search/`.
pub async fn find(call: RequestContext) -> Result<ApiResponse, Error> {
    let text = call.query.iter().rfind(|(name, _)| name == "q").map_or("", |(_, text)| text.trim());
    if text.is_empty() {
        return Err(Error::field("q", "This field is required."));
    }
    if text.chars().count() > TEXT_CHARS_MAX {
        let fault = format!("Ensure this field has no more than {TEXT_CHARS_MAX} characters.");
        return Err(Error::field("q", fault));
    }
    if text.contains('\0') {
        return Err(Error::field("q", form::NO_NULLS));
    }
    let found = search::search(&call.app, &call.requester(), text, RESULTS_MAX).await?;
    Ok(ApiResponse::written(|out| write(out, &found)))
}

fn write(out: &mut String, found: &Found) {
    Object::open(out)
        .list("products", &found.products, write_product)
        .list("orders", &found.orders, write_order)
        .list("imports", &found.imports, write_import)
        .list("stock_lists", &found.lists, write_list)
        .close();
}

fn write_product(out: &mut String, product: &FoundProduct) {
    Object::open(out).int("pk", product.id.get()).text("sku", &product.sku).text("name", &product.name).close();
}

fn write_order(out: &mut String, order: &Order) {
    Object::open(out)
        .int("pk", order.id.get())
        .text("number", &order.number)
        .int_or_null("channel", order.channel.map(ChannelId::get))
        .text("status", &order.status.code().to_string())
        .close();
}

fn write_import(out: &mut String, import: &ImportRow) {
    Object::open(out)
        .int("pk", import.id.get())
        .text("cache_key", &import.cache_key)
        .text("file_name", &import.file_name)
        .time("created_date", import.created_at)
        .close();
}

fn write_list(out: &mut String, list: &NamedList) {
    Object::open(out).int("pk", list.id.get()).text("name", &list.name).text("code", &list.code).close();
}
