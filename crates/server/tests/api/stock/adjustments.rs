//! Adjustments of a product stock, and levels that expect another one or say why they are written.

use serde_json::{Value, json};

use crate::shop::{Shop, column, int};

async fn newest(shop: &Shop, stock: i64) -> Value {
    shop.erp.get(&format!("/api/v1/product_stocks/{stock}/movements/")).await.ok()["results"][0].clone()
}

#[tokio::test]
async fn units_are_added_and_taken_whatever_came_between() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let path = format!("/api/v1/product_stocks/{shirt}/adjust/");
    shop.order("SHIRT", 4).await;
    let done = shop.erp.post(&path, json!({"stock_change": 6})).await.ok();
    let movement = newest(&shop, shirt).await;
    assert_eq!(done, json!({"pk": shirt, "movement": movement["pk"], "stock_change": 6, "stock": 16}));
    assert_eq!(shop.figures(shirt).await, [16, 4, 0, 12]);
    let said = json!({"stock_change": -3, "adjustment_reason": "damaged", "note": "wet"});
    shop.erp.post(&format!("/api/i1/product_stock/{shirt}/adjust/"), said).await.ok();
    assert_eq!(shop.figures(shirt).await, [13, 4, 0, 9]);
    let movement = newest(&shop, shirt).await;
    assert_eq!(column(&json!({"results": [movement]}), "adjustment_reason"), [json!("damaged")]);
    assert_eq!(
        (&movement["note"], &movement["reason"], int(&movement["stock_change"])),
        (&json!("wet"), &json!("write"), -3)
    );
    let nothing = shop.erp.post(&path, json!({"stock_change": 0})).await.ok();
    assert_eq!((&nothing["movement"], &nothing["stock"]), (&Value::Null, &json!(13)));
    shop.server.verify().await;
}

#[tokio::test]
async fn an_adjustment_that_cannot_be_done_changes_nothing() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let path = format!("/api/v1/product_stocks/{shirt}/adjust/");
    for (body, field) in [
        (json!({}), "stock_change"),
        (json!({"stock_change": "six"}), "stock_change"),
        (json!({"stock_change": 1.5}), "stock_change"),
        (json!({"stock_change": -11}), "stock_change"),
        (json!({"stock_change": 2_147_483_647}), "stock_change"),
        (json!({"stock_change": 1, "adjustment_reason": "stolen"}), "adjustment_reason"),
        (json!({"stock_change": 1, "note": "x".repeat(201)}), "note"),
        (json!({"stock_change": 1, "expected_stock": -1}), "expected_stock"),
        (json!({"stock_change": 1, "level": 4}), "level"),
    ] {
        shop.erp.post(&path, body).await.faults(&[field]);
    }
    let moved = shop.erp.post(&path, json!({"stock_change": 1, "expected_stock": 9})).await.expect(406);
    assert_eq!((&moved["error_code"], &moved["stored_stock"]), (&json!("unexpected_level"), &json!(10)));
    shop.erp.post("/api/v1/product_stocks/1/adjust/", json!({"stock_change": 1})).await.expect(404);
    assert_eq!(shop.figures(shirt).await, [10, 0, 0, 10]);
}

#[tokio::test]
async fn an_adjustment_that_is_sent_again_is_done_once() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let path = format!("/api/v1/product_stocks/{shirt}/adjust/");
    let (erp, taken) = (shop.erp.clone().with("Idempotency-Key", "one"), json!({"stock_change": -11}));
    erp.post(&path, taken.clone()).await.faults(&["stock_change"]);
    shop.erp.post(&path, json!({"stock_change": 5})).await.ok();
    let done = erp.post(&path, taken.clone()).await.ok();
    assert_eq!(done["stock"], json!(4), "a rejection was not kept");
    assert_eq!(erp.post(&path, taken).await.ok(), done);
    assert_eq!(shop.figures(shirt).await, [4, 0, 0, 4]);
}

#[tokio::test]
async fn a_level_is_written_if_the_one_that_was_seen_is_still_there() {
    let shop = Shop::open().await;
    let seen = |level: i64, expected: i64| json!({"product_sku": "SHIRT", "stock": level, "expected_stock": expected});
    let refused = shop.try_write(seen(10, 3)).await.expect(406);
    assert_eq!((&refused["error_code"], &refused["stored_stock"]), (&json!("unexpected_level"), &json!(0)));
    let shirt = int(&shop.write(seen(10, 0)).await["pk"]);
    shop.order("SHIRT", 2).await;
    shop.server.advance(60);
    let said = json!({"stock": 9, "expected_stock": 10, "adjustment_reason": "counted", "note": "shelf B4"});
    shop.erp.patch(&format!("/api/v1/product_stocks/{shirt}/"), said).await.ok();
    let movement = newest(&shop, shirt).await;
    assert_eq!((&movement["adjustment_reason"], &movement["note"]), (&json!("counted"), &json!("shelf B4")));
    let moved =
        shop.erp.patch(&format!("/api/i1/product_stock/{shirt}/"), json!({"stock": 8, "expected_stock": 10})).await;
    assert_eq!(moved.expect(406)["stored_stock"], json!(9));
    let rows = json!([
        {"product_sku": "BELT", "stock_list": shop.list, "stock": 5},
        {"product_sku": "SHIRT", "stock_list": shop.list, "stock": 8, "expected_stock": 10},
    ]);
    let faults = shop.erp.post("/api/v1/product_stock/", rows).await.expect(400);
    assert_eq!((&faults[0], faults[1]["expected_stock"].is_array()), (&json!({}), true));
    assert_eq!(shop.figures(shirt).await, [9, 2, 0, 7]);
    shop.server.verify().await;
}

