//! `onhand verify`: what it rejects, and that it leaves no trace; and the checks that a server makes before its start.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use onhand_testbed::database;
use onhand_testkit::program::{Ended, file, new_file};

use crate::ONHAND;
use crate::behind;
use crate::orders::Buyer;

/// Every file of a folder, with what is in it and when it was changed.
fn trace(folder: &Path) -> Vec<(String, Vec<u8>, std::time::SystemTime)> {
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        let changed = fs::metadata(&path).and_then(|metadata| metadata.modified()).expect("a time");
        (path.display().to_string(), fs::read(&path).expect("it is read"), changed)
    };
    let mut all: Vec<_> = fs::read_dir(folder).expect("it is read").map(entry).collect();
    all.sort();
    all
}

fn assert_refused(told: &Ended, words: &str) {
    assert_eq!(told.code, Some(1), "{told:?}");
    assert!(told.err.contains(words) || told.out.contains(words), "{told:?}");
    assert!(!told.out.contains("0 differences"), "{told:?}");
}

#[test]
fn what_is_no_shop_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let verify = |folder: &Path| ONHAND.run(&file(folder), &["verify"]);
    assert_refused(&verify(folder.path()), "there is no database");
    assert_eq!(trace(folder.path()), []);

    let path = folder.path().join("onhand.db");
    fs::write(&path, "").expect("written");
    let before = trace(folder.path());
    assert_refused(&verify(folder.path()), "an empty database");
    assert_eq!(trace(folder.path()), before);

    fs::write(&path, "this is no database, however long it is looked at".repeat(100)).expect("written");
    let before = trace(folder.path());
    assert_refused(&verify(folder.path()), "not a database");
    assert_eq!(trace(folder.path()), before);

    fs::remove_file(&path).expect("removed");
    ONHAND.done(&file(folder.path()), &["migrate"]);
    let before = trace(folder.path());
    assert_refused(&verify(folder.path()), "no account");
    assert_eq!(trace(folder.path()), before);
}

#[test]
fn a_database_whose_migration_has_not_run_is_refused_and_not_migrated() {
    let database = database();
    ONHAND.done(database.url(), &["migrate"]);
    behind::forget_newest_migration(&database);
    let before = behind::migrations(&database);
    assert_refused(&ONHAND.run(database.url(), &["verify"]), "a database of an older version");
    assert_eq!(behind::migrations(&database), before);
}

#[test]
fn a_sound_database_is_verified_without_a_trace() {
    let (folder, url) = new_file();
    assert!(ONHAND.start(&url, &["--demo", "--demo-still"]).stop().success());
    let before = trace(folder.path());
    ONHAND.verified(&url);
    assert_eq!(trace(folder.path()), before);

    // Beside a server, with a log; and what a killed one has left.
    let server = ONHAND.start(&url, &[]);
    Buyer::new(server.address, "one").place_some("V", 3);
    ONHAND.verified(&url);
    server.kill();
    let before = fs::read(folder.path().join("onhand.db-wal")).expect("it has a log");
    ONHAND.verified(&url);
    assert_eq!(fs::read(folder.path().join("onhand.db-wal")).expect("it has a log"), before);
}

#[test]
fn damaged_pages_are_found_by_verify_and_before_the_start() {
    let (folder, url) = new_file();
    assert!(ONHAND.start(&url, &["--demo", "--demo-still", "--check"]).stop().success());
    let path = folder.path().join("onhand.db");
    let pages = fs::metadata(&path).expect("it is there").len() / 4_096;
    let mut file = fs::OpenOptions::new().write(true).open(&path).expect("opened");
    for page in [pages / 4, pages / 2, pages - 2] {
        file.seek(SeekFrom::Start(page * 4_096)).expect("a place");
        file.write_all(&[0xa5; 4_096]).expect("written");
    }
    drop(file);
    let before = trace(folder.path());
    assert_refused(&ONHAND.run(&url, &["verify"]), "the file is damaged: ");
    let lines = ONHAND.run(&url, &["verify", "--json"]);
    assert_refused(&lines, "{\"rule\":\"the file is sound\",\"found\":\"");
    assert_eq!(trace(folder.path()), before);
    let refused = ONHAND.run(&url, &["serve", "--listen=127.0.0.1:0", "--check"]);
    assert_refused(&refused, "onhand: the database file is damaged: ");
}

#[test]
fn a_server_that_must_find_its_database_makes_none() {
    let (folder, url) = new_file();
    let refused = ONHAND.run(&url, &["serve", "--listen=127.0.0.1:0", "--must-exist"]);
    assert_refused(&refused, "there is no database at");
    assert_eq!(trace(folder.path()), []);
    fs::write(folder.path().join("onhand.db"), "").expect("written");
    let refused = ONHAND.run(&url, &["serve", "--listen=127.0.0.1:0", "--must-exist"]);
    assert_refused(&refused, "--must-exist");

    fs::remove_file(folder.path().join("onhand.db")).expect("removed");
    assert!(ONHAND.start(&url, &[]).stop().success());
    assert!(ONHAND.start(&url, &["--must-exist"]).stop().success());
    let server = database();
    let refused = ONHAND.run(server.url(), &["serve", "--listen=127.0.0.1:0", "--must-exist"]);
    assert_refused(&refused, "--must-exist");
    assert_eq!(behind::tables(&server), "0");
}
