//! A client of one server: asks, and is answered whole.
//!
//! Promises: no proxy, no TLS and no redirect is between it and the server; a request is sent once. A path without a
//! slash at its beginning is below `/api/v1/`. Must not know resources.

use std::net::SocketAddr;
use std::sync::Arc;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap};
pub use reqwest::{Method, RequestBuilder};
use rustls::crypto::ring;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};

use crate::program::PASSWORD;

/// A request, so that it can be sent again.
#[derive(Clone, Debug)]
pub struct Request {
    /// Its method.
    pub method: Method,
    /// Its path with its query, or a whole link out of an answer.
    pub path: String,
    /// What is sent with it.
    pub body: Option<Value>,
    /// Its idempotency key.
    pub key: Option<String>,
}

impl Request {
    /// A request without a key.
    pub fn new(method: Method, path: impl Into<String>, body: Option<Value>) -> Self {
        Self { method, path: path.into(), body, key: None }
    }

    /// A GET.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path, None)
    }

    /// A POST.
    pub fn post(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::POST, path, Some(body))
    }

    /// A PATCH.
    pub fn patch(path: impl Into<String>, body: Value) -> Self {
        Self::new(Method::PATCH, path, Some(body))
    }
}

/// A user of one server. Clones share their connections.
#[derive(Clone, Debug)]
#[must_use]
pub struct Client {
    http: reqwest::Client,
    address: SocketAddr,
    /// The user's token; empty for a client that is not authenticated.
    pub token: String,
    headers: Vec<(&'static str, String)>,
}

impl Client {
    /// With a token that was made before.
    pub fn new(address: SocketAddr, token: &str) -> Self {
        Self { http: connections(), address, token: token.to_owned(), headers: Vec::new() }
    }

    /// Signs in as the administrator of a server of [`crate::program`].
    pub async fn sign_in(address: SocketAddr) -> Self {
        let anonymous = Self::new(address, "");
        let credentials = json!({"username": "admin", "password": PASSWORD});
        let body = anonymous.post("auth/login/", credentials).await.ok();
        Self { token: body["key"].as_str().expect("a key").to_owned(), ..anonymous }
    }

    /// The same user at another address.
    pub fn moved(&self, address: SocketAddr) -> Self {
        Self::new(address, &self.token)
    }

    /// The same user at another address, with the connections that there are.
    pub fn at(&self, address: SocketAddr) -> Self {
        Self { address, ..self.clone() }
    }

    /// The same user with connections of its own.
    pub fn apart(self) -> Self {
        Self { http: connections(), ..self }
    }

    /// The same user with another token.
    pub fn bearer(&self, token: &str) -> Self {
        Self { token: token.to_owned(), ..self.clone() }
    }

    /// The same client, sending one more header.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// A request of this user, to be sent in any way.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = match path {
            _ if path.starts_with("http://") => path.to_owned(),
            _ if path.starts_with('/') => format!("http://{}{path}", self.address),
            _ => format!("http://{}/api/v1/{path}", self.address),
        };
        let mut request = self.http.request(method, url);
        if !self.token.is_empty() {
            request = request.header(AUTHORIZATION, format!("Token {}", self.token));
        }
        self.headers.iter().fold(request, |request, (name, value)| request.header(*name, value))
    }

    /// Sends a request; no answer, or half of one, is an error.
    pub async fn try_send(&self, request: &Request) -> reqwest::Result<Answer> {
        let mut sent = self.request(request.method.clone(), &request.path);
        if let Some(body) = &request.body {
            sent = sent.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        if let Some(key) = &request.key {
            sent = sent.header("Idempotency-Key", key);
        }
        Answer::to(sent).await
    }

    /// Sends a request to a server that must answer.
    pub async fn send(&self, request: &Request) -> Answer {
        self.try_send(request).await.unwrap_or_else(|fault| panic!("{request:?}: no answer: {fault:?}"))
    }

    /// The answer to a GET.
    pub async fn get(&self, path: impl Into<String>) -> Answer {
        self.send(&Request::get(path)).await
    }

    /// The answer to a POST.
    pub async fn post(&self, path: impl Into<String>, body: Value) -> Answer {
        self.send(&Request::post(path, body)).await
    }

    /// Sends a file of stock.
    pub async fn upload(&self, path: &str, text: String) -> Answer {
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, "text/csv").body(text);
        Answer::to(request).await.unwrap_or_else(|fault| panic!("{path}: no answer: {fault:?}"))
    }
}

/// Connections of their own. No server is trusted: they are to do without TLS.
pub fn connections() -> reqwest::Client {
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
    let tls = tls.with_safe_default_protocol_versions().expect("ring has ciphers for the versions of today");
    let tls = tls.with_root_certificates(RootCertStore::empty()).with_no_client_auth();
    let builder = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy();
    let builder = builder.redirect(reqwest::redirect::Policy::none());
    builder.build().expect("a client without TLS needs nothing")
}

/// An answer that came in whole.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What was asked: method and link.
    pub what: String,
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as it came.
    pub bytes: Vec<u8>,
    /// Its body as text.
    pub text: String,
    /// Its body as JSON; null where it is none.
    pub body: Value,
}

impl Answer {
    /// The answer to a request.
    pub async fn to(request: RequestBuilder) -> reqwest::Result<Self> {
        let (http, request) = request.build_split();
        let request = request?;
        let what = format!("{} {}", request.method(), request.url());
        let response = http.execute(request).await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await?.to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Ok(Self { what, status, headers, bytes, text, body })
    }

    /// A header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Whether this is the answer that was given before to a request with the same key.
    pub fn is_replay(&self) -> bool {
        self.headers.contains_key("idempotent-replayed")
    }

    /// The body, if the status is this one.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} answered {}", self.what, self.text);
        self.body
    }

    /// The body of a 200.
    pub fn ok(self) -> Value {
        self.expect(200)
    }

    /// The body of a 201.
    pub fn created(self) -> Value {
        self.expect(201)
    }

    /// A 406 with this code; its body.
    pub fn refused(self, code: &str) -> Value {
        assert_eq!((self.status, self.body["error_code"].as_str()), (406, Some(code)), "{self:?}");
        self.body
    }

    /// A 400 with faults of exactly these fields; its body.
    pub fn faults(self, fields: &[&str]) -> Value {
        let found: Vec<&str> = self.body.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
        assert_eq!((self.status, found.as_slice()), (400, fields), "{self:?}");
        self.body
    }
}
