//! Sums of a stock list: the kept ones, and counting anew. Must not know when they are counted.

use axum::http::StatusCode;
use onhand_core::{StockListId, StockState};
use onhand_store::tables::stock_sums::{CountedSums, StockSums};

use crate::http::context::RequestContext;
use crate::services::stock_sums;
use crate::wire::error::Error;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// The sums of a list, of one moment. All but the list are null until they have been counted once.
pub const SUMS: ResponseSchema = response_schema!("StockListSums" {
    stock_list: Int,
    counted_date: TimeOrNull,
    product_stocks: IntOrNull,
    stock: IntOrNull,
    sold_quantity_unreported: IntOrNull,
    reported_quantity: IntOrNull,
    adjusted_stock: IntOrNull,
    sold_out: IntOrNull,
    low: IntOrNull,
    oversold: IntOrNull,
    off_sale: IntOrNull,
    newest_snapshot_at: TimeOrNull,
});

/// `GET stock_list/{id}/sums/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let list = StockListId::new(call.id()?);
    let kept = stock_sums::of_list(&call.app, &call.requester(), list).await?;
    Ok(ApiResponse::ok(written(list, kept.as_ref())))
}

/// `POST stock_list/{id}/sums/`: they are counted anew, after the answer.
pub async fn count(call: RequestContext) -> Result<ApiResponse, Error> {
    let list = StockListId::new(call.id()?);
    let kept = stock_sums::count_again(&call.app, &call.requester(), list).await?;
    Ok(ApiResponse::text(StatusCode::ACCEPTED, written(list, kept.as_ref())))
}

fn written(list: StockListId, kept: Option<&CountedSums>) -> String {
    let of = |number: fn(&StockSums) -> i64| kept.map(|kept| number(&kept.sums));
    let of_state = |state| kept.map(|kept| kept.sums.of_state(state));
    let mut body = String::new();
    Object::open(&mut body)
        .int("stock_list", list.get())
        .time_or_null("counted_date", kept.map(|kept| kept.at))
        .int_or_null("product_stocks", of(|sums| sums.stocks))
        .int_or_null("stock", of(|sums| sums.on_hand))
        .int_or_null("sold_quantity_unreported", of(|sums| sums.reserved))
        .int_or_null("reported_quantity", of(|sums| sums.reported))
        .int_or_null("adjusted_stock", of(|sums| sums.available))
        .int_or_null("sold_out", of_state(StockState::SoldOut))
        .int_or_null("low", of_state(StockState::Low))
        .int_or_null("oversold", of_state(StockState::Oversold))
        .int_or_null("off_sale", of_state(StockState::OffSale))
        .time_or_null("newest_snapshot_at", kept.and_then(|kept| kept.sums.newest_level_at))
        .close();
    body
}
