//! The reservation from order to settlement: each line of the table in docs/data-model.md, through the API.
//!
//! Numbers are `[stock, sold_quantity_unreported, reported_quantity, adjusted_stock]`. Every test ends with a proof
//! that all numbers add up.

use serde_json::json;

use crate::shop::{Shop, id, item, items};

#[tokio::test]
async fn an_order_holds_a_release_reports_and_the_next_figure_settles() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 0, 10]);
    let order = shop.order("SHIRT", 3).await;
    assert_eq!(shop.figures(shirt).await, [10, 3, 0, 7]);
    shop.release(item(&order)).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 3, 7], "sold units are not offered again");
    shop.server.advance(60);
    shop.write(json!({"product_sku": "SHIRT", "stock": 7})).await;
    assert_eq!(shop.figures(shirt).await, [7, 0, 0, 7]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_figure_counts_what_is_still_held() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let (first, _second) = (shop.order("SHIRT", 3).await, shop.order("SHIRT", 2).await);
    shop.release(item(&first)).await;
    shop.server.advance(60);
    shop.write(json!({"product_sku": "SHIRT", "stock": 20})).await;
    assert_eq!(shop.figures(shirt).await, [20, 2, 0, 18], "the second order is unknown to the ERP");
    shop.server.verify().await;
}

#[tokio::test]
async fn a_figure_taken_before_the_release_settles_nothing() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    shop.server.advance(60);
    let taken = shop.server.time(0);
    let order = shop.order("SHIRT", 4).await;
    shop.server.advance(60);
    shop.release(item(&order)).await;
    shop.write(json!({"product_sku": "SHIRT", "stock": 10, "snapshot_at": taken})).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 4, 6]);
    shop.server.advance(60);
    shop.write(json!({"product_sku": "SHIRT", "stock": 6, "snapshot_at": shop.server.time(0)})).await;
    assert_eq!(shop.figures(shirt).await, [6, 0, 0, 6]);
    shop.server.verify().await;
}

/// Neither order of arrival oversells, nor counts units twice.
#[tokio::test]
async fn a_line_registered_before_the_stored_figure_settles_at_once() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let order = shop.order("SHIRT", 4).await;
    shop.server.advance(60);
    let registered = shop.server.time(0);
    shop.server.advance(60);
    shop.write(json!({"product_sku": "SHIRT", "stock": 6})).await;
    assert_eq!(shop.figures(shirt).await, [6, 4, 0, 2]);
    shop.try_release(item(&order), json!({"registered_at": registered})).await.created();
    assert_eq!(shop.figures(shirt).await, [6, 0, 0, 6]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_cancellation_before_the_release_gives_the_hold_back() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let order = shop.order("SHIRT", 4).await;
    let cancelled = shop.cancel(&order).await;
    assert_eq!((&cancelled["status"], &cancelled["order_items"][0]["status"]), (&json!("100"), &json!("100")));
    assert_eq!(shop.figures(shirt).await, [10, 0, 0, 10]);
    shop.cancel(&order).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 0, 10], "a cancellation repeated changes nothing");
    shop.try_release(item(&order), json!({})).await.created();
    assert_eq!(shop.figures(shirt).await, [10, 0, 0, 10], "there is nothing left to release");
    shop.server.verify().await;
}

#[tokio::test]
async fn a_cancellation_after_the_release_gives_back_what_no_figure_contains() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let order = shop.order("SHIRT", 4).await;
    shop.release(item(&order)).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 4, 6]);
    shop.cancel(&order).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 0, 10]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_cancellation_after_a_newer_figure_leaves_it_to_the_next_one() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let order = shop.order("SHIRT", 4).await;
    shop.release(item(&order)).await;
    shop.server.advance(60);
    shop.write(json!({"product_sku": "SHIRT", "stock": 6})).await;
    shop.cancel(&order).await;
    assert_eq!(shop.figures(shirt).await, [6, 0, 0, 6], "the ERP's next figure says");
    shop.server.verify().await;
}

