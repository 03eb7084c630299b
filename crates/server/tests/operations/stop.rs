//! What lies in the database file alone, without its log, when no process writes: everything.

use std::fs;
use std::io::Write as _;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use onhand_testkit::blocking::Client;
use onhand_testkit::program::{file, new_file};
use onhand_testkit::wait;

use crate::ONHAND;
use crate::orders::{Buyer, assert_there};

/// A server that has written nothing for so long has emptied its log.
const RESTED_MAX: Duration = Duration::from_secs(40);

fn log_bytes(folder: &Path) -> u64 {
    fs::metadata(folder.join("onhand.db-wal")).map_or(0, |log| log.len())
}

/// A plain copy of the database file alone, in a folder of its own.
fn copied(folder: &Path) -> (tempfile::TempDir, String) {
    let other = tempfile::tempdir().expect("a temporary folder");
    fs::copy(folder.join("onhand.db"), other.path().join("onhand.db")).expect("copied");
    let url = file(other.path());
    (other, url)
}

fn names(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("it is read").map(|entry| entry.expect("an entry").file_name().into());
    let mut names: Vec<PathBuf> = entries.collect();
    names.sort();
    names
}

#[test]
fn a_stop_leaves_everything_in_the_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = ONHAND.start(&file(folder.path()), &[]);
    let placed = Buyer::new(server.address, "one").place_some("S", 200);
    assert!(log_bytes(folder.path()) > 0, "they are in the log first");
    assert!(server.stop().success());
    assert_eq!(names(folder.path()), [Path::new("onhand.db"), Path::new("onhand.db-lock")]);

    let (_other, url) = copied(folder.path());
    let verified = ONHAND.verified(&url);
    assert!(verified.contains(" 200 orders\n"), "{verified}");
    let server = ONHAND.start(&url, &[]);
    assert_there(&Client::sign_in(server.address), &placed);
    assert!(server.stop().success());
}

#[test]
fn a_server_that_rests_has_everything_in_the_file() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = ONHAND.start(&file(folder.path()), &[]);
    let buyer = Buyer::new(server.address, "one");
    for round in ["R", "S"] {
        buyer.place_some(round, 100);
        assert!(log_bytes(folder.path()) > 0, "they are in the log first");
        wait::until_within(RESTED_MAX, || match log_bytes(folder.path()) {
            0 => Ok(()),
            bytes => Err(bytes),
        });
    }
    let (_other, url) = copied(folder.path());
    let verified = ONHAND.verified(&url);
    assert!(verified.contains(" 200 orders\n"), "{verified}");
    assert!(server.stop().success());
}

/// Clients that send nothing, or read nothing, hold a stop up for the time to drain, and all of them together once.
#[test]
fn a_stop_ends_in_time_whatever_clients_do() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = ONHAND.start(&file(folder.path()), &["--demo", "--demo-still", "--drain-seconds", "5"]);
    let client = Client::sign_in(server.address);
    let list = client.read("/api/v1/stock_list/?limit=1")["results"][0]["pk"].clone();
    let head = |line: &str, more: &str| {
        format!("{line} HTTP/1.1\r\nHost: x\r\nAuthorization: Token {}\r\n{more}\r\n", client.token())
    };
    let page = head("GET /api/v1/product_stocks/?limit=1000", "");
    let upload = format!("POST /api/v1/stock_list/{list}/excel_import/");
    let stuck: Vec<TcpStream> = [
        String::new(),
        "GET /healthz HT".to_owned(),
        head("POST /api/v1/orders/", "Content-Length: 500\r\n") + "{",
        head(&upload, "Content-Type: text/csv\r\nContent-Length: 5000000\r\n") + "sku,stock\n",
        page.repeat(200),
        head("GET /api/v1/product_stocks/export/?format=csv", ""),
    ]
    .iter()
    .map(|text| {
        let mut stream = TcpStream::connect(server.address).expect("it listens");
        stream.write_all(text.as_bytes()).expect("it is taken");
        stream
    })
    .collect();
    // What reads nothing has begun to be answered.
    stuck[4].peek(&mut [0]).expect("an answer");
    let begun = Instant::now();
    assert!(server.stop().success());
    let took = begun.elapsed();
    assert!(took >= Duration::from_secs(4), "they were waited for: {took:?}");
    assert!(took < Duration::from_secs(9), "and the rest does not begin anew: {took:?}");
}

#[test]
fn a_command_leaves_everything_in_the_file() {
    let (folder, url) = new_file();
    ONHAND.done(&url, &["migrate"]);
    assert_eq!(names(folder.path()), [Path::new("onhand.db")]);
    assert!(ONHAND.start(&url, &["--demo", "--demo-still"]).stop().success());
    ONHAND.done(&url, &["token", "create", "admin"]);
    ONHAND.done(&url, &["export", "--list", "ST-01"]);
    assert_eq!(names(folder.path()), [Path::new("onhand.db"), Path::new("onhand.db-lock")]);
}
