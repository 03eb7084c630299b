//! Orders (contract 7): placing, finding, marking as taken, cancelling.

use serde_json::{Value, json};

use crate::shop::{Shop, column, id, items, new_order};

#[tokio::test]
async fn an_order_is_placed_shown_and_found() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let line = json!({
        "product_sku": "SHIRT", "stock_list": shop.list, "quantity": 2, "price": "286.10",
        "extra_field": {"gift": true}, "attributes": {"color": "blue"}, "tax_rate": 18, "tracking_number": null,
    });
    let body = json!({
        "number": "WEB/2026-1", "currency": "try", "extra_field": {"a": {"b": [1, 2.50, null]}},
        "date_placed": "2026-02-28T23:00:00+03:00", "customer": {"name": "Ada"}, "amount": "572.20",
        "order_items": [line],
    });
    let order = shop.erp.post("/api/v1/orders/", body).await.created();
    let expected = [
        ("status", json!("400")),
        ("is_send", json!(false)),
        ("channel", json!(null)),
        ("date_placed", json!("2026-02-28T20:00:00.000000Z")),
        ("customer", json!({"name": "Ada"})),
        ("amount", json!("572.20")),
        ("extra_field", json!({"a": {"b": [1, 2.50, null]}})),
    ];
    for (field, value) in expected {
        assert_eq!(order[field], value, "{field}");
    }
    let line = &order["order_items"][0];
    let expected = [("quantity", json!(2)), ("price", json!("286.10")), ("status", json!("400"))];
    for (field, value) in expected.into_iter().chain([("tax_rate", json!(18)), ("tracking_number", json!(null))]) {
        assert_eq!(line[field], value, "{field}");
    }
    assert_eq!(shop.erp.get(&format!("/api/i1/orders/{}/", id(&order))).await.ok(), order);
    assert_eq!(shop.erp.get("/api/v1/order_number/WEB%2F2026-1/").await.ok(), order);
    assert_eq!(shop.erp.get("/api/v1/orders/?number=WEB/2026-1").await.ok()["results"], json!([order]));
    shop.erp.get(&format!("/api/v1/order_number/{}/", "nothing")).await.expect(404);
    shop.erp.get("/api/v1/order_number/%ff/").await.expect(404);
}

#[tokio::test]
async fn a_number_is_unique_within_its_channel() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let (one, two) = (shop.channel("accept").await, shop.channel("accept").await);
    let body = |channel: Value| json!({"number": "7", "channel": channel, "order_items": [shop.line("SHIRT", 1)]});
    for channel in [json!(null), json!(one), json!(two)] {
        shop.try_order(body(channel)).await.created();
    }
    let before = shop.server.dump().await;
    for channel in [json!(null), json!(one), json!(two)] {
        shop.try_order(body(channel)).await.faults(&["number"]);
    }
    assert_eq!(shop.server.dump().await, before);
    let absent = json!({"number": "7", "order_items": [shop.line("SHIRT", 1)]});
    shop.try_order(absent).await.faults(&["number"]);
}

#[tokio::test]
async fn a_line_names_its_product_in_one_way() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let product = id(&shop.erp.get("/api/v1/products/?sku=SHIRT").await.ok()["results"][0]);
    let by_id = json!({"product": product, "stock_list": shop.list});
    let order = shop.try_order(json!({"order_items": [by_id]})).await.created();
    assert_eq!(order["order_items"][0]["quantity"], json!(1));
    let lines = json!([
        {"stock_list": shop.list},
        {"product": product, "product_sku": "SHIRT", "stock_list": shop.list},
        shop.line("SHIRT", 1),
        {"product_sku": "SHIRT", "stock_list": shop.list, "status": "100"},
    ]);
    let faults = shop.try_order(json!({"order_items": lines})).await.faults(&["order_items"]);
    let named =
        |row: usize| faults["order_items"][row].as_object().expect("faults").keys().cloned().collect::<Vec<_>>();
    assert_eq!([named(0), named(1), named(2), named(3)], [vec!["product"], vec!["product"], vec![], vec!["status"]]);
    let unknown = json!([
        {"product": 999_999, "stock_list": shop.list}, {"product_sku": "SHIRT", "stock_list": 999},
        {"product_sku": "NONE", "stock_list": 999}, shop.line("SHIRT", 1),
    ]);
    let faults = shop.try_order(json!({"order_items": unknown})).await.faults(&["order_items"]);
    let named =
        |row: usize| faults["order_items"][row].as_object().expect("faults").keys().cloned().collect::<Vec<_>>();
    assert_eq!([named(0), named(1), named(3)], [vec!["product"], vec!["stock_list"], vec![]]);
    assert_eq!(named(2), ["stock_list", "product_sku"], "all faults at once");
    shop.try_order(json!({"channel": 999, "order_items": [shop.line("SHIRT", 1)]})).await.faults(&["channel"]);
    shop.try_order(json!({"status": "100", "order_items": [shop.line("SHIRT", 1)]})).await.faults(&["status"]);
    shop.server.verify().await;
}

