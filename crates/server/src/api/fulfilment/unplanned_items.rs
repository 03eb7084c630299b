//! Order lines that are to leave and are in no package: which they are, and why.

use onhand_core::StockId;
use onhand_core::fulfilment::{UnplannedItem, UnplannedReason};
use onhand_store::tables::{product_stocks, unplanned_items};

use crate::http::context::RequestContext;
use crate::wire::error::Error;
use crate::wire::filter::{Filter, Kind};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// A line that is in no package.
pub const VIEW: ResponseSchema = response_schema!("UnplannedItem" {
    id: Int,
    order_item: Int,
    order: Int,
    product_sku: Text,
    quantity: Int,
    reason: Text,
    stock_list: IntOrNull,
    created_date: Time,
    modified_date: Time,
});

/// The stored number of a reason as its word.
const REASON: &str = "CASE reason WHEN 1 THEN 'short' WHEN 2 THEN 'no_stock' WHEN 3 THEN 'location_inactive' \
                      WHEN 4 THEN 'package_cancelled' ELSE 'transfer_cancelled' END";

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("order_item", "id", Kind::Int),
    Filter::new("order", "order_id", Kind::Int),
    Filter::new("product_sku", "sku", Kind::Text),
    Filter::only("reason", REASON, Kind::Choice(UnplannedReason::WORDS)),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// `GET oms/unplanned-items/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(FILTERS)?;
    let listing = query.listing.clone();
    let page = call
        .app
        .store
        .read("unplanned_items.page", async move |tx| {
            let page = unplanned_items::page(tx, &listing).await?;
            let ids: Vec<StockId> = page.rows.iter().map(|row| row.stock).collect();
            let found = product_stocks::by_ids(tx, &ids).await?;
            // What is short is reserved in no list.
            let is_held = |row: &UnplannedItem| row.reason != UnplannedReason::Short;
            let list = |row: &UnplannedItem| found.iter().find(|stock| stock.id == row.stock).map(|stock| stock.list);
            let rows = page.rows.iter().map(|row| (row.clone(), list(row).filter(|_| is_held(row)))).collect();
            Ok(page.with(rows))
        })
        .await?;
    call.page(&query, &page, |out, (row, list)| {
        Object::open(out)
            .int("id", row.item.get())
            .int("order_item", row.item.get())
            .int("order", row.order.get())
            .text("product_sku", &row.sku)
            .int("quantity", row.quantity.units())
            .text("reason", row.reason.word())
            .int_or_null("stock_list", list.map(onhand_core::StockListId::get))
            .time("created_date", row.created_at)
            .time("modified_date", row.modified_at)
            .close();
    })
}
