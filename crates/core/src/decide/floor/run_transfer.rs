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
use super::{follow, moves, unplanned};
use crate::floor::{
    PackageState, RunTransfer, Transfer, TransferCommand, TransferItem, TransferState, UnplannedReason,
};
use crate::{Cause, Context, OrderItemId, Refusal, Shelf, TransferItemId};

pub(super) fn run_transfer(
    shelf: &mut Shelf,
    command: &RunTransfer,
    context: Context,
) -> Result<FloorOutcome, Refusal> {
    let transfer = shelf.floor.transfers.get(command.transfer).ok_or(Refusal::NotFound)?.clone();
    let lines: Vec<TransferItem> = shelf.floor.fetched_by(transfer.id).cloned().collect();
    let named = command.items.as_deref().unwrap_or_default();
    let foreign: Vec<i64> =
        named.iter().filter(|id| !lines.iter().any(|line| line.id == **id)).map(|id| id.get()).collect();
    if !foreign.is_empty() {
        return Err(Refusal::ForeignLines(foreign));
    }
    if transfer.state != command.command.target() {
        let Some(state) = command.command.leads_to(transfer.state) else {
            let allowed = TransferCommand::allowed(transfer.state).map(TransferCommand::slug).collect();
            let (command, state) = (command.command.slug(), transfer.state.name());
            return Err(Refusal::IllegalCommand { command, state, allowed });
        };
        let open: Vec<TransferItem> = lines.into_iter().filter(|line| line.state.is_open()).collect();
        match command.command {
            TransferCommand::Ship => ship(shelf, &transfer, &open, context),
            TransferCommand::Deliver => {
                set_waiting(shelf, &open, PackageState::Waiting, context);
                moves::arrive(shelf, &open, context);
            }
            TransferCommand::Cancel => set_waiting(shelf, &open, PackageState::Cancelled, context),
            TransferCommand::NotFound => not_found(shelf, &transfer, &open, command, context),
        }
        follow::set_transfer(shelf, transfer.id, state, context);
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
    let is_missing = |id: TransferItemId| command.items.as_ref().is_none_or(|items| items.contains(&id));
    for line in open {
        let (state, fetched) = if is_missing(line.id) {
            let subject = Subject { transfer_item: Some(line.id), ..Subject::default() };
            lose(shelf, (line.item, transfer.source), command.reason, subject, context);
            (PackageState::OutOfStock, TransferState::OutOfStock)
        } else {
            (PackageState::Cancelled, TransferState::Cancelled)
        };
        follow::set_line(shelf, line.package_item, state, context);
        let row = shelf.floor.transfer_items.change(line.id);
        (row.state, row.modified_at) = (fetched, context.now.later_than(row.modified_at));
    }
    let items: Vec<OrderItemId> = open.iter().map(|line| line.item).collect();
    let allotment = Allotment { order: transfer.order, near: command.near, context };
    // Whatever is nowhere else stays short, or unplanned where its hold is.
    allotment.gather(shelf, &items, transfer.destination, Some(transfer.package));
}
