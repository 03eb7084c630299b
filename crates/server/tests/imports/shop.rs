//! A shop over HTTP, and the file that it imports.
//!
//! Promises: what is asked is asked until it is true, and a test that waits in vain ends. Must not know what happens to
//! the server meanwhile.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use onhand_store::{Options, Store, verify};
use onhand_testkit::http::{Client, Request};
use onhand_testkit::json::{self, id, int};
use onhand_testkit::program::assert_quiet_log;
use onhand_testkit::{shop, wait};
use serde_json::{Value, json};

use crate::ONHAND;

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
pub(crate) struct Shop(Client);

impl Shop {
    pub(crate) async fn sign_in(address: SocketAddr) -> Self {
        Self(Client::sign_in(address).await)
    }

    /// The same shop at another address.
    pub(crate) fn moved(&self, address: SocketAddr) -> Self {
        Self(self.0.moved(address))
    }

    pub(crate) async fn list(&self, name: &str) -> i64 {
        id(&self.0.send(&shop::new_list(name)).await.created())
    }

    /// Sends a file; the key of its import.
    pub(crate) async fn import(&self, list: i64, mode: &str, file: &File) -> String {
        self.import_text(list, mode, file.text()).await
    }

    pub(crate) async fn import_text(&self, list: i64, mode: &str, text: String) -> String {
        let sent = self.0.upload(&format!("stock_list/{list}/excel_import/?mode={mode}"), text).await.ok();
        json::text(&sent["cache_key"]).to_owned()
    }

    pub(crate) async fn price_list(&self, name: &str) -> i64 {
        id(&self.0.send(&Request::post("price_list/", json!({"name": name}))).await.created())
    }

    /// Sends a file of prices; the key of its import.
    pub(crate) async fn import_prices(&self, list: i64, text: String) -> String {
        let sent = self.0.upload(&format!("price_list/{list}/excel_import/"), text).await.ok();
        json::text(&sent["cache_key"]).to_owned()
    }

    /// Takes an import of prices back; the key of what does it.
    pub(crate) async fn undo_prices(&self, list: i64, key: &str) -> String {
        let path = format!("price_list/{list}/excel_import/{key}/undo/");
        json::text(&self.0.send(&Request::post(path, json!({}))).await.ok()["cache_key"]).to_owned()
    }

    /// How many prices a list has.
    pub(crate) async fn prices(&self, list: i64) -> i64 {
        int(&self.0.get(format!("product_prices/?price_list={list}&limit=1")).await.ok()["count"])
    }

    pub(crate) async fn status(&self, key: &str) -> Value {
        self.try_status(key).await.expect("a status")
    }

    /// The status, if the server has one just now.
    async fn try_status(&self, key: &str) -> Option<Value> {
        let path = format!("stock_list/excel_import_status/?cache_key={key}");
        let answer = self.0.try_send(&Request::get(path)).await.ok()?;
        assert!(matches!(answer.status, 200 | 503), "{answer:?}");
        (answer.status == 200).then_some(answer.body)
    }

    /// Waits until an import is so far; its status then.
    async fn until(&self, key: &str, is_so_far: impl Fn(&Value) -> bool) -> Value {
        wait::until_async(async || match self.try_status(key).await {
            Some(status) if is_so_far(&status) => Ok(status),
            other => Err(other),
        })
        .await
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
        let answer = self.0.get(format!("product_stock/export/?format=csv&stock_list={list}")).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let mut lines = answer.text.trim_start_matches('\u{feff}').lines();
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
        let page = self.0.get(format!("product_stock/?product_sku={sku}&stock_list={list}")).await.ok();
        page["results"][0].clone()
    }

    /// Orders stocks that are in a file, again and again until an import of it has ended.
    pub(crate) async fn sell(self, list: i64, file: File, (round, client): (usize, usize), import: String) -> Sold {
        let skus: Vec<String> = file.good().map(|(sku, _)| sku).step_by(SOLD_EVERY).collect();
        let mut told = Sold::default();
        for turn in 0.. {
            let sku = &skus[(turn * 7 + client) % skus.len()];
            let number = format!("o-{round}-{client}-{turn}");
            let answer = self.0.send(&shop::place(&number, &[shop::line(list, sku, 1)])).await;
            match answer.status {
                201 => told.sold.push((sku.clone(), 1)),
                406 => told.short += 1,
                _ => panic!("{answer:?}"),
            }
            if turn % 16 == 0 && !self.status(&import).await["finished_date"].is_null() {
                break;
            }
        }
        told
    }
}

/// The numbers add up, there are so many movements, and no process has met anything it did not expect.
pub(crate) async fn assert_sound(url: &str, folder: &Path, movements: usize) {
    ONHAND.verified(url);
    let store = Store::open(url, &Options::default()).await.expect("nobody else has it");
    let extent = store.read("t", async |tx| verify::extent(tx).await).await.expect("read");
    assert_eq!(extent.movements, movements as i64, "one for each row that changed something");
    assert_quiet_log(folder, &["answered 503"]);
}
