//! Another server, as this program reaches it.
//!
//! Promises: a rejection by the server is told in its own words; the token is never shown, and sent to no other host;
//! no answer is waited for, or read, without end. Must not know what is asked for.

use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use jiff::fmt::rfc2822::DateTimeParser;
use onhand_core::Timestamp;
use reqwest::header::{AUTHORIZATION, DATE, HeaderMap, HeaderValue, LOCATION, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Method, RequestBuilder, Response, StatusCode, Url};
use serde_json::Value;

use crate::outgoing_networks::{AddressFault, AddressPolicy};
use crate::tls;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an answer may take that is no file, and the next piece of one.
pub(crate) const ANSWER: Duration = Duration::from_secs(30);
/// The most bytes of an answer that is no file.
const ANSWER_BYTES_MAX: usize = 64 * 1_024 * 1_024;
/// The most bytes that are read of an answer that says why there is no good one.
const ERROR_BYTES_MAX: usize = 64 * 1_024;
/// The most characters that are shown of an answer that is not expected.
const SHOWN_CHARS_MAX: usize = 300;

/// A server and the right to ask it.
#[derive(Clone)]
pub(crate) struct Remote {
    http: Client,
    /// Without a slash at its end.
    url: String,
    /// The token, which is shown nowhere.
    secret: String,
}

/// Why there is no good answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RemoteError {
    /// It may come later: the server is away, or busy.
    #[error("{0:#}")]
    Later(anyhow::Error),
    /// It is not there.
    #[error("the server does not know this")]
    NotFound,
    /// It will not come.
    #[error("{0:#}")]
    Never(anyhow::Error),
    /// It was not asked: its address is not allowed.
    #[error("{0}")]
    NotAllowed(AddressFault),
}

/// What a server says in place of a good answer.
#[derive(Debug, thiserror::Error)]
#[error("{text}")]
struct ErrorAnswer {
    text: String,
    status: StatusCode,
    retry_after: Option<Duration>,
}

impl RemoteError {
    /// The status with which the server has refused, if it has answered.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self {
            Self::NotFound => Some(StatusCode::NOT_FOUND),
            Self::Later(fault) | Self::Never(fault) => Some(fault.downcast_ref::<ErrorAnswer>()?.status),
            Self::NotAllowed(_) => None,
        }
    }

    /// How long the server wants to be left alone, if it says so.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Later(fault) => fault.downcast_ref::<ErrorAnswer>()?.retry_after,
            Self::NotFound | Self::Never(_) | Self::NotAllowed(_) => None,
        }
    }
}

impl Remote {
    /// One that an operator names on the command line, wherever it is. Nothing is asked yet.
    pub(crate) fn new(url: &str, token: &str) -> anyhow::Result<Self> {
        // A token is sent to no other host, and a POST that is redirected becomes another request.
        Self::of(&address(url)?, token, |client| client.redirect(Policy::none()))
    }

    /// One that a user names, at an address that is allowed. Nothing is asked yet.
    pub(crate) fn guarded(url: &str, token: &str, policy: &AddressPolicy) -> anyhow::Result<Self> {
        let parsed = address(url)?;
        policy.check(&parsed)?;
        Self::of(&parsed, token, |client| policy.guard(client))
    }

