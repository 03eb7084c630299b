//! Price lists, and the prices of products in them.

use serde_json::{Value, json};

use crate::shop::{Shop, column, id, merge};

async fn list(shop: &Shop) -> i64 {
    id(&shop.erp.post("/api/v1/price_list/", json!({"name": "Retail", "code": "P-1"})).await.created())
}

fn price(list: i64, fields: Value) -> Value {
    let mut body = json!({"price_list": list, "price": "10", "currency_type": "try"});
    merge(&mut body, fields);
    body
}

#[tokio::test]
async fn a_price_list_has_a_name_and_perhaps_a_code() {
    let shop = Shop::open().await;
    let made = shop.erp.post("/api/v1/price_list/", json!({"name": "Retail", "code": "P-1"})).await.created();
    assert_eq!(made["is_auto_sync"], json!(false), "contract 3.1: the price list's own default");
    shop.erp.post("/api/i1/price_list/", json!({"name": "Retail"})).await.faults(&["name"]);
    shop.erp.post("/api/i1/price_list/", json!({"name": "Other", "code": "P-1"})).await.faults(&["code"]);
    for _ in 0..2 {
        let nameless = json!({"name": format!("No code {}", crate::client::unique()), "code": ""});
        assert_eq!(shop.erp.post("/api/v1/price_list/", nameless).await.created()["code"], json!(null));
    }
}

/// Like a stock: made (201) or written again (200), by product and list.
#[tokio::test]
async fn a_product_has_one_price_in_a_list() {
    let shop = Shop::open().await;
    let list = list(&shop).await;
    let product = id(&shop.erp.post("/api/v1/products/", json!({"sku": "SHIRT"})).await.created());
    let first = price(list, json!({"product": product, "tax_rate": 18.5, "extra_field": {"a": 1}}));
    let made = shop.erp.post("/api/v1/product_prices/", first).await.created();
    assert_eq!(
        [&made["price"], &made["tax_rate"], &made["retail_price"]],
        [&json!("10.00"), &json!("18.50"), &json!(null)]
    );
    assert_eq!((&made["product"], &made["product_sku"]), (&json!(product), &json!("SHIRT")));
    shop.server.advance(60);
    let same = shop.erp.post("/api/v1/product_prices/", price(list, json!({"product_sku": "SHIRT"}))).await.ok();
    assert_eq!(same, made, "what changes nothing is no change, and what is not sent stays");
    let other = price(list, json!({"product_sku": "SHIRT", "price": "9.999", "tax_rate": null}));
    let changed = shop.erp.post("/api/v1/product_prices/", other).await.ok();
    assert_eq!((&changed["price"], &changed["tax_rate"]), (&json!("9.999"), &json!(null)));
    assert_ne!(changed["modified_date"], made["modified_date"]);
    assert_eq!((&changed["pk"], &changed["extra_field"]), (&made["pk"], &json!({"a": 1})));
    let path = format!("/api/v1/product_prices/{}/", id(&made));
    assert_eq!(shop.erp.patch(&path, json!({"price": 12})).await.ok()["price"], json!("12.00"));
    shop.erp.patch(&path, json!({"price_list": 99})).await.faults(&["price_list"]);
    shop.erp.patch(&path, json!({"product_sku": "NOPE"})).await.faults(&["product_sku"]);
    shop.erp.post("/api/v1/product_prices/", price(list, json!({}))).await.faults(&["product"]);
    shop.erp
        .post("/api/v1/product_prices/", price(99, json!({"product": 99})))
        .await
        .faults(&["product", "price_list"]);
    let other = id(&shop.erp.post("/api/v1/products/", json!({"sku": "BELT"})).await.created());
    let torn = price(list, json!({"product": other, "product_sku": "SHIRT"}));
    shop.erp.post("/api/v1/product_prices/", torn).await.faults(&["product_sku"]);
    shop.erp.patch(&path, json!({"product_sku": "BELT"})).await.faults(&["product_sku"]);
}

#[tokio::test]
async fn prices_come_in_arrays() {
    let shop = Shop::open().await;
    let list = list(&shop).await;
    for sku in ["A", "B"] {
        shop.erp.post("/api/v1/products/", json!({"sku": sku})).await.created();
    }
    let row = |sku: &str, amount: &str| price(list, json!({"product_sku": sku, "price": amount}));
    let rows = shop.erp.post("/api/v1/product_prices/", json!([row("A", "1"), row("B", "2"), row("A", "3")])).await;
    assert_eq!(column(&json!({"results": rows.created()}), "price"), ["3.00", "2.00", "3.00"], "the later row counts");
    let rows = shop.erp.post("/api/v1/product_prices/", json!([row("B", "5"), row("A", "4")])).await.ok();
    assert_eq!(column(&json!({"results": rows}), "product_sku"), ["B", "A"]);
    let page = shop.erp.get(&format!("/api/v1/product_prices/?price_list={list}&product_sku__in=A,B")).await.ok();
    assert_eq!(column(&page, "price"), ["4.00", "5.00"]);
    let products = column(&page, "product");
    let asked = shop.erp.get(&format!("/api/v1/product_prices/?product__pk__in={},{}", products[0], products[1])).await;
    assert_eq!(asked.ok()["count"], json!(2), "as channel clients ask");
    let wrong = json!([row("A", "1"), row("NOPE", "1"), row("B", "x")]);
    let faults = shop.erp.post("/api/v1/product_prices/", wrong).await.expect(400);
    assert_eq!((&faults[0], faults[2].get("price").is_some()), (&json!({}), true), "{faults}");
}
