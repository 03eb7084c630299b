//! Working on a transfer: sending it, receiving it, not finding it, cancelling it (contract 13.4).
//!
//! When units leave, their line is reserved at the destination, whose level has them from then on; on the way they are not
//! for sale, since the line holds them there, or, where no line waits for them any more, the transfer. What the ERP has not
//! heard of stays off sale at the source (`moves.rs`). When the last transfer of a package is in, the package waits to be
//! prepared.

use super::allot::{self, Allotment};
use super::mark::Subject;
use super::outcome::FloorOutcome;
use super::run_package::lose;
use super::{follow, moves, split, unplanned};
use crate::floor::{
    PackageState, RunTransfer, SomeUnits, Transfer, TransferCommand, TransferItem, TransferState, UnplannedReason,
};
use crate::{Cause, Context, OrderItemId, Refusal, Shelf, TransferItemId};

type Named = SomeUnits<TransferItemId>;

pub(super) fn run_transfer(
    shelf: &mut Shelf,
    command: &RunTransfer,
    context: Context,
) -> Result<FloorOutcome, Refusal> {
    let transfer = shelf.floor.transfers.get(command.transfer).ok_or(Refusal::NotFound)?.clone();
    check(shelf, &transfer, command)?;
    if transfer.state != command.command.target() && !is_repeated(shelf, command) {
        let Some(state) = command.command.leads_to(transfer.state) else {
            let allowed = TransferCommand::allowed(transfer.state).map(TransferCommand::slug).collect();
            let (command, state) = (command.command.slug(), transfer.state.name());
            return Err(Refusal::IllegalCommand { command, state, allowed });
        };
        let open = shelf.floor.fetched_by(transfer.id).filter(|line| line.state.is_open());
        let open: Vec<TransferItem> = open.cloned().collect();
        let some = some_units(shelf, command);
        match command.command {
            TransferCommand::Ship => ship(shelf, &transfer, &open, context),
            TransferCommand::Deliver => {
                set_waiting(shelf, &open, PackageState::Waiting, context);
                moves::arrive(shelf, &open, context);
            }
            TransferCommand::Cancel => set_waiting(shelf, &open, PackageState::Cancelled, context),
            TransferCommand::NotFound if some => not_found_in_part(shelf, &transfer, command, context),
            TransferCommand::NotFound => not_found(shelf, &transfer, &open, command, context),
        }
        if !some {
            follow::set_transfer(shelf, transfer.id, state, context);
        }
        follow::follow_package(shelf, transfer.package, context);
        follow::follow_lines(shelf, transfer.order, context);
        let reason = match command.command {
            TransferCommand::Cancel => UnplannedReason::TransferCancelled,
            _ => UnplannedReason::NoStock,
        };
        let items: Vec<OrderItemId> = shelf.floor.fetched_by(transfer.id).map(|line| line.item).collect();
        unplanned::note(shelf, transfer.order, &items, reason, context);
    }
    let transfer = shelf.floor.transfers.get(transfer.id).expect("found above").clone();
    let lines = shelf.floor.fetched_by(transfer.id).cloned().collect();
    Ok(FloorOutcome::TransferRun(transfer, lines))
}

/// Whether the command's lines are the transfer's, with no more units than those have.
fn check(shelf: &Shelf, transfer: &Transfer, command: &RunTransfer) -> Result<(), Refusal> {
    let line = |id| shelf.floor.transfer_items.get(id).filter(|line| line.transfer == transfer.id);
    let quantity = |id: TransferItemId| (id.get(), line(id).map(|line| line.quantity));
    let named = command.items.as_deref().unwrap_or_default();
    split::check(named, quantity, shelf.items_of(transfer.order).len())
}

/// Whether every line that is said not to be there was said so before.
fn is_repeated(shelf: &Shelf, command: &RunTransfer) -> bool {
    let state = |one: &Named| shelf.floor.transfer_items.get(one.line).map(|line| line.state);
    let was_missing = |one: &Named| state(one) == Some(TransferState::OutOfStock);
    command.command == TransferCommand::NotFound
        && command.items.as_ref().is_some_and(|items| !items.is_empty() && items.iter().all(was_missing))
}

