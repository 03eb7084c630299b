//! Working on a transfer: sending it, receiving it, not finding it, cancelling it (contract 13.4).
//!
//! When units leave, their line is reserved at the destination, whose level has them from then on; on the way they are
//! not for sale, since the line reserves them there, or, where no line waits for them any more, the transfer. What the
//! ERP has not heard of stays off sale at the source (`moves.rs`). When the last transfer of a package is in, the
//! package waits to be prepared.

use super::allocate::{self, Allocation};
use super::flag_discrepancy::Subject;
use super::outcome::FulfilmentOutcome;
use super::package_transition::report_missing;
use super::{Context, FulfilmentReadSet, SomeUnits, moves, order_status, split, unplanned};
use crate::fulfilment::{
    Coordinates, PackageItem, PackageState, Reason, Transfer, TransferCommand, TransferItem, TransferState,
    UnplannedReason,
};
use crate::{Cause, IdKind, OrderItemId, Rejection, TransferId, TransferItemId, WorkingSet};

/// A command for a transfer.
#[derive(Debug)]
pub struct RunTransfer {
    /// The transfer.
    pub transfer: TransferId,
    /// What is done.
    pub command: TransferCommand,
    /// Which of its lines were not found; `None` means all.
    pub items: Option<Vec<SomeUnits<TransferItemId>>>,
    /// Why they were not found.
    pub reason: Reason,
    /// Where the customer is.
    pub near: Option<Coordinates>,
    /// How many lines the order has.
    pub lines: usize,
}

impl RunTransfer {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut FulfilmentReadSet) {
        read_set.transfers.insert(self.transfer);
        if matches!(self.command, TransferCommand::NotFound | TransferCommand::Ship) {
            read_set.sourced_transfers.insert(self.transfer);
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        match self.command {
            // Units that are split off are lines of their own, and so are those of the lines that are served first.
            TransferCommand::NotFound => {
                let named = self.items.as_ref().map_or(0, Vec::len);
                allocate::ids_needed(kind, 2 * self.lines + named + split::SPLIT_MEANWHILE)
            }
            TransferCommand::Ship => allocate::ids_needed(kind, self.lines),
            // What is on its way may have to be kept off sale, or no longer.
            _ if kind == IdKind::Movement => self.lines,
            _ => 0,
        }
    }
}

type Named = SomeUnits<TransferItemId>;

pub(super) fn apply(
    working_set: &mut WorkingSet,
    command: &RunTransfer,
    context: Context,
) -> Result<FulfilmentOutcome, Rejection> {
    let transfer = working_set.fulfilment.transfers.get(command.transfer).ok_or(Rejection::NotFound)?.clone();
    check(working_set, &transfer, command)?;
    if transfer.state != command.command.target() && !is_repeated(working_set, command) {
        let Some(state) = command.command.leads_to(transfer.state) else {
            let allowed = TransferCommand::allowed(transfer.state).map(TransferCommand::slug).collect();
            let (command, state) = (command.command.slug(), transfer.state.name());
            return Err(Rejection::IllegalCommand { command, state, allowed });
        };
        let open = working_set.fulfilment.fetched_by(transfer.id).filter(|line| line.state.is_open());
        let open: Vec<TransferItem> = open.cloned().collect();
        let some = some_units(working_set, command);
        match command.command {
            TransferCommand::Ship => ship(working_set, &transfer, &open, context),
            TransferCommand::Deliver => {
                set_waiting(working_set, &open, PackageState::Waiting, context);
                moves::arrive(working_set, &open, context);
            }
            TransferCommand::Cancel => set_waiting(working_set, &open, PackageState::Cancelled, context),
            TransferCommand::NotFound if some => not_found_in_part(working_set, &transfer, command, context),
            TransferCommand::NotFound => not_found(working_set, &transfer, &open, command, context),
        }
        if !some {
            order_status::set_transfer(working_set, transfer.id, state, context);
        }
        order_status::follow_package(working_set, transfer.package, context);
        order_status::follow_lines(working_set, transfer.order, context);
        let reason = match command.command {
            TransferCommand::Cancel => UnplannedReason::TransferCancelled,
            _ => UnplannedReason::NoStock,
        };
        let items: Vec<OrderItemId> = working_set.fulfilment.fetched_by(transfer.id).map(|line| line.item).collect();
        unplanned::note(working_set, transfer.order, &items, reason, context);
    }
    let transfer = working_set.fulfilment.transfers.get(transfer.id).expect("found above").clone();
    let lines = working_set.fulfilment.fetched_by(transfer.id).cloned().collect();
    Ok(FulfilmentOutcome::TransferRun(transfer, lines))
}

/// Whether the command's lines are the transfer's, with no more units than those have.
fn check(working_set: &WorkingSet, transfer: &Transfer, command: &RunTransfer) -> Result<(), Rejection> {
    let line = |id| working_set.fulfilment.transfer_items.get(id).filter(|line| line.transfer == transfer.id);
    let quantity = |id: TransferItemId| (id.get(), line(id).map(|line| line.quantity));
    let named = command.items.as_deref().unwrap_or_default();
    split::check(named, quantity, working_set.items_of(transfer.order).len())
}

