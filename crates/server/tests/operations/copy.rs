//! `onhand copy`: the server on the copy answers as the one on the original did, and goes on from there.

use std::collections::BTreeSet;
use std::process::Stdio;

use onhand_testbed::database;
use onhand_testkit::blocking::Client;
use onhand_testkit::program::file;
use onhand_testkit::shop;
use serde_json::{Value, json};

use crate::ONHAND;
use crate::behind;

const SKU: &str = "GÖMLEK-M";

/// Links in answers do not say which server gave them.
const PUBLIC: &str = "--public-url=http://onhand.example";

/// Fills a database as a shop does; a token for it.
fn fill(url: &str) -> String {
    let server = ONHAND.start(url, &["--demo", "--demo-still", PUBLIC]);
    let client = Client::sign_in(server.address);
    let list = client.made("/api/v1/stock_list/", &json!({"name": "Türkiye ☂", "code": null}))["pk"].clone();
    client.send(&shop::write(shop::stock(&list, SKU, 52))).created();
    let line = json!({"product_sku": SKU, "stock_list": list, "quantity": 2});
    client.made("/api/v1/reservations/", &json!({"reference": "sepet ☂", "expires_in": 86_400, "lines": [line]}));
    for number in 0..30 {
        let order = place(&client, &format!("C-{number}"), &list);
        let item = &order["order_items"][0]["pk"];
        match number % 3 {
            0 => {
                let code = json!({"code": format!("ERP-{number}"), "update_stock": true});
                client.made(&format!("/api/i1/order_items/{item}/create_mapping/"), &code);
            }
            1 => {
                let cancelled =
                    client.post(&format!("/api/v1/orders/{}/cancel/", order["pk"]), &json!({"is_all": true}));
                assert_eq!(cancelled.status, 200);
            }
            _ => {}
        }
    }
    let token = client.token().to_owned();
    assert!(server.stop().success());
    token
}

fn place(client: &Client, number: &str, list: &Value) -> Value {
    client.send(&shop::place(number, &[shop::line(list, SKU, 1)])).created()
}

/// Every list that the server's own description has, but for the one of tokens: it shows that one was used just now.
/// Files, the status of an import, searches, questions, the stream of events and who is signed in are no lists.
fn lists(client: &Client) -> Vec<String> {
    let description = client.read("/api/schema/");
    let paths = description["paths"].as_object().expect("it has paths").iter();
    let read =
        paths.filter(|(path, methods)| path.starts_with("/api/") && !path.contains('{') && methods["get"].is_object());
    let is_other = |path: &String| {
        ["/tokens/", "/active_user/", "/excel_", "/export/", "/query-", "/search/", "/events/"]
            .iter()
            .any(|part| path.contains(part))
    };
    read.map(|(path, _)| path.clone()).filter(|path| !is_other(path)).collect()
}

/// Both servers' answers, which must be the same.
fn both(one: &Client, other: &Client, path: &str) -> Value {
    let (one, other) = (one.read_text(path), other.read_text(path));
    assert_eq!(one, other, "{path}");
    one.parse().unwrap_or_default()
}

/// Reads every page of every list, and every row by itself; how many rows there were.
fn compare(one: &Client, other: &Client) -> usize {
    let mut rows = 0;
    for list in lists(one) {
        for page in 1.. {
            let answer = both(one, other, &format!("{list}?limit=40&page={page}"));
            for row in answer["results"].as_array().into_iter().flatten() {
                rows += 1;
                let id = row.get("pk").or(row.get("id")).unwrap_or(&Value::Null);
                let path = format!("{list}{id}/");
                if one.get(&path).status == 200 {
                    both(one, other, &path);
                }
                if list == "/api/v1/product_stocks/" {
                    both(one, other, &format!("{path}movements/"));
                }
            }
            if !answer["next"].is_string() {
                break;
            }
        }
    }
    rows
}

#[test]
fn a_copy_answers_as_the_original_and_goes_on() {
    let (folder, target) = (tempfile::tempdir().expect("a temporary folder"), database());
    let source = file(folder.path());
    let token = fill(&source);
    let told = ONHAND.done(&source, &["copy", "--from", &source, "--to", target.url()]);
    assert!(told.lines().any(|line| line == "sales_order\t60") && told.ends_with(" rows, 0 differences\n"), "{told}");

    let (before, after) = (ONHAND.start(&source, &[PUBLIC]), ONHAND.start(target.url(), &[PUBLIC]));
    let (one, other) = (Client::new(before.address, &token), Client::new(after.address, &token));
    let rows = compare(&one, &other);
    assert!(rows > 500, "only {rows} rows were compared");

    let ids = |client: &Client| -> BTreeSet<i64> {
        let orders = client.read("/api/v1/orders/?limit=1000");
        orders["results"].as_array().expect("a list").iter().filter_map(|order| order["pk"].as_i64()).collect()
    };
    let known = ids(&other);
    let list = &other.read("/api/v1/product_stocks/?product_sku=GÖMLEK-M")["results"][0]["stock_list"];
    let new: BTreeSet<i64> =
        (0..30).map(|number| place(&other, &format!("N-{number}"), list)["pk"].as_i64().expect("a pk")).collect();
    assert!(new.len() == 30 && new.is_disjoint(&known), "new ones are new: {new:?}");
    assert_eq!(ids(&other).len(), known.len() + 30);
    let again = other.send(&shop::place("C-0", &[shop::line(list, SKU, 1)]));
    assert_eq!(again.status, 400, "a number that was taken before is still taken");
    other.made("/api/v1/stock_list/", &json!({"name": "After the copy"}));
    assert!(before.stop().success() && after.stop().success());
    ONHAND.verified(target.url());
}

#[test]
fn a_copy_that_is_killed_leaves_nothing_and_is_simply_repeated() {
    let (folder, target) = (tempfile::tempdir().expect("a temporary folder"), database());
    let source = file(folder.path());
    fill(&source);
    ONHAND.done(target.url(), &["migrate"]);
    let arguments = ["copy", "--from", &source, "--to", target.url()];
    behind::hold(&target, behind::WRITING_MOVEMENTS, || {
        let mut copying =
            ONHAND.command(&source, &arguments).stderr(Stdio::null()).spawn().expect("the program starts");
        behind::await_waiting(&target, "relation", 1);
        copying.kill().expect("it runs");
        copying.wait().expect("it is ours");
    });
    assert_eq!(behind::stocks_and_orders(&target), "0|0");
    assert!(ONHAND.done(&source, &arguments).ends_with(" rows, 0 differences\n"));
    assert_eq!(behind::stocks_and_orders(&target), "151|60");

    let full = ONHAND.run(&source, &arguments);
    assert_eq!((full.code, full.err.lines().count()), (Some(1), 1), "{full:?}");
    assert!(full.err.contains("the target is not empty") && !full.err.contains(":onhand@"), "{full:?}");
}
