//! What commands of fulfilment did, as their callers want to show it. Must not know how anything is decided.

use crate::fulfilment::{Discrepancy, Package, PackageItem, StockCount, StockMove, Transfer, TransferItem};
use crate::{OrderId, OrderItemId, PackageId, WorkingSet};

/// What a command of fulfilment did: everything its caller may want to show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FulfilmentOutcome {
    /// An order was sourced.
    Sourced(OrderSourcing),
    /// A package is as the command wanted it.
    PackageRun(PackedLines),
    /// A transfer is as the command wanted it; its lines.
    TransferRun(Transfer, Vec<TransferItem>),
    /// A count is recorded.
    Counted(StockCount),
    /// So many discrepancies were removed.
    Removed(usize),
    /// Moves are registered, in the order given.
    MovesRegistered(Vec<StockMove>),
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

/// The result of sourcing an order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderSourcing {
    /// The order.
    pub order: OrderId,
    /// All its packages, oldest first.
    pub packages: Vec<PackedLines>,
    /// Lines that could be sourced and that no location has.
    pub unplanned: Vec<OrderItemId>,
}

/// A package as it is now.
pub(super) fn packed(working_set: &WorkingSet, package: PackageId) -> PackedLines {
    let lines: Vec<PackageItem> = working_set.fulfilment.lines_of(package).cloned().collect();
    let of_lines = |one: &&Discrepancy| lines.iter().any(|line| one.package_item == Some(line.id));
    PackedLines {
        package: working_set.fulfilment.packages.get(package).expect("the caller has found the package").clone(),
        discrepancies: working_set.fulfilment.discrepancies.all().filter(of_lines).cloned().collect(),
        lines,
    }
}
