//! Movements: why the numbers of a product stock are what they are, and the undo of a write.

use onhand_core::{AdjustmentReason, MovementId, OrderItemId, Outcome, StockId, UserId};
use onhand_store::tables::movements;

use super::product_stocks;
use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::services::levels;
use crate::services::origins::Origins;
use crate::services::stock::{self, HistoryEntry};
use crate::wire::error::Error;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{PropertyType, ResponseSchema, property, response_schema};

/// One change of a product stock's numbers.
pub const MOVEMENT: ResponseSchema = response_schema!("Movement" {
    pk: Int,
    reason: Text,
    order_item: IntOrNull,
    import: IntOrNull,
    user: IntOrNull,
    date: Time,
    stock_change: Int,
    sold_quantity_unreported_change: Int,
    reported_quantity_change: Int,
    stock: Int,
    sold_quantity_unreported: Int,
    reported_quantity: Int,
    user_name: TextOrNull,
    order: IntOrNull,
    order_number: TextOrNull,
    import_file: TextOrNull,
    adjustment_reason: TextOrNull,
    note: TextOrNull,
});

/// A stock's history, newest first.
pub const HISTORY: ResponseSchema = ResponseSchema {
    name: "StockHistory",
    properties: &[property("next_before", PropertyType::IntOrNull), property("results", PropertyType::List(&MOVEMENT))],
    open: false,
};

/// `GET product_stocks/{id}/movements/`: why the numbers are what they are, newest first. `before` goes on from the
/// last one seen.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let found = product_stocks::found(&call).await?;
    let before = match call.query.iter().find(|(name, _)| name == "before").map(|(_, text)| text.parse()) {
        None => None,
        Some(Ok(id)) => Some(MovementId::new(id)),
        Some(Err(_)) => return Err(Error::field("before", "Enter a number.")),
    };
    let history = stock::history(&call.app, &call.requester(), found, before).await?;
    let mut body = String::new();
    Object::open(&mut body)
        .int_or_null("next_before", history.next_before.map(MovementId::get))
        .list("results", &history.entries, |out, entry| write_movement(out, entry, &history.origins))
        .close();
    Ok(ApiResponse::ok(body))
}

/// What undoing a movement has done.
pub const UNDONE: ResponseSchema = ResponseSchema {
    name: "UndoneMovement",
    properties: &[
        property("pk", PropertyType::IntOrNull),
        property("product_stock", PropertyType::IntOrNull),
        property("stock", PropertyType::IntOrNull),
        property("snapshot_at", PropertyType::TimeOrNull),
    ],
    open: false,
};

/// `POST product_stocks/{id}/movements/{movement}/undo/`: undoes one write. The answer names the movement that does.
pub async fn undo(call: RequestContext) -> Result<ApiResponse, Error> {
    let stock = product_stocks::found(&call).await?;
    let movement = MovementId::new(context::id(call.parameter(1))?);
    let submitted = levels::undo(&call.app, &call.requester(), (&stock, movement), call.record(&undone)).await;
    context::reply(submitted, undone, error_mapping::error)
}

fn undone(outcome: &Outcome) -> ApiResponse {
    let row = match outcome {
        Outcome::StocksImported(rows) => rows.first(),
        _ => None,
    };
    let after = row.and_then(|row| row.after);
    ApiResponse::written(|out| {
        Object::open(out)
            .int_or_null("pk", row.and_then(|row| row.movement).map(MovementId::get))
            .int_or_null("product_stock", row.and_then(|row| row.stock).map(StockId::get))
            .int_or_null("stock", after.map(|after| after.on_hand))
            .time_or_null("snapshot_at", after.and_then(|after| after.snapshot_at))
            .close();
    })
}

fn write_movement(out: &mut String, entry: &HistoryEntry, origins: &Origins) {
    let movement = &entry.movement;
    let order = origins.order(movement);
    let name = entry.actor.map(|_| origins.person(movement)).filter(|name| !name.is_empty());
    let said = movement.explanation.as_ref();
    let reason = said.and_then(|said| said.reason).map(AdjustmentReason::word);
    let note = said.map(|said| said.note.as_str()).filter(|note| !note.is_empty());
    Object::open(out)
        .int("pk", movement.id.get())
        .text("reason", movements::cause_name(movement.cause).0)
        .int_or_null("order_item", entry.item.map(OrderItemId::get))
        .int_or_null("import", movements::import_of(movement.cause).map(onhand_core::ImportId::get))
        .int_or_null("user", entry.actor.map(UserId::get))
        .time("date", movement.at)
        .int("stock_change", movement.delta.on_hand)
        .int("sold_quantity_unreported_change", movement.delta.reserved)
        .int("reported_quantity_change", movement.delta.reported)
        .int("stock", movement.on_hand)
        .int("sold_quantity_unreported", movement.reserved)
        .int("reported_quantity", movement.reported)
        .text_or_null("user_name", name)
        .int_or_null("order", order.map(|order| order.id.get()))
        .text_or_null("order_number", order.map(|order| order.number.as_str()))
        .text_or_null("import_file", origins.file(movement).map(|(_, name)| name))
        .text_or_null("adjustment_reason", reason)
        .text_or_null("note", note)
        .close();
}