    fn of(parsed: &Url, token: &str, client: impl FnOnce(ClientBuilder) -> ClientBuilder) -> anyhow::Result<Self> {
        let secret = token.trim().to_owned();
        let mut token = HeaderValue::try_from(format!("Token {secret}")).context("this is no token")?;
        token.set_sensitive(true);
        let tls = if parsed.scheme() == "https" { tls::system() } else { tls::no_authority() };
        let http = client(Client::builder())
            .tls_backend_preconfigured(tls)
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, token)]))
            .connect_timeout(CONNECT)
            .build()
            .context("cannot make an HTTP client")?;
        Ok(Self { http, url: plain(parsed), secret })
    }

    /// Its address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// A request of a path with its query.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// The answer to a `GET`, as JSON.
    pub(crate) async fn get(&self, path: &str) -> Result<Value, RemoteError> {
        self.json(self.request(Method::GET, path).timeout(ANSWER)).await
    }

    /// The answer to a `POST` of JSON, as JSON.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value, RemoteError> {
        self.json(self.request(Method::POST, path).timeout(ANSWER).json(body)).await
    }

    /// The answer to a request, as JSON.
    pub(crate) async fn json(&self, request: RequestBuilder) -> Result<Value, RemoteError> {
        Ok(self.dated(request).await?.0)
    }

    /// The same, with what time it was at the server, to the second, if it says so.
    pub(crate) async fn dated(&self, request: RequestBuilder) -> Result<(Value, Option<Timestamp>), RemoteError> {
        let answer = self.send(request).await?;
        let at = date(answer.headers());
        let Some(body) = self.body(answer, ANSWER_BYTES_MAX).await? else {
            let too_long = anyhow!("{} sends more than {} MB at once", self.url, ANSWER_BYTES_MAX >> 20);
            return Err(RemoteError::Never(too_long));
        };
        let text = || shortened(&String::from_utf8_lossy(&body));
        let wrong = |_| RemoteError::Never(anyhow!("{} answers, but not with JSON: {}", self.url, text()));
        Ok((serde_json::from_slice(&body).map_err(wrong)?, at))
    }

    /// The body of an answer; none if it has more bytes.
    async fn body(&self, mut answer: Response, bytes_max: usize) -> Result<Option<Vec<u8>>, RemoteError> {
        let mut body = Vec::new();
        while let Some(part) = answer.chunk().await.map_err(|fault| self.away(fault))? {
            if body.len() + part.len() > bytes_max {
                return Ok(None);
            }
            body.extend_from_slice(&part);
        }
        Ok(Some(body))
    }

    /// The good answer to a request, its body still to be read.
    pub(crate) async fn send(&self, request: RequestBuilder) -> Result<Response, RemoteError> {
        let answer = request.send().await.map_err(|fault| self.away(fault))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        if let Some(place) = answer.headers().get(LOCATION).and_then(|place| place.to_str().ok()) {
            return Err(RemoteError::Never(anyhow!("{} sends us on to {place}: give that address", self.url)));
        }
        let retry_after = answer.headers().get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.trim().parse().ok());
        let body = self.body(answer, ERROR_BYTES_MAX).await.ok().flatten().unwrap_or_default();
        let words = words(&String::from_utf8_lossy(&self.without_secret(body)));
        let refused = |text: String| -> anyhow::Error {
            ErrorAnswer { text, status, retry_after: retry_after.map(Duration::from_secs) }.into()
        };
        Err(match status {
            StatusCode::UNAUTHORIZED => {
                RemoteError::Never(refused(format!("the server does not take this token: {words}")))
            }
            StatusCode::FORBIDDEN => {
                RemoteError::Never(refused(format!("the user of this token may not do that: {words}")))
            }
            StatusCode::NOT_FOUND => RemoteError::NotFound,
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                RemoteError::Later(refused(format!("{} answers {status}: {words}", self.url)))
            }
            status => RemoteError::Never(refused(format!("{} answers {status}: {words}", self.url))),
        })
    }

    /// The answer to a request, whatever its status, if its body has no more than so many bytes.
    pub(crate) async fn answer(&self, request: RequestBuilder, bytes_max: usize) -> Result<RawAnswer, RemoteError> {
        let answer = request.send().await.map_err(|fault| self.away(fault))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let Some(body) = self.body(answer, bytes_max).await? else {
            return Err(RemoteError::Never(anyhow!("an answer of {} has more than {bytes_max} bytes", self.url)));
        };
        let body = if status.is_success() { body } else { self.without_secret(body) };
        Ok(RawAnswer { status, headers, body })
    }

    /// A body without the token: a server, or a proxy before it, may repeat what it was sent, and what it says is shown.
    fn without_secret(&self, body: Vec<u8>) -> Vec<u8> {
        let text = String::from_utf8_lossy(&body);
        match !self.secret.is_empty() && text.contains(&self.secret) {
            true => text.replace(&self.secret, "***").into_bytes(),
            false => body,
        }
    }

    pub(crate) fn away(&self, fault: reqwest::Error) -> RemoteError {
        if let Some(fault) = AddressFault::behind(&fault) {
            return RemoteError::NotAllowed(fault);
        }
        RemoteError::Later(anyhow::Error::from(fault.without_url()).context(format!("no answer from {}", self.url)))
    }
}

/// An answer that has come in whole.
#[derive(Debug)]
pub(crate) struct RawAnswer {
    /// Its status.
    pub(crate) status: StatusCode,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its body.
    pub(crate) body: Vec<u8>,
}