/// Contract 7.3: code, number or name come in; the code goes out, as a text.
#[tokio::test]
async fn a_status_is_a_code_a_number_or_a_name() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    for status in [json!("300"), json!(300), json!("payment_waiting")] {
        let body = json!({"status": status, "order_items": [shop.line("SHIRT", 1)]});
        let order = shop.try_order(body).await.created();
        assert_eq!((&order["status"], &order["order_items"][0]["status"]), (&json!("300"), &json!("300")));
    }
    for query in ["status=300", "status=payment_waiting", "status__in=300,400", "status=300&status=400"] {
        let page = shop.erp.get(&format!("/api/i1/orders/?{query}")).await.ok();
        assert_eq!(page["count"], json!(3), "{query}");
    }
    assert_eq!(shop.erp.get("/api/i1/orders/?status=400").await.ok()["count"], json!(0));
}

/// What waits for the ERP is what it has not taken.
#[tokio::test]
async fn the_erp_marks_what_it_has_taken() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let orders = [shop.order("SHIRT", 1).await, shop.order("SHIRT", 2).await];
    let waiting = shop.erp.get("/api/i1/orders/?is_send=False").await.ok();
    assert_eq!(column(&waiting, "pk"), [orders[0]["pk"].clone(), orders[1]["pk"].clone()]);
    let path = format!("/api/v1/orders/{}/", id(&orders[0]));
    let taken = shop.erp.patch(&path, json!({"is_send": true, "status": "500", "number": "x"})).await.ok();
    assert_eq!((&taken["is_send"], &taken["status"]), (&json!(true), &json!("400")), "nothing else can be changed");
    assert_eq!(taken["number"], orders[0]["number"]);
    assert_eq!(shop.figures(shirt).await, [10, 3, 0, 7], "taking an order releases nothing");
    let waiting = shop.erp.get("/api/i1/orders/?is_send=false").await.ok();
    assert_eq!((&waiting["count"], column(&waiting, "pk")), (&json!(1), vec![orders[1]["pk"].clone()]));
    shop.erp.patch(&format!("/api/v1/orders/{}/", 1), json!({"is_send": true})).await.expect(404);
    shop.server.verify().await;
}

#[tokio::test]
async fn some_lines_of_an_order_are_cancelled() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let lines: Vec<_> = (1..=3).map(|quantity| shop.line("SHIRT", quantity)).collect();
    let order = shop.try_order(json!({"order_items": lines})).await.created();
    let all = items(&order);
    let order = id(&order);
    let body = json!({
        "order": order, "is_all": false, "cancel_items": [all[0]], "reasons": {all[0].to_string(): 3},
        "forced_refund_amount": null, "is_cargo_refund": false, "refund_invoice_number": "R1",
    });
    let after = shop.erp.post(&format!("/api/i1/orders/{order}/cancel/"), body).await.ok();
    let statuses = |order: &Value| -> Vec<String> {
        let lines = order["order_items"].as_array().expect("lines").iter();
        lines.map(|line| line["status"].as_str().expect("a code").to_owned()).collect()
    };
    assert_eq!((statuses(&after), &after["status"]), (vec!["100".into(), "400".into(), "400".into()], &json!("400")));
    assert_eq!(shop.figures(shirt).await, [10, 5, 0, 5]);
    // Contract 7.4 types the list as a dictionary as well.
    let keyed = json!({"cancel_items": {all[1].to_string(): true, all[2].to_string(): true}});
    let after = shop.erp.post(&format!("/api/v1/orders/{order}/cancel/"), keyed).await.ok();
    assert_eq!((statuses(&after), &after["status"]), (vec!["100".to_owned(); 3], &json!("100")));
    assert_eq!(shop.figures(shirt).await, [10, 0, 0, 10]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_cancellation_names_lines_of_its_order() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let (order, other) = (shop.order("SHIRT", 1).await, shop.order("SHIRT", 1).await);
    let path = format!("/api/v1/orders/{}/cancel/", id(&order));
    let before = shop.server.dump().await;
    for body in
        [json!({}), json!({"cancel_items": []}), json!({"is_all": false}), json!({"cancel_items": items(&other)})]
    {
        shop.erp.post(&path, body).await.faults(&["cancel_items"]);
    }
    for named in [items(&other), vec![items(&order)[0], items(&other)[0]]] {
        shop.erp.post(&path, json!({"is_all": true, "cancel_items": named})).await.faults(&["cancel_items"]);
    }
    let reasons = json!({items(&other)[0].to_string(): 3});
    shop.erp.post(&path, json!({"is_all": true, "reasons": reasons})).await.faults(&["reasons"]);
    shop.erp.post(&path, json!({"order": id(&other), "is_all": true})).await.faults(&["order"]);
    shop.erp.post("/api/v1/orders/1/cancel/", json!({"is_all": true})).await.expect(404);
    assert_eq!(shop.server.dump().await, before);
}

