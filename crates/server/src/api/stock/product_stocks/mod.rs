//! Product stocks (contract 4): list, show, upsert of one or many, patch, history.

pub mod expected;
pub mod explained;
mod read_back;
mod view;

use std::collections::BTreeSet;

use axum::http::StatusCode;
use onhand_core::commands::{StockTarget, WriteStock};
use onhand_core::rejection::RowRejection;
use onhand_core::{
    Outcome, QUANTITY_MAX, Quantity, Rejection, SKU_CHARS_MAX, Stock, StockId, StockKey, StockListId, Timestamp,
    UnitType, WrittenStock,
};
use onhand_store::Tx;
use onhand_store::tables::product_stocks;
use serde_json::{Map, Value};

use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::services::zones::Zones;
use crate::services::{channels, stock};
use crate::wire::body::ROWS_MAX;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind, Query};
use crate::wire::form::{self, Form, Mode};
use crate::wire::json::{self, ApiResponse};
use crate::wire::{Family, scalar};
use crate::zone::{Twice, Zone};

pub(crate) use self::view::write;
pub use self::view::{VIEW_I1, VIEW_V1};
use self::view::{write_row, write_v1};

/// What a row of a list takes up, roughly.
const ROW_BYTES: usize = 192;

/// The body of a product stock. Absent fields keep their value on update.
pub const FIELDS: &[Field] = &[
    Field::text("product_sku", SKU_CHARS_MAX, "The product's SKU. With stock_list it is the key.").required().exact(),
    Field::pk("stock_list", "The stock list.").required(),
    Field::int("stock", 0, QUANTITY_MAX, "The stock level. 0 for a new stock."),
    Field::choice("unit_type", UnitType::WORDS, "What one unit is. qty for a new stock."),
    Field::int(
        "sold_quantity_unreported",
        0,
        QUANTITY_MAX,
        "Sold and unknown to the ERP. What exceeds the open reservations is stored as the external reservation; less is raised to them.",
    ),
    Field::object("extra_field", "Free data."),
    Field::time(
        "snapshot_at",
        "When the level was taken; arrival when absent. An older level than the stored one is rejected. Without an \
         offset: in the list's time_zone.",
    ),
    expected::EXPECTED_STOCK,
    expected::EXPECTED,
    explained::ADJUSTMENT_REASON,
    explained::NOTE,
    read_back::ID,
    read_back::PK,
    read_back::MODIFIED_DATE,
];

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("product_sku", "sku", Kind::OrderedText),
    Filter::new("product", "product_id", Kind::Int),
    Filter::new("stock_list", "stock_list_id", Kind::Int),
    Filter::new("unit_type", "unit", Kind::Choice(UnitType::WORDS)),
    Filter::new("stock", "on_hand", Kind::Int),
    Filter::new("sold_quantity_unreported", "reserved", Kind::Int),
    Filter::new("external_quantity", "external_reservation", Kind::Int),
    Filter::new("reported_quantity", "reported", Kind::Int),
    Filter::new("snapshot_at", "COALESCE(snapshot_at, 0)", Kind::Time),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
    Filter::only("state", "states", Kind::StockState),
];

/// `GET product_stock/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let asked = call.query.iter().filter(|(name, _)| name == "stock_list");
    let asked: Option<Vec<_>> = asked.map(|(_, list)| list.parse().ok().map(StockListId::new)).collect();
    let asked = asked.filter(|lists| !lists.is_empty());
    let reply = pages(&call).await?;
    Ok(call.with_origins(reply, asked.as_deref()))
}

/// Full pages of what is asked for most are kept until something they show changes.
async fn pages(call: &RequestContext) -> Result<ApiResponse, Error> {
    if let Some(own) = channels::of_own_lists(&call.app, &call.requester(), "stock_list_id").await? {
        let mut query = call.listing(FILTERS)?;
        query.listing.conditions.push(own);
        return Ok(listed(call, &query, false).await?.0);
    }
    let response_cache = &call.app.response_cache;
    let name = call.name();
    let before = response_cache.before(&call.app.store).await?;
    if let Some(body) = response_cache.find(&name, &before) {
        return Ok(ApiResponse::ok(body));
    }
    let query = call.listing(FILTERS)?;
    let bounded = product_stocks::is_bounded(&query.listing);
    let (reply, rows) = listed(call, &query, bounded).await?;
    if bounded {
        response_cache.insert(name, &reply.body, rows, before);
    }
    Ok(reply)
}

/// An answer, and the first and last id of the rows that it shows.
type Listed = (ApiResponse, Option<(i64, i64)>);

async fn listed(call: &RequestContext, query: &Query, bounded: bool) -> Result<Listed, Error> {
    match call.family {
        Family::I1 => list_i1(call, query, bounded).await,
        Family::V1 => list_v1(call, query, bounded).await,
    }
}

