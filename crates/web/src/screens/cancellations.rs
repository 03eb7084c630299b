//! Cancellation requests that wait for an answer.
//!
//! Promises: answering is a form that works without a script, and shows what comes back on sale before. Must not know
//! whether the server will accept an answer.

use askama::Template;
use onhand_core::{ReservationState, Timestamp};

use super::order::ComesBack;
use crate::form::{FieldErrors, Pager};
use crate::{Frame, number, order_words};

/// The page `/cancellations`; `as_rows()` is its region. Query: `after` (the id of the request after which it begins).
///
/// The form posts `request` (several) and `act` (`look` shows what granting would do, `approve` and `reject` answer) to
/// [`crate::link::cancellations`], with `idempotency_key` and `back`.
#[derive(Clone, Debug, Template)]
#[template(path = "cancellations.html", blocks = ["rows"])]
pub struct Cancellations {
    /// The frame.
    pub frame: Frame,
    /// The requests, the oldest first.
    pub rows: Vec<RequestRow>,
    /// How many there are, where they are counted.
    pub total: Option<i64>,
    /// A count above this says no more than that there are more.
    pub counted_max: i64,
    /// The requests that are ticked.
    pub chosen: Vec<i64>,
    /// What granting the ticked ones would bring back on sale; none if that was not asked for.
    pub preview: Option<Vec<ComesBack>>,
    /// What is wrong: with `request`, or with the whole.
    pub errors: FieldErrors,
    /// Where the page is.
    pub pager: Pager,
}

/// A request.
#[derive(Clone, Debug)]
pub struct RequestRow {
    /// The request.
    pub id: i64,
    /// The order of its line.
    pub order: i64,
    /// The number of that.
    pub number: String,
    /// The channel of that; none for an order through the own API.
    pub channel: Option<String>,
    /// The product of its line.
    pub product: i64,
    /// The SKU of that.
    pub sku: String,
    /// How many units the line has.
    pub quantity: i64,
    /// The line's reservation.
    pub state: ReservationState,
    /// Whether the money is asked for back, and no cancellation.
    pub is_refund: bool,
    /// Whether a person has confirmed that it was asked for.
    pub is_confirmed: bool,
    /// Its reason; may be empty.
    pub reason: String,
    /// What its sender says besides; may be empty.
    pub description: String,
    /// When it was made.
    pub since: Timestamp,
    /// Why it was not answered; empty if that was not tried.
    pub fault: String,
}

impl RequestRow {
    fn state(&self, frame: &Frame) -> &'static str {
        order_words::reservation(self.state, frame.t)
    }
}

impl Cancellations {
    fn total(&self) -> Option<String> {
        Some(number::counted(self.frame.t.lang, self.total?, self.counted_max))
    }

    fn is_chosen(&self, row: &RequestRow) -> bool {
        self.chosen.contains(&row.id)
    }
}
