//! The database file removed, replaced or moved underneath a running server: it stops, and answers no order that is
//! gone.

use std::fs;
use std::path::Path;
use std::time::Duration;

use onhand_testkit::blocking::Client;
use onhand_testkit::program::file;

use crate::ONHAND;
use crate::orders::{Buyer, assert_there};

/// Orders that are tried at the most until the server is gone.
const TRIES_MAX: usize = 5_000;

const PAUSE: Duration = Duration::from_millis(10);

/// Takes the files away from under a server that takes orders; the orders that were answered.
fn take_away(folder: &Path, take: impl FnOnce(&Path), words: &str) -> Vec<String> {
    let mut server = ONHAND.start(&file(folder), &[]);
    let buyer = Buyer::new(server.address, "one");
    let mut answered = buyer.place_some("B", 50);
    take(folder);
    for index in 0..TRIES_MAX {
        let number = format!("A-{index}");
        match buyer.try_place(&number) {
            Some(201) => answered.push(number),
            // Each is a line of the log, which the test does not read yet.
            Some(503) => std::thread::park_timeout(PAUSE),
            None => break,
            Some(status) => panic!("{status}"),
        }
    }
    assert_eq!(server.ended().code(), Some(1));
    let line = server.logged("onhand: ");
    assert!(line.contains(words), "{line}");
    answered
}

#[test]
fn a_file_that_is_moved_has_every_answered_order() {
    let (folder, away) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let take = |folder: &Path| fs::rename(folder.join("onhand.db"), away.path().join("onhand.db")).expect("moved");
    let answered = take_away(folder.path(), take, "was removed while it was open");
    assert!(!folder.path().join("onhand.db").exists(), "no other one was made");
    let verified = ONHAND.verified(&file(away.path()));
    assert!(verified.contains(&format!(" {} orders\n", answered.len())), "{verified}");
    let server = ONHAND.start(&file(away.path()), &[]);
    assert_there(&Client::sign_in(server.address), &answered);
    assert!(server.stop().success());
}

#[test]
fn a_file_that_is_removed_takes_no_order_with_it_that_came_later() {
    let folder = tempfile::tempdir().expect("a folder");
    let take = |folder: &Path| fs::remove_file(folder.join("onhand.db")).expect("removed");
    let answered = take_away(folder.path(), take, "was removed while it was open");
    assert_eq!(answered.len(), 50);
    let refused = ONHAND.run(&file(folder.path()), &["serve", "--listen=127.0.0.1:0", "--must-exist"]);
    assert_eq!(refused.code, Some(1), "{refused:?}");
}

#[test]
fn a_file_that_is_replaced_is_left_as_it_is() {
    let (folder, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    assert!(ONHAND.start(&file(other.path()), &["--demo", "--demo-still"]).stop().success());
    let replacing = other.path().join("onhand.db");
    let before = fs::read(&replacing).expect("it is read");
    let take = |folder: &Path| {
        fs::copy(&replacing, folder.join("new")).expect("copied");
        fs::rename(folder.join("new"), folder.join("onhand.db")).expect("replaced");
    };
    let answered = take_away(folder.path(), take, "was replaced by another file");
    assert_eq!(answered.len(), 50);
    assert_eq!(fs::read(folder.path().join("onhand.db")).expect("it is read"), before, "it is not ours to write");
    // No log of another one is beside it.
    ONHAND.verified(&file(folder.path()));
}

#[test]
fn a_log_that_is_removed_stops_the_server_and_costs_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let take = |folder: &Path| fs::remove_file(folder.join("onhand.db-wal")).expect("removed");
    let answered = take_away(folder.path(), take, "onhand.db-wal was removed while it was open");
    let verified = ONHAND.verified(&file(folder.path()));
    assert!(verified.contains(&format!(" {} orders\n", answered.len())), "{verified}");
}

#[test]
fn a_lock_that_is_removed_stops_the_server() {
    let folder = tempfile::tempdir().expect("a folder");
    let take = |folder: &Path| fs::remove_file(folder.join("onhand.db-lock")).expect("removed");
    let answered = take_away(folder.path(), take, "onhand.db-lock was removed");
    let verified = ONHAND.verified(&file(folder.path()));
    assert!(verified.contains(&format!(" {} orders\n", answered.len())), "{verified}");
}
