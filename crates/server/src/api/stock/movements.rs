//! Movements: why the numbers of a product stock are what they are.

use std::collections::BTreeSet;

use onhand_core::{Movement, MovementId, OrderItemId, UserId};
use onhand_store::Tx;
use onhand_store::tables::{movements, order_items};

use super::product_stocks;
use crate::http::context::RequestContext;
use crate::wire::error::Error;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::view::{Shape, View, property};

/// Movements shown at once.
const SHOWN_MAX: usize = 100;

/// One change of a product stock's numbers.
pub const MOVEMENT: View = View {
    name: "Movement",
    properties: &[
        property("pk", Shape::Int),
        property("reason", Shape::Text),
        property("order_item", Shape::IntOrNull),
        property("import", Shape::IntOrNull),
        property("user", Shape::IntOrNull),
        property("date", Shape::Time),
        property("stock_change", Shape::Int),
        property("sold_quantity_unreported_change", Shape::Int),
        property("reported_quantity_change", Shape::Int),
        property("stock", Shape::Int),
        property("sold_quantity_unreported", Shape::Int),
        property("reported_quantity", Shape::Int),
    ],
    open: false,
};

/// A stock's history, newest first.
pub const HISTORY: View = View {
    name: "StockHistory",
    properties: &[property("next_before", Shape::IntOrNull), property("results", Shape::List(&MOVEMENT))],
    open: false,
};

/// `GET product_stocks/{id}/movements/`: why the numbers are what they are, newest first. `before` goes on from the
/// last one seen.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let stock = product_stocks::found(&call).await?;
    let before = match call.query.iter().find(|(name, _)| name == "before").map(|(_, text)| text.parse()) {
        None => None,
        Some(Ok(id)) => Some(MovementId::new(id)),
        Some(Err(_)) => return Err(Error::field("before", "Enter a number.")),
    };
    let channel = call.channel;
    let body = async move |tx: &mut Tx<'_>| {
        let found = movements::history(tx, &stock, before, SHOWN_MAX).await?;
        let items: Vec<OrderItemId> = found.iter().filter_map(|one| movements::cause_name(one.cause).1).collect();
        let own = match channel {
            Some(channel) => Some(order_items::of_channel(tx, channel, &items).await?),
            None => None,
        };
        Ok((found, own))
    };
    let (found, own) = call.app.store.read("movements.history", body).await?;
    let seen_by = Reader { own, account: call.caller.account };
    let next = found.last().filter(|movement| movement.previous.is_some()).map(|movement| movement.id.get());
    let mut body = String::new();
    Object::open(&mut body)
        .int_or_null("next_before", next)
        .list("results", &found, |out, one| write_movement(out, one, &seen_by))
        .close();
    Ok(ApiResponse::ok(body))
}

/// The reader of the list: a channel is told of its own order lines and of itself, and of no other channel's.
struct Reader {
    /// The lines that are the channel's; none where everything is told.
    own: Option<BTreeSet<OrderItemId>>,
    account: UserId,
}

fn write_movement(out: &mut String, movement: &Movement, reader: &Reader) {
    let (cause, item) = movements::cause_name(movement.cause);
    let item = item.filter(|item| reader.own.as_ref().is_none_or(|own| own.contains(item)));
    let user = Some(movement.actor).filter(|user| reader.own.is_none() || *user == reader.account);
    Object::open(out)
        .int("pk", movement.id.get())
        .text("reason", cause)
        .int_or_null("order_item", item.map(OrderItemId::get))
        .int_or_null("import", movements::import_of(movement.cause).map(onhand_core::ImportId::get))
        .int_or_null("user", user.map(UserId::get))
        .time("date", movement.at)
        .int("stock_change", movement.delta.on_hand)
        .int("sold_quantity_unreported_change", movement.delta.reserved)
        .int("reported_quantity_change", movement.delta.reported)
        .int("stock", movement.on_hand)
        .int("sold_quantity_unreported", movement.reserved)
        .int("reported_quantity", movement.reported)
        .close();
}
