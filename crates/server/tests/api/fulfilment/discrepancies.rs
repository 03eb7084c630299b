//! Discrepancies: what they show, what ends them, how they are removed and found.

use onhand::config::DiscrepancyRemove;
use serde_json::{Value, json};

use super::Two;
use crate::client::{Body, TestServer};
use crate::shop::{Shop, column, id, int};
use crate::warehouse::{figure, figures};

#[tokio::test]
async fn discrepancies_look_as_printed_and_are_removed() {
    let two = Two::open().await;
    let made = two.not_found().await;
    let erp = &two.shop.erp;
    let keys: Vec<_> = made.as_object().expect("an object").keys().map(String::as_str).collect();
    let printed = [
        "id",
        "reason",
        "created_date",
        "modified_date",
        "is_active",
        "stock_location",
        "package_item",
        "transfer_item",
    ];
    assert_eq!(keys[..printed.len()], printed, "what is printed comes first");
    let added =
        ["product", "product_sku", "stock_list", "quantity", "created_by", "end_reason", "ended_by", "ended_date"];
    assert_eq!(keys[printed.len()..], added);
    let product = erp.get("/api/v1/products/?sku=X").await.ok();
    assert_eq!(
        [&made["product"], &made["product_sku"], &made["stock_list"], &made["quantity"], &made["end_reason"]],
        [&product["results"][0]["pk"], &json!("X"), &json!(two.first.1), &json!(1), &Value::Null]
    );
    assert_eq!(
        (made["created_by"].as_i64() > Some(0), &made["ended_by"], &made["ended_date"]),
        (true, &Value::Null, &Value::Null)
    );
    assert_eq!((&made["reason"], &made["is_active"]), (&json!("out_of_stock"), &json!(true)));
    assert_eq!((int(&made["stock_location"]), &made["transfer_item"]), (two.first.0, &Value::Null));
    let line = erp.get(&format!("/api/v1/oms/packages/package-items/{}/", made["package_item"])).await.ok();
    assert_eq!((&line["discrepancies"], &line["unit_weight"]), (&json!([made]), &Value::Null));
    assert_eq!(erp.get(&format!("/api/v1/oms/inventory-discrepancies/{}", id(&made))).await.ok(), made);
    let page = erp.get("/api/v1/oms/inventory-discrepancies/").await.ok();
    assert_eq!((&page["count"], &page["results"]), (&json!(1), &json!([made])));
    assert_eq!(figures(&two.shop, "X", two.first.1).await, [5, 0, 0, 0], "what is not found is not sold");

    // From tomorrow on, or at another location: nothing goes.
    assert_eq!(two.remove(json!({"expired_date": "02-03-2026"})).await.status, 204);
    let elsewhere = json!({"expired_date": "2026-03-01", "stock_location": two.second.0});
    assert_eq!(two.remove(elsewhere).await.status, 204);
    let active = async || erp.get("/api/v1/oms/inventory-discrepancies/?is_active=true").await.ok()["count"].clone();
    assert_eq!(active().await, 1);
    let form = format!("expired_date=01-03-2026&stock_location={}", two.first.0).into_bytes();
    let form = Body::Raw("application/x-www-form-urlencoded", form);
    let removed = erp.send("POST", "/api/v1/oms/inventory-discrepancies/remove", form).await;
    assert_eq!((removed.status, removed.text.as_str()), (204, ""));
    assert_eq!(active().await, 0);
    let shown = erp.get(&format!("/api/v1/oms/inventory-discrepancies/{}/", id(&made))).await.ok();
    assert_eq!((&shown["is_active"], &shown["end_reason"]), (&json!(false), &json!("removed")), "it stays to be read");
    assert_eq!((&shown["ended_by"], shown["ended_date"].is_string()), (&made["created_by"], true));
    assert_eq!(figures(&two.shop, "X", two.first.1).await, [5, 1, 0, 4], "on sale again, but for who waited");
    assert_eq!(two.remove(json!({"expired_date": "2026-03-01T09:00:00Z"})).await.status, 204, "again");
    two.shop.server.verify().await;
}

/// Two discrepancies, of two days; which of them a removal of the second day leaves.
async fn left_by_removal(server: TestServer, key: Option<&str>) -> (Two, Vec<Value>) {
    let two = Two::of(Shop::on(server).await).await;
    two.not_found().await;
    two.shop.server.advance(24 * 3_600);
    figure(&two.shop, "Y", two.first.1, 5).await;
    two.lose("Y").await;
    let erp = key.map_or_else(|| two.shop.erp.clone(), |key| two.shop.erp.clone().with("Idempotency-Key", key));
    let body = json!({"expired_date": "02-03-2026"});
    assert_eq!(erp.post("/api/v1/oms/inventory-discrepancies/remove/", body).await.status, 204);
    let page = two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?is_active=true").await.ok();
    let left = column(&page, "product_sku");
    (two, left)
}

#[tokio::test]
async fn a_removal_goes_from_the_day_on_or_until_its_end_as_the_installation_says() {
    let (from, left) = left_by_removal(TestServer::start().await, None).await;
    assert_eq!(left, [json!("X")], "what was reported before that day stays");
    from.shop.server.verify().await;
    let server = TestServer::with(|config| config.discrepancy_remove = DiscrepancyRemove::Until).await;
    let (_, left) = left_by_removal(server, None).await;
    assert_eq!(left, Vec::<Value>::new());
}

