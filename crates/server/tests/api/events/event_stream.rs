//! The stream of events: what is asked of it. What it sends is tested between real processes, in `tests/webhooks/`.

use crate::shop::Shop;

#[tokio::test]
async fn a_stream_is_asked_for_what_there_is() {
    let shop = Shop::open().await;
    shop.admin.get("/api/v1/events/?after=7").await.faults(&["after"]);
    shop.admin.get("/api/v1/events/?after=soon").await.faults(&["after"]);
    shop.admin.get(&format!("/api/v1/events/?after={}", "0".repeat(21))).await.faults(&["after"]);
    for types in ["order.created,order.eaten", "", "order.created,"] {
        shop.admin.get(&format!("/api/v1/events/?types={types}")).await.faults(&["types"]);
    }
    shop.admin.get("/api/v1/events/?once=2").await.faults(&["once"]);
    let stream = shop.admin.raw("/api/v1/events/?after=0&types=order.created&once=1").await;
    assert_eq!(stream.status(), 200);
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    assert_eq!(stream.text().await.expect("it ends"), "retry: 3000\n\n", "nothing has happened");
}
