//! A shop over HTTP, and the file that it imports.
//!
//! Promises: what is asked is asked until it is true, and a test that waits in vain ends. Must not know what happens to
//! the server meanwhile.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use onhand_store::{Options, Store, verify};
use serde_json::{Value, json};

use crate::process::{PASSWORD, assert_verified_on, log_of};

/// Longer than a lease and all that has to be done; who waits longer waits in vain.
const PATIENCE: Duration = Duration::from_mins(5);
/// How often a status is asked for.
const PAUSE: Duration = Duration::from_millis(5);
/// Every so many rows one cannot be read.
const BAD_EVERY: usize = 100;
/// SKUs that are sold: some of the first rows, of the last and of those between.
const SOLD_EVERY: usize = 250;

/// A file with so many rows.
#[derive(Clone, Copy)]
pub(crate) struct File {
    rows: usize,
}

impl File {
    pub(crate) const fn new(rows: usize) -> Self {
        Self { rows }
    }

    /// SKU and level of each row that can be read.
    pub(crate) fn good(self) -> impl Iterator<Item = (String, i64)> + use<> {
        (0..self.rows).filter(|row| row % BAD_EVERY != 3).map(|row| (format!("S{row}"), 1 + row as i64 % 5))
    }

    /// How many rows cannot be read.
    pub(crate) fn bad(self) -> usize {
        self.rows - self.good().count()
    }

    /// The row of the first that cannot be read, as a person counts.
    pub(crate) const FIRST_BAD: usize = 3 + 2;

    fn text(self) -> String {
        let mut text = "sku,stock\n".to_owned();
        for row in 0..self.rows {
            let bad = if row % BAD_EVERY == 3 { "x" } else { "" };
            writeln!(text, "S{row},{}{bad}", 1 + row % 5).expect("text has room");
        }
        text
    }

    /// `[created, updated, unchanged, fail_count]` of an import that is done.
    pub(crate) fn counts(status: &Value) -> [usize; 4] {
        assert_eq!(status["status"], "completed", "{status}");
        assert_eq!(status["processed"], status["total"], "{status}");
        ["created", "updated", "unchanged", "fail_count"].map(|name| int(&status[name]) as usize)
    }
}

/// What a client has sold.
#[derive(Default)]
pub(crate) struct Sold {
    pub(crate) sold: Vec<(String, i64)>,
    /// Orders for which there was too little.
    pub(crate) short: usize,
}

/// A way to a server as its administrator.
#[derive(Clone)]
pub(crate) struct Shop {
    http: reqwest::Client,
    address: SocketAddr,
    token: String,
}

impl Shop {
    pub(crate) async fn sign_in(address: SocketAddr) -> Self {
        let stranger = Self { http: client(), address, token: String::new() };
        let login = json!({"username": "admin", "password": PASSWORD});
        let (status, answer) = stranger.post("auth/login/", login).await;
        assert_eq!(status, 200, "{answer}");
        Self { token: answer["key"].as_str().expect("a key").to_owned(), ..stranger }
    }

    /// The same shop at another address.
    pub(crate) fn moved(&self, address: SocketAddr) -> Self {
        Self { http: client(), address, token: self.token.clone() }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Option<(u16, String)> {
        let request = match self.token.as_str() {
            "" => request,
            token => request.header("Authorization", format!("Token {token}")),
        };
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        Some((status, response.text().await.ok()?))
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}/api/v1/{path}", self.address)
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.post(self.url(path)).header("Content-Type", "application/json").body(body.to_string());
        let (status, text) = self.send(request).await.expect("an answer");
        (status, serde_json::from_str(&text).expect("JSON"))
    }

    async fn get(&self, path: &str) -> (u16, String) {
        self.send(self.http.get(self.url(path))).await.expect("an answer")
    }

    pub(crate) async fn list(&self, name: &str) -> i64 {
        let (status, list) = self.post("stock_list/", json!({"name": name, "is_auto_sync": false})).await;
        assert_eq!(status, 201, "{list}");
        int(&list["pk"])
    }

    /// Sends a file; the key of its import.
    pub(crate) async fn import(&self, list: i64, mode: &str, file: &File) -> String {
        self.import_text(list, mode, file.text()).await
    }

    pub(crate) async fn import_text(&self, list: i64, mode: &str, text: String) -> String {
        let url = self.url(&format!("stock_list/{list}/excel_import/?mode={mode}"));
        let (status, text) =
            self.send(self.http.post(url).header("Content-Type", "text/csv").body(text)).await.expect("an answer");
        assert_eq!(status, 200, "{text}");
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        answer["cache_key"].as_str().expect("a key").to_owned()
    }