#[tokio::test]
async fn a_release_repeated_changes_nothing() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let order = shop.order("SHIRT", 4).await;
    let mapping = shop.release(item(&order)).await;
    let movements = shop.server.movements().await;
    assert_eq!(shop.release(item(&order)).await, mapping);
    shop.server.advance(60);
    assert_eq!(shop.release(item(&order)).await, mapping);
    assert_eq!(shop.figures(shirt).await, [10, 0, 4, 6]);
    assert_eq!(shop.server.movements().await, movements);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_stale_figure_is_refused_and_changes_nothing() {
    let shop = Shop::open().await;
    shop.server.advance(3_600);
    let shirt = shop.stock("SHIRT", 10).await;
    let before = shop.server.dump().await;
    let stale = json!({"product_sku": "SHIRT", "stock": 99, "snapshot_at": shop.server.time(-60)});
    let refusal = shop.try_write(stale).await.refused("stale_snapshot");
    assert_eq!(refusal["stored_snapshot_at"], json!(shop.server.time(0)));
    let stale = json!({"stock": 99, "snapshot_at": shop.server.time(-1)});
    shop.erp.patch(&format!("/api/v1/product_stock/{shirt}/"), stale).await.refused("stale_snapshot");
    let row = json!({
        "product_sku": "SHIRT", "stock_list": shop.list, "stock": 99, "snapshot_at": shop.server.time(-1),
    });
    let fine = json!({"product_sku": "OTHER", "stock_list": shop.list, "stock": 1});
    let faults = shop.erp.post("/api/v1/product_stock/", json!([fine, row])).await.expect(400);
    assert_eq!(faults[0], json!({}));
    assert!(faults[1]["snapshot_at"].is_array(), "{faults}");
    assert_eq!(shop.server.dump().await, before);
}

/// A time that lies far ahead would make every later level stale.
#[tokio::test]
async fn a_figure_from_the_future_is_refused() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let ahead = json!({"product_sku": "SHIRT", "stock": 9, "snapshot_at": shop.server.time(3_600)});
    shop.try_write(ahead).await.faults(&["snapshot_at"]);
    let order = shop.order("SHIRT", 1).await;
    let ahead = json!({"registered_at": shop.server.time(3_600)});
    shop.try_release(item(&order), ahead).await.faults(&["registered_at"]);
    assert_eq!(shop.figures(shirt).await, [10, 1, 0, 9]);
}

#[tokio::test]
async fn a_lists_delay_makes_figures_older_than_their_arrival() {
    let shop = Shop::open().await;
    let list = shop.list_with(json!({"snapshot_delay_seconds": 600})).await;
    let write = |figure: i64| json!({"product_sku": "SHIRT", "stock_list": list, "stock": figure});
    let shirt = id(&shop.write(write(10)).await);
    shop.server.advance(3_600);
    let line = json!({"product_sku": "SHIRT", "stock_list": list, "quantity": 4});
    let order = shop.try_order(json!({"order_items": [line]})).await.created();
    shop.release(item(&order)).await;
    shop.server.advance(599);
    shop.write(write(10)).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 4, 6], "taken a second before the release");
    shop.server.advance(2);
    shop.write(write(6)).await;
    assert_eq!(shop.figures(shirt).await, [6, 0, 0, 6], "taken a second after it");
    shop.server.verify().await;
}

