//! An installation that buys or sells: a server with a list, a channel that sells it, and data sources.
//!
//! Promises: everything comes about through the API. Must not know what is expected.

use std::fs::OpenOptions;
use std::net::SocketAddr;

use onhand_testbed::{Database, database};
use onhand_testkit::http::Client;
use onhand_testkit::json::{id, int};
use onhand_testkit::program::{Server, Starting, assert_quiet_log, log_of, new_file};
use onhand_testkit::{shop, wait};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::ONHAND;

/// Keys of all installations, which need not differ.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// The arguments of every server.
pub(crate) const ARGUMENTS: [&str; 2] = ["--secret-key", KEY];

/// Where an installation has its data.
enum Kept {
    File(String),
    Server(Database),
}

/// An installation.
pub(crate) struct Installation {
    pub(crate) folder: TempDir,
    kept: Kept,
    pub(crate) server: Option<Server>,
    pub(crate) admin: Client,
    /// Its list.
    pub(crate) list: i64,
    /// The catalog of the list.
    pub(crate) catalog: i64,
    /// The channel that sells the catalog.
    pub(crate) channel: i64,
}

impl Installation {
    /// One on a file.
    pub(crate) async fn on_file() -> Self {
        let (folder, url) = new_file();
        Self::open(folder, Kept::File(url)).await
    }