/// The names of issue trackers and of the first clients mean the same.
#[tokio::test]
async fn an_adjustment_has_either_name_of_each_field() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let path = format!("/api/v1/product_stocks/{shirt}/adjust/");
    let done = shop.erp.post(&path, json!({"difference": -3, "reason": "damaged", "note": "wet"})).await.ok();
    assert_eq!((&done["stock_change"], &done["stock"]), (&json!(-3), &json!(7)));
    assert_eq!(newest(&shop, shirt).await["adjustment_reason"], json!("damaged"));
    shop.erp.post(&path, json!({"difference": -8})).await.faults(&["difference"]);
    shop.erp.post(&path, json!({"difference": 1, "stock_change": 1})).await.faults(&["difference"]);
    let both = json!({"difference": 1, "reason": "lost", "adjustment_reason": "lost"});
    shop.erp.post(&path, both).await.faults(&["reason"]);
    assert_eq!(shop.figures(shirt).await, [7, 0, 0, 7]);
}

#[tokio::test]
async fn many_adjustments_are_done_all_or_none() {
    let shop = Shop::open().await;
    let (shirt, hat) = (shop.stock("SHIRT", 10).await, shop.stock("HAT", 2).await);
    let path = "/api/v1/product_stocks/adjust/";
    shop.erp.post("/api/v1/product_stocks/adjust/", json!({})).await.faults(&["product_stock"]);
    let by_sku = |units: i64| json!({"product_sku": "HAT", "stock_list": shop.list, "difference": units});
    let before = shop.server.dump().await;
    let rows = json!([
        {"product_stock": shirt, "difference": -4, "expected": {"stock": 10}},
        by_sku(-3),
        {"product_stock": 1, "difference": 1},
        {"product_stock": shirt, "difference": 1, "expected": {"stock": 6}},
        {"product_sku": "NEW", "stock_list": shop.list, "difference": 1},
    ]);
    let faults = shop.erp.post(path, rows).await.expect(400);
    let named: Vec<Vec<&String>> = faults
        .as_array()
        .expect("one entry per row")
        .iter()
        .map(|row| row.as_object().expect("faults").keys().collect())
        .collect();
    let stale = vec!["current", "error_code", "expected"];
    let mut found = named.clone();
    found[3].sort();
    assert_eq!(found, [vec![], vec!["difference"], vec!["product_stock"], stale, vec!["product_sku"]]);
    assert_eq!(faults[3]["current"]["stock"], json!(10));
    let wrong = json!([
        {"difference": 1},
        {"product_stock": shirt, "product_sku": "SHIRT", "stock_list": shop.list, "difference": 1},
        {"product_stock": shirt},
        {"product_stock": shirt, "difference": 1, "reason": "stolen"},
    ]);
    let faults = shop.erp.post(path, wrong).await.expect(400);
    assert!(faults[0]["product_stock"].is_array() && faults[1]["product_stock"].is_array(), "{faults}");
    assert!(faults[2]["stock_change"].is_array(), "{faults}");
    let unknown = json!([{"product_stock": shirt, "difference": 1, "reason": "stolen"}]);
    assert!(shop.erp.post(path, unknown).await.expect(400)[0]["reason"].is_array());
    assert_eq!(shop.server.dump().await, before);

    let rows = json!([{"product_stock": shirt, "difference": -4, "reason": "lost"}, by_sku(3), by_sku(-5)]);
    let once = shop.erp.clone().with("Idempotency-Key", "all");
    let done = once.post(path, rows.clone()).await.ok();
    assert_eq!((&done[0]["stock"], &done[1]["stock"], &done[2]["stock"]), (&json!(6), &json!(5), &json!(0)));
    assert_eq!(once.post(path, rows).await.ok(), done);
    assert_eq!((shop.figures(shirt).await, shop.figures(hat).await), ([6, 0, 0, 6], [0, 0, 0, 0]));
    shop.erp.post(path, json!([])).await.faults(&["non_field_errors"]);
    assert_eq!(shop.erp.post(path, by_sku(1)).await.ok()["stock"], json!(1));
    shop.server.verify().await;
}
