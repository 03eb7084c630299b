//! Order lines that are short: promised to a customer and reserved nowhere, because their units were not found.

use onhand_store::query::{Condition, Op};
use onhand_store::tables::order_items;

use crate::api::orders::order_items::{FILTERS, write_item};
use crate::http::context::RequestContext;
use crate::wire::error::Error;
use crate::wire::json::ApiResponse;

/// `GET oms/short-items/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let mut query = call.listing(FILTERS)?;
    let short = Condition { column: order_items::SHORT, op: Op::RawPredicate, values: vec![0_i64.into()] };
    query.listing.conditions.push(short);
    let listing = query.listing.clone();
    let page = call.app.store.read("order_items.page", async move |tx| order_items::page(tx, &listing).await).await?;
    call.page(&query, &page, write_item)
}
