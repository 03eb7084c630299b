//! Unplanned lines: order lines that are to leave and are in no package. Must not know how lines are sourced.

use crate::{OrderId, OrderItemId, Quantity, StockId, Timestamp};

/// Why a line is in no package. The number is what is stored.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnplannedReason {
    /// It was not found, and no location has it: it is reserved nowhere.
    Short = 1,
    /// No location has it whole.
    NoStock = 2,
    /// The location whose stock it reserves sends nothing any more, and no other one has it.
    LocationInactive = 3,
    /// A person cancelled its package.
    PackageCancelled = 4,
    /// A person cancelled its transfer.
    TransferCancelled = 5,
}

impl UnplannedReason {
    /// Every reason, in the order of their numbers.
    pub const ALL: [Self; 5] =
        [Self::Short, Self::NoStock, Self::LocationInactive, Self::PackageCancelled, Self::TransferCancelled];

    /// Its number.
    pub const fn code(self) -> i64 {
        self as i64
    }

    /// The reason with this number.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::NoStock => "no_stock",
            Self::LocationInactive => "location_inactive",
            Self::PackageCancelled => "package_cancelled",
            Self::TransferCancelled => "transfer_cancelled",
        }
    }

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
