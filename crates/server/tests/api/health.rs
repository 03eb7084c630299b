//! Health and metrics: for operators.

use onhand_core::Timestamp;
use onhand_store::watched;
use serde_json::json;

use crate::shop::{Shop, item};

#[tokio::test]
async fn a_running_server_is_alive_and_ready() {
    let shop = Shop::open().await;
    let anonymous = shop.server.anonymous();
    assert_eq!(anonymous.get("/healthz").await.ok(), json!({"status": "ok"}));
    let ready = anonymous.get("/readyz").await.ok();
    assert_eq!((&ready["status"], &ready["waiting"], &ready["writer"]), (&json!("ok"), &json!(0), &json!("ok")));
}

#[tokio::test]
async fn metrics_count_requests_by_route_and_show_no_secret() {
    let shop = Shop::open().await;
    let order = shop.try_order(json!({"order_items": []})).await;
    order.faults(&["order_items"]);
    shop.erp.get("/api/v1/orders/987654321/").await.expect(404);
    let answer = shop.server.anonymous().get("/metrics").await;
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/plain; version=0.0.4")));
    let has = |needle: &str| answer.text.lines().any(|line| line.starts_with(needle));
    assert!(has("onhand_requests_total{method=\"POST\",route=\"orders\",status=\"400\"}"), "{}", answer.text);
    assert!(
        has("onhand_requests_total{method=\"GET\",route=\"orders/{id}\",status=\"404\"}"),
        "labels are closed sets"
    );
    assert!(has("onhand_request_seconds_bucket"), "{}", answer.text);
    assert!(has("onhand_writer_waiting 0"), "{}", answer.text);
    assert!(!answer.text.contains("987654321"), "an id in a label would be a new series for every order");
}

/// What operators watch is what the API shows.
#[tokio::test]
async fn lines_under_way_are_counted_with_the_age_of_the_oldest() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 3).await;
    let look = async || {
        let seen = shop.server.app.store.read("t", async |tx| watched::look(tx).await).await.expect("it looks");
        let oldest = |at: Option<Timestamp>| {
            at.map(|at| (shop.server.app.clock.now().micros() - at.micros() + 500_000) / 1_000_000)
        };
        seen.lines.iter().map(|lines| (lines.kind, lines.count, oldest(lines.oldest_at))).collect::<Vec<_>>()
    };
    let none = ["open", "reported", "short", "oversold", "pending", "failed"].map(|kind| (kind, 0, None));
    assert_eq!(look().await, none);
    let first = shop.order("SHIRT", 1).await;
    shop.server.advance(100);
    let second = shop.order("SHIRT", 1).await;
    shop.server.advance(10);
    assert_eq!(look().await[0], ("open", 2, Some(110)));
    shop.release(item(&first)).await;
    assert_eq!(look().await[..2], [("open", 1, Some(10)), ("reported", 1, Some(110))]);
    let channel = shop.channel("accept").await;
    let oversold = shop.try_order(json!({"channel": channel, "order_items": [shop.line("SHIRT", 5)]})).await.created();
    shop.server.advance(1);
    assert_eq!(
        look().await[..4],
        [("open", 2, Some(11)), ("reported", 1, Some(111)), ("short", 0, None), ("oversold", 1, Some(1))]
    );
    for order in [&oversold, &second] {
        shop.cancel(order).await;
    }
    shop.server.advance(60);
    shop.stock("SHIRT", 2).await;
    assert_eq!(look().await, none, "what is cancelled or settled waits for nobody");
}

#[tokio::test]
async fn a_request_id_is_taken_over_if_it_is_harmless() {
    let shop = Shop::open().await;
    let given = shop.erp.clone().with("X-Request-Id", "erp-17:42/a_b.c").get("/api/v1/orders/").await;
    assert_eq!(given.header("x-request-id"), Some("erp-17:42/a_b.c"));
    for harmful in ["a b", "<script>", "x".repeat(65).as_str(), ""] {
        let made = shop.erp.clone().with("X-Request-Id", harmful).get("/api/v1/orders/").await;
        let id = made.header("x-request-id").expect("every answer has one");
        assert!(id != harmful && !id.is_empty(), "{id}");
    }
    let (one, two) = (shop.erp.get("/healthz").await, shop.erp.get("/healthz").await);
    assert_ne!(one.header("x-request-id"), two.header("x-request-id"));
}

#[tokio::test]
async fn answers_are_not_cached() {
    let shop = Shop::open().await;
    for path in ["/api/v1/stock_list/", "/healthz", "/api/v1/nothing/"] {
        let answer = shop.erp.get(path).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"), "{path}");
    }
}
