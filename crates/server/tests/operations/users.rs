//! Accounts on the command line: made, changed, disabled, removed; what their tokens open afterwards.

use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

use reqwest::StatusCode;
use serde_json::json;

use crate::client::Client;
use crate::program::{PASSWORD, Server, done, file, onhand, told};

const PRODUCTS: &str = "/api/v1/products/";

/// Asks until the answer is this one: a running server goes on for five seconds with what it knows of a token.
#[expect(clippy::disallowed_methods, reason = "nothing else waits for this thread")]
fn becomes(status: u16, ask: impl Fn() -> StatusCode) {
    for _ in 0..300 {
        if ask() == status {
            return;
        }
        sleep(Duration::from_millis(100));
    }
    panic!("it is still {} and not {status}", ask());
}

/// `user add` with a password in the environment.
fn add(database: &str, password: &str, arguments: &[&str]) -> Command {
    let mut command = onhand(database, &[&["user", "add"], arguments].concat());
    command.env("ONHAND_PASSWORD", password);
    command
}

#[test]
fn weak_passwords_and_channels_that_are_not_there_are_refused_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = file(folder.path());
    for (password, arguments, words) in [
        ("short", &["erp"] as &[&str], "at least 8 characters"),
        ("password1", &["erp"], "too easy to guess"),
        ("warehouse-7", &["warehouse-7"], "too easy to guess"),
        (PASSWORD, &["shop", "--role", "channel", "--channel", "7"], "there is no channel 7"),
        (PASSWORD, &["shop", "--role", "channel"], "needs --channel"),
        (PASSWORD, &["erp", "--channel", "7"], "needs --channel"),
    ] {
        let told = told(&mut add(&database, password, arguments));
        assert_eq!((told.code, told.out.as_str(), told.err.lines().count()), (Some(1), "", 1), "{told:?}");
        assert!(told.err.contains(words), "{told:?}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut weak = onhand(&file(folder.path()), &["serve", "--listen=127.0.0.1:0"]);
    let told = told(weak.env("ONHAND_ADMIN_PASSWORD", "12345678"));
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.err.contains("the first administrator's password"), "{told:?}");
    assert_eq!(folder.path().read_dir().expect("it is there").count(), 0, "no new database is left behind");
}

#[test]
fn accounts_are_disabled_changed_and_removed_beside_a_running_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = file(folder.path());
    let server = Server::start(&database, &[]);
    assert_eq!(told(&mut add(&database, PASSWORD, &["erp"])).code, Some(0));
    let token = done(&database, &["token", "create", "erp", "--days", "3"]);
    let client = Client::with(server.address, token.trim());
    assert_eq!(client.get(PRODUCTS).status(), 200);
    assert!(done(&database, &["token", "list", "erp"]).contains(", ends "));

    done(&database, &["user", "role", "erp", "viewer"]);
    becomes(403, || client.post(PRODUCTS, &json!({"sku": "A"})).status());
    assert_eq!(client.get(PRODUCTS).status(), 200, "its token stays");

    done(&database, &["user", "disable", "erp"]);
    assert!(done(&database, &["user", "list"]).contains("erp\tviewer, inactive"));
    becomes(401, || client.get(PRODUCTS).status());
    done(&database, &["user", "enable", "erp"]);
    let token = done(&database, &["token", "create", "erp"]);
    let client = Client::with(server.address, token.trim());
    becomes(200, || client.get(PRODUCTS).status());

    done(&database, &["user", "remove", "erp"]);
    becomes(401, || client.get(PRODUCTS).status());
    assert!(!done(&database, &["user", "list"]).contains("erp"));
    assert_eq!(told(&mut add(&database, PASSWORD, &["erp"])).code, Some(0), "its name is free");
    for command in ["disable", "enable", "remove", "passwd"] {
        let told = told(&mut onhand(&database, &["user", command, "nobody"]));
        assert!(told.code == Some(1) && told.err.contains("there is no user nobody"), "{told:?}");
    }
    assert!(server.stop().success());
    assert!(done(&database, &["verify"]).contains("0 differences"));
}
