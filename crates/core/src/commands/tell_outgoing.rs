//! Telling a line how far it is with the data source that it is placed with.
//!
//! Source: docs/decisions/0018-the-remote-is-the-erp.md. That a line is placed there is a release, as an ERP's: its units
//! stay off sale, as `reported`, until the source's next level accounts for them. That it is refused, lost for good or
//! cancelled there cancels the line. An event that has no meaning for a line that is so far changes nothing.

use super::cancel_items::cancel_item;
use super::release_item::{ReleaseItem, release_item};
use super::{Context, Outcome, ReadSet};
use crate::{
    Cause, Delta, ERP, IdKind, OrderId, OrderItemId, OutgoingEffect, OutgoingEvent, OutgoingState, Rejection,
    ReservationState, WorkingSet,
};

/// What has happened to an outgoing line.
#[derive(Debug)]
pub struct TellOutgoing {
    /// Its order.
    pub order: OrderId,
    /// The line.
    pub item: OrderItemId,
    /// The number of its order at the data source, which becomes its code when it is placed.
    pub code: String,
    /// The SKU over there under which the line is about to be sent, if a product mapping gives it. Only the first
    /// [`OutgoingEvent::Sending`] takes it over.
    pub sku: Option<String>,
    /// What has happened.
    pub event: OutgoingEvent,
}

impl TellOutgoing {
    /// Adds what this command looks at: what a release does, and what a cancellation does.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.fulfilment.orders.insert(self.order);
        read_set.items.insert(self.item);
        if matches!(self.event, OutgoingEvent::Placed(_)) {
            read_set.codes.insert((self.item, self.code.clone()));
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(kind: IdKind) -> usize {
        ReleaseItem::ids_needed(kind)
    }

    /// Whether it may put units back on sale.
    pub(super) fn comes_back(&self) -> bool {
        use OutgoingEvent as Event;
        matches!(self.event, Event::Refused(_) | Event::CancelledThere | Event::Missing)
    }
}

pub(super) fn tell_outgoing(
    working_set: &mut WorkingSet,
    command: &TellOutgoing,
    context: Context,
) -> Result<Outcome, Rejection> {
    let item = working_set.item(command.item).filter(|item| item.order == command.order).ok_or(Rejection::NotFound)?;
    let mut line = item.outgoing.clone().ok_or(Rejection::NotFound)?;
    let (before, is_shipped) = (line.state, item.status.is_shipped());
    // A line that has left here is not placed again, whatever the other installation has forgotten of it.
    let event = if is_shipped && before == OutgoingState::Placed { &OutgoingEvent::Left } else { &command.event };
    let Some(effect) = line.tell(event, context.now) else { return Ok(Outcome::OutgoingTold(None)) };
    if let OutgoingEffect::Release(at) = effect {
        let (item, code) = (command.item, command.code.clone());
        let integration_type = ERP.to_owned();
        let release = ReleaseItem { item, code, integration_type, update_stock: true, registered_at: Some(at) };
        // A line that has another code was registered by hand: then its units are where they belong.
        release_item(working_set, &release, context).ok();
    }
    if command.event == OutgoingEvent::Sending {
        let stock = working_set.item(command.item).and_then(|item| working_set.stock(item.stock));
        line.level_at = stock.and_then(|stock| stock.snapshot_at);
        // What may be over there under one SKU is never sent under another one.
        if line.attempts == 1 {
            line.sku.clone_from(&command.sku);
        }
    }
    let has_changed = line.state != before;
    let item = working_set.item_mut(command.item);
    item.outgoing = Some(line);
    if has_changed {
        item.modified_at = context.now.later_than(item.modified_at);
        // Its channel is told.
        working_set.order_mut(command.order, context.now);
    }
    match effect {
        OutgoingEffect::Cancel if !is_shipped => _ = cancel_item(working_set, command.item, context),
        OutgoingEffect::Reserve => reserve_again(working_set, command.item, context),
        OutgoingEffect::Nothing | OutgoingEffect::Release(_) | OutgoingEffect::Cancel => {}
    }
    Ok(Outcome::OutgoingTold(working_set.item(command.item).cloned().map(Box::new)))
}

/// The source does not know of the line any more, so its levels do not account for it until it is placed again.
fn reserve_again(working_set: &mut WorkingSet, item: OrderItemId, context: Context) {
    let Some(reservation) = working_set.reservation(item) else { return };
    let (stock, units) = (reservation.stock, reservation.quantity.units());
    let reported = match reservation.state {
        ReservationState::Reported => -units,
        ReservationState::Settled => 0,
        ReservationState::Open | ReservationState::Cancelled | ReservationState::Short => return,
    };
    let delta = Delta { reserved: units, reported, ..Delta::default() };
    working_set.move_stock(stock, delta, Cause::Order(item), context.actor, context.now);
    working_set.reopen_reservation(item);
}
