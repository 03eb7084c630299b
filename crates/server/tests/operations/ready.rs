//! `/readyz`: which part is in the way.

use std::fs;

use onhand_testbed::{Cluster, Mode, Settings};
use onhand_testkit::blocking::Client;
use onhand_testkit::program::file;
use onhand_testkit::wait;
use serde_json::{Value, json};

use crate::ONHAND;
use crate::disk::Disk;
use crate::orders::Buyer;

fn ready(client: &Client) -> (u16, Value) {
    let answer = client.get("/readyz");
    (answer.status, answer.body)
}

fn await_ready(client: &Client, status: u16) -> Value {
    wait::until(|| match ready(client) {
        (found, body) if found == status => Ok(body),
        other => Err(other),
    })
}

#[test]
fn a_server_that_works_says_so_part_by_part() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = ONHAND.start(&file(folder.path()), &[]);
    let (status, body) = ready(&Client::new(server.address, ""));
    assert_eq!(status, 200, "{body}");
    let expected = json!({"status": "ok", "waiting": 0, "last_write_seconds": body["last_write_seconds"],
        "database": "ok", "schema": "ok", "writer": "ok", "queue": "ok", "files": "ok", "disk": "ok"});
    assert_eq!(body, expected);
    assert!(body["last_write_seconds"].as_i64().is_some_and(|seconds| seconds < 10), "{body}");
    assert!(server.stop().success());
}

#[test]
fn a_full_disk_is_not_ready_and_comes_back() {
    let Some(disk) = Disk::mount() else {
        println!("{}", Disk::MISSING);
        return;
    };
    let url = file(disk.path());
    let server = ONHAND.start(&url, &["--disk-free-bytes-min=1000000"]);
    let buyer = Buyer::new(server.address, "one");
    let mut placed = buyer.place_some("F", 20);
    let filler = disk.fill();
    let refused = (0..2_000).find(|index| {
        let number = format!("G-{index}");
        let status = buyer.place(&number);
        if status == 201 {
            placed.push(number);
        }
        status != 201
    });
    assert!(refused.is_some(), "the log had room for everything");
    assert_eq!(buyer.place("refused"), 503);
    let body = await_ready(&buyer.client, 503);
    assert_eq!(
        (&body["status"], &body["disk"], &body["database"]),
        (&json!("failing"), &json!("failing"), &json!("ok"))
    );
    assert!(body["detail"].as_str().is_some_and(|text| text.contains("disk")), "{body}");
    // After ten seconds without a write, one is tried.
    wait::until_true("the writer is well", || ready(&buyer.client).1["writer"] == "failing");

    fs::remove_file(filler).expect("removed");
    await_ready(&buyer.client, 200);
    assert_eq!(buyer.place("after"), 201);
    assert!(server.stop().success());
    let verified = ONHAND.verified(&url);
    assert!(verified.contains(&format!(" {} orders\n", placed.len() + 1)), "{verified}");
}

#[test]
fn a_database_server_that_is_away_is_not_ready() {
    let cluster = Cluster::start(&Settings::default()).expect("a server");
    let server = ONHAND.start(&cluster.url("postgres"), &[]);
    let client = Client::new(server.address, "");
    assert_eq!(ready(&client).0, 200);
    cluster.stop(Mode::Fast).expect("it stops");
    let body = await_ready(&client, 503);
    assert_eq!((&body["database"], &body["schema"]), (&json!("failing"), &json!("failing")), "{body}");
    cluster.start_again().expect("it starts");
    let body = await_ready(&client, 200);
    assert_eq!(body["writer"], "ok");
    assert!(body.get("disk").is_none(), "it is the server's: {body}");
    assert!(server.stop().success());
}
