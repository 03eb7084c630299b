//! `Idempotency-Key`: a repeated request gets the first one's answer, and nothing is done twice.

use onhand::auth::Role;
use onhand::http::route::Reading;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::client::{Answer, Body, Client};
use crate::samples::{Samples, all_paths};
use crate::shop::{Shop, id, item, long};

fn keyed(client: &Client, key: &str) -> Client {
    client.clone().with("Idempotency-Key", key)
}

fn replayed(answer: &Answer) -> bool {
    answer.header("idempotent-replayed") == Some("true")
}

#[tokio::test]
async fn a_repeated_request_gets_the_first_answer_and_does_nothing() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let body = json!({"number": "7", "order_items": [shop.line("SHIRT", 2)]});
    let client = keyed(&shop.erp, "order-7");
    let first = client.post("/api/v1/orders/", body.clone()).await;
    assert!(!replayed(&first));
    shop.server.advance(60);
    let again = client.post("/api/v1/orders/", body.clone()).await;
    assert!(replayed(&again), "{again:?}");
    assert_eq!((again.status, &again.text, again.header("content-type")), (201, &first.text, Some("application/json")));
    assert!(replayed(&client.post("/api/v1/orders", body.clone()).await), "the slash makes no other request");
    assert_eq!(shop.figures(shirt).await, [10, 2, 0, 8]);
    shop.erp.post("/api/v1/orders/", body).await.faults(&["number"]);
    shop.server.verify().await;
}

/// Every way of changing stock honours the key.
#[tokio::test]
async fn every_change_of_stock_is_replayed() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let order = shop.order("SHIRT", 2).await;
    let (line, order) = (item(&order), id(&order));
    let requests = [
        (
            "POST",
            "/api/i1/product_stock/".to_owned(),
            json!({"product_sku": "NEW", "stock_list": shop.list, "stock": 5}),
        ),
        ("POST", "/api/v1/product_stock/".to_owned(), json!([{"product_sku": "N2", "stock_list": shop.list}])),
        ("PATCH", format!("/api/v1/product_stock/{shirt}/"), json!({"stock": 20})),
        ("POST", format!("/api/i1/order_items/{line}/create_mapping/"), json!({"code": "A"})),
        ("PATCH", format!("/api/v1/order_items/{line}/"), json!({"extra_field": {"a": 1}})),
        ("PATCH", format!("/api/v1/orders/{order}/"), json!({"is_send": true})),
        ("POST", format!("/api/v1/orders/{order}/cancel/"), json!({"is_all": true})),
    ];
    for (index, (method, path, body)) in requests.into_iter().enumerate() {
        let client = keyed(&shop.erp, &format!("key-{index}"));
        let first = client.send(method, &path, crate::client::Body::Json(body.clone())).await;
        assert!(matches!(first.status, 200 | 201) && !replayed(&first), "{first:?}");
        let before = shop.server.dump().await;
        shop.server.advance(60);
        let again = client.send(method, &path, crate::client::Body::Json(body)).await;
        assert!(replayed(&again), "{again:?}");
        assert_eq!((again.status, again.text), (first.status, first.text));
        assert_eq!(shop.server.dump().await, before);
    }
    shop.server.verify().await;
}

/// Where the description has the key, a repeated request gets the first answer; elsewhere it is a request like any other.
#[tokio::test]
async fn a_key_is_honoured_where_the_route_says_so_and_nowhere_else() {
    let samples = Samples::open().await;
    for (route, path) in all_paths().into_iter().filter(|(route, _)| route.method != "GET") {
        let caller = samples.client(Role::Admin).await;
        let (path, body) = samples.request(&route, &path, &caller).await;
        let file: &[u8] =
            if route.path.contains("{id}") { b"product_sku,stock\nSAMPLE,5\n" } else { b"name\nKeyed list\n" };
        let body = || match (route.reading, &body) {
            (Reading::InPieces, _) => Body::Raw("text/csv", file.to_vec()),
            (Reading::Whole, Some(body)) => Body::Json(body.clone()),
            (Reading::Whole, None) => Body::None,
        };
        let client = keyed(&caller, &format!("key-{}", crate::client::unique()));
        let first = client.send(route.method.as_str(), &path, body()).await;
        assert!(matches!(first.status, 200..=204) && !replayed(&first), "{first:?}");
        let again = client.send(route.method.as_str(), &path, body()).await;
        assert_eq!(replayed(&again), route.is_keyed(), "{again:?}");
        if route.is_keyed() {
            assert_eq!((again.status, again.text), (first.status, first.text));
        }
    }
}

