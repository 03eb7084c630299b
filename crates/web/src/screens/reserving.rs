//! What is around the numbers of one stock: who reserves it, what is reported, packages, discrepancies, channels.
//!
//! Promises: a line that the person may not open has no link. Must not know how many lines a page has.

use onhand_core::Timestamp;
use onhand_core::fulfilment::Reason;

use crate::texts::Texts;
use crate::{Frame, link};

/// An order line that reserves the stock.
#[derive(Clone, Debug)]
pub struct Reserving {
    /// The order, if the person may see it.
    pub order: Option<i64>,
    /// The line.
    pub line: i64,
    /// The order's number; empty where the person may not know it.
    pub number: String,
    /// The channel; none for an order through the own API.
    pub channel: Option<String>,
    /// How many units.
    pub quantity: i64,
    /// Since when.
    pub since: Timestamp,
    /// Whether that is longer than usual.
    pub is_old: bool,
    /// By how many units the line is oversold.
    pub oversold_by: i64,
}

impl Reserving {
    /// Where the line is released, if the person may do that.
    pub(super) fn release(&self, frame: &Frame) -> Option<String> {
        let order = self.order.filter(|_| frame.may.release_orders)?;
        Some(link::with_query(&link::order(order), &[("release", &self.line.to_string())]))
    }

    /// Where the line is cancelled, if the person may do that.
    pub(super) fn cancel(&self, frame: &Frame) -> Option<String> {
        let order = self.order.filter(|_| frame.may.write_orders)?;
        Some(link::with_query(&link::order(order), &[("cancel", &self.line.to_string())]))
    }
}

/// A cart that reserves the stock.
#[derive(Clone, Debug)]
pub struct CartLine {
    /// Its reference; empty where the person may not know it.
    pub reference: String,
    /// The channel; none for one through the own API.
    pub channel: Option<String>,
    /// How many units.
    pub quantity: i64,
    /// Since when.
    pub since: Timestamp,
    /// Until when, if the person may know that.
    pub until: Option<Timestamp>,
}

/// An external reservation.
#[derive(Clone, Debug)]
pub struct External {
    /// How many units.
    pub quantity: i64,
    /// Who wrote it; may be empty.
    pub by: String,
    /// When it was written.
    pub at: Option<Timestamp>,
}

/// A line that the ERP has registered and that no level accounts for yet.
#[derive(Clone, Debug)]
pub struct ReportedLine {
    /// The order, if the person may see it.
    pub order: Option<i64>,
    /// Its number; empty where the person may not know it.
    pub number: String,
    /// How many units.
    pub quantity: i64,
    /// Since when it is registered: a level that was taken then or later settles it.
    pub since: Timestamp,
    /// The ERP's code; may be empty.
    pub code: String,
}

/// Units that were not found, or an active difference of a count.
#[derive(Clone, Debug)]
pub struct DiscrepancyLine {
    /// Why.
    pub reason: Reason,
    /// How many units, where that is known.
    pub quantity: Option<i64>,
    /// Since when.
    pub at: Timestamp,
}

impl DiscrepancyLine {
    pub(super) fn text(&self, t: Texts) -> &'static str {
        match self.reason {
            Reason::OutOfStock => t.missing_not_there(),
            Reason::Damaged => t.missing_damaged(),
            Reason::WrongItem => t.missing_wrong_item(),
            Reason::CountDifference => t.missing_count(),
        }
    }
}

/// A package at the list's location that still waits for units of the product.
#[derive(Clone, Debug)]
pub struct PackedLine {
    /// The order, if the person may see it.
    pub order: Option<i64>,
    /// The package's number.
    pub number: String,
    /// Its state, in the API's word.
    pub state: String,
    /// How many units.
    pub quantity: i64,
}

/// What a channel was sent last.
#[derive(Clone, Debug)]
pub struct Told {
    /// The channel's name.
    pub channel: String,
    /// The quantity, if it is among the changes that were looked at.
    pub quantity: Option<i64>,
    /// When the stock became so.
    pub at: Timestamp,
    /// Since when something newer is due.
    pub behind_since: Option<Timestamp>,
}
