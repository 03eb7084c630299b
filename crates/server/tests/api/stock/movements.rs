//! The history of a product stock: why its numbers are what they are.

use serde_json::{Value, json};

use crate::shop::{Shop, column, int, item};

#[tokio::test]
async fn the_history_adds_up_to_the_figures() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 200).await;
    let mut expected = vec!["write"];
    for round in 0..40_i64 {
        let order = shop.order("SHIRT", 1 + round % 3).await;
        expected.push("order");
        match round % 4 {
            0 => {
                shop.release(item(&order)).await;
                expected.push("release");
            }
            1 => {
                shop.cancel(&order).await;
                expected.push("cancel");
            }
            2 => {
                shop.server.advance(10);
                shop.stock("SHIRT", 150 + round).await;
                expected.push("write");
            }
            _ => {}
        }
    }
    let mut rows: Vec<Value> = Vec::new();
    let mut page = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/")).await.ok();
    loop {
        rows.extend(page["results"].as_array().expect("rows").clone());
        let Some(before) = page["next_before"].as_i64() else { break };
        page = shop.erp.get(&format!("/api/v1/product_stock/{shirt}/movements/?before={before}")).await.ok();
    }
    rows.reverse();
    let reasons: Vec<_> = rows.iter().map(|row| row["reason"].as_str().expect("a reason")).collect();
    assert_eq!(reasons, expected);
    let mut sums = [0; 3];
    let names = ["stock", "sold_quantity_unreported", "reported_quantity"];
    for row in &rows {
        for (sum, name) in sums.iter_mut().zip(names) {
            *sum += int(&row[format!("{name}_change")]);
            assert_eq!(int(&row[name]), *sum, "{row}");
        }
        assert_eq!(row["order_item"].is_null(), row["reason"] == "write", "{row}");
    }
    assert_eq!(sums, shop.figures(shirt).await[..3]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_history_names_who_did_it_and_takes_no_foreign_place() {
    let shop = Shop::open().await;
    let (shirt, belt) = (shop.stock("SHIRT", 10).await, shop.stock("BELT", 10).await);
    let user = shop.erp.get("/api/v1/active_user/").await.ok()["pk"].clone();
    let page = shop.erp.get(&format!("/api/i1/product_stocks/{shirt}/movements/")).await.ok();
    assert_eq!(column(&page, "user"), [user]);
    let foreign =
        int(&shop.erp.get(&format!("/api/v1/product_stock/{belt}/movements/")).await.ok()["results"][0]["pk"]);
    let page = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/?before={foreign}")).await.ok();
    assert_eq!(page["results"], json!([]));
    let wrong = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/?before=x")).await;
    wrong.faults(&["before"]);
    shop.erp.get("/api/v1/product_stocks/1/movements/").await.expect(404);
}
