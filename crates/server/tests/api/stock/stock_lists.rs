//! Stock lists (contract 3).

use serde_json::json;

use crate::client::TestServer;
use crate::shop::{Shop, id};

#[tokio::test]
async fn a_list_is_made_shown_and_changed() {
    let shop = Shop::open().await;
    let made = shop.erp.post("/api/v1/stock_list/", json!({"name": "Test List"})).await.created();
    let expected = [("code", json!(null)), ("is_auto_sync", json!(true)), ("release_mode", json!("until_next_write"))];
    for (field, value) in expected {
        assert_eq!(made[field], value, "{field}");
    }
    let list = id(&made);
    shop.server.advance(60);
    let changed = shop.erp.patch(&format!("/api/i1/stock_list/{list}/"), json!({"name": "Updated"})).await.ok();
    assert_eq!((&changed["name"], &changed["created_date"]), (&json!("Updated"), &made["created_date"]));
    assert_eq!(changed["modified_date"], json!(shop.server.time(0)), "unlike the vendor's example");
    assert_eq!(shop.erp.get(&format!("/api/v1/stock_list/{list}/")).await.ok(), changed);
    let page = shop.erp.get("/api/v1/stock_list/?name__exact=Updated").await.ok();
    assert_eq!(page["results"], json!([changed]));
    shop.erp.get("/api/v1/stock_list/999/").await.expect(404);
    shop.erp.patch("/api/v1/stock_list/999/", json!({"name": "x"})).await.expect(404);
}

#[tokio::test]
async fn name_and_code_are_unique_and_both_clashes_are_said_at_once() {
    let shop = Shop::open().await;
    let clash = json!({"name": "Retail", "code": "retail"});
    shop.erp.post("/api/v1/stock_list/", clash.clone()).await.faults(&["name", "code"]);
    let other = shop.list_with(json!({"code": "other"})).await;
    shop.erp.patch(&format!("/api/v1/stock_list/{other}/"), clash).await.faults(&["name", "code"]);
    let same = json!({"name": "Retail", "code": "retail"});
    shop.erp.patch(&format!("/api/v1/stock_list/{}/", shop.list), same).await.ok();
    shop.list_with(json!({"code": null})).await;
    shop.list_with(json!({"code": ""})).await;
}

/// Contract X7: auto sync needs a code, but only a client that says so is told.
#[tokio::test]
async fn auto_sync_needs_a_code_where_the_client_speaks_of_it() {
    let shop = Shop::open().await;
    let explicit = json!({"name": "A", "is_auto_sync": true});
    shop.erp.post("/api/v1/stock_list/", explicit).await.refused("product_stock_400_2");
    let list = shop.list_with(json!({"is_auto_sync": false})).await;
    let path = format!("/api/v1/stock_list/{list}/");
    shop.erp.patch(&path, json!({"is_auto_sync": true})).await.refused("product_stock_400_2");
    shop.erp.patch(&path, json!({"is_auto_sync": true, "code": "A"})).await.ok();
    shop.erp.patch(&path, json!({"code": null})).await.refused("product_stock_400_2");
    shop.erp.patch(&path, json!({"code": null, "is_auto_sync": false})).await.ok();

    let strict = Shop::on(TestServer::with(|config| config.strict_auto_sync = true).await).await;
    let silent = json!({"name": "A"});
    strict.erp.post("/api/v1/stock_list/", silent).await.refused("product_stock_400_2");
    strict.erp.post("/api/v1/stock_list/", json!({"name": "A", "is_auto_sync": false})).await.created();
}

#[tokio::test]
async fn a_changed_release_mode_counts_from_the_next_release_on() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let orders = [shop.order("SHIRT", 1).await, shop.order("SHIRT", 1).await];
    shop.release(crate::shop::item(&orders[0])).await;
    assert_eq!(shop.figures(shirt).await, [10, 1, 1, 8]);
    let immediate = json!({"release_mode": "immediate"});
    shop.erp.patch(&format!("/api/v1/stock_list/{}/", shop.list), immediate).await.ok();
    shop.release(crate::shop::item(&orders[1])).await;
    assert_eq!(shop.figures(shirt).await, [10, 0, 1, 9]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_list_goes_only_where_nothing_refers_to_it() {
    let shop = Shop::open().await;
    let unused = shop.list_with(json!({})).await;
    shop.erp.delete(&format!("/api/v1/stock_list/{unused}/")).await.expect(204);
    shop.erp.get(&format!("/api/v1/stock_list/{unused}/")).await.expect(404);
    let write = json!({"product_sku": "SHIRT", "stock_list": unused});
    shop.try_write(write).await.faults(&["stock_list"]);
    shop.stock("SHIRT", 1).await;
    shop.erp.delete(&format!("/api/i1/stock_list/{}/", shop.list)).await.refused("still_referred_to");
    let extra = shop.list_with(json!({})).await;
    shop.erp.post("/api/v1/catalogs/", json!({"name": "Main", "extra_stock_lists": [extra]})).await.created();
    shop.erp.delete(&format!("/api/v1/stock_list/{extra}/")).await.refused("still_referred_to");
    shop.server.verify().await;
}
