//! `onhand backup` and `onhand restore`: under load, through kills, and what comes back to whom.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use onhand_testbed::database;
use onhand_testkit::blocking::Client;
use onhand_testkit::program::{file, new_file};
use onhand_testkit::{json, shop};
use serde_json::{Value, json};

use crate::ONHAND;
use crate::orders::{Buyer, assert_there};

/// How often the server is killed while a backup is made or just after; every third backup is killed, too.
const KILLS: usize = 20;

fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// The backups of a folder, oldest first.
fn backups(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).expect("it is read").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.extension().is_some_and(|end| end == "db")).collect();
    paths.sort();
    paths
}

/// Puts a backup back into a folder of its own.
fn restored(backup: &Path) -> (tempfile::TempDir, String) {
    let (folder, url) = new_file();
    let said = ONHAND.done(&url, &["restore", text(backup)]);
    assert!(said.starts_with("restored "), "{said}");
    (folder, url)
}

#[test]
fn a_backup_under_load_has_all_that_was_answered_before_it_however_often_the_server_is_killed() {
    let (folder, url) = new_file();
    // Of each backup that has its name: its file, the orders that had been answered when it began, whether it was killed.
    let mut made: Vec<(PathBuf, usize, bool)> = Vec::new();
    let answered = Mutex::new(Vec::new());
    for cycle in 0..KILLS {
        let server = ONHAND.start(&url, &[]);
        let buyer = Buyer::new(server.address, &format!("list {cycle}"));
        let is_over = AtomicBool::new(false);
        let path = folder.path().join(format!("copy-{cycle}.db"));
        thread::scope(|scope| {
            scope.spawn(|| {
                for index in 0.. {
                    let number = format!("{cycle}-{index}");
                    match buyer.try_place(&number) {
                        Some(201) => answered.lock().expect("no panic").push(number),
                        _ if is_over.load(Ordering::Relaxed) => break,
                        other => panic!("{other:?}"),
                    }
                }
            });
            thread::park_timeout(Duration::from_millis(50));
            let before = answered.lock().expect("no panic").len();
            let mut backup = ONHAND.command(&url, &["backup", text(&path)]);
            let mut backup = backup.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
            if cycle % 3 == 2 {
                thread::park_timeout(Duration::from_millis(7 * cycle as u64));
                backup.kill().expect("it is ours");
            }
            let is_made = backup.wait().expect("it is ours").success();
            assert!(is_made || cycle % 3 == 2, "a backup has failed");
            // What has the name is whole, also where the program was killed between giving it and its own end.
            if path.exists() {
                made.push((path.clone(), before, !is_made));
            } else {
                assert!(!is_made, "a backup that was made is there");
            }
            is_over.store(true, Ordering::Relaxed);
            server.kill();
        });
    }
    let answered = answered.into_inner().expect("no panic");
    assert!(made.len() >= 13 && answered.len() > 5 * KILLS, "{} backups, {} orders", made.len(), answered.len());
    let looked_at =
        |number: usize, was_killed: bool| number.is_multiple_of(4) || was_killed || number + 1 == made.len();
    for (_, (path, before, _)) in made.iter().enumerate().filter(|(number, (.., killed))| looked_at(*number, *killed)) {
        let (_folder, url) = restored(path);
        let server = ONHAND.start(&url, &["--must-exist", "--check"]);
        assert_there(&Client::sign_in(server.address), &answered[..*before]);
        assert!(server.stop().success());
        ONHAND.verified(&url);
    }
}

