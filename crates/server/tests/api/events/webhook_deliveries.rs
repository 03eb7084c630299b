//! Webhook deliveries: what the log shows, and what is asked of it.

use onhand_testkit::json::id;
use serde_json::json;

use super::{PATH, keyed, webhook};

#[tokio::test]
async fn a_test_is_logged_and_sent_once_more() {
    let shop = keyed().await;
    // A name that leads nowhere: nothing is connected to.
    let body = webhook(json!({"url": "https://nowhere.invalid/", "is_active": false}));
    let hook = id(&shop.admin.post(PATH, body).await.created());
    let test = shop.admin.post(&format!("/api/v1/webhooks/{hook}/test/"), json!({})).await.ok();
    assert_eq!((&test["state"], &test["status"], &test["event"]), (&json!("undelivered"), &json!(null), &json!(null)));
    assert_eq!(
        test["payload"],
        json!({"type": "webhook.test", "timestamp": test["event_date"], "data": {"webhook": hook}})
    );
    let log = shop.admin.get(&format!("/api/v1/webhooks/{hook}/deliveries/")).await.ok();
    assert_eq!(log, json!({"next_before": null, "results": [test]}));
    let narrowed = async |query: &str| shop.admin.get(&format!("/api/v1/webhooks/{hook}/deliveries/?{query}")).await;
    assert_eq!(narrowed("state=delivered").await.ok()["results"], json!([]));
    assert_eq!(narrowed(&format!("before={}", id(&test))).await.ok()["results"], json!([]));
    narrowed("state=eaten").await.faults(&["state"]);
    let sent = id(&test);
    let again = shop.admin.post(&format!("/api/v1/webhooks/{hook}/deliveries/{sent}/redeliver/"), json!({})).await;
    assert_eq!((again.status, again.body), (202, json!({"queued": 1})));
    assert_eq!(narrowed("state=queued").await.ok()["results"][0]["pk"], test["pk"]);
    let other = id(&shop.admin.post(PATH, webhook(json!({"is_active": false}))).await.created());
    let wrong = format!("/api/v1/webhooks/{other}/deliveries/{}/redeliver/", id(&test));
    assert_eq!(shop.admin.post(&wrong, json!({})).await.status, 404);
}

#[tokio::test]
async fn deliveries_of_a_time_are_sent_once_more() {
    let shop = keyed().await;
    let body = webhook(json!({"url": "https://nowhere.invalid/", "is_active": false}));
    let hook = id(&shop.admin.post(PATH, body).await.created());
    for _ in 0..2 {
        shop.admin.post(&format!("/api/v1/webhooks/{hook}/test/"), json!({})).await.ok();
    }
    let early = json!({"after": shop.server.time(-60), "before": shop.server.time(-30)});
    let redeliver = async |body| shop.admin.post(&format!("/api/v1/webhooks/{hook}/redeliver/"), body).await;
    assert_eq!(redeliver(early).await.body, json!({"queued": 0}));
    let answer = redeliver(json!({"after": shop.server.time(-60)})).await;
    assert_eq!((answer.status, answer.body), (202, json!({"queued": 2})));
    redeliver(json!({})).await.faults(&["after"]);
}
