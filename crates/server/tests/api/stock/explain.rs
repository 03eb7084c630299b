//! The numbers of a product stock as sums of their parts.

use serde_json::{Value, json};

use crate::shop::{Shop, item};

async fn explained(shop: &Shop, stock: i64) -> Value {
    shop.erp.get(&format!("/api/v1/product_stocks/{stock}/explain/")).await.ok()
}

#[tokio::test]
async fn each_number_is_the_sum_of_its_parts() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 50).await;
    let orders = [shop.order("SHIRT", 2).await, shop.order("SHIRT", 3).await, shop.order("SHIRT", 4).await];
    shop.release(item(&orders[1])).await;
    // Seven are written and six are open: one is somebody else's.
    let path = format!("/api/v1/product_stocks/{shirt}/");
    shop.erp.patch(&path, json!({"sold_quantity_unreported": 7})).await.ok();
    let told = explained(&shop, shirt).await;
    let shown = shop.erp.get(&path).await.ok();
    let lines = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/reservations/")).await.ok();
    let reported = shop.erp.get(&format!("/api/v1/product_stock/{shirt}/reservations/?state=reported")).await.ok();
    let expected = json!({
        "pk": shirt, "product_sku": "SHIRT", "stock_list": shown["stock_list"],
        "stock": {"quantity": 50, "snapshot_at": told["stock"]["snapshot_at"], "counted_at": null, "adjusted_at": null},
        "sold_quantity_unreported": {
            "quantity": 7, "open_quantity": 6, "open_lines": 2,
            "oldest_open_at": lines["results"][0]["created_date"], "cart_quantity": 0, "cart_lines": 0,
            "oldest_cart_at": null, "external_quantity": 1,
        },
        "reported_quantity": {
            "quantity": 3, "reported_lines_quantity": 3, "reported_lines": 1,
            "oldest_registered_at": reported["results"][0]["registered_at"], "moved_quantity": 0,
        },
        "adjusted_stock": {"quantity": 40, "without_limits": 40, "off_sale_since": null},
        "modified_date": shown["modified_date"],
    });
    assert_eq!(told, expected);
}

#[tokio::test]
async fn lines_are_counted_up_to_a_hundred_and_their_units_always() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 500).await;
    let lines: Vec<Value> = (0..100).map(|_| shop.line("SHIRT", 2)).collect();
    shop.try_order(json!({"order_items": lines})).await.created();
    let reserved = explained(&shop, shirt).await["sold_quantity_unreported"].clone();
    assert_eq!((&reserved["open_lines"], &reserved["open_quantity"]), (&json!(100), &json!(200)));
    shop.order("SHIRT", 1).await;
    let reserved = explained(&shop, shirt).await["sold_quantity_unreported"].clone();
    assert_eq!((&reserved["open_lines"], &reserved["open_quantity"]), (&Value::Null, &json!(201)));
}

#[tokio::test]
async fn what_is_short_is_told_with_its_sign_and_another_channels_stock_is_not_there() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 5).await;
    shop.order("SHIRT", 4).await;
    shop.erp.patch(&format!("/api/v1/product_stocks/{shirt}/"), json!({"stock": 1})).await.ok();
    let available = json!({"quantity": 0, "without_limits": -3, "off_sale_since": null});
    assert_eq!(explained(&shop, shirt).await["adjusted_stock"], available);
    shop.erp.get("/api/v1/product_stocks/1/explain/").await.expect(404);
    let channel = shop.channel("refuse").await;
    let caller = shop.server.channel_client(channel).await;
    caller.get(&format!("/api/v1/product_stocks/{shirt}/explain/")).await.expect(404);
}
