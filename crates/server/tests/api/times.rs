//! Times without an offset, through every entry point: what they mean, and where they are rejected.
//!
//! Promises: a time that stock depends on means what the list's zone or the installation's says, and is rejected where
//! there is neither. Must not know how zones are kept.

use onhand::config::ServeConfig;
use serde_json::{Value, json};

use crate::client::TestServer;
use crate::files::{counts, errors, import_path, key};
use crate::made::xlsx;
use crate::shop::{Shop, id, int, item};
use crate::warehouse::location;

/// The same moment in Istanbul, without its offset, and in UTC.
const LOCAL: &str = "2026-03-01 09:30:00";
const MOMENT: &str = "2026-03-01T06:30:00.000000Z";
/// A day that Excel shows as 2026-03-01 09:30.
const CELL: &str = "46082.395833333336";

async fn in_zone(zone: &'static str) -> Shop {
    let set = |config: &mut ServeConfig| config.time_zone = Some(zone.parse().expect("a zone"));
    Shop::on(TestServer::with(set).await).await
}

async fn set_zone(shop: &Shop, list: i64, zone: Value) -> Value {
    shop.erp.patch(&format!("/api/v1/stock_list/{list}/"), json!({"time_zone": zone})).await.ok()
}

fn says_how(text: &Value) {
    let text = text.to_string();
    assert!(text.contains("no offset") && text.contains("time_zone") && text.contains("ONHAND_TIME_ZONE"), "{text}");
}

/// A workbook whose second column of dates has the style of days with times.
fn book(sku: &str) -> Vec<u8> {
    let header = ["sku", "stock", "snapshot_at"].map(|name| format!("<c t='inlineStr'><is><t>{name}</t></is></c>"));
    let cells = format!("<c t='inlineStr'><is><t>{sku}</t></is></c><c><v>7</v></c><c s='2'><v>{CELL}</v></c>");
    xlsx(&format!("<row>{}</row><row>{cells}</row>", header.concat()))
}

#[tokio::test]
async fn a_list_has_a_time_zone_with_a_name_that_there_is() {
    let shop = Shop::open().await;
    let made =
        shop.erp.post("/api/v1/stock_list/", json!({"name": "A", "time_zone": "europe/istanbul"})).await.created();
    assert_eq!(made["time_zone"], json!("Europe/Istanbul"));
    let list = id(&made);
    for wrong in
        [json!("Istanbul"), json!("+03:00"), json!(3), json!("EST5EDT4"), json!("../etc/passwd"), json!(["UTC"])]
    {
        let path = format!("/api/v1/stock_list/{list}/");
        let said = shop.erp.patch(&path, json!({"time_zone": wrong})).await.faults(&["time_zone"]);
        assert!(said.to_string().contains("Europe/Istanbul"), "says what one looks like: {said}");
    }
    assert_eq!(set_zone(&shop, list, json!("UTC")).await["time_zone"], json!("UTC"));
    for none in [json!(null), json!(" ")] {
        set_zone(&shop, list, json!("Asia/Tokyo")).await;
        assert_eq!(set_zone(&shop, list, none).await["time_zone"], json!(null));
    }
}

