//! Imports on a machine that lacks something for a while: they wait, say so, and go on by themselves.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use onhand_testkit::blocking::Client;
use onhand_testkit::json::id;
use onhand_testkit::program::{Server, Starting, file, new_file};
use onhand_testkit::{shop, wait};
use serde_json::{Value, json};

use crate::ONHAND;
use crate::disk::Disk;

/// Sends a file of so many rows; where its status is.
fn send(client: &Client, name: &str, rows: usize) -> String {
    let list = id(&client.send(&shop::new_list(name)).created());
    let rows = (0..rows).map(|row| format!("{name}-{row},{row}\n")).collect::<Vec<_>>().concat();
    let sent = client.upload(&format!("/api/v1/stock_list/{list}/excel_import/"), &format!("sku,stock\n{rows}"));
    let key = sent["cache_key"].as_str().expect("a key");
    format!("/api/v1/stock_list/excel_import_status/?cache_key={key}")
}

/// Waits until a status is as wanted; it never shows a path or an end that is none.
fn awaited(client: &Client, status: &str, is_it: impl Fn(&Value) -> bool) -> Value {
    wait::until(|| {
        let seen = client.read(status);
        assert_ne!(seen["status"], "failed", "{seen}");
        assert!(!seen.to_string().contains("/tmp") && !seen.to_string().contains(".onhand"), "a path: {seen}");
        if is_it(&seen) { Ok(seen) } else { Err(seen) }
    })
}

fn is_completed(status: &Value) -> bool {
    status["status"] == "completed"
}

/// Why an import is delayed.
fn delayed(client: &Client, status: &str) -> String {
    let seen = awaited(client, status, |seen| seen["delayed"].is_string());
    assert_eq!((&seen["error"], &seen["finished_date"]), (&Value::Null, &Value::Null), "{seen}");
    seen["delayed"].as_str().expect("a text").to_owned()
}

fn delayed_imports(client: &Client) -> String {
    let text = client.read_text("/metrics");
    let line = text.lines().find_map(|line| line.strip_prefix("onhand_imports_delayed "));
    line.unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// A server whose temporary files are on a disk that can be full.
fn with_temporary_files_on(disk: &Disk, database: &str, arguments: &[&str]) -> Server {
    let mut command = ONHAND.serve(database, arguments);
    Starting::of(command.stderr(Stdio::null()).env("TMPDIR", disk.path())).listening()
}

#[test]
fn an_import_waits_for_room_for_its_temporary_file() {
    let Some(disk) = Disk::mount() else {
        println!("{}", Disk::MISSING);
        return;
    };
    let (_folder, database) = new_file();
    let server = with_temporary_files_on(&disk, &database, &[]);
    let client = Client::sign_in(server.address);
    let filler = disk.fill();
    let status = send(&client, "A", 5_000);
    let told = delayed(&client, &status);
    assert!(told.contains("No space left on device"), "{told}");
    assert_eq!(delayed_imports(&client), "1");
    let answer = client.get(&status.replace("excel_import_status/?cache_key=", "excel_import/"));
    assert_ne!(answer.status, 500);

    fs::remove_file(filler).expect("removed");
    let ended = awaited(&client, &status, is_completed);
    assert_eq!((&ended["created"], &ended["delayed"]), (&json!(5_000), &Value::Null), "{ended}");
    assert_eq!(delayed_imports(&client), "0");
    let left = fs::read_dir(disk.path()).expect("it is read").count();
    assert_eq!(left, 0, "the temporary file is gone");
    assert!(server.stop().success());
    ONHAND.verified(&database);
}

/// A workbook is packed on the disk before it is sent.
#[test]
fn an_export_without_room_is_asked_for_again() {
    let Some(disk) = Disk::mount() else {
        println!("{}", Disk::MISSING);
        return;
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = with_temporary_files_on(&disk, &file(folder.path()), &["--demo", "--demo-still"]);
    let client = Client::sign_in(server.address);
    let filler = disk.fill();
    let refused = client.get("/api/v1/product_stocks/export/?format=xlsx");
    assert_eq!((refused.status, refused.header("retry-after").is_some()), (503, true));
    assert!(!refused.text.contains("/tmp"), "no path");
    fs::remove_file(filler).expect("removed");
    assert_eq!(client.get("/api/v1/product_stocks/export/?format=xlsx").status, 200);
    assert!(server.stop().success());
}

#[test]
fn an_import_waits_for_room_for_its_rows() {
    let Some(disk) = Disk::mount() else {
        println!("{}", Disk::MISSING);
        return;
    };
    let database = file(disk.path());
    let server = ONHAND.start(&database, &["--disk-free-bytes-min=0"]);
    let client = Client::sign_in(server.address);
    let filler = disk.fill();
    let length = fs::metadata(&filler).expect("it is there").len();
    let room = fs::File::options().write(true).open(&filler).expect("it is ours");
    room.set_len(length.saturating_sub(4 << 20)).expect("cut");
    drop(room);
    let status = send(&client, "B", 10_000);
    let told = delayed(&client, &status);
    assert!(told.contains("database"), "{told}");

    fs::remove_file(filler).expect("removed");
    let ended = awaited(&client, &status, is_completed);
    assert_eq!((&ended["created"], &ended["fail_count"]), (&json!(10_000), &json!(0)), "{ended}");
    assert!(server.stop().success());
    ONHAND.verified(&database);
}

fn limit_handles(process: u32, handles: &str) -> bool {
    let mut prlimit = Command::new("prlimit");
    prlimit.args(["--pid", &process.to_string(), &format!("--nofile={handles}")]);
    prlimit.output().is_ok_and(|output| output.status.success())
}

/// The client keeps the connection that it has: no other could be accepted.
#[test]
fn an_import_waits_for_a_file_handle() {
    let (_folder, database) = new_file();
    let server = ONHAND.start(&database, &[]);
    let client = Client::sign_in(server.address);
    let limits = fs::read_to_string(Path::new("/proc").join(server.id().to_string()).join("limits"));
    let line = limits.expect("Linux has it").lines().find(|line| line.starts_with("Max open files")).map(str::to_owned);
    let before = line.and_then(|line| Some(line.split_whitespace().nth(3)?.to_owned())).expect("a limit");
    client.read("/readyz");
    if !limit_handles(server.id(), "1:") {
        println!("prlimit is not here, or may not: not tested");
        return;
    }
    let status = send(&client, "C", 100);
    let told = delayed(&client, &status);
    assert!(told.contains("Too many open files"), "{told}");
    assert!(limit_handles(server.id(), &format!("{before}:")));
    assert_eq!(awaited(&client, &status, is_completed)["created"], json!(100));
    assert!(server.stop().success());
    ONHAND.verified(&database);
}
