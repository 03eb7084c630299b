//! Writing JSON: answers, and objects that carry stored JSON text through unparsed.
//!
//! Promises: text that was stored as JSON is printed as it was. Must not know which fields an object has.

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use bytes::Bytes;

/// An answer on its way out.
#[derive(Debug)]
pub struct ApiResponse {
    /// Its status.
    pub status: StatusCode,
    /// Its body; empty for none.
    pub body: Bytes,
    /// What is sent in place of `body`, if it is made while it is sent.
    pub stream: Option<Body>,
    /// What the body is.
    pub content_type: HeaderValue,
    /// Further headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// The code of the rule by which it rejects.
    pub rejection: Option<&'static str>,
    /// Why it is no better one, for the log.
    pub reason: Option<String>,
}

/// The body of an answer that has none.
pub const NOTHING: &str = "";

/// Over how many seconds those clients are spread that are told to come back soon.
const RETRY_JITTER_SECONDS: u64 = 2;

const JSON: HeaderValue = HeaderValue::from_static("application/json");

impl ApiResponse {
    /// A JSON answer whose text is already made.
    pub fn text(status: StatusCode, body: impl Into<Bytes>) -> Self {
        Self {
            status,
            body: body.into(),
            stream: None,
            content_type: JSON,
            headers: Vec::new(),
            rejection: None,
            reason: None,
        }
    }

    /// A JSON answer.
    pub fn json(status: StatusCode, body: &serde_json::Value) -> Self {
        Self::text(status, body.to_string())
    }

    /// 200 with a body.
    pub fn ok(body: impl Into<Bytes>) -> Self {
        Self::text(StatusCode::OK, body)
    }

    /// 200 with a body that is written here.
    pub fn written(write: impl FnOnce(&mut String)) -> Self {
        let mut body = String::new();
        write(&mut body);
        Self::ok(body)
    }

    /// 204: it is done and there is nothing to show.
    pub fn nothing() -> Self {
        Self::text(StatusCode::NO_CONTENT, NOTHING)
    }

    /// An answer that is not JSON, such as a page.
    pub fn other(content_type: &'static str, body: impl Into<Bytes>) -> Self {
        Self { content_type: HeaderValue::from_static(content_type), ..Self::ok(body) }
    }

    /// An answer that is made while it is sent.
    pub fn streamed(content_type: &'static str, stream: Body) -> Self {
        Self { stream: Some(stream), ..Self::other(content_type, NOTHING) }
    }

    /// With one more header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }

    /// With `Retry-After`: so many seconds, or a few more, so that clients that were rejected together do not come back
    /// together.
    #[must_use]
    pub fn retry_after(self, seconds: u64) -> Self {
        let jitter = rand::random_range(0..=(seconds / 2).max(RETRY_JITTER_SECONDS));
        self.with(header::RETRY_AFTER, HeaderValue::from(seconds.saturating_add(jitter)))
    }

    /// With a reason, for the log.
    #[must_use]
    pub fn because(mut self, reason: String) -> Self {
        self.reason = Some(reason);
        self
    }
}

/// An object being written at the end of a text.
pub struct Object<'t> {
    out: &'t mut String,
    first: bool,
}

impl<'t> Object<'t> {
    /// Opens an object.
    pub fn open(out: &'t mut String) -> Self {
        out.push('{');
        Self { out, first: true }
    }

    fn key(&mut self, name: &str) -> &mut String {
        if !self.first {
            self.out.push(',');
        }
        self.first = false;
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
        self.out
    }

    /// A number.
    #[must_use]
    pub fn int(mut self, name: &str, value: i64) -> Self {
        push_int(self.key(name), value);
        self
    }

    /// A number or null.
    #[must_use]
    pub fn int_or_null(mut self, name: &str, value: Option<i64>) -> Self {
        match value {
            Some(value) => push_int(self.key(name), value),
            None => self.key(name).push_str("null"),
        }
        self
    }

    /// A text.
    #[must_use]
    pub fn text(mut self, name: &str, value: &str) -> Self {
        push_text(self.key(name), value);
        self
    }