#[tokio::test]
async fn without_a_zone_every_entry_point_rejects_a_local_time_and_changes_nothing() {
    let shop = Shop::open().await;
    let (place, place_list) = location(&shop, json!({})).await;
    let shirt = shop.stock("SHIRT", 10).await;
    shop.write(json!({"product_sku": "SHIRT", "stock_list": place_list, "stock": 5})).await;
    let line = item(&shop.order("SHIRT", 4).await);
    let before = shop.server.dump().await;
    let row = json!({"product_sku": "SHIRT", "stock_list": shop.list, "stock": 7, "snapshot_at": LOCAL});
    says_how(&shop.try_write(row.clone()).await.faults(&["snapshot_at"]));
    let many =
        shop.erp.post("/api/v1/product_stock/", json!([row, {"product_sku": "NEW", "stock_list": shop.list}])).await;
    says_how(&many.expect(400)[0]["snapshot_at"]);
    let path = format!("/api/v1/product_stock/{shirt}/");
    let patch = json!({"stock": 7, "snapshot_at": "2026-03-01"});
    says_how(&shop.erp.patch(&path, patch).await.faults(&["snapshot_at"]));
    says_how(&shop.try_release(line, json!({"registered_at": LOCAL})).await.faults(&["registered_at"]));
    let count = json!({"location": place, "counted_at": LOCAL, "lines": [{"sku": "SHIRT", "counted": 1}]});
    says_how(&shop.erp.post("/api/v1/oms/stock-counts/", count).await.faults(&["counted_at"]));
    assert_eq!(shop.server.dump().await, before);

    let file = format!("sku,stock,snapshot_at\nSHIRT,7,{LOCAL}\nCOAT,3,{MOMENT}\n");
    let status = shop.import(&file, &[]).await;
    assert_eq!((counts(&status), &status["time_zone"]), ([1, 0, 0, 1], &json!(null)), "{status}");
    says_how(&status["errors"][0]["error"]);
    assert_eq!((errors(&status), &status["errors"][0]["column"]), (vec![(2, "bad_cell")], &json!("snapshot_at")));
    let status = shop.import(book("SHIRT"), &[]).await;
    says_how(&status["errors"][0]["error"]);
    assert_eq!(shop.figures(shirt).await, [10, 4, 0, 6]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_local_time_is_of_the_lists_zone_or_else_of_the_installations() {
    let shop = in_zone("Asia/Tokyo").await;
    let write = |list: i64| json!({"product_sku": "SHIRT", "stock_list": list, "stock": 7, "snapshot_at": LOCAL});
    let plain = shop.list_with(json!({})).await;
    let istanbul = shop.list_with(json!({"time_zone": "Europe/Istanbul"})).await;
    let written = shop.erp.post("/api/v1/product_stock/", json!([write(plain), write(istanbul)])).await.created();
    assert_eq!(written[0]["snapshot_at"], json!("2026-03-01T00:30:00.000000Z"));
    assert_eq!(written[1]["snapshot_at"], json!(MOMENT));
    assert_eq!(shop.write(write(istanbul)).await["snapshot_at"], json!(MOMENT));
    let path = format!("/api/v1/product_stock/{}/", id(&written[1]));
    let later = json!({"stock": 6, "snapshot_at": "2026-03-01T09:30:01"});
    assert_eq!(shop.erp.patch(&path, later).await.ok()["snapshot_at"], json!("2026-03-01T06:30:01.000000Z"));
    let exact = json!({"stock": 5, "snapshot_at": "2026-03-01T02:00:00-05:00"});
    assert_eq!(shop.erp.patch(&path, exact).await.ok()["snapshot_at"], json!("2026-03-01T07:00:00.000000Z"));
}

/// As it went wrong: an ERP in Istanbul that sends its own time had its levels taken for three hours newer.
#[tokio::test]
async fn an_erp_that_sends_its_own_time_sells_nothing_twice() {
    let shop = Shop::open().await;
    set_zone(&shop, shop.list, json!("Europe/Istanbul")).await;
    let shirt = shop.stock("SHIRT", 10).await;
    shop.server.advance(3_600);
    let first = item(&shop.order("SHIRT", 4).await);
    // It is noon in Istanbul. The line is registered now; the level is taken a moment later.
    shop.try_release(first, json!({"registered_at": "2026-03-01 12:00:00"})).await.created();
    assert_eq!(shop.figures(shirt).await, [10, 0, 4, 6]);
    shop.server.advance(60);
    shop.write(json!({"product_sku": "SHIRT", "stock": 10, "snapshot_at": "2026-03-01 12:00:01"})).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 0, 10], "the ERP's figure has the line in it");
    let second = item(&shop.order("SHIRT", 4).await);
    shop.release(second).await;
    shop.server.advance(60);
    shop.try_write(json!({"product_sku": "SHIRT", "stock": 10, "snapshot_at": "2026-03-01 11:59:59"}))
        .await
        .refused("stale_snapshot");
    shop.write(json!({"product_sku": "SHIRT", "stock": 10, "snapshot_at": "2026-03-01 12:00:30"})).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 4, 6], "taken before the second line was registered");
    shop.server.verify().await;
}

#[tokio::test]
async fn times_of_a_file_are_of_the_zone_in_which_it_was_sent_and_the_dry_run_says_so() {
    let shop = Shop::open().await;
    set_zone(&shop, shop.list, json!("Europe/Istanbul")).await;
    for (sku, file) in
        [("SHIRT", format!("sku,stock,snapshot_at\nSHIRT,7,{LOCAL}\n").into_bytes()), ("COAT", book("COAT"))]
    {
        let dry = shop.import(&file, &[("dry_run", "true")]).await;
        assert_eq!((&dry["time_zone"], counts(&dry)), (&json!("Europe/Istanbul"), [1, 0, 0, 0]), "{dry}");
        let path = format!("{}{}/changes/", import_path(shop.list), key(&dry));
        let change = shop.erp.get(&path).await.ok()["results"][0].clone();
        assert_eq!(change["new_snapshot_at"], json!(MOMENT));
        // What it meant when it was sent, it still means when it is applied.
        set_zone(&shop, shop.list, json!("Asia/Tokyo")).await;
        let applied = shop.follow(&dry, "apply", json!({})).await;
        assert_eq!(applied["time_zone"], json!("Europe/Istanbul"));
        let page = shop.erp.get(&format!("/api/v1/product_stock/?product_sku={sku}")).await.ok();
        assert_eq!(page["results"][0]["snapshot_at"], json!(MOMENT));
        set_zone(&shop, shop.list, json!("Europe/Istanbul")).await;
    }
}

