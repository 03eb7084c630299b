//! The fulfilment rows of a working set.
//!
//! Promises: rows of locations, packages, transfers, discrepancies and counts, with what a batch changed of them. Must
//! not know stock numbers: those are in the rest of the working set.

use super::goods_movements::GoodsMovements;
use super::tracked::{Tracked, TrackedMap, rows};
use crate::fulfilment::{
    Discrepancy, KeptUnits, MoveKind, MoveState, Package, PackageItem, StockCount, StockLocation, StockMove, Transfer,
    TransferItem, UnplannedItem, UnplannedReason,
};
use crate::{
    DiscrepancyId, OrderId, OrderItemId, PackageId, PackageItemId, StockCountId, StockId, StockListId, StockLocationId,
    StockMoveId, TransferId, TransferItemId,
};

rows! {
    /// The fulfilment rows of a working set.
    pub struct Fulfilment {
        /// Packages.
        pub packages: TrackedMap<PackageId, Package>,
        /// Their lines.
        pub package_items: TrackedMap<PackageItemId, PackageItem>,
        /// Transfers.
        pub transfers: TrackedMap<TransferId, Transfer>,
        /// Their lines.
        pub transfer_items: TrackedMap<TransferItemId, TransferItem>,
        /// Discrepancies: the active ones of every stock that a batch may write, and those it names.
        pub discrepancies: TrackedMap<DiscrepancyId, Discrepancy>,
        /// Counts made.
        pub counts: TrackedMap<StockCountId, StockCount>,
        /// What has come and gone. Sums are here of every count of an earlier moment.
        pub goods_movements: GoodsMovements,
        /// Moves that the ERP has to hear of: those of every order that is here whole.
        pub moves: TrackedMap<StockMoveId, StockMove>,
        /// What moves keep off sale, by stock: of every stock that a batch may write, and of every move that is here.
        pub kept: TrackedMap<(StockId, StockMoveId), KeptUnits>,
        /// Order lines that are to leave and are in no package: those of the orders that are here, and, when a batch
        /// sources orders, those that have reserved a stock which it may choose.
        pub unplanned: TrackedMap<OrderItemId, UnplannedItem>,
    }
    besides {
        /// Locations. A batch that sources orders has all of them.
        pub locations: TrackedMap<StockLocationId, StockLocation>,
    }
    /// What a batch changed in fulfilment.
    pub struct FulfilmentChanges;
}

impl Fulfilment {
    /// The location whose stock a list counts.
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

    /// Units that unplanned lines of other orders reserve on a stock and that are younger than a line.
    pub fn younger_claims(&self, stock: StockId, order: OrderId, item: OrderItemId) -> i64 {
        let younger = |row: &&UnplannedItem| {
            row.stock == stock && row.order != order && row.item > item && row.reason != UnplannedReason::Short
        };
        self.unplanned.all().filter(younger).map(|row| row.quantity.units()).sum()
    }

    /// What moves keep on a stock.
    pub fn kept_on(&self, stock: StockId) -> impl Iterator<Item = &KeptUnits> {
        const FIRST: StockMoveId = StockMoveId::new(i64::MIN);
        const LAST: StockMoveId = StockMoveId::new(i64::MAX);
        self.kept.within((stock, FIRST)..=(stock, LAST))
    }

    /// The moves of a line that the ERP has not registered.
    pub fn waiting_moves_of(&self, item: OrderItemId) -> impl Iterator<Item = &StockMove> {
        let waits = move |one: &&StockMove| one.item == item && one.state == MoveState::Waiting;
        self.moves.all().filter(|one| one.kind == MoveKind::OrderItem).filter(waits)
    }
}
