//! A server with a list and a webhook. Must not know what is expected.

use onhand_testbed::{Database, database};
use onhand_testkit::http::{Client, Request};
use onhand_testkit::json::{id, text};
use onhand_testkit::program::{Server, assert_quiet_log, new_file};
use onhand_testkit::{shop, wait};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::ONHAND;
use crate::receiver::Receiver;

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
/// A server that may send to this machine.
pub(crate) const ARGUMENTS: [&str; 4] = ["--secret-key", KEY, "--outgoing-networks", "127.0.0.0/8"];

/// Where it has its data.
enum Kept {
    File(String),
    Server(Database),
}

/// A server with a list.
pub(crate) struct Shop {
    folder: TempDir,
    kept: Kept,
    pub(crate) server: Option<Server>,
    pub(crate) admin: Client,
    pub(crate) list: i64,
}

impl Shop {
    pub(crate) async fn on_file() -> Self {
        Self::on_file_with(&ARGUMENTS).await
    }

    pub(crate) async fn on_file_with(arguments: &[&str]) -> Self {
        let (folder, url) = new_file();
        Self::open(folder, Kept::File(url), arguments).await
    }

    pub(crate) async fn on_server() -> Self {
        Self::open(new_file().0, Kept::Server(database()), &ARGUMENTS).await
    }

    async fn open(folder: TempDir, kept: Kept, arguments: &[&str]) -> Self {
        let server = ONHAND.start_logging(url(&kept), arguments, folder.path());
        let admin = Client::sign_in(server.address).await;
        let list = id(&admin.send(&shop::new_list("Sold")).await.created());
        Self { folder, kept, server: Some(server), admin, list }
    }

    /// A second process on the same database.
    pub(crate) fn beside(&self) -> Server {
        ONHAND.start_logging(url(&self.kept), &ARGUMENTS, self.folder.path())
    }

    /// Kills the server and starts it again.
    pub(crate) fn killed(&mut self) {
        self.server.take().expect("it runs").kill();
        self.started();
    }

    /// Starts the server again.
    pub(crate) fn started(&mut self) {
        let server = ONHAND.start_logging(url(&self.kept), &ARGUMENTS, self.folder.path());
        self.admin = self.admin.moved(server.address);
        self.server = Some(server);
    }

    /// A webhook of a receiver, which knows its secret then.
    pub(crate) async fn tells(&self, receiver: &Receiver, fields: Value) -> i64 {
        let mut body = json!({"name": format!("To {}", receiver.address), "url": receiver.url()});
        body.as_object_mut().expect("an object").extend(fields.as_object().expect("an object").clone());
        let made = self.admin.post("webhooks/", body).await.created();
        receiver.knows(text(&made["secret"]));
        id(&made)
    }

    pub(crate) async fn webhook(&self, id: i64) -> Value {
        self.admin.get(format!("webhooks/{id}/")).await.ok()
    }

    /// Tries a webhook at once that would be tried later.
    pub(crate) async fn try_now(&self, id: i64) {
        self.admin.send(&Request::patch(format!("webhooks/{id}/"), json!({"is_active": true}))).await.ok();
    }

    /// Waits until a webhook is shown as it should be.
    pub(crate) async fn until(&self, id: i64, mut is_so: impl FnMut(&Value) -> bool) -> Value {
        wait::until_async(async || {
            let shown = self.webhook(id).await;
            if is_so(&shown) { Ok(shown) } else { Err(shown) }
        })
        .await
    }

    pub(crate) async fn deliveries(&self, id: i64, query: &str) -> Vec<Value> {
        let page = self.admin.get(format!("webhooks/{id}/deliveries/{query}")).await.ok();
        page["results"].as_array().expect("rows").clone()
    }

    pub(crate) async fn level(&self, sku: &str, level: i64) -> i64 {
        let written = self.admin.send(&shop::write(shop::stock(self.list, sku, level))).await;
        assert!([200, 201].contains(&written.status), "{written:?}");
        id(&written.body)
    }

    pub(crate) async fn order(&self, number: &str, sku: &str, quantity: i64) -> Value {
        self.admin.send(&shop::place(number, &[shop::line(self.list, sku, quantity)])).await.created()
    }

    /// Nothing is wrong in the database, and nothing was in the log.
    pub(crate) fn is_sound(&mut self) {
        assert!(self.server.take().expect("it runs").stop().success());
        ONHAND.verified(url(&self.kept));
        assert_quiet_log(self.folder.path(), &[]);
    }
}

fn url(kept: &Kept) -> &str {
    match kept {
        Kept::File(url) => url,
        Kept::Server(database) => database.url(),
    }
}
