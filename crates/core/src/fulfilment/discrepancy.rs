//! Discrepancies: units that the system promises at a location and no picker finds there (contract 13.1); and counts.
//!
//! Must not know who looked, nor what was sold.

use crate::{
    DiscrepancyId, PackageItemId, ProductId, StockCountId, StockId, StockListId, StockLocationId, Timestamp,
    TransferItemId, UserId,
};

crate::words! {
    /// Why a promise is not true.
    pub enum Reason {
        /// It is not there.
        OutOfStock => "out_of_stock",
        /// It is there and cannot be sold.
        Damaged => "damaged",
        /// Something else is in its place.
        WrongItem => "wrong_item",
        /// A count found another number.
        CountDifference => "count_difference",
    }
    word word, from_word;
}

crate::words! {
    /// What ends the discrepancies of a location, besides removing them.
    #[derive(Default)]
    pub enum DiscrepancyEnds {
        /// A count, or a level of the ERP that was taken after it and is not the one known when it was made: an ERP
        /// that repeats its level has learnt nothing.
        #[default]
        ChangedLevel => "changed_level",
        /// A count, or any level of the ERP that was taken after it.
        AnyLevel => "any_level",
        /// Nothing.
        RemovalOnly => "removal_only",
    }
    word word, from_word;
}

crate::words! {
    /// What has ended a discrepancy.
    pub enum EndedBy {
        /// A person removed it.
        Removal => "removed",
        /// A count ended it.
        Count => "counted",
        /// The ERP wrote a level.
        Level => "level",
    }
    word word, from_word;
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
    /// The result.
    pub result: CountResult,
    /// The discrepancy it became.
    pub discrepancy: Option<DiscrepancyId>,
}

crate::words! {
    /// The result of a counted line.
    pub enum CountResult {
        /// There was no difference.
        Confirmed => "confirmed",
        /// The stock level is set to what was counted.
        Adjusted => "adjusted",
        /// A discrepancy was made.
        Marked => "discrepancy",
        /// Nothing: something newer is known of the stock.
        Superseded => "superseded",
    }
    word word, from_word;
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
