//! One process at a time works on a file: what the others do meanwhile.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};

use onhand_testkit::blocking::Client;
use onhand_testkit::program::new_file;
use serde_json::Value;

use crate::ONHAND;

/// A file to import.
fn stock(folder: &Path, text: &str) -> String {
    let path = folder.join("stock.csv");
    std::fs::write(&path, text).expect("a file is written");
    path.to_str().expect("a plain path").to_owned()
}

#[test]
fn a_second_server_does_not_start_on_a_file() {
    let (_folder, database) = new_file();
    let server = ONHAND.start(&database, &[]);
    let mut command = ONHAND.command(&database, &["serve", "--listen=127.0.0.1:0", "--database-wait-seconds=0"]);
    let mut second = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut greeting = String::new();
    BufReader::new(second.stdout.take().expect("it is piped")).read_line(&mut greeting).expect("it writes text");
    // One that has started after all would not end by itself.
    let _ = second.kill();
    let second = second.wait_with_output().expect("it is ours");
    let said = String::from_utf8_lossy(&second.stderr);
    assert_eq!((greeting.as_str(), said.lines().count()), ("", 1), "{said}");
    assert!(said.contains("another process"), "{said}");
    assert!(server.stop().success());
    assert!(ONHAND.start(&database, &["--database-wait-seconds=0"]).stop().success());
}

/// The server keeps pages in memory, which would grow old if another process changed stock.
#[test]
fn an_import_beside_a_server_is_left_to_it_and_seen_at_once() {
    let (folder, database) = new_file();
    let server = ONHAND.start(&database, &["--demo", "--demo-still"]);
    let client = Client::sign_in(server.address);
    let path = "/api/v1/product_stocks/?limit=5";
    let first = |client: &Client| client.read(path)["results"][0].clone();
    let (before, again) = (first(&client), first(&client));
    assert_eq!(before, again);
    let (sku, list) = (before["product_sku"].as_str().expect("a text"), &before["stock_list"]);
    let list = client.read(&format!("/api/v1/stock_list/{list}/"))["name"].as_str().expect("a text").to_owned();

    let stock = stock(folder.path(), &format!("sku,stock\n{sku},4321\n"));
    let told = ONHAND.run(&database, &["import", "--list", &list, &stock]);
    assert_eq!(told.code, Some(0), "{told:?}");
    assert!(told.err.contains("another process works on this database and does the import"), "{told:?}");
    assert_eq!(first(&client)["stock"], 4321);
    assert!(server.stop().success());
    ONHAND.verified(&database);
}

/// An import that waits for the process that works on the file: there is none, but the file is locked as if there were.
fn waiting(database: &str, folder: &Path) -> (Child, BufReader<ChildStderr>, File) {
    assert!(ONHAND.start(database, &["--demo", "--demo-still"]).stop().success());
    let stock = stock(folder, "sku,stock\nA-1,5\n");
    let hold = File::create(folder.join("onhand.db-lock")).expect("it can be opened");
    hold.lock().expect("nobody has it");
    let mut command = ONHAND.command(database, &["import", "--list", "WH-01", &stock]);
    let mut importing = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut err = BufReader::new(importing.stderr.take().expect("it is piped"));
    let mut line = String::new();
    while !line.contains("another process") {
        line.clear();
        assert!(err.read_line(&mut line).expect("it speaks") > 0, "it ended");
    }
    (importing, err, hold)
}

#[test]
fn an_import_whose_server_has_stopped_is_taken_over() {
    let (folder, database) = new_file();
    let (mut importing, _err, hold) = waiting(&database, folder.path());
    drop(hold);
    assert_eq!(importing.wait().expect("it is ours").code(), Some(0));
    let stocks = ONHAND.done(&database, &["export", "--list", "WH-01"]);
    assert!(stocks.contains("\nA-1,A-1,5,"), "{stocks}");
}

#[test]
fn an_import_that_is_interrupted_goes_on_when_it_is_watched() {
    let (folder, database) = new_file();
    let (mut importing, mut err, hold) = waiting(&database, folder.path());
    let sent = Command::new("kill").args(["-INT", &importing.id().to_string()]).status();
    assert!(sent.expect("kill runs").success(), "it runs");
    assert_eq!(importing.wait().expect("it is ours").code(), Some(130));
    let mut said = String::new();
    err.read_to_string(&mut said).expect("it writes text");
    let key = said.split_whitespace().last().expect("a key");
    assert!(said.contains("onhand: interrupted; the process that works on this database goes on with it"), "{said}");

    drop(hold);
    let told: Value = ONHAND.done(&database, &["import", "--watch", key, "--json"]).parse().expect("JSON");
    assert_eq!((told["status"].as_str(), told["created"].as_i64()), (Some("completed"), Some(1)), "{told}");
}