/// Whether every line that is said not to be there was said so before.
fn is_repeated(working_set: &WorkingSet, command: &RunTransfer) -> bool {
    let state = |one: &Named| working_set.fulfilment.transfer_items.get(one.line).map(|line| line.state);
    let was_missing = |one: &Named| state(one) == Some(TransferState::OutOfStock);
    command.command == TransferCommand::NotFound
        && command.items.as_ref().is_some_and(|items| !items.is_empty() && items.iter().all(was_missing))
}

/// Whether some units of a line are not there, and its others are.
fn some_units(working_set: &WorkingSet, command: &RunTransfer) -> bool {
    let units = |one: &Named| working_set.fulfilment.transfer_items.get(one.line).map(|line| line.quantity);
    let is_some = |one: &Named| one.units.is_some_and(|some| units(one).is_some_and(|all| some < all));
    command.command == TransferCommand::NotFound && command.items.iter().flatten().any(is_some)
}

/// The units go over to the destination's list. The level of the source stays what the ERP has written.
fn ship(working_set: &mut WorkingSet, transfer: &Transfer, open: &[TransferItem], context: Context) {
    for line in open {
        let Some(stock) = allocate::stock_at(working_set, transfer.destination, &line.sku, context) else { continue };
        let units = line.quantity.units();
        if let Some(from) = working_set.reservation(line.item).map(|reservation| reservation.stock) {
            working_set.fulfilment.goods_movements.add(from, -units, context.now);
        }
        let kept = moves::leave(working_set, transfer, line, stock, context);
        allocate::deallocate(working_set, line.item, (Cause::Transfer(line.item), kept), context);
        allocate::allocate(working_set, line.item, stock, (Cause::Transfer(line.item), units), context);
    }
}

/// Brings the package's lines that wait for these into a state.
fn set_waiting(working_set: &mut WorkingSet, open: &[TransferItem], state: PackageState, context: Context) {
    for line in open {
        let waits = |line: &PackageItem| line.state == PackageState::WaitingForTransfer;
        if working_set.fulfilment.package_items.get(line.package_item).is_some_and(waits) {
            order_status::set_line(working_set, line.package_item, state, context);
        }
    }
}

/// Everything is sourced again, to be gathered at the same location; a line that was reported as missing is not fetched
/// from the same source.
fn not_found(
    working_set: &mut WorkingSet,
    transfer: &Transfer,
    open: &[TransferItem],
    command: &RunTransfer,
    context: Context,
) {
    let is_missing =
        |id: TransferItemId| command.items.as_ref().is_none_or(|items| items.iter().any(|one| one.line == id));
    for line in open {
        if is_missing(line.id) {
            miss(working_set, transfer, line.id, command, context);
        } else {
            set_both(working_set, line.id, (PackageState::Cancelled, TransferState::Cancelled), context);
        }
    }
    let items: Vec<OrderItemId> = open.iter().map(|line| line.item).collect();
    gather_again(working_set, transfer, &items, command, context);
}

/// The transfer goes on with the units that were found, and with its other lines. The others are gathered from
/// elsewhere.
fn not_found_in_part(working_set: &mut WorkingSet, transfer: &Transfer, command: &RunTransfer, context: Context) {
    let is_open =
        |one: &Named| working_set.fulfilment.transfer_items.get(one.line).is_some_and(|line| line.state.is_open());
    let missing: Vec<Named> = command.items.iter().flatten().copied().filter(|one| is_open(one)).collect();
    let mut items = Vec::with_capacity(missing.len());
    for one in missing {
        let line = split::part_of_transfer(working_set, one, context);
        miss(working_set, transfer, line, command, context);
        items.extend(working_set.fulfilment.transfer_items.get(line).map(|line| line.item));
    }
    gather_again(working_set, transfer, &items, command, context);
}

/// A line is not at the transfer's source.
fn miss(
    working_set: &mut WorkingSet,
    transfer: &Transfer,
    line: TransferItemId,
    command: &RunTransfer,
    context: Context,
) {
    let item = working_set.fulfilment.transfer_items.get(line).expect("it is the transfer's").item;
    let subject = Subject { transfer_item: Some(line), ..Subject::default() };
    report_missing(working_set, (item, transfer.source), command.reason, subject, context);
    set_both(working_set, line, (PackageState::OutOfStock, TransferState::OutOfStock), context);
}

/// Brings a line of a transfer, and the package's that waits for it, into a state.
fn set_both(
    working_set: &mut WorkingSet,
    line: TransferItemId,
    (waiting, fetched): (PackageState, TransferState),
    context: Context,
) {
    let row = working_set.fulfilment.transfer_items.change(line);
    (row.state, row.modified_at) = (fetched, context.now.later_than(row.modified_at));
    let package_item = row.package_item;
    order_status::set_line(working_set, package_item, waiting, context);
}

/// A line that no other location has stays short, or unplanned where its reservation is.
fn gather_again(
    working_set: &mut WorkingSet,
    transfer: &Transfer,
    items: &[OrderItemId],
    command: &RunTransfer,
    context: Context,
) {
    let allocation = Allocation { order: transfer.order, near: command.near, context };
    allocation.consolidate(working_set, items, transfer.destination, Some(transfer.package));
}
