//! The floor: where stock stands, and the work of people on it.
//!
//! Promises: rows of locations, packages, transfers, discrepancies and counts, with what a batch changed of them. Must not
//! know stock numbers: those are the shelf's.

mod command;
mod discrepancy;
mod goods;
mod location;
mod package;
mod rows;
mod stock_move;
mod transfer;
mod unplanned;

pub use command::{
    FloorCommand, FloorNeeds, PlanOrder, RecordCount, RegisterMove, RegisterMoves, RemoveDiscrepancies, RunPackage,
    RunTransfer, SomeUnits,
};
pub use discrepancy::{CountLine, CountResult, Discrepancy, DiscrepancyEnds, EndedBy, Reason, StockCount};
pub use goods::{GoodsMovement, GoodsMovements};
pub use location::{Coordinates, CountMode, StockLocation};
pub use package::{Package, PackageCommand, PackageItem, PackageState};
pub use rows::{RowChanges, Rows};
pub use stock_move::{Kept, MoveKind, MoveState, StockMove};
pub use transfer::{Transfer, TransferCommand, TransferItem, TransferState};
pub use unplanned::{UnplannedItem, UnplannedReason};

use crate::{
    DiscrepancyId, OrderId, OrderItemId, PackageId, PackageItemId, StockCountId, StockId, StockListId, StockLocationId,
    StockMoveId, TransferId, TransferItemId,
};

/// What is on the floor.
#[derive(Debug, Default)]
pub struct Floor {
    /// Locations. A batch that plans has all of them.
    pub locations: Rows<StockLocationId, StockLocation>,
    /// Packages.
    pub packages: Rows<PackageId, Package>,
    /// Their lines.
    pub package_items: Rows<PackageItemId, PackageItem>,
    /// Transfers.
    pub transfers: Rows<TransferId, Transfer>,
    /// Their lines.
    pub transfer_items: Rows<TransferItemId, TransferItem>,
    /// Discrepancies: the active ones of every stock that a batch may write, and those it names.
    pub discrepancies: Rows<DiscrepancyId, Discrepancy>,
    /// Counts made.
    pub counts: Rows<StockCountId, StockCount>,
    /// What has come and gone. Sums are here of every count of an earlier moment.
    pub goods: GoodsMovements,
    /// Moves that the ERP has to hear of: those of every order that is here whole.
    pub moves: Rows<StockMoveId, StockMove>,
    /// What moves keep off sale, by stock: of every stock that a batch may write, and of every move that is here.
    pub kept: Rows<(StockId, StockMoveId), Kept>,
    /// Order lines that are to leave and are in no package: those of the orders that are here, and, when a batch plans,
    /// those that hold a stock which it may plan to.
    pub unplanned: Rows<OrderItemId, UnplannedItem>,
}

/// What a batch changed on the floor.
#[derive(Debug, Default)]
pub struct FloorChanges {
    /// Packages.
    pub packages: RowChanges<Package>,
    /// Their lines.
    pub package_items: RowChanges<PackageItem>,
    /// Transfers.
    pub transfers: RowChanges<Transfer>,
    /// Their lines.
    pub transfer_items: RowChanges<TransferItem>,
    /// Discrepancies.
    pub discrepancies: RowChanges<Discrepancy>,
    /// Counts.
    pub counts: RowChanges<StockCount>,
    /// What has come and gone.
    pub goods: Vec<GoodsMovement>,
    /// Moves.
    pub moves: RowChanges<StockMove>,
    /// What moves keep.
    pub kept: RowChanges<Kept>,
    /// Unplanned lines.
    pub unplanned: RowChanges<UnplannedItem>,
}

impl FloorChanges {
    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.packages.is_empty()
            && self.package_items.is_empty()
            && self.transfers.is_empty()
            && self.transfer_items.is_empty()
            && self.discrepancies.is_empty()
            && self.counts.is_empty()
            && self.goods.is_empty()
            && self.moves.is_empty()
            && self.kept.is_empty()
            && self.unplanned.is_empty()
    }
}

impl Floor {
    /// The location whose figures are a list's.
    pub fn location_of(&self, list: StockListId) -> Option<&StockLocation> {
        self.locations.all().find(|location| location.list == list)
    }

    /// The packages of an order, oldest first.
    pub fn packages_of(&self, order: OrderId) -> impl Iterator<Item = &Package> {
        self.packages.all().filter(move |package| package.order == order)
    }

    /// The lines of a package.
    pub fn lines_of(&self, package: PackageId) -> impl Iterator<Item = &PackageItem> {
        self.package_items.all().filter(move |line| line.package == package)
    }

    /// The line of a package that has an order line now.
    pub fn line_with(&self, item: OrderItemId) -> Option<&PackageItem> {
        self.package_items.all().find(|line| line.item == item && line.state.has_line())
    }

    /// The transfers of a package.
    pub fn transfers_of(&self, package: PackageId) -> impl Iterator<Item = &Transfer> {
        self.transfers.all().filter(move |transfer| transfer.package == package)
    }

    /// The lines of a transfer.
    pub fn fetched_by(&self, transfer: TransferId) -> impl Iterator<Item = &TransferItem> {
        self.transfer_items.all().filter(move |line| line.transfer == transfer)
    }

    /// The active discrepancies of a stock.
    pub fn active_of(&self, stock: StockId) -> impl Iterator<Item = &Discrepancy> {
        self.discrepancies.all().filter(move |one| one.stock == stock && one.is_active)
    }

    /// Units that unplanned lines of other orders hold on a stock and that are younger than a line.
    pub fn younger_claims(&self, stock: StockId, order: OrderId, item: OrderItemId) -> i64 {
        let younger = |row: &&UnplannedItem| {
            row.stock == stock && row.order != order && row.item > item && row.reason != UnplannedReason::Short
        };
        self.unplanned.all().filter(younger).map(|row| row.quantity.units()).sum()
    }

    pub(crate) fn take_changes(&mut self) -> FloorChanges {
        FloorChanges {
            packages: self.packages.take(),
            package_items: self.package_items.take(),
            transfers: self.transfers.take(),
            transfer_items: self.transfer_items.take(),
            discrepancies: self.discrepancies.take(),
            counts: self.counts.take(),
            goods: self.goods.take(),
            moves: self.moves.take(),
            kept: self.kept.take(),
            unplanned: self.unplanned.take(),
        }
    }
}
