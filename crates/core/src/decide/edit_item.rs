//! Editing an order line: its state and its free fields (contract 7.1).
//!
//! Reaching "cancelled" gives the reservation back exactly as a cancellation does; from there no other state can be
//! reached, since the units may have been sold again.

use crate::command::EditItem;
use crate::decide::{cancel_items, fulfilment};
use crate::fulfilment::UnplannedReason;
use crate::{Context, OrderItem, OrderItemId, OrderStatus, Outcome, Rejection, ReservationState, WorkingSet};

pub(super) fn edit_item(
    working_set: &mut WorkingSet,
    command: &EditItem,
    context: Context,
) -> Result<Outcome, Rejection> {
    let item = working_set.item(command.item).ok_or(Rejection::NotFound)?;
    let edit = &command.edit;
    if let Some(status) = edit.status {
        if item.status == OrderStatus::Cancelled && status != OrderStatus::Cancelled {
            return Err(Rejection::Cancelled);
        }
        if item.status.is_shipped() && status == OrderStatus::Cancelled {
            return Err(Rejection::AlreadyShipped(vec![item.id]));
        }
        if status == OrderStatus::Cancelled {
            cancel_items::cancel_item(working_set, command.item, context);
        }
    }
    let before = working_set.item(command.item).expect("found above").clone();
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
        if after.status == OrderStatus::Approved && is_located(working_set, &after) {
            working_set.mark_plan(after.order, true);
        }
        after.modified_at = context.now.later_than(before.modified_at);
        working_set.order_mut(before.order, context.now);
        working_set.item_mut(command.item).clone_from(&after);
        // One that has left, or is not to leave any more, waits for nothing; a short one that is to leave waits again.
        let is_short =
            working_set.reservation(after.id).is_some_and(|reservation| reservation.state == ReservationState::Short);
        let waiting: &[OrderItemId] = if edit.status.is_some() && is_short { &[after.id] } else { &[] };
        fulfilment::note(working_set, after.order, waiting, UnplannedReason::Short, context);
    }
    Ok(Outcome::ItemEdited(after))
}

/// Whether the line is to be sourced once it may be.
fn is_located(working_set: &WorkingSet, item: &OrderItem) -> bool {
    working_set
        .stock(item.stock)
        .and_then(|stock| working_set.list(stock.list))
        .is_some_and(|list| list.location.is_some())
}
