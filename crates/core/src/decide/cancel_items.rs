//! Cancelling lines: what is still held, or reported and not yet in a figure, is given back.
//!
//! Source: contract 7.4 and docs/data-model.md. A line whose quantity the ERP's figure already contains gives nothing back:
//! the ERP's next figure says. Cancelling a cancelled line changes nothing; a shipped line is refused. A line of another order that is
//! named anywhere refuses the whole, even if all lines are meant: whoever sent it means another order.

use std::collections::BTreeSet;

use crate::command::{CancelItems, TextEdit};
use crate::decide::floor;
use crate::{
    Cause, Context, Delta, HoldState, OrderId, OrderItemId, OrderStatus, Outcome, Refusal, Shelf, StockId, decide,
};

pub(super) fn cancel_items(shelf: &mut Shelf, command: &CancelItems, context: Context) -> Result<Outcome, Refusal> {
    shelf.order(command.order).ok_or(Refusal::NotFound)?;
    let all = shelf.items_of(command.order);
    let chosen = if command.all { &all } else { &command.items };
    let explained = command.details.iter().map(|(item, _)| item);
    let named: BTreeSet<_> = command.items.iter().chain(explained).copied().collect();
    let foreign: Vec<_> = named.into_iter().filter(|item| !all.contains(item)).collect();
    if !foreign.is_empty() {
        return Err(Refusal::NotInOrder(foreign));
    }
    let shipped: Vec<_> = chosen.iter().copied().filter(|id| has_left(shelf, *id)).collect();
    if !shipped.is_empty() {
        return Err(Refusal::AlreadyShipped(shipped));
    }
    for item in chosen {
        if cancel_item(shelf, *item, context) {
            let edits = command.details.iter().filter(|(edited, _)| edited == item);
            edits.for_each(|(_, edit)| edit_details(shelf, *item, edit));
        }
    }
    let (order, items) = decide::order_with_items(shelf, command.order);
    Ok(Outcome::ItemsCancelled(order, items))
}

fn has_left(shelf: &Shelf, item: OrderItemId) -> bool {
    shelf.item(item).is_some_and(|item| item.status.has_left())
}

fn edit_details(shelf: &mut Shelf, item: OrderItemId, edit: &TextEdit) {
    let item = shelf.item_mut(item);
    item.details = edit.apply(&item.details);
}

/// Cancels one line of an order on the shelf, unless it is cancelled; the order follows when its last line is gone.
pub(super) fn cancel_item(shelf: &mut Shelf, id: OrderItemId, context: Context) -> bool {
    let Some(order) = shelf.item(id).filter(|item| item.status != OrderStatus::Cancelled).map(|item| item.order) else {
        return false;
    };
    let on_its_way = floor::keep_on_its_way(shelf, id);
    give_back(shelf, id, on_its_way, context);
    floor::moves::drop_waiting(shelf, id, context);
    let item = shelf.item_mut(id);
    item.status = OrderStatus::Cancelled;
    item.modified_at = context.now.later_than(item.modified_at);
    floor::leave_order(shelf, id, context);
    let dead = all_cancelled(shelf, order);
    let order = shelf.order_mut(order, context.now);
    if dead {
        order.status = OrderStatus::Cancelled;
    }
    true
}

/// Gives the hold back. What is on its way to the line is kept off sale where it will arrive, in the same movement.
fn give_back(shelf: &mut Shelf, id: OrderItemId, on_its_way: Option<(StockId, i64)>, context: Context) {
    let Some(hold) = shelf.hold(id) else { return };
    let (stock, units, state) = (hold.stock, hold.quantity.units(), hold.state);
    let (kept_on, kept) = on_its_way.unwrap_or((stock, 0));
    let delta = match state {
        HoldState::Open => Delta { held: -units, reported: kept, ..Delta::default() },
        HoldState::Reported => Delta { reported: kept - units, ..Delta::default() },
        HoldState::Settled | HoldState::Cancelled | HoldState::Short => Delta { reported: kept, ..Delta::default() },
    };
    let gives_back = matches!(state, HoldState::Open | HoldState::Reported);
    assert!(kept == 0 || kept_on == stock, "a line is held where its units arrive: {stock:?}, not {kept_on:?}");
    if gives_back || kept > 0 {
        shelf.move_stock(stock, delta, Cause::Cancel(id), context.actor, context.now);
    }
    if gives_back || state == HoldState::Short {
        shelf.advance_hold(id, HoldState::Cancelled, None);
    }
}

fn all_cancelled(shelf: &Shelf, order: OrderId) -> bool {
    shelf.items_of(order).into_iter().filter_map(|id| shelf.item(id)).all(|item| item.status == OrderStatus::Cancelled)
}
