//! Stock health: what has kept units off sale for long, and settling lines that no level will settle.
//!
//! Promises: settling is a form that works without a script and says what it does before. Must not know how old is too old.

use askama::Template;
use onhand_core::Timestamp;

use crate::Frame;
use crate::form::FieldErrors;
use crate::number::Whole;

/// How many days can be chosen.
pub const DAYS: [i64; 4] = [1, 7, 30, 90];

/// The page `/stock-health`; `as_rows()` is its region. Query: `days`, one of [`DAYS`].
///
/// The form posts `line` (several) and `note` to [`crate::link::health`], with `idempotency_key` and `back`.
#[derive(Clone, Debug, Template)]
#[template(path = "health.html", blocks = ["rows"])]
pub struct Health {
    /// The frame.
    pub frame: Frame,
    /// For how many days something has waited that is shown.
    pub days: i64,
    /// Lines that the ERP has registered and no level has settled, the oldest first.
    pub reported: Aged,
    /// Lines that the ERP has not registered, the oldest first.
    pub open: Aged,
    /// Lines that wait for a package although their units are there.
    pub unpackaged: Aged,
    /// Batches of channels whose lease is over.
    pub leases: Vec<LeaseRow>,
    /// Whether there are more of those.
    pub has_more_leases: bool,
    /// Stocks of which more is reserved and reported than there is.
    pub oversold: Vec<OversoldRow>,
    /// Whether there are more of those.
    pub has_more_oversold: bool,
    /// The lines that are ticked.
    pub chosen: Vec<i64>,
    /// The note in the form.
    pub note: String,
    /// What is wrong: with `line`, with `note`, or with the whole.
    pub errors: FieldErrors,
}

/// Old lines.
#[derive(Clone, Debug, Default)]
pub struct Aged {
    /// The first of them.
    pub rows: Vec<AgedRow>,
    /// Whether there are more.
    pub has_more: bool,
}

/// A line that has kept units off sale for long.
#[derive(Clone, Debug)]
pub struct AgedRow {
    /// The line.
    pub line: i64,
    /// Its order.
    pub order: i64,
    /// The number of that.
    pub number: String,
    /// The product.
    pub product: i64,
    /// The SKU of that.
    pub sku: String,
    /// The name of the list whose units it takes.
    pub list: String,
    /// How many units.
    pub quantity: i64,
    /// Since when.
    pub since: Timestamp,
    /// The ERP's code; empty while it has none.
    pub code: String,
}

/// A batch of a channel whose lease is over.
#[derive(Clone, Debug)]
pub struct LeaseRow {
    /// Our name for it.
    pub batch: String,
    /// The name of the channel.
    pub channel: String,
    /// When the lease ended.
    pub until: Timestamp,
}

/// A stock of which more is reserved and reported than there is.
#[derive(Clone, Debug)]
pub struct OversoldRow {
    /// The product.
    pub product: i64,
    /// The SKU of that.
    pub sku: String,
    /// The list.
    pub list: i64,
    /// The name of that.
    pub list_name: String,
    /// The stock level.
    pub on_hand: i64,
    /// What is reserved and reported.
    pub taken: i64,
}

impl OversoldRow {
    fn oversold_by(&self) -> i64 {
        self.taken - self.on_hand
    }
}

impl Health {
    fn is_fine(&self) -> bool {
        [&self.reported, &self.open, &self.unpackaged].into_iter().all(|lines| lines.rows.is_empty())
            && self.oversold.is_empty()
            && self.leases.is_empty()
    }

    fn shows(&self, days: impl Whole) -> bool {
        self.days == days.whole()
    }

    fn is_chosen(&self, row: &AgedRow) -> bool {
        self.chosen.contains(&row.line)
    }
}
