//! Unplanned lines: noting them, and serving short ones first.
//!
//! Promises: a line that is to leave and was taken out of its package, or was not planned, is noted with the reason, until it
//! is planned, cancelled or has left. What comes back to a stock goes to the lines that are short there, oldest first, before
//! anybody else is offered it. Must not know how lines are planned.

use super::allot;
use crate::floor::{UnplannedItem, UnplannedReason};
use crate::{Cause, Context, HoldState, OrderId, OrderItemId, OrderStatus, Shelf, StockId};

/// Whether a line is to leave and is in no package.
pub(super) fn is_open(shelf: &Shelf, item: OrderItemId) -> bool {
    let Some(line) = shelf.item(item) else { return false };
    let may = matches!(line.status, OrderStatus::Approved | OrderStatus::Preparing);
    let is_held = shelf.hold(item).is_some_and(|hold| hold.state != HoldState::Cancelled);
    may && is_held && shelf.floor.line_with(item).is_none()
}

/// Notes lines of an order that could not be planned, or were taken out of their package; and forgets those of its lines
/// that were noted and are not open any more.
pub(in crate::decide) fn note(
    shelf: &mut Shelf,
    order: OrderId,
    items: &[OrderItemId],
    reason: UnplannedReason,
    context: Context,
) {
    let noted: Vec<OrderItemId> =
        shelf.floor.unplanned.all().filter(|row| row.order == order).map(|row| row.item).collect();
    for item in noted {
        if !is_open(shelf, item) {
            shelf.floor.unplanned.remove(item);
        }
    }
    for item in items.iter().copied().filter(|item| is_open(shelf, *item)).collect::<Vec<_>>() {
        note_one(shelf, item, reason, context);
    }
}

fn note_one(shelf: &mut Shelf, item: OrderItemId, reason: UnplannedReason, context: Context) {
    let (Some(line), Some(hold)) = (shelf.item(item), shelf.hold(item)) else { return };
    let reason = if hold.state == HoldState::Short { UnplannedReason::Short } else { reason };
    let (order, stock, sku, quantity) = (line.order, hold.stock, line.sku.clone(), line.quantity);
    if let Some(noted) = shelf.floor.unplanned.get(item) {
        // A plan that finds nothing again says nothing new.
        if (noted.stock, noted.quantity, noted.reason) == (stock, quantity, reason) {
            return;
        }
        let row = shelf.floor.unplanned.change(item);
        (row.stock, row.quantity, row.reason, row.modified_at) = (stock, quantity, reason, context.now);
        return;
    }
    let (created_at, modified_at) = (context.now, context.now);
    let row = UnplannedItem { item, order, stock, sku, quantity, reason, created_at, modified_at };
    shelf.floor.unplanned.make(item, row);
}

/// Why lines that a plan has found nothing for are unplanned.
pub(super) fn reason_of_plan(shelf: &Shelf, item: OrderItemId) -> UnplannedReason {
    let stock = shelf.hold(item).and_then(|hold| shelf.stock(hold.stock));
    let location = stock.and_then(|stock| shelf.floor.location_of(stock.list));
    match location {
        Some(location) if !location.is_open => UnplannedReason::LocationInactive,
        _ => UnplannedReason::NoStock,
    }
}

/// What has come back to stocks is held for the lines that are short there, the oldest first, and their orders are to be
/// planned. A line is served whole: one that does not fit lets a younger one go before it.
pub(in crate::decide) fn serve_short(shelf: &mut Shelf, context: Context) {
    for stock in shelf.stocks_with_short() {
        for item in short_of(shelf, stock) {
            let fits = shelf.stock(stock).zip(shelf.hold(item));
            if fits.is_some_and(|(stock, hold)| hold.quantity.units() <= stock.headroom()) {
                serve(shelf, item, stock, context);
            }
        }
    }
}

/// The lines that are short at a stock and may be served from it, oldest first.
fn short_of(shelf: &Shelf, stock: StockId) -> Vec<OrderItemId> {
    let serves = shelf.stock(stock).filter(|stock| stock.headroom() > 0).is_some_and(|stock| {
        shelf.floor.location_of(stock.list).is_some_and(|location| location.is_open && location.short_lines_first)
    });
    if !serves {
        return Vec::new();
    }
    let may = |item: &OrderItemId| {
        is_open(shelf, *item) && shelf.item(*item).is_some_and(|line| shelf.order(line.order).is_some())
    };
    let mut items: Vec<OrderItemId> = shelf.short_of(stock).into_iter().filter(may).collect();
    items.sort_by_key(|item| (shelf.item(*item).map(|line| line.created_at), *item));
    items
}

fn serve(shelf: &mut Shelf, item: OrderItemId, stock: StockId, context: Context) {
    allot::put_on(shelf, item, stock, (Cause::Plan(item), 0), context);
    note_one(shelf, item, UnplannedReason::NoStock, context);
    if let Some(order) = shelf.item(item).map(|line| line.order) {
        shelf.mark_plan(order, true);
    }
}
