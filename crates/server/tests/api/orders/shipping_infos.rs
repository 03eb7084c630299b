//! With whom orders were sent: told by channels, once per consignment.

use serde_json::json;

use crate::shop::{Shop, id};

#[tokio::test]
async fn a_consignment_is_told_once_and_is_its_channels_own() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let (own, other) = (shop.channel("accept").await, shop.channel("accept").await);
    let order = json!({"channel": own, "number": "N-7", "order_items": [shop.line("SHIRT", 1)]});
    let order = shop.try_order(order).await.created();
    let client = shop.server.channel_client(own).await;
    let path = format!("/api/v1/channel/{own}/order_shipping_infos/");
    let body = json!({"order": id(&order), "shipping_company": "Fast", "is_send": true});
    let info = client.post(&path, body.clone()).await.created();
    let expected = [
        ("channel", json!(own)),
        ("order_number", json!("N-7")),
        ("shipping_company", json!("Fast")),
        ("tracking_number", json!("")),
        ("is_send", json!(true)),
        ("id", info["pk"].clone()),
    ];
    for (name, value) in expected {
        assert_eq!(info[name], value, "{name}");
    }
    assert_eq!(client.post(&path, body).await.ok(), info, "its sender lost the answer");
    let another =
        json!({"order": id(&order), "shipping_company": "Fast", "tracking_number": "T2", "order_number": "X"});
    assert_eq!(client.post(&path, another).await.created()["order_number"], json!("X"));
    assert_eq!(client.get(&format!("{path}?order={}&channel={own}", id(&order))).await.ok()["count"], json!(2));

    let stranger = shop.server.channel_client(other).await;
    let theirs = format!("/api/v1/channel/{other}/order_shipping_infos/");
    stranger.post(&theirs, json!({"order": id(&order)})).await.faults(&["order"]);
    stranger.get(&format!("{theirs}{}/", id(&info))).await.expect(404);
    assert_eq!(stranger.get("/api/v1/order_shipping_infos/").await.ok()["count"], json!(0));
    assert_eq!(shop.erp.get("/api/v1/order_shipping_infos/").await.ok()["count"], json!(2));
}
