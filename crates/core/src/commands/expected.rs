//! What a write expects of its stock: it is compared when the write is decided, and never before.
//!
//! Promises: a write whose expectation does not hold is rejected with what is stored. Must not know how an expectation
//! is sent.

use crate::rejection::RowRejection;
use crate::{MovementId, Quantity, Stock, StockVersion, Timestamp, Written};

/// What a row of a write expects of its stock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expected {
    /// The stock has not been written since: this is stored, or `None`, there is no such stock. Orders do not matter.
    Written(Option<Written>),
    /// This is the level, 0 where there is no such stock.
    Level(Quantity),
    /// Nothing has happened to it: this is its newest movement, and no newer level has confirmed what is stored.
    Movement {
        /// The movement that the import made.
        id: MovementId,
        /// When the level was taken that the import left.
        snapshot_at: Option<Timestamp>,
    },
    /// The row is as its writer has seen it. Orders do matter.
    Row(SeenRow),
}

/// What a writer has seen of a row. `None` was not looked at. Where there is no stock, each number is 0.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct SeenRow {
    /// The stock level.
    pub on_hand: Option<i64>,
    /// The reserved quantity.
    pub reserved: Option<i64>,
    /// The external part of it.
    pub external: Option<i64>,
    /// The reported quantity.
    pub reported: Option<i64>,
    /// The available quantity, never below 0.
    pub available: Option<i64>,
    /// The version of the row.
    pub version: Option<SeenVersion>,
}

/// The version of a row that a writer has seen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeenVersion {
    /// Whichever, as long as there is a row.
    Any,
    /// This one.
    This(StockVersion),
    /// One that no row has.
    None,
}

impl SeenRow {
    /// Whether a stock is as it was seen.
    pub fn is(&self, stock: Option<&Stock>) -> bool {
        let of = |number: fn(&Stock) -> i64| stock.map_or(0, number);
        let same = |seen: Option<i64>, stored: i64| seen.is_none_or(|seen| seen == stored);
        let is_version = |version: SeenVersion| match version {
            SeenVersion::Any => stock.is_some(),
            SeenVersion::This(version) => stock.is_some_and(|stock| stock.version() == version),
            SeenVersion::None => false,
        };
        same(self.on_hand, of(|stock| stock.on_hand))
            && same(self.reserved, of(|stock| stock.reserved))
            && same(self.external, of(|stock| stock.external))
            && same(self.reported, of(|stock| stock.reported))
            && same(self.available, of(Stock::available))
            && self.version.is_none_or(is_version)
    }
}

/// What is wrong with a row whose stock is not as it expects.
pub(super) fn unexpected(stored: Option<&Stock>, expected: Option<Expected>) -> Option<RowRejection> {
    unexpected_after(stored, stored.map_or(0, |stock| stock.on_hand), expected)
}

/// The same where earlier rows of a command have left this level. All else is what was there before the command.
pub(super) fn unexpected_after(stored: Option<&Stock>, level: i64, expected: Option<Expected>) -> Option<RowRejection> {
    let (as_expected, fault) = match expected? {
        Expected::Level(wanted) => (level == wanted.units(), RowRejection::UnexpectedLevel { stored: level }),
        Expected::Written(written) => (stored.map(Stock::written) == written, RowRejection::StaleRow),
        Expected::Movement { id, snapshot_at } => {
            let untouched = |stock: &Stock| stock.movement == Some(id) && stock.snapshot_at == snapshot_at;
            (stored.is_some_and(untouched), RowRejection::TouchedSince)
        }
        Expected::Row(seen) if seen.is(stored) => return None,
        Expected::Row(_) => (false, RowRejection::Changed { stored: stored.cloned().map(Box::new) }),
    };
    (!as_expected).then_some(fault)
}
