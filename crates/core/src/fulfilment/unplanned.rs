//! Unplanned lines: order lines that are to leave and are in no package. Must not know how lines are sourced.

use crate::{OrderId, OrderItemId, Quantity, StockId, Timestamp};

crate::words! {
    /// Why a line is in no package. The number is what is stored.
    pub enum UnplannedReason {
        /// It was not found, and no location has it: it is reserved nowhere.
        Short = 1 => "short",
        /// No location has it whole.
        NoStock = 2 => "no_stock",
        /// The location whose stock it reserves sends nothing any more, and no other one has it.
        LocationInactive = 3 => "location_inactive",
        /// A person cancelled its package.
        PackageCancelled = 4 => "package_cancelled",
        /// A person cancelled its transfer.
        TransferCancelled = 5 => "transfer_cancelled",
    }
    number code, from_code;
    word word;
}

impl UnplannedReason {
    /// Whether it waits for stock; otherwise a person has decided that it does not leave, and decides again.
    pub const fn waits_for_stock(self) -> bool {
        matches!(self, Self::Short | Self::NoStock | Self::LocationInactive)
    }
}

/// An order line that is to leave and is in no package.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnplannedItem {
    /// The line.
    pub item: OrderItemId,
    /// Its order.
    pub order: OrderId,
    /// The stock on which it is reserved, or was reserved last.
    pub stock: StockId,
    /// Its SKU.
    pub sku: String,
    /// Its units.
    pub quantity: Quantity,
    /// Why.
    pub reason: UnplannedReason,
    /// Since when.
    pub created_at: Timestamp,
    /// When sourcing tried it last.
    pub modified_at: Timestamp,
}
