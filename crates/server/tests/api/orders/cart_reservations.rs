//! Cart reservations: units of a cart are off sale until it is ordered, released, or its time is over.

use onhand_core::{CartReservationId, CartState};
use onhand_store::Tx;
use onhand_store::tables::cart_reservations;
use serde_json::{Value, json};

use crate::client::Client;
use crate::shop::{Shop, column, id, items, merge};

async fn reserve(shop: &Shop, reference: &str, fields: Value) -> Value {
    let mut body = json!({"reference": reference, "expires_in": 60, "lines": [shop.line("SHIRT", 2)]});
    merge(&mut body, fields);
    shop.erp.post("/api/v1/reservations/", body).await.created()
}

fn path(cart: &Value) -> String {
    format!("/api/v1/reservations/{}/", id(cart))
}

async fn state(client: &Client, cart: &Value) -> Value {
    client.get(&path(cart)).await.ok()["state"].clone()
}

#[tokio::test]
async fn a_cart_reserves_and_becomes_an_order_without_a_gap() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 3).await;
    let cart = reserve(&shop, "C-1", json!({"lines": [shop.line("SHIRT", 3)]})).await;
    assert_eq!((&cart["state"], &cart["order"]), (&json!("open"), &json!(null)));
    assert_eq!(cart["expires_at"], json!(shop.server.time(60)));
    assert_eq!(shop.figures(shirt).await, [3, 3, 0, 0], "the units of the cart are off sale");
    let other = json!({"number": "O-0", "order_items": [shop.line("SHIRT", 1)]});
    shop.erp.post("/api/v1/orders/", other.clone()).await.refused("insufficient_stock");

    let body = json!({"number": "O-1", "currency": "try", "lines": [{"line": 1, "price": "9.90", "tax_rate": "20"}]});
    let order = shop.erp.post(&format!("/api/v1/reservations/{}/confirm/", id(&cart)), body).await.created();
    assert_eq!((&order["number"], &order["currency"]), (&json!("O-1"), &json!("try")));
    let line = &order["order_items"][0];
    assert_eq!((&line["quantity"], &line["price"], &line["tax_rate"]), (&json!(3), &json!("9.90"), &json!("20")));
    assert_eq!(shop.figures(shirt).await, [3, 3, 0, 0], "the order has them now");
    let confirmed = shop.erp.get(&path(&cart)).await.ok();
    assert_eq!((&confirmed["state"], &confirmed["order"]), (&json!("confirmed"), &order["pk"]));
    shop.server.advance(3_600);
    assert_eq!(shop.figures(shirt).await, [3, 3, 0, 0], "an order does not expire");

    let again = shop.erp.post(&format!("{}confirm/", path(&cart)), json!({"number": "O-2"})).await;
    assert_eq!(again.refused("reservation_ended")["order"], order["pk"], "the answer names the order");
    shop.release(items(&order)[0]).await;
    assert_eq!(shop.figures(shirt).await, [3, 0, 3, 0]);
    shop.server.verify().await;
}

#[tokio::test]
async fn an_expired_one_counts_nowhere_from_its_moment_on() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 2).await;
    let cart = reserve(&shop, "C-1", json!({})).await;
    shop.server.advance(59);
    assert_eq!(shop.figures(shirt).await, [2, 2, 0, 0]);
    shop.server.advance(1);
    assert_eq!(shop.figures(shirt).await, [2, 0, 0, 2], "whoever asks next is told so");
    assert_eq!(state(&shop.erp, &cart).await, json!("expired"));
    for (path, body) in [("extend/", json!({"expires_in": 60})), ("confirm/", json!({"number": "O-1"}))] {
        let refused = shop.erp.post(&format!("{}{path}", self::path(&cart)), body).await.refused("reservation_ended");
        assert_eq!(refused["state"], json!("expired"));
    }
    shop.erp.post(&format!("{}release/", path(&cart)), json!({})).await.refused("reservation_ended");
    shop.order("SHIRT", 2).await;
    let history = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/movements/")).await.ok();
    assert_eq!(column(&history, "reason")[..3], [json!("order"), json!("cart_expired"), json!("cart_reserved")]);
    assert_eq!(column(&history, "reference")[..3], [json!(null), json!("C-1"), json!("C-1")]);
    shop.server.verify().await;
}