#[tokio::test]
async fn a_time_that_means_no_moment_or_two_is_not_guessed_at() {
    let shop = in_zone("Europe/Berlin").await;
    shop.server.advance(365 * 86_400);
    let write = |sku: &str, time: &str| json!({"product_sku": sku, "stock": 7, "snapshot_at": time});
    let said = shop.try_write(write("SHIRT", "2026-03-29T02:30:00")).await.faults(&["snapshot_at"]);
    assert!(said.to_string().contains("put forward"), "{said}");
    let status = shop.import("sku,stock,snapshot_at\nA,1,2026-03-29T02:30:00\n", &[]).await;
    assert!(status["errors"][0]["error"].as_str().is_some_and(|text| text.contains("put forward")), "{status}");
    let twice = shop.write(write("SHIRT", "2026-10-25T02:30:00")).await;
    assert_eq!(twice["snapshot_at"], json!("2026-10-25T00:30:00.000000Z"), "a figure is as old as it may be");
    let (place, _) = location(&shop, json!({})).await;
    let count =
        json!({"location": place, "counted_at": "2026-10-25T02:30:00", "lines": [{"sku": "SHIRT", "counted": 1}]});
    let said = shop.erp.post("/api/v1/oms/stock-counts/", count).await.faults(&["counted_at"]);
    assert!(said.to_string().contains("twice"), "{said}");
    // A registration is as late as it may be: a line that is taken for older than a level is settled by it.
    shop.write(json!({"product_sku": "COAT", "stock": 9, "snapshot_at": "2026-10-25T00:45:00Z"})).await;
    let line = item(&shop.order("COAT", 2).await);
    shop.try_release(line, json!({"registered_at": "2026-10-25T02:30:00"})).await.created();
    let page = shop.erp.get("/api/v1/product_stock/?product_sku=COAT").await.ok();
    assert_eq!(page["results"][0]["reported_quantity"], json!(2));
}

#[tokio::test]
async fn an_offset_that_no_place_has_is_no_time() {
    let shop = Shop::open().await;
    for offset in ["+25:00", "-25:00", "+14:01", "-12:01", "+03:60", "+03:00:30", "[Europe/Istanbul]"] {
        let row = json!({"product_sku": "SHIRT", "stock": 1, "snapshot_at": format!("2026-01-02T03:04:05{offset}")});
        let said = shop.try_write(row).await.faults(&["snapshot_at"]);
        assert!(said.to_string().contains("wrong format"), "{said}");
        let status = shop.import(format!("sku,stock,snapshot_at\nA,1,2026-01-02T03:04:05{offset}\n"), &[]).await;
        assert_eq!(counts(&status), [0, 0, 0, 1], "{offset}");
    }
    for offset in ["+14:00", "-12:00", "-00:00", "Z"] {
        let row = json!({"product_sku": offset, "stock": 1, "snapshot_at": format!("2026-01-02T03:04:05{offset}")});
        shop.write(row).await;
    }
}

#[tokio::test]
async fn a_time_that_only_describes_is_of_the_installations_zone_or_else_of_utc() {
    for (shop, expected) in
        [(Shop::open().await, "2026-03-01T09:30:00.000000Z"), (in_zone("Europe/Istanbul").await, MOMENT)]
    {
        shop.stock("SHIRT", 10).await;
        let lines = json!([shop.line("SHIRT", 1)]);
        let order = shop.try_order(json!({"date_placed": LOCAL, "order_items": lines})).await.created();
        assert_eq!(order["date_placed"], json!(expected));
        let found = |query: &str| format!("/api/v1/orders/?date_placed{query}");
        for query in ["__gte=2026-03-01T09:30:00&date_placed__lte=2026-03-01T09:30:00", "__date__gte=2026-03-01"] {
            assert_eq!(shop.erp.get(&found(query)).await.ok()["count"], json!(1), "{query}");
        }
    }
}

#[tokio::test]
async fn a_day_in_a_filter_is_a_day_of_the_installation() {
    let shop = in_zone("Europe/Istanbul").await;
    shop.stock("SHIRT", 10).await;
    let lines = json!([shop.line("SHIRT", 1)]);
    shop.try_order(json!({"date_placed": "2026-02-28T22:00:00Z", "order_items": lines})).await.created();
    let count =
        async |query: &str| int(&shop.erp.get(&format!("/api/v1/orders/?date_placed{query}")).await.ok()["count"]);
    assert_eq!(count("__date__gte=2026-03-01").await, 1, "one o'clock in Istanbul");
    assert_eq!(count("__date__lt=2026-03-01").await, 0);
    assert_eq!(count("__date__lte=2026-02-28").await, 0);
}
