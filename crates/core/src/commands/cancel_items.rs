//! Cancelling lines: a quantity that is still reserved, or reported and not yet in a stock level, is given back.
//!
//! Source: contract 7.4 and docs/data-model.md. A line that is settled gives nothing back: the ERP's next level
//! accounts for it. Cancelling a cancelled line changes nothing; a shipped line is rejected. If a line of another order
//! is named, the whole command is rejected, even if all lines are meant: the client then means another order.

use std::collections::BTreeSet;

use super::{Context, Outcome, ReadSet, TextEdit, fulfilment};
use crate::orders::ORDER_LINES_MAX;
use crate::{
    Cause, Delta, IdKind, OrderId, OrderItemId, OrderStatus, OutgoingEvent, Rejection, ReservationState, StockId,
    WorkingSet,
};

/// A cancellation within one order.
#[derive(Debug)]
pub struct CancelItems {
    /// The order.
    pub order: OrderId,
    /// Whether all of its lines are cancelled, whichever are named.
    pub all: bool,
    /// The lines that are named; each is the order's.
    pub items: Vec<OrderItemId>,
    /// How the `details` of lines change that this cancels: why, for instance. Each line is the order's.
    pub details: Vec<(OrderItemId, TextEdit)>,
}

impl CancelItems {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.fulfilment.orders.insert(self.order);
    }

    /// The most ids of a kind that deciding this command can use up. Its lines are known after loading only, hence the
    /// bound of one order's lines.
    pub(super) fn ids_needed(kind: IdKind) -> usize {
        if kind == IdKind::Movement { ORDER_LINES_MAX } else { 0 }
    }
}

pub(super) fn cancel_items(
    working_set: &mut WorkingSet,
    command: &CancelItems,
    context: Context,
) -> Result<Outcome, Rejection> {
    working_set.order(command.order).ok_or(Rejection::NotFound)?;
    let all = working_set.items_of(command.order);
    let chosen = if command.all { &all } else { &command.items };
    let explained = command.details.iter().map(|(item, _)| item);
    let named: BTreeSet<_> = command.items.iter().chain(explained).copied().collect();
    let foreign: Vec<_> = named.into_iter().filter(|item| !all.contains(item)).collect();
    if !foreign.is_empty() {
        return Err(Rejection::NotInOrder(foreign));
    }
    let shipped: Vec<_> = chosen.iter().copied().filter(|id| is_shipped(working_set, *id)).collect();
    if !shipped.is_empty() {
        return Err(Rejection::AlreadyShipped(shipped));
    }
    for item in chosen {
        if cancel_item(working_set, *item, context) {
            let edits = command.details.iter().filter(|(edited, _)| edited == item);
            edits.for_each(|(_, edit)| edit_details(working_set, *item, edit));
        }
    }
    let (order, items) = super::order_with_items(working_set, command.order);
    Ok(Outcome::ItemsCancelled(order, items))
}

fn is_shipped(working_set: &WorkingSet, item: OrderItemId) -> bool {
    working_set.item(item).is_some_and(|item| item.status.is_shipped())
}

fn edit_details(working_set: &mut WorkingSet, item: OrderItemId, edit: &TextEdit) {
    let item = working_set.item_mut(item);
    item.details = edit.apply(&item.details);
}

/// Cancels one line of an order in the working set, unless it is cancelled; the order follows when its last line is
/// gone.
pub(super) fn cancel_item(working_set: &mut WorkingSet, id: OrderItemId, context: Context) -> bool {
    let Some(order) = working_set.item(id).filter(|item| item.status != OrderStatus::Cancelled).map(|item| item.order)
    else {
        return false;
    };
    let on_its_way = fulfilment::keep_on_its_way(working_set, id);
    give_back(working_set, id, on_its_way, context);
    fulfilment::moves::drop_waiting(working_set, id, context);
    let item = working_set.item_mut(id);
    if let Some(line) = &mut item.outgoing {
        line.tell(&OutgoingEvent::CancelledHere, context.now);
    }
    item.status = OrderStatus::Cancelled;
    item.modified_at = context.now.later_than(item.modified_at);
    fulfilment::leave_order(working_set, id, context);
    let dead = all_cancelled(working_set, order);
    let order = working_set.order_mut(order, context.now);
    if dead {
        order.status = OrderStatus::Cancelled;
    }
    true
}

/// Gives the reservation back. What is on its way to the line is kept off sale where it will arrive, in the same
/// movement.
fn give_back(working_set: &mut WorkingSet, id: OrderItemId, on_its_way: Option<(StockId, i64)>, context: Context) {
    let Some(reservation) = working_set.reservation(id) else { return };
    let (stock, units, state) = (reservation.stock, reservation.quantity.units(), reservation.state);
    let (kept_on, kept) = on_its_way.unwrap_or((stock, 0));
    let delta = match state {
        ReservationState::Open => Delta { reserved: -units, reported: kept, ..Delta::default() },
        ReservationState::Reported => Delta { reported: kept - units, ..Delta::default() },
        ReservationState::Settled | ReservationState::Cancelled | ReservationState::Short => {
            Delta { reported: kept, ..Delta::default() }
        }
    };
    let gives_back = matches!(state, ReservationState::Open | ReservationState::Reported);
    assert!(kept == 0 || kept_on == stock, "a line is reserved where its units arrive: {stock:?}, not {kept_on:?}");
    if gives_back || kept > 0 {
        working_set.move_stock(stock, delta, Cause::Cancel(id), context.actor, context.now);
    }
    if gives_back || state == ReservationState::Short {
        working_set.advance_reservation(id, ReservationState::Cancelled, None);
    }
}

fn all_cancelled(working_set: &WorkingSet, order: OrderId) -> bool {
    working_set
        .items_of(order)
        .into_iter()
        .filter_map(|id| working_set.item(id))
        .all(|item| item.status == OrderStatus::Cancelled)
}
