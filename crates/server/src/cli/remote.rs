//! A running server, as a command reaches it.
//!
//! Promises: a rejection by the server is told in its own words; the token is never shown; bodies are streamed. Must
//! not know what is asked for.

use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};
use serde_json::Value;

use super::client::{Download, Format, List, ListKind, StockClient, Take};
use crate::tls;

/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(10);
/// How long an answer may take that is no file, and the next piece of one.
const ANSWER: Duration = Duration::from_secs(30);
/// The most characters that are shown of an answer that is not expected.
const SHOWN_CHARS_MAX: usize = 300;

/// Which server.
#[derive(clap::Args)]
pub(super) struct ServerArgs {
    /// A running server, such as https://stock.example.com. Without it, the command opens the database.
    #[arg(long, env = "ONHAND_SERVER", value_name = "URL", help_heading = "Server")]
    pub(super) server: Option<String>,

    /// A token of a user of that server (onhand token create). Better in the environment than on the command line,
    /// which every user of the machine can read.
    #[arg(long, env = "ONHAND_TOKEN", value_name = "TOKEN", hide_env_values = true, help_heading = "Server")]
    pub(super) token: Option<String>,
}

/// A server and the right to ask it.
#[derive(Clone)]
pub(super) struct Remote {
    http: Client,
    /// Without a slash at its end.
    url: String,
}

/// Why there is no good answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum RemoteError {
    /// It may come later: the server is away, or busy.
    #[error("{0:#}")]
    Later(anyhow::Error),
    /// It is not there.
    #[error("the server does not know this")]
    NotFound,
    /// It will not come.
    #[error("{0:#}")]
    Never(anyhow::Error),
}

impl Remote {
    /// Nothing is asked yet.
    pub(super) fn new(url: &str, token: Option<&str>) -> anyhow::Result<Self> {
        let parsed = Url::parse(url).ok().filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
        let parsed = parsed.with_context(|| format!("--server {url}: a server is http://HOST:PORT or https://HOST"))?;
        if parsed.query().is_some() || parsed.fragment().is_some() || !parsed.username().is_empty() {
            bail!("--server takes an address and nothing else: the token comes from ONHAND_TOKEN");
        }
        let token = token.context("--server needs a token: set ONHAND_TOKEN (onhand token create makes one)")?;
        let mut token = HeaderValue::try_from(format!("Token {}", token.trim())).context("this is no token")?;
        token.set_sensitive(true);
        let tls = if parsed.scheme() == "https" { tls::system() } else { tls::no_authority() };
        let http = Client::builder()
            .tls_backend_preconfigured(tls)
            .default_headers(HeaderMap::from_iter([(AUTHORIZATION, token)]))
            .connect_timeout(CONNECT)
            // A token is sent to no other host, and a POST that is redirected becomes another request.
            .redirect(Policy::none())
            .build()
            .context("cannot make an HTTP client")?;
        Ok(Self { http, url: parsed.as_str().trim_end_matches('/').to_owned() })
    }

    /// Its address.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// A request of a path with its query.
    pub(super) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    /// The answer to a `GET`, as JSON.
    pub(super) async fn get(&self, path: &str) -> Result<Value, RemoteError> {
        self.json(self.request(Method::GET, path).timeout(ANSWER)).await
    }

