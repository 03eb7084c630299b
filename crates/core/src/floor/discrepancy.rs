//! Discrepancies: what the system promises at a location and nobody finds there (contract 13.1); and counts.
//!
//! Must not know who looked, nor what was sold.

use crate::{DiscrepancyId, PackageItemId, StockCountId, StockId, StockLocationId, Timestamp, TransferItemId};

/// Why a promise does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// It is not there.
    OutOfStock,
    /// It is there and cannot be sold.
    Damaged,
    /// Something else is in its place.
    WrongItem,
    /// A count found another number.
    CountDifference,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::OutOfStock, Self::Damaged, Self::WrongItem, Self::CountDifference];

    /// The word for it, stored and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OutOfStock => "out_of_stock",
            Self::Damaged => "damaged",
            Self::WrongItem => "wrong_item",
            Self::CountDifference => "count_difference",
        }
    }

    /// The reason with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

/// A discrepancy. While it is active, its stock offers nothing.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Discrepancy {
    /// Its id.
    pub id: DiscrepancyId,
    /// The stock it is about.
    pub stock: StockId,
    /// The location that stock belongs to.
    pub location: StockLocationId,
    /// The stock's SKU.
    pub sku: String,
    /// Why.
    pub reason: Reason,
    /// Whether it still counts.
    pub is_active: bool,
    /// The line of a package that was not found.
    pub package_item: Option<PackageItemId>,
    /// The line of a transfer that was not found.
    pub transfer_item: Option<TransferItemId>,
    /// When it was reported.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

/// What a count said of one SKU.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CountLine {
    /// The SKU.
    pub sku: String,
    /// The figure before.
    pub expected: i64,
    /// What was counted.
    pub counted: i64,
    /// What became of a difference.
    pub result: CountResult,
    /// The discrepancy it became.
    pub discrepancy: Option<DiscrepancyId>,
}

/// What became of a counted line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CountResult {
    /// There was no difference.
    Confirmed,
    /// The figure is what was counted.
    Adjusted,
    /// A discrepancy was made.
    Marked,
}

impl CountResult {
    /// The word for it, stored and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Adjusted => "adjusted",
            Self::Marked => "discrepancy",
        }
    }

    /// The result with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Confirmed, Self::Adjusted, Self::Marked].into_iter().find(|result| result.word() == word)
    }
}

/// A count at a location.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StockCount {
    /// Its id.
    pub id: StockCountId,
    /// Where.
    pub location: StockLocationId,
    /// When it was counted.
    pub counted_at: Timestamp,
    /// What was counted, in the order given.
    pub lines: Vec<CountLine>,
    /// When it was recorded.
    pub created_at: Timestamp,
}
