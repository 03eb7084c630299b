//! A client of a server: asks, and is answered.

use std::net::SocketAddr;

use reqwest::blocking::{Client as Http, Response};
use serde_json::{Value, json};

use crate::program::PASSWORD;

/// A user of one server.
pub(crate) struct Client {
    http: Http,
    address: SocketAddr,
    pub(crate) token: String,
}

impl Client {
    /// With a token that was made before.
    pub(crate) fn with(address: SocketAddr, token: &str) -> Self {
        let http = Http::builder()
            .tls_backend_preconfigured(onhand::tls::no_authority())
            .no_proxy()
            .build()
            .expect("a client without TLS needs nothing");
        Self { http, address, token: token.to_owned() }
    }

    /// Signs in as the administrator.
    pub(crate) fn sign_in(address: SocketAddr) -> Self {
        let stranger = Self::with(address, "");
        let answer = stranger.post("/api/v1/auth/login/", &json!({"username": "admin", "password": PASSWORD}));
        let body: Value = answer.json().expect("JSON");
        Self::with(address, body["key"].as_str().unwrap_or_else(|| panic!("no key in {body}")))
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.send(self.http.get(self.url(path)))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Response {
        self.send(self.http.post(self.url(path)).json(body))
    }

    /// Sends a file of stock, which must be taken.
    pub(crate) fn upload(&self, path: &str, text: &str) -> Value {
        let request = self.http.post(self.url(path)).header("Content-Type", "text/csv").body(text.to_owned());
        let answer = self.send(request);
        let (status, text) = (answer.status(), answer.text().expect("a whole answer"));
        assert!(status.is_success(), "{path}: {status} {text}");
        text.parse().unwrap_or_else(|fault| panic!("{path}: {fault}"))
    }

    /// The answer of a server that may be gone.
    pub(crate) fn try_post(&self, path: &str, body: &Value) -> Option<Response> {
        let request = self.http.post(self.url(path)).json(body);
        request.header("Authorization", format!("Token {}", self.token)).send().ok()
    }

    /// The body of a 200.
    pub(crate) fn read(&self, path: &str) -> Value {
        self.read_text(path).parse().unwrap_or_else(|fault| panic!("{path}: {fault}"))
    }

    /// The text of a 200.
    pub(crate) fn read_text(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().unwrap_or_else(|fault| panic!("{path}: {fault}"))
    }

    /// The body of a 201.
    pub(crate) fn made(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, body);
        let (status, text) = (answer.status(), answer.text().expect("a whole answer"));
        assert_eq!(status, 201, "{path}: {text}");
        text.parse().unwrap_or_else(|fault| panic!("{path}: {fault}"))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn send(&self, mut request: reqwest::blocking::RequestBuilder) -> Response {
        if !self.token.is_empty() {
            request = request.header("Authorization", format!("Token {}", self.token));
        }
        request.send().unwrap_or_else(|fault| panic!("no answer: {fault}"))
    }
}
