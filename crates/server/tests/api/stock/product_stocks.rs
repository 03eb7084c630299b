//! Product stocks (contract 4): upsert of one and of many, patch, filters.

use serde_json::{Value, json};

use crate::client::Body;
use crate::shop::{Shop, column, id};

/// Contract X19: 201 when something was made, 200 when it was there. Absent fields keep their value.
#[tokio::test]
async fn a_write_makes_a_stock_or_updates_it() {
    let shop = Shop::open().await;
    let full = json!({
        "product_sku": "1116131001", "stock": 500, "stock_list": shop.list, "unit_type": "kg",
        "sold_quantity_unreported": 25, "extra_field": {"test": "test"},
    });
    let made = shop.erp.post("/api/i1/product_stock/", full.clone()).await.created();
    for (field, value) in full.as_object().expect("an object") {
        assert_eq!(&made[field], value, "{field} is echoed as written");
    }
    let stock = id(&made);
    let bare = json!({"product_sku": "1116131001", "stock_list": shop.list});
    assert_eq!(shop.erp.post("/api/i1/product_stock/", bare).await.ok(), made, "absent fields keep their value");
    assert_eq!(shop.erp.get(&format!("/api/i1/product_stock/{stock}/")).await.ok(), made);
    let fresh = json!({"product_sku": "NEW", "stock_list": shop.list});
    let fresh = shop.erp.post("/api/v1/product_stocks/", fresh).await.created();
    let defaults = [("stock", json!(0)), ("unit_type", json!("qty")), ("sold_quantity_unreported", json!(0))];
    for (field, value) in defaults.into_iter().chain([("extra_field", json!({})), ("adjusted_stock", json!(0))]) {
        assert_eq!(fresh[field], value, "{field}");
    }
    shop.server.verify().await;
}

#[tokio::test]
async fn a_write_that_changes_nothing_leaves_no_movement() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let (movements, before) = (shop.server.movements().await, shop.erp.get("/api/v1/product_stock/").await.ok());
    shop.server.advance(60);
    shop.write(json!({"product_sku": "SHIRT", "stock": 10, "unit_type": "qty", "extra_field": {}})).await;
    let after = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/")).await.ok();
    assert_eq!(after["modified_date"], before["results"][0]["modified_date"], "no channel is told of it");
    assert_eq!(shop.server.movements().await, movements);
    assert_eq!(after["snapshot_at"], json!(shop.server.time(0)), "but the figure is confirmed");
}

#[tokio::test]
async fn a_patch_changes_what_it_names() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let changed = shop.erp.patch(&format!("/api/v1/product_stock/{shirt}/"), json!({"stock": 7})).await.ok();
    assert_eq!((&changed["stock"], &changed["unit_type"]), (&json!(7), &json!("qty")));
    let change = json!({"unit_type": "kg", "product_sku": "SHIRT", "stock_list": shop.list});
    let changed = shop.erp.patch(&format!("/api/i1/product_stocks/{shirt}/"), change).await.ok();
    assert_eq!((&changed["stock"], &changed["unit_type"]), (&json!(7), &json!("kg")));
    let path = format!("/api/v1/product_stock/{shirt}/");
    let other = json!({"product_sku": "OTHER", "stock_list": 999});
    shop.erp.patch(&path, other).await.faults(&["product_sku", "stock_list"]);
    assert_eq!(shop.erp.patch(&path, json!({})).await.ok()["unit_type"], json!("kg"));
    shop.erp.patch("/api/v1/product_stock/1/", json!({"stock": 1})).await.expect(404);
    shop.server.verify().await;
}

#[tokio::test]
async fn many_rows_are_written_all_or_none() {
    let shop = Shop::open().await;
    shop.stock("A", 1).await;
    let row = |sku: &str, stock: Value| json!({"product_sku": sku, "stock_list": shop.list, "stock": stock});
    let before = shop.server.dump().await;
    let rows = json!([row("A", json!(5)), row("B", json!(-1)), row("C", json!(3)), 7, row("D", json!("x"))]);
    let faults = shop.erp.post("/api/v1/product_stock/", rows).await.expect(400);
    let named: Vec<Vec<&String>> = faults
        .as_array()
        .expect("one entry per row")
        .iter()
        .map(|row| row.as_object().expect("faults").keys().collect())
        .collect();
    assert_eq!(named, [vec![], vec!["stock"], vec![], vec!["non_field_errors"], vec!["stock"]]);
    let unknown = json!([row("A", json!(5)), {"product_sku": "B", "stock_list": 999}]);
    let faults = shop.erp.post("/api/v1/product_stock/", unknown).await.expect(400);
    assert_eq!((&faults[0], faults[1]["stock_list"].is_array()), (&json!({}), true));
    assert_eq!(shop.server.dump().await, before);

    let written =
        shop.erp.post("/api/v1/product_stock/", json!([row("A", json!(5)), row("B", json!(6))])).await.created();
    assert_eq!((&written[0]["stock"], &written[1]["stock"]), (&json!(5), &json!(6)));
    let again = shop.erp.post("/api/i1/product_stock/", json!([row("A", json!(7)), row("A", json!(8))])).await.ok();
    assert_eq!((&again[0]["id"], &again[1]["stock"]), (&again[1]["id"], &json!(8)), "a later row sees the earlier one");
    shop.server.verify().await;
}

