//! Who reserves a product stock: its open and its reported lines, page by page.

use serde_json::{Value, json};

use crate::shop::{Shop, column, id, item, new_order};

#[tokio::test]
async fn the_lines_of_a_stock_add_up_to_its_figures() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 500).await;
    shop.stock("BELT", 500).await;
    let mut orders = Vec::new();
    for round in 0..4 {
        shop.order("BELT", 1).await;
        orders.push(shop.order("SHIRT", 2 + round).await);
    }
    shop.release(item(&orders[1])).await;
    shop.cancel(&orders[3]).await;
    let path = format!("/api/v1/product_stocks/{shirt}/reservations/");
    let open = shop.erp.get(&path).await.ok();
    assert_eq!(column(&open, "order"), [&orders[0], &orders[2]].map(|order| order["pk"].clone()));
    assert_eq!(column(&open, "quantity"), [json!(2), json!(4)]);
    assert_eq!((&open["next_after"], &open["results"][0]["registered_at"]), (&Value::Null, &Value::Null));
    let first = &open["results"][0];
    let expected = json!({
        "order_item": item(&orders[0]), "order": id(&orders[0]), "order_number": orders[0]["number"], "channel": null,
        "quantity": 2, "state": "open", "created_date": first["created_date"], "registered_at": null, "code": null,
        "is_oversold": false, "reservation": null, "reference": null, "expires_at": null,
    });
    assert_eq!(*first, expected);
    let reported = shop.erp.get(&format!("{path}?state=reported")).await.ok();
    let line = &reported["results"][0];
    assert_eq!(column(&reported, "quantity"), [json!(3)]);
    assert_eq!(line["code"], json!(format!("ERP-{}", item(&orders[1]))));
    assert!(line["registered_at"].is_string(), "{line}");
    assert_eq!(shop.figures(shirt).await[1..3], [6, 3]);
    shop.erp.get("/api/v1/product_stocks/1/reservations/").await.expect(404);
    for (query, field) in [("state=settled", "state"), ("after=x", "after")] {
        shop.erp.get(&format!("{path}?{query}")).await.faults(&[field]);
    }
}

#[tokio::test]
async fn many_lines_are_read_in_parts() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 500).await;
    let lines: Vec<Value> = (0..230).map(|_| shop.line("SHIRT", 1)).collect();
    shop.try_order(json!({"order_items": lines})).await.created();
    let path = format!("/api/v1/product_stock/{shirt}/reservations/");
    let first = shop.erp.get(&format!("/api/v1/product_stock/{shirt}/reservations/")).await.ok();
    let (mut seen, mut page) = (Vec::new(), first);
    loop {
        assert!(column(&page, "order_item").len() <= 100);
        seen.extend(column(&page, "order_item"));
        let Some(after) = page["next_after"].as_i64() else { break };
        page = shop.erp.get(&format!("{path}?after={after}")).await.ok();
    }
    let mut whole: Vec<i64> = seen.iter().filter_map(Value::as_i64).collect();
    assert!(whole.is_sorted(), "the oldest line first");
    whole.dedup();
    assert_eq!(whole.len(), 230);
}

#[tokio::test]
async fn a_channel_is_told_of_its_own_orders_only() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 50).await;
    let channel = shop.channel("refuse").await;
    shop.sells(channel).await;
    shop.order("SHIRT", 3).await;
    let own = new_order(json!({"channel": channel, "order_items": [shop.line("SHIRT", 2)]}));
    let own = shop.admin.post("/api/v1/orders/", own).await.created();
    let caller = shop.server.channel_client(channel).await;
    let page = caller.get(&format!("/api/v1/product_stocks/{shirt}/reservations/")).await.ok();
    assert_eq!(column(&page, "quantity"), [json!(3), json!(2)], "the units of all");
    assert_eq!(column(&page, "order"), [Value::Null, own["pk"].clone()]);
    assert_eq!(column(&page, "order_number"), [Value::Null, own["number"].clone()]);
    assert_eq!(column(&page, "order_item")[0], Value::Null);
}
