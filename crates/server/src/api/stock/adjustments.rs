//! Adjustments: units that are added to a stock level, or taken from it (contract 4.2 has levels only).
//!
//! Promises: an adjustment loses no write that came between, and settles no reported line. Must not know what a level
//! means.

use axum::http::StatusCode;
use onhand_core::commands::{Expected, ImportedStock, RowStatus};
use onhand_core::rejection::RowRejection;
use onhand_core::{MovementId, Outcome, QUANTITY_MAX, Quantity, Rejection, StockId};

use super::product_stocks::{self, ADJUSTMENT_REASON, EXPECTED_STOCK, NOTE};
use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::services::imports::messages;
use crate::services::levels::{self, LevelEdit};
use crate::services::submission::AnswerRecord;
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// The body of an adjustment.
pub const FIELDS: &[Field] = &[
    Field::int("stock_change", -QUANTITY_MAX, QUANTITY_MAX, "How many units are added; taken, if it is below zero.")
        .required(),
    EXPECTED_STOCK,
    ADJUSTMENT_REASON,
    NOTE,
];

/// What an adjustment has done.
pub const VIEW: ResponseSchema = response_schema!("StockAdjustment" {
    pk: Int,
    movement: IntOrNull,
    stock_change: Int,
    stock: Int,
});

/// `POST product_stocks/{id}/adjust/`.
pub async fn adjust(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(FIELDS, Mode::Whole).await?;
    let stock = product_stocks::found(&call).await?;
    let edit = LevelEdit::Add(form.int("stock_change").unwrap_or_default());
    let expected = form.int("expected_stock").and_then(Quantity::new).map(Expected::Level);
    let said = product_stocks::explanation(&form);
    // A row that was rejected has done nothing, so its answer is not kept.
    let record = call.request_key().map(|key| {
        AnswerRecord::of_some(key.with(&call.body), |outcome| {
            let answer = answer(outcome)?;
            Some((answer.status.as_u16(), answer.body.to_vec()))
        })
    });
    let submitted = levels::write(&call.app, &call.requester(), &stock, (edit, expected, said), record).await;
    context::reply(submitted, |outcome| answer(outcome).unwrap_or_else(|| ApiResponse::ok(String::new())), refuse)
}

/// What is answered, if anything was done.
fn answer(outcome: &Outcome) -> Option<ApiResponse> {
    let Outcome::StocksImported(rows) = outcome else { return None };
    rows.first().filter(|row| !matches!(row.status, RowStatus::Rejected(_))).map(written)
}

fn written(row: &ImportedStock) -> ApiResponse {
    let mut body = String::new();
    let level = |written: Option<onhand_core::Written>| written.map_or(0, |written| written.on_hand);
    let (before, after) = (level(row.before), level(row.after));
    Object::open(&mut body)
        .int("pk", row.stock.map_or(0, StockId::get))
        .int_or_null("movement", row.movement.map(MovementId::get))
        .int("stock_change", after - before)
        .int("stock", after)
        .close();
    ApiResponse::text(StatusCode::OK, body)
}

fn refuse(rejection: Rejection) -> Error {
    match rejection {
        Rejection::Rows(faults) => match faults.first() {
            Some((_, fault @ RowRejection::UnexpectedLevel { .. })) => product_stocks::unexpected_level(fault),
            Some((_, fault)) => Error::field("stock_change", messages::row(fault).text),
            None => error_mapping::error(Rejection::Rows(faults)),
        },
        other => error_mapping::error(other),
    }
}
