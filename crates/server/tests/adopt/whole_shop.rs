//! A second real Onhand is adopted: as much is available of every stock, whatever comes between.

use std::io::{BufRead as _, BufReader};

use onhand_testkit::json::{id, int, rows};
use onhand_testkit::shop;
use serde_json::json;

use crate::ONHAND;
use crate::real_shop::{LARGE, RealShop};
use crate::target::{Target, all, counts, stocks};

#[test]
fn as_much_is_available_as_there() {
    let there = RealShop::open();
    let (expected, lines) = (stocks(&there.client, "adjusted_stock"), all(&there.client, "/api/v1/orders/"));
    assert!(expected.len() > LARGE);
    let open = |status: &str| ["50", "200", "300", "350", "400", "425", "450"].contains(&status);
    let is_open = |order: &&serde_json::Value| open(order["status"].as_str().expect("a status"));
    let open_there = lines.iter().filter(is_open).count();
    for target in Target::of_each_engine() {
        let (code, report) = target.reported(there.server.address, there.client.token());
        assert_eq!((code, &report["differences"]), (0, &json!(0)), "{report}");
        assert_eq!(counts(&report, "open orders"), [open_there as i64, 0, 0, 0], "{report}");
        target.read(|client| {
            assert_same(&stocks(client, "adjusted_stock"), &expected);
            let orders = all(client, "/api/v1/orders/");
            assert_eq!(orders.len(), open_there);
            // What is in the channel's feed is the same shop.
            assert_eq!(all(client, "/api/v1/channels/").len(), all(&there.client, "/api/v1/channels/").len());
            assert_eq!(all(client, "/api/v1/products/").len(), all(&there.client, "/api/v1/products/").len());
        });
        let (code, again) = target.reported(there.server.address, there.client.token());
        assert_eq!(code, 0, "{again}");
        for kind in rows(&again["kinds"]) {
            assert_eq!((&kind["taken"], &kind["changed"]), (&json!(0), &json!(0)), "{kind}");
        }
    }
}

fn assert_same<K: Ord + std::fmt::Debug>(
    here: &std::collections::BTreeMap<K, i64>,
    there: &std::collections::BTreeMap<K, i64>,
) {
    let differing: Vec<_> = there.iter().filter(|(key, units)| here.get(key) != Some(units)).take(5).collect();
    assert!(differing.is_empty(), "{differing:?}");
    assert_eq!(here.len(), there.len());
}

#[test]
fn a_run_that_is_killed_is_taken_up_by_the_next() {
    let there = RealShop::open();
    let expected = stocks(&there.client, "adjusted_stock");
    for target in Target::of_each_engine() {
        for label in ["products: ", "open orders: ", "product stocks: ", "product stocks: 7"] {
            let mut command = target.command(there.server.address, there.client.token(), &[]);
            let mut running = command.spawn().expect("the program starts");
            let mut told = BufReader::new(running.stderr.take().expect("it is piped")).lines().map_while(Result::ok);
            assert!(told.any(|line| line.starts_with(label)), "it ended before {label}");
            running.kill().expect("it is ours");
            running.wait().expect("it is ours");
            ONHAND.verified(&target.url());
        }
        let (code, report) = target.reported(there.server.address, there.client.token());
        assert_eq!((code, &report["differences"]), (0, &json!(0)), "{report}");
        target.read(|client| {
            assert_same(&stocks(client, "adjusted_stock"), &expected);
            let mut numbers: Vec<String> =
                all(client, "/api/v1/orders/").iter().map(|one| one["number"].to_string()).collect();
            let count = numbers.len();
            numbers.sort();
            numbers.dedup();
            assert_eq!(numbers.len(), count, "no order is here twice");
        });
    }
}

#[test]
fn a_shop_that_goes_on_is_caught_up_with() {
    let there = RealShop::open();
    let target = Target::file();
    assert_eq!(target.reported(there.server.address, there.client.token()).0, 0);
    let list = all(&there.client, "/api/v1/stock_list/").iter().find(|list| list["name"] == "Large").map(id);
    let list = list.expect("the large list");
    // A new order, one that is registered, one that is cancelled, a level, a stock.
    there.client.send(&shop::place("N-1", &[shop::line(list, "L-2049", 3)])).created();
    let order = there.client.read("/api/v1/orders/?number=R-4")["results"][0].clone();
    let code = json!({"code": "N-ERP"});
    there.client.made(&format!("/api/i1/order_items/{}/create_mapping/", id(&order["order_items"][0])), &code);
    let order = there.client.read("/api/v1/orders/?number=R-5")["results"][0].clone();
    there.client.post(&format!("/api/v1/orders/{}/cancel/", id(&order)), &json!({"is_all": true})).ok();
    assert_eq!(there.client.send(&shop::write(shop::stock(list, "L-1000", 99))).status, 200);
    there.client.send(&shop::write(shop::stock(list, "L-NEW", 4))).created();
    let (code, report) = target.reported(there.server.address, there.client.token());
    assert_eq!((code, int(&report["differences"])), (0, 0), "{report}");
    assert_eq!(counts(&report, "open orders")[0], 1, "{report}");
    let expected = stocks(&there.client, "adjusted_stock");
    target.read(|client| {
        assert_same(&stocks(client, "adjusted_stock"), &expected);
        let order = client.read("/api/v1/orders/?number=R-5")["results"][0].clone();
        assert_eq!(order["status"], "100", "{order}");
    });
}