/// Through every entry point: what is older by its list's delay is as stale as what says so.
#[tokio::test]
async fn a_figure_that_is_older_by_its_lists_delay_is_rejected_through_every_entry_point() {
    let shop = Shop::open().await;
    let path = format!("/api/v1/stock_list/{}/", shop.list);
    shop.erp.patch(&path, json!({"snapshot_delay_seconds": 600})).await.ok();
    let stored = shop.server.time(0);
    let shirt = id(&shop.write(json!({"product_sku": "SHIRT", "stock": 8, "snapshot_at": stored})).await);
    shop.server.advance(599);
    let (row, of_shirt) = (json!({"product_sku": "SHIRT", "stock": 10}), format!("/api/i1/product_stock/{shirt}/"));
    let single = shop.try_write(row.clone()).await.refused("stale_snapshot");
    assert_eq!(single["stored_snapshot_at"], json!(stored));
    shop.erp.patch(&of_shirt, json!({"stock": 10})).await.refused("stale_snapshot");
    let many = json!([{"product_sku": "SHIRT", "stock": 10, "stock_list": shop.list}]);
    let said = shop.erp.post("/api/v1/product_stock/", many).await.expect(400);
    assert!(said[0]["snapshot_at"].is_array(), "{said}");
    for options in [&[][..], &[("mode", "replace")], &[("dry_run", "true")]] {
        let status = shop.import("sku,stock\nSHIRT,10\n", options).await;
        assert_eq!(status["errors"][0]["error_code"], json!("stale_snapshot"), "{status}");
    }
    // What writes no level is not old.
    shop.erp.patch(&of_shirt, json!({"unit_type": "kg"})).await.ok();
    assert_eq!(shop.figures(shirt).await, [8, 0, 0, 8]);
    shop.server.advance(1);
    shop.erp.patch(&of_shirt, json!({"stock": 7})).await.ok();
    // Two of them in a row do not reject each other, though the clock goes back and the delay grows between.
    shop.server.advance(-60);
    shop.write(json!({"product_sku": "SHIRT", "stock": 6})).await;
    shop.erp.patch(&path, json!({"snapshot_delay_seconds": 3_600})).await.ok();
    assert_eq!(shop.import("sku,stock\nSHIRT,5\n", &[]).await["fail_count"], json!(0));
    assert_eq!(shop.figures(shirt).await, [5, 0, 0, 5]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_list_can_release_at_once() {
    let shop = Shop::open().await;
    let list = shop.list_with(json!({"release_mode": "immediate"})).await;
    let shirt = id(&shop.write(json!({"product_sku": "SHIRT", "stock_list": list, "stock": 10})).await);
    let line = json!({"product_sku": "SHIRT", "stock_list": list, "quantity": 4});
    let order = shop.try_order(json!({"order_items": [line]})).await.created();
    shop.release(item(&order)).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 0, 10], "the literal reading of contract 6.2");
    shop.cancel(&order).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 0, 10], "what was given back is not given back twice");
    shop.server.verify().await;
}

#[tokio::test]
async fn what_was_sold_elsewhere_is_kept_beside_the_open_holds() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 100).await;
    let order = shop.order("SHIRT", 10).await;
    let written = shop.write(json!({"product_sku": "SHIRT", "sold_quantity_unreported": 25})).await;
    assert_eq!(written["sold_quantity_unreported"], json!(25), "echoed as written");
    assert_eq!(shop.figures(shirt).await, [100, 25, 0, 75]);
    shop.release(item(&order)).await;
    assert_eq!(shop.figures(shirt).await, [100, 15, 10, 75], "what was sold elsewhere stays held");
    shop.order("SHIRT", 5).await;
    let written = shop.write(json!({"product_sku": "SHIRT", "sold_quantity_unreported": 0})).await;
    assert_eq!(written["sold_quantity_unreported"], json!(5), "raised to the open holds, and said so");
    assert_eq!(shop.figures(shirt).await, [100, 5, 10, 85]);
    shop.write(json!({"product_sku": "SHIRT", "sold_quantity_unreported": 5})).await;
    assert_eq!(shop.figures(shirt).await, [100, 5, 10, 85]);
    shop.server.verify().await;
}