#[tokio::test]
async fn the_next_order_after_the_moment_gets_the_units() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 2).await;
    reserve(&shop, "C-1", json!({})).await;
    shop.server.advance(60);
    shop.order("SHIRT", 2).await;
    shop.server.verify().await;
}

#[tokio::test]
async fn it_lasts_longer_when_it_is_extended_and_ends_when_it_is_released() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 5).await;
    let cart = reserve(&shop, "C-1", json!({})).await;
    shop.server.advance(50);
    let extended =
        shop.erp.post(&format!("/api/v1/reservations/{}/extend/", id(&cart)), json!({"expires_in": 60})).await.ok();
    assert_eq!(extended["expires_at"], json!(shop.server.time(60)));
    shop.server.advance(50);
    assert_eq!(shop.figures(shirt).await, [5, 2, 0, 3]);
    let at = shop.server.time(20);
    let earlier = shop.erp.patch(&format!("/api/v1/reservations/{}/", id(&cart)), json!({"expires_at": at})).await.ok();
    assert_eq!(earlier["expires_at"], json!(at));
    let path = format!("/api/v1/reservations/{}/release/", id(&cart));
    let released = shop.erp.post(&path, json!({})).await.ok();
    assert_eq!(released["state"], json!("released"));
    assert_eq!(shop.figures(shirt).await, [5, 0, 0, 5]);
    assert_eq!(shop.erp.post(&path, json!({})).await.ok(), released, "sent again, it changes nothing");
    shop.server.verify().await;
}

