//! Movements: the memory of every change of a stock's numbers.
//!
//! Promises: the sum of a stock's movements is its state; each movement names the one before it, so a stock's history
//! can be walked without an index and a missing link shows. Must not know what caused a change beyond [`Cause`].

use crate::{
    CartReservationId, ImportId, MovementId, OrderItemId, StockId, StockTransferId, Timestamp, UnitType, UserId,
};

/// The most characters of a note.
pub const NOTE_CHARS_MAX: usize = 200;

crate::words! {
    /// Why somebody wrote a level, in their own words for it. No rule reads it.
    pub enum AdjustmentReason {
        /// The units were counted.
        Counted => "counted",
        /// Goods have arrived.
        Received => "received",
        /// Units cannot be sold any more.
        Damaged => "damaged",
        /// Units are missing.
        Lost => "lost",
        /// A customer has sent units back.
        Returned => "returned",
        /// The level was wrong.
        Corrected => "corrected",
        /// Anything else, which the note may say.
        Other => "other",
    }
    word word, from_word;
}

/// The most characters of an adjustment reason's word.
pub const REASON_CHARS_MAX: usize = 64;

/// A reason that was given: one that every installation has, or one of its own, by its code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reason {
    /// One of those that are known everywhere.
    Known(AdjustmentReason),
    /// One of the installation's own; at most [`REASON_CHARS_MAX`] characters.
    Own(String),
}

impl Reason {
    /// The reason with this word.
    pub fn of_word(word: &str) -> Self {
        AdjustmentReason::from_word(word).map_or_else(|| Self::Own(word.to_owned()), Self::Known)
    }

    /// Its word.
    pub fn word(&self) -> &str {
        match self {
            Self::Known(reason) => reason.word(),
            Self::Own(code) => code,
        }
    }
}

/// What somebody says of a level that they write: a reason, a note, or both.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// The adjustment reason.
    pub reason: Option<Reason>,
    /// At most [`NOTE_CHARS_MAX`] characters; may be empty.
    pub note: String,
}

impl Explanation {
    /// What is said, if anything is.
    pub fn of(reason: Option<Reason>, note: String) -> Option<Self> {
        (reason.is_some() || !note.is_empty()).then_some(Self { reason, note })
    }

    /// The word of the reason and the note, each if it was said.
    pub fn words(said: Option<&Self>) -> (Option<&str>, Option<&str>) {
        let note = said.map(|said| said.note.as_str()).filter(|note| !note.is_empty());
        (said.and_then(|said| said.reason.as_ref()).map(Reason::word), note)
    }
}

/// Why numbers changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// An order line made a reservation.
    Order(OrderItemId),
    /// The ERP registered an order line.
    Release(OrderItemId),
    /// An order line was cancelled.
    Cancel(OrderItemId),
    /// A client wrote a level or another visible field.
    Write,
    /// A row of a file wrote a level or another visible field, or took back what one had written.
    Import(ImportId),
    /// An order line's reservation went to another location, or came from there.
    Sourcing(OrderItemId),
    /// An order line was not found at its location.
    NotFound(OrderItemId),
    /// An order line was brought from one location to another.
    Transfer(OrderItemId),
    /// An order line that was shipped has come back.
    Return(OrderItemId),
    /// A person counted.
    Count,
    /// Discrepancies were removed.
    Found,
    /// A cart reservation was made.
    CartReserved(CartReservationId),
    /// A cart reservation was changed.
    CartChanged(CartReservationId),
    /// A cart reservation was released.
    CartReleased(CartReservationId),
    /// A cart reservation has expired.
    CartExpired(CartReservationId),
    /// A line of a cart reservation became an order line, which has its units now.
    CartConfirmed(OrderItemId),
    /// Units went to another list, or came from one.
    StockTransfer(StockTransferId),
    /// A reported line was settled without a level: by its age, or by a person.
    Settled(OrderItemId),
    /// Old movements, so many, were rolled up into this one.
    RolledUp(i64),
}

/// By how much each number changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Delta {
    /// Change of `on_hand`.
    pub on_hand: i64,
    /// Change of `reserved`.
    pub reserved: i64,
    /// Change of `external`, which is a part of `reserved`.
    pub external: i64,
    /// Change of `reported`.
    pub reported: i64,
}

/// What a written level changes besides the numbers. Without it, the write could not be undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LevelWrite {
    /// When the level was taken that was stored before the write.
    pub snapshot_before: Option<Timestamp>,
    /// When the level was taken that was stored after it.
    pub snapshot_after: Option<Timestamp>,
    /// The unit before it, if it changed the unit.
    pub unit_before: Option<UnitType>,
}

/// One change of one product stock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Movement {
    /// Its id; grows with time within one process.
    pub id: MovementId,
    /// The stock that changed.
    pub stock: StockId,
    /// The movement before this one on the same stock.
    pub previous: Option<MovementId>,
    /// Why.
    pub cause: Cause,
    /// By how much.
    pub delta: Delta,
    /// `on_hand` after it.
    pub on_hand: i64,
    /// `reserved` after it.
    pub reserved: i64,
    /// `reported` after it.
    pub reported: i64,
    /// Who caused it.
    pub actor: UserId,
    /// When.
    pub at: Timestamp,
    /// What it changed besides the numbers, if a level was written; else it is empty.
    pub level: LevelWrite,
    /// What the person who caused it says of it.
    pub explanation: Option<Explanation>,
}
