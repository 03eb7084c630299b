//! Bulk edits: which stocks they are about, what is applied of them, and what came in between.

use onhand::auth::Role;
use serde_json::{Value, json};

use crate::files::{counts, errors, finished, key};
use crate::shop::Shop;

/// Sends a bulk edit of the shop's list; the status of its dry run at the end.
async fn bulk(shop: &Shop, body: Value) -> Value {
    let answer = shop.erp.post(&format!("/api/v1/stock_list/{}/bulk/", shop.list), body).await.ok();
    finished(&shop.erp, key(&answer)).await
}

async fn levels(shop: &Shop, skus: &[&str]) -> Vec<i64> {
    let mut levels = Vec::new();
    for sku in skus {
        levels.push(shop.of_sku(sku).await.expect("it is there")[0]);
    }
    levels
}

#[tokio::test]
async fn a_difference_is_added_to_what_is_there_when_it_is_applied() {
    let shop = Shop::open().await;
    let (a, b, c) = (shop.stock("A", 10).await, shop.stock("B", 2).await, shop.stock("C", 5).await);
    let other = shop.list_with(json!({})).await;
    shop.write(json!({"product_sku": "A", "stock": 1, "stock_list": other})).await;
    let said = bulk(&shop, json!({"stocks": [a, b, a], "add": -3})).await;
    assert_eq!((counts(&said), errors(&said)), ([0, 1, 0, 1], vec![(2, "below_zero")]), "{said}");
    assert_eq!(
        (&said["task"], &said["mode"], &said["file_name"]),
        (&json!("dry_run"), &json!("adjust"), &json!("Bulk edit: -3"))
    );
    assert_eq!(levels(&shop, &["A", "B", "C"]).await, [10, 2, 5], "a dry run changes nothing");

    let said = bulk(&shop, json!({"filter": {}, "add": 10})).await;
    assert_eq!((counts(&said), &said["total"]), ([0, 3, 0, 0], &json!(3)));
    // Meanwhile somebody writes one level and an order takes units of another stock: nothing of that is lost.
    shop.server.advance(10);
    shop.stock("A", 4).await;
    shop.order("C", 2).await;
    let applied = shop.follow(&said, "apply", json!({})).await;
    assert_eq!(counts(&applied), [0, 3, 0, 0], "{applied}");
    assert_eq!(shop.figures(a).await, [14, 0, 0, 14]);
    assert_eq!(shop.figures(c).await, [15, 2, 0, 13]);
    shop.order("B", 1).await;
    let undone = shop.follow(&applied, "undo", json!({})).await;
    assert_eq!(counts(&undone), [0, 2, 0, 1], "the stock that was ordered since is left: {undone}");
    assert_eq!(
        (shop.figures(a).await[0], shop.figures(b).await, shop.figures(c).await),
        (4, [12, 1, 0, 11], [5, 2, 0, 3])
    );
    shop.server.verify().await;
}

#[tokio::test]
async fn a_level_is_set_where_nobody_has_written_since() {
    let shop = Shop::open().await;
    let (a, b) = (shop.stock("A", 10).await, shop.stock("B", 7).await);
    let said = bulk(&shop, json!({"stocks": [a, b], "set": 7})).await;
    assert_eq!(counts(&said), [0, 1, 1, 0]);
    shop.server.advance(10);
    shop.order("A", 1).await;
    let applied = shop.follow(&said, "apply", json!({})).await;
    assert_eq!((counts(&applied), shop.figures(a).await), ([0, 1, 1, 0], [7, 1, 0, 6]), "an order is no write");
    let said = bulk(&shop, json!({"stocks": [a], "set": 9})).await;
    shop.server.advance(10);
    shop.stock("A", 20).await;
    let applied = shop.follow(&said, "apply", json!({})).await;
    assert_eq!((counts(&applied), errors(&applied)), ([0, 0, 0, 1], vec![(1, "stale_row")]), "{applied}");
    assert_eq!(shop.figures(a).await[0], 20);
}

#[tokio::test]
async fn a_filter_says_which_stocks_of_a_long_list_are_meant() {
    let shop = Shop::open().await;
    let skus = (0..700).map(|at| format!("{}-{at:03}", if at % 2 == 0 { "COAT" } else { "SOCK" }));
    let rows: Vec<Value> = skus.map(|sku| json!({"product_sku": sku, "stock_list": shop.list, "stock": 5})).collect();
    shop.erp.post("/api/v1/product_stock/", json!(rows)).await.created();
    let said = bulk(&shop, json!({"filter": {"product_sku__startswith": "SOCK-"}, "add": 1})).await;
    assert_eq!((counts(&said), &said["total"]), ([0, 350, 0, 0], &json!(350)));
    let all = bulk(&shop, json!({"filter": {}, "set": 0})).await;
    assert_eq!((counts(&all), &all["total"]), ([0, 700, 0, 0], &json!(700)));
    let applied = shop.follow(&said, "apply", json!({})).await;
    assert_eq!(counts(&applied), [0, 350, 0, 0]);
    assert_eq!(levels(&shop, &["COAT-000", "SOCK-001", "SOCK-699", "COAT-698"]).await, [5, 6, 6, 5]);
    assert_eq!(counts(&bulk(&shop, json!({"filter": {"product_sku__startswith": "NONE"}, "add": 1})).await), [0; 4]);
    let result = format!("/api/v1/stock_list/{}/excel_import/{}/result/", shop.list, key(&applied));
    let file = shop.erp.raw(&result).await.text().await.expect("a file");
    assert_eq!(file.lines().count(), 351, "{file}");
    shop.server.verify().await;
}

#[tokio::test]
async fn what_is_not_meant_for_sure_is_rejected() {
    let shop = Shop::open().await;
    let a = shop.stock("A", 10).await;
    let other = shop.list_with(json!({})).await;
    let foreign = crate::shop::id(&shop.write(json!({"product_sku": "A", "stock": 1, "stock_list": other})).await);
    let path = format!("/api/v1/stock_list/{}/bulk/", shop.list);
    let post = async |body: Value| shop.erp.post(&path, body).await;
    post(json!({})).await.faults(&["stocks", "set"]);
    post(json!({"stocks": [a], "filter": {}, "set": 1, "add": 1})).await.faults(&["stocks", "set"]);
    post(json!({"stocks": [], "add": 1})).await.faults(&["stocks"]);
    post(json!({"stocks": [a, foreign], "add": 1})).await.faults(&["stocks"]);
    post(json!({"stocks": (1..=1_001).collect::<Vec<i64>>(), "add": 1})).await.faults(&["stocks"]);
    post(json!({"stocks": [a], "add": 0})).await.faults(&["add"]);
    post(json!({"stocks": [a], "set": -1})).await.faults(&["set"]);
    post(json!({"stocks": [a], "add": 2_147_483_648_i64})).await.faults(&["add"]);
    post(json!({"filter": {"sku": "A"}, "add": 1})).await.expect(400);
    shop.erp.post("/api/v1/stock_list/999/bulk/", json!({"filter": {}, "add": 1})).await.expect(404);
    let viewer = shop.server.client(Role::Viewer).await;
    viewer.post(&path, json!({"filter": {}, "add": 1})).await.expect(403);
    assert_eq!(levels(&shop, &["A"]).await, [10]);
}