/// The ERP's side reads the most: its rows go from the engine into the answer without a copy between.
async fn list_i1(call: &RequestContext, query: &Query, bounded: bool) -> Result<Listed, Error> {
    let (listing, limit) = (query.listing.clone(), query.limit);
    let body = async move |tx: &mut Tx<'_>| {
        let mut results = String::with_capacity(limit as usize * ROW_BYTES);
        results.push('[');
        let page = product_stocks::visit(tx, &listing, |row| write_row(&mut results, row)).await?;
        Ok((page, results + "]"))
    };
    let store = &call.app.store;
    let (page, results) =
        if bounded { store.read_inline("stocks.page", body).await? } else { store.read("stocks.page", body).await? };
    let rows = page.rows.first().copied().zip(page.rows.last().copied());
    Ok((call.written_page(query, &page, &results)?, rows))
}

async fn list_v1(call: &RequestContext, query: &Query, bounded: bool) -> Result<Listed, Error> {
    let listing = query.listing.clone();
    let body = async move |tx: &mut Tx<'_>| product_stocks::page(tx, &listing).await;
    let store = &call.app.store;
    let page =
        if bounded { store.read_inline("stocks.page", body).await? } else { store.read("stocks.page", body).await? };
    let id = |stock: &Stock| stock.id.get();
    let rows = page.rows.first().map(id).zip(page.rows.last().map(id));
    Ok((call.page(query, &page, write_v1)?, rows))
}

/// `GET product_stock/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let stock = found(&call).await?;
    let shown = ApiResponse::written(|out| write(call.family)(out, &stock));
    Ok(expected::tagged(shown, &stock))
}

/// The stock in the path.
pub(super) async fn found(call: &RequestContext) -> Result<Stock, Error> {
    Ok(stock::by_id(&call.app, &call.requester(), StockId::new(call.id()?)).await?)
}

/// `POST product_stock/`: makes or updates one stock, or, given an array, many: all or none.
pub async fn upsert(call: RequestContext) -> Result<ApiResponse, Error> {
    match call.value().await? {
        Value::Array(rows) => upsert_many(&call, &rows).await,
        value => {
            let form = call.read(FIELDS, Mode::Whole, form::expect_object(&value)?).map_err(Error::Fields)?;
            let zones = zones(&call, std::slice::from_ref(&form)).await?;
            let zone = zones.of(list_of(&form));
            let mut row = row(key(&form), &form, (zone, call.app.clock.now())).map_err(Error::Fields)?;
            row.expected = expected::of_request(&call, &form)?;
            explained::check_one(&call, &form).await?;
            write_one(&call, &form, row).await
        }
    }
}

async fn upsert_many(call: &RequestContext, rows: &[Value]) -> Result<ApiResponse, Error> {
    expected::refuse_header(call)?;
    let (family, write, count) = (call.family, write(call.family), rows.len());
    if count == 0 || count > ROWS_MAX {
        let text = format!("Send 1 to {ROWS_MAX} rows.");
        return Err(Error::field("non_field_errors", text));
    }
    let forms = call.read_rows(FIELDS, rows).map_err(Error::Rows)?;
    let (zones, now) = (zones(call, &forms).await?, call.app.clock.now());
    let read: Vec<_> = forms.iter().map(|form| row(key(form), form, (zones.of(list_of(form)), now))).collect();
    if read.iter().any(Result::is_err) {
        return Err(Error::Rows(read.into_iter().map(|row| row.err().unwrap_or_default()).collect()));
    }
    explained::check(call, &forms).await?.map_err(Error::Rows)?;
    let answer = move |outcome: &Outcome| {
        let written = written(outcome);
        let mut body = String::with_capacity(count * 256);
        json::push_list(&mut body, written, |out, row| write(out, &row.stock));
        ApiResponse::text(status(written.iter().any(|row| row.created)), body)
    };
    let refuse = move |rejection| match rejection {
        Rejection::Rows(faults) => {
            let mut errors = error_mapping::rows(&faults, count);
            expected::show_current(&mut errors, &faults, family);
            Error::Rows(errors)
        }
        other => error_mapping::error(other),
    };
    let mut rows: Vec<WriteStock> = read.into_iter().flatten().collect();
    read_back::drop_echoes(call, &forms, &mut rows).await?;
    submit(call, rows, answer, refuse).await
}

/// `PATCH product_stock/{id}/`.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = StockId::new(call.id()?);
    let form = call.form(FIELDS, Mode::Partial).await?;
    let mut zone = None;
    if form.has("product_sku") || form.has("stock_list") || form.has_local_time("snapshot_at") {
        let stock = found(&call).await?;
        zone = call.app.zone(stock.list).await?;
        let mut errors = FieldErrors::default();
        if form.text("product_sku").is_some_and(|sku| sku != stock.sku) {
            errors.add("product_sku", "This field cannot be changed.");
        }
        if form.int("stock_list").is_some_and(|list| list != stock.list.get()) {
            errors.add("stock_list", "This field cannot be changed.");
        }
        errors.into_result()?;
    }
    let mut row = row(StockTarget::Id(id), &form, (zone.as_ref(), call.app.clock.now())).map_err(Error::Fields)?;
    row.expected = expected::of_request(&call, &form)?;
    explained::check_one(&call, &form).await?;
    write_one(&call, &form, row).await
}

