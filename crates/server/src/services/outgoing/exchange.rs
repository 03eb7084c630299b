//! One request to another installation, and its answer as far as it can be read.
//!
//! Promises: an exchange ends in a bounded time and keeps a bounded number of bytes, whatever the other side does. Must not
//! know what is asked for.

use std::time::Duration;

use onhand_core::OutgoingError;
use reqwest::{RequestBuilder, StatusCode};
use serde_json::Value;

use crate::clock::Clock;
use crate::remote::{self, Remote, RemoteError};
use crate::services::data_sources::clock::measured;

/// How long an exchange may take in all.
const EXCHANGE: Duration = Duration::from_secs(10);
/// The most bytes of an answer.
const ANSWER_BYTES_MAX: usize = 1 << 20;

/// An answer.
#[derive(Clone, Debug)]
pub(super) struct Exchanged {
    /// Its status.
    pub(super) status: StatusCode,
    /// Its body, if that is JSON.
    pub(super) body: Option<Value>,
    /// By how many microseconds the other clock is ahead, if the answer says it.
    pub(super) ahead: Option<i64>,
}

/// Sends a request and reads the answer. No answer, and one that is too large, is an error: the request may have been
/// done or not.
pub(super) async fn exchange(
    (remote, clock): (&Remote, &Clock),
    request: RequestBuilder,
) -> Result<Exchanged, OutgoingError> {
    let away = |fault| {
        // The text has the address, which is not for everybody who sees a line.
        tracing::debug!(%fault, "no answer from a data source");
        match fault {
            RemoteError::NotAllowed(_) => {
                OutgoingError::new("not_configured", "The address of the data source is not allowed.")
            }
            _ => OutgoingError::new("no_answer", "The data source does not answer."),
        }
    };
    let asked = clock.now();
    let answer = remote.answer(request.timeout(EXCHANGE), ANSWER_BYTES_MAX).await.map_err(away)?;
    let ahead = measured(remote::date(&answer.headers), asked, clock.now());
    Ok(Exchanged { status: answer.status, body: serde_json::from_slice(&answer.body).ok(), ahead })
}

impl Exchanged {
    /// What an answer says that is of no use: the same request may be answered otherwise later.
    pub(super) fn unclear(&self) -> OutgoingError {
        let said = self.words();
        match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                OutgoingError::new("not_allowed", &format!("The data source does not allow that: {said}"))
            }
            status if status.is_success() => {
                OutgoingError::new("unclear", "The data source answers, but not with what was asked for.")
            }
            status => OutgoingError::new("unclear", &format!("The data source answers {status}: {said}")),
        }
    }

    /// The refusal of a request, if it is one in the wire's form: then it has changed nothing.
    pub(super) fn refusal(&self) -> Option<OutgoingError> {
        let body = self.body.as_ref()?.as_object()?;
        match self.status {
            StatusCode::NOT_ACCEPTABLE => {
                let code = body.get("error_code")?.as_str()?;
                Some(OutgoingError::new(code, &self.words()))
            }
            StatusCode::BAD_REQUEST if !body.is_empty() => Some(OutgoingError::new("invalid", &self.words())),
            _ => None,
        }
    }

    /// The texts of the body.
    fn words(&self) -> String {
        self.body.as_ref().map(remote::words_of).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_an_answer_in_the_wires_form_refuses() {
        let answer = |status: u16, body: Option<Value>| Exchanged {
            status: StatusCode::from_u16(status).unwrap(),
            body,
            ahead: None,
        };
        let short = json!({"non_field_errors": "Not enough stock for A.", "error_code": "insufficient_stock",
                           "items": [{"product_sku": "A"}]});
        let refused = answer(406, Some(short)).refusal().expect("it refuses");
        assert_eq!((refused.code.as_str(), refused.text.as_str()), ("insufficient_stock", "Not enough stock for A."));
        let field = answer(400, Some(json!({"order_items": [{"product_sku": ["Unknown."]}]}))).refusal();
        assert_eq!(field.map(|error| error.text), Some("product_sku: Unknown.".to_owned()));
        for (status, body) in [
            (406, json!({"detail": "Could not satisfy the request Accept header."})),
            (406, json!("insufficient_stock")),
            (400, json!({})),
            (401, json!({"detail": "Invalid token."})),
            (404, json!({"detail": "Not found."})),
            (422, json!({"detail": "The key was used for another request."})),
            (429, json!({"detail": "Later."})),
            (500, json!({"error_code": "insufficient_stock"})),
        ] {
            assert_eq!(answer(status, Some(body.clone())).refusal(), None, "{status} {body}");
        }
        assert_eq!(answer(406, None).refusal(), None, "it cannot be read");
    }
}
