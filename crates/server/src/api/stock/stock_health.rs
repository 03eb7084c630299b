//! Stock health: what has kept units off sale for long, and settling reported lines that no level will settle.

use onhand_core::commands::SettledLine;
use onhand_core::{ChannelId, MovementId, OrderItemId, Outcome, Stock};

use onhand_store::tables::batch_requests::BatchRow;

use super::product_stocks::{self, explained};
use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::http::route::{Holds, Parameter, parameter};
use crate::services::reserving::ReservingLine;
use crate::services::stock_health::{self, OLD_SECONDS_DEFAULT, Oldest, ROWS_DEFAULT, ROWS_MAX, SETTLED_MAX};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// The longest time that can be asked for: a hundred years.
const OLD_SECONDS_MAX: i64 = 100 * 365 * 24 * 3_600;

/// How old is too old, in seconds, and how many rows of each kind are wanted.
pub const ASKED: &[Parameter] = &[
    parameter("older_than_seconds", Holds::Number(Some(OLD_SECONDS_MAX))),
    parameter("limit", Holds::Number(Some(ROWS_MAX))),
];

const LINE: ResponseSchema = response_schema!("AgedLine" {
    order_item: Int,
    order: IntOrNull,
    order_number: TextOrNull,
    channel: IntOrNull,
    product_stock: Int,
    product_sku: Text,
    stock_list: Int,
    quantity: Int,
    since: Time,
    code: TextOrNull,
    is_oversold: Bool,
});

const LINES: ResponseSchema = response_schema!("AgedLines" {
    has_more: Bool,
    results: List(&LINE),
});

const STOCKS: ResponseSchema = response_schema!("OversoldStocks" {
    has_more: Bool,
    results: List(&product_stocks::VIEW_V1),
});

const LEASE: ResponseSchema = response_schema!("ExpiredLease" {
    batch_request: Int,
    channel: Int,
    local_batch_id: Text,
    status: Text,
    lease_until: TimeOrNull,
});

const LEASES: ResponseSchema = response_schema!("ExpiredLeases" {
    has_more: Bool,
    results: List(&LEASE),
});

/// What has kept units off sale for long.
pub const VIEW: ResponseSchema = response_schema!("StockHealth" {
    older_than_seconds: Int,
    reported_lines: One(&LINES),
    open_lines: One(&LINES),
    unpackaged_lines: One(&LINES),
    expired_leases: One(&LEASES),
    oversold_stocks: One(&STOCKS),
});

/// The body of settling.
pub const SETTLE: &[Field] = &[
    Field::pks(
        "order_items",
        "The lines that no level will settle, 1 to 1,000. Those that are not reported stay as they are.",
    )
    .required(),
    explained::ADJUSTMENT_REASON,
    explained::NOTE,
];

const SETTLED_LINE: ResponseSchema = response_schema!("SettledLine" {
    order_item: Int,
    product_stock: Int,
    quantity: Int,
    movement: IntOrNull,
});

/// What settling has done.
pub const SETTLED: ResponseSchema = response_schema!("SettledLines" {
    results: List(&SETTLED_LINE),
});

/// `GET stock_health/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let mut faults = FieldErrors::default();
    let mut number = |name: &str, most: i64| {
        let read = call.asked(name)?.parse::<i64>().ok().filter(|number| (1..=most).contains(number));
        if read.is_none() {
            faults.add(name, format!("Enter a number from 1 to {most}."));
        }
        read
    };
    let (seconds, limit) = (number("older_than_seconds", OLD_SECONDS_MAX), number("limit", ROWS_MAX));
    faults.into_result()?;
    let seconds = seconds.unwrap_or(OLD_SECONDS_DEFAULT);
    let before = call.app.clock.now().minus_seconds(seconds);
    let found = stock_health::look(&call.app, &call.requester(), before, limit.unwrap_or(ROWS_DEFAULT)).await?;
    Ok(ApiResponse::written(|out| {
        Object::open(out)
            .int("older_than_seconds", seconds)
            .raw("reported_lines", &rows(&found.reported, write_line))
            .raw("open_lines", &rows(&found.open, write_line))
            .raw("unpackaged_lines", &rows(&found.unpackaged, write_line))
            .raw("expired_leases", &rows(&found.leases, write_lease))
            .raw("oversold_stocks", &rows(&found.oversold, write_stock))
            .close();
    }))
}

/// `POST stock_health/settle/`.
pub async fn settle(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(SETTLE, Mode::Whole).await?;
    let items: Vec<OrderItemId> =
        form.ids("order_items").unwrap_or_default().iter().copied().map(OrderItemId::new).collect();
    if items.is_empty() || items.len() > SETTLED_MAX {
        return Err(Error::field("order_items", format!("Send 1 to {SETTLED_MAX} rows.")));
    }
    explained::check_one(&call, &form).await?;
    let what = (items, explained::of_form(&form));
    let submitted = stock_health::settle(&call.app, &call.requester(), what, call.record(&settled)).await;
    context::reply(submitted, settled, error_mapping::error)
}

fn settled(outcome: &Outcome) -> ApiResponse {
    let lines = match outcome {
        Outcome::ReportedSettled(lines) => lines.as_slice(),
        _ => &[],
    };
    ApiResponse::written(|out| Object::open(out).list("results", lines, write_settled).close())
}

fn write_settled(out: &mut String, line: &SettledLine) {
    Object::open(out)
        .int("order_item", line.item.get())
        .int("product_stock", line.stock.get())
        .int("quantity", line.units)
        .int_or_null("movement", line.movement.map(MovementId::get))
        .close();
}

/// Rows of one kind, as an object.
fn rows<T>(found: &Oldest<T>, write: impl Fn(&mut String, &T)) -> String {
    let mut body = String::new();
    Object::open(&mut body).bool("has_more", found.has_more).list("results", &found.rows, write).close();
    body
}

fn write_stock(out: &mut String, stock: &Stock) {
    product_stocks::write(crate::wire::Family::V1)(out, stock);
}

fn write_lease(out: &mut String, batch: &BatchRow) {
    Object::open(out)
        .int("batch_request", batch.id)
        .int("channel", batch.channel.get())
        .text("local_batch_id", &batch.local_batch_id)
        .text("status", batch.status.word())
        .time_or_null("lease_until", batch.lease_until)
        .close();
}

fn write_line(out: &mut String, one: &ReservingLine) {
    let order = one.order.as_ref();
    Object::open(out)
        .int("order_item", one.line.id.get())
        .int_or_null("order", order.map(|order| order.id.get()))
        .text_or_null("order_number", order.map(|order| order.number.as_str()))
        .int_or_null("channel", order.and_then(|order| order.channel).map(ChannelId::get))
        .int("product_stock", one.reservation.stock.get())
        .text("product_sku", &one.line.sku)
        .int("stock_list", one.line.reserved_list.get())
        .int("quantity", one.reservation.quantity.units())
        .time("since", one.since())
        .text_or_null("code", Some(one.code.as_str()).filter(|code| !code.is_empty()))
        .bool("is_oversold", one.line.oversold)
        .close();
}
