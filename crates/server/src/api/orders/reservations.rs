//! The list of reservations: carts and order lines that take units of stock, or took them.
//!
//! Promises: a list of carts alone has numbered pages and every filter of carts; carts and lines together have a cursor, and a
//! page of them may have fewer rows than it could. Must not know how a reservation is made.

use onhand_core::{CartLine, CartReservation, CartState, ChannelId, OrderId, ReservationState, Timestamp};
use onhand_store::query::{Condition, Op, Page, Window};

use super::cart_reservations::{FILTERS as CART_FILTERS, LINE_VIEW, write_line};
use crate::http::context::RequestContext;
use crate::http::route::{Holds, Parameter, parameter};
use crate::services::carts;
use crate::services::reservations::{self, Holder, ReservationPlace, ReservationQuery, Reserving};
use crate::services::reserving::ReservingLine;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::filter::{self, Filter, Kind, Query};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// A cart, or an order line, with the units that it takes or took.
pub const VIEW: ResponseSchema = response_schema!("Reservation" {
    kind: Text,
    pk: IntOrNull,
    id: IntOrNull,
    reference: TextOrNull,
    channel: IntOrNull,
    state: Text,
    expires_at: TimeOrNull,
    order: IntOrNull,
    order_number: TextOrNull,
    order_item: IntOrNull,
    code: TextOrNull,
    registered_at: TimeOrNull,
    is_oversold: Bool,
    created_date: Time,
    modified_date: TimeOrNull,
    lines: List(&LINE_VIEW),
});

/// What can be asked for besides the filters of carts.
pub const ASKED: &[Parameter] = &[parameter("kind", Holds::Words(KINDS)), parameter("age__gt", Holds::Number(None))];

const KINDS: &[&str] = &["cart", "order_line"];

/// How a line stands, by the words of the wire.
const LINE_STATES: &[(&str, ReservationState)] = &[
    ("open", ReservationState::Open),
    ("reported", ReservationState::Reported),
    ("settled", ReservationState::Settled),
    ("cancelled", ReservationState::Cancelled),
    ("short", ReservationState::Short),
];

/// The word of every state that a reservation can have.
const STATES: &[&str] = &["open", "confirmed", "released", "expired", "reported", "settled", "cancelled", "short"];

/// The filters of carts and lines together. A cursor of theirs has a text.
const SHARED: &[Filter] = &[
    Filter::new("state", "state", Kind::Choice(STATES)),
    Filter::only("product_sku", "sku", Kind::Text),
    Filter::only("order", "order_id", Kind::Int),
    Filter::only("channel", "channel_id", Kind::Int),
];

/// The filters of the list. Those that no order line has are for carts only.
pub const FILTERS: &[Filter] = &{
    let mut all = [CART_FILTERS[0]; CART_FILTERS.len()];
    let mut at = 0;
    while at < all.len() {
        all[at] = match CART_FILTERS[at].kind {
            Kind::Numbered(_) => Filter::new("state", "state", Kind::Choice(STATES)),
            _ => CART_FILTERS[at],
        };
        at += 1;
    }
    all
};

/// `GET reservations/`. A channel sees its own only.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let (kind, before, rest) = own_parameters(&call)?;
    let is_shared = |name: &str| SHARED.iter().any(|filter| filter.name == name) || matches!(name, "limit" | "cursor");
    let foreign = rest.iter().find(|(name, _)| !is_shared(name));
    match (kind, foreign) {
        (Some(Holder::Line), Some((name, _))) => Err(Error::field(name, "This is asked of carts only.")),
        (Some(Holder::Cart), _) | (None, Some(_)) => list_carts(&call, before, &rest).await,
        (holder, None) => list_both(&call, (holder, before), rest).await,
    }
}

/// What the query says besides filters, and what is left of it.
type Own = (Option<Holder>, Option<Timestamp>, Vec<(String, String)>);

fn own_parameters(call: &RequestContext) -> Result<Own, Error> {
    let mut errors = FieldErrors::default();
    let kind = match call.asked("kind") {
        None => None,
        Some("cart") => Some(Holder::Cart),
        Some("order_line") => Some(Holder::Line),
        Some(word) => {
            errors.add("kind", format!("\"{word}\" is not a valid choice."));
            None
        }
    };
    let seconds = call.asked("age__gt").map(|text| text.parse::<u32>().ok().filter(|seconds| *seconds > 0));
    if seconds == Some(None) {
        errors.add("age__gt", "Enter a number.");
    }
    errors.into_result()?;
    let before = seconds.flatten().map(|seconds| call.app.clock.now().minus_seconds(i64::from(seconds)));
    let is_own = |name: &str| ASKED.iter().any(|parameter| parameter.name == name);
    Ok((kind, before, call.query.iter().filter(|(name, _)| !is_own(name)).cloned().collect()))
}

async fn list_carts(
    call: &RequestContext,
    before: Option<Timestamp>,
    rest: &[(String, String)],
) -> Result<ApiResponse, Error> {
    let mut query = filter::parse(CART_FILTERS, rest, call.zone())?;
    query.listing.conditions.extend(before.map(|before| Condition {
        column: "created_at",
        op: Op::Lt,
        values: vec![before.micros().into()],
    }));
    let page = carts::page(&call.app, &call.requester(), query.listing.clone()).await?;
    let now = call.app.clock.now();
    call.page(&query, &page, |out, cart| write_cart(out, cart, cart.state_at(now)))
}

