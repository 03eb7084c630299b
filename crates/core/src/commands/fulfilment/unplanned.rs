//! Unplanned lines: noting them, and serving short ones first.
//!
//! Promises: a line that is to leave and was taken out of its package, or was not sourced, is noted with the reason,
//! until it is sourced, cancelled or has left. What comes back to a stock goes to the lines that are short there,
//! oldest first, before other orders are offered it. Must not know how lines are sourced.

use super::{Context, allocate};
use crate::fulfilment::{UnplannedItem, UnplannedReason};
use crate::{Cause, OrderId, OrderItemId, OrderStatus, ReservationState, StockId, WorkingSet};

/// Whether a line is to leave and is in no package.
pub(super) fn is_open(working_set: &WorkingSet, item: OrderItemId) -> bool {
    let Some(line) = working_set.item(item) else { return false };
    let may = matches!(line.status, OrderStatus::Approved | OrderStatus::Preparing);
    let is_held =
        working_set.reservation(item).is_some_and(|reservation| reservation.state != ReservationState::Cancelled);
    may && is_held && working_set.fulfilment.line_with(item).is_none()
}

/// Notes lines of an order that could not be sourced, or were taken out of their package; and forgets those of its
/// lines that were noted and are not open any more.
pub(in crate::commands) fn note(
    working_set: &mut WorkingSet,
    order: OrderId,
    items: &[OrderItemId],
    reason: UnplannedReason,
    context: Context,
) {
    let noted: Vec<OrderItemId> =
        working_set.fulfilment.unplanned.all().filter(|row| row.order == order).map(|row| row.item).collect();
    for item in noted {
        if !is_open(working_set, item) {
            working_set.fulfilment.unplanned.remove(item);
        }
    }
    for item in items.iter().copied().filter(|item| is_open(working_set, *item)).collect::<Vec<_>>() {
        note_one(working_set, item, reason, context);
    }
}

fn note_one(working_set: &mut WorkingSet, item: OrderItemId, reason: UnplannedReason, context: Context) {
    let (Some(line), Some(reservation)) = (working_set.item(item), working_set.reservation(item)) else { return };
    let reason = if reservation.state == ReservationState::Short { UnplannedReason::Short } else { reason };
    let (order, stock, sku, quantity) = (line.order, reservation.stock, line.sku.clone(), line.quantity);
    if let Some(noted) = working_set.fulfilment.unplanned.get(item) {
        // Sourcing that finds nothing again says nothing new.
        if (noted.stock, noted.quantity, noted.reason) == (stock, quantity, reason) {
            return;
        }
        let row = working_set.fulfilment.unplanned.change(item);
        (row.stock, row.quantity, row.reason, row.modified_at) = (stock, quantity, reason, context.now);
        return;
    }
    let (created_at, modified_at) = (context.now, context.now);
    let row = UnplannedItem { item, order, stock, sku, quantity, reason, created_at, modified_at };
    working_set.fulfilment.unplanned.make(item, row);
}

/// Why lines are unplanned for which sourcing has found nothing.
pub(super) fn reason_of_sourcing(working_set: &WorkingSet, item: OrderItemId) -> UnplannedReason {
    let stock = working_set.reservation(item).and_then(|reservation| working_set.stock(reservation.stock));
    let location = stock.and_then(|stock| working_set.fulfilment.location_of(stock.list));
    match location {
        Some(location) if !location.is_open => UnplannedReason::LocationInactive,
        _ => UnplannedReason::NoStock,
    }
}

/// Units that have come back to stocks are reserved for the lines that are short there, the oldest first, and their
/// orders are to be sourced. A line is served whole: one that does not fit lets a younger one go before it.
pub(in crate::commands) fn serve_short(working_set: &mut WorkingSet, context: Context) {
    for stock in working_set.stocks_with_short() {
        for item in short_of(working_set, stock) {
            let fits = working_set.stock(stock).zip(working_set.reservation(item));
            if fits.is_some_and(|(stock, reservation)| reservation.quantity.units() <= stock.available_unclamped()) {
                serve(working_set, item, stock, context);
            }
        }
    }
}

/// The lines that are short at a stock and may be served from it, oldest first.
fn short_of(working_set: &WorkingSet, stock: StockId) -> Vec<OrderItemId> {
    let serves = working_set.stock(stock).filter(|stock| stock.available_unclamped() > 0).is_some_and(|stock| {
        working_set
            .fulfilment
            .location_of(stock.list)
            .is_some_and(|location| location.is_open && location.short_lines_first)
    });
    if !serves {
        return Vec::new();
    }
    let may = |item: &OrderItemId| {
        is_open(working_set, *item)
            && working_set.item(*item).is_some_and(|line| working_set.order(line.order).is_some())
    };
    let mut items: Vec<OrderItemId> = working_set.short_of(stock).into_iter().filter(may).collect();
    items.sort_by_key(|item| (working_set.item(*item).map(|line| line.created_at), *item));
    items
}

fn serve(working_set: &mut WorkingSet, item: OrderItemId, stock: StockId, context: Context) {
    allocate::allocate(working_set, item, stock, (Cause::Sourcing(item), 0), context);
    note_one(working_set, item, UnplannedReason::NoStock, context);
    if let Some(order) = working_set.item(item).map(|line| line.order) {
        working_set.set_sourcing_due(order, true);
    }
}
