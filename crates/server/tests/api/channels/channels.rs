//! Sales channels, as much of them as an order needs; and that a channel sees its own orders only.

use onhand::auth::Role;
use serde_json::{Value, json};

use crate::client::Client;
use crate::shop::{Shop, column, id, item, items, new_order};

#[tokio::test]
async fn a_channel_is_made_shown_and_changed() {
    let shop = Shop::open().await;
    let made = shop.admin.post("/api/v1/channels/", json!({"name": "Market"})).await.created();
    assert_eq!((&made["oversell"], &made["is_active"]), (&json!("accept"), &json!(true)), "the marketplace has sold");
    let channel = id(&made);
    assert_eq!(shop.erp.get(&format!("/api/v1/channels/{channel}/")).await.ok(), made);
    let change = json!({"oversell": "refuse"});
    let changed = shop.admin.patch(&format!("/api/v1/channels/{channel}/"), change).await.ok();
    assert_eq!((&changed["oversell"], &changed["name"]), (&json!("refuse"), &json!("Market")));
    let other = shop.channel("accept").await;
    shop.admin.post("/api/v1/channels/", json!({"name": "Market"})).await.faults(&["name"]);
    shop.admin.patch(&format!("/api/v1/channels/{other}/"), json!({"name": "Market"})).await.faults(&["name"]);
    shop.admin.patch("/api/v1/channels/999/", json!({"name": "x"})).await.expect(404);
    assert_eq!(shop.erp.get("/api/v1/channels/?name=Market").await.ok()["count"], json!(1));
}

#[tokio::test]
async fn a_channel_has_settings() {
    let shop = Shop::open().await;
    let made = shop.admin.post("/api/v1/channels/", json!({"name": "Market"})).await.created();
    assert_eq!((&made["conf"], &made["schema"]), (&json!({}), &json!(null)), "conf is an object, always");
    assert_eq!((&made["channel_type"], &made["stock_figure"]), (&json!("sales_channel"), &json!("available")));
    let path = format!("/api/v1/channels/{}/", id(&made));
    for wrong in [json!(null), json!([]), json!("x")] {
        shop.admin.patch(&path, json!({"conf": wrong})).await.faults(&["conf"]);
    }
    let conf = json!({"WAREHOUSE_CODES": {"2": "W-1"}, "remote_id_attribute": "sku"});
    let body = json!({"conf": conf, "channel_type": "n11", "stock_figure": "raw", "schema": {"a": {"type": "string"}}});
    let changed = shop.admin.patch(&path, body).await.ok();
    assert_eq!((&changed["conf"], &changed["stock_figure"]), (&conf, &json!("raw")));
    shop.admin.patch(&path, json!({"catalog": 99})).await.faults(&["catalog"]);
}

/// A user who may not change the settings reads a mask in place of each secret, wherever they are shown; sent back, it
/// keeps what is stored.
#[tokio::test]
async fn secrets_of_settings_are_shown_to_those_who_may_change_them() {
    let shop = Shop::open().await;
    let conf = json!({"remote_id_attribute": "sku", "api": {"key": "k-1", "password": "p-1"}, "token": null});
    let shown =
        json!({"remote_id_attribute": "sku", "api": {"key": "********", "password": "********"}, "token": null});
    let made = shop.admin.post("/api/v1/channels/", json!({"name": "Market", "conf": conf})).await.created();
    let (channel, path) = (id(&made), format!("/api/v1/channels/{}/", id(&made)));
    let (viewer, account) = (shop.server.client(Role::Viewer).await, shop.server.channel_client(channel).await);
    for (client, expected) in [(&shop.admin, &conf), (&account, &conf), (&shop.erp, &shown), (&viewer, &shown)] {
        assert_eq!(&client.get(&path).await.ok()["conf"], expected);
        for list in ["/api/v1/channels/", "/api/v1/channels/?name=Market&limit=1", "/api/v1/channels/?cursor="] {
            assert_eq!(&client.get(list).await.ok()["results"][0]["conf"], expected, "{list}");
        }
    }
    assert_eq!(made["conf"], conf);

    let mut sent = shown.clone();
    sent["api"]["password"] = json!("p-2");
    let put = json!({"name": "Market", "conf": sent});
    for changed in [shop.admin.patch(&path, json!({"conf": sent})).await.ok(), shop.admin.put(&path, put).await.ok()] {
        assert_eq!(changed["conf"]["api"], json!({"key": "k-1", "password": "p-2"}));
    }
    account.patch(&path, json!({"conf": shown})).await.ok();
    assert_eq!(shop.admin.get(&path).await.ok()["conf"]["api"]["key"], json!("k-1"));
    let nowhere = json!({"name": "Other", "conf": shown});
    shop.admin.post("/api/v1/channels/", nowhere).await.faults(&["conf"]);
    shop.admin.patch(&path, json!({"conf": {"smtp": {"password": "********"}}})).await.faults(&["conf"]);
}