async fn list_both(
    call: &RequestContext,
    (holder, before): (Option<Holder>, Option<Timestamp>),
    mut rest: Vec<(String, String)>,
) -> Result<ApiResponse, Error> {
    // Such a list has a cursor on every page, which is a place in the order of states.
    rest.push(("sort".to_owned(), "state".to_owned()));
    if !rest.iter().any(|(name, _)| name == "cursor") {
        rest.push(("cursor".to_owned(), String::new()));
    }
    let query = filter::parse(SHARED, &rest, call.zone())?;
    let wanted = wanted(&query, (holder, before))?;
    let (rows, next) = reservations::page(&call.app, &call.requester(), wanted).await?;
    let page = Page { count: None, rows, next: next.map(ReservationPlace::cursor) };
    let now = call.app.clock.now();
    call.page(&query, &page, |out, row| match row {
        Reserving::Cart(cart) => write_cart(out, cart, cart.state_at(now)),
        Reserving::Line(line) => write_order_line(out, line),
    })
}

/// What a query asks for.
fn wanted(query: &Query, (holder, before): (Option<Holder>, Option<Timestamp>)) -> Result<ReservationQuery, Error> {
    let mut wanted = ReservationQuery { holder, before, limit: query.limit, ..ReservationQuery::default() };
    if let Window::After { key: Some(key), .. } = &query.listing.window {
        let place = ReservationPlace::of_cursor(key).ok_or_else(|| Error::field("cursor", "Invalid cursor."))?;
        wanted.after = Some(place);
    }
    for Condition { column, op, values } in &query.listing.conditions {
        match (*column, op, values.as_slice()) {
            ("state", _, values) => {
                let words: Vec<&str> = values.iter().filter_map(text).collect();
                wanted.cart_states = Some(words.iter().filter_map(|word| CartState::from_word(word)).collect());
                let lines = LINE_STATES.iter().filter(|(word, _)| words.contains(word)).map(|(_, state)| *state);
                wanted.line_states = Some(lines.collect());
            }
            ("sku", Op::Eq, [value]) => wanted.sku = text(value).map(str::to_owned),
            ("order_id", Op::Eq, [onhand_store::Value::Int(id)]) => wanted.order = Some(OrderId::new(*id)),
            ("channel_id", Op::Eq, [onhand_store::Value::Int(id)]) => wanted.channel = Some(ChannelId::new(*id)),
            (column, ..) => {
                let name = SHARED.iter().find(|filter| filter.column == column).map_or("kind", |filter| filter.name);
                return Err(Error::field(name, "Carts and order lines together are asked for by one value."));
            }
        }
    }
    let over = [ReservationState::Settled, ReservationState::Cancelled];
    let asks_over = wanted.line_states.as_ref().is_some_and(|states| over.iter().any(|state| states.contains(state)));
    if asks_over && wanted.order.is_none() {
        return Err(Error::field("state", "Settled and cancelled lines are asked for with their order."));
    }
    Ok(wanted)
}

fn text<'v>(value: &'v onhand_store::Value<'static>) -> Option<&'v str> {
    match value {
        onhand_store::Value::Text(text) => Some(text),
        _ => None,
    }
}

fn write_cart(out: &mut String, cart: &CartReservation, state: CartState) {
    Object::open(out)
        .text("kind", "cart")
        .int("pk", cart.id.get())
        .int("id", cart.id.get())
        .text("reference", &cart.reference)
        .int_or_null("channel", cart.channel.map(ChannelId::get))
        .text("state", state.word())
        .time("expires_at", cart.expires_at)
        .int_or_null("order", cart.order.map(OrderId::get))
        .text_or_null("order_number", None)
        .int_or_null("order_item", None)
        .text_or_null("code", None)
        .time_or_null("registered_at", None)
        .bool("is_oversold", false)
        .time("created_date", cart.created_at)
        .time("modified_date", cart.modified_at)
        .list("lines", &cart.lines, write_line)
        .close();
}

fn write_order_line(out: &mut String, one: &ReservingLine) {
    let (line, order) = (&one.line, one.order.as_ref());
    let state = LINE_STATES.iter().find(|(_, state)| *state == one.reservation.state).map_or("", |(word, _)| word);
    let of_it = CartLine {
        number: 1,
        product: line.product,
        sku: line.sku.clone(),
        list: line.list,
        stock: one.reservation.stock,
        units: one.reservation.quantity.units(),
        sourced: line.sourced,
    };
    Object::open(out)
        .text("kind", "order_line")
        .int_or_null("pk", None)
        .int_or_null("id", None)
        .text_or_null("reference", None)
        .int_or_null("channel", order.and_then(|order| order.channel).map(ChannelId::get))
        .text("state", state)
        .time_or_null("expires_at", None)
        .int_or_null("order", order.map(|order| order.id.get()))
        .text_or_null("order_number", order.map(|order| order.number.as_str()))
        .int("order_item", line.id.get())
        .text_or_null("code", Some(one.code.as_str()).filter(|code| !code.is_empty()))
        .time_or_null("registered_at", one.reservation.registered_at)
        .bool("is_oversold", line.oversold)
        .time("created_date", line.created_at)
        .time_or_null("modified_date", None)
        .list("lines", &[of_it], write_line)
        .close();
}
