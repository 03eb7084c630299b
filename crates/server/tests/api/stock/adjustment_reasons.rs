//! Adjustment reasons of one's own, beside those that every installation has.

use serde_json::{Value, json};

use crate::shop::{Shop, id};

#[tokio::test]
async fn a_reason_of_ones_own_is_given_as_long_as_it_is_active() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let path = format!("/api/v1/product_stocks/{shirt}/adjust/");
    let given = |name: &str| json!({"difference": 1, name: "window display"});
    shop.erp.post(&path, given("reason")).await.faults(&["reason"]);
    shop.erp.post(&path, given("adjustment_reason")).await.faults(&["adjustment_reason"]);
    let made = shop.erp.post("/api/v1/adjustment_reasons/", json!({"code": "window display"})).await.created();
    assert_eq!((&made["name"], &made["is_active"]), (&json!("window display"), &json!(true)));
    shop.erp.post(&path, given("reason")).await.ok();
    let level = json!({"stock": 20, "adjustment_reason": "window display", "note": "spring"});
    shop.erp.patch(&format!("/api/v1/product_stocks/{shirt}/"), level).await.ok();
    let row =
        json!({"product_sku": "SHIRT", "stock_list": shop.list, "stock": 21, "adjustment_reason": "window display"});
    shop.erp.post("/api/v1/product_stocks/", json!([row])).await.ok();
    let one = format!("/api/v1/adjustment_reasons/{}/", id(&made));
    shop.erp.patch(&one, json!({"code": "other display"})).await.faults(&["code"]);
    shop.erp.patch(&one, json!({"is_active": false})).await.ok();
    shop.erp.post(&path, given("reason")).await.faults(&["reason"]);
    let faults = shop.erp.post("/api/v1/product_stocks/", json!([row])).await.expect(400);
    assert!(faults[0]["adjustment_reason"].is_array(), "{faults}");
    shop.erp.delete(&one).await.expect(204);
    let history = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/")).await.ok();
    let told: Vec<&Value> =
        history["results"].as_array().expect("rows").iter().map(|row| &row["adjustment_reason"]).collect();
    let own = json!("window display");
    assert_eq!(told, [&own, &own, &own, &Value::Null], "what was said stays");
}

#[tokio::test]
async fn reasons_have_codes_of_their_own() {
    let shop = Shop::open().await;
    let path = "/api/v1/adjustment_reasons/";
    shop.erp.post(path, json!({"code": "damaged"})).await.faults(&["code"]);
    shop.erp.post(path, json!({"name": "Sample"})).await.faults(&["code"]);
    shop.erp.post(path, json!({"code": "x".repeat(65)})).await.faults(&["code"]);
    shop.erp.post(path, json!({"code": "SAMPLE", "name": "Photo sample"})).await.created();
    shop.erp.post(path, json!({"code": "SAMPLE"})).await.faults(&["code"]);
    assert_eq!(shop.erp.get(&format!("{path}?code=SAMPLE")).await.ok()["count"], json!(1));
}