/// Contract C11: a channel says what its settings are and which tree it has; the rest is not its own.
#[tokio::test]
async fn a_channels_account_sets_up_its_own_channel() {
    let shop = Shop::open().await;
    let (own, other) = (shop.channel("accept").await, shop.channel("accept").await);
    let account = shop.server.channel_client(own).await;
    let path = format!("/api/v1/channels/{own}/");
    let schema = json!({"schema": {"a": 1}});
    assert_eq!(account.patch(&path, schema.clone()).await.ok()["schema"], json!({"a": 1}));
    account.patch(&format!("/api/v1/channels/{other}/"), schema.clone()).await.expect(404);
    for foreign in [json!({"oversell": "refuse"}), json!({"catalog": null, "name": "Mine"}), json!({"conf": {"a": 1}})]
    {
        account.patch(&path, foreign).await.expect(403);
    }
    account.delete(&path).await.expect(403);
    account.post("/api/v1/channels/", json!({"name": "Mine"})).await.expect(403);
    shop.erp.patch(&path, schema).await.expect(403);
}

#[tokio::test]
async fn a_channel_with_orders_stays() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 5).await;
    let channel = shop.channel("accept").await;
    shop.try_order(json!({"channel": channel, "order_items": [shop.line("SHIRT", 1)]})).await.created();
    shop.admin.delete(&format!("/api/v1/channels/{channel}/")).await.refused("still_referred_to");
    let unused = shop.channel("accept").await;
    shop.admin.delete(&format!("/api/v1/channels/{unused}/")).await.expect(204);
    shop.admin.get(&format!("/api/v1/channels/{unused}/")).await.expect(404);
}

/// A policy that changes counts from the next order on.
#[tokio::test]
async fn a_changed_policy_counts_at_once() {
    let shop = Shop::open().await;
    let channel = shop.channel("accept").await;
    shop.stock("SHIRT", 0).await;
    let order = || json!({"channel": channel, "order_items": [shop.line("SHIRT", 1)]});
    shop.try_order(order()).await.created();
    shop.admin.patch(&format!("/api/v1/channels/{channel}/"), json!({"oversell": "refuse"})).await.ok();
    shop.try_order(order()).await.refused("insufficient_stock");
    shop.server.verify().await;
}

/// Two channels and no channel, with one order each, all of the same number.
async fn three_sellers(shop: &Shop) -> ([Client; 2], [Value; 3]) {
    shop.stock("SHIRT", 100).await;
    let channels = [shop.channel("accept").await, shop.channel("accept").await];
    let body = || new_order(json!({"number": "SAME", "order_items": [shop.line("SHIRT", 1)]}));
    let mut clients = Vec::new();
    let mut orders = Vec::new();
    for channel in channels {
        clients.push(shop.server.channel_client(channel).await);
        let mut order = body();
        crate::shop::merge(&mut order, json!({"channel": channel}));
        orders.push(shop.try_order(order).await.created());
    }
    orders.push(shop.try_order(body()).await.created());
    for order in &orders {
        shop.release(item(order)).await;
    }
    (clients.try_into().ok().expect("two"), orders.try_into().expect("three"))
}

#[tokio::test]
async fn a_channel_lists_its_own_orders_lines_and_mappings_only() {
    let shop = Shop::open().await;
    let (clients, orders) = three_sellers(&shop).await;
    let channels = [&orders[0]["channel"], &orders[1]["channel"]];
    for (client, order) in clients.iter().zip(&orders) {
        for path in
            ["/api/v1/orders/", "/api/i1/orders/?number=SAME", "/api/v1/orders/?cursor=", "/api/v1/orders/?channel=0"]
        {
            let page = client.get(path).await.ok();
            let own: &[Value] = if path.ends_with("channel=0") { &[] } else { std::slice::from_ref(&order["pk"]) };
            assert_eq!(column(&page, "pk"), own, "{path}");
            assert!(page["count"].is_null() || page["count"] == json!(own.len()), "{path}: {page}");
        }
        for path in
            ["/api/v1/order_items/", "/api/i1/order_items/?cursor=", "/api/v1/order_items/?product_sku=SHIRT&limit=1"]
        {
            let page = client.get(path).await.ok();
            assert_eq!(column(&page, "pk"), [json!(item(order))], "{path}");
            assert!(page["count"].is_null() || page["count"] == json!(1), "{path}: foreign lines are not counted");
        }
        for path in ["/api/v1/integration_mappings/", "/api/i1/integration_mappings/?cursor="] {
            let page = client.get(path).await.ok();
            assert_eq!(column(&page, "object_id"), [json!(item(order))], "{path}");
        }
        let asked = client.get(&format!("/api/v1/orders/?channel__in={},{}", channels[0], channels[1])).await.ok();
        assert_eq!(column(&asked, "pk"), [order["pk"].clone()]);
        assert_eq!(client.get("/api/v1/order_number/SAME/").await.ok()["pk"], order["pk"]);
    }
    assert_eq!(shop.erp.get("/api/v1/integration_mappings/").await.ok()["count"], json!(3));
}

