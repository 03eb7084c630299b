//! Catalogs and their items: what a channel sells from.

use serde_json::json;

use crate::shop::{Shop, column, id};

#[tokio::test]
async fn a_catalog_has_lists_of_both_kinds() {
    let shop = Shop::open().await;
    let prices = id(&shop.erp.post("/api/v1/price_list/", json!({"name": "Retail"})).await.created());
    let stores = [shop.list_with(json!({})).await, shop.list_with(json!({})).await];
    let bare = shop.erp.post("/api/v1/catalogs/", json!({"name": "Bare"})).await.created();
    assert_eq!((&bare["stock_list"], &bare["price_list"]), (&json!(null), &json!(null)));
    // Clients append to both of these.
    assert_eq!((&bare["extra_stock_lists"], &bare["extra_price_lists"]), (&json!([]), &json!([])));
    // Ids from the environment of a client are texts.
    let body = json!({"name": "Main", "stock_list": shop.list.to_string(), "price_list": prices,
        "extra_stock_lists": [stores[1], stores[0], stores[1]], "extra_price_lists": [prices]});
    let made = shop.erp.post("/api/v1/catalogs/", body).await.created();
    assert_eq!((&made["stock_list"], &made["price_list"]), (&json!(shop.list), &json!(prices)));
    assert_eq!(made["extra_stock_lists"], json!(stores), "each once, in their order");
    let path = format!("/api/v1/catalogs/{}/", id(&made));
    let fewer = shop.erp.patch(&path, json!({"extra_stock_lists": [], "price_list": null})).await.ok();
    assert_eq!((&fewer["extra_stock_lists"], &fewer["price_list"]), (&json!([]), &json!(null)));
    assert_eq!(fewer["extra_price_lists"], json!([prices]), "what is not sent stays");
    shop.erp.post("/api/v1/catalogs/", json!({"name": "Main"})).await.faults(&["name"]);
    let lost = json!({"name": "Lost", "stock_list": 99, "price_list": 99, "extra_stock_lists": [98, 97]});
    shop.erp.post("/api/v1/catalogs/", lost).await.faults(&["stock_list", "price_list", "extra_stock_lists"]);
    let found = shop.erp.get(&format!("/api/v1/catalogs/?stock_list={}", shop.list)).await.ok();
    assert_eq!(column(&found, "pk"), [made["pk"].clone()]);
}

#[tokio::test]
async fn a_product_is_in_a_catalog_once() {
    let shop = Shop::open().await;
    let catalog = id(&shop.erp.post("/api/v1/catalogs/", json!({"name": "Main"})).await.created());
    let mut products = Vec::new();
    for sku in ["A", "B", "C"] {
        products.push(id(&shop.erp.post("/api/v1/products/", json!({"sku": sku})).await.created()));
    }
    let item = |product: i64| json!({"product": product, "catalog": catalog});
    let made = shop.erp.post("/api/v1/catalog_items/", item(products[0])).await.created();
    shop.erp.post("/api/v1/catalog_items/", item(products[0])).await.refused("catalog_item_duplicated");
    let both = json!([item(products[1]), item(products[0])]);
    shop.erp.post("/api/v1/catalog_items/", both).await.refused("catalog_item_duplicated");
    let twice = json!([item(products[1]), item(products[1])]);
    shop.erp.post("/api/v1/catalog_items/", twice).await.refused("catalog_item_duplicated");
    let rows = shop.erp.post("/api/v1/catalog_items/", json!([item(products[1]), item(products[2])])).await.created();
    assert_eq!(rows.as_array().map(Vec::len), Some(2));
    let page = shop.erp.get(&format!("/api/v1/catalog_items/?catalog={catalog}&sort=product")).await.ok();
    assert_eq!((&page["count"], column(&page, "product")), (&json!(3), products.iter().map(|p| json!(p)).collect()));
    let refused = shop.erp.delete(&format!("/api/v1/catalogs/{catalog}/")).await.refused("still_referred_to");
    assert_eq!(refused["non_field_errors"], "This catalog cannot be removed: catalog item still refers to it.");
    shop.erp.delete(&format!("/api/v1/catalog_items/{}/", id(&made))).await.expect(204);
    shop.erp.post("/api/v1/catalog_items/", item(products[0])).await.created();
}

/// A channel's account sees the catalog of its channel, and no other.
#[tokio::test]
async fn a_channel_knows_its_own_catalog() {
    let shop = Shop::open().await;
    let channel = shop.channel("accept").await;
    let product = id(&shop.erp.post("/api/v1/products/", json!({"sku": "A"})).await.created());
    let (mut catalogs, mut items) = (Vec::new(), Vec::new());
    for name in ["Own", "Other"] {
        let catalog = id(&shop.erp.post("/api/v1/catalogs/", json!({"name": name})).await.created());
        let item = json!({"product": product, "catalog": catalog});
        items.push(id(&shop.erp.post("/api/v1/catalog_items/", item).await.created()));
        catalogs.push(catalog);
    }
    shop.admin.patch(&format!("/api/v1/channels/{channel}/"), json!({"catalog": catalogs[0]})).await.ok();
    let account = shop.server.channel_client(channel).await;
    for below in [format!("/api/v1/channel/{channel}/"), "/api/v1/".to_owned()] {
        assert_eq!(column(&account.get(&format!("{below}catalogs/")).await.ok(), "pk"), [json!(catalogs[0])]);
        assert_eq!(column(&account.get(&format!("{below}catalog_items/")).await.ok(), "pk"), [json!(items[0])]);
        account.get(&format!("{below}catalogs/{}/", catalogs[0])).await.ok();
        account.get(&format!("{below}catalogs/{}/", catalogs[1])).await.expect(404);
        account.get(&format!("{below}catalog_items/{}/", items[1])).await.expect(404);
    }
    assert_eq!(shop.erp.get("/api/v1/catalogs/").await.ok()["count"], json!(2));
    let below = shop.erp.get(&format!("/api/v1/channel/{channel}/catalogs/")).await.ok();
    assert_eq!(column(&below, "pk"), [json!(catalogs[0])], "below a channel every client sees what is its own");
    shop.admin.delete(&format!("/api/v1/catalogs/{}/", catalogs[0])).await.refused("still_referred_to");
}
