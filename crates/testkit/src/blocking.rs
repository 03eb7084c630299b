//! The same client for tests that are no tasks.
//!
//! Promises: the thread that asks waits for the answer, and connections are looked after meanwhile and in between.

use std::net::SocketAddr;
use std::sync::LazyLock;

use serde_json::Value;
use tokio::runtime::{Builder, Runtime};

use crate::http::{self, Answer, Request};

static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime"));

/// A user of one server.
#[derive(Debug)]
pub struct Client(http::Client);

impl Client {
    /// With a token that was made before.
    pub fn new(address: SocketAddr, token: &str) -> Self {
        Self(http::Client::new(address, token))
    }

    /// Signs in as the administrator.
    pub fn sign_in(address: SocketAddr) -> Self {
        Self(RUNTIME.block_on(http::Client::sign_in(address)))
    }

    /// The user's token.
    pub fn token(&self) -> &str {
        &self.0.token
    }

    /// Sends a request to a server that may be gone.
    pub fn try_send(&self, request: &Request) -> Option<Answer> {
        RUNTIME.block_on(self.0.try_send(request)).ok()
    }

    /// Sends a request to a server that must answer.
    pub fn send(&self, request: &Request) -> Answer {
        RUNTIME.block_on(self.0.send(request))
    }

    /// The answer to a GET.
    pub fn get(&self, path: &str) -> Answer {
        self.send(&Request::get(path))
    }

    /// The answer to a POST.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(&Request::post(path, body.clone()))
    }

    /// Sends a file of stock, which must be taken.
    pub fn upload(&self, path: &str, text: &str) -> Value {
        RUNTIME.block_on(self.0.upload(path, text.to_owned())).ok()
    }

    /// The body of a 200, which is JSON.
    pub fn read(&self, path: &str) -> Value {
        let text = self.read_text(path);
        text.parse().unwrap_or_else(|fault| panic!("{path}: {fault}: {text}"))
    }

    /// The text of a 200.
    pub fn read_text(&self, path: &str) -> String {
        let answer = self.get(path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        answer.text
    }

    /// The body of a 201.
    pub fn made(&self, path: &str, body: &Value) -> Value {
        self.post(path, body).created()
    }
}