/// It is 21:30 in UTC, and tomorrow in Istanbul.
#[tokio::test]
async fn the_day_of_a_removal_is_one_of_the_location() {
    let two = Two::open().await;
    two.shop.server.advance(13 * 3_600 + 1_800);
    two.not_found().await;
    let tomorrow = json!({"expired_date": "02-03-2026"});
    let active = async || {
        let page = two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?is_active=true").await.ok();
        int(&page["count"])
    };
    two.remove(tomorrow.clone()).await.expect(204);
    assert_eq!(active().await, 1, "the calendar is that of UTC");
    let list = format!("/api/v1/stock_list/{}/", two.first.1);
    two.shop.erp.patch(&list, json!({"time_zone": "Europe/Istanbul"})).await.ok();
    two.remove(tomorrow).await.expect(204);
    assert_eq!(active().await, 0);
}

#[tokio::test]
async fn a_repeated_removal_takes_nothing_that_was_reported_since() {
    let (two, left) = left_by_removal(TestServer::start().await, Some("once")).await;
    assert_eq!(left, [json!("X")]);
    two.lose("Y").await;
    let erp = two.shop.erp.clone().with("Idempotency-Key", "once");
    let path = "/api/v1/oms/inventory-discrepancies/remove/";
    let again = erp.post(path, json!({"expired_date": "02-03-2026"})).await;
    assert_eq!((again.status, again.text.as_str()), (204, ""));
    let page = two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?is_active=true").await.ok();
    assert_eq!(page["count"], 2, "the one of today is another one");
    erp.post(path, json!({"expired_date": "03-03-2026"})).await.expect(422);
    assert_eq!(
        two.remove(json!({"expired_date": "02-03-2026"})).await.status,
        204,
        "without the key it is another request"
    );
    let page = two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?is_active=true").await.ok();
    assert_eq!(column(&page, "product_sku"), [json!("X")]);
}

#[tokio::test]
async fn a_location_says_what_ends_its_discrepancies() {
    let two = Two::open().await;
    let erp = &two.shop.erp;
    let path = format!("/api/v1/oms/stocklocations/{}/", two.first.0);
    assert_eq!(erp.get(&path).await.ok()["discrepancy_ends"], "changed_level");
    erp.patch(&path, json!({"discrepancy_ends": "never"})).await.faults(&["discrepancy_ends"]);
    two.not_found().await;
    let figures = async || figures(&two.shop, "X", two.first.1).await;
    // By every entry point that writes levels.
    two.shop.server.advance(60);
    figure(&two.shop, "X", two.first.1, 5).await;
    assert_eq!(figures().await, [5, 0, 0, 0], "the ERP has learnt nothing");
    erp.patch(&path, json!({"discrepancy_ends": "removal_only"})).await.ok();
    figure(&two.shop, "X", two.first.1, 4).await;
    assert_eq!(figures().await, [4, 0, 0, 0]);
    let count = json!({"location": two.first.0, "lines": [{"sku": "X", "counted": 4}]});
    erp.post("/api/v1/oms/stock-counts/", count).await.created();
    assert_eq!(figures().await, [4, 0, 0, 0]);
    erp.patch(&path, json!({"discrepancy_ends": "any_level"})).await.ok();
    two.shop.server.advance(60);
    figure(&two.shop, "X", two.first.1, 4).await;
    assert_eq!(figures().await, [4, 1, 0, 3], "and the line that was short has its unit");
    let page = erp.get("/api/v1/oms/inventory-discrepancies/").await.ok();
    assert_eq!(column(&page, "end_reason"), [json!("level")]);
    two.shop.server.verify().await;
}

#[tokio::test]
async fn a_removal_without_a_good_date_removes_nothing() {
    let two = Two::open().await;
    let made = two.not_found().await;
    for wrong in ["31-02-2023", "10/10/2023", "", "yesterday", "2026-3-1", "99-99-9999", "1772352000"] {
        two.remove(json!({"expired_date": wrong})).await.faults(&["expired_date"]);
    }
    two.remove(json!({})).await.faults(&["expired_date"]);
    two.remove(json!({"expired_date": null, "stock_location": "x"})).await.faults(&["expired_date", "stock_location"]);
    let faults = two.remove(json!({"expired_date": "01-03-2026", "stock_location": 987_654})).await.expect(400);
    assert_eq!(faults, json!({"stock_location": ["Invalid pk \"987654\" - object does not exist."]}));
    two.remove(json!({"expired_date": "01-03-2026", "stock_location": "abc"})).await.faults(&["stock_location"]);
    assert_eq!(two.shop.erp.get("/api/v1/oms/inventory-discrepancies/").await.ok()["results"], json!([made]));
}

#[tokio::test]
async fn discrepancies_are_filtered() {
    let two = Two::open().await;
    let made = two.not_found().await;
    let count = async |query: &str| {
        let page = two.shop.erp.get(&format!("/api/v1/oms/inventory-discrepancies/?{query}")).await.ok();
        int(&page["count"])
    };
    let (here, there) = (two.first.0, two.second.0);
    for (query, found) in [
        (format!("stock_location={here}"), 1),
        (format!("stock_location={there}"), 0),
        ("reason=out_of_stock".to_owned(), 1),
        ("reason=damaged".to_owned(), 0),
        ("is_active=True".to_owned(), 1),
        ("is_active=0".to_owned(), 0),
        ("sku=X".to_owned(), 1),
        ("sku=Y".to_owned(), 0),
        ("created_date__date__lte=2026-03-01".to_owned(), 1),
        ("created_date__date__gt=2026-03-01".to_owned(), 0),
        (format!("package_item={}&sort=-created_date", made["package_item"]), 1),
    ] {
        assert_eq!(count(&query).await, found, "{query}");
    }
    two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?reason=lost").await.faults(&["reason"]);
    two.shop.erp.get("/api/v1/oms/inventory-discrepancies/?colour=red").await.faults(&["colour"]);
}
