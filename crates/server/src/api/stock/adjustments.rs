//! Adjustments: units that are added to stock levels, or taken from them (contract 4.2 has levels only).
//!
//! Promises: an adjustment loses no write that came between, and settles no reported line; of several, all are done or
//! none. Must not know what a level means.

use axum::http::StatusCode;
use onhand_core::commands::{AdjustStock, AdjustedStock, StockTarget};
use onhand_core::rejection::RowRejection;
use onhand_core::{MovementId, Outcome, QUANTITY_MAX, Rejection, SKU_CHARS_MAX, StockId, StockKey, StockListId};
use serde_json::Value;

use super::product_stocks::{self, expected, explained};
use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::services::imports::messages;
use crate::services::stock;
use crate::wire::Family;
use crate::wire::body::ROWS_MAX;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::form::{self, Form, Mode};
use crate::wire::json::{self, ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

const STOCK_CHANGE: Field =
    Field::int("stock_change", -QUANTITY_MAX, QUANTITY_MAX, "How many units are added; taken, if it is below zero.")
        .alternative();
const DIFFERENCE: Field =
    Field::int("difference", -QUANTITY_MAX, QUANTITY_MAX, "The same as stock_change; one of the two.").alternative();

/// The body of an adjustment.
pub const FIELDS: &[Field] = &[
    STOCK_CHANGE,
    DIFFERENCE,
    expected::EXPECTED_STOCK,
    expected::EXPECTED,
    explained::ADJUSTMENT_REASON,
    explained::REASON,
    explained::NOTE,
];

/// One of several adjustments.
pub const ROW: &[Field] = &[
    Field::pk("product_stock", "The product stock. This, or product_sku and stock_list."),
    Field::text("product_sku", SKU_CHARS_MAX, "The product's SKU. With stock_list, in place of product_stock.").exact(),
    Field::pk("stock_list", "The stock list. With product_sku, in place of product_stock."),
    STOCK_CHANGE,
    DIFFERENCE,
    expected::EXPECTED_STOCK,
    expected::EXPECTED,
    explained::ADJUSTMENT_REASON,
    explained::REASON,
    explained::NOTE,
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
    let target = StockTarget::Id(product_stocks::found(&call).await?.id);
    one(&call, target, &form).await
}

/// `POST product_stocks/adjust/`: an array, all of its rows or none; or one row.
pub async fn adjust_many(call: RequestContext) -> Result<ApiResponse, Error> {
    let rows = match call.value().await? {
        Value::Array(rows) => rows,
        value => {
            let form = call.read(ROW, Mode::Whole, form::expect_object(&value)?).map_err(Error::Fields)?;
            return one(&call, target(&form).map_err(Error::Fields)?, &form).await;
        }
    };
    if rows.is_empty() || rows.len() > ROWS_MAX {
        return Err(Error::field("non_field_errors", format!("Send 1 to {ROWS_MAX} rows.")));
    }
    expected::refuse_header(&call)?;
    let forms = call.read_rows(ROW, &rows).map_err(Error::Rows)?;
    let read: Vec<_> = forms.iter().map(|form| row(target(form)?, form)).collect();
    if read.iter().any(Result::is_err) {
        return Err(Error::Rows(read.into_iter().map(|row| row.err().unwrap_or_default()).collect()));
    }
    explained::check(&call, &forms).await?.map_err(Error::Rows)?;
    let many = |outcome: &Outcome| ApiResponse::written(|out| json::push_list(out, adjusted(outcome), write));
    let rows = read.into_iter().flatten().collect();
    let submitted = stock::adjust(&call.app, &call.requester(), rows, call.record(&many)).await;
    context::reply(submitted, many, |rejection| match rejection {
        Rejection::Rows(faults) => Error::Rows(faults_of(&forms, &faults, call.family)),
        other => error_mapping::error(other),
    })
}

async fn one(call: &RequestContext, target: StockTarget, form: &Form) -> Result<ApiResponse, Error> {
    let mut row = row(target, form).map_err(Error::Fields)?;
    row.expected = expected::of_request(call, form)?;
    explained::check_one(call, form).await?;
    let shown = |outcome: &Outcome| match adjusted(outcome).first() {
        Some(row) => expected::tagged(ApiResponse::written(|out| write(out, row)), &row.stock),
        None => ApiResponse::text(StatusCode::OK, json::NOTHING),
    };
    let submitted = stock::adjust(&call.app, &call.requester(), vec![row], call.record(&shown)).await;
    context::reply(submitted, shown, |rejection| refuse(rejection, form, call.family))
}

fn target(form: &Form) -> Result<StockTarget, FieldErrors> {
    match (form.int("product_stock"), form.string("product_sku"), form.int("stock_list")) {
        (Some(id), None, None) => Ok(StockTarget::Id(StockId::new(id))),
        (None, Some(sku), Some(list)) => Ok(StockTarget::Key(StockKey { list: StockListId::new(list), sku })),
        _ => Err(FieldErrors::one("product_stock", "Send either this or product_sku and stock_list.")),
    }
}

fn row(target: StockTarget, form: &Form) -> Result<AdjustStock, FieldErrors> {
    let difference = match (form.int("stock_change"), form.int("difference")) {
        (Some(units), None) | (None, Some(units)) => units,
        (None, None) => return Err(FieldErrors::one("stock_change", "This field is required.")),
        (Some(_), Some(_)) => return Err(FieldErrors::one("difference", "Send this or stock_change, not both.")),
    };
    let (expected, explanation) = (expected::of_form(form)?, explained::of_form(form));
    Ok(AdjustStock { target, difference, expected, explanation })
}

fn adjusted(outcome: &Outcome) -> &[AdjustedStock] {
    match outcome {
        Outcome::StocksAdjusted(rows) => rows,
        _ => &[],
    }
}

fn write(out: &mut String, row: &AdjustedStock) {
    Object::open(out)
        .int("pk", row.stock.id.get())
        .int_or_null("movement", row.movement.map(MovementId::get))
        .int("stock_change", row.difference)
        .int("stock", row.stock.on_hand)
        .close();
}

/// What is wrong with an adjustment, at the fields that it was sent with.
fn fault_of(form: &Form, fault: &RowRejection) -> FieldErrors {
    let text = || messages::row(fault).text;
    match fault {
        RowRejection::BelowZero | RowRejection::TooLarge => {
            FieldErrors::one(if form.has("difference") { "difference" } else { "stock_change" }, text())
        }
        RowRejection::UnknownStock => {
            FieldErrors::one(if form.has("product_sku") { "product_sku" } else { "product_stock" }, text())
        }
        other => error_mapping::row(other),
    }
}

fn faults_of(forms: &[Form], faults: &[(usize, RowRejection)], family: Family) -> Vec<FieldErrors> {
    let mut errors = vec![FieldErrors::default(); forms.len()];
    for (row, fault) in faults {
        errors[*row].extend(fault_of(&forms[*row], fault));
    }
    expected::show_current(&mut errors, faults, family);
    errors
}

fn refuse(rejection: Rejection, form: &Form, family: Family) -> Error {
    let Rejection::Rows(faults) = rejection else { return error_mapping::error(rejection) };
    match faults.first() {
        Some((_, fault)) => expected::refused(fault, family).unwrap_or_else(|| Error::Fields(fault_of(form, fault))),
        None => error_mapping::error(Rejection::Rows(faults)),
    }
}
