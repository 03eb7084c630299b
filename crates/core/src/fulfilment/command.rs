//! Commands of fulfilment, and what must be loaded to decide them.
//!
//! Promises: as for every command, whatever the decision looks at is named here. Must not know who gives a command.

use std::collections::BTreeSet;

use super::{Coordinates, PackageCommand, Reason, TransferCommand};
use crate::{
    DiscrepancyId, IdKind, OrderId, OrderItemId, PackageId, PackageItemId, Quantity, StockLocationId, StockMoveId,
    Timestamp, TransferId, TransferItemId,
};

/// A command of fulfilment.
#[derive(Debug)]
pub enum FulfilmentCommand {
    /// The lines of an order that are in no package are sourced.
    Plan(PlanOrder),
    /// A person works on a package.
    Package(RunPackage),
    /// A person works on a transfer.
    Transfer(RunTransfer),
    /// A person has counted.
    Count(RecordCount),
    /// Discrepancies are removed.
    Remove(RemoveDiscrepancies),
    /// The ERP has registered moves.
    Register(RegisterMoves),
}

/// The lines of an order that are in no package yet are sourced.
#[derive(Debug)]
pub struct PlanOrder {
    /// The order.
    pub order: OrderId,
    /// The location that all of it is gathered at; `None` leaves the choice to the plan.
    pub gather_at: Option<StockLocationId>,
    /// Where the customer is.
    pub near: Option<Coordinates>,
    /// How many lines the order has. Lines are never added.
    pub lines: usize,
}

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

/// A line of a package or of a transfer, or some of its units.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SomeUnits<L = PackageItemId> {
    /// The line.
    pub line: L,
    /// How many of its units; `None` means all.
    pub units: Option<Quantity>,
}

impl<L> From<L> for SomeUnits<L> {
    fn from(line: L) -> Self {
        Self { line, units: None }
    }
}

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

/// A count at a location.
#[derive(Debug)]
pub struct RecordCount {
    /// Where.
    pub location: StockLocationId,
    /// When it was counted; arrival when absent.
    pub counted_at: Option<Timestamp>,
    /// What was counted, each SKU once.
    pub lines: Vec<(String, Quantity)>,
}

/// Discrepancies are removed; what is not there any more is left out.
#[derive(Debug)]
pub struct RemoveDiscrepancies {
    /// Which.
    pub ids: Vec<DiscrepancyId>,
}

/// The ERP has registered moves: all of these, or none.
#[derive(Debug)]
pub struct RegisterMoves {
    /// In order.
    pub rows: Vec<RegisterMove>,
}

/// The ERP has registered a move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RegisterMove {
    /// Which.
    pub id: StockMoveId,
    /// The ERP's code for it.
    pub code: String,
    /// When the ERP registered it; arrival when absent.
    pub registered_at: Option<Timestamp>,
}

/// The fulfilment rows that a batch of commands looks at.
#[derive(Debug, Default)]
pub struct FulfilmentReadSet {
    /// Orders, whole, with their packages and transfers.
    pub orders: BTreeSet<OrderId>,
    /// Lines, each with its order as in `orders`.
    pub items: BTreeSet<OrderItemId>,
    /// Packages, each with its order as in `orders`.
    pub packages: BTreeSet<PackageId>,
    /// Transfers, each with its order as in `orders`.
    pub transfers: BTreeSet<TransferId>,
    /// Of those orders, the ones that may be sourced: with all locations, and their SKUs' stocks there.
    pub planned_orders: BTreeSet<OrderId>,
    /// The same for orders known by a package.
    pub planned_packages: BTreeSet<PackageId>,
    /// The same for orders known by a transfer.
    pub planned_transfers: BTreeSet<TransferId>,
    /// Discrepancies, each with its stock.
    pub discrepancies: BTreeSet<DiscrepancyId>,
    /// Moves, each with its order as in `orders`.
    pub moves: BTreeSet<StockMoveId>,
    /// SKUs at locations: location, stock, product, and the lines that a count must include: in packages, to be
    /// fetched, or not sourced yet.
    pub counted: BTreeSet<(StockLocationId, String)>,
    /// Of those, the ones that were counted at an earlier moment: what has come and gone since then.
    pub counted_earlier: BTreeSet<(StockLocationId, String, Timestamp)>,
}