#[tokio::test]
async fn a_key_used_for_another_request_is_422_and_changes_nothing() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let client = keyed(&shop.erp, "once");
    let path = format!("/api/v1/product_stock/{shirt}/");
    client.patch(&path, json!({"stock": 7})).await.ok();
    let before = shop.server.dump().await;
    client.patch(&path, json!({"stock": 8})).await.expect(422);
    client.post("/api/v1/product_stock/", json!({"product_sku": "SHIRT", "stock_list": shop.list})).await.expect(422);
    client.patch(&format!("/api/i1/product_stock/{shirt}/"), json!({"stock": 7})).await.expect(422);
    assert_eq!(shop.server.dump().await, before);
    assert!(replayed(&client.patch(&path, json!({"stock": 7})).await), "the first one is still known");
}

/// A rejection changed nothing, so a retry is judged anew.
#[tokio::test]
async fn a_refusal_is_not_kept() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 0).await;
    let client = keyed(&shop.erp, "order-8");
    let body = json!({"number": "8", "order_items": [shop.line("SHIRT", 1)]});
    client.post("/api/v1/orders/", body.clone()).await.refused("insufficient_stock");
    client.post("/api/v1/orders/", json!({"number": "8"})).await.faults(&["order_items"]);
    shop.stock("SHIRT", 1).await;
    let placed = client.post("/api/v1/orders/", body.clone()).await;
    assert!(!replayed(&placed));
    placed.created();
    assert!(replayed(&client.post("/api/v1/orders/", body).await));
}

#[tokio::test]
async fn a_key_belongs_to_its_account() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 10).await;
    let other = shop.server.client(Role::Integration).await;
    for client in [&shop.erp, &other] {
        let body = json!({"number": format!("N{}", crate::client::unique()), "order_items": [shop.line("SHIRT", 1)]});
        let answer = keyed(client, "the same").post("/api/v1/orders/", body).await;
        assert!(!replayed(&answer), "{answer:?}");
        answer.created();
    }
    assert_eq!(shop.figures(shirt).await, [10, 2, 0, 8]);
}

/// A key that cannot be honoured is rejected: silently ignoring it would break the promise a client relies on.
#[tokio::test]
async fn a_key_that_cannot_be_kept_is_refused() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 10).await;
    let before = shop.server.dump().await;
    for key in [String::new(), long(256), "schl\u{fc}ssel".to_owned()] {
        let body = json!({"number": "9", "order_items": [shop.line("SHIRT", 1)]});
        let answer = keyed(&shop.erp, &key).post("/api/v1/orders/", body).await.expect(400);
        assert!(answer["detail"].as_str().expect("a text").contains("Idempotency-Key"), "{answer}");
    }
    assert_eq!(shop.server.dump().await, before);
    let body = json!({"number": "9", "order_items": [shop.line("SHIRT", 1)]});
    keyed(&shop.erp, &long(255)).post("/api/v1/orders/", body).await.created();
}

/// A client that does not wait for the answer and tries again: all of them get the same order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_with_one_key_at_once_are_one_request() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 1_000).await;
    for round in 0..10_i64 {
        let body = json!({"number": format!("R{round}"), "order_items": [shop.line("SHIRT", 1)]});
        let mut asking = JoinSet::new();
        for _ in 0..16 {
            let (client, body) = (keyed(&shop.erp, &format!("round-{round}")).apart(), body.clone());
            asking.spawn(async move { client.post("/api/v1/orders/", body).await });
        }
        let answers = asking.join_all().await;
        assert_eq!(answers.iter().filter(|answer| !replayed(answer)).count(), 1);
        let orders: Vec<Value> = answers.into_iter().map(|answer| answer.created()["pk"].clone()).collect();
        assert!(orders.windows(2).all(|pair| pair[0] == pair[1]), "{orders:?}");
        assert_eq!(shop.figures(shirt).await, [1_000, round + 1, 0, 999 - round]);
    }
    shop.server.verify().await;
}
