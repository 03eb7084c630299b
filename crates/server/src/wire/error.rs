//! Errors: every way in which a request is rejected, and the only place that turns them into answers (contract 1.4).
//!
//! Promises: every error body is JSON; a fault of the client is never a 5xx, because the vendor's client repeats those
//! ten times. Must not know rules: rejections come with their code and text.

use axum::http::{HeaderValue, StatusCode, header};
use serde_json::{Map, Value, json};

use super::json::ApiResponse;

/// What went wrong with a request.
#[derive(Debug)]
pub enum Error {
    /// Faults of single fields: 400 with `{"field": ["…"]}`.
    Fields(FieldErrors),
    /// Faults of the rows of an array: 400 with one object per row, empty where the row is fine.
    Rows(Vec<FieldErrors>),
    /// Anything that is said in one sentence: `{"detail": "…"}`.
    Detail(StatusCode, String),
    /// A business rejection: 406 with `{"non_field_errors": "…", "error_code": "…"}` and what helps to act on it.
    Refused {
        /// Stable.
        code: &'static str,
        /// For people.
        text: String,
        /// Further fields of the body.
        more: Map<String, Value>,
    },
    /// The object is not as its writer has seen it: 412 with `{"non_field_errors": "…", "error_code": "stale",
    /// "current": …}`.
    Stale {
        /// For people.
        text: String,
        /// The object as it is; null where there is none.
        current: Value,
    },
    /// Too many attempts: 429 with `Retry-After`.
    Throttled {
        /// After how many seconds it is worth trying again.
        retry_after_seconds: u64,
    },
    /// Not just now: 503 with `Retry-After`. Nothing was done.
    Busy(String),
    /// The database gave no answer to the end of a write, and cannot be asked: 503 with `Retry-After`.
    Unknown(String),
    /// A fault of ours: 500, details in the log only.
    Internal(String),
}

/// Messages by field, in the order they were found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FieldErrors(Map<String, Value>);

impl FieldErrors {
    /// One message for one field.
    pub fn one(field: &str, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Adds a message.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        let messages = self.0.entry(field).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(messages) = messages {
            messages.push(Value::String(message.into()));
        }
    }

    /// Puts a value that is no message under a name, such as a code.
    pub fn put(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// Puts the faults of nested rows under a field.
    pub fn nest(&mut self, field: &str, rows: Vec<FieldErrors>) {
        let rows = rows.into_iter().map(|row| Value::Object(row.0)).collect();
        self.0.insert(field.to_owned(), Value::Array(rows));
    }

    /// Puts the faults of an object under its field.
    pub fn nest_one(&mut self, field: &str, inner: FieldErrors) {
        self.0.insert(field.to_owned(), Value::Object(inner.0));
    }

    /// Adds what another has for fields that have no message yet.
    pub fn complete(&mut self, other: FieldErrors) {
        for (field, messages) in other.0 {
            self.0.entry(field).or_insert(messages);
        }
    }

    /// Adds what another has, to the faults of the same fields and of the same rows.
    pub fn join(&mut self, other: FieldErrors) {
        join(&mut self.0, other.0);
    }

    /// Adds everything of another.
    pub fn extend(&mut self, other: FieldErrors) {
        self.0.extend(other.0);
    }

    /// Whether there is nothing to report.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Everything reported in one line, for people.
    pub fn line(&self) -> String {
        let mut texts = Vec::new();
        self.0.iter().for_each(|(field, messages)| tell(field, messages, &mut texts));
        texts.join(" ")
    }

    /// `Err` with everything reported, or `Ok`.
    pub fn into_result(self) -> Result<(), Error> {
        if self.is_empty() { Ok(()) } else { Err(Error::Fields(self)) }
    }
}

fn tell(field: &str, messages: &Value, texts: &mut Vec<String>) {
    match messages {
        Value::String(text) => texts.push(format!("{field}: {text}")),
        Value::Array(messages) => messages.iter().for_each(|message| tell(field, message, texts)),
        Value::Object(inner) => {
            inner.iter().for_each(|(name, message)| tell(&format!("{field}.{name}"), message, texts));
        }
        _ => {}
    }
}

fn join(into: &mut Map<String, Value>, other: Map<String, Value>) {
    for (field, more) in other {
        match (into.get_mut(&field), more) {
            (None, more) => _ = into.insert(field, more),
            (Some(Value::Object(inner)), Value::Object(more)) => join(inner, more),
            (Some(Value::Array(rows)), Value::Array(more)) if rows.len() == more.len() => {
                for pair in rows.iter_mut().zip(more) {
                    if let (Value::Object(row), Value::Object(more)) = pair {
                        join(row, more);
                    }
                }
            }
            // A field whose value is no list has no faults of rows: what is wrong with it stands.
            (Some(_), _) => {}
        }
    }
}

impl Error {
    /// 400 for one field.
    pub fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Fields(FieldErrors::one(field, message))
    }

