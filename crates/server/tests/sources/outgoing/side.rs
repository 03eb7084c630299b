//! One of the installations: its database, its process and an administrator's client of it.
//!
//! Promises: it can be killed and started again, and its client and its token stay what they were. Must not know what the
//! installations sell to each other.

use std::fs::OpenOptions;

use onhand_testbed::{Database, database};
use onhand_testkit::http::{Answer, Client, Request};
use onhand_testkit::json::{id, rows};
use onhand_testkit::program::{Program, Server, Starting, log_of, new_file};
use onhand_testkit::shop;
use serde_json::{Value, json};
use tempfile::TempDir;

const ONHAND: Program = Program::at(env!("CARGO_BIN_EXE_onhand"));
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// Where a database is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// An installation with one stock list.
pub(crate) struct Side {
    pub(crate) folder: TempDir,
    pub(crate) url: String,
    _database: Option<Database>,
    server: Option<Server>,
    pub(crate) client: Client,
    pub(crate) list: i64,
}

impl Side {
    pub(crate) async fn start(engine: Engine) -> Self {
        let (folder, file) = new_file();
        let (url, database) = match engine {
            Engine::Sqlite => (file, None),
            Engine::Postgres => {
                let database = tokio::task::spawn_blocking(database).await.expect("a database");
                (database.url().to_owned(), Some(database))
            }
        };
        let server = launch(&url, &folder);
        let client = Client::sign_in(server.address).await;
        let list = id(&client.send(&shop::new_list("Shared")).await.created());
        Self { folder, url, _database: database, server: Some(server), client, list }
    }

    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.server.as_ref().expect("it runs").address
    }

    /// SIGKILL, and a new process.
    pub(crate) fn kill_and_start(&mut self) {
        self.server.take().expect("it runs").kill();
        self.start_again();
    }

    /// Stops the process.
    pub(crate) fn stop(&mut self) {
        assert!(self.server.take().expect("it runs").stop().success());
    }

    /// Starts a process that was stopped.
    pub(crate) fn start_again(&mut self) {
        let server = launch(&self.url, &self.folder);
        self.client = self.client.moved(server.address);
        self.server = Some(server);
    }

    /// Stops it for good; nothing is wrong in its database and its log.
    pub(crate) fn end(mut self) {
        self.stop();
        ONHAND.verified(&self.url);
        let log = log_of(self.folder.path());
        assert!(!log.contains("panicked") && !log.contains("ERROR"), "{log}");
    }

    /// Sells what another installation has: its list is fed by it. The source's id.
    pub(crate) async fn sells_of(&self, other: &Self, base_url: &str) -> i64 {
        let body = json!({"name": "Other", "base_url": base_url, "token": other.client.token,
            "remote_stock_list": other.list, "stock_list": self.list, "poll_interval_seconds": 1});
        id(&self.client.post("data_sources/", body).await.created())
    }

    pub(crate) async fn write(&self, sku: &str, level: i64) {
        let answer = self.client.send(&shop::write(shop::stock(self.list, sku, level))).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
    }

    /// Places an order of one line.
    pub(crate) async fn order(&self, number: &str, sku: &str, units: i64) -> Answer {
        self.client.send(&place(self.list, number, sku, units)).await
    }

    /// The same, waiting until it is known what the other installation says.
    pub(crate) async fn order_and_wait(&self, number: &str, sku: &str, units: i64) -> Value {
        let client = self.client.clone().with("prefer", "wait=30");
        client.send(&place(self.list, number, sku, units)).await.created()
    }

    /// `[stock, reserved, reported, available]` of a SKU; nothing where there is no such stock.
    pub(crate) async fn figures(&self, sku: &str) -> Option<[i64; 4]> {
        let path = format!("product_stock/?product_sku={sku}&stock_list={}", self.list);
        let page = self.client.get(path).await.ok();
        let row = rows(&page["results"]).first()?.clone();
        let names = ["stock", "sold_quantity_unreported", "reported_quantity", "adjusted_stock"];
        Some(names.map(|name| row[name].as_i64().expect("a number")))
    }

    /// Every row of a list.
    pub(crate) async fn all(&self, path: &str) -> Vec<Value> {
        let (mut found, mut number) = (Vec::new(), 1);
        loop {
            let page = self.client.get(format!("{path}?limit=1000&page={number}")).await.ok();
            found.extend_from_slice(rows(&page["results"]));
            if page["next"].is_null() {
                return found;
            }
            number += 1;
        }
    }

    /// How many lines are in a state.
    pub(crate) async fn in_state(&self, state: &str) -> i64 {
        let page = self.client.get(format!("order_items/?datasource_state={state}&limit=1")).await.ok();
        page["count"].as_i64().expect("a count")
    }

    /// An order line.
    pub(crate) async fn line(&self, item: i64) -> Value {
        self.client.get(format!("order_items/{item}/")).await.ok()
    }
}

pub(crate) fn place(list: i64, number: &str, sku: &str, units: i64) -> Request {
    Request { key: Some(format!("key-{number}")), ..shop::place(number, &[shop::line(list, sku, units)]) }
}

fn launch(url: &str, folder: &TempDir) -> Server {
    let log = OpenOptions::new().create(true).append(true).open(folder.path().join("log")).expect("a log file");
    let mut command = ONHAND.serve(url, &[]);
    command.env("ONHAND_SECRET_KEY", KEY).stderr(log);
    let starting = Starting::of(&mut command);
    starting.try_listening().unwrap_or_else(|fault| panic!("{fault}; the log: {}", log_of(folder.path())))
}
