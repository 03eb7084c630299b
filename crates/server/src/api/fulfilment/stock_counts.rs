//! Counts at stock locations: recording and reading them.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use onhand_core::commands::{FulfilmentCommand, ProductRef, RecordCount};
use onhand_core::fulfilment::{CountLine, StockCount};
use onhand_core::rejection::RowRejection;
use onhand_core::{
    Command, DiscrepancyId, FulfilmentOutcome, Outcome, QUANTITY_MAX, Quantity, Rejection, SKU_CHARS_MAX, StockCountId,
    StockListId, StockLocationId,
};
use onhand_store::Tx;
use onhand_store::resource;
use onhand_store::tables::stock_counts;
use onhand_store::tables::stock_locations::LOCATIONS;

use crate::http::context::RequestContext;
use crate::http::error_mapping;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};
use crate::zone::{Twice, Zone};

/// Lines of one count.
const LINES_MAX: usize = 1_000;

/// A counted line.
pub const LINE: &[Field] = &[
    Field::text("sku", SKU_CHARS_MAX, "The product. Each one once.").required().exact(),
    Field::int("counted", 0, QUANTITY_MAX, "Everything that has not left, sold or not.").required(),
];

/// The body of a count.
pub const FIELDS: &[Field] = &[
    Field::pk("location", "The stock location.").required(),
    Field::rows("lines", LINE, LINES_MAX, "What was counted.").required(),
    Field::time(
        "counted_at",
        "When it was counted; arrival when absent. It is compared with the units of that moment, and ends discrepancies of \
         before. Without an offset: in the time_zone of the location's list.",
    ),
];

const COUNTED: ResponseSchema = response_schema!("StockCountLine" {
    sku: Text,
    expected: Int,
    counted: Int,
    difference: Int,
    result: Text,
    discrepancy: IntOrNull,
});

/// A count.
pub const VIEW: ResponseSchema = response_schema!("StockCount" {
    id: Int,
    location: Int,
    counted_at: Time,
    lines: List(&COUNTED),
    created_date: Time,
});

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("location", "stock_location_id", Kind::Int),
    Filter::new("counted_at", "counted_at", Kind::Time),
    Filter::new("created_date", "created_at", Kind::Time),
];

fn write(out: &mut String, count: &StockCount) {
    Object::open(out)
        .int("id", count.id.get())
        .int("location", count.location.get())
        .time("counted_at", count.counted_at)
        .list("lines", &count.lines, write_line)
        .time("created_date", count.created_at)
        .close();
}

fn write_line(out: &mut String, line: &CountLine) {
    Object::open(out)
        .text("sku", &line.sku)
        .int("expected", line.expected)
        .int("counted", line.counted)
        .int("difference", line.counted - line.expected)
        .text("result", line.result.word())
        .int_or_null("discrepancy", line.discrepancy.map(DiscrepancyId::get))
        .close();
}

/// `GET oms/stock-counts/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(FILTERS)?;
    let listing = query.listing.clone();
    let page = call.app.store.read("stock_counts.page", async move |tx| stock_counts::page(tx, &listing).await).await?;
    call.page(&query, &page, write)
}

/// `GET oms/stock-counts/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = StockCountId::new(call.id()?);
    let found =
        call.app.store.read_inline("stock_counts.by_id", async move |tx| stock_counts::by_id(tx, id).await).await?;
    let found = found.ok_or_else(Error::not_found)?;
    Ok(ApiResponse::written(|out| write(out, &found)))
}

/// `POST oms/stock-counts/`.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(FIELDS, Mode::Whole).await?;
    let location = StockLocationId::new(form.int("location").unwrap_or_default());
    let zone = zone(&call, &form, location).await?;
    let zone = (zone.as_ref(), Twice::Refused);
    let counted_at = form.past_time("counted_at", zone, call.app.clock.now()).map_err(Error::Fields)?;
    let lines = lines(&form)?;
    let count = lines.len();
    let command = Command::Fulfilment(FulfilmentCommand::Count(RecordCount { location, counted_at, lines }));
    let answer = |outcome: &Outcome| {
        let mut body = String::with_capacity(1_024);
        if let Outcome::Fulfilment(FulfilmentOutcome::Counted(count)) = outcome {
            write(&mut body, count);
        }
        ApiResponse::text(StatusCode::CREATED, body)
    };
    call.submit(command, answer, move |rejection| refuse(rejection, count)).await
}

/// The zone of the location's list, if it matters.
async fn zone(call: &RequestContext, form: &Form, location: StockLocationId) -> Result<Option<Zone>, Error> {
    if !form.has_local_time("counted_at") {
        return Ok(None);
    }
    let find = async move |tx: &mut Tx<'_>| resource::by_id(tx, &LOCATIONS, location.get()).await;
    let found = call.app.store.read_inline("stock_locations.by_id", find).await?;
    let list = found.and_then(|location| location.int("stock_list_id"));
    let list = list.ok_or_else(|| Error::field("location", crate::wire::form::unknown_pk(location.get())))?;
    Ok(call.app.zone(StockListId::new(list)).await?)
}

fn lines(form: &Form) -> Result<Vec<(String, Quantity)>, Error> {
    let mut seen = BTreeSet::new();
    let mut faults = Vec::new();
    let mut lines = Vec::new();
    for row in form.rows("lines") {
        let (sku, counted) = (row.string("sku").unwrap_or_default(), row.int("counted").and_then(Quantity::new));
        faults.push(match seen.insert(sku.clone()) {
            true => FieldErrors::default(),
            false => FieldErrors::one("sku", "This SKU was counted twice."),
        });
        lines.push((sku, counted.unwrap_or(Quantity::ZERO)));
    }
    if faults.iter().all(FieldErrors::is_empty) {
        return Ok(lines);
    }
    let mut errors = FieldErrors::default();
    errors.nest("lines", faults);
    Err(Error::Fields(errors))
}

fn refuse(rejection: Rejection, count: usize) -> Error {
    match rejection {
        Rejection::Rows(faults) => {
            let mut errors = FieldErrors::default();
            let mut rows = vec![FieldErrors::default(); count];
            for (row, fault) in &faults {
                if let RowRejection::UnknownProduct(ProductRef::Sku(sku)) = fault {
                    rows[*row].add("sku", format!("Object with sku={sku} does not exist."));
                }
            }
            errors.nest("lines", rows);
            Error::Fields(errors)
        }
        Rejection::UnknownLocation(id) => Error::field("location", crate::wire::form::unknown_pk(id.get())),
        other => error_mapping::error(other),
    }
}