#[test]
fn the_backups_of_a_folder_take_turns_and_can_be_checked_by_other_tools() {
    let (_folder, url) = new_file();
    assert!(ONHAND.start(&url, &["--demo", "--demo-still"]).stop().success());
    let kept = tempfile::tempdir().expect("a temporary folder");
    let mut all = Vec::new();
    for _ in 0..3 {
        let said = ONHAND.done(&url, &["backup", text(kept.path()), "--keep=2"]);
        let path = PathBuf::from(said.split('\t').next().expect("a path"));
        assert!(path.exists(), "{said}");
        all.push(path);
        thread::park_timeout(Duration::from_millis(1_100));
    }
    assert_eq!(backups(kept.path()), all[1..]);
    let sum = kept.path().join(format!("{}.sha256", text(all[1].file_name().expect("a name").as_ref())));
    let checked = std::process::Command::new("sha256sum").arg("--check").arg(sum).current_dir(kept.path()).output();
    assert!(checked.expect("it is everywhere").status.success());
    assert_eq!(fs::read_dir(kept.path()).expect("it is read").count(), 4, "two backups and their checksums");
    let mode = fs::metadata(&all[1]).expect("it is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "passwords and tokens are nobody else's");
}

#[test]
fn what_is_damaged_or_in_the_way_is_not_restored_over() {
    let (folder, url) = new_file();
    assert!(ONHAND.start(&url, &["--demo", "--demo-still"]).stop().success());
    let backup = folder.path().join("copy.db");
    ONHAND.done(&url, &["backup", text(&backup)]);
    let refused = |url: &str, arguments: &[&str], words: &str| {
        let told = ONHAND.run(url, arguments);
        assert_eq!(told.code, Some(1), "{told:?}");
        assert!(told.err.lines().any(|line| line.starts_with("onhand: ") && line.contains(words)), "{told:?}");
    };
    let before = fs::read(folder.path().join("onhand.db")).expect("it is read");
    refused(&url, &["restore", text(&backup)], "nothing is overwritten");
    refused(&url, &["backup", text(&backup)], "nothing is overwritten");
    assert_eq!(fs::read(folder.path().join("onhand.db")).expect("it is read"), before);

    let other = tempfile::tempdir().expect("a temporary folder");
    fs::write(other.path().join("onhand.db-wal"), "of another").expect("written");
    refused(&file(other.path()), &["restore", text(&backup)], "onhand.db-wal is there already");
    fs::remove_file(other.path().join("onhand.db-wal")).expect("removed");

    let mut damaged = fs::OpenOptions::new().write(true).open(&backup).expect("opened");
    let middle = fs::metadata(&backup).expect("it is there").len() / 8_192 * 4_096;
    damaged.seek(SeekFrom::Start(middle)).expect("a place");
    damaged.write_all(&[0x5a; 4_096]).expect("written");
    drop(damaged);
    refused(&file(other.path()), &["restore", text(&backup)], "its checksum differs");
    fs::remove_file(folder.path().join("copy.db.sha256")).expect("removed");
    refused(&file(other.path()), &["restore", text(&backup)], "the database file is damaged");
    fs::write(&backup, "").expect("written");
    refused(&file(other.path()), &["restore", text(&backup)], "no account");
    assert_eq!(fs::read_dir(other.path()).expect("it is read").count(), 0, "nothing is left of it");

    let server = database();
    refused(server.url(), &["backup", text(&backup)], "pg_dump");
    refused(server.url(), &["restore", text(&backup)], "pg_restore");
}

/// Reads all changes of a channel; the newest cursor.
fn cursor(client: &Client, channel: &Value) -> String {
    let mut after = "0".to_owned();
    loop {
        let changes = client.read(&format!("/api/v1/channel/{channel}/changes/?after={after}&limit=1000"));
        changes["after"].as_str().expect("a text").clone_into(&mut after);
        if changes["more"] == json!(false) {
            return after;
        }
    }
}

/// The newest version that a cursor speaks of.
fn newest(cursor: &str) -> i64 {
    let versions = cursor.split('.').map(|part| part.parse().expect("a number"));
    versions.max().expect("a part")
}

#[test]
fn a_cursor_and_numbers_from_after_the_backup_are_not_taken_for_new_ones() {
    let (folder, url) = new_file();
    let server = ONHAND.start(&url, &["--demo", "--demo-still"]);
    let client = Client::sign_in(server.address);
    let channel = client.read("/api/v1/channels/")["results"][0]["pk"].clone();
    let stock = client.read(&format!("/api/v1/channel/{channel}/changes/?limit=1"))["results"][0].clone();
    let old = cursor(&client, &channel);
    let backup = folder.path().join("copy.db");
    ONHAND.done(&url, &["backup", text(&backup)]);
    let figure = |client: &Client, stock_level: i64| {
        let row = shop::stock(&stock["stock_list"], json::text(&stock["product_sku"]), stock_level);
        client.send(&shop::write(row)).ok();
    };
    figure(&client, 4_001);
    let lost = Buyer::new(server.address, "lost");
    let order = |buyer: &Buyer, number: &str| {
        assert_eq!(buyer.place(number), 201);
        buyer.client.read(&format!("/api/v1/order_number/{number}/"))["pk"].as_i64().expect("a pk")
    };
    let lost_order = order(&lost, "lost");
    let newer = cursor(&client, &channel);
    assert!(newest(&newer) > newest(&old), "{newer} {old}");
    assert!(server.stop().success());

    // By the command, and by a person who copies the file.
    let (_first, one) = restored(&backup);
    let second = tempfile::tempdir().expect("a temporary folder");
    fs::copy(&backup, second.path().join("onhand.db")).expect("copied");
    for url in [one, file(second.path())] {
        let server = ONHAND.start(&url, &[]);
        let client = Client::sign_in(server.address);
        figure(&client, 4_002);
        for known in [&old, &newer] {
            let refused = client.get(&format!("/api/v1/channel/{channel}/changes/?after={known}"));
            assert_eq!(refused.status, 400, "{known}");
        }
        let anew = cursor(&client, &channel);
        assert!((newest(&newer) + 1..1 << 53).contains(&newest(&anew)), "{anew}");
        figure(&client, 4_003);
        let next = client.read(&format!("/api/v1/channel/{channel}/changes/?after={anew}"));
        assert_eq!(next["results"][0]["stock"], json!(4_003), "{next}");
        assert!(order(&Buyer::new(server.address, "new"), "new") > lost_order, "no order gets another one's pk");
        assert!(server.stop().success());
        let server = ONHAND.start(&url, &[]);
        let client = Client::sign_in(server.address);
        assert_eq!(client.get(&format!("/api/v1/channel/{channel}/changes/?after={anew}")).status, 200, "only once");
        assert!(server.stop().success());
        ONHAND.verified(&url);
    }
}

#[test]
fn a_database_server_begins_a_new_generation_when_it_is_told() {
    let database = database();
    let server = ONHAND.start(database.url(), &["--demo", "--demo-still"]);
    let client = Client::sign_in(server.address);
    let channel = client.read("/api/v1/channels/")["results"][0]["pk"].clone();
    let old = cursor(&client, &channel);
    assert!(server.stop().success());
    assert!(ONHAND.done(database.url(), &["restore", "--in-place"]).ends_with("begins a new generation\n"));
    let server = ONHAND.start(database.url(), &[]);
    let client = Client::sign_in(server.address);
    assert_eq!(client.get(&format!("/api/v1/channel/{channel}/changes/?after={old}")).status, 400);
    assert!(newest(&cursor(&client, &channel)) > newest(&old));
    assert!(server.stop().success());
}