/// The body of a removal.
pub const REMOVED: &[Field] = &[expected::EXPECTED];

/// `DELETE product_stocks/{id}/`.
pub async fn remove(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(REMOVED, Mode::Whole).await?;
    let (expected, family) = (expected::of_request(&call, &form)?, call.family);
    let done = |_: &Outcome| ApiResponse::nothing();
    let what = (StockId::new(call.id()?), expected);
    let submitted = stock::remove(&call.app, &call.requester(), what, call.record(&done)).await;
    context::reply(submitted, done, |rejection| refuse_one(rejection, family))
}

async fn write_one(call: &RequestContext, form: &Form, mut row: WriteStock) -> Result<ApiResponse, Error> {
    read_back::drop_echoes(call, std::slice::from_ref(form), std::slice::from_mut(&mut row)).await?;
    let (family, write) = (call.family, write(call.family));
    submit(call, vec![row], move |outcome| one(outcome, write), move |rejection| refuse_one(rejection, family)).await
}

async fn submit(
    call: &RequestContext,
    rows: Vec<WriteStock>,
    answer: impl Fn(&Outcome) -> ApiResponse + Send + Sync + Clone + 'static,
    refuse: impl Fn(Rejection) -> Error,
) -> Result<ApiResponse, Error> {
    let submitted = stock::write(&call.app, &call.requester(), rows, call.record(&answer)).await;
    context::reply(submitted, answer, refuse)
}

/// The zones of the rows that have a time without an offset: most have none, and nothing is looked up for them.
async fn zones(call: &RequestContext, forms: &[Form]) -> Result<Zones, Error> {
    let lists: BTreeSet<_> = forms.iter().filter(|form| form.has_local_time("snapshot_at")).map(list_of).collect();
    if lists.is_empty() { Ok(Zones::default()) } else { Ok(call.app.zones(lists).await?) }
}

fn list_of(form: &Form) -> StockListId {
    StockListId::new(form.int("stock_list").unwrap_or_default())
}

fn key(form: &Form) -> StockTarget {
    StockTarget::Key(StockKey { list: list_of(form), sku: form.string("product_sku").unwrap_or_default() })
}

fn row(target: StockTarget, form: &Form, (zone, now): (Option<&Zone>, Timestamp)) -> Result<WriteStock, FieldErrors> {
    Ok(WriteStock {
        target,
        on_hand: form.int("stock").and_then(Quantity::new),
        reserved: form.int("sold_quantity_unreported").and_then(Quantity::new),
        unit: form.text("unit_type").and_then(UnitType::from_word),
        extra_field: form.string("extra_field"),
        // Of two moments the earlier: a level that is taken for newer than it is would settle lines it does not know.
        snapshot_at: form.past_time("snapshot_at", (zone, Twice::Earlier), now)?,
        expected: expected::of_form(form)?,
        explanation: explained::of_form(form),
    })
}

fn written(outcome: &Outcome) -> &[WrittenStock] {
    match outcome {
        Outcome::StocksWritten(written) => written,
        _ => &[],
    }
}

fn one(outcome: &Outcome, write: impl Fn(&mut String, &Stock)) -> ApiResponse {
    let Some(row) = written(outcome).first() else { return ApiResponse::ok(String::new()) };
    let mut body = String::new();
    write(&mut body, &row.stock);
    expected::tagged(ApiResponse::text(status(row.created), body), &row.stock)
}

/// 201 when something was made, 200 when it was there (contract X19).
fn status(created: bool) -> StatusCode {
    if created { StatusCode::CREATED } else { StatusCode::OK }
}

fn refuse_one(rejection: Rejection, family: Family) -> Error {
    let Rejection::Rows(faults) = rejection else { return error_mapping::error(rejection) };
    match faults.first() {
        Some((_, RowRejection::StaleSnapshot { stored })) => {
            let stored = scalar::time_text(*stored);
            let more = Map::from_iter([("stored_snapshot_at".to_owned(), Value::String(stored.clone()))]);
            let text = format!("A figure taken at {stored} is already stored.");
            Error::Refused { code: "stale_snapshot", text, more }
        }
        Some((_, fault)) => {
            let refused = expected::refused(fault, family);
            refused.unwrap_or_else(|| error_mapping::error(Rejection::Rows(faults)))
        }
        None => error_mapping::error(Rejection::Rows(faults)),
    }
}
