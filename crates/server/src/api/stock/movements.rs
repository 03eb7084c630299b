//! Movements: why the numbers of a product stock are what they are, and the undo of a write.

use onhand_core::{Explanation, ImportId, MovementId, OrderId, OrderItemId, Outcome, StockId, StockTransferId, UserId};
use onhand_store::tables::movements;

use super::product_stocks;
use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::http::route::{Holds, Parameter, parameter};
use crate::services::levels;
use crate::services::origins::Origins;
use crate::services::stock::{self, HistoryEntry, HistoryQuery};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{PropertyType, ResponseSchema, property, response_schema};
use crate::wire::scalar;

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
    external_quantity_change: Int,
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
    reservation: IntOrNull,
    reference: TextOrNull,
    stock_transfer: IntOrNull,
    rolled_up: IntOrNull,
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
    let wanted = wanted(&call)?;
    let history = stock::history(&call.app, &call.requester(), found, wanted).await?;
    let mut body = String::new();
    Object::open(&mut body)
        .int_or_null("next_before", history.next_before.map(MovementId::get))
        .list("results", &history.entries, |out, entry| write_movement(out, entry, &history.origins))
        .close();
    Ok(ApiResponse::ok(body))
}

/// Which part of a history is asked for.
pub const ASKED: &[Parameter] = &[
    parameter("before", Holds::Id),
    parameter("limit", Holds::Number(Some(stock::MOVEMENTS_MAX as i64))),
    parameter("reason", Holds::Words(movements::CAUSES)),
    parameter("user", Holds::Id),
    parameter("order", Holds::Id),
    parameter("import", Holds::Id),
    parameter("created_date__gt", Holds::Time),
    parameter("created_date__gte", Holds::Time),
    parameter("created_date__lt", Holds::Time),
    parameter("created_date__lte", Holds::Time),
];

/// Which part of the history the query asks for.
fn wanted(call: &RequestContext) -> Result<HistoryQuery, Error> {
    let mut faults = FieldErrors::default();
    let mut number = |name: &str| {
        let read = call.asked(name).map(str::parse::<i64>)?;
        read.map_err(|_| faults.add(name, "Enter a number.")).ok()
    };
    let [before, limit, user, order, import] = ["before", "limit", "user", "order", "import"].map(&mut number);
    if limit.is_some_and(|limit| !(1..=stock::MOVEMENTS_MAX as i64).contains(&limit)) {
        faults.add("limit", format!("Enter a number from 1 to {}.", stock::MOVEMENTS_MAX));
    }
    let mut time = |name: &str| {
        let read = scalar::written_time(call.asked(name)?);
        if read.is_none() {
            faults.add(name, "Enter a valid date/time.");
        }
        Some(read?.descriptive(call.zone()))
    };
    // Times are whole microseconds, so later than one is not earlier than the next.
    let from = time("created_date__gte").max(time("created_date__gt").map(|after| after.plus_micros(1)));
    let until = [time("created_date__lte"), time("created_date__lt").map(|before| before.plus_micros(-1))];
    let cause = call.asked("reason");
    if let Some(word) = cause.filter(|word| !movements::CAUSES.contains(word)) {
        faults.add("reason", format!("\"{word}\" is not a valid choice."));
    }
    faults.into_result()?;
    Ok(HistoryQuery {
        before: before.map(MovementId::new),
        limit: limit.map_or(stock::MOVEMENTS_DEFAULT, |limit| limit as usize),
        cause: cause.map(str::to_owned),
        actor: user.map(UserId::new),
        order: order.map(OrderId::new),
        import: import.map(ImportId::new),
        from,
        until: until.into_iter().flatten().min(),
    })
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
    let (reason, note) = Explanation::words(movement.explanation.as_ref());
    Object::open(out)
        .int("pk", movement.id.get())
        .text("reason", movements::cause_name(movement.cause).0)
        .int_or_null("order_item", entry.item.map(OrderItemId::get))
        .int_or_null("import", movements::import_of(movement.cause).map(onhand_core::ImportId::get))
        .int_or_null("user", entry.actor.map(UserId::get))
        .time("date", movement.at)
        .int("stock_change", movement.delta.on_hand)
        .int("sold_quantity_unreported_change", movement.delta.reserved)
        .int("external_quantity_change", movement.delta.external)
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
        .int_or_null("reservation", origins.cart(movement).map(|(cart, _)| cart.get()))
        .text_or_null("reference", origins.cart(movement).map(|(_, reference)| reference))
        .int_or_null("stock_transfer", movements::stock_transfer_of(movement.cause).map(StockTransferId::get))
        .int_or_null("rolled_up", movements::rolled_up_of(movement.cause))
        .close();
}
