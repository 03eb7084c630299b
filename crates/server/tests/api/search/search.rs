//! What a few typed letters find: products by their words, orders, imports, lists.

use onhand::auth::Role;
use onhand_testkit::wait;
use serde_json::{Value, json};

use crate::client::Client;
use crate::files::{finished, import_path, upload};
use crate::shop::{Shop, id};

async fn search(client: &Client, text: &str) -> Value {
    let text: String = form_urlencoded::byte_serialize(text.as_bytes()).collect();
    client.get(&format!("/api/v1/search/?q={text}")).await.ok()
}

fn skus(found: &Value) -> Vec<&str> {
    let products = found["products"].as_array().expect("products");
    products.iter().map(|product| product["sku"].as_str().expect("a SKU")).collect()
}

/// Waits until a text finds these products: words are read soon after products are written.
async fn finds(client: &Client, text: &str, wanted: &[&str]) {
    wait::until_async(async || {
        let found = search(client, text).await;
        if skus(&found) == wanted { Ok(()) } else { Err(format!("{text} finds {found}, not {wanted:?}")) }
    })
    .await;
}

async fn product(shop: &Shop, sku: &str, fields: Value) -> i64 {
    let mut body = json!({"sku": sku});
    crate::shop::merge(&mut body, fields);
    id(&shop.erp.post("/api/v1/products/", body).await.created())
}

#[tokio::test]
async fn products_are_found_by_words_of_their_name_and_parts_of_their_sku_whatever_their_case() {
    let shop = Shop::open().await;
    shop.stock("DRESS-İPEK-LACİ-38", 3).await;
    product(&shop, "A-1", json!({"name": "Oxford shirt, white"})).await;
    let blue = product(&shop, "A-2", json!({"name": "Oxford shirt, blue"})).await;
    for text in ["ipek", "IPEK", "İPEK", "laci dress", "38 ip"] {
        finds(&shop.erp, text, &["DRESS-İPEK-LACİ-38"]).await;
    }
    finds(&shop.erp, "oxford", &["A-1", "A-2"]).await;
    finds(&shop.erp, "shirt BLUE", &["A-2"]).await;
    finds(&shop.erp, "A-", &["A-1", "A-2"]).await;
    assert_eq!(skus(&search(&shop.erp, "oxford ipek").await), Vec::<&str>::new());

    let path = format!("/api/v1/products/{blue}/");
    shop.erp.patch(&path, json!({"name": "Oxford trousers"})).await.ok();
    finds(&shop.erp, "trousers", &["A-2"]).await;
    finds(&shop.erp, "shirt", &["A-1"]).await;
    shop.erp.delete(&path).await.expect(204);
    finds(&shop.erp, "trousers", &[]).await;
    shop.server.verify().await;
}

#[tokio::test]
async fn a_barcode_is_found_whole_and_first() {
    let shop = Shop::open().await;
    product(&shop, "8690-CASE", json!({"attributes": {"barcode": "111"}})).await;
    product(&shop, "B-1", json!({"attributes": {"barcode": "8690-123 456"}})).await;
    product(&shop, "B-2", json!({"attributes": {"barcode": 8_690}})).await;
    finds(&shop.erp, "8690123456", &["B-1"]).await;
    finds(&shop.erp, "8690", &["B-2", "8690-CASE"]).await;
    assert_eq!(skus(&search(&shop.erp, "869012345").await), Vec::<&str>::new(), "a part of it is no barcode");
}

#[tokio::test]
async fn orders_imports_and_lists_are_found_with_products() {
    let shop = Shop::open().await;
    shop.stock("RET-1", 9).await;
    let order = shop.try_order(json!({"number": "RET-1001", "order_items": [shop.line("RET-1", 1)]})).await.created();
    let key =
        upload(&shop.erp, &import_path(shop.list), "Ret-count.csv", b"product_sku,stock\nRET-1,8\n", &[]).await.ok();
    let key = key["cache_key"].as_str().expect("a key").to_owned();
    finished(&shop.erp, &key).await;
    let found = search(&shop.erp, "RET").await;
    assert_eq!(skus(&found), ["RET-1"]);
    assert_eq!(found["orders"], json!([{"pk": id(&order), "number": "RET-1001", "channel": null, "status": "400"}]));
    assert_eq!(
        (&found["imports"][0]["cache_key"], &found["imports"][0]["file_name"]),
        (&json!(key), &json!("Ret-count.csv"))
    );
    assert_eq!(found["stock_lists"], json!([{"pk": shop.list, "name": "Retail", "code": "retail"}]));

    let channel = shop.channel("accept").await;
    let seller = shop.server.channel_client(channel).await;
    let nothing = json!({"products": [], "orders": [], "imports": [], "stock_lists": []});
    assert_eq!(search(&seller, "RET").await, nothing, "a channel finds what it may see");
    shop.sells(channel).await;
    let found = search(&seller, "RET").await;
    assert_eq!((skus(&found), &found["orders"]), (vec!["RET-1"], &json!([])));
    let viewer = shop.server.client(Role::Viewer).await;
    assert_eq!(skus(&search(&viewer, "RET").await), ["RET-1"]);
}

#[tokio::test]
async fn a_text_that_cannot_be_searched_for_is_refused() {
    let shop = Shop::open().await;
    for query in ["", "?q=", "?q=%20", "?q=a%00b", &format!("?q={}", "x".repeat(129))] {
        shop.erp.get(&format!("/api/v1/search/{query}")).await.faults(&["q"]);
    }
    for text in ["%", "_", "' OR 1=1 --", "☂", "-/-", "a b c d e f g h i j k"] {
        search(&shop.erp, text).await;
    }
}
