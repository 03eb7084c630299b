//! Discrepancies: units that the system promises at a location and no picker finds there (contract 13.1); and counts.
//!
//! Must not know who looked, nor what was sold.

use crate::{
    DiscrepancyId, PackageItemId, ProductId, StockCountId, StockId, StockListId, StockLocationId, Timestamp,
    TransferItemId, UserId,
};

/// Why a promise is not true.
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

/// What ends the discrepancies of a location, besides removing them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DiscrepancyEnds {
    /// A count, or a level of the ERP that was taken after it and is not the one known when it was made: an ERP that
    /// repeats its level has learnt nothing.
    #[default]
    ChangedLevel,
    /// A count, or any level of the ERP that was taken after it.
    AnyLevel,
    /// Nothing.
    RemovalOnly,
}

impl DiscrepancyEnds {
    /// Every choice, the default first.
    pub const ALL: [Self; 3] = [Self::ChangedLevel, Self::AnyLevel, Self::RemovalOnly];

    /// The word for it, stored and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::ChangedLevel => "changed_level",
            Self::AnyLevel => "any_level",
            Self::RemovalOnly => "removal_only",
        }
    }

    /// The choice with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ends| ends.word() == word)
    }
}

/// What has ended a discrepancy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EndedBy {
    /// A person removed it.
    Removal,
    /// A count ended it.
    Count,
    /// The ERP wrote a level.
    Level,
}

impl EndedBy {
    /// Everything that can.
    pub const ALL: [Self; 3] = [Self::Removal, Self::Count, Self::Level];

    /// The word for it, stored and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Removal => "removed",
            Self::Count => "counted",
            Self::Level => "level",
        }
    }

    /// What has this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ended| ended.word() == word)
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
    /// The stock's list.
    pub list: StockListId,
    /// The stock's product.
    pub product: ProductId,
    /// The stock's SKU.
    pub sku: String,
    /// Why.
    pub reason: Reason,
    /// How many units it is about: those not found, or the difference of a count. Old rows do not say.
    pub quantity: Option<i64>,
    /// The level that was stored when it was made. Old rows do not say.
    pub level: Option<i64>,
    /// Whether it still counts.
    pub is_active: bool,
    /// Who reported it; 0 in old rows.
    pub created_by: UserId,
    /// What has ended it and who did that; old rows do not say.
    pub ended: Option<(EndedBy, UserId)>,
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
    /// What was to be found at the moment of the count.
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
    /// The stock level is set to what was counted.
    Adjusted,
    /// A discrepancy was made.
    Marked,
    /// Nothing: something newer is known of the stock.
    Superseded,
}

impl CountResult {
    /// The word for it, stored and shown.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Adjusted => "adjusted",
            Self::Marked => "discrepancy",
            Self::Superseded => "superseded",
        }
    }

    /// The result with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Confirmed, Self::Adjusted, Self::Marked, Self::Superseded]
            .into_iter()
            .find(|result| result.word() == word)
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
