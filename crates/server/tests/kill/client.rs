//! A client under load: it sends one request after the other and writes down what it was told.
//!
//! Promises: the journal is outside the process that is killed; a request is noted with its answer or without one, and
//! a client stops at the first request without an answer. Each client changes only its own orders and its own stock.

use std::net::SocketAddr;

use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::chance::Chance;

/// SKUs that every client orders and none writes while there is load: their numbers are known exactly.
pub(crate) const HOT: [&str; 3] = ["HOT-0", "HOT-1", "HOT-2"];
/// SKUs that are ordered and written at the same time.
pub(crate) const MIXED: [&str; 2] = ["MIXED-0", "MIXED-1"];

/// The SKU that only this client writes.
pub(crate) fn own_sku(client: usize) -> String {
    format!("OWN-{client}")
}

/// A connection to the server as one user.
#[derive(Clone)]
pub(crate) struct Connection {
    http: reqwest::Client,
    address: SocketAddr,
    pub(crate) token: String,
}

/// An answer that came in whole.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) replayed: bool,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn body(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("an answer is JSON: {self:?}"))
    }
}

impl Connection {
    pub(crate) fn new(address: SocketAddr, token: &str) -> Self {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(onhand::tls::no_authority())
            .no_proxy()
            .build()
            .expect("a client without TLS needs nothing");
        Self { http, address, token: token.to_owned() }
    }

    /// Sends a request; `None` if no whole answer came.
    pub(crate) async fn try_send(&self, request: &Request) -> Option<Answer> {
        let url = format!("http://{}/api/v1/{}", self.address, request.path);
        let mut sent = match &request.body {
            None => self.http.get(url),
            Some(body) => self.http.post(url).header(CONTENT_TYPE, "application/json").body(body.to_string()),
        };
        if !self.token.is_empty() {
            sent = sent.header("Authorization", format!("Token {}", self.token));
        }
        if let Some(key) = &request.key {
            sent = sent.header("Idempotency-Key", key);
        }
        let response = sent.send().await.ok()?;
        let (status, replayed) = (response.status().as_u16(), response.headers().contains_key("idempotent-replayed"));
        let text = response.text().await.ok()?;
        Some(Answer { status, replayed, text })
    }

    /// Sends a request to a server that must answer.
    pub(crate) async fn send(&self, request: &Request) -> Answer {
        self.try_send(request).await.unwrap_or_else(|| panic!("no answer to {request:?}"))
    }

    pub(crate) async fn get(&self, path: String) -> Answer {
        self.send(&Request { path, body: None, key: None }).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(&Request { path: path.to_owned(), body: Some(body), key: None }).await
    }
}

/// A request, so that it can be sent again.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
    pub(crate) key: Option<String>,
}

/// What a request was about.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Place { number: String, lines: Vec<(String, i64)> },
    Release { item: i64, code: String },
    Cancel { order: i64, items: Vec<i64> },
    WriteOwn { figure: i64, snapshot_at: String },
    WriteMixed,
}

/// A line of the journal.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) act: Act,
    pub(crate) request: Request,
    pub(crate) answer: Option<Answer>,
}

/// An order line that a client may still change.
#[derive(Clone, Debug)]
pub(crate) struct OpenLine {
    pub(crate) order: i64,
    pub(crate) item: i64,
}

/// One of the clients.
pub(crate) struct Client {
    pub(crate) index: usize,
    pub(crate) list: i64,
    pub(crate) chance: Chance,
    pub(crate) lines: Vec<OpenLine>,
    /// Requests so far, in all cycles.
    pub(crate) sent: usize,
    pub(crate) journal: Vec<Entry>,
    /// How many requests of all clients were answered in this cycle.
    pub(crate) answered: watch::Sender<usize>,
}

impl Client {
    /// Sends requests until one is not answered.
    pub(crate) async fn run(mut self, connection: Connection) -> Self {
        loop {
            let (act, request) = self.next();
            let answer = connection.try_send(&request).await;
            if let Some(answer) = &answer {
                self.learn(&act, answer);
                self.answered.send_modify(|count| *count += 1);
            }
            let answered = answer.is_some();
            self.journal.push(Entry { act, request, answer });
            if !answered {
                return self;
            }
        }
    }

