//! The way to the servers: any of them may die, and the database behind them may go away for a while.
//!
//! Promises: a request that could not be sent is sent to another process; one that was sent and not answered whole, or
//! answered 503, is reported as such. Must not know what is asked.

use std::net::SocketAddr;
use std::time::Duration;

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;
use tokio::sync::watch;

use crate::servers::Addresses;

/// An answer that takes longer has not come.
const ANSWER_MAX: Duration = Duration::from_secs(20);
/// What a client waits before it tries again.
const PAUSE: Duration = Duration::from_millis(10);
/// Attempts after which the service counts as gone for good.
const TRIES_MAX: usize = 3_000;

/// What is sent.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    method: Method,
    path: String,
    body: Option<Value>,
    pub(crate) key: Option<String>,
}

impl Request {
    pub(crate) fn get(path: String) -> Self {
        Self { method: Method::GET, path, body: None, key: None }
    }

    pub(crate) fn post(path: impl Into<String>, body: Value) -> Self {
        Self { method: Method::POST, path: path.into(), body: Some(body), key: None }
    }

    pub(crate) fn patch(path: String, body: Value) -> Self {
        Self { method: Method::PATCH, path, body: Some(body), key: None }
    }
}

/// An answer that came in whole.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// A way to all processes, beginning with one of them.
#[derive(Clone)]
pub(crate) struct Connection {
    http: reqwest::Client,
    addresses: watch::Receiver<Addresses>,
    turn: usize,
    token: String,
    /// Requests that were not answered, or not just then.
    pub(crate) unanswered: usize,
}

impl Connection {
    pub(crate) fn new(addresses: watch::Receiver<Addresses>, turn: usize, token: &str) -> Self {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(onhand::tls::no_authority())
            .no_proxy()
            .timeout(ANSWER_MAX)
            .build();
        let http = http.expect("a client without TLS needs nothing");
        Self { http, addresses, turn, token: token.to_owned(), unanswered: 0 }
    }

    /// Sends a request once. `None`: it is unknown whether it was done, and the next process is tried next time.
    pub(crate) async fn try_send(&mut self, request: &Request) -> Option<Answer> {
        for _ in 0..TRIES_MAX {
            let address = self.address().await;
            let nobody = match self.exchange(address, request).await {
                Ok(answer) if answer.status != 503 => return Some(answer),
                Ok(_) => false,
                Err(fault) => fault.is_connect(),
            };
            self.turn += 1;
            tokio::time::sleep(PAUSE).await;
            // Where no process was, nothing was sent.
            if !nobody {
                self.unanswered += 1;
                return None;
            }
        }
        panic!("nobody listens any more");
    }

    /// Sends a request again and again, until it is answered.
    pub(crate) async fn send(&mut self, request: &Request) -> Answer {
        for _ in 0..TRIES_MAX {
            if let Some(answer) = self.try_send(request).await {
                return answer;
            }
        }
        panic!("nobody answers {request:?} any more");
    }

    async fn address(&mut self) -> SocketAddr {
        let turn = self.turn;
        let addresses = self
            .addresses
            .wait_for(|addresses| addresses.iter().any(Option::is_some))
            .await
            .expect("the servers are kept");
        let mut from_here = addresses.iter().cycle().skip(turn % addresses.len());
        from_here.find_map(|address| *address).expect("one of them is open")
    }

    async fn exchange(&self, address: SocketAddr, request: &Request) -> reqwest::Result<Answer> {
        let url = format!("http://{address}/api/v1/{}", request.path);
        let mut sent = self.http.request(request.method.clone(), url);
        if let Some(body) = &request.body {
            sent = sent.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        if !self.token.is_empty() {
            sent = sent.header(AUTHORIZATION, format!("Token {}", self.token));
        }
        if let Some(key) = &request.key {
            sent = sent.header("Idempotency-Key", key);
        }
        let response = sent.send().await?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("an answer is JSON: {status} {text}"));
        Ok(Answer { status, body })
    }
}