/// A foreign order does not exist: 404, never 403, and nothing changes.
#[tokio::test]
async fn foreign_orders_do_not_exist_for_a_channel() {
    let shop = Shop::open().await;
    let (clients, orders) = three_sellers(&shop).await;
    let before = shop.server.dump().await;
    assert_eq!(column(&clients[0].get("/api/v1/channels/").await.ok(), "pk"), [orders[0]["channel"].clone()]);
    clients[0].get(&format!("/api/v1/channels/{}/", orders[0]["channel"])).await.ok();
    clients[0].get(&format!("/api/v1/channels/{}/", orders[1]["channel"])).await.expect(404);
    for foreign in [&orders[1], &orders[2]] {
        let (order, line) = (id(foreign), items(foreign)[0]);
        clients[0].get(&format!("/api/v1/orders/{order}/")).await.expect(404);
        clients[0].get(&format!("/api/v1/order_items/{line}/")).await.expect(404);
        clients[0].get(&format!("/api/v1/order_items/{line}/create_mapping/")).await.expect(404);
        clients[0].post(&format!("/api/v1/orders/{order}/cancel/"), json!({"is_all": true})).await.expect(404);
        clients[0].patch(&format!("/api/v1/order_items/{line}/"), json!({"status": "100"})).await.expect(404);
        let page = clients[0].get(&format!("/api/v1/order_items/?order={order}")).await.ok();
        assert_eq!((&page["count"], &page["results"]), (&json!(0), &json!([])));
        let page = clients[0].get(&format!("/api/v1/integration_mappings/?object_id={line}")).await.ok();
        assert_eq!((&page["count"], &page["results"]), (&json!(0), &json!([])));
    }
    let foreign = json!({"channel": orders[1]["channel"], "order_items": [shop.line("SHIRT", 1)]});
    clients[0].post("/api/v1/orders/", new_order(foreign)).await.expect(403);
    let mixed = json!({"cancel_items": [items(&orders[0])[0], items(&orders[1])[0]]});
    clients[0].post(&format!("/api/v1/orders/{}/cancel/", id(&orders[0])), mixed).await.faults(&["cancel_items"]);
    assert_eq!(shop.server.dump().await, before);
}

#[tokio::test]
async fn a_channel_works_on_its_own_orders() {
    let shop = Shop::open().await;
    let (clients, orders) = three_sellers(&shop).await;
    let (order, line) = (id(&orders[0]), item(&orders[0]));
    clients[0].get(&format!("/api/v1/orders/{order}/")).await.ok();
    clients[0].get(&format!("/api/v1/order_items/{line}/create_mapping/")).await.ok();
    clients[0].patch(&format!("/api/v1/order_items/{line}/"), json!({"status": "50"})).await.ok();
    let cancelled = clients[0].post(&format!("/api/v1/orders/{order}/cancel/"), json!({"is_all": true})).await.ok();
    assert_eq!(cancelled["status"], json!("100"));
    shop.server.verify().await;
}

/// Below `channel/{channel}/` every other account sees what is that channel's, and another channel's account sees
/// nothing.
#[tokio::test]
async fn paths_of_a_channel_show_what_is_its_own() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let (own, other) = (shop.channel("accept").await, shop.channel("accept").await);
    let mut orders = Vec::new();
    for channel in [own, other] {
        let body = json!({"channel": channel, "order_items": [shop.line("SHIRT", 1)]});
        orders.push(shop.try_order(body).await.created());
    }
    let lists = [("orders", json!([orders[0]])), ("order_items", orders[0]["order_items"].clone())];
    let account = shop.server.channel_client(own).await;
    for caller in [&shop.erp, &account] {
        for (resource, expected) in &lists {
            let page = caller.get(&format!("/api/v1/channel/{own}/{resource}/")).await.ok();
            assert_eq!((&page["count"], &page["results"]), (&json!(1), expected), "{resource}");
        }
        caller.get(&format!("/api/v1/channel/{own}/orders/{}/", id(&orders[0]))).await.ok();
        caller.get(&format!("/api/v1/channel/{own}/orders/{}/", id(&orders[1]))).await.expect(404);
        for nowhere in ["999999", "x", "-1", "%00"] {
            caller.get(&format!("/api/v1/channel/{nowhere}/orders/")).await.expect(404);
        }
    }
    account.get(&format!("/api/v1/channel/{other}/orders/")).await.expect(404);
}
