//! How strictly a body is read: a field that its table does not have is named in the answer, or rejected.
//!
//! Promises: `Prefer: handling=` (RFC 7240) decides where it is sent; else a route that only Onhand has is strict, and
//! one that the vendor documents is lenient, since its clients send more than it reads. Must not know what a field is
//! for.

use std::sync::{Arc, Mutex, PoisonError};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::route::{Answer, Route};
use crate::wire::error::FieldErrors;
use crate::wire::field::Field;
use crate::wire::form::{self, Agrees, Form, Mode, NONE_AGREES, Unread};
use crate::wire::json::ApiResponse;

/// The fields of the body that were not read.
pub const IGNORED_FIELDS: &str = "onhand-ignored-fields";
/// How a client wants its body to be read.
pub const PREFER: &str = "prefer";
/// How it was read, where the client has said how.
const PREFERENCE_APPLIED: &str = "preference-applied";
/// The most preferences of one request that are looked at.
const PREFERENCES_MAX: usize = 32;

/// How the body of one request is read, and what of it was not.
pub struct Handling {
    route: Option<Arc<Route>>,
    asked: Option<Strictness>,
    unread: Mutex<Unread>,
}

/// What becomes of fields that no table has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Strictness {
    Strict,
    Lenient,
}

impl Handling {
    /// As these headers ask for it, on this route.
    pub fn new(route: Arc<Route>, headers: &HeaderMap) -> Self {
        Self { route: Some(route), asked: asked(headers), unread: Mutex::default() }
    }

    /// As it is without a route.
    pub fn lenient() -> Self {
        Self { route: None, asked: None, unread: Mutex::default() }
    }

    fn is_strict(&self) -> bool {
        match self.asked {
            Some(asked) => asked == Strictness::Strict,
            None => self.route.as_ref().is_some_and(|route| route.own),
        }
    }

    /// Reads an object. `agrees` says of a field that no table has whether it says what the path says already.
    pub fn read(
        &self,
        fields: &'static [Field],
        mode: Mode,
        body: &Map<String, Value>,
        agrees: Agrees<'_>,
    ) -> Result<Form, FieldErrors> {
        self.read_at(fields, mode, body, agrees, "")
    }

    /// Reads rows; on a fault, one entry per row, empty where the row is fine.
    pub fn read_rows(
        &self,
        fields: &'static [Field],
        mode: Mode,
        rows: &[Value],
    ) -> Result<Vec<Form>, Vec<FieldErrors>> {
        let one = |(number, row): (usize, &Value)| {
            let body = row.as_object().ok_or_else(|| form::not_an_object(row))?;
            self.read_at(fields, mode, body, NONE_AGREES, &format!("[{number}]."))
        };
        let read: Vec<Result<Form, FieldErrors>> = rows.iter().enumerate().map(one).collect();
        if read.iter().all(Result::is_ok) {
            return Ok(read.into_iter().flatten().collect());
        }
        Err(read.into_iter().map(|row| row.err().unwrap_or_default()).collect())
    }

    fn read_at(
        &self,
        fields: &'static [Field],
        mode: Mode,
        body: &Map<String, Value>,
        agrees: Agrees<'_>,
        path: &str,
    ) -> Result<Form, FieldErrors> {
        let read = Form::read(fields, mode, body);
        let is_known = |name: &str| fields.iter().any(|field| field.name == name);
        let has_nested = fields.iter().any(Field::has_fields);
        if !has_nested && body.keys().all(|name| is_known(name)) {
            return read;
        }
        if !self.is_strict() {
            self.unread.lock().unwrap_or_else(PoisonError::into_inner).note(fields, body, agrees, path);
            return read;
        }
        let faults = form::faults(fields, body, agrees, &|name| self.shows(name));
        match read {
            Ok(form) if faults.is_empty() => Ok(form),
            Ok(_) => Err(faults),
            Err(mut errors) => {
                errors.join(faults);
                Err(errors)
            }
        }
    }

    /// Whether the route's answers have a field of this name.
    fn shows(&self, name: &str) -> bool {
        self.route.iter().flat_map(|route| &route.answers).any(|(_, answer)| match answer {
            Answer::One(v1, i1) => [v1, i1].iter().any(|view| view.properties.iter().any(|one| one.name == name)),
            Answer::Page(..) | Answer::Nothing | Answer::File | Answer::Media(_) => false,
        })
    }

    /// The answer, with what is to be said of the body.
    pub fn told(&self, mut reply: ApiResponse) -> ApiResponse {
        if let Some(asked) = self.asked {
            let text = if asked == Strictness::Strict { "handling=strict" } else { "handling=lenient" };
            reply = reply.with(HeaderName::from_static(PREFERENCE_APPLIED), HeaderValue::from_static(text));
        }
        let unread = self.unread.lock().unwrap_or_else(PoisonError::into_inner).text();
        match unread.and_then(|names| HeaderValue::try_from(names).ok()) {
            Some(names) => reply.with(HeaderName::from_static(IGNORED_FIELDS), names),
            None => reply,
        }
    }
}

/// What the headers ask for: the first `handling` counts, as for every preference.
fn asked(headers: &HeaderMap) -> Option<Strictness> {
    preferred(headers, "handling", |value| match value {
        "strict" => Some(Strictness::Strict),
        "lenient" => Some(Strictness::Lenient),
        _ => None,
    })
}

/// For how many seconds a client is ready to wait for a complete answer, if it says so: the first `wait` counts.
pub fn wait_seconds(headers: &HeaderMap) -> Option<u64> {
    preferred(headers, "wait", |value| value.parse().ok())
}

/// The first value of a preference that can be read.
fn preferred<T>(headers: &HeaderMap, wanted: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let lines = headers.get_all(PREFER).iter().filter_map(|line| line.to_str().ok());
    let mut preferences = lines.flat_map(|line| line.split(',')).take(PREFERENCES_MAX);
    preferences.find_map(|preference| {
        let (name, value) = preference.split(';').next().unwrap_or_default().split_once('=')?;
        if !name.trim().eq_ignore_ascii_case(wanted) {
            return None;
        }
        read(value.trim().trim_matches('"').to_ascii_lowercase().as_str())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preference_is_found_among_others() {
        for (lines, expected) in [
            (&["handling=strict"][..], Some(Strictness::Strict)),
            (&["respond-async, Handling = \"strict\"; x=1"], Some(Strictness::Strict)),
            (&["return=minimal", "handling=lenient, handling=strict"], Some(Strictness::Lenient)),
            (&["handling=odd"], None),
            (&["handling"], None),
            (&[], None),
        ] {
            let mut headers = HeaderMap::new();
            lines.iter().for_each(|line| _ = headers.append(PREFER, HeaderValue::from_static(line)));
            assert_eq!(asked(&headers), expected, "{lines:?}");
        }
    }

    #[test]
    fn a_client_says_how_long_it_waits() {
        for (line, expected) in [
            ("wait=10", Some(10)),
            ("handling=lenient, Wait = \"5\"", Some(5)),
            ("wait=soon, wait=3", Some(3)),
            ("wait=-1", None),
            ("respond-async", None),
        ] {
            let headers = HeaderMap::from_iter([(HeaderName::from_static(PREFER), HeaderValue::from_static(line))]);
            assert_eq!(wait_seconds(&headers), expected, "{line}");
        }
    }
}
