//! The sender: one HTTP client for all webhooks of a process.
//!
//! Promises: it connects to allowed addresses only, whatever a name leads to by then; it follows no redirect and uses no
//! proxy; an attempt ends within seconds, and no more than the beginning of an answer is read. Must not know what follows.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use onhand_core::Timestamp;
use onhand_core::events::Attempted;
use onhand_store::tables::webhook_deliveries::{Delivery, DeliveryState};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response, StatusCode, Url};

use super::message::Message;
use super::signature::Secret;
use crate::config::ServeConfig;
use crate::outgoing_networks::{AddressFault, AddressPolicy};
use crate::tls;
use crate::wire::scalar;

/// How long a connection may take, and a whole attempt.
const CONNECT: Duration = Duration::from_secs(5);
const ATTEMPT: Duration = Duration::from_secs(15);
/// How long the body of an answer may take: its status is what counts.
const BODY: Duration = Duration::from_secs(2);
/// The most bytes of an answer that are read, and the most characters that are kept.
const ANSWER_BYTES_MAX: usize = 16 * 1_024;
const ANSWER_CHARS_MAX: usize = 1_000;

/// Sends messages.
pub struct Sender {
    http: Client,
    policy: AddressPolicy,
    /// Who sends, as CloudEvents name it.
    source: String,
}

/// What an attempt has come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttemptResult {
    /// What it means.
    pub attempted: Attempted,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// The beginning of the answer, or why there was none.
    pub answer: String,
    /// How long it took.
    pub duration: Duration,
}

impl AttemptResult {
    /// What it has come to, in a few words.
    pub fn told(&self) -> String {
        match self.status {
            Some(status) => format!("{status} {}", self.answer).trim_end().to_owned(),
            None => self.answer.clone(),
        }
    }

    /// Notes it in a delivery that was sent at this time.
    pub fn note(&self, delivery: &mut Delivery, at: Timestamp) {
        delivery.attempts += 1;
        delivery.status = self.status.map(i64::from);
        delivery.answer.clone_from(&self.answer);
        delivery.duration_ms = i64::try_from(self.duration.as_millis()).unwrap_or(i64::MAX);
        delivery.modified_at = at;
    }

    /// The state of a delivery that is not tried again after this.
    pub fn last_state(&self) -> DeliveryState {
        match self.attempted {
            Attempted::Accepted => DeliveryState::Delivered,
            _ => DeliveryState::Undelivered,
        }
    }
}

impl Sender {
    /// One of an installation. Webhooks are sent to public addresses, and to networks that the configuration allows.
    pub fn new(config: &ServeConfig, installation: &str) -> anyhow::Result<Self> {
        let policy = address_policy(config);
        let http = policy
            .guard(Client::builder())
            .tls_backend_preconfigured(tls::system())
            .user_agent(concat!("onhand/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .timeout(ATTEMPT)
            .build()?;
        Ok(Self { http, policy, source: format!("urn:onhand:{installation}") })
    }

    /// Whether a text is an address that may be sent to, as far as it says by itself; in the form in which it is stored.
    pub fn vetted(config: &ServeConfig, url: &str) -> Result<String, AddressFault> {
        let parsed = Url::parse(url.trim()).map_err(|_| AddressFault::Form)?;
        if parsed.fragment().is_some() {
            return Err(AddressFault::Form);
        }
        address_policy(config).check(&parsed).map(|()| parsed.to_string())
    }

    /// Sends a message once.
    pub async fn send(&self, url: &str, secret: &Secret, message: &Message, now: Timestamp) -> AttemptResult {
        let begun = Instant::now();
        let answered = match self.request(url, secret, message, now) {
            Ok(request) => request.send().await.map_err(|fault| told(&fault)),
            Err(fault) => Err(fault.to_string()),
        };
        let (attempted, status, answer) = match answered {
            Ok(response) => {
                let status = response.status();
                (attempted(status), Some(status.as_u16()), beginning(response).await)
            }
            Err(fault) => (Attempted::Unavailable, None, fault),
        };
        AttemptResult { attempted, status, answer, duration: begun.elapsed() }
    }

    fn request(
        &self,
        url: &str,
        secret: &Secret,
        message: &Message,
        now: Timestamp,
    ) -> Result<reqwest::RequestBuilder, AddressFault> {
        let url = Url::parse(url).map_err(|_| AddressFault::Form)?;
        self.policy.check(&url)?;
        let seconds = now.micros() / 1_000_000;
        Ok(self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", secret.sign(&message.id, seconds, &message.body))
            .header("ce-specversion", "1.0")
            .header("ce-id", &message.id)
            .header("ce-source", &self.source)
            .header("ce-type", &message.event)
            .header("ce-subject", escaped(&message.subject))
            .header("ce-time", scalar::time_text(message.at))
            .body(message.body.clone()))
    }
}

/// Which addresses webhooks may be at.
fn address_policy(config: &ServeConfig) -> AddressPolicy {
    config.outgoing_networks.policy(&[])
}

/// What a status means.
fn attempted(status: StatusCode) -> Attempted {
    match status {
        status if status.is_success() => Attempted::Accepted,
        StatusCode::GONE => Attempted::Gone,
        StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_EARLY | StatusCode::TOO_MANY_REQUESTS => Attempted::Unavailable,
        status if status.is_server_error() => Attempted::Unavailable,
        _ => Attempted::Rejected,
    }
}

/// The beginning of an answer's body, as text.
async fn beginning(mut response: Response) -> String {
    let mut read = Vec::new();
    let reading = async {
        while read.len() < ANSWER_BYTES_MAX
            && let Ok(Some(piece)) = response.chunk().await
        {
            read.extend_from_slice(&piece);
        }
    };
    _ = tokio::time::timeout(BODY, reading).await;
    shortened(&String::from_utf8_lossy(&read))
}

/// Why there was no answer.
fn told(fault: &reqwest::Error) -> String {
    if let Some(fault) = AddressFault::behind(fault) {
        return fault.to_string();
    }
    let mut text = match () {
        () if fault.is_timeout() => "there was no answer in time".to_owned(),
        () if fault.is_connect() => "no connection could be made".to_owned(),
        () => "the connection broke off".to_owned(),
    };
    let mut cause = std::error::Error::source(fault);
    while let Some(next) = cause {
        if next.source().is_none() {
            write!(text, ": {next}").expect("a text takes more");
        }
        cause = next.source();
    }
    shortened(&text)
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(ANSWER_CHARS_MAX).collect()
}

/// A text as CloudEvents write it in a header: what is not printable ASCII, and `"` and `%`, as its bytes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'"' | b'%' => write!(out, "%{byte:02X}").expect("a text takes more"),
            b'!'..=b'~' => out.push(char::from(byte)),
            _ => write!(out, "%{byte:02X}").expect("a text takes more"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_whether_it_is_worth_another_attempt() {
        for (status, expected) in [
            (200, Attempted::Accepted),
            (204, Attempted::Accepted),
            (302, Attempted::Rejected),
            (400, Attempted::Rejected),
            (401, Attempted::Rejected),
            (408, Attempted::Unavailable),
            (410, Attempted::Gone),
            (429, Attempted::Unavailable),
            (500, Attempted::Unavailable),
            (503, Attempted::Unavailable),
        ] {
            assert_eq!(attempted(StatusCode::from_u16(status).expect("a status")), expected, "{status}");
        }
    }

    #[test]
    fn a_subject_can_stand_in_a_header() {
        assert_eq!(escaped("A-1"), "A-1");
        assert_eq!(escaped("çay \"50%\""), "%C3%A7ay%20%2250%25%22");
    }
}
