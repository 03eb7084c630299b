//! Products, as much of them as stock needs.

use serde_json::json;

use crate::client::TestServer;
use crate::shop::{Shop, column, id};

#[tokio::test]
async fn a_product_is_made_shown_found_and_changed() {
    let shop = Shop::open().await;
    let made = shop.erp.post("/api/v1/products/", json!({"sku": "SHIRT-M", "base_code": "SHIRT"})).await.created();
    assert_eq!((&made["name"], &made["is_active"]), (&json!("SHIRT-M"), &json!(true)), "the SKU until it has a name");
    let product = id(&made);
    assert_eq!(shop.erp.get(&format!("/api/i1/products/{product}/")).await.ok(), made);
    let page = shop.erp.get("/api/v1/products/?base_code=SHIRT").await.ok();
    assert_eq!(page["results"], json!([made]));

    shop.server.advance(60);
    let change = json!({"name": "Oxford shirt", "is_active": "False", "attributes": {"color": "blue"}, "unknown": 1});
    let changed = shop.erp.patch(&format!("/api/v1/products/{product}/"), change).await.ok();
    assert_eq!(changed["name"], json!("Oxford shirt"));
    assert_eq!(changed["is_active"], json!(false));
    assert_eq!(changed["attributes"], json!({"color": "blue"}));
    assert_eq!((&changed["base_code"], &changed["created_date"]), (&json!("SHIRT"), &made["created_date"]));
    assert_ne!(changed["modified_date"], made["modified_date"]);
}

#[tokio::test]
async fn a_sku_is_unique_and_stays() {
    let shop = Shop::open().await;
    let product = id(&shop.erp.post("/api/v1/products/", json!({"sku": "SHIRT"})).await.created());
    shop.erp.post("/api/i1/products/", json!({"sku": "SHIRT"})).await.faults(&["sku"]);
    shop.erp.post("/api/i1/products/", json!({"sku": " SHIRT "})).await.faults(&["sku"]);
    shop.erp.post("/api/i1/products/", json!({"sku": "shirt"})).await.created();
    shop.erp.patch(&format!("/api/v1/products/{product}/"), json!({"sku": "OTHER"})).await.faults(&["sku"]);
    shop.erp.patch(&format!("/api/v1/products/{product}/"), json!({"sku": "SHIRT"})).await.ok();
    shop.erp.patch("/api/v1/products/1/", json!({"name": "x"})).await.expect(404);
}

#[tokio::test]
async fn a_product_goes_only_where_nothing_refers_to_it() {
    let shop = Shop::open().await;
    let unused = id(&shop.erp.post("/api/v1/products/", json!({"sku": "UNUSED"})).await.created());
    shop.erp.delete(&format!("/api/v1/products/{unused}/")).await.expect(204);
    shop.erp.get(&format!("/api/v1/products/{unused}/")).await.expect(404);
    let again = id(&shop.erp.post("/api/v1/products/", json!({"sku": "UNUSED"})).await.created());
    assert_ne!(again, unused, "ids are given once");
    shop.stock("SHIRT", 1).await;
    let page = shop.erp.get("/api/v1/products/?sku=SHIRT").await.ok();
    let stocked = page["results"][0]["pk"].clone();
    shop.erp.delete(&format!("/api/i1/products/{stocked}/")).await.refused("still_referred_to");
    let prices = shop.erp.post("/api/v1/price_list/", json!({"name": "Retail"})).await.created();
    let price = json!({"product": again, "price_list": prices["pk"], "price": 1, "currency_type": "try"});
    shop.erp.post("/api/v1/product_prices/", price).await.created();
    shop.erp.delete(&format!("/api/v1/products/{again}/")).await.refused("still_referred_to");
    shop.server.verify().await;
}

#[tokio::test]
async fn a_stock_write_makes_the_product_it_does_not_find() {
    let shop = Shop::open().await;
    shop.stock("NEW", 5).await;
    let page = shop.erp.get("/api/v1/products/?sku=NEW").await.ok();
    assert_eq!(column(&page, "name"), [json!("NEW")]);
    shop.write(json!({"product_sku": "NEW", "stock_list": shop.list_with(json!({})).await})).await;
    assert_eq!(shop.erp.get("/api/v1/products/?sku=NEW").await.ok()["count"], json!(1), "one product in two lists");
}

#[tokio::test]
async fn a_shop_can_forbid_unknown_products() {
    let server = TestServer::with(|config| config.create_unknown_products = false).await;
    let shop = Shop::on(server).await;
    shop.erp.post("/api/v1/products/", json!({"sku": "KNOWN"})).await.created();
    shop.stock("KNOWN", 5).await;
    let before = shop.server.dump().await;
    shop.try_write(json!({"product_sku": "NEW", "stock": 5})).await.faults(&["product_sku"]);
    let rows = json!([
        {"product_sku": "KNOWN", "stock_list": shop.list, "stock": 9},
        {"product_sku": "NEW", "stock_list": shop.list, "stock": 9},
    ]);
    let faults = shop.erp.post("/api/v1/product_stock/", rows).await.expect(400);
    assert_eq!(faults[0], json!({}));
    assert!(faults[1]["product_sku"].is_array(), "{faults}");
    assert_eq!(shop.server.dump().await, before);
}

#[tokio::test]
async fn texts_of_every_script_come_back_as_they_were() {
    let shop = Shop::open().await;
    for text in
        ["Gömlek İĞÜŞ", "衬衫", "قميص", "👕🏽", "a\"b\\c/d", "a\u{1}b\tc\nd", "'; DROP TABLE stock; --", "%_*?", "{id}"]
    {
        let made =
            shop.erp.post("/api/v1/products/", json!({"sku": text, "extra_field": {text: text}})).await.created();
        assert_eq!((&made["sku"], &made["extra_field"]), (&json!(text), &json!({text: text})));
        let query: String = form_urlencoded::Serializer::new(String::new()).append_pair("sku", text).finish();
        let page = shop.erp.get(&format!("/api/v1/products/?{query}")).await.ok();
        assert_eq!(page["results"], json!([made]), "{text}");
    }
}