    /// The same, with more arguments, and with variables of the environment.
    pub(crate) async fn on_file_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let (folder, url) = new_file();
        let log = OpenOptions::new().create(true).append(true).open(folder.path().join("log")).expect("a log file");
        let mut command = ONHAND.serve(&url, &[&ARGUMENTS, arguments].concat());
        let starting = Starting::of(command.envs(environment.iter().copied()).stderr(log));
        let server = starting.try_listening().unwrap_or_else(|fault| panic!("{fault}; {}", log_of(folder.path())));
        Self::of(folder, Kept::File(url), server).await
    }

    /// One on a PostgreSQL.
    pub(crate) async fn on_server() -> Self {
        Self::open(new_file().0, Kept::Server(database())).await
    }

    async fn open(folder: TempDir, kept: Kept) -> Self {
        let server = ONHAND.start_logging(url(&kept), &ARGUMENTS, folder.path());
        Self::of(folder, kept, server).await
    }

    async fn of(folder: TempDir, kept: Kept, server: Server) -> Self {
        let admin = Client::sign_in(server.address).await;
        let list = id(&admin.send(&shop::new_list("Sold")).await.created());
        let catalog = json!({"name": "Sold", "stock_list": list});
        let catalog = id(&admin.post("catalogs/", catalog).await.created());
        let channel = json!({"name": "Partner", "catalog": catalog, "oversell": "refuse"});
        let channel = id(&admin.post("channels/", channel).await.created());
        Self { folder, kept, server: Some(server), admin, list, catalog, channel }
    }

    /// The URL of its database.
    pub(crate) fn database(&self) -> &str {
        url(&self.kept)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.server.as_ref().expect("it runs").address
    }

    /// Kills its server.
    pub(crate) fn kill(&mut self) {
        self.server.take().expect("it runs").kill();
    }

    /// Starts its server again, at another address.
    pub(crate) fn start(&mut self) {
        let server = ONHAND.start_logging(url(&self.kept), &ARGUMENTS, self.folder.path());
        self.admin = self.admin.moved(server.address);
        self.server = Some(server);
    }

    /// A product that the channel sells; its level.
    pub(crate) async fn sells(&self, sku: &str, level: i64) {
        self.level(sku, level).await;
        let product = id(&self.admin.get(format!("products/?sku={sku}")).await.ok()["results"][0]);
        let item = json!({"catalog": self.catalog, "product": product});
        self.admin.post("catalog_items/", item).await.created();
    }

    /// Writes a level of its own list.
    pub(crate) async fn level(&self, sku: &str, level: i64) {
        let answer = self.admin.send(&shop::write(shop::stock(self.list, sku, level))).await;
        assert!(matches!(answer.status, 200 | 201), "{answer:?}");
    }

    /// A product without stock.
    pub(crate) async fn knows(&self, sku: &str) {
        self.admin.post("products/", json!({"sku": sku, "name": sku})).await.created();
    }

    /// A new list, and a source that feeds it: the id of both.
    pub(crate) async fn source(&self, address: SocketAddr, fields: Value) -> (i64, i64) {
        let lists = self.admin.get("stock_list/").await.ok()["count"].clone();
        let list = id(&self.admin.send(&shop::new_list(&format!("Bought {lists}"))).await.created());
        (self.source_of(list, address, fields).await, list)
    }

    /// A source that feeds a list.
    pub(crate) async fn source_of(&self, list: i64, address: SocketAddr, fields: Value) -> i64 {
        let mut body = json!({"name": format!("Source of {list}"), "base_url": format!("http://{address}"),
            "stock_list": list, "poll_interval_seconds": 1});
        for (name, value) in fields.as_object().expect("fields") {
            body[name] = value.clone();
        }
        id(&self.admin.post("data_sources/", body).await.created())
    }

    /// A token of its administrator for somebody else: its id and its key.
    pub(crate) async fn token(&self) -> (i64, String) {
        let made = self.admin.post("auth/tokens/", json!({"name": "partner"})).await.created();
        (id(&made), made["key"].as_str().expect("a key").to_owned())
    }

    /// What a list offers of a SKU; `None` where it has no stock of it.
    pub(crate) async fn available(&self, list: i64, sku: &str) -> Option<i64> {
        let page = self.admin.get(format!("product_stocks/?stock_list={list}&product_sku={sku}")).await.ok();
        page["results"].get(0).map(|row| int(&row["adjusted_stock"]))
    }

    /// Waits until a list offers so many of a SKU.
    pub(crate) async fn offers(&self, list: i64, sku: &str, expected: i64) {
        wait::until_async(async || {
            let found = self.available(list, sku).await;
            if found == Some(expected) { Ok(()) } else { Err(format!("{found:?} of {sku}, not {expected}")) }
        })
        .await;
    }

    /// A source as it is shown.
    pub(crate) async fn shown(&self, source: i64) -> Value {
        self.admin.get(format!("data_sources/{source}/")).await.ok()
    }

    /// Waits until a source shows what is wanted.
    pub(crate) async fn shows(&self, source: i64, what: &str, is_wanted: impl Fn(&Value) -> bool) -> Value {
        wait::until_async(async || {
            let shown = self.shown(source).await;
            if is_wanted(&shown) { Ok(shown) } else { Err(format!("not {what}: {shown}")) }
        })
        .await
    }

    /// Waits until a source has an error of this kind.
    pub(crate) async fn fails(&self, source: i64, kind: &str) -> Value {
        let kind = format!("{kind}:");
        self.shows(source, &kind, |shown| shown["last_error"].as_str().is_some_and(|text| text.starts_with(&kind)))
            .await
    }

    /// Waits until a source works.
    pub(crate) async fn works(&self, source: i64) -> Value {
        let is_good = |shown: &Value| shown["last_error"].is_null() && !shown["last_full_at"].is_null();
        self.shows(source, "working", is_good).await
    }

    /// Has a source asked at once, and all of it compared.
    pub(crate) async fn refresh(&self, source: i64) {
        self.admin.post(format!("data_sources/{source}/refresh/"), json!({"full": true})).await.expect(202);
    }

    /// No server has panicked or logged an error, and all numbers add up.
    pub(crate) fn is_sound(&self) {
        assert_quiet_log(self.folder.path(), &[]);
        ONHAND.verified(self.database());
    }
}

fn url(kept: &Kept) -> &str {
    match kept {
        Kept::File(url) => url,
        Kept::Server(database) => database.url(),
    }
}