#[tokio::test]
async fn the_units_of_a_line_change_as_far_as_there_are_some() {
    let shop = Shop::open().await;
    let (shirt, hat) = (shop.stock("SHIRT", 5).await, shop.stock("HAT", 5).await);
    let cart = reserve(&shop, "C-1", json!({"lines": [shop.line("SHIRT", 2), shop.line("HAT", 2)]})).await;
    let change = async |lines: Value| shop.erp.patch(&path(&cart), json!({"lines": lines})).await;
    let changed = change(json!([{"line": 1, "quantity": 5}, {"line": 2, "quantity": 0}])).await.ok();
    assert_eq!(changed["lines"][0]["quantity"], json!(5));
    assert_eq!([shop.figures(shirt).await, shop.figures(hat).await], [[5, 5, 0, 0], [5, 0, 0, 5]]);
    let short = change(json!([{"line": 1, "quantity": 6}])).await.refused("insufficient_stock");
    let expected = json!([{"product_sku": "SHIRT", "stock_list": shop.list, "asked": 1, "available": 0}]);
    assert_eq!(short["items"], expected);
    change(json!([{"line": 1, "quantity": 0}])).await.refused("reservation_empty");
    change(json!([{"line": 3, "quantity": 1}])).await.faults(&["lines"]);
    assert_eq!(shop.figures(shirt).await, [5, 5, 0, 0], "what is rejected changes nothing");
    let order = shop.erp.post(&format!("{}confirm/", path(&cart)), json!({"number": "O-1"})).await.created();
    assert_eq!(order["order_items"].as_array().map(Vec::len), Some(1), "a line that was taken out is not ordered");
    shop.server.verify().await;
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_reserves_nothing() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 2).await;
    reserve(&shop, "C-1", json!({})).await;
    let lines = json!([shop.line("SHIRT", 1)]);
    let body = |fields: Value| {
        let mut body = json!({"reference": "C-2", "expires_in": 60, "lines": lines});
        merge(&mut body, fields);
        body
    };
    let cases: [(Value, &[&str]); 9] = [
        (json!({"reference": "C-1"}), &["reference"]),
        (json!({"reference": ""}), &["reference"]),
        (json!({"expires_in": 4}), &["expires_in"]),
        (json!({"expires_in": 31 * 86_400}), &["expires_in"]),
        (json!({"expires_in": null, "expires_at": shop.server.time(-1)}), &["expires_in"]),
        (json!({"expires_at": shop.server.time(60)}), &["expires_in"]),
        (json!({"lines": []}), &["lines"]),
        (json!({"lines": [{"product_sku": "NONE", "stock_list": shop.list}]}), &["lines"]),
        (json!({"lines": [{"product_sku": "SHIRT"}]}), &["catalog"]),
    ];
    for (fields, faults) in cases {
        shop.erp.post("/api/v1/reservations/", body(fields)).await.faults(faults);
    }
    let early = json!({"reference": "C-2", "expires_at": shop.server.time(1), "lines": lines});
    shop.erp.post("/api/v1/reservations/", early).await.faults(&["expires_at"]);
    shop.erp.post("/api/v1/reservations/", body(json!({}))).await.refused("insufficient_stock");
    assert_eq!(shop.figures(shirt).await, [2, 2, 0, 0]);
    shop.erp.get("/api/v1/reservations/99999/").await.expect(404);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_channel_has_its_own_within_its_limits() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 50).await;
    let (channel, other) = (shop.channel("accept").await, shop.channel("accept").await);
    let limits = json!({"reservations_max": 2, "reservation_units_max": 5, "reservation_seconds_max": 600});
    shop.admin.patch(&format!("/api/v1/channels/{channel}/"), limits).await.ok();
    shop.sells(channel).await;
    let client = shop.server.channel_client(channel).await;
    let below = format!("/api/v1/channel/{channel}/reservations/");
    let body = |reference: &str, seconds: i64, units: i64| json!({"reference": reference, "expires_in": seconds, "lines": [shop.line("SHIRT", units)]});
    client.post(&below, body("A", 601, 1)).await.faults(&["expires_in"]);
    client.post(&below, body("A", 60, 6)).await.refused("reservation_units_max");
    let first = client.post(&below, body("A", 60, 5)).await.created();
    assert_eq!(first["channel"], json!(channel));
    client.patch(&path(&first), json!({"lines": [{"line": 1, "quantity": 6}]})).await.refused("reservation_units_max");
    client.post(&below, body("B", 60, 1)).await.created();
    client.post(&below, body("C", 60, 1)).await.refused("reservations_max");
    client.post(&format!("/api/v1/channel/{channel}/reservations/{}/release/", id(&first)), json!({})).await.ok();
    client.post(&below, body("C", 60, 1)).await.created();

    // The other channel has references of its own, and knows nothing of these.
    shop.sells(other).await;
    let stranger = shop.server.channel_client(other).await;
    assert_eq!(stranger.get("/api/v1/reservations/?kind=cart").await.ok()["count"], json!(0));
    stranger.get(&path(&first)).await.expect(404);
    stranger.post(&format!("{}release/", path(&first)), json!({})).await.expect(404);
    stranger.post(&format!("{}confirm/", path(&first)), json!({"number": "O-1"})).await.expect(404);
    stranger.post("/api/v1/reservations/", body("A", 60, 1)).await.created();
    stranger
        .post(
            "/api/v1/reservations/",
            json!({"reference": "D", "channel": channel, "expires_in": 60, "lines": [shop.line("SHIRT", 1)]}),
        )
        .await
        .faults(&["channel"]);
    shop.server.verify().await;
}

