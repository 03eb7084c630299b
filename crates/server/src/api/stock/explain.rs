//! The numbers of a product stock as sums of their parts. Must not know where the parts are found.

use onhand_core::StockId;

use crate::http::context::RequestContext;
use crate::services::number_parts::{self, NumberParts};
use crate::wire::error::Error;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// The level: what was written last, and when it was taken.
pub const LEVEL: ResponseSchema = response_schema!("ExplainedLevel" {
    quantity: Int,
    snapshot_at: TimeOrNull,
    counted_at: TimeOrNull,
    adjusted_at: TimeOrNull,
});

/// What the ERP has not registered.
pub const RESERVED: ResponseSchema = response_schema!("ExplainedReserved" {
    quantity: Int,
    open_quantity: Int,
    open_lines: IntOrNull,
    oldest_open_at: TimeOrNull,
    cart_quantity: Int,
    cart_lines: IntOrNull,
    oldest_cart_at: TimeOrNull,
    external_quantity: Int,
});

/// What the ERP has registered and no level accounts for.
pub const REPORTED: ResponseSchema = response_schema!("ExplainedReported" {
    quantity: Int,
    reported_lines_quantity: Int,
    reported_lines: IntOrNull,
    oldest_registered_at: TimeOrNull,
    moved_quantity: Int,
});

/// What can be sold.
pub const AVAILABLE: ResponseSchema = response_schema!("ExplainedAvailable" {
    quantity: Int,
    without_limits: Int,
    off_sale_since: TimeOrNull,
});

/// The numbers of a stock with their parts.
pub const VIEW: ResponseSchema = response_schema!("StockExplanation" {
    pk: Int,
    product_sku: Text,
    stock_list: Int,
    stock: One(&LEVEL),
    sold_quantity_unreported: One(&RESERVED),
    reported_quantity: One(&REPORTED),
    adjusted_stock: One(&AVAILABLE),
    modified_date: Time,
});

/// `GET product_stocks/{id}/explain/`: `adjusted_stock` is `stock` less the two others, and each of those is the sum of
/// its parts. The number of lines is null where there are more than a hundred.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let parts = number_parts::of_stock(&call.app, &call.requester(), StockId::new(call.id()?)).await?;
    Ok(ApiResponse::written(|out| write(out, &parts)))
}

fn write(out: &mut String, parts: &NumberParts) {
    let NumberParts { stock, open, carts, reported, kept } = parts;
    let object = |write: &dyn Fn(Object<'_>)| {
        let mut text = String::new();
        write(Object::open(&mut text));
        text
    };
    let level = object(&|out| {
        out.int("quantity", stock.on_hand)
            .time_or_null("snapshot_at", stock.snapshot_at)
            .time_or_null("counted_at", stock.counted_at)
            .time_or_null("adjusted_at", stock.adjusted_at)
            .close();
    });
    let reserved = object(&|out| {
        out.int("quantity", stock.reserved)
            .int("open_quantity", open.units)
            .int_or_null("open_lines", open.count)
            .time_or_null("oldest_open_at", open.oldest_at)
            .int("cart_quantity", carts.units)
            .int_or_null("cart_lines", carts.count)
            .time_or_null("oldest_cart_at", carts.oldest_at)
            .int("external_quantity", stock.external)
            .close();
    });
    let registered = object(&|out| {
        out.int("quantity", stock.reported)
            .int("reported_lines_quantity", reported.units)
            .int_or_null("reported_lines", reported.count)
            .time_or_null("oldest_registered_at", reported.oldest_at)
            .int("moved_quantity", *kept)
            .close();
    });
    let available = object(&|out| {
        out.int("quantity", stock.available())
            .int("without_limits", stock.on_hand - stock.reserved - stock.reported)
            .time_or_null("off_sale_since", stock.discrepancy_at)
            .close();
    });
    Object::open(out)
        .int("pk", stock.id.get())
        .text("product_sku", &stock.sku)
        .int("stock_list", stock.list.get())
        .raw("stock", &level)
        .raw("sold_quantity_unreported", &reserved)
        .raw("reported_quantity", &registered)
        .raw("adjusted_stock", &available)
        .time("modified_date", stock.modified_at)
        .close();
}
