//! Stock transfers: units that go from one stock list to another in one step, and those that went.

use axum::http::StatusCode;
use onhand_core::commands::TransferStock;
use onhand_core::rejection::RowRejection;
use onhand_core::{
    Explanation, Outcome, QUANTITY_MAX, Quantity, Rejection, SKU_CHARS_MAX, STOCK_TRANSFER_LINES_MAX,
    STOCK_TRANSFER_REFERENCE_CHARS_MAX, StockListId, StockTransfer, StockTransferId, StockTransferLine,
};
use onhand_store::tables::stock_transfers;

use serde_json::{Map, Value};

use super::product_stocks::explained;
use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::services::imports::messages;
use crate::services::{Services, stock_transfers as transfers};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{self, Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// A line of the body.
pub const LINE: &[Field] = &[
    Field::text("product_sku", SKU_CHARS_MAX, "The product's SKU.").required().exact(),
    Field::int("quantity", 1, QUANTITY_MAX, "How many units go.").required(),
];

/// The body of a transfer.
pub const FIELDS: &[Field] = &[
    Field::pk("from", "The stock list that the units leave.").required(),
    Field::pk("to", "The stock list that they go to.").required(),
    Field::rows("lines", LINE, STOCK_TRANSFER_LINES_MAX, "What goes.").required(),
    Field::text(
        "reference",
        STOCK_TRANSFER_REFERENCE_CHARS_MAX,
        "What its sender calls it. The same one again is the same transfer.",
    )
    .nullable()
    .exact(),
    explained::REASON,
    explained::NOTE,
];

const TRANSFERRED: ResponseSchema = response_schema!("StockTransferLine" {
    product_sku: Text,
    quantity: Int,
    from_product_stock: Int,
    to_product_stock: Int,
    from_movement: Int,
    to_movement: Int,
});

/// A transfer.
pub const VIEW: ResponseSchema = response_schema!("StockTransfer" {
    pk: Int,
    from: Int,
    to: Int,
    reference: TextOrNull,
    reason: TextOrNull,
    note: TextOrNull,
    user: Int,
    lines: List(&TRANSFERRED),
    created_date: Time,
});

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("from", "from_list_id", Kind::Int),
    Filter::new("to", "to_list_id", Kind::Int),
    Filter::new("reference", "reference", Kind::Text),
    Filter::new("created_date", "created_at", Kind::Time),
];

fn write(out: &mut String, transfer: &StockTransfer) {
    let (reason, note) = Explanation::words(transfer.explanation.as_ref());
    Object::open(out)
        .int("pk", transfer.id.get())
        .int("from", transfer.from.get())
        .int("to", transfer.to.get())
        .text_or_null("reference", transfer.reference.as_deref())
        .text_or_null("reason", reason)
        .text_or_null("note", note)
        .int("user", transfer.actor.get())
        .list("lines", &transfer.lines, write_line)
        .time("created_date", transfer.created_at)
        .close();
}

fn write_line(out: &mut String, line: &StockTransferLine) {
    Object::open(out)
        .text("product_sku", &line.sku)
        .int("quantity", line.quantity.units())
        .int("from_product_stock", line.from_stock.get())
        .int("to_product_stock", line.to_stock.get())
        .int("from_movement", line.from_movement.get())
        .int("to_movement", line.to_movement.get())
        .close();
}

/// `GET stock_transfers/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(FILTERS)?;
    let listing = query.listing.clone();
    let read = async move |tx: &mut onhand_store::Tx<'_>| stock_transfers::page(tx, &listing).await;
    let page = call.app.store.read("stock_transfers.page", read).await?;
    call.page(&query, &page, write)
}

/// `GET stock_transfers/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = StockTransferId::new(call.id()?);
    let read = async move |tx: &mut onhand_store::Tx<'_>| stock_transfers::by_id(tx, id).await;
    let found = call.app.store.read_inline("stock_transfers.by_id", read).await?.ok_or_else(Error::not_found)?;
    Ok(ApiResponse::written(|out| write(out, &found)))
}

/// `POST stock_transfers/`: 201; 200 if it was made before.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(FIELDS, Mode::Whole).await?;
    explained::check_one(&call, &form).await?;
    let command = command(&form);
    let (from, count) = (command.from, command.lines.len());
    let submitted = transfers::make(&call.app, &call.requester(), command, call.record(&answer)).await;
    context::reply(submitted, answer, move |rejection| refuse(rejection, from, count))
}

/// The transfer that fields ask for, for a caller that has no request of the API.
///
/// # Errors
///
/// What is wrong with the fields.
pub async fn read(services: &Services, body: &Map<String, Value>) -> Result<Result<TransferStock, FieldErrors>, Error> {
    match Form::read(FIELDS, Mode::Whole, body) {
        Ok(form) => Ok(explained::checked_one(services, &form).await?.map(|()| command(&form))),
        Err(faults) => Ok(Err(faults)),
    }
}

/// The transfer that a body asks for.
fn command(form: &Form) -> TransferStock {
    let list = |name| StockListId::new(form.int(name).unwrap_or_default());
    TransferStock {
        from: list("from"),
        to: list("to"),
        reference: form.string("reference"),
        explanation: explained::of_form(form),
        lines: lines(form),
    }
}

fn lines(form: &Form) -> Vec<(String, Quantity)> {
    let line = |row: &Form| {
        let quantity = row.int("quantity").and_then(Quantity::new).unwrap_or(Quantity::ZERO);
        (row.string("product_sku").unwrap_or_default(), quantity)
    };
    form.rows("lines").iter().map(line).collect()
}

fn answer(outcome: &Outcome) -> ApiResponse {
    let mut body = String::new();
    let mut status = StatusCode::OK;
    if let Outcome::StockTransferred { transfer, is_new } = outcome {
        write(&mut body, transfer);
        status = if *is_new { StatusCode::CREATED } else { StatusCode::OK };
    }
    ApiResponse::text(status, body)
}

/// Why a transfer of so many lines from a list was not made, at the fields that say so.
pub fn refuse(rejection: Rejection, from: StockListId, count: usize) -> Error {
    let Rejection::Rows(faults) = rejection else { return error_mapping::error(rejection) };
    let (mut errors, mut rows) = (FieldErrors::default(), vec![FieldErrors::default(); count]);
    for (row, fault) in &faults {
        match fault {
            RowRejection::UnknownList(id) => {
                errors.add(if *id == from { "from" } else { "to" }, form::unknown_pk(id.get()));
            }
            other => rows[*row].add("quantity", messages::row(other).text),
        }
    }
    if errors.is_empty() {
        errors.nest("lines", rows);
    }
    Error::Fields(errors)
}
