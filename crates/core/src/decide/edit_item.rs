//! Editing an order line: its state and its free fields (contract 7.1).
//!
//! Reaching "cancelled" gives the hold back exactly as a cancellation does; from there no other state can be reached,
//! since the units may have been sold again.

use crate::command::EditItem;
use crate::decide::{cancel_items, floor};
use crate::floor::UnplannedReason;
use crate::{Context, HoldState, OrderItem, OrderItemId, OrderStatus, Outcome, Refusal, Shelf};

pub(super) fn edit_item(shelf: &mut Shelf, command: &EditItem, context: Context) -> Result<Outcome, Refusal> {
    let item = shelf.item(command.item).ok_or(Refusal::NotFound)?;
    let edit = &command.edit;
    if let Some(status) = edit.status {
        if item.status == OrderStatus::Cancelled && status != OrderStatus::Cancelled {
            return Err(Refusal::Cancelled);
        }
        if item.status.has_left() && status == OrderStatus::Cancelled {
            return Err(Refusal::AlreadyShipped(vec![item.id]));
        }
        if status == OrderStatus::Cancelled {
            cancel_items::cancel_item(shelf, command.item, context);
        }
    }
    let before = shelf.item(command.item).expect("found above").clone();
    let mut after = before.clone();
    after.status = edit.status.unwrap_or(after.status);
    if let Some(edit) = &edit.extra_field {
        after.extra_field = edit.apply(&before.extra_field);
    }
    if let Some(attributes) = &edit.attributes {
        after.attributes.clone_from(attributes);
    }
    if let Some(edit) = &edit.details {
        after.details = edit.apply(&before.details);
    }
    if after != before {
        if after.status == OrderStatus::Approved && is_located(shelf, &after) {
            shelf.mark_plan(after.order, true);
        }
        after.modified_at = context.now.later_than(before.modified_at);
        shelf.order_mut(before.order, context.now);
        shelf.item_mut(command.item).clone_from(&after);
        // One that has left, or is not to leave any more, waits for nothing; a short one that is to leave waits again.
        let is_short = shelf.hold(after.id).is_some_and(|hold| hold.state == HoldState::Short);
        let waiting: &[OrderItemId] = if edit.status.is_some() && is_short { &[after.id] } else { &[] };
        floor::note(shelf, after.order, waiting, UnplannedReason::Short, context);
    }
    Ok(Outcome::ItemEdited(after))
}

/// Whether the line is to be planned to a location once it may be.
fn is_located(shelf: &Shelf, item: &OrderItem) -> bool {
    shelf.stock(item.stock).and_then(|stock| shelf.list(stock.list)).is_some_and(|list| list.location.is_some())
}