    fn next(&mut self) -> (Act, Request) {
        self.sent += 1;
        let (act, path, body) = match self.chance.below(10) {
            5 | 6 if !self.lines.is_empty() => self.release(),
            7 if !self.lines.is_empty() => self.cancel(),
            8 => self.write_own(),
            9 => self.write_mixed(),
            _ => self.place(),
        };
        let key = self.chance.once_in(2).then(|| format!("key-{}-{}", self.index, self.sent));
        (act, Request { path, body: Some(body), key })
    }

    fn place(&mut self) -> (Act, String, Value) {
        let number = format!("o-{}-{}", self.index, self.sent);
        let lines: Vec<(String, i64)> = (0..=self.chance.below(3))
            .map(|_| {
                let sku = match self.chance.once_in(4) {
                    true => MIXED[self.chance.below(MIXED.len())],
                    false => HOT[self.chance.below(HOT.len())],
                };
                (sku.to_owned(), self.chance.below(3) as i64 + 1)
            })
            .collect();
        let items = lines.iter().map(|(sku, quantity)| {
            json!({"product_sku": sku, "stock_list": self.list, "quantity": quantity, "price": "1.00"})
        });
        let body = json!({"number": number, "order_items": items.collect::<Vec<_>>()});
        (Act::Place { number, lines }, "orders/".to_owned(), body)
    }

    fn release(&mut self) -> (Act, String, Value) {
        let line = &self.lines[self.chance.below(self.lines.len())];
        let code = format!("ERP-{}", line.item);
        let body = json!({"code": code, "integration_type": "external_company", "update_stock": true});
        (Act::Release { item: line.item, code }, format!("order_items/{}/create_mapping/", line.item), body)
    }

    fn cancel(&mut self) -> (Act, String, Value) {
        let OpenLine { order, item } = self.lines[self.chance.below(self.lines.len())];
        let of_order = self.lines.iter().filter(|line| line.order == order).map(|line| line.item).collect();
        let (items, body) = match self.chance.once_in(2) {
            true => (of_order, json!({"is_all": true})),
            false => (vec![item], json!({"cancel_items": [item]})),
        };
        (Act::Cancel { order, items }, format!("orders/{order}/cancel/"), body)
    }

    /// Each level is another one and newer than the last.
    fn write_own(&mut self) -> (Act, String, Value) {
        let (figure, seconds) = (self.sent as i64, self.sent as i64);
        let snapshot_at =
            format!("2026-01-01T{:02}:{:02}:{:02}.000000Z", seconds / 3600, seconds / 60 % 60, seconds % 60);
        let body = json!({
            "product_sku": own_sku(self.index), "stock_list": self.list, "stock": figure, "snapshot_at": snapshot_at
        });
        (Act::WriteOwn { figure, snapshot_at }, "product_stock/".to_owned(), body)
    }

    fn write_mixed(&mut self) -> (Act, String, Value) {
        let rows = MIXED
            .iter()
            .map(|sku| json!({"product_sku": sku, "stock_list": self.list, "stock": 20 + self.chance.below(40)}));
        let body = Value::Array(rows.collect());
        (Act::WriteMixed, "product_stock/".to_owned(), body)
    }

    fn learn(&mut self, act: &Act, answer: &Answer) {
        match (act, answer.status) {
            (Act::Place { .. }, 201) => {
                let body = answer.body();
                let order = body["pk"].as_i64().expect("an order has a pk");
                let items = body["order_items"].as_array().expect("an order has lines").iter();
                let items = items.map(|item| item["pk"].as_i64().expect("a line has a pk"));
                self.lines.extend(items.map(|item| OpenLine { order, item }));
            }
            (Act::Cancel { items, .. }, 200) => self.lines.retain(|line| !items.contains(&line.item)),
            _ => {}
        }
    }
}
