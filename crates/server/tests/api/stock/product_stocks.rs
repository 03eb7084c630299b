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

/// A write with what was seen of the row is done only if the row is still so, whatever has changed it.
#[tokio::test]
async fn a_write_may_expect_any_number_of_its_row() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let path = format!("/api/v1/product_stocks/{shirt}/");
    let seen = json!({"stock": 10, "sold_quantity_unreported": 0, "reported_quantity": 0, "adjusted_stock": 10});
    shop.order("SHIRT", 4).await;
    let before = shop.erp.get(&path).await.ok();
    for expected in [
        seen,
        json!({"stock": 11}),
        json!({"sold_quantity_unreported": 3}),
        json!({"external_quantity": 4}),
        json!({"reported_quantity": 4}),
        json!({"stock": 10, "adjusted_stock": 10}),
    ] {
        let stale = shop.erp.patch(&path, json!({"stock": 9, "expected": expected})).await.expect(412);
        assert_eq!((&stale["error_code"], &stale["current"]), (&json!("stale"), &before), "{expected}");
    }
    assert_eq!(shop.erp.get(&path).await.ok(), before, "nothing was changed");
    let i1 = format!("/api/i1/product_stock/{shirt}/");
    let stale = shop.erp.patch(&i1, json!({"stock": 9, "expected": {"stock": 9}})).await.expect(412);
    assert_eq!(stale["current"], shop.erp.get(&i1).await.ok(), "in the form of the path");
    let seen = json!({"stock": 10, "sold_quantity_unreported": 4, "external_quantity": 0, "adjusted_stock": 6});
    let done = json!({"stock": 9, "expected": seen});
    assert_eq!(shop.erp.patch(&path, done).await.ok()["stock"], json!(9));
    for (expected, field) in [
        (json!({}), "expected"),
        (json!({"quantity": 9}), "expected"),
        (json!({"stock": "many"}), "expected"),
        (json!({"stock": -1}), "expected"),
        (json!(9), "expected"),
    ] {
        shop.erp.patch(&path, json!({"stock": 8, "expected": expected})).await.faults(&[field]);
    }
    let both = json!({"stock": 8, "expected_stock": 9, "expected": {"stock": 9}});
    shop.erp.patch(&path, both).await.faults(&["expected_stock"]);
    shop.erp.post(&format!("{path}adjust/"), json!({"stock_change": 1, "expected": {"stock": 10}})).await.expect(412);
    shop.erp.post(&format!("{path}adjust/"), json!({"stock_change": 1, "expected": {"stock": 9}})).await.ok();
    assert_eq!(shop.figures(shirt).await, [10, 4, 0, 6]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_stale_row_of_an_array_is_named_with_what_it_is_now() {
    let shop = Shop::open().await;
    shop.stock("A", 1).await;
    let row = |sku: &str, stock: i64, seen: i64| json!({"product_sku": sku, "stock_list": shop.list, "stock": stock, "expected": {"stock": seen}});
    let before = shop.server.dump().await;
    let rows = json!([row("A", 5, 1), row("A", 6, 5), row("B", 7, 0), row("C", 7, 1)]);
    let faults = shop.erp.post("/api/v1/product_stocks/", rows).await.expect(400);
    assert_eq!((&faults[0], &faults[2]), (&json!({}), &json!({})));
    assert_eq!((&faults[1]["error_code"], &faults[1]["current"]["stock"]), (&json!("stale"), &json!(1)));
    assert!(faults[1]["expected"].is_array(), "{faults}");
    assert_eq!((&faults[3]["error_code"], &faults[3]["current"]), (&json!("stale"), &Value::Null));
    assert_eq!(shop.server.dump().await, before);
    shop.erp.post("/api/v1/product_stocks/", json!([row("A", 5, 1), row("A", 6, 1), row("B", 7, 0)])).await.created();
    let tagged = shop.erp.clone().with("If-Match", "*");
    tagged.post("/api/v1/product_stocks/", json!([row("A", 5, 6)])).await.expect(400);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_write_may_expect_the_etag_of_its_row() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let path = format!("/api/v1/product_stocks/{shirt}/");
    let tag = async |path: &str| shop.erp.get(path).await.header("etag").expect("a tag").to_owned();
    let seen = tag(&path).await;
    assert_eq!(tag(&format!("/api/i1/product_stock/{shirt}/")).await, seen);
    let matching = |tag: &str| shop.erp.clone().with("If-Match", tag);
    shop.order("SHIRT", 4).await;
    let stale = matching(&seen).patch(&path, json!({"stock": 9})).await.expect(412);
    assert_eq!((&stale["error_code"], &stale["current"]["adjusted_stock"]), (&json!("stale"), &json!(6)));
    let seen = tag(&path).await;
    let written = matching(&seen).patch(&path, json!({"stock": 9})).await;
    let next = written.header("etag").expect("the answer has the next one").to_owned();
    assert_ne!(next, seen);
    shop.server.advance(60);
    // The same level again makes no movement, but it is newer.
    matching(&next).patch(&path, json!({"stock": 9})).await.ok();
    matching(&next).patch(&path, json!({"stock": 9})).await.expect(412);
    let both = json!({"stock": 8, "expected": {"stock": 7}});
    matching(&tag(&path).await).patch(&path, both).await.expect(412);
    for tag in ["nonsense", "\"1\"", "W/\"1.2\"", "\"x.y\""] {
        matching(tag).patch(&path, json!({"stock": 8})).await.expect(412);
    }
    matching("\"1.2\", \"3.4\"").patch(&path, json!({"stock": 8})).await.expect(400);
    matching("*").patch(&path, json!({"stock": 8})).await.ok();
    matching("*")
        .post("/api/v1/product_stocks/", json!({"product_sku": "NEW", "stock_list": shop.list}))
        .await
        .expect(412);
    matching("*").patch(&path, json!({"stock": 8, "expected_stock": 8})).await.faults(&["expected_stock"]);
    matching(&tag(&path).await).post(&format!("{path}adjust/"), json!({"stock_change": 1})).await.ok();
    matching(&next).post(&format!("{path}adjust/"), json!({"stock_change": 1})).await.expect(412);
    assert_eq!(shop.figures(shirt).await, [9, 4, 0, 5]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_stock_that_nothing_needs_is_removed_and_its_history_stays() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 5).await;
    let path = format!("/api/v1/product_stocks/{shirt}/");
    let written = json!({"product_sku": "SHIRT", "sold_quantity_unreported": 2});
    shop.write(written).await;
    let kept = shop.erp.delete(&path).await.expect(406);
    let numbers = json!({"stock": 5, "sold_quantity_unreported": 2});
    assert_eq!((&kept["error_code"], &kept["numbers"]), (&json!("still_referred_to"), &numbers));
    let product = shop.erp.get(&path).await.ok()["product"].clone();
    shop.erp.delete(&format!("/api/v1/products/{product}/")).await.expect(406);
    shop.erp.patch(&path, json!({"stock": 0, "sold_quantity_unreported": 0})).await.ok();
    let (movements, hat) = (shop.server.movements().await, shop.stock("HAT", 0).await);
    let stale = shop.erp.send("DELETE", &path, Body::Json(json!({"expected": {"stock": 5}}))).await.expect(412);
    assert_eq!(stale["current"]["stock"], json!(0));
    shop.erp.clone().with("If-Match", "\"1.1\"").delete(&path).await.expect(412);
    let once = shop.erp.clone().with("Idempotency-Key", "remove");
    once.delete(&path).await.expect(204);
    once.delete(&path).await.expect(204);
    shop.erp.get(&path).await.expect(404);
    shop.erp.delete(&path).await.expect(404);
    let left = shop.erp.get(&format!("/api/v1/product_stocks/?stock_list={}", shop.list)).await.ok();
    assert_eq!((&left["count"], column(&left, "pk")), (&json!(1), vec![json!(hat)]));
    assert_eq!(shop.server.movements().await, movements + 1, "its movements are there, and that of the hat");
    shop.server.verify().await;
    shop.erp.delete(&format!("/api/v1/products/{product}/")).await.expect(204);
    let again = shop.stock("SHIRT", 3).await;
    assert_ne!(again, shirt, "it is another one");
    shop.server.verify().await;
}

#[tokio::test]
async fn a_stock_that_was_ever_ordered_stays() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 4).await;
    let order = shop.order("SHIRT", 4).await;
    let path = format!("/api/v1/product_stocks/{shirt}/");
    let cancel = format!("/api/v1/orders/{}/cancel/", id(&order));
    shop.erp.post(&cancel, json!({"is_all": true})).await.ok();
    shop.erp.patch(&path, json!({"stock": 0})).await.ok();
    let kept = shop.erp.delete(&path).await.expect(406);
    assert_eq!((&kept["numbers"], &kept["referred_by"]), (&json!({}), &json!(["order_items"])));
    // A line that asks for no units leaves no movement, and refers to the stock all the same.
    let hat = shop.stock("HAT", 0).await;
    let line = json!({"product_sku": "HAT", "stock_list": shop.list, "quantity": 1, "status": "600"});
    shop.try_order(json!({"order_items": [line]})).await.created();
    shop.erp.delete(&format!("/api/v1/product_stocks/{hat}/")).await.expect(406);
    shop.server.verify().await;
}
