//! Asking another installation: requests that end, answers of a bounded size, and what each says beside its body.
//!
//! Promises: what is wrong with an answer is told in one of a few ways, on which the worker acts; a token is in no text.
//! Must not know what is done with levels.

use std::time::Duration;

use onhand_core::Timestamp;
use onhand_store::tables::data_sources::DataSource;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::clock::Clock;
use crate::remote::{self, ANSWER, RawAnswer, Remote, RemoteError};
use crate::services::Services;
use crate::services::data_sources::{self, NotAskable, origins};
use crate::wire::ORIGINS;

/// The most bytes of an answer that are taken in.
const ANSWER_BYTES_MAX: usize = 4 << 20;
/// The most characters that are kept of what is wrong.
const FAULT_CHARS_MAX: usize = 300;

/// Why a source does not work.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum SourceFault {
    /// The token is missing, cannot be opened, or is not taken.
    Token(String),
    /// Its stock is from here.
    Loop(String),
    /// It does not know the place up to which its changes were read: it was restored from a backup, or replaced.
    CursorGone,
    /// There is no answer, or one that says to come again.
    Away(String),
    /// It does not have what was asked for.
    Missing(String),
    /// It answers, but not with what was asked for.
    Odd(String),
    /// A price of it cannot be used.
    Price(String),
    /// Something is wrong here.
    Here(String),
    /// The source was changed or removed here meanwhile.
    Changed,
}

impl SourceFault {
    /// Its kind, for numbers.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Token(_) => "token",
            Self::Loop(_) => "loop",
            Self::CursorGone => "cursor",
            Self::Away(_) => "away",
            Self::Missing(_) => "missing",
            Self::Odd(_) => "answer",
            Self::Price(_) => "price",
            Self::Here(_) => "here",
            Self::Changed => "changed",
        }
    }

    /// What is shown of it: its kind, and what is known.
    pub(super) fn text(&self) -> String {
        let text = match self {
            Self::Token(text)
            | Self::Loop(text)
            | Self::Away(text)
            | Self::Missing(text)
            | Self::Odd(text)
            | Self::Price(text)
            | Self::Here(text) => text,
            Self::CursorGone => "it does not know how far its changes were read",
            Self::Changed => "it was changed here",
        };
        let text: String = text.chars().filter(|c| !c.is_control()).take(FAULT_CHARS_MAX).collect();
        format!("{}: {text}", self.kind())
    }
}

/// What an answer says beside its body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Met {
    /// When it was asked for, and when it had come.
    pub(super) asked: Timestamp,
    /// See `asked`.
    pub(super) come: Timestamp,
    /// Its date, by the other clock.
    pub(super) date: Option<Timestamp>,
    /// Where its levels are from; `None` if it does not say, as an installation of another kind.
    pub(super) origins: Option<Vec<String>>,
}

/// Another installation, and the right to ask it.
pub(super) struct Other {
    remote: Remote,
    clock: Clock,
}

impl Other {
    /// Nothing is asked yet.
    pub(super) fn of(services: &Services, source: &DataSource) -> Result<Self, SourceFault> {
        let remote = data_sources::remote(services, source).map_err(|fault| match fault {
            NotAskable::Token(text) => SourceFault::Token(text),
            NotAskable::Address(_) => SourceFault::Here(fault.to_string()),
        })?;
        Ok(Self { remote, clock: services.clock.clone() })
    }

    /// The answer to a `GET`, as JSON; it may take so much longer than another one.
    pub(super) async fn get(&self, path: &str, wait: Duration) -> Result<(Value, Met), SourceFault> {
        let asked = self.clock.now();
        let request = self.remote.request(Method::GET, path).timeout(ANSWER + wait);
        let answer = self.remote.answer(request, ANSWER_BYTES_MAX).await.map_err(of_remote)?;
        if !answer.status.is_success() {
            return Err(self.refusal(path, &answer));
        }
        let met = met(&answer, asked, self.clock.now());
        let body = serde_json::from_slice(&answer.body);
        Ok((body.map_err(|_| SourceFault::Odd(format!("{} answers {path} without JSON", self.remote.url())))?, met))
    }

    fn refusal(&self, path: &str, answer: &RawAnswer) -> SourceFault {
        let words = answer.words();
        let text = format!("{} answers {}: {words}", self.remote.url(), answer.status);
        let path = path.split('?').next().unwrap_or_default();
        match answer.status {
            StatusCode::UNAUTHORIZED => SourceFault::Token(format!("the token is not taken: {words}")),
            StatusCode::FORBIDDEN => SourceFault::Token(format!("the user of the token may not do that: {words}")),
            StatusCode::BAD_REQUEST if path.ends_with("/changes/") && words.starts_with("after:") => {
                SourceFault::CursorGone
            }
            StatusCode::NOT_FOUND => SourceFault::Missing(format!("{} has no {path}", self.remote.url())),
            StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => SourceFault::Away(text),
            status if status.is_server_error() => SourceFault::Away(text),
            status if status.is_redirection() => {
                SourceFault::Odd(format!("{} sends us on to another address: give that one", self.remote.url()))
            }
            _ => SourceFault::Odd(text),
        }
    }
}

fn of_remote(fault: RemoteError) -> SourceFault {
    match fault {
        RemoteError::Later(fault) => SourceFault::Away(format!("{fault:#}")),
        RemoteError::Never(fault) => SourceFault::Odd(format!("{fault:#}")),
        RemoteError::NotFound => SourceFault::Missing("it does not know this".to_owned()),
        RemoteError::NotAllowed(fault) => SourceFault::Here(fault.to_string()),
    }
}

fn met(answer: &RawAnswer, asked: Timestamp, come: Timestamp) -> Met {
    let origins = answer.headers.get(ORIGINS).and_then(|value| value.to_str().ok());
    Met { asked, come, date: remote::date(&answer.headers), origins: origins.map(origins::names) }
}

#[cfg(test)]
mod tests {
    use reqwest::header::{HeaderName, HeaderValue};

    use super::*;

    fn answer(headers: &[(&'static str, &'static str)]) -> RawAnswer {
        let pair = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), HeaderValue::from_static(value))
        };
        RawAnswer { status: StatusCode::OK, headers: headers.iter().map(pair).collect(), body: Vec::new() }
    }

    #[test]
    fn headers_say_when_and_from_whom() {
        let now = Timestamp::from_micros(0);
        let said = met(&answer(&[("date", "Tue, 15 Nov 1994 08:12:31 GMT"), (ORIGINS, "a,b")]), now, now);
        assert_eq!(said.date, Some(Timestamp::from_micros(784_887_151_000_000)));
        assert_eq!(said.origins, Some(vec!["a".to_owned(), "b".to_owned()]));
        let said = met(&answer(&[("date", "yesterday")]), now, now);
        assert_eq!((said.date, said.origins), (None, None));
    }

    #[test]
    fn a_fault_is_told_in_few_plain_signs() {
        let long = SourceFault::Away(format!("a\u{1b}[31m{}", "x".repeat(1_000)));
        let text = long.text();
        assert!(text.starts_with("away: a[31mx") && text.len() <= FAULT_CHARS_MAX + 8, "{text}");
    }
}
