//! Rows that are written back as they were read: what was only shown is no statement about sold units.

use serde_json::{Value, json};

use crate::shop::{Shop, item, merge};

/// The external part of a stock.
async fn external(shop: &Shop, stock: i64) -> i64 {
    let row = shop.erp.get(&format!("/api/v1/product_stocks/{stock}/")).await.ok();
    row["external_quantity"].as_i64().expect("a number")
}

/// A stock of 50 with an order of 4 that the ERP has registered after it read the row in one of the families.
async fn released_since(shop: &Shop, sku: &str, family: &str) -> (i64, Value) {
    let stock = shop.stock(sku, 50).await;
    let order = shop.order(sku, 4).await;
    shop.server.advance(1);
    let row = shop.erp.get(&format!("/api/{family}/product_stock/{stock}/")).await.ok();
    assert_eq!(row["sold_quantity_unreported"], json!(4));
    shop.server.advance(1);
    shop.release(item(&order)).await;
    (stock, row)
}

#[tokio::test]
async fn a_whole_row_that_comes_back_after_a_release_reserves_nothing() {
    let shop = Shop::open().await;
    for (sku, family) in [("SHIRT", "i1"), ("SCARF", "v1")] {
        let (stock, mut row) = released_since(&shop, sku, family).await;
        row["stock"] = json!(46);
        let written = shop.erp.post(&format!("/api/{family}/product_stock/"), row.clone()).await.ok();
        assert_eq!((&written["stock"], &written["sold_quantity_unreported"]), (&json!(46), &json!(0)), "{family}");
        row["stock"] = json!(45);
        shop.erp.patch(&format!("/api/{family}/product_stock/{stock}/"), row.clone()).await.ok();
        shop.erp.post(&format!("/api/{family}/product_stocks/"), json!([row])).await.ok();
        assert_eq!(external(&shop, stock).await, 0, "{family}");
    }
    shop.server.verify().await;
}

#[tokio::test]
async fn another_figure_or_another_row_is_a_statement() {
    let shop = Shop::open().await;
    // What the body says besides the sold units, and what becomes external.
    let (stock, row) = released_since(&shop, "SHIRT", "v1").await;
    let other = shop.stock("SCARF", 1).await;
    let read_at = row["modified_date"].clone();
    let released_at = shop.erp.get(&format!("/api/v1/product_stocks/{stock}/")).await.ok()["modified_date"].clone();
    let table = [
        // Without an id, it is not a row that was read.
        (4, json!({}), 4),
        (4, json!({"modified_date": read_at}), 4),
        (4, json!({"id": other}), 4),
        (4, json!({"id": "no id"}), 4),
        (4, json!({"id": stock}), 0),
        (4, json!({"pk": stock}), 0),
        (4, json!({"pk": stock, "modified_date": read_at}), 0),
        // What is no time says nothing.
        (4, json!({"pk": stock, "modified_date": "yesterday"}), 0),
        // At that time, it was shown as 0.
        (4, json!({"pk": stock, "modified_date": released_at}), 4),
        // It was never shown.
        (3, json!({"pk": stock}), 3),
        (5, json!({"pk": stock, "modified_date": read_at}), 5),
    ];
    let path = format!("/api/v1/product_stocks/{stock}/");
    for (sold, more, expected) in table {
        let mut body = json!({"sold_quantity_unreported": sold});
        merge(&mut body, more.clone());
        shop.erp.patch(&path, body).await.ok();
        assert_eq!(external(&shop, stock).await, expected, "{sold} with {more}");
        shop.erp.patch(&path, json!({"sold_quantity_unreported": 0})).await.ok();
    }
}

#[tokio::test]
async fn a_figure_of_the_day_before_yesterday_is_a_statement_where_the_row_has_no_time() {
    let shop = Shop::open().await;
    let (stock, row) = released_since(&shop, "SHIRT", "i1").await;
    shop.server.advance(2 * 24 * 3_600);
    // The newest change before today is what was shown since then: 0.
    shop.erp.patch(&format!("/api/i1/product_stock/{stock}/"), row).await.ok();
    assert_eq!(external(&shop, stock).await, 4);
}
