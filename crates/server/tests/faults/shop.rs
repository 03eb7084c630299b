//! A shop on one server process: it places orders of one SKU and remembers which were acknowledged.
//!
//! Promises: every answer is compared with the wire's form; nothing is asked twice. Must not know what is done to the
//! database.

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use onhand_testbed::Cluster;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::process::{self, PASSWORD, Process, assert_verified_on};

const ON_HAND: i64 = 1_000_000;

/// A shop; clones share it.
#[derive(Clone)]
pub(crate) struct Shop(Arc<Inner>);

struct Inner {
    url: String,
    folder: tempfile::TempDir,
    process: Process,
    http: reqwest::Client,
    token: String,
    next: AtomicUsize,
    acknowledged: Mutex<Vec<String>>,
    /// How many are acknowledged.
    progress: watch::Sender<usize>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    retry_after: Option<String>,
    body: Value,
}

impl Answer {
    /// A 503 as clients are promised it.
    pub(crate) fn assert_is_away(&self) {
        assert_eq!(self.status, 503, "{self:?}");
        let seconds = self.retry_after.as_deref().and_then(|seconds| seconds.parse::<u32>().ok());
        assert!(seconds.is_some_and(|seconds| seconds > 0), "{self:?}");
        assert!(self.body["detail"].is_string(), "{self:?}");
    }
}

impl Shop {
    /// Starts the program on the server's own database, and stocks a SKU.
    pub(crate) async fn open(cluster: &Cluster, arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = cluster.url("postgres");
        let process = Process::start_with(&url, folder.path(), arguments);
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(onhand::tls::no_authority())
            .no_proxy()
            .build()
            .expect("a client without TLS needs nothing");
        let address = process.address;
        let login = http.post(format!("http://{address}/api/v1/auth/login/"));
        let login = login.json(&json!({"username": "admin", "password": PASSWORD})).send().await.expect("an answer");
        let token = login.json::<Value>().await.expect("JSON")["key"].as_str().expect("a token").to_owned();
        let (next, acknowledged, progress) = (AtomicUsize::new(0), Mutex::default(), watch::Sender::new(0));
        let shop = Self(Arc::new(Inner { url, folder, process, http, token, next, acknowledged, progress }));
        let list = shop.send("stock_list/", Some(json!({"name": "web", "code": "web"}))).await;
        assert_eq!(list.status, 201, "{list:?}");
        let stock = json!({"product_sku": "A", "stock_list": 1, "stock": ON_HAND});
        assert_eq!(shop.send("product_stock/", Some(stock)).await.status, 201);
        shop
    }

    /// Where the program's log is.
    pub(crate) fn folder(&self) -> &Path {
        self.0.folder.path()
    }

    /// Orders one unit, whatever the answer is.
    pub(crate) async fn order(&self) -> Answer {
        let number = format!("F-{}", self.0.next.fetch_add(1, Ordering::Relaxed));
        let lines = json!([{"product_sku": "A", "stock_list": 1, "quantity": 1, "price": "1.00"}]);
        let order = json!({"number": number, "currency": "try", "order_items": lines});
        let answer = self.send("orders/", Some(order)).await;
        if answer.status == 201 {
            self.0.acknowledged.lock().expect("not poisoned").push(number);
            self.0.progress.send_modify(|count| *count += 1);
        }
        answer
    }

    /// Waits until so many orders are acknowledged.
    pub(crate) async fn reached(&self, orders: usize) {
        self.0.progress.subscribe().wait_for(|count| *count >= orders).await.expect("the shop is open");
    }

    /// Orders one unit, which must work.
    pub(crate) async fn ordered(&self) {
        let answer = self.order().await;
        assert_eq!(answer.status, 201, "{answer:?}\n{}", process::log_of(self.folder()));
    }

    /// Orders one unit, which must not work just now.
    pub(crate) async fn refuses_to_order(&self) {
        self.order().await.assert_is_away();
    }

    /// Asks for a list, which must not work just now.
    pub(crate) async fn refuses(&self, path: &str) {
        self.list(path).await.assert_is_away();
    }

    pub(crate) async fn list(&self, path: &str) -> Answer {
        self.send(path, None).await
    }

    /// A path outside the API.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = self.0.http.get(format!("http://{}{path}", self.0.process.address));
        answer(request).await
    }

    async fn send(&self, path: &str, body: Option<Value>) -> Answer {
        let url = format!("http://{}/api/i1/{path}", self.0.process.address);
        let request = match body {
            Some(body) => self.0.http.post(url).json(&body),
            None => self.0.http.get(url),
        };
        answer(request.header("Authorization", format!("Token {}", self.0.token))).await
    }

    /// Every acknowledged order is there once, nothing was reserved that was not ordered, and the books are right.
    pub(crate) async fn assert_sound(&self) {
        let acknowledged = self.0.acknowledged.lock().expect("not poisoned").clone();
        for number in &acknowledged {
            let found = self.list(&format!("orders/?number={number}")).await;
            assert_eq!(found.body["count"], 1, "{number} is there once: {found:?}");
        }
        let orders = self.list("orders/?limit=1").await.body["count"].as_i64();
        let stock = self.list("product_stock/").await;
        assert_eq!(stock.body["results"][0]["sold_quantity_unreported"].as_i64(), orders, "a unit per order");
        assert!(orders.is_some_and(|orders| orders >= acknowledged.len() as i64));
        assert_verified_on(&self.0.url);
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("the program answers");
    let status = response.status().as_u16();
    let retry_after =
        response.headers().get("retry-after").and_then(|value| value.to_str().ok().map(ToOwned::to_owned));
    Answer { status, retry_after, body: response.json().await.unwrap_or_default() }
}
