//! Accounts on the command line: made, changed, disabled, removed; what their tokens open afterwards.

use std::process::Command;

use onhand_testkit::blocking::Client;
use onhand_testkit::program::{Ended, PASSWORD, file, new_file};
use onhand_testkit::wait;
use serde_json::json;

use crate::ONHAND;

const PRODUCTS: &str = "/api/v1/products/";

/// Asks until the answer is this one: a running server goes on for five seconds with what it knows of a token.
fn becomes(status: u16, ask: impl Fn() -> u16) {
    wait::until(|| match ask() {
        found if found == status => Ok(()),
        found => Err(found),
    });
}

/// `user add` with a password in the environment.
fn add(database: &str, password: &str, arguments: &[&str]) -> Command {
    let mut command = ONHAND.command(database, &[&["user", "add"], arguments].concat());
    command.env("ONHAND_PASSWORD", password);
    command
}

#[test]
fn weak_passwords_and_channels_that_are_not_there_are_refused_in_one_line() {
    let (_folder, database) = new_file();
    for (password, arguments, words) in [
        ("short", &["erp"] as &[&str], "at least 8 characters"),
        ("password1", &["erp"], "too easy to guess"),
        ("warehouse-7", &["warehouse-7"], "too easy to guess"),
        (PASSWORD, &["shop", "--role", "channel", "--channel", "7"], "there is no channel 7"),
        (PASSWORD, &["shop", "--role", "channel"], "needs --channel"),
        (PASSWORD, &["erp", "--channel", "7"], "needs --channel"),
    ] {
        let told = Ended::of(&mut add(&database, password, arguments));
        assert_eq!((told.code, told.out.as_str(), told.err.lines().count()), (Some(1), "", 1), "{told:?}");
        assert!(told.err.contains(words), "{told:?}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut weak = ONHAND.command(&file(folder.path()), &["serve", "--listen=127.0.0.1:0"]);
    let told = Ended::of(weak.env("ONHAND_ADMIN_PASSWORD", "12345678"));
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.err.contains("the first administrator's password"), "{told:?}");
    assert_eq!(folder.path().read_dir().expect("it is there").count(), 0, "no new database is left behind");
}

#[test]
fn accounts_are_disabled_changed_and_removed_beside_a_running_server() {
    let (_folder, database) = new_file();
    let server = ONHAND.start(&database, &[]);
    assert_eq!(Ended::of(&mut add(&database, PASSWORD, &["erp"])).code, Some(0));
    let token = ONHAND.done(&database, &["token", "create", "erp", "--days", "3"]);
    let client = Client::new(server.address, token.trim());
    assert_eq!(client.get(PRODUCTS).status, 200);
    assert!(ONHAND.done(&database, &["token", "list", "erp"]).contains(", ends "));

    ONHAND.done(&database, &["user", "role", "erp", "viewer"]);
    becomes(403, || client.post(PRODUCTS, &json!({"sku": "A"})).status);
    assert_eq!(client.get(PRODUCTS).status, 200, "its token stays");

    ONHAND.done(&database, &["user", "disable", "erp"]);
    assert!(ONHAND.done(&database, &["user", "list"]).contains("erp\tviewer, inactive"));
    becomes(401, || client.get(PRODUCTS).status);
    ONHAND.done(&database, &["user", "enable", "erp"]);
    let token = ONHAND.done(&database, &["token", "create", "erp"]);
    let client = Client::new(server.address, token.trim());
    becomes(200, || client.get(PRODUCTS).status);

    ONHAND.done(&database, &["user", "remove", "erp"]);
    becomes(401, || client.get(PRODUCTS).status);
    assert!(!ONHAND.done(&database, &["user", "list"]).contains("erp"));
    assert_eq!(Ended::of(&mut add(&database, PASSWORD, &["erp"])).code, Some(0), "its name is free");
    for command in ["disable", "enable", "remove", "passwd"] {
        let told = ONHAND.run(&database, &["user", command, "nobody"]);
        assert!(told.code == Some(1) && told.err.contains("there is no user nobody"), "{told:?}");
    }
    assert!(server.stop().success());
    ONHAND.verified(&database);
}
