//! Adjustment reasons of the installation's own: which there are, a new one, and no longer offering one. Must not know
//! which movements have them.

use askama::Template;

use crate::Frame;
use crate::form::FieldErrors;

/// The page `/adjustment-reasons`.
///
/// The form of a new one posts `code` and `name` to [`crate::link::reasons`]; the buttons post `is_active` to
/// [`crate::link::reason`]. Each posts `idempotency_key` and `back` as well.
#[derive(Clone, Debug, Template)]
#[template(path = "reasons.html")]
pub struct Reasons {
    /// The frame.
    pub frame: Frame,
    /// The reasons: those that may be given first.
    pub rows: Vec<ReasonRow>,
    /// The code in the form.
    pub code: String,
    /// The name in the form.
    pub name: String,
    /// What is wrong: with `code`, `name`, or with the whole.
    pub errors: FieldErrors,
}

/// A reason.
#[derive(Clone, Debug)]
pub struct ReasonRow {
    /// Its id.
    pub id: i64,
    /// What movements keep of it.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Whether it is offered.
    pub is_active: bool,
}
