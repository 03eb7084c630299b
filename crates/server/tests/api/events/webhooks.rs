//! Webhooks as people set them up: what is taken, what is shown, and what becomes of a secret.

use onhand::webhooks::Secret;
use onhand_testkit::json::{id, text};
use serde_json::{Value, json};

use super::{PATH, keyed, path, webhook};
use crate::shop::Shop;

#[tokio::test]
async fn a_webhook_is_made_shown_changed_and_removed() {
    let shop = keyed().await;
    let body = webhook(json!({"name": "One", "events": ["order.created", "stock.changed"], "stock_list": shop.list}));
    let made = shop.admin.post(PATH, body).await.created();
    for (name, value) in [
        ("name", json!("One")),
        ("url", json!("https://example.com/hook")),
        ("events", json!(["stock.changed", "order.created"])),
        ("stock_list", json!(shop.list)),
        ("channel", json!(null)),
        ("is_active", json!(true)),
        ("failures", json!(0)),
        ("last_error", json!(null)),
        ("paused_at", json!(null)),
    ] {
        assert_eq!(made[name], value, "{name}");
    }
    assert!(Secret::read(text(&made["secret"])).is_some(), "{made}");
    let mut shown = made.clone();
    shown["secret"] = Value::Null;
    assert_eq!(shop.admin.get(&path(&made)).await.ok(), shown, "it is shown once");
    assert_eq!(shop.admin.get(&format!("{PATH}?name=One")).await.ok()["results"][0], shown);
    let changed = shop.admin.patch(&path(&made), json!({"events": [], "stock_list": null})).await.ok();
    assert_eq!((&changed["events"], &changed["stock_list"]), (&json!([]), &json!(null)));
    let put = json!({"name": "Two", "url": "https://example.com"});
    let put = shop.admin.put(&path(&made), put).await.ok();
    assert_eq!((&put["name"], &put["url"]), (&json!("Two"), &json!("https://example.com/")));
    shop.admin.post(PATH, webhook(json!({"name": "Two"}))).await.faults(&["name"]);
    assert_eq!(shop.admin.delete(&path(&made)).await.status, 204);
    assert_eq!(shop.admin.get(&path(&made)).await.status, 404);
}

#[tokio::test]
async fn what_is_none_is_not_taken() {
    let shop = keyed().await;
    for (fields, fault) in [
        (json!({"url": "http://127.0.0.1/"}), "url"),
        (json!({"url": "ftp://example.com/"}), "url"),
        (json!({"url": "example.com"}), "url"),
        (json!({"events": ["order.created", "order.eaten"]}), "events"),
        (json!({"events": "order.created"}), "events"),
        (json!({"secret": "whsec_c2hvcnQ="}), "secret"),
        (json!({"stock_list": 999_999}), "stock_list"),
        (json!({"channel": 999_999}), "channel"),
    ] {
        shop.admin.post(PATH, webhook(fields)).await.faults(&[fault]);
    }
    let unkeyed = Shop::open().await;
    unkeyed.admin.post(PATH, webhook(json!({}))).await.faults(&["secret"]);
}

#[tokio::test]
async fn a_secret_of_ones_own_and_a_new_one() {
    let shop = keyed().await;
    let own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let made = shop.admin.post(PATH, webhook(json!({"secret": own}))).await.created();
    assert_eq!(made["secret"], json!(own));
    let renewed = shop.admin.post(&format!("/api/v1/webhooks/{}/secret/", id(&made)), json!({})).await.ok();
    assert_eq!(renewed["pk"], made["pk"]);
    assert_ne!(renewed["secret"], made["secret"]);
    assert!(Secret::read(text(&renewed["secret"])).is_some(), "{renewed}");
    assert_eq!(shop.admin.post("/api/v1/webhooks/999999/secret/", json!({})).await.status, 404);
}