impl FulfilmentReadSet {
    /// Whether no row of fulfilment is needed.
    pub fn is_empty(&self) -> bool {
        self.orders.is_empty()
            && self.items.is_empty()
            && self.packages.is_empty()
            && self.transfers.is_empty()
            && self.discrepancies.is_empty()
            && self.moves.is_empty()
            && self.counted.is_empty()
    }
}

/// More lines than people split off while a command waits for its turn.
const SPLIT_MEANWHILE: usize = 32;

impl FulfilmentCommand {
    /// Adds what this command looks at.
    pub fn read_set(&self, read_set: &mut FulfilmentReadSet) {
        match self {
            Self::Plan(plan) => {
                read_set.orders.insert(plan.order);
                read_set.planned_orders.insert(plan.order);
            }
            Self::Package(run) => {
                read_set.packages.insert(run.package);
                if run.command == PackageCommand::NotFound {
                    read_set.planned_packages.insert(run.package);
                }
            }
            Self::Transfer(run) => {
                read_set.transfers.insert(run.transfer);
                if matches!(run.command, TransferCommand::NotFound | TransferCommand::Ship) {
                    read_set.planned_transfers.insert(run.transfer);
                }
            }
            Self::Count(count) => {
                read_set.counted.extend(count.lines.iter().map(|(sku, _)| (count.location, sku.clone())));
                if let Some(moment) = count.counted_at {
                    let lines = count.lines.iter().map(|(sku, _)| (count.location, sku.clone(), moment));
                    read_set.counted_earlier.extend(lines);
                }
            }
            Self::Remove(remove) => read_set.discrepancies.extend(&remove.ids),
            Self::Register(register) => read_set.moves.extend(register.rows.iter().map(|row| row.id)),
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub fn ids_needed(&self, kind: IdKind) -> usize {
        let planning = |lines: usize| match kind {
            IdKind::Package
            | IdKind::PackageItem
            | IdKind::Transfer
            | IdKind::TransferItem
            | IdKind::Stock
            | IdKind::Discrepancy
            | IdKind::OrderItem => lines,
            // Each line leaves a stock and arrives on another, and the ERP may have to hear of the line and of its
            // units.
            IdKind::Movement | IdKind::StockMove => 2 * lines,
            _ => 0,
        };
        match self {
            Self::Plan(plan) => planning(plan.lines),
            // Units that are split off are lines of their own, and so are those of the lines that are served first.
            Self::Package(run) if matches!(run.command, PackageCommand::NotFound | PackageCommand::Return) => {
                planning(2 * run.lines + run.items.as_ref().map_or(0, Vec::len) + SPLIT_MEANWHILE)
            }
            Self::Transfer(run) if run.command == TransferCommand::NotFound => {
                planning(2 * run.lines + run.items.as_ref().map_or(0, Vec::len) + SPLIT_MEANWHILE)
            }
            Self::Transfer(run) if run.command == TransferCommand::Ship => planning(run.lines),
            Self::Count(count) => match kind {
                IdKind::StockCount => 1,
                IdKind::Discrepancy | IdKind::Movement | IdKind::Stock => count.lines.len(),
                _ => 0,
            },
            Self::Remove(remove) if kind == IdKind::Movement => remove.ids.len(),
            Self::Register(register) if kind == IdKind::Movement => register.rows.len(),
            // What is on its way may have to be kept off sale, or no longer.
            Self::Package(run) if kind == IdKind::Movement => run.lines,
            Self::Transfer(run) if kind == IdKind::Movement => run.lines,
            Self::Package(_) | Self::Transfer(_) | Self::Remove(_) | Self::Register(_) => 0,
        }
    }
}
