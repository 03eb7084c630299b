//! Working on a package: collecting, closing and sending it, not finding it, cancelling it, taking it back.
//!
//! A line that is not found takes its stock off sale, is deallocated and is sourced again; if no other location has it,
//! it is short. Of a line of which some units were found, those stay in the package, and the others become a line of
//! their own. Cancelling a package leaves reservations where they are: its lines can be sourced again. One picker has a
//! package that is being prepared; another one can take it over.

use super::allocate::{self, Allocation};
use super::flag_discrepancy::{self, Subject};
use super::outcome::{FulfilmentOutcome, packed};
use super::{Context, FulfilmentReadSet, SomeUnits, moves, order_status, returns, split, unplanned};
use crate::fulfilment::{
    Coordinates, Package, PackageCommand, PackageItem, PackageState, Reason, Transfer, TransferState, UnplannedReason,
};
use crate::{
    Cause, Delta, IdKind, OrderItemId, PackageId, PackageItemId, Rejection, StockLocationId, UserId, WorkingSet,
};

/// A command for a package.
#[derive(Debug)]
pub struct RunPackage {
    /// The package.
    pub package: PackageId,
    /// What is done.
    pub command: PackageCommand,
    /// Which of its lines were not found, or come back; `None` means all.
    pub items: Option<Vec<SomeUnits>>,
    /// Why they were not found.
    pub reason: Reason,
    /// Where the customer is.
    pub near: Option<Coordinates>,
    /// How many lines the order has.
    pub lines: usize,
}

impl RunPackage {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut FulfilmentReadSet) {
        read_set.packages.insert(self.package);
        if self.command == PackageCommand::NotFound {
            read_set.sourced_packages.insert(self.package);
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        match self.command {
            // Units that are split off are lines of their own, and so are those of the lines that are served first.
            PackageCommand::NotFound | PackageCommand::Return => {
                let named = self.items.as_ref().map_or(0, Vec::len);
                allocate::ids_needed(kind, 2 * self.lines + named + split::SPLIT_MEANWHILE)
            }
            // What is on its way may have to be kept off sale, or no longer.
            _ if kind == IdKind::Movement => self.lines,
            _ => 0,
        }
    }
}

pub(super) fn apply(
    working_set: &mut WorkingSet,
    command: &RunPackage,
    context: Context,
) -> Result<FulfilmentOutcome, Rejection> {
    let package = working_set.fulfilment.packages.get(command.package).ok_or(Rejection::NotFound)?.clone();
    let lines = lines(working_set, &package, command)?;
    if let Some(other) = taken_by(&package, command.command, context.actor) {
        return Err(Rejection::PackageTaken(other));
    }
    let is_given = match command.command {
        PackageCommand::TakeOver | PackageCommand::Return => false,
        given => package.state == given.target() || is_repeated(working_set, command),
    };
    if !is_given {
        let Some(state) = command.command.leads_to(package.state) else {
            return Err(illegal(command.command, package.state));
        };
        match command.command {
            PackageCommand::NotFound => not_found(working_set, &package, &lines, command, context),
            PackageCommand::Return => returns::give_back(working_set, &lines, context),
            PackageCommand::TakeOver => {}
            _ => advance(working_set, &package, state, context),
        }
        if matches!(command.command, PackageCommand::Prepare | PackageCommand::TakeOver) {
            assign(working_set, &package, context);
        }
        order_status::follow_lines(working_set, package.order, context);
        note_unplanned(working_set, &package, command.command, context);
    }
    Ok(FulfilmentOutcome::PackageRun(packed(working_set, package.id)))
}

fn illegal(command: PackageCommand, state: PackageState) -> Rejection {
    let allowed = PackageCommand::allowed(state).map(PackageCommand::slug).collect();
    Rejection::IllegalCommand { command: command.slug(), state: state.name(), allowed }
}

/// Whose package it is, if a picker gives a command that only the one who prepares it may give.
fn taken_by(package: &Package, command: PackageCommand, actor: UserId) -> Option<UserId> {
    let is_pickers = matches!(command, PackageCommand::Prepare | PackageCommand::Pack | PackageCommand::NotFound);
    package.assigned_to.filter(|other| is_pickers && package.state == PackageState::Preparing && *other != actor)
}

/// The package is the actor's from now on. The program itself picks nothing.
fn assign(working_set: &mut WorkingSet, package: &Package, context: Context) {
    let actor = Some(context.actor).filter(|actor| actor.get() != 0);
    if package.assigned_to != actor {
        let row = working_set.fulfilment.packages.change(package.id);
        (row.assigned_to, row.modified_at) = (actor, context.now);
    }
}

