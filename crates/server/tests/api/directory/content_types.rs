//! Content types: names and numbers that clients store.

use onhand::auth::Role;
use serde_json::json;

use crate::client::TestServer;
use crate::shop::column;

#[tokio::test]
async fn a_content_type_is_found_by_model_and_by_number() {
    let server = TestServer::start().await;
    let viewer = server.client(Role::Viewer).await;
    let page = viewer.get("/api/v1/content_types/?model=orderitem").await.ok();
    let found = json!({"id": 3, "app_label": "orders", "model": "orderitem"});
    assert_eq!((&page["count"], &page["results"]), (&json!(1), &json!([found])));
    assert_eq!(viewer.get("/api/v1/content_types/3/").await.ok(), found);
    viewer.get("/api/v1/content_types/999/").await.expect(404);
    let page = viewer.get("/api/i1/content_types/?app_label=orders&model__in=order,product").await.ok();
    assert_eq!(column(&page, "model"), [json!("order")]);
}

/// The numbers are stored by clients, so they are the same on every installation, for ever.
#[tokio::test]
async fn the_numbers_stay() {
    let server = TestServer::start().await;
    let viewer = server.client(Role::Viewer).await;
    let page = viewer.get("/api/v1/content_types/?limit=100").await.ok();
    assert_eq!(page["next"], json!(null));
    let first = ["product", "order", "orderitem", "stocklist", "productstock", "pricelist", "productprice", "catalog"];
    assert_eq!(column(&page, "model")[..8], first.map(|model| json!(model)));
    let ids: Vec<_> = (1..=column(&page, "id").len()).map(|number| json!(number)).collect();
    assert_eq!(column(&page, "id"), ids);
}
