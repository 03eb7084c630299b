//! Reservations of a product stock: the order lines and the carts that take its units.

use onhand_core::OrderItemId;
use onhand_store::tables::order_items::ReservedState;

use super::product_stocks;
use crate::http::context::RequestContext;
use crate::services::reserving::{self, ReservingCart, ReservingLine};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// One order line, or cart, that takes units of the stock.
pub const RESERVATION: ResponseSchema = response_schema!("StockReservation" {
    order_item: IntOrNull,
    order: IntOrNull,
    order_number: TextOrNull,
    channel: IntOrNull,
    quantity: Int,
    state: Text,
    created_date: Time,
    registered_at: TimeOrNull,
    code: TextOrNull,
    is_oversold: Bool,
    reservation: IntOrNull,
    reference: TextOrNull,
    expires_at: TimeOrNull,
});

/// The carts and then the lines of a stock, each the oldest first.
pub const RESERVATIONS: ResponseSchema = response_schema!("StockReservations" {
    next_after: IntOrNull,
    results: List(&RESERVATION),
});

/// `GET product_stocks/{id}/reservations/`: who reserves the stock, up to a hundred carts and then the order lines, the
/// oldest first. `state` is `open`, which is
/// meant where it is absent, or `reported`; `after` goes on from the last one seen.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let stock = product_stocks::found(&call).await?;
    let (mut state, mut after, mut errors) = (ReservedState::Open, None, FieldErrors::default());
    for (name, text) in &call.query {
        match name.as_str() {
            "state" => match ReservedState::from_word(text) {
                Some(named) => state = named,
                None => errors.add("state", format!("Choose one of: {}.", ReservedState::WORDS.join(", "))),
            },
            "after" => match text.parse() {
                Ok(id) => after = Some(OrderItemId::new(id)),
                Err(_) => errors.add("after", "Enter a number."),
            },
            _ => {}
        }
    }
    errors.into_result()?;
    let found = reserving::of_stock(&call.app, &call.requester(), &stock, (state, after)).await?;
    let carts = found.carts.iter().map(Either::Cart);
    let all: Vec<Either<'_>> = carts.chain(found.lines.iter().map(Either::Line)).collect();
    let mut body = String::new();
    Object::open(&mut body)
        .int_or_null("next_after", found.next_after.map(OrderItemId::get))
        .list("results", &all, |out, one| match one {
            Either::Cart(cart) => write_cart(out, cart),
            Either::Line(line) => write(out, line, state),
        })
        .close();
    Ok(ApiResponse::ok(body))
}

/// What takes units of a stock.
enum Either<'r> {
    Cart(&'r ReservingCart),
    Line(&'r ReservingLine),
}

fn write_cart(out: &mut String, one: &ReservingCart) {
    let cart = one.cart.as_ref();
    Object::open(out)
        .int_or_null("order_item", None)
        .int_or_null("order", None)
        .text_or_null("order_number", None)
        .int_or_null("channel", cart.and_then(|cart| cart.channel).map(onhand_core::ChannelId::get))
        .int("quantity", one.units)
        .text("state", ReservedState::Open.word())
        .time("created_date", one.since)
        .time_or_null("registered_at", None)
        .text_or_null("code", None)
        .bool("is_oversold", false)
        .int_or_null("reservation", cart.map(|cart| cart.id.get()))
        .text_or_null("reference", cart.map(|cart| cart.reference.as_str()))
        .time_or_null("expires_at", cart.map(|cart| cart.expires_at))
        .close();
}

fn write(out: &mut String, one: &ReservingLine, state: ReservedState) {
    let order = one.order.as_ref();
    Object::open(out)
        .int_or_null("order_item", order.map(|_| one.line.id.get()))
        .int_or_null("order", order.map(|order| order.id.get()))
        .text_or_null("order_number", order.map(|order| order.number.as_str()))
        .int_or_null("channel", order.and_then(|order| order.channel).map(onhand_core::ChannelId::get))
        .int("quantity", one.reservation.quantity.units())
        .text("state", state.word())
        .time("created_date", one.line.created_at)
        .time_or_null("registered_at", one.reservation.registered_at)
        .text_or_null("code", Some(one.code.as_str()).filter(|code| !code.is_empty()))
        .bool("is_oversold", one.line.oversold)
        .int_or_null("reservation", None)
        .text_or_null("reference", None)
        .time_or_null("expires_at", None)
        .close();
}