/// What has left was booked where it left, so the ERP does not register it here: the next level no longer has it.
#[tokio::test]
async fn an_order_that_has_left_is_off_sale_until_the_next_figure() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    for (status, left) in [("500", 9), ("550", 8), ("shipped_and_informed", 7)] {
        let fields = json!({"status": status, "order_items": [shop.line("SHIRT", 1)]});
        let order = shop.try_order(fields).await.created();
        assert_eq!(shop.figures(shirt).await, [10, 0, 10 - left, left], "{status}");
        let path = format!("/api/v1/orders/{}/cancel/", id(&order));
        shop.erp.post(&path, json!({"is_all": true})).await.refused("order_item_shipped");
    }
    let too_many = json!({"status": "500", "order_items": [shop.line("SHIRT", 8)]});
    shop.try_order(too_many).await.refused("insufficient_stock");
    let mixed = json!({"order_items": [shop.line("SHIRT", 2), {"product_sku": "SHIRT", "stock_list": shop.list, "status": "550"}]});
    shop.try_order(mixed).await.created();
    assert_eq!(shop.figures(shirt).await, [10, 2, 4, 4]);
    shop.server.verify().await;
    shop.server.advance(1);
    shop.write(json!({"product_sku": "SHIRT", "stock": 6})).await;
    assert_eq!(shop.figures(shirt).await, [6, 2, 0, 4]);
    shop.server.verify().await;
}

#[tokio::test]
async fn an_order_that_was_paid_back_asks_for_no_units() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 1).await;
    let order = shop.try_order(json!({"status": 600, "order_items": [shop.line("SHIRT", 5)]})).await.created();
    assert_eq!((&order["status"], &order["order_items"][0]["oversold"]), (&json!("600"), &json!(false)));
    assert_eq!(shop.figures(shirt).await, [1, 0, 0, 1]);
    shop.server.verify().await;
}

#[tokio::test]
async fn an_order_has_one_to_a_thousand_lines() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 1_000).await;
    let lines = |count: usize| vec![shop.line("SHIRT", 1); count];
    shop.try_order(json!({"order_items": lines(0)})).await.faults(&["order_items"]);
    shop.try_order(json!({"order_items": lines(1_001)})).await.faults(&["order_items"]);
    let order = shop.erp.post("/api/i1/orders/", new_order(json!({"order_items": lines(1_000)}))).await.created();
    assert_eq!(shop.figures(shirt).await, [1_000, 1_000, 0, 0]);
    shop.cancel(&order).await;
    assert_eq!(shop.figures(shirt).await, [1_000, 0, 0, 1_000]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_held_quantity_stays_within_the_documented_bounds() {
    let shop = Shop::open().await;
    let market = shop.channel("accept").await;
    let path = format!("/api/v1/channels/{market}/");
    shop.admin.patch(&path, json!({"oversell_quantity_max": 2_147_483_647})).await.ok();
    let shirt = shop.stock("SHIRT", 5).await;
    let order = |quantity: i64| json!({"channel": market, "order_items": [shop.line("SHIRT", quantity)]});
    shop.try_order(order(2_147_483_647)).await.created();
    let before = shop.server.dump().await;
    shop.try_order(order(1)).await.refused("held_too_large");
    assert_eq!(shop.server.dump().await, before);
    assert_eq!(shop.figures(shirt).await, [5, 2_147_483_647, 0, 0]);
    shop.server.verify().await;
}

/// Contract 1.3 has no such look-up; it is ours, and bounded: in the order of numbers.
#[tokio::test]
async fn orders_are_found_by_the_beginning_of_their_number() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    for number in ["TR-2", "TR-10", "TR-1", "tr-3", "X", "TR%"] {
        shop.try_order(json!({"number": number, "order_items": [shop.line("SHIRT", 1)]})).await.created();
    }
    let numbers = async |query: &str| {
        let page = shop.erp.get(&format!("/api/v1/orders/?{query}")).await.ok();
        (page["count"].clone(), column(&page, "number"))
    };
    let three = vec![json!("TR-1"), json!("TR-10"), json!("TR-2")];
    assert_eq!(numbers("number__startswith=TR-").await, (json!(3), three.clone()));
    assert_eq!(numbers("number__startswith=TR-&limit=2&page=2").await, (json!(3), three[2..].to_vec()));
    assert_eq!(numbers("number__startswith=TR-&sort=-number").await.1, three.iter().rev().cloned().collect::<Vec<_>>());
    assert_eq!(numbers("number__startswith=TR-&sort=id").await.1, [json!("TR-2"), json!("TR-10"), json!("TR-1")]);
    assert_eq!(numbers("number__startswith=TR%25").await.1, [json!("TR%")]);
    assert_eq!(numbers("number__startswith=TR-&is_send=true").await, (json!(0), vec![]));
    let page = shop.erp.get("/api/v1/orders/?number__startswith=TR-&limit=2&cursor=").await.ok();
    assert_eq!(column(&page, "number"), three[..2]);
    let rest = shop.erp.get(page["next"].as_str().expect("more")).await.ok();
    assert_eq!(column(&rest, "number"), three[2..]);
    let seller = shop.server.channel_client(shop.channel("accept").await).await;
    assert_eq!(seller.get("/api/v1/orders/?number__startswith=TR").await.ok()["count"], json!(0));
    shop.erp.get("/api/v1/orders/?number__startswith=a%00b").await.expect(400);
    shop.erp.get("/api/v1/orders/?status__startswith=4").await.expect(400);
}
