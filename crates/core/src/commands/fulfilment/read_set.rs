//! The fulfilment rows that must be loaded before commands are decided. Must not know how rows are loaded.

use std::collections::BTreeSet;

use crate::{DiscrepancyId, OrderId, OrderItemId, PackageId, StockLocationId, StockMoveId, Timestamp, TransferId};

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
    pub sourced_orders: BTreeSet<OrderId>,
    /// The same for orders known by a package.
    pub sourced_packages: BTreeSet<PackageId>,
    /// The same for orders known by a transfer.
    pub sourced_transfers: BTreeSet<TransferId>,
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
