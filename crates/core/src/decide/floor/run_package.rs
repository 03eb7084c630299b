//! Working on a package: collecting, closing and sending it, not finding it, cancelling it (contract 13.1, 13.4).
//!
//! What is not found takes its stock off sale, gives up its hold there and is planned again; where nobody else has it, it is
//! short. Cancelling a package leaves holds where they are: its lines can be planned again.

use super::allot::{self, Allotment};
use super::mark::{self, Subject};
use super::outcome::{FloorOutcome, packed};
use super::{follow, moves, unplanned};
use crate::floor::{Package, PackageCommand, PackageState, RunPackage, TransferState, UnplannedReason};
use crate::{Cause, Context, Delta, OrderItemId, PackageItemId, Refusal, Shelf};

pub(super) fn run_package(shelf: &mut Shelf, command: &RunPackage, context: Context) -> Result<FloorOutcome, Refusal> {
    let package = shelf.floor.packages.get(command.package).ok_or(Refusal::NotFound)?.clone();
    let missing = missing(shelf, &package, command)?;
    if package.state != command.command.target() && !is_repeated(shelf, command) {
        let Some(state) = command.command.leads_to(package.state) else {
            return Err(illegal(command.command, package.state));
        };
        if command.command == PackageCommand::NotFound {
            not_found(shelf, &package, &missing, command, context);
        } else {
            advance(shelf, &package, state, context);
        }
        follow::follow_lines(shelf, package.order, context);
        note_unplanned(shelf, &package, command.command, context);
    }
    Ok(FloorOutcome::PackageRun(packed(shelf, package.id)))
}

fn illegal(command: PackageCommand, state: PackageState) -> Refusal {
    let allowed = PackageCommand::allowed(state).map(PackageCommand::slug).collect();
    Refusal::IllegalCommand { command: command.slug(), state: state.name(), allowed }
}

/// Notes the lines that have been taken out of a package and are in no other one.
fn note_unplanned(shelf: &mut Shelf, package: &Package, command: PackageCommand, context: Context) {
    let reason = match command {
        PackageCommand::Cancel => UnplannedReason::PackageCancelled,
        _ => UnplannedReason::NoStock,
    };
    let out: Vec<_> = shelf.floor.lines_of(package.id).filter(|line| !line.state.has_line()).map(|l| l.item).collect();
    let known = |item: &OrderItemId| shelf.floor.unplanned.get(*item).is_some();
    let out: Vec<_> = out.into_iter().filter(|item| !known(item)).collect();
    unplanned::note(shelf, package.order, &out, reason, context);
}

/// The lines that are said not to be there, of those that still should be.
fn missing(shelf: &Shelf, package: &Package, command: &RunPackage) -> Result<Vec<PackageItemId>, Refusal> {
    let lines: Vec<_> = shelf.floor.lines_of(package.id).map(|line| (line.id, line.state)).collect();
    let named = command.items.as_deref().unwrap_or_default();
    let foreign: Vec<i64> =
        named.iter().filter(|id| !lines.iter().any(|(line, _)| line == *id)).map(|id| id.get()).collect();
    if !foreign.is_empty() {
        return Err(Refusal::ForeignLines(foreign));
    }
    let wanted = |id: &PackageItemId| command.items.is_none() || named.contains(id);
    Ok(lines.into_iter().filter(|(id, state)| state.is_open() && wanted(id)).map(|(id, _)| id).collect())
}

/// Whether every line that is said not to be there was said so before.
fn is_repeated(shelf: &Shelf, command: &RunPackage) -> bool {
    let was_missing = |id: &PackageItemId| {
        shelf.floor.package_items.get(*id).is_some_and(|line| line.state == PackageState::OutOfStock)
    };
    command.command == PackageCommand::NotFound
        && command.items.as_ref().is_some_and(|items| !items.is_empty() && items.iter().all(was_missing))
}

fn advance(shelf: &mut Shelf, package: &Package, state: PackageState, context: Context) {
    let open: Vec<_> = shelf.floor.lines_of(package.id).filter(|line| line.state.is_open()).map(|l| l.id).collect();
    for line in open {
        if state == PackageState::Cancelled {
            keep_on_its_way(shelf, line, context);
        }
        follow::set_line(shelf, line, state, context);
    }
    if state == PackageState::Cancelled {
        let waiting = |transfer: &&crate::floor::Transfer| transfer.state == TransferState::Waiting;
        let waiting: Vec<_> = shelf.floor.transfers_of(package.id).filter(waiting).map(|one| one.id).collect();
        for transfer in waiting {
            follow::set_transfer(shelf, transfer, TransferState::Cancelled, context);
        }
    }
    follow::set_package(shelf, package.id, state, context);
}

/// What is on its way to a line that does not wait for it any more is not for sale until it is there.
fn keep_on_its_way(shelf: &mut Shelf, line: PackageItemId, context: Context) {
    let Some(item) = shelf.floor.package_items.get(line).map(|row| row.item) else { return };
    if let Some((stock, units)) = moves::keep_on_its_way(shelf, line) {
        let delta = Delta { reported: units, ..Delta::default() };
        shelf.move_stock(stock, delta, Cause::Transfer(item), context.actor, context.now);
    }
}

fn not_found(shelf: &mut Shelf, package: &Package, missing: &[PackageItemId], command: &RunPackage, context: Context) {
    let mut items: Vec<OrderItemId> = Vec::with_capacity(missing.len());
    for line in missing {
        let item = shelf.floor.package_items.get(*line).expect("it is among the package's lines").item;
        let subject = Subject { package_item: Some(*line), ..Subject::default() };
        lose(shelf, (item, package.location), command.reason, subject, context);
        follow::set_line(shelf, *line, PackageState::OutOfStock, context);
        items.push(item);
    }
    follow::follow_package(shelf, package.id, context);
    // Whatever is nowhere else stays short: its hold was taken off.
    Allotment { order: package.order, near: command.near, context }.spread(shelf, &items);
}

/// A line is not at a location: its stock there is marked, and its hold taken off.
pub(super) fn lose(
    shelf: &mut Shelf,
    (item, location): (OrderItemId, crate::StockLocationId),
    reason: crate::floor::Reason,
    subject: Subject,
    context: Context,
) {
    let Some((stock, units)) = shelf.hold(item).map(|hold| (hold.stock, hold.quantity.units())) else { return };
    mark::mark(shelf, (stock, location), reason, Subject { units, ..subject }, context);
    allot::take_off(shelf, item, (Cause::NotFound(item), 0), context);
}