#[tokio::test]
async fn lists_are_narrowed_and_who_reserves_a_stock_is_told_with_its_carts() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 20).await;
    shop.stock("HAT", 20).await;
    let carts = [
        reserve(&shop, "C-1", json!({})).await,
        reserve(&shop, "C-2", json!({"lines": [shop.line("HAT", 1)]})).await,
        reserve(&shop, "C-3", json!({"expires_in": 600})).await,
    ];
    shop.erp.post(&format!("{}release/", path(&carts[0])), json!({})).await.ok();
    let order = shop.erp.post(&format!("{}confirm/", path(&carts[1])), json!({"number": "O-1"})).await.created();
    shop.order("SHIRT", 4).await;
    let found = async |query: &str| {
        column(&shop.erp.get(&format!("/api/v1/reservations/?kind=cart&{query}")).await.ok(), "reference")
    };
    assert_eq!(found("state=open").await, [json!("C-3")]);
    assert_eq!(found("state__in=released,confirmed").await, [json!("C-1"), json!("C-2")]);
    assert_eq!(found("product_sku=SHIRT").await, [json!("C-1"), json!("C-3")]);
    assert_eq!(found(&format!("order={}", order["pk"])).await, [json!("C-2")]);
    assert_eq!(found("reference=C-3").await, [json!("C-3")]);
    assert_eq!(found("sort=-expires_at").await, [json!("C-3"), json!("C-2"), json!("C-1")]);

    let reserving = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/reservations/")).await.ok();
    assert_eq!(column(&reserving, "quantity"), [json!(2), json!(4)]);
    let cart = &reserving["results"][0];
    assert_eq!((&cart["reference"], &cart["reservation"]), (&json!("C-3"), &carts[2]["pk"]));
    assert_eq!((&cart["order_item"], &cart["expires_at"]), (&json!(null), &carts[2]["expires_at"]));
    let explained = shop.erp.get(&format!("/api/v1/product_stocks/{shirt}/explain/")).await.ok();
    let reserved = &explained["sold_quantity_unreported"];
    let parts = ["quantity", "open_quantity", "cart_quantity", "cart_lines", "external_quantity"]
        .map(|name| reserved[name].clone());
    assert_eq!(parts, [json!(6), json!(4), json!(2), json!(1), json!(0)]);
    shop.server.verify().await;
}

#[tokio::test]
async fn a_catalog_chooses_the_list_and_the_order_says_so() {
    let shop = Shop::open().await;
    shop.stock("SHIRT", 1).await;
    let more = shop.list_with(json!({})).await;
    shop.write(json!({"product_sku": "SHIRT", "stock_list": more, "stock": 9})).await;
    let catalog = json!({"name": "Both", "stock_list": shop.list, "extra_stock_lists": [more],
        "sourcing_rule": "most_available"});
    let catalog = shop.admin.post("/api/v1/catalogs/", catalog).await.created()["pk"].clone();
    let lines = json!([{"product_sku": "SHIRT", "quantity": 2}]);
    let cart = reserve(&shop, "C-1", json!({"catalog": catalog, "lines": lines})).await;
    assert_eq!(cart["lines"][0]["stock_list"], json!(more));
    assert_eq!(cart["lines"][0]["sourcing"]["rule"], json!("most_available"));
    let order = shop.erp.post(&format!("{}confirm/", path(&cart)), json!({"number": "O-1"})).await.created();
    assert_eq!(order["order_items"][0]["stock_list"], json!(more));
    assert_eq!(order["order_items"][0]["sourcing"], cart["lines"][0]["sourcing"]);
    shop.server.verify().await;
}

#[tokio::test]
async fn the_same_request_sent_again_does_nothing_twice() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 9).await;
    let keyed = shop.erp.clone().with("Idempotency-Key", "one");
    let body = json!({"reference": "C-1", "expires_in": 60, "lines": [shop.line("SHIRT", 2)]});
    let cart = keyed.post("/api/v1/reservations/", body.clone()).await.created();
    assert_eq!(keyed.post("/api/v1/reservations/", body).await.created(), cart);
    let keyed = shop.erp.clone().with("Idempotency-Key", "two");
    let confirm = format!("{}confirm/", path(&cart));
    let order = keyed.post(&confirm, json!({"number": "O-1"})).await.created();
    assert_eq!(keyed.post(&confirm, json!({"number": "O-1"})).await.created(), order);
    assert_eq!(shop.figures(shirt).await, [9, 2, 0, 7]);
    shop.server.verify().await;
}

#[tokio::test]
async fn what_is_over_is_written_down_although_nobody_asks() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 9).await;
    let wanted = CartReservationId::new(id(&reserve(&shop, "C-1", json!({})).await));
    shop.server.advance(61);
    // Nobody asks for anything: the worker does it.
    for _ in 0..100 {
        let find = async move |tx: &mut Tx<'_>| cart_reservations::by_ids(tx, [wanted]).await;
        let stored = shop.server.app.store.read("cart_reservations.by_id", find).await.expect("it is read");
        if stored[0].state == CartState::Expired {
            assert_eq!(shop.figures(shirt).await, [9, 0, 0, 9]);
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the worker has not ended it");
}