/// Whether some units of a line are not there, and its others are.
fn some_units(shelf: &Shelf, command: &RunTransfer) -> bool {
    let units = |one: &Named| shelf.floor.transfer_items.get(one.line).map(|line| line.quantity);
    let is_some = |one: &Named| one.units.is_some_and(|some| units(one).is_some_and(|all| some < all));
    command.command == TransferCommand::NotFound && command.items.iter().flatten().any(is_some)
}

/// The units go over to the destination's list. The level of the source stays what the ERP has written.
fn ship(shelf: &mut Shelf, transfer: &Transfer, open: &[TransferItem], context: Context) {
    for line in open {
        let Some(stock) = allot::stock_at(shelf, transfer.destination, &line.sku, context) else { continue };
        let units = line.quantity.units();
        if let Some(from) = shelf.hold(line.item).map(|hold| hold.stock) {
            shelf.floor.goods.add(from, -units, context.now);
        }
        let kept = moves::leave(shelf, transfer, line, stock, context);
        allot::take_off(shelf, line.item, (Cause::Transfer(line.item), kept), context);
        allot::put_on(shelf, line.item, stock, (Cause::Transfer(line.item), units), context);
    }
}

/// Brings the package's lines that wait for these into a state.
fn set_waiting(shelf: &mut Shelf, open: &[TransferItem], state: PackageState, context: Context) {
    for line in open {
        let waits = |line: &crate::floor::PackageItem| line.state == PackageState::WaitingForTransfer;
        if shelf.floor.package_items.get(line.package_item).is_some_and(waits) {
            follow::set_line(shelf, line.package_item, state, context);
        }
    }
}

/// Everything is planned again, to be gathered at the same place; what was marked is not looked for at the same source.
fn not_found(shelf: &mut Shelf, transfer: &Transfer, open: &[TransferItem], command: &RunTransfer, context: Context) {
    let is_missing =
        |id: TransferItemId| command.items.as_ref().is_none_or(|items| items.iter().any(|one| one.line == id));
    for line in open {
        if is_missing(line.id) {
            miss(shelf, transfer, line.id, command, context);
        } else {
            set_both(shelf, line.id, (PackageState::Cancelled, TransferState::Cancelled), context);
        }
    }
    let items: Vec<OrderItemId> = open.iter().map(|line| line.item).collect();
    gather_again(shelf, transfer, &items, command, context);
}

/// The transfer goes on with the units that were found, and with its other lines. The others are gathered from elsewhere.
fn not_found_in_part(shelf: &mut Shelf, transfer: &Transfer, command: &RunTransfer, context: Context) {
    let is_open = |one: &Named| shelf.floor.transfer_items.get(one.line).is_some_and(|line| line.state.is_open());
    let missing: Vec<Named> = command.items.iter().flatten().copied().filter(|one| is_open(one)).collect();
    let mut items = Vec::with_capacity(missing.len());
    for one in missing {
        let line = split::part_of_transfer(shelf, one, context);
        miss(shelf, transfer, line, command, context);
        items.extend(shelf.floor.transfer_items.get(line).map(|line| line.item));
    }
    gather_again(shelf, transfer, &items, command, context);
}

/// A line is not at the transfer's source.
fn miss(shelf: &mut Shelf, transfer: &Transfer, line: TransferItemId, command: &RunTransfer, context: Context) {
    let item = shelf.floor.transfer_items.get(line).expect("it is the transfer's").item;
    let subject = Subject { transfer_item: Some(line), ..Subject::default() };
    lose(shelf, (item, transfer.source), command.reason, subject, context);
    set_both(shelf, line, (PackageState::OutOfStock, TransferState::OutOfStock), context);
}

/// Brings a line of a transfer, and the package's that waits for it, into a state.
fn set_both(
    shelf: &mut Shelf,
    line: TransferItemId,
    (waiting, fetched): (PackageState, TransferState),
    context: Context,
) {
    let row = shelf.floor.transfer_items.change(line);
    (row.state, row.modified_at) = (fetched, context.now.later_than(row.modified_at));
    let package_item = row.package_item;
    follow::set_line(shelf, package_item, waiting, context);
}

/// Whatever is nowhere else stays short, or unplanned where its hold is.
fn gather_again(
    shelf: &mut Shelf,
    transfer: &Transfer,
    items: &[OrderItemId],
    command: &RunTransfer,
    context: Context,
) {
    let allotment = Allotment { order: transfer.order, near: command.near, context };
    allotment.gather(shelf, items, transfer.destination, Some(transfer.package));
}