    /// The answer to a `POST` of JSON, as JSON.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, RemoteError> {
        self.json(self.request(Method::POST, path).timeout(ANSWER).json(body)).await
    }

    /// The answer to a request, as JSON.
    pub(super) async fn json(&self, request: RequestBuilder) -> Result<Value, RemoteError> {
        let answer = self.send(request).await?;
        let text = answer.text().await.map_err(|fault| self.away(fault))?;
        let wrong = || anyhow!("{} answers, but not as an Onhand server: {}", self.url, shortened(&text));
        serde_json::from_str(&text).map_err(|_| RemoteError::Never(wrong()))
    }

    /// The good answer to a request, its body still to be read.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Response, RemoteError> {
        let answer = request.send().await.map_err(|fault| self.away(fault))?;
        let status = answer.status();
        if status.is_success() {
            return Ok(answer);
        }
        if let Some(place) = answer.headers().get(LOCATION).and_then(|place| place.to_str().ok()) {
            return Err(RemoteError::Never(anyhow!("{} sends us on to {place}: give that address", self.url)));
        }
        let text = answer.text().await.unwrap_or_default();
        let words = words(&text);
        Err(match status {
            StatusCode::UNAUTHORIZED => RemoteError::Never(anyhow!("the server does not take this token: {words}")),
            StatusCode::FORBIDDEN => RemoteError::Never(anyhow!("the user of this token may not do that: {words}")),
            StatusCode::NOT_FOUND => RemoteError::NotFound,
            status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
                RemoteError::Later(anyhow!("{} answers {status}: {words}", self.url))
            }
            status => RemoteError::Never(anyhow!("{} answers {status}: {words}", self.url)),
        })
    }

    fn away(&self, fault: reqwest::Error) -> RemoteError {
        RemoteError::Later(anyhow::Error::from(fault.without_url()).context(format!("no answer from {}", self.url)))
    }
}

/// A text as it stands in an address.
pub(super) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

impl StockClient for Remote {
    async fn lists(
        &self,
        kind: ListKind,
        sought: Option<(&'static str, &str)>,
        limit: usize,
    ) -> anyhow::Result<Vec<List>> {
        let filter = sought.map(|(field, text)| format!("&{field}={}", encoded(text))).unwrap_or_default();
        let found = self.get(&format!("/api/v1/{}/?limit={limit}{filter}", kind.path())).await?;
        let read = |list: &Value| {
            let text = |field: &str| list[field].as_str().map(ToOwned::to_owned);
            Some(List { id: list["pk"].as_i64()?, name: text("name")?, code: text("code") })
        };
        let lists = found["results"].as_array().context("the server's answer has no results")?;
        Ok(lists.iter().filter_map(read).collect())
    }

    async fn bring(&self, wanted: &Download, format: Format, take: Take<'_>) -> anyhow::Result<()> {
        let format = format.word();
        let path = match wanted {
            Download::Export(None) => format!("/api/v1/product_stock/export/?format={format}"),
            Download::Export(Some(list)) => format!("/api/v1/product_stock/export/?format={format}&stock_list={list}"),
            Download::Result { kind, list, key } => {
                let (resource, key) = (kind.path(), encoded(key));
                format!("/api/v1/{resource}/{list}/excel_import/{key}/result/?format={format}")
            }
        };
        let mut answer = self.send(self.request(Method::GET, &path)).await?;
        let late = || anyhow!("{} sends nothing any more", self.url);
        let broken = |fault| anyhow!(self.away(fault)).context("the file broke off");
        loop {
            match tokio::time::timeout(ANSWER, answer.chunk()).await.map_err(|_| late())?.map_err(broken)? {
                Some(bytes) => take(&bytes)?,
                None => return Ok(()),
            }
        }
    }
}

/// The texts of a rejection, without the braces around them.
pub(super) fn words(body: &str) -> String {
    let Ok(value) = serde_json::from_str::<Value>(body) else { return shortened(body) };
    let mut texts = Vec::new();
    collect(None, &value, &mut texts);
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
            let fields = fields.iter().filter(|(name, _)| *name != "error_code");
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
            ("<html>\u{1b}[31m", "<html>[31m"),
        ] {
            assert_eq!(words(body), told);
        }
    }

    #[test]
    fn a_server_is_an_address_and_a_token() {
        for url in ["stock.example.com", "ftp://a", "http://", "https://erp:secret@a", "http://a/?x=1"] {
            assert!(Remote::new(url, Some("t")).is_err(), "{url}");
        }
        assert!(Remote::new("http://a", None).is_err() && Remote::new("http://a", Some("a\nb")).is_err());
        assert_eq!(Remote::new("https://a:1/stock/", Some("t")).unwrap().url(), "https://a:1/stock");
    }
}
