//! Order lines and the release of their reservation (contract 7.1, contract 6.3).

use serde_json::json;

use crate::client::Body;
use crate::shop::{Shop, column, id, item};

#[tokio::test]
async fn lines_are_listed_by_order_and_shown() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let lines = json!([shop.line("SHIRT", 1), shop.line("SHIRT", 2)]);
    let order = shop.try_order(json!({"order_items": lines})).await.created();
    shop.order("SHIRT", 3).await;
    let page = shop.erp.get(&format!("/api/v1/order_items/?order={}", id(&order))).await.ok();
    assert_eq!((&page["count"], &page["results"]), (&json!(2), &order["order_items"]));
    let line = &order["order_items"][1];
    assert_eq!(&shop.erp.get(&format!("/api/i1/order_items/{}/", id(line))).await.ok(), line);
    let stock = shop.erp.get("/api/v1/product_stock/").await.ok()["results"][0].clone();
    assert_eq!((&line["original_stock"], &line["product"]), (&stock["pk"], &stock["product"]));
    assert_eq!(shop.erp.get("/api/v1/order_items/").await.ok()["count"], json!(3));
    shop.erp.get("/api/v1/order_items/1/").await.expect(404);
}

/// Contract 7.1: `extra_field` is merged, the others are replaced.
#[tokio::test]
async fn a_line_is_edited() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let line = json!({
        "product_sku": "SHIRT", "stock_list": shop.list, "extra_field": {"a": 1, "b": 2}, "attributes": {"a": 1, "b": 2},
    });
    let order = shop.try_order(json!({"order_items": [line]})).await.created();
    let line = item(&order);
    shop.server.advance(60);
    let edit = json!({
        "status": 450, "extra_field": {"b": 3, "c": 4}, "attributes": {"c": true}, "tracking_number": "T1",
        "invoice_number": "I1", "quantity": 99, "stock_list": 99,
    });
    let edited = shop.erp.patch(&format!("/api/v1/order_items/{line}/"), edit).await.ok();
    let expected = [
        ("status", json!("450")),
        ("extra_field", json!({"a": 1, "b": 3, "c": 4})),
        ("attributes", json!({"c": true})),
        ("tracking_number", json!("T1")),
        ("invoice_number", json!("I1")),
        ("quantity", json!(1)),
        ("stock_list", json!(shop.list)),
    ];
    for (field, value) in expected {
        assert_eq!(edited[field], value, "{field}");
    }
    assert_ne!(edited["modified_date"], order["order_items"][0]["modified_date"]);
    let edited = shop.erp.patch(&format!("/api/v1/order_items/{line}/"), json!({"tracking_number": null})).await.ok();
    assert_eq!((&edited["tracking_number"], &edited["invoice_number"]), (&json!(null), &json!("I1")));
    assert_eq!(shop.figures(shirt).await, [10, 1, 0, 9]);
    shop.erp.patch("/api/v1/order_items/1/", json!({"status": 450})).await.expect(404);
    shop.server.verify().await;
}

/// Contract 6.3: the code is stored and the reservation released by one call per line.
#[tokio::test]
async fn a_release_stores_the_code_and_drops_the_hold() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let line = item(&shop.order("SHIRT", 3).await);
    let body = json!({"update_stock": true, "code": "ERP-77"});
    let mapping = shop.erp.post(&format!("/api/v1/order_items/{line}/create_mapping/"), body.clone()).await.created();
    let kind = shop.erp.get("/api/v1/content_types/?model=orderitem").await.ok()["results"][0]["id"].clone();
    let expected = json!({
        "pk": id(&mapping), "content_type": kind, "object_id": line, "integration_type": "external_company", "code": "ERP-77",
    });
    assert_eq!(mapping.to_string(), expected.to_string(), "the vendor's fields, in their order");
    assert_eq!(shop.figures(shirt).await, [10, 0, 3, 7]);
    shop.erp.post("/api/v1/order_items/1/create_mapping/", body).await.expect(404);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_code_can_be_stored_first_and_the_hold_released_later() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let line = item(&shop.order("SHIRT", 3).await);
    let mapped = shop.try_release(line, json!({"update_stock": "False"})).await.created();
    assert_eq!(shop.figures(shirt).await, [10, 3, 0, 7]);
    assert_eq!(shop.try_release(line, json!({"update_stock": false})).await.created(), mapped);
    let before = shop.server.dump().await;
    shop.try_release(line, json!({"code": "another"})).await.faults(&["code"]);
    assert_eq!(shop.server.dump().await, before, "another code releases nothing either");
    assert_eq!(shop.try_release(line, json!({"update_stock": 1})).await.created(), mapped);
    assert_eq!(shop.figures(shirt).await, [10, 0, 3, 7]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_release_is_taken_as_json_form_or_multipart() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let mut lines = Vec::new();
    for _ in 0..4 {
        lines.push(item(&shop.order("SHIRT", 1).await));
    }
    let path = |line: i64| format!("/api/i1/order_items/{line}/create_mapping/");
    let json = Body::Raw("application/json; charset=utf-8", br#"{"code": "J", "update_stock": true}"#.to_vec());
    shop.erp.send("POST", &path(lines[0]), json).await.created();
    let form = Body::Raw("application/x-www-form-urlencoded", b"code=F&update_stock=True".to_vec());
    shop.erp.send("POST", &path(lines[1]), form).await.created();
    let parts = reqwest::multipart::Form::new().text("code", "M").text("update_stock", "true");
    shop.erp.send("POST", &path(lines[2]), Body::Form(parts)).await.created();
    let labelled = Body::Raw("application/json", b"code=L&update_stock=True".to_vec());
    shop.erp.send("POST", &path(lines[3]), labelled).await.created();
    assert_eq!(shop.figures(shirt).await, [10, 0, 4, 6]);
    let page = shop.erp.get("/api/v1/integration_mappings/").await.ok();
    assert_eq!(column(&page, "code"), ["J", "F", "M", "L"].map(|code| json!(code)));
}
