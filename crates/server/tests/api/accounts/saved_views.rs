//! Saved views: own and shared ones, who may change which, and what a query may have.

use onhand::auth::Role;
use serde_json::{Value, json};

use crate::client::{Client, TestServer};
use crate::shop::{column, id, long};

const VIEWS: &str = "/api/v1/saved_views/";

fn view(name: &str, is_shared: bool) -> Value {
    json!({"screen": "stock", "name": name, "query": "q=KAZ&columns=bar%2Creserved", "is_shared": is_shared})
}

async fn names(client: &Client) -> Vec<Value> {
    column(&client.get("/api/v1/saved_views/").await.ok(), "name")
}

#[tokio::test]
async fn a_view_is_saved_shared_changed_and_removed() {
    let server = TestServer::start().await;
    let (ann, bob) = (server.client(Role::Integration).await, server.client(Role::Viewer).await);
    let made = ann.post("/api/v1/saved_views/", view("Kış", false)).await.created();
    let path = format!("/api/v1/saved_views/{}/", id(&made));
    assert_eq!((&made["name"], &made["is_shared"]), (&json!("Kış"), &json!(false)));
    assert_eq!(made["user"], ann.get("/api/v1/active_user/").await.ok()["pk"]);
    assert_eq!((names(&ann).await, names(&bob).await), (vec![json!("Kış")], vec![]));
    bob.get(&path).await.expect(404);

    let change = json!({"is_shared": true, "query": "q=SOCK"});
    let shared = ann.patch(&format!("/api/v1/saved_views/{}/", id(&made)), change).await.ok();
    assert_eq!((&shared["name"], &shared["query"]), (&json!("Kış"), &json!("q=SOCK")));
    assert_ne!(shared["modified_date"], made["modified_date"]);
    assert_eq!(bob.get(&format!("/api/v1/saved_views/{}/", id(&made))).await.ok(), shared);
    bob.patch(&path, json!({"name": "mine"})).await.expect(403);
    bob.delete(&path).await.expect(403);
    // A viewer saves views of their own, which come first.
    bob.post("/api/v1/saved_views/", view("Own", false)).await.created();
    assert_eq!(names(&bob).await, ["Own", "Kış"]);

    ann.delete(&format!("/api/v1/saved_views/{}/", id(&made))).await.expect(204);
    ann.delete(&path).await.expect(404);
    assert_eq!((names(&ann).await, names(&bob).await), (vec![], vec![json!("Own")]));
}

#[tokio::test]
async fn a_name_is_taken_once_and_the_same_view_is_saved_once() {
    let server = TestServer::start().await;
    let ann = server.client(Role::Admin).await;
    let made = ann.post("/api/v1/saved_views/", view("a", false)).await.created();
    assert_eq!(ann.post("/api/v1/saved_views/", view("a", false)).await.created(), made);
    ann.post("/api/v1/saved_views/", view("a", true)).await.faults(&["name"]);
    let other = ann.post("/api/v1/saved_views/", view("b", false)).await.created();
    let path = format!("/api/v1/saved_views/{}/", id(&other));
    ann.patch(&path, json!({"name": "a"})).await.faults(&["name"]);
    ann.patch(&path, json!({"name": "b"})).await.ok();
}

#[tokio::test]
async fn a_view_that_cannot_be_shown_is_not_saved() {
    let server = TestServer::start().await;
    let ann = server.client(Role::Admin).await;
    ann.post(VIEWS, json!({})).await.faults(&["screen", "name"]);
    ann.post(VIEWS, json!({"screen": "orders", "name": "a"})).await.faults(&["screen"]);
    for query in ["after=2", "saved=1", "edit=7", "next=//evil.example", "q=1&q=2", "q=%00", &long(2_001)] {
        ann.post(VIEWS, json!({"screen": "stock", "name": "a", "query": query})).await.faults(&["query"]);
    }
    ann.post(VIEWS, json!({"screen": "stock", "name": long(61)})).await.faults(&["name"]);
    assert!(names(&ann).await.is_empty());
    for number in 0..100 {
        ann.post(VIEWS, json!({"screen": "stock", "name": number.to_string()})).await.created();
    }
    ann.post(VIEWS, json!({"screen": "stock", "name": "one more"})).await.faults(&["name"]);
}