#[tokio::test]
async fn an_array_has_one_to_a_thousand_rows() {
    let shop = Shop::open().await;
    let rows = |count: usize| -> Value {
        (0..count).map(|row| json!({"product_sku": format!("S{row}"), "stock_list": shop.list, "stock": row})).collect()
    };
    shop.erp.post("/api/v1/product_stock/", rows(0)).await.faults(&["non_field_errors"]);
    shop.erp.post("/api/v1/product_stock/", rows(1_001)).await.faults(&["non_field_errors"]);
    shop.erp.post("/api/v1/product_stock/", rows(1_000)).await.created();
    assert_eq!(shop.erp.get("/api/v1/product_stocks/?limit=1").await.ok()["count"], json!(1_000));
    shop.server.verify().await;
}

/// The list filters that ERP and channel clients use (contract 4.2).
#[tokio::test]
async fn stocks_are_found_by_sku_list_unit_and_time() {
    let shop = Shop::open().await;
    let other = shop.list_with(json!({})).await;
    for (sku, list, unit) in [("A", shop.list, "qty"), ("B", shop.list, "kg"), ("A", other, "qty")] {
        shop.server.advance(60);
        shop.write(json!({"product_sku": sku, "stock_list": list, "unit_type": unit})).await;
    }
    let since = shop.server.time(-60);
    let time: String = form_urlencoded::byte_serialize(since.as_bytes()).collect();
    let found = [
        ("product_sku=A".to_owned(), vec!["A", "A"]),
        ("product_sku__in=A,B".to_owned(), vec!["A", "B", "A"]),
        (format!("stock_list={}", shop.list), vec!["A", "B"]),
        (format!("stock_list__in={},{other}&sort=-pk", shop.list), vec!["A", "B", "A"]),
        ("unit_type=kg".to_owned(), vec!["B"]),
        (format!("modified_date__gt={time}"), vec!["A"]),
        (format!("modified_date__gte={time}"), vec!["B", "A"]),
        (format!("product_sku=A&stock_list={other}"), vec!["A"]),
        ("product_sku__in=".to_owned(), vec![]),
    ];
    for (query, skus) in found {
        let page = shop.erp.get(&format!("/api/i1/product_stock/?{query}")).await.ok();
        assert_eq!(column(&page, "product_sku"), skus.iter().map(|sku| json!(sku)).collect::<Vec<_>>(), "{query}");
        assert_eq!(page["count"], json!(skus.len()), "{query}");
    }
    // The vendor's clients send a content type and sometimes a body with a GET.
    let body = Body::Raw("application/json", b"not read".to_vec());
    assert_eq!(shop.erp.send("GET", "/api/i1/product_stock/", body).await.ok()["count"], json!(3));
}

/// A number that a program has made of a SKU may be another product: `1116131001.0`, or one whose digits are lost.
#[tokio::test]
async fn a_sku_that_is_sent_as_a_number_is_taken_only_with_all_its_digits() {
    let shop = Shop::open().await;
    let before = shop.server.dump().await;
    for number in ["1116131001.0", "1.2345678901234567e+23", "1e3", "-5", "1234567890123456", "1.5"] {
        let body = format!("{{\"product_sku\": {number}, \"stock_list\": {}, \"stock\": 1}}", shop.list);
        let answer =
            shop.erp.send("POST", "/api/v1/product_stock/", Body::Raw("application/json", body.into_bytes())).await;
        let said = answer.faults(&["product_sku"]);
        assert!(said.to_string().contains("at most 15 digits"), "{number}: {said}");
        let body = format!("{{\"sku\": {number}}}").into_bytes();
        shop.erp.send("POST", "/api/v1/products/", Body::Raw("application/json", body)).await.faults(&["sku"]);
    }
    assert_eq!(shop.server.dump().await, before);
    let written = shop.write(json!({"product_sku": 123_456_789_012_345_i64, "stock": 1})).await;
    assert_eq!(written["product_sku"], json!("123456789012345"));
    assert_eq!(
        shop.write(json!({"product_sku": "1116131001.0", "stock": 1})).await["product_sku"],
        json!("1116131001.0")
    );
}
