//! Deciding what happens on the floor: planning, packages, transfers, counts, discrepancies.
//!
//! Promises: holds follow what people find, each change of a number with its movement; a command that was given before
//! changes nothing; an order, its holds and its packages tell one story. Must not know who works where.

mod allot;
mod follow;
mod mark;
mod plan_order;
mod record_count;
mod run_package;
mod run_transfer;

pub(super) use follow::leave_package;
pub(super) use mark::clear_before;

use crate::floor::{Discrepancy, FloorCommand, Package, PackageItem, StockCount, Transfer, TransferItem};
use crate::{Context, OrderId, OrderItemId, PackageId, Refusal, Shelf};

/// What a command of the floor did: everything its caller may want to show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FloorOutcome {
    /// An order was planned.
    Planned(OrderPlan),
    /// A package is as the command wanted it.
    PackageRun(PackedLines),
    /// A transfer is as the command wanted it; its lines.
    TransferRun(Transfer, Vec<TransferItem>),
    /// A count is recorded.
    Counted(StockCount),
    /// So many discrepancies were removed.
    Removed(usize),
}

/// A package with its lines, and what was not found of them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PackedLines {
    /// The package.
    pub package: Package,
    /// Its lines.
    pub lines: Vec<PackageItem>,
    /// Discrepancies that its lines made in this command.
    pub discrepancies: Vec<Discrepancy>,
}

/// What an order's planning came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderPlan {
    /// The order.
    pub order: OrderId,
    /// All its packages, oldest first.
    pub packages: Vec<PackedLines>,
    /// Lines that could be planned and that no location has.
    pub unplanned: Vec<OrderItemId>,
}

/// Decides one command of the floor.
pub(super) fn decide(shelf: &mut Shelf, command: &FloorCommand, context: Context) -> Result<FloorOutcome, Refusal> {
    match command {
        FloorCommand::Plan(command) => plan_order::plan_order(shelf, command, context),
        FloorCommand::Package(command) => run_package::run_package(shelf, command, context),
        FloorCommand::Transfer(command) => run_transfer::run_transfer(shelf, command, context),
        FloorCommand::Count(command) => record_count::record_count(shelf, command, context),
        FloorCommand::Remove(command) => Ok(mark::remove_discrepancies(shelf, command, context)),
    }
}

/// A package as it is now.
fn packed(shelf: &Shelf, package: PackageId) -> PackedLines {
    let lines: Vec<PackageItem> = shelf.floor.lines_of(package).cloned().collect();
    let of_lines = |one: &&Discrepancy| lines.iter().any(|line| one.package_item == Some(line.id));
    PackedLines {
        package: shelf.floor.packages.get(package).expect("the caller has found the package").clone(),
        discrepancies: shelf.floor.discrepancies.all().filter(of_lines).cloned().collect(),
        lines,
    }
}