    /// 400 with a sentence.
    pub fn bad_request(text: impl Into<String>) -> Self {
        Self::Detail(StatusCode::BAD_REQUEST, text.into())
    }

    /// 401: no token, or none that is valid.
    pub fn unauthorized(text: impl Into<String>) -> Self {
        Self::Detail(StatusCode::UNAUTHORIZED, text.into())
    }

    /// 403: a valid token whose role may not.
    pub fn forbidden() -> Self {
        Self::Detail(StatusCode::FORBIDDEN, "You do not have permission to perform this action.".to_owned())
    }

    /// 404.
    pub fn not_found() -> Self {
        Self::Detail(StatusCode::NOT_FOUND, "Not found.".to_owned())
    }

    /// 404 for a page that does not exist, as the vendor's servers say it.
    pub fn invalid_page() -> Self {
        Self::Detail(StatusCode::NOT_FOUND, "Invalid page.".to_owned())
    }

    /// 406 with nothing but code and text.
    pub fn refused(code: &'static str, text: impl Into<String>) -> Self {
        Self::Refused { code, text: text.into(), more: Map::new() }
    }

    /// The answer.
    pub fn into_reply(self) -> ApiResponse {
        match self {
            Self::Fields(fields) => ApiResponse::json(StatusCode::BAD_REQUEST, &Value::Object(fields.0)),
            Self::Rows(rows) => {
                let rows = rows.into_iter().map(|row| Value::Object(row.0)).collect();
                ApiResponse::json(StatusCode::BAD_REQUEST, &Value::Array(rows))
            }
            Self::Detail(status, text) => {
                let reply = ApiResponse::json(status, &json!({"detail": text}));
                match status {
                    StatusCode::UNAUTHORIZED => reply.with(header::WWW_AUTHENTICATE, HeaderValue::from_static("Token")),
                    _ => reply,
                }
            }
            Self::Refused { code, text, more } => {
                let mut body = Map::new();
                body.insert("non_field_errors".to_owned(), Value::String(text));
                body.insert("error_code".to_owned(), Value::String(code.to_owned()));
                body.extend(more);
                ApiResponse {
                    rejection: Some(code),
                    ..ApiResponse::json(StatusCode::NOT_ACCEPTABLE, &Value::Object(body))
                }
            }
            Self::Stale { text, current } => {
                const CODE: &str = "stale";
                let body = json!({"non_field_errors": text, "error_code": CODE, "current": current});
                ApiResponse { rejection: Some(CODE), ..ApiResponse::json(StatusCode::PRECONDITION_FAILED, &body) }
            }
            Self::Throttled { retry_after_seconds: seconds } => {
                let text = format!("Request was throttled. Expected available in {seconds} seconds.");
                ApiResponse::json(StatusCode::TOO_MANY_REQUESTS, &json!({"detail": text})).retry_after(seconds)
            }
            Self::Busy(reason) => {
                // Made once: of these there may be very many.
                const BODY: &str = r#"{"detail":"The server is busy. Nothing was changed; try again."}"#;
                ApiResponse::text(StatusCode::SERVICE_UNAVAILABLE, BODY).retry_after(1).because(reason)
            }
            Self::Unknown(text) => {
                tracing::error!(reason = text, "answered 503");
                let body = json!({"detail": "Whether this was done is not known yet. \
                    Ask again with the same Idempotency-Key, or look before you repeat it."});
                ApiResponse::json(StatusCode::SERVICE_UNAVAILABLE, &body).retry_after(1)
            }
            Self::Internal(text) => {
                tracing::error!(reason = text, "answered 500");
                let body = json!({"detail": "A server error occurred. Nothing was changed."});
                ApiResponse::json(StatusCode::INTERNAL_SERVER_ERROR, &body)
            }
        }
    }
}

impl From<onhand_store::Error> for Error {
    fn from(fault: onhand_store::Error) -> Self {
        match fault {
            onhand_store::Error::Unavailable(_)
            | onhand_store::Error::ReadOnly(_)
            | onhand_store::Error::Lost(_)
            | onhand_store::Error::Conflict(_) => Self::Busy(fault.to_string()),
            onhand_store::Error::CommitInDoubt(_) => Self::Unknown(fault.to_string()),
            other => Self::Internal(other.to_string()),
        }
    }
}