    pub(crate) async fn status(&self, key: &str) -> Value {
        self.try_status(key).await.expect("a status")
    }

    /// The status, if the server has one just now.
    async fn try_status(&self, key: &str) -> Option<Value> {
        let url = self.url(&format!("stock_list/excel_import_status/?cache_key={key}"));
        let (status, text) = self.send(self.http.get(url)).await?;
        assert!(matches!(status, 200 | 503), "{text}");
        (status == 200).then(|| serde_json::from_str(&text).expect("JSON"))
    }

    /// Waits until an import is so far; its status then.
    async fn until(&self, key: &str, is_so_far: impl Fn(&Value) -> bool) -> Value {
        let waiting = async {
            loop {
                match self.try_status(key).await {
                    Some(status) if is_so_far(&status) => return status,
                    _ => tokio::time::sleep(PAUSE).await,
                }
            }
        };
        if let Ok(status) = tokio::time::timeout(PATIENCE, waiting).await {
            return status;
        }
        panic!("it goes no further than {:?}", self.try_status(key).await)
    }

    /// Waits until so many rows are done. Whether it is in the middle then: a test that is given no turn for a while
    /// finds that it has ended meanwhile.
    pub(crate) async fn reached(&self, key: &str, rows: usize) -> bool {
        let status = self.until(key, |status| int(&status["processed"]) >= rows as i64).await;
        matches!(status["status"].as_str(), Some("waiting" | "processing"))
    }

    /// Waits until an import has ended; its status.
    pub(crate) async fn ended(&self, key: &str) -> Value {
        self.until(key, |status| !status["finished_date"].is_null()).await
    }

    /// The level of every SKU of a list.
    pub(crate) async fn figures(&self, list: i64) -> BTreeMap<String, i64> {
        let (status, text) = self.get(&format!("product_stock/export/?format=csv&stock_list={list}")).await;
        assert_eq!(status, 200, "{text}");
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let head: Vec<&str> = lines.next().expect("a header").split(',').collect();
        let place = |name: &str| head.iter().position(|column| *column == name).unwrap_or_else(|| panic!("{head:?}"));
        let (sku, figure) = (place("product_sku"), place("stock"));
        let row = |line: &str| {
            let cells: Vec<&str> = line.split(',').collect();
            (cells[sku].to_owned(), cells[figure].parse().expect("a figure"))
        };
        lines.map(row).collect()
    }

    /// A stock of a list.
    pub(crate) async fn stock(&self, list: i64, sku: &str) -> Value {
        let (status, text) = self.get(&format!("product_stock/?product_sku={sku}&stock_list={list}")).await;
        assert_eq!(status, 200, "{text}");
        let page: Value = serde_json::from_str(&text).expect("JSON");
        page["results"][0].clone()
    }

    /// Orders stocks that are in a file, again and again until an import of it has ended.
    pub(crate) async fn sell(self, list: i64, file: File, (round, client): (usize, usize), import: String) -> Sold {
        let skus: Vec<String> = file.good().map(|(sku, _)| sku).step_by(SOLD_EVERY).collect();
        let mut told = Sold::default();
        for turn in 0.. {
            let sku = &skus[(turn * 7 + client) % skus.len()];
            let line = json!({"product_sku": sku, "stock_list": list, "quantity": 1});
            let order = json!({"number": format!("o-{round}-{client}-{turn}"), "order_items": [line]});
            match self.post("orders/", order).await {
                (201, _) => told.sold.push((sku.clone(), 1)),
                (406, _) => told.short += 1,
                (status, answer) => panic!("{status}: {answer}"),
            }
            if turn % 16 == 0 && !self.status(&import).await["finished_date"].is_null() {
                break;
            }
        }
        told
    }
}

/// No stale connections to a process that is gone.
fn client() -> reqwest::Client {
    reqwest::Client::builder()
        .tls_backend_preconfigured(onhand::tls::no_authority())
        .no_proxy()
        .build()
        .expect("a client without TLS needs nothing")
}

pub(crate) fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// The numbers add up, there are so many movements, and no process has met anything it did not expect.
pub(crate) async fn assert_sound(url: &str, folder: &Path, movements: usize) {
    assert_verified_on(url);
    let store = Store::open(url, &Options::default()).await.expect("nobody else has it");
    let extent = store.read("t", async |tx| verify::extent(tx).await).await.expect("read");
    assert_eq!(extent.movements, movements as i64, "one for each row that changed something");
    let log = log_of(folder);
    let bad =
        log.lines().find(|line| line.contains("panicked") || line.contains("ERROR") && !line.contains("answered 503"));
    assert_eq!(bad, None, "{log}");
}
