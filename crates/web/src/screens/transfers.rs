//! Transfers between stock lists: those that were made, one with all its lines, and making one.
//!
//! Promises: what was typed comes back as it was if a transfer is rejected. Must not know what may be taken from a list.

use askama::Template;
use onhand_core::Timestamp;

use super::level;
use crate::Frame;
use crate::form::{FieldErrors, Pager};
use crate::number::Whole;
use crate::texts::Texts;

/// Lines that are shown of a transfer among others.
pub const LINES_SHOWN: usize = 10;

/// The page `/transfers`. Query: `from` and `to`, ids of lists; `after`, the number of a page.
#[derive(Clone, Debug, Template)]
#[template(path = "transfers.html", blocks = ["rows"])]
pub struct Transfers {
    /// The frame.
    pub frame: Frame,
    /// The transfers of this page, the newest first, with up to [`LINES_SHOWN`] lines each.
    pub rows: Vec<TransferRow>,
    /// Where the page is among them.
    pub pager: Pager,
    /// The lists that can be chosen.
    pub lists: Vec<(i64, String)>,
    /// The list that the shown ones have left, and the one that they went to.
    pub chosen: (Option<i64>, Option<i64>),
}

/// The page `/transfers/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "transfer.html")]
pub struct Transfer {
    /// The frame.
    pub frame: Frame,
    /// The transfer, with all its lines.
    pub transfer: TransferRow,
}

/// The page `/transfers/new`. The form posts `from`, `to`, `lines`, `reference`, `reason` and `note` to
/// [`crate::link::transfer_new`], with `idempotency_key` and `back`.
#[derive(Clone, Debug, Template)]
#[template(path = "transfer_new.html")]
pub struct NewTransfer {
    /// The frame.
    pub frame: Frame,
    /// The lists that can be chosen.
    pub lists: Vec<(i64, String)>,
    /// The list that the units leave, and the one that they go to.
    pub chosen: (Option<i64>, Option<i64>),
    /// The lines as they were typed: a SKU and a quantity each.
    pub lines: String,
    /// What the transfer is called.
    pub reference: String,
    /// The word of the reason.
    pub reason: String,
    /// The installation's own reasons: code and name.
    pub own_reasons: Vec<(String, String)>,
    /// The note.
    pub note: String,
    /// What is wrong with single lines: the number of each, from 1, and a sentence.
    pub wrong_lines: Vec<(i64, String)>,
    /// SKUs of which too little is available: each with what was asked for and what there is.
    pub short: Vec<Short>,
    /// What is wrong: with `from`, `to`, `lines`, `reference`, `reason`, `note`, or with the whole.
    pub errors: FieldErrors,
}

/// A SKU of which too little is available.
#[derive(Clone, Debug)]
pub struct Short {
    /// The SKU.
    pub sku: String,
    /// How many units were asked for.
    pub asked: i64,
    /// How many are available.
    pub available: i64,
}

/// A transfer.
#[derive(Clone, Debug)]
pub struct TransferRow {
    /// Its id.
    pub id: i64,
    /// The list that the units left: its id and its name.
    pub from: (i64, String),
    /// The list that they went to.
    pub to: (i64, String),
    /// What its maker calls it; may be empty.
    pub reference: String,
    /// The word of the reason; may be empty.
    pub reason: String,
    /// The note; may be empty.
    pub note: String,
    /// Who made it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// SKU and units of each line that is shown.
    pub lines: Vec<(String, i64)>,
    /// How many lines are not shown.
    pub more_lines: i64,
    /// How many units went in all.
    pub units: i64,
}

impl Transfers {
    fn is_narrowed(&self) -> bool {
        self.chosen != (None, None)
    }

    fn is_from(&self, list: impl Whole) -> bool {
        self.chosen.0 == Some(list.whole())
    }

    fn is_to(&self, list: impl Whole) -> bool {
        self.chosen.1 == Some(list.whole())
    }
}

impl NewTransfer {
    fn is_from(&self, list: impl Whole) -> bool {
        self.chosen.0 == Some(list.whole())
    }

    fn is_to(&self, list: impl Whole) -> bool {
        self.chosen.1 == Some(list.whole())
    }

    fn reasons(&self) -> Vec<(String, String, bool)> {
        level::reasons(self.frame.t, &self.own_reasons, &self.reason)
    }
}

impl TransferRow {
    /// The reason for people; the code of one of the installation's own.
    fn reason(&self, t: Texts) -> &str {
        onhand_core::AdjustmentReason::from_word(&self.reason)
            .map_or(&self.reason, |known| level::reason_text(t, known))
    }
}
