//! Releasing: the ERP has registered an order line (contract 6.3).
//!
//! The code is stored once per line and kind of remote system. The ERP's code is one line's, unless the list allows others:
//! two lines with one code would be released by what the ERP says of one. Only lines that were one before they were split
//! may share it. Only the ERP's code says that the ERP knows the line: with it, the hold goes from `held` to `reported`, so that nothing
//! is offered again before the ERP's next figure; a line registered at or before the figure already stored is settled
//! at once (contract 6.2). Repeating a release changes nothing, unless the line has been moved to another list since: then
//! it says that the ERP has registered that, too.

use crate::command::ReleaseItem;
use crate::decide::floor::moves;
use crate::{
    Cause, Context, Delta, ERP, HoldState, IdKind, Mapping, MappingId, Outcome, Refusal, Shelf, StockId, Timestamp,
};

pub(super) fn release_item(shelf: &mut Shelf, command: &ReleaseItem, context: Context) -> Result<Outcome, Refusal> {
    let item = shelf.item(command.item).ok_or(Refusal::NotFound)?.id;
    let mapping = match shelf.mappings.of(item, &command.integration_type) {
        Some(mapping) if mapping.code == command.code => mapping.clone(),
        Some(mapping) => return Err(Refusal::MappedToAnotherCode { code: mapping.code.clone() }),
        None if is_taken(shelf, command) => return Err(Refusal::CodeTaken),
        None => {
            let mapping = Mapping {
                id: MappingId::new(shelf.ids.take_in(IdKind::Mapping, item.bucket())),
                item,
                integration_type: command.integration_type.clone(),
                code: command.code.clone(),
                created_at: context.now,
            };
            shelf.add_mapping(mapping.clone());
            mapping
        }
    };
    if command.update_stock
        && command.integration_type == ERP
        && !moves::registered_before_it_moved(shelf, command.item, command.registered_at, context)
    {
        release_hold(shelf, command, context);
        release_short(shelf, command, context);
    }
    Ok(Outcome::ItemReleased(mapping))
}

/// Whether the ERP has given the code to a line that was never one with this one, where the line's list minds.
fn is_taken(shelf: &Shelf, command: &ReleaseItem) -> bool {
    let Some(item) = shelf.item(command.item) else { return false };
    let list = shelf.stock(item.stock).and_then(|stock| shelf.list(stock.list));
    let minds = list.is_none_or(|list| list.is_item_code_unique);
    minds && command.integration_type == ERP && shelf.mappings.is_code_of_another(&command.code, item.whole())
}

fn release_hold(shelf: &mut Shelf, command: &ReleaseItem, context: Context) {
    let open = shelf.hold(command.item).filter(|hold| hold.state == HoldState::Open);
    let Some((stock, units)) = open.map(|hold| (hold.stock, hold.quantity.units())) else {
        return; // released or cancelled before: there is nothing left to give
    };
    if !moves::register_line(shelf, command.item, command.registered_at, context) {
        return;
    }
    let (state, registered_at) = registered(shelf, stock, command.registered_at, context);
    let reported = if state == HoldState::Reported { units } else { 0 };
    let delta = Delta { held: -units, reported, ..Delta::default() };
    shelf.move_stock(stock, delta, Cause::Release(command.item), context.actor, context.now);
    shelf.advance_hold(command.item, state, Some(registered_at));
}

/// How a line of this stock is counted once it is registered, and when it was.
pub(super) fn registered(
    shelf: &Shelf,
    stock: StockId,
    at: Option<Timestamp>,
    context: Context,
) -> (HoldState, Timestamp) {
    let at = at.unwrap_or_else(|| arrived(shelf, stock, context));
    let settled = moves::settles_at_once(shelf, stock, at);
    (if settled { HoldState::Settled } else { HoldState::Reported }, at)
}

/// A line that is held nowhere is registered all the same: once it is held again, it is reported.
fn release_short(shelf: &mut Shelf, command: &ReleaseItem, context: Context) {
    if shelf.hold(command.item).is_some_and(|hold| hold.state == HoldState::Short && hold.registered_at.is_none()) {
        shelf.advance_hold(command.item, HoldState::Short, Some(command.registered_at.unwrap_or(context.now)));
    }
}

/// A release that says no time counts from its arrival, which is after that of the figure already stored, whatever the
/// clocks of the ERP and of other processes make of it: taking it for older would put units on sale twice.
fn arrived(shelf: &Shelf, stock: StockId, context: Context) -> Timestamp {
    let snapshot = shelf.stock(stock).and_then(|stock| stock.snapshot_at);
    snapshot.map_or(context.now, |snapshot| context.now.max(snapshot.plus_micros(1)))
}
