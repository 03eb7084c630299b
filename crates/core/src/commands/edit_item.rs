//! Editing an order line: its state and its free fields (contract 7.1).
//!
//! Reaching "cancelled" gives the reservation back exactly as a cancellation does; from there no other state can be
//! reached, since the units may have been sold again.

use super::{Context, Outcome, ReadSet, TextEdit, cancel_items, fulfilment};
use crate::fulfilment::UnplannedReason;
use crate::{IdKind, OrderItem, OrderItemId, OrderStatus, Rejection, ReservationState, WorkingSet};

/// An edit of one order line.
#[derive(Debug)]
pub struct EditItem {
    /// The line.
    pub item: OrderItemId,
    /// What changes.
    pub edit: ItemEdit,
}

/// An edit of an order line. `None` leaves a field as it is.
#[derive(Debug, Default)]
pub struct ItemEdit {
    /// Its new state; [`OrderStatus::Cancelled`] gives the reservation back.
    pub status: Option<OrderStatus>,
    /// How its `extra_field` changes.
    pub extra_field: Option<TextEdit>,
    /// Its new attributes.
    pub attributes: Option<String>,
    /// How its `details` change.
    pub details: Option<TextEdit>,
}

impl EditItem {
    /// Adds what this command looks at. An edit that cancels a line takes it out of its package; one of its status may
    /// end its waiting for one.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        let items =
            if self.edit.status.is_some() { &mut read_set.fulfilment.items } else { &mut read_set.items_with_orders };
        items.insert(self.item);
    }

    /// The most ids of a kind that deciding this command can use up: it may cancel its line.
    pub(super) fn ids_needed(kind: IdKind) -> usize {
        usize::from(kind == IdKind::Movement)
    }
}

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
            working_set.set_sourcing_due(after.order, true);
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
    Ok(Outcome::ItemEdited(Box::new(after)))
}

/// Whether the line is to be sourced once it may be.
fn is_located(working_set: &WorkingSet, item: &OrderItem) -> bool {
    working_set
        .stock(item.stock)
        .and_then(|stock| working_set.list(stock.list))
        .is_some_and(|list| list.location.is_some())
        && item.outgoing.is_none()
}
