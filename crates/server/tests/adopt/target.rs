//! The database that is adopted into, and the command.
//!
//! Promises: it is new and has its administrator; what is compared is read through a server on it. Must not know what
//! is adopted.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::{Command, Stdio};

use onhand_testbed::{Database, database};
use onhand_testkit::blocking::Client;
use onhand_testkit::json::{int, rows, text};
use onhand_testkit::program::{Ended, Server, file};
use serde_json::Value;
use tempfile::TempDir;

use crate::ONHAND;

/// What a token of the other server is.
pub(crate) const TOKEN: &str = "0123456789012345678901234567890123456789";

/// Where a database is; it goes when this is dropped.
enum Place {
    Folder(TempDir),
    Postgres(Database),
}

/// A database.
pub(crate) struct Target {
    place: Place,
}

impl Target {
    /// A file.
    pub(crate) fn file() -> Self {
        Self::with_admin(Place::Folder(tempfile::tempdir().expect("a temporary folder")))
    }

    /// A database of a server.
    pub(crate) fn postgres() -> Self {
        Self::with_admin(Place::Postgres(database()))
    }

    /// One of each engine.
    pub(crate) fn of_each_engine() -> [Self; 2] {
        [Self::file(), Self::postgres()]
    }

    fn with_admin(place: Place) -> Self {
        let target = Self { place };
        assert!(target.serve().stop().success());
        target
    }

    pub(crate) fn url(&self) -> String {
        match &self.place {
            Place::Folder(folder) => file(folder.path()),
            Place::Postgres(database) => database.url().to_owned(),
        }
    }

    /// A server on it.
    pub(crate) fn serve(&self) -> Server {
        ONHAND.start(&self.url(), &[])
    }

    /// The command, with the token of the other server in its environment.
    pub(crate) fn command(&self, from: SocketAddr, token: &str, flags: &[&str]) -> Command {
        let mut command = ONHAND.command(&self.url(), &["adopt", "--from", &format!("http://{from}")]);
        command.args(flags).env("ONHAND_ADOPT_TOKEN", token).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the command to its end.
    pub(crate) fn adopt(&self, from: SocketAddr, token: &str, flags: &[&str]) -> Ended {
        Ended::of(&mut self.command(from, token, flags))
    }

    /// The same, which must end with a report; its code.
    pub(crate) fn reported(&self, from: SocketAddr, token: &str) -> (i32, Value) {
        let ended = self.adopt(from, token, &["--json"]);
        let report = ended.out.parse().unwrap_or_else(|fault| panic!("{fault}: {ended:?}"));
        (ended.code.expect("a code"), report)
    }

    /// Asks a server on it, and verifies it after that.
    pub(crate) fn read<T>(&self, ask: impl FnOnce(&Client) -> T) -> T {
        let server = self.serve();
        let asked = ask(&Client::sign_in(server.address));
        assert!(server.stop().success());
        ONHAND.verified(&self.url());
        asked
    }
}

/// `[taken, already here, changed, not taken]` of a kind.
pub(crate) fn counts(report: &Value, kind: &str) -> [i64; 4] {
    let found = rows(&report["kinds"]).iter().find(|one| one["kind"] == kind);
    let found = found.unwrap_or_else(|| panic!("{kind} is not in {report}"));
    ["taken", "already_here", "changed", "not_taken"].map(|name| int(&found[name]))
}

/// Why something of a kind was not taken.
pub(crate) fn reasons(report: &Value, kind: &str) -> Vec<String> {
    let found = rows(&report["kinds"]).iter().find(|one| one["kind"] == kind).expect("it is a kind");
    let reasons = rows(&found["reasons"]).iter();
    reasons.map(|one| format!("{}: {}", text(&one["what"]), text(&one["why"]))).collect()
}

/// All rows of a list.
pub(crate) fn all(client: &Client, path: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for page in 1.. {
        let separator = if path.contains('?') { '&' } else { '?' };
        let answer = client.read(&format!("{path}{separator}limit=1000&page={page}"));
        all.extend(rows(&answer["results"]).iter().cloned());
        if answer["next"].is_null() {
            break;
        }
    }
    all
}

/// What a field of each stock is, by the name of its list and its SKU.
pub(crate) fn stocks(client: &Client, field: &str) -> BTreeMap<(String, String), i64> {
    let lists = all(client, "/api/v1/stock_list/");
    let names: BTreeMap<i64, &str> = lists.iter().map(|list| (int(&list["pk"]), text(&list["name"]))).collect();
    let row = |row: Value| {
        let list = names[&int(&row["stock_list"])].to_owned();
        ((list, text(&row["product_sku"]).to_owned()), int(&row[field]))
    };
    all(client, "/api/v1/product_stocks/").into_iter().map(row).collect()
}
