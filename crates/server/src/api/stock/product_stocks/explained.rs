//! What a client says of a level that it writes: an adjustment reason and a note.
//!
//! Promises: a reason that is kept is one of this installation's. Must not know what is written.

use onhand_core::{AdjustmentReason, Explanation, NOTE_CHARS_MAX, REASON_CHARS_MAX, Reason};

use crate::http::context::RequestContext;
use crate::services::adjustment_reasons;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::form::Form;

/// Why a level is written.
pub const ADJUSTMENT_REASON: Field = Field::text(
    "adjustment_reason",
    REASON_CHARS_MAX,
    "Why the level is written, for the history: counted, received, damaged, lost, returned, corrected, other, or the code \
     of an active one of adjustment_reasons.",
);
/// The same under another name.
pub const REASON: Field = Field::text("reason", REASON_CHARS_MAX, "The same as adjustment_reason; one of the two.");
/// What else is said.
pub const NOTE: Field = Field::blank("note", NOTE_CHARS_MAX, "A note for the history.");

/// What may be said where only known reasons are offered.
pub const SAID: &[Field] =
    &[Field::choice("adjustment_reason", AdjustmentReason::WORDS, "Why the level is written."), NOTE];

/// What a body says of the level that it writes.
pub fn of_form(form: &Form) -> Option<Explanation> {
    let reason = given(form).map(|(_, word)| Reason::of_word(word));
    Explanation::of(reason, form.string("note").unwrap_or_default())
}

/// The reason that a body gives, and the name of the field that gives it.
fn given(form: &Form) -> Option<(&'static str, &str)> {
    ["adjustment_reason", "reason"].into_iter().find_map(|name| Some((name, form.text(name)?)))
}

/// Whether the reasons of some rows may be given here.
///
/// # Errors
///
/// What is wrong with each row; empty where it is fine.
pub async fn check(call: &RequestContext, forms: &[Form]) -> Result<Result<(), Vec<FieldErrors>>, Error> {
    let words = forms.iter().filter_map(given).map(|(_, word)| word);
    let unknown = adjustment_reasons::unknown(&call.app, words).await?;
    let fault = |form: &Form| {
        if form.has("reason") && form.has("adjustment_reason") {
            return FieldErrors::one("reason", "Send this or adjustment_reason, not both.");
        }
        match given(form) {
            Some((name, word)) if unknown.contains(word) => {
                FieldErrors::one(name, format!("\"{word}\" is not a valid choice."))
            }
            _ => FieldErrors::default(),
        }
    };
    let faults: Vec<FieldErrors> = forms.iter().map(fault).collect();
    Ok(if faults.iter().all(FieldErrors::is_empty) { Ok(()) } else { Err(faults) })
}

/// The same of one body.
///
/// # Errors
///
/// 400 for the field that gives a reason which is none.
pub async fn check_one(call: &RequestContext, form: &Form) -> Result<(), Error> {
    let checked = check(call, std::slice::from_ref(form)).await?;
    checked.map_err(|faults| Error::Fields(faults.into_iter().next().unwrap_or_default()))
}