#[tokio::test]
async fn an_order_is_held_whole_or_not_at_all() {
    let shop = Shop::open().await;
    let (shirt, belt) = (shop.stock("SHIRT", 10).await, shop.stock("BELT", 1).await);
    let before = shop.server.dump().await;
    let lines = json!([shop.line("SHIRT", 2), shop.line("BELT", 2), shop.line("SHIRT", 9)]);
    let refusal = shop.try_order(json!({"order_items": lines})).await.refused("insufficient_stock");
    let short = |sku: &str, asked: i64, available: i64| json!({"product_sku": sku, "stock_list": shop.list, "asked": asked, "available": available});
    assert_eq!(refusal["items"], json!([short("SHIRT", 11, 10), short("BELT", 2, 1)]), "the same SKU counts twice");
    assert_eq!(shop.server.dump().await, before);
    let lines = json!([shop.line("SHIRT", 2), shop.line("BELT", 1), shop.line("SHIRT", 8)]);
    let order = shop.try_order(json!({"order_items": lines})).await.created();
    assert_eq!(items(&order).len(), 3);
    assert_eq!(shop.figures(shirt).await, [10, 10, 0, 0]);
    assert_eq!(shop.figures(belt).await, [1, 1, 0, 0]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_marketplace_order_that_does_not_fit_is_held_and_marked() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 3).await;
    let market = shop.channel("accept").await;
    let lines = json!([shop.line("SHIRT", 2), shop.line("SHIRT", 2)]);
    let order = shop.try_order(json!({"channel": market, "order_items": lines})).await.created();
    let oversold: Vec<_> = (0..2).map(|line| order["order_items"][line]["oversold"].clone()).collect();
    assert_eq!(oversold, [json!(false), json!(true)], "the first line fits");
    assert_eq!(shop.figures(shirt).await, [3, 4, 0, 0], "never negative on the wire");
    let page = shop.erp.get("/api/v1/order_items/?oversold=true").await.ok();
    assert_eq!((&page["count"], id(&page["results"][0])), (&json!(1), items(&order)[1]));
    let lines = json!([shop.line("SHIRT", 1)]);
    shop.try_order(json!({"order_items": lines})).await.refused("insufficient_stock");
    let strict = shop.channel("refuse").await;
    let lines = json!([shop.line("SHIRT", 1)]);
    shop.try_order(json!({"channel": strict, "order_items": lines})).await.refused("insufficient_stock");
    shop.server.verify().await;
}

#[tokio::test]
async fn a_line_is_cancelled_by_its_status_too() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let lines = json!([shop.line("SHIRT", 1), shop.line("SHIRT", 2)]);
    let order = shop.try_order(json!({"order_items": lines})).await.created();
    let (one, two) = (items(&order)[0], items(&order)[1]);
    shop.erp.patch(&format!("/api/v1/order_items/{one}/"), json!({"status": "50"})).await.ok();
    assert_eq!(shop.figures(shirt).await, [10, 3, 0, 7], "asked for is not done");
    shop.erp.patch(&format!("/api/v1/order_items/{one}/"), json!({"status": "100"})).await.ok();
    assert_eq!(shop.figures(shirt).await, [10, 2, 0, 8]);
    let back = json!({"status": "400"});
    shop.erp.patch(&format!("/api/v1/order_items/{one}/"), back).await.refused("order_item_cancelled");
    shop.erp.patch(&format!("/api/v1/order_items/{two}/"), json!({"status": 500})).await.ok();
    let gone = json!({"status": "canceled"});
    shop.erp.patch(&format!("/api/v1/order_items/{two}/"), gone).await.refused("order_item_shipped");
    let cancel = json!({"cancel_items": [two]});
    let path = format!("/api/v1/orders/{}/cancel/", id(&order));
    let refusal = shop.erp.post(&path, cancel).await.refused("order_item_shipped");
    assert_eq!(refusal["items"], json!([two]));
    assert_eq!(shop.figures(shirt).await, [10, 2, 0, 8]);
    shop.server.verify().await;
}
