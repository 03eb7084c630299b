//! What a client says of a level that it writes: an adjustment reason and a note.
//!
//! Promises: a reason that is kept is one of this installation's. Must not know what is written.

use onhand_core::{Explanation, NOTE_CHARS_MAX, REASON_CHARS_MAX, Reason};
use serde_json::{Map, Value};

use crate::http::context::RequestContext;
use crate::services::{Services, adjustment_reasons};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::form::{Form, Mode};

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

/// What may be said of a level.
const SAID: &[Field] = &[ADJUSTMENT_REASON, NOTE];

/// What fields say of a level, read for a caller that has no request of the API.
///
/// # Errors
///
/// What is wrong with the fields.
pub async fn said(
    services: &Services,
    body: &Map<String, Value>,
) -> Result<Result<Option<Explanation>, FieldErrors>, Error> {
    let form = match Form::read(SAID, Mode::Whole, body) {
        Ok(form) => form,
        Err(faults) => return Ok(Err(faults)),
    };
    Ok(checked_one(services, &form).await?.map(|()| of_form(&form)))
}

/// Whether the reason of a form may be given here; else what is wrong with it.
pub async fn checked_one(services: &Services, form: &Form) -> Result<Result<(), FieldErrors>, Error> {
    let checked = checked(services, std::slice::from_ref(form)).await?;
    Ok(checked.map_err(|faults| faults.into_iter().next().unwrap_or_default()))
}

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
    checked(&call.app, forms).await
}

async fn checked(services: &Services, forms: &[Form]) -> Result<Result<(), Vec<FieldErrors>>, Error> {
    let words = forms.iter().filter_map(given).map(|(_, word)| word);
    let unknown = adjustment_reasons::unknown(services, words).await?;
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
    checked_one(&call.app, form).await?.map_err(Error::Fields)
}