/// The lines that a command names, of those that it can be about, with the units that it names: all of them, where it
/// names none.
fn lines(working_set: &WorkingSet, package: &Package, command: &RunPackage) -> Result<Vec<SomeUnits>, Rejection> {
    let all: Vec<&PackageItem> = working_set.fulfilment.lines_of(package.id).collect();
    let named = command.items.as_deref().unwrap_or_default();
    let line = |id: PackageItemId| all.iter().find(|line| line.id == id);
    let quantity = |id: PackageItemId| (id.get(), line(id).map(|line| line.quantity));
    split::check(named, quantity, working_set.items_of(package.order).len())?;
    let is_returning = command.command == PackageCommand::Return;
    let may = |line: &&&PackageItem| if is_returning { returns::may(working_set, line) } else { line.state.is_open() };
    let units = |line: &PackageItem| named.iter().find(|one| one.line == line.id).and_then(|one| one.units);
    let wanted = |line: &&&PackageItem| command.items.is_none() || named.iter().any(|one| one.line == line.id);
    Ok(all.iter().filter(may).filter(wanted).map(|line| SomeUnits { line: line.id, units: units(line) }).collect())
}

/// Whether every line that is said not to be there was said so before.
fn is_repeated(working_set: &WorkingSet, command: &RunPackage) -> bool {
    let was_missing = |one: &SomeUnits| {
        working_set.fulfilment.package_items.get(one.line).is_some_and(|line| line.state == PackageState::OutOfStock)
    };
    command.command == PackageCommand::NotFound
        && command.items.as_ref().is_some_and(|items| !items.is_empty() && items.iter().all(was_missing))
}

/// Notes the lines that have been taken out of a package and are in no other one.
fn note_unplanned(working_set: &mut WorkingSet, package: &Package, command: PackageCommand, context: Context) {
    let reason = match command {
        PackageCommand::Cancel => UnplannedReason::PackageCancelled,
        _ => UnplannedReason::NoStock,
    };
    let out: Vec<_> =
        working_set.fulfilment.lines_of(package.id).filter(|line| !line.state.has_line()).map(|l| l.item).collect();
    let known = |item: &OrderItemId| working_set.fulfilment.unplanned.get(*item).is_some();
    let out: Vec<_> = out.into_iter().filter(|item| !known(item)).collect();
    unplanned::note(working_set, package.order, &out, reason, context);
}

fn advance(working_set: &mut WorkingSet, package: &Package, state: PackageState, context: Context) {
    let open: Vec<_> =
        working_set.fulfilment.lines_of(package.id).filter(|line| line.state.is_open()).map(|l| l.id).collect();
    for line in open {
        match state {
            PackageState::Cancelled => keep_on_its_way(working_set, line, context),
            PackageState::Shipped => leave(working_set, line, context),
            _ => {}
        }
        order_status::set_line(working_set, line, state, context);
    }
    if state == PackageState::Cancelled {
        let waiting = |transfer: &&Transfer| transfer.state == TransferState::Waiting;
        let waiting: Vec<_> =
            working_set.fulfilment.transfers_of(package.id).filter(waiting).map(|one| one.id).collect();
        for transfer in waiting {
            order_status::set_transfer(working_set, transfer, TransferState::Cancelled, context);
        }
    }
    order_status::set_package(working_set, package.id, state, context);
}

/// A line's units leave the location of the stock on which they are reserved.
fn leave(working_set: &mut WorkingSet, line: PackageItemId, context: Context) {
    let Some((item, units)) =
        working_set.fulfilment.package_items.get(line).map(|row| (row.item, row.quantity.units()))
    else {
        return;
    };
    if let Some(stock) = working_set.reservation(item).map(|reservation| reservation.stock) {
        working_set.fulfilment.goods_movements.add(stock, -units, context.now);
    }
}

/// What is on its way to a line that does not wait for it any more is not for sale until it is there.
fn keep_on_its_way(working_set: &mut WorkingSet, line: PackageItemId, context: Context) {
    let Some(item) = working_set.fulfilment.package_items.get(line).map(|row| row.item) else { return };
    if let Some((stock, units)) = moves::keep_on_its_way(working_set, line) {
        let delta = Delta { reported: units, ..Delta::default() };
        working_set.move_stock(stock, delta, Cause::Transfer(item), context.actor, context.now);
    }
}

fn not_found(
    working_set: &mut WorkingSet,
    package: &Package,
    missing: &[SomeUnits],
    command: &RunPackage,
    context: Context,
) {
    let mut items: Vec<OrderItemId> = Vec::with_capacity(missing.len());
    for one in missing {
        let line = split::part(working_set, *one, context);
        let item = working_set.fulfilment.package_items.get(line).expect("it is among the package's lines").item;
        let subject = Subject { package_item: Some(line), ..Subject::default() };
        report_missing(working_set, (item, package.location), command.reason, subject, context);
        order_status::set_line(working_set, line, PackageState::OutOfStock, context);
        items.push(item);
    }
    order_status::follow_package(working_set, package.id, context);
    // A line that no other location has stays short: it was deallocated.
    Allocation { order: package.order, near: command.near, context }.allocate_lines(working_set, &items);
}

/// A line is not at a location: its stock there is flagged, and the line is deallocated.
pub(super) fn report_missing(
    working_set: &mut WorkingSet,
    (item, location): (OrderItemId, StockLocationId),
    reason: Reason,
    subject: Subject,
    context: Context,
) {
    let Some((stock, units)) =
        working_set.reservation(item).map(|reservation| (reservation.stock, reservation.quantity.units()))
    else {
        return;
    };
    flag_discrepancy::flag(working_set, (stock, location), reason, Subject { units, ..subject }, context);
    allocate::deallocate(working_set, item, (Cause::NotFound(item), 0), context);
}
