//! A log that cannot be written: the server answers all the same, and counts what it could not say.

use std::fs::OpenOptions;
use std::process::Stdio;

use onhand_testkit::blocking::Client;
use onhand_testkit::program::{Server, Starting, new_file};

use crate::ONHAND;
use crate::orders::Buyer;

/// A pipe takes 64 KiB; each request is a line of 100 bytes or more.
const REQUESTS: usize = 1_500;

fn dropped(client: &Client) -> u64 {
    let metrics = client.read_text("/metrics");
    let line = metrics.lines().find_map(|line| line.strip_prefix("onhand_log_dropped_total "));
    line.unwrap_or_else(|| panic!("{metrics}")).parse().expect("a number")
}

/// Everything works, from a read to an order to the stop.
fn check(server: Server, url: &str, are_dropped: bool) {
    let buyer = Buyer::new(server.address, "one");
    for _ in 0..REQUESTS {
        assert_eq!(buyer.client.get("/healthz").status, 200);
    }
    // One that is rejected is a line of its own.
    assert_eq!(buyer.client.get("/api/v1/orders/987654321/").status, 404);
    buyer.place_some("L", 20);
    assert_eq!(buyer.client.get("/readyz").status, 200);
    assert_eq!(dropped(&buyer.client) > 0, are_dropped, "{}", dropped(&buyer.client));
    assert!(server.stop().success());
    assert!(ONHAND.verified(url).contains(" 20 orders\n"));
}

#[test]
fn a_full_disk_of_logs_keeps_nobody_waiting() {
    let (_folder, url) = new_file();
    let full = OpenOptions::new().write(true).open("/dev/full").expect("every Linux has it");
    let server = Starting::of(ONHAND.serve(&url, &["--log=info"]).stderr(full)).listening();
    check(server, &url, true);
}

#[test]
fn a_closed_pipe_of_logs_keeps_nobody_waiting() {
    let (_folder, url) = new_file();
    let mut server = ONHAND.start(&url, &["--log=info"]);
    server.close_log();
    check(server, &url, true);
}

/// What does not fit into the pipe waits in memory, so nothing is dropped yet.
#[test]
fn a_reader_of_logs_that_stands_still_keeps_nobody_waiting() {
    let (_folder, url) = new_file();
    check(ONHAND.start(&url, &["--log=info"]), &url, false);
}

#[test]
fn nothing_to_write_logs_to_keeps_nobody_waiting() {
    let (_folder, url) = new_file();
    check(Starting::of(ONHAND.serve(&url, &["--log=info"]).stderr(Stdio::null())).listening(), &url, false);
}
