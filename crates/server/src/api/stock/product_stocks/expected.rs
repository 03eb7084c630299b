//! What a client has seen of a row that it writes: numbers in `expected`, or the row's ETag in `If-Match` (RFC 9110).
//!
//! Promises: the expectation goes with the write to where it is decided; one that cannot be read is rejected, because a
//! write without it would be another one. Must not know what is written.

use axum::http::{HeaderValue, header};
use onhand_core::commands::{Expected, SeenRow, SeenVersion};
use onhand_core::rejection::RowRejection;
use onhand_core::{MovementId, QUANTITY_MAX, Quantity, Stock, StockVersion, Timestamp};
use serde_json::{Map, Value};

use super::view;
use crate::http::context::RequestContext;
use crate::services::imports::messages;
use crate::wire::Family;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::form::{self, Form};
use crate::wire::json::ApiResponse;

/// The level that a client has seen.
pub const EXPECTED_STOCK: Field = Field::int(
    "expected_stock",
    0,
    QUANTITY_MAX,
    "The level that was seen; 0 where there is no stock. If another one is stored by now, the write is rejected: 406, \
     unexpected_level.",
);

/// The row that a client has seen.
pub const EXPECTED: Field = Field::object(
    "expected",
    "What was seen of the row: any of stock, sold_quantity_unreported, external_quantity, reported_quantity and \
     adjusted_stock, each 0 where there is no stock. If one of them is another by now, the write is rejected: 412, stale.",
);

/// What may stand in [`EXPECTED`].
const NUMBERS: [&str; 5] =
    ["stock", "sold_quantity_unreported", "external_quantity", "reported_quantity", "adjusted_stock"];

/// The ETag of a row: its newest movement, and when its level was taken.
pub fn etag(stock: &Stock) -> String {
    let StockVersion { movement, snapshot_at } = stock.version();
    format!("\"{}.{}\"", movement.map_or(0, MovementId::get), snapshot_at.map_or(0, Timestamp::micros))
}

/// An answer that shows a row, with the ETag of that.
pub fn tagged(reply: ApiResponse, stock: &Stock) -> ApiResponse {
    match HeaderValue::try_from(etag(stock)) {
        Ok(tag) => reply.with(header::ETAG, tag),
        Err(_) => reply,
    }
}

/// What a row of an array expects.
pub fn of_form(form: &Form) -> Result<Option<Expected>, FieldErrors> {
    let level = form.int("expected_stock").and_then(Quantity::new).map(Expected::Level);
    let Some(text) = form.text("expected") else { return Ok(level) };
    if level.is_some() {
        return Err(FieldErrors::one("expected_stock", "Send this or expected, not both."));
    }
    seen(text).map(|seen| Some(Expected::Row(seen)))
}

/// What a request about one row expects, in its body or its header.
///
/// # Errors
///
/// 400 for what cannot be read.
pub fn of_request(call: &RequestContext, form: &Form) -> Result<Option<Expected>, Error> {
    let said = of_form(form).map_err(Error::Fields)?;
    let Some(version) = version(call)? else { return Ok(said) };
    match said {
        None => Ok(Some(Expected::Row(SeenRow { version: Some(version), ..SeenRow::default() }))),
        Some(Expected::Row(seen)) => Ok(Some(Expected::Row(SeenRow { version: Some(version), ..seen }))),
        Some(_) => Err(Error::field("expected_stock", "With If-Match, send expected.")),
    }
}

/// Arrays are about many rows, and `If-Match` is about one.
///
/// # Errors
///
/// 400 if the request has the header.
pub fn refuse_header(call: &RequestContext) -> Result<(), Error> {
    match call.headers.contains_key(header::IF_MATCH) {
        true => Err(Error::bad_request("If-Match is for one row. In an array, each row has expected.")),
        false => Ok(()),
    }
}

fn seen(text: &str) -> Result<SeenRow, FieldErrors> {
    let body: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    let mut faults = FieldErrors::default();
    for (name, value) in &body {
        if !NUMBERS.contains(&name.as_str()) {
            faults.add(name, format!("This is none of {}.", NUMBERS.join(", ")));
        } else if form::whole_number(value, 0, i64::MAX).is_none() {
            faults.add(name, "A valid integer is required.");
        }
    }
    if body.is_empty() {
        return Err(FieldErrors::one("expected", format!("Send at least one of {}.", NUMBERS.join(", "))));
    }
    if !faults.is_empty() {
        let mut errors = FieldErrors::default();
        errors.nest_one("expected", faults);
        return Err(errors);
    }
    let [on_hand, reserved, external, reported, available] =
        NUMBERS.map(|name| body.get(name).and_then(|value| form::whole_number(value, 0, i64::MAX)));
    Ok(SeenRow { on_hand, reserved, external, reported, available, version: None })
}

/// The version in `If-Match`. A tag that is not of our making is that of no row, and so is a weak one.
fn version(call: &RequestContext) -> Result<Option<SeenVersion>, Error> {
    let mut sent = call.headers.get_all(header::IF_MATCH).iter();
    let Some(first) = sent.next() else { return Ok(None) };
    let text = first.to_str().unwrap_or_default().trim();
    if sent.next().is_some() || text.contains(',') {
        return Err(Error::bad_request("If-Match must have one ETag, or *."));
    }
    if text == "*" {
        return Ok(Some(SeenVersion::Any));
    }
    let parts = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.split_once('.'));
    let number = |text: &str| text.parse::<i64>().ok();
    let read = parts.and_then(|(movement, taken)| Some((number(movement)?, number(taken)?)));
    Ok(Some(read.map_or(SeenVersion::None, |(movement, taken)| {
        SeenVersion::This(StockVersion {
            movement: Some(movement).filter(|id| *id != 0).map(MovementId::new),
            snapshot_at: Some(taken).filter(|micros| *micros != 0).map(Timestamp::from_micros),
        })
    })))
}

/// A stock as an error shows it, in the form of its family; null where there is none.
fn current(stored: Option<&Stock>, family: Family) -> Value {
    let shown = stored.map(|stock| {
        let mut text = String::new();
        view::write(family)(&mut text, stock);
        text
    });
    shown.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or(Value::Null)
}

/// What is said where one row is not as it was seen: 412 with the row as it is, or why else it was rejected.
pub fn refused(fault: &RowRejection, family: Family) -> Option<Error> {
    let told = messages::row(fault);
    match fault {
        RowRejection::Changed { stored } => {
            Some(Error::Stale { text: told.text, current: current(stored.as_deref(), family) })
        }
        RowRejection::UnexpectedLevel { stored } => {
            let more = Map::from_iter([("stored_stock".to_owned(), Value::from(*stored))]);
            Some(Error::Refused { code: told.code, text: told.text, more })
        }
        _ => None,
    }
}

/// Adds to the faults of rows what the stocks of stale ones are now.
pub fn show_current(errors: &mut [FieldErrors], faults: &[(usize, RowRejection)], family: Family) {
    for (row, fault) in faults {
        if let (RowRejection::Changed { stored }, Some(errors)) = (fault, errors.get_mut(*row)) {
            errors.put("error_code", messages::row(fault).code.into());
            errors.put("current", current(stored.as_deref(), family));
        }
    }
}