impl RawAnswer {
    /// The texts of a rejection, shortened.
    pub(crate) fn words(&self) -> String {
        words(&String::from_utf8_lossy(&self.body))
    }
}

/// An address of a server that a user names, without a slash at its end; or why it is none.
pub(crate) fn vetted(url: &str, policy: &AddressPolicy) -> anyhow::Result<String> {
    let parsed = address(url)?;
    policy.check(&parsed)?;
    Ok(plain(&parsed))
}

/// An address in the form in which it is compared and stored; `None` if it is none.
pub(crate) fn plain_address(url: &str) -> Option<String> {
    Some(plain(&address(url).ok()?))
}

fn plain(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn address(url: &str) -> anyhow::Result<Url> {
    let parsed = Url::parse(url).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
    let parsed = parsed.with_context(|| format!("{url}: a server is http://HOST:PORT or https://HOST"))?;
    let has_more = parsed.query().is_some() || parsed.fragment().is_some();
    if has_more || !parsed.username().is_empty() || parsed.password().is_some() {
        bail!("an address has no user, no query and no fragment");
    }
    Ok(parsed)
}

/// A text as it stands in an address.
pub(crate) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// What time it was at a server when it answered, to the second, if it says so.
pub(crate) fn date(headers: &HeaderMap) -> Option<Timestamp> {
    moment(headers.get(DATE)?.to_str().ok()?)
}

/// A moment as a header writes it, such as `Mon, 02 Nov 2026 09:30:00 GMT`.
fn moment(text: &str) -> Option<Timestamp> {
    let moment = DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Timestamp::from_micros(moment.as_microsecond()))
}

/// The texts of a rejection, without the braces around them.
fn words(body: &str) -> String {
    match serde_json::from_str(body) {
        Ok(value) => words_of(&value),
        Err(_) => shortened(body),
    }
}

/// The texts of a rejection that was read already, shortened: each with the field that it is about. The items of a
/// rejection are left out, because its text names them.
pub(crate) fn words_of(body: &Value) -> String {
    let mut texts = Vec::new();
    collect(None, body, &mut texts);
    shortened(&texts.join(" "))
}

fn collect(name: Option<&str>, value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => match name {
            Some(name) if !["detail", "non_field_errors"].contains(&name) => texts.push(format!("{name}: {text}")),
            _ => texts.push(text.clone()),
        },
        Value::Array(values) => values.iter().for_each(|value| collect(name, value, texts)),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(name, _)| !["error_code", "items"].contains(&name.as_str()));
            fields.for_each(|(name, value)| collect(Some(name), value, texts));
        }
        _ => {}
    }
}

fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(SHOWN_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_in_the_servers_words() {
        for (body, told) in [
            (r#"{"detail": "Invalid token."}"#, "Invalid token."),
            (r#"{"non_field_errors": "File not found", "error_code": "file_100_1"}"#, "File not found"),
            (r#"{"mode": ["\"x\" is not a valid choice."]}"#, "mode: \"x\" is not a valid choice."),
            (r#"{"non_field_errors": "Not enough of A.", "items": [{"product_sku": "A"}]}"#, "Not enough of A."),
            (
                r#"{"order_items": [{}, {"product_sku": ["Unknown."]}], "number": ["Taken."]}"#,
                "product_sku: Unknown. number: Taken.",
            ),
            ("<html>\u{1b}[31m", "<html>[31m"),
        ] {
            assert_eq!(words(body), told);
        }
    }

    #[test]
    fn a_date_is_a_moment() {
        let moment = |text| moment(text).map(Timestamp::micros);
        assert_eq!(moment("Thu, 01 Jan 1970 00:00:01 GMT"), Some(1_000_000));
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn a_server_is_an_address_and_a_token() {
        for url in ["stock.example.com", "ftp://a", "http://", "https://erp:secret@a", "http://a/?x=1"] {
            assert!(Remote::new(url, "t").is_err(), "{url}");
        }
        assert!(Remote::new("http://a", "a\nb").is_err());
        let told =
            Remote::new("http://a", "0123abcd").unwrap().without_secret(b"{\"was\": \"Token 0123abcd\"}".to_vec());
        assert_eq!(told, b"{\"was\": \"Token ***\"}");
        assert_eq!(Remote::new("https://a:1/stock/", "t").unwrap().url(), "https://a:1/stock");
    }
}
