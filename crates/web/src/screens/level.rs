//! Editing one stock level: the form in a row or on a product's page, and what the edit would do.
//!
//! Promises: the form carries what was seen, so that the server can tell that something came between. Must not know what
//! a level does to the other numbers: the server says so.

use askama::Template;
use onhand_core::AdjustmentReason;

use crate::Frame;
use crate::form::FieldErrors;
use crate::texts::Texts;

/// The fragment that [`crate::link::level_preview`] answers with: what the edit would do. It changes nothing.
#[derive(Clone, Debug, Template)]
#[template(path = "parts/level_preview.html")]
pub struct LevelPreview {
    /// The frame.
    pub frame: Frame,
    /// What the edit would do; none if the value cannot be read.
    pub preview: Option<Preview>,
    /// What is wrong with the value.
    pub errors: FieldErrors,
}

/// Whether a value is the level itself or a difference.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LevelMode {
    /// The value is the level.
    #[default]
    Set,
    /// The value is added, or taken if it is negative.
    Add,
}

impl LevelMode {
    /// Its word in forms: `set`, `add`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Add => "add",
        }
    }

    pub(super) fn is_add(self) -> bool {
        self == Self::Add
    }
}

/// An adjustment reason, for people.
pub(super) fn reason_text(t: Texts, reason: AdjustmentReason) -> &'static str {
    match reason {
        AdjustmentReason::Counted => t.reason_counted(),
        AdjustmentReason::Received => t.reason_received(),
        AdjustmentReason::Damaged => t.reason_damaged(),
        AdjustmentReason::Lost => t.reason_lost(),
        AdjustmentReason::Returned => t.reason_returned(),
        AdjustmentReason::Corrected => t.reason_corrected(),
        AdjustmentReason::Other => t.reason_other(),
    }
}

/// Those that every installation has and then its own ones: word, text, and whether it is the chosen one.
pub(super) fn reasons(t: Texts, own: &[(String, String)], chosen: &str) -> Vec<(String, String, bool)> {
    let known = AdjustmentReason::ALL.into_iter().map(|one| (one.word().to_owned(), reason_text(t, one).to_owned()));
    let all = known.chain(own.iter().cloned());
    all.map(|(word, text)| {
        let is_chosen = word == chosen;
        (word, text, is_chosen)
    })
    .collect()
}

/// A level that is being edited. Posts `mode`, `value`, `reason`, `note`, `seen`, `idempotency_key` and `back` to
/// [`crate::link::level`].
#[derive(Clone, Debug)]
pub struct LevelEdit {
    /// The list.
    pub list: i64,
    /// The stock.
    pub stock: i64,
    /// Its SKU.
    pub sku: String,
    /// What a value means; `+6` and `-3` are differences in any mode.
    pub mode: LevelMode,
    /// The value as it is in the field, at most 12 characters.
    pub value: String,
    /// The word of the chosen adjustment reason; may be empty.
    pub reason: String,
    /// The installation's own reasons: code and name.
    pub own_reasons: Vec<(String, String)>,
    /// The note, at most 200 characters.
    pub note: String,
    /// What the person saw, in the server's own words; it comes back as it is.
    pub seen: String,
    /// The address of the page without the edit.
    pub leave: String,
    /// What the value would do.
    pub preview: Option<Preview>,
    /// What is wrong: with `value`, `reason`, `note`, or with the whole.
    pub errors: FieldErrors,
}

/// The numbers of a stock before and after an edit.
#[derive(Clone, Copy, Debug)]
pub struct Preview {
    /// The level before and after.
    pub on_hand: (i64, i64),
    /// Reserved units, which an edit does not change.
    pub reserved: i64,
    /// How many order lines reserve them, where that is known.
    pub reserved_lines: Option<i64>,
    /// Reported units before and after; those that go are settled.
    pub reported: (i64, i64),
    /// Available units before and after.
    pub available: (i64, i64),
}

impl LevelEdit {
    /// The adjustment reasons with their texts, and whether each is the chosen one.
    pub(super) fn reasons(&self, t: Texts) -> Vec<(String, String, bool)> {
        reasons(t, &self.own_reasons, &self.reason)
    }
}

impl Preview {
    pub(super) fn settled(&self) -> i64 {
        (self.reported.0 - self.reported.1).max(0)
    }
}
