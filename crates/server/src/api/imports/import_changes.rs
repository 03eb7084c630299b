//! Changes of imports: the rows that changed something, or in a dry run would, from what to what.

use onhand_store::query::{Page, Window};

use super::imports::in_path;
use crate::http::context::RequestContext;
use crate::services::imports::results::Part;
use crate::services::imports::row_results::{RowResult, StockValues};
use crate::services::imports::status;
use crate::wire::error::Error;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// One row that changes something. What was is null where the row makes the stock.
pub const CHANGE: ResponseSchema = response_schema!("ImportChange" {
    row: IntOrNull,
    product_sku: Text,
    result: Text,
    old_stock: IntOrNull,
    new_stock: IntOrNull,
    old_sold_elsewhere: IntOrNull,
    new_sold_elsewhere: IntOrNull,
    old_unit_type: TextOrNull,
    new_unit_type: TextOrNull,
    old_snapshot_at: TimeOrNull,
    new_snapshot_at: TimeOrNull,
});

/// `GET …/{cache_key}/changes/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    page(&call, write).await
}

/// A page of the rows of an import that change something, as `write` shows them.
pub(super) async fn page(call: &RequestContext, write: impl Fn(&mut String, &RowResult)) -> Result<ApiResponse, Error> {
    let query = call.listing(&[])?;
    let Window::Page { number, limit } = query.listing.window else {
        return Err(Error::field("cursor", "Changes are read page by page."));
    };
    let import = in_path(call).await?;
    let part = Part { skip: (number - 1).saturating_mul(limit), limit: limit as usize };
    let rows = status::changes(&call.app.store, &import, part).await?;
    call.page(&query, &Page { count: Some(import.counts.created + import.counts.updated), rows, next: None }, write)
}

fn write(out: &mut String, row: &RowResult) {
    let (before, after) = (row.before.as_ref(), row.after.as_ref());
    let stock = |figures: Option<&StockValues>| figures.map(|figures| figures.on_hand);
    let sold = |figures: Option<&StockValues>| figures.map(|figures| figures.external);
    let unit = |figures: Option<&StockValues>| figures.map(|figures| figures.unit().word());
    let time = |figures: Option<&StockValues>| figures.and_then(|figures| figures.written().snapshot_at);
    Object::open(out)
        .int_or_null("row", row.row.map(u64::cast_signed))
        .text("product_sku", &row.sku)
        .text("result", row.word())
        .int_or_null("old_stock", stock(before))
        .int_or_null("new_stock", stock(after))
        .int_or_null("old_sold_elsewhere", sold(before))
        .int_or_null("new_sold_elsewhere", sold(after))
        .text_or_null("old_unit_type", unit(before))
        .text_or_null("new_unit_type", unit(after))
        .time_or_null("old_snapshot_at", time(before))
        .time_or_null("new_snapshot_at", time(after))
        .close();
}
