//! Releasing: the ERP has registered an order line (contract 6.3).
//!
//! The code is stored once per line and kind of remote system. The ERP's code is one line's, unless the list allows
//! others: two lines with one code would be released by the ERP's message about one. Only lines that were one before
//! they were split may share it. Only the ERP's code says that the ERP knows the line: with it, the quantity goes from
//! `reserved` to `reported`, so that nothing is offered again before the ERP's next level; a line registered at or
//! before the moment of the stored level is settled at once (contract 6.2). Repeating a release changes nothing, unless
//! the line has been moved to another list since: then it says that the ERP has registered that, too.

use super::fulfilment::moves;
use super::{Context, Outcome, ReadSet};
use crate::{
    Cause, Delta, ERP, IdKind, Mapping, MappingId, OrderItemId, Rejection, ReservationState, StockId, Timestamp,
    WorkingSet,
};

/// A release of one line.
#[derive(Debug)]
pub struct ReleaseItem {
    /// The line.
    pub item: OrderItemId,
    /// The ERP's code for it.
    pub code: String,
    /// The kind of remote system the code belongs to.
    pub integration_type: String,
    /// `false` stores the code and leaves the reservation alone; so does the code of any system but the ERP.
    pub update_stock: bool,
    /// When the ERP registered the line; arrival when absent.
    pub registered_at: Option<Timestamp>,
}

impl ReleaseItem {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.items.insert(self.item);
        if self.integration_type == ERP {
            read_set.codes.insert((self.item, self.code.clone()));
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(kind: IdKind) -> usize {
        match kind {
            IdKind::Mapping | IdKind::Movement | IdKind::StockMove => 1,
            _ => 0,
        }
    }
}

pub(super) fn release_item(
    working_set: &mut WorkingSet,
    command: &ReleaseItem,
    context: Context,
) -> Result<Outcome, Rejection> {
    let item = working_set.item(command.item).ok_or(Rejection::NotFound)?.id;
    let mapping = match working_set.mappings.of(item, &command.integration_type) {
        Some(mapping) if mapping.code == command.code => mapping.clone(),
        Some(mapping) => return Err(Rejection::MappedToAnotherCode { code: mapping.code.clone() }),
        None if is_taken(working_set, command) => return Err(Rejection::ItemCodeTaken),
        None => {
            let mapping = Mapping {
                id: MappingId::new(working_set.ids.next_in_bucket(IdKind::Mapping, item.bucket())),
                item,
                integration_type: command.integration_type.clone(),
                code: command.code.clone(),
                created_at: context.now,
            };
            working_set.add_mapping(mapping.clone());
            mapping
        }
    };
    if command.update_stock
        && command.integration_type == ERP
        && !moves::registered_before_it_moved(working_set, command.item, command.registered_at, context)
    {
        release_hold(working_set, command, context);
        release_short(working_set, command, context);
    }
    Ok(Outcome::ItemReleased(mapping))
}

/// Whether the ERP has given the code to a line that was never one with this one, where the line's list minds.
fn is_taken(working_set: &WorkingSet, command: &ReleaseItem) -> bool {
    let Some(item) = working_set.item(command.item) else { return false };
    let list = working_set.stock(item.stock).and_then(|stock| working_set.list(stock.list));
    let minds = list.is_none_or(|list| list.is_item_code_unique);
    minds && command.integration_type == ERP && working_set.mappings.is_code_of_another(&command.code, item.whole())
}

fn release_hold(working_set: &mut WorkingSet, command: &ReleaseItem, context: Context) {
    let open = working_set.reservation(command.item).filter(|reservation| reservation.state == ReservationState::Open);
    let Some((stock, units)) = open.map(|reservation| (reservation.stock, reservation.quantity.units())) else {
        return; // released or cancelled before: there is nothing left to give
    };
    if !moves::register_line(working_set, command.item, command.registered_at, context) {
        return;
    }
    let (state, registered_at) = registered(working_set, stock, command.registered_at, context);
    let reported = if state == ReservationState::Reported { units } else { 0 };
    let delta = Delta { reserved: -units, reported, ..Delta::default() };
    working_set.move_stock(stock, delta, Cause::Release(command.item), context.actor, context.now);
    working_set.advance_reservation(command.item, state, Some(registered_at));
}

/// How a line of this stock is counted once it is registered, and when it was.
pub(super) fn registered(
    working_set: &WorkingSet,
    stock: StockId,
    at: Option<Timestamp>,
    context: Context,
) -> (ReservationState, Timestamp) {
    let at = at.unwrap_or_else(|| arrived(working_set, stock, context));
    let settled = moves::is_in_level(working_set, stock, at);
    (if settled { ReservationState::Settled } else { ReservationState::Reported }, at)
}

/// A line that is reserved nowhere is registered all the same: once it is reserved again, it is reported.
fn release_short(working_set: &mut WorkingSet, command: &ReleaseItem, context: Context) {
    if working_set
        .reservation(command.item)
        .is_some_and(|reservation| reservation.state == ReservationState::Short && reservation.registered_at.is_none())
    {
        working_set.advance_reservation(
            command.item,
            ReservationState::Short,
            Some(command.registered_at.unwrap_or(context.now)),
        );
    }
}

/// A release that says no time counts from its arrival, which is after that of the stored level, whatever the clocks of
/// the ERP and of other processes say: taking it for older would put units on sale twice.
fn arrived(working_set: &WorkingSet, stock: StockId, context: Context) -> Timestamp {
    let snapshot = working_set.stock(stock).and_then(|stock| stock.snapshot_at);
    snapshot.map_or(context.now, |snapshot| context.now.max(snapshot.plus_micros(1)))
}
