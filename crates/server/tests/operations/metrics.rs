//! `/metrics`: what is documented is exported, and what is exported is documented.

use std::collections::BTreeSet;

use onhand::measures::MEASURES;
use onhand_testbed::{Cluster, Mode, Settings};
use onhand_testkit::blocking::Client;
use onhand_testkit::json::id;
use onhand_testkit::program::{file, log_of};
use onhand_testkit::{shop, wait};
use serde_json::json;

use crate::ONHAND;

/// Those that only a database file has, and those that only a database server has.
const OF_FILE: [&str; 1] = ["onhand_disk_free_bytes"];
const OF_SERVER: [&str; 4] = [
    "onhand_database_connections_in_use",
    "onhand_database_connections_max",
    "onhand_database_connections_open",
    "onhand_database_connections_waiting",
];

/// The names in the table of metrics of the documentation.
fn documented() -> BTreeSet<String> {
    let text = include_str!("../../../../docs/operations.md");
    let names = text.lines().filter_map(|line| line.strip_prefix("| `onhand_")?.split(['`', '{']).next());
    names.map(|name| format!("onhand_{name}")).collect()
}

/// The names that a server shows: of a histogram, that of the whole.
fn exported(client: &Client) -> BTreeSet<String> {
    let text = client.read_text("/metrics");
    let types: BTreeSet<String> =
        text.lines().filter_map(|line| Some(line.strip_prefix("# TYPE ")?.split(' ').next()?.to_owned())).collect();
    for name in &types {
        assert!(text.contains(&format!("# HELP {name} ")), "{name} says nothing of itself");
    }
    types
}

#[test]
fn the_table_of_the_documentation_is_that_of_the_program() {
    let known: BTreeSet<String> = MEASURES.iter().map(|measure| measure.name.to_owned()).collect();
    assert_eq!(documented(), known);
    assert_eq!(known.len(), MEASURES.len(), "each has a name of its own");
}

/// Has everything happen that is counted.
fn live(client: &Client) {
    let list = id(&client.send(&shop::new_list("Metrics")).created());
    client.send(&shop::write(shop::stock(list, "NONE", 0))).created();
    client.send(&shop::place("none", &[shop::line(list, "NONE", 1)])).refused("insufficient_stock");
    let channel = client.made("/api/v1/channels/", &json!({"name": "Metrics"}))["pk"].clone();
    client.read(&format!("/api/v1/channel/{channel}/products/inserts/"));
    client.upload(&format!("/api/v1/stock_list/{list}/excel_import/"), "sku,stock\nA,1\n");
    // It has no token, so that nobody is asked.
    let source =
        json!({"name": "Metrics", "base_url": "http://127.0.0.1:1", "remote_stock_list": 1, "stock_list": list});
    client.made("/api/v1/data_sources/", &source);
}

fn check(database: &str, others: &[&str]) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = ONHAND.start_logging(database, &["--watch-seconds=1", "--log=info"], folder.path());
    let client = Client::sign_in(server.address);
    live(&client);
    let expected: BTreeSet<String> = documented().into_iter().filter(|name| !others.contains(&name.as_str())).collect();
    wait::until(|| {
        let found = exported(&client);
        if found == expected {
            Ok(())
        } else {
            Err(format!("differ: {:?}", found.symmetric_difference(&expected).collect::<Vec<_>>()))
        }
    });
    let text = client.read_text("/metrics");
    for line in [
        "onhand_rejections_total{code=\"insufficient_stock\"} 1",
        "onhand_reservations{state=\"open\"} 0",
        "onhand_imports_ended_total{state=\"completed\"} 1",
        "onhand_discrepancies_active 0",
        "onhand_task_restarts_total{task=\"watch\"} 0",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in {text}");
    }
    assert!(server.stop().success());
    let log = log_of(folder.path());
    let line = log.lines().find(|line| line.contains("insufficient_stock")).unwrap_or_else(|| panic!("{log}"));
    assert!(line.contains("user=\"admin\"") && line.contains("address=127.0.0.1"), "{line}");
}

#[test]
fn a_server_on_a_file_shows_all_that_is_documented() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    check(&file(folder.path()), &OF_SERVER);
}

#[test]
fn a_server_on_postgres_shows_all_that_is_documented() {
    let database = onhand_testbed::database();
    check(database.url(), &OF_FILE);
}

/// What a request names and by which rule it is rejected is in its line; what might be secret is not.
#[test]
fn the_log_names_the_objects_of_a_request() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = ONHAND.start_logging(&file(folder.path()), &["--log=info"], folder.path());
    let client = Client::sign_in(server.address);
    assert_eq!(client.get("/api/v1/orders/4711/?limit=5").status, 400);
    assert_eq!(client.get("/api/v1/channel/99/orders/12/").status, 404);
    assert_eq!(client.get("/api/v1/order_number/a%20b%0Ac/").status, 404);
    assert_eq!(Client::new(server.address, "wrong").get("/api/v1/orders/77/").status, 401);
    assert!(server.stop().success());
    let text = log_of(folder.path());
    for (ids, status) in [("4711", 400), ("99,12", 404), ("a?b?c", 404), ("77", 401)] {
        let words = [format!("ids=\"{ids}\""), format!("status={status}")];
        assert!(text.lines().any(|line| words.iter().all(|word| line.contains(word))), "{ids}: {text}");
    }
    assert!(!text.contains("limit") && !text.contains(client.token()), "{text}");
}

/// Numbers that the database has grow old, and say so; no request waits for them.
#[test]
fn a_database_that_is_away_keeps_nobody_waiting() {
    let cluster = Cluster::start(&Settings::default()).expect("a server");
    let server = ONHAND.start(&cluster.url("postgres"), &["--watch-seconds=1"]);
    let client = Client::new(server.address, "");
    let age = || {
        let text = client.read_text("/metrics");
        let age = text.lines().find_map(|line| line.strip_prefix("onhand_watch_age_seconds ")?.parse::<f64>().ok());
        age.ok_or_else(|| "it was never looked".to_owned())
    };
    wait::until(|| age().map(drop));
    cluster.stop(Mode::Fast).expect("it stops");
    wait::until(|| age().and_then(|age| if age > 3.0 { Ok(()) } else { Err(format!("{age}")) }));
    cluster.start_again().expect("it starts");
    wait::until(|| age().and_then(|age| if age < 3.0 { Ok(()) } else { Err(format!("{age}")) }));
    assert!(server.stop().success());
}