    /// A text or null.
    #[must_use]
    pub fn text_or_null(mut self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => push_text(self.key(name), value),
            None => self.key(name).push_str("null"),
        }
        self
    }

    /// `true` or `false`.
    #[must_use]
    pub fn bool(mut self, name: &str, value: bool) -> Self {
        self.key(name).push_str(if value { "true" } else { "false" });
        self
    }

    /// A time.
    #[must_use]
    pub fn time(mut self, name: &str, value: onhand_core::Timestamp) -> Self {
        let out = self.key(name);
        out.push('"');
        super::scalar::push_time(out, value);
        out.push('"');
        self
    }

    /// A time or null.
    #[must_use]
    pub fn time_or_null(self, name: &str, value: Option<onhand_core::Timestamp>) -> Self {
        match value {
            Some(value) => self.time(name, value),
            None => self.raw(name, "null"),
        }
    }

    /// A distance of so many metres, in kilometres with three decimals, or null.
    #[must_use]
    pub fn kilometres(self, name: &str, metres: Option<i64>) -> Self {
        match metres {
            Some(metres) => self.raw(name, &kilometres(metres)),
            None => self.raw(name, "null"),
        }
    }

    /// JSON text as it is.
    #[must_use]
    pub fn raw(mut self, name: &str, json: &str) -> Self {
        self.key(name).push_str(json);
        self
    }

    /// A list, each element written by a function.
    #[must_use]
    pub fn list<T>(mut self, name: &str, items: &[T], write: impl Fn(&mut String, &T)) -> Self {
        push_list(self.key(name), items, write);
        self
    }

    /// The fields of a stored JSON object, which has none of the names written so far.
    #[must_use]
    pub fn merge(mut self, object: &str) -> Self {
        let inner = object.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or("").trim();
        if !inner.is_empty() {
            if !self.first {
                self.out.push(',');
            }
            self.first = false;
            self.out.push_str(inner);
        }
        self
    }

    /// The same; those of some names that the stored object lacks are null.
    #[must_use]
    pub fn merge_with(self, object: &str, always: &[&str]) -> Self {
        let missing = always.iter().filter(|name| !has_key(object, name));
        missing.fold(self.merge(object), |merged, name| merged.raw(name, "null"))
    }

    /// Closes the object.
    pub fn close(self) {
        self.out.push('}');
    }
}

/// Whether a stored object has a key. Few do, so it is looked for as text before anything is parsed.
fn has_key(object: &str, name: &str) -> bool {
    let quoted = |(at, _): (usize, &str)| object[..at].ends_with('"') && object[at + name.len()..].starts_with('"');
    let keys = || serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(object).unwrap_or_default();
    object.match_indices(name).any(quoted) && keys().contains_key(name)
}

/// Appends a list.
pub fn push_list<T>(out: &mut String, items: &[T], write: impl Fn(&mut String, &T)) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(']');
}

/// So many metres as kilometres with three decimals.
pub fn kilometres(metres: i64) -> String {
    format!("{}.{:03}", metres / 1_000, metres % 1_000)
}

/// Appends a number.
pub fn push_int(out: &mut String, value: i64) {
    out.push_str(itoa::Buffer::new().format(value));
}

/// Appends a JSON string. Most texts are codes with nothing to escape, so they are copied whole.
pub fn push_text(out: &mut String, value: &str) {
    let plain = value.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\');
    if plain {
        out.push('"');
        out.push_str(value);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(value).to_string());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_json_and_carry_stored_text_through() {
        let mut out = String::new();
        Object::open(&mut out)
            .int("a", -1)
            .text("b", "quote \" and \n line")
            .raw("c", r#"{"x": 1.50}"#)
            .merge(r#" {"d": [1]} "#)
            .merge("{}")
            .merge_with(r#"{"e": {"f": 1}, "g": "h"}"#, &["e", "f", "h"])
            .close();
        let expected =
            r#"{"a":-1,"b":"quote \" and \n line","c":{"x": 1.50},"d": [1],"e": {"f": 1}, "g": "h","f":null,"h":null}"#;
        assert_eq!(out, expected);
        assert!(serde_json::from_str::<serde_json::Value>(&out).is_ok());
    }
}
