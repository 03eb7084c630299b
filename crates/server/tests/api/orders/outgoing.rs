//! Lines that are placed with a data source: how they begin, what becomes of them before the source is asked, and what a
//! client can see. Two installations that talk to each other are in the suite `sources`.

use onhand::services::Requester;
use onhand_core::commands::TellOutgoing;
use onhand_core::{Command, OrderId, OrderItemId, Outcome, OutgoingError, OutgoingEvent, RemoteLine};
use onhand_store::tables::data_sources;
use onhand_testkit::json::rows;
use serde_json::{Value, json};

use crate::client::{Answer, Body, unique};
use crate::market::Market;
use crate::shop::{Shop, column, id, item, new_order};

/// A shop whose list sells the stock of another installation, of which nobody has the token: it is never asked.
struct Seller {
    shop: Shop,
    source: i64,
}

impl Seller {
    async fn open() -> Self {
        Self::of(Shop::open().await).await
    }

    async fn of(shop: Shop) -> Self {
        let body = json!({"name": format!("Source {}", unique()), "base_url": "http://127.0.0.1:9/",
            "remote_stock_list": 1, "stock_list": shop.list});
        let source = id(&shop.admin.post("/api/v1/data_sources/", body).await.created());
        shop.stock("A", 10).await;
        Self { shop, source }
    }

    async fn line(&self, item: i64) -> Value {
        self.shop.erp.get(&format!("/api/v1/order_items/{item}/")).await.ok()
    }

    /// What its worker would tell a line; whether that has a meaning for it.
    async fn tell(&self, order: &Value, event: OutgoingEvent) -> bool {
        let (order, item) = (OrderId::new(id(order)), OrderItemId::new(item(order)));
        let command = Command::TellOutgoing(TellOutgoing { order, item, code: "there".to_owned(), sku: None, event });
        let told = self.shop.server.app.submit(&Requester::itself(), command).await.expect("it is told");
        matches!(told, Outcome::OutgoingTold(Some(_)))
    }

    async fn in_state(&self, state: &str) -> Vec<Value> {
        let path = format!("/api/v1/order_items/?datasource_state={state}");
        column(&self.shop.erp.get(&path).await.ok(), "pk")
    }

    async fn place_with(&self, name: &'static str, value: &str) -> Answer {
        let body = new_order(json!({"order_items": [self.shop.line("A", 1)]}));
        self.shop.erp.clone().with(name, value).post("/api/v1/orders/", body).await
    }
}

fn states(order: &Value) -> Vec<(Value, Value)> {
    rows(&order["order_items"])
        .iter()
        .map(|line| (line["datasource"].clone(), line["datasource_state"].clone()))
        .collect()
}

#[tokio::test]
async fn a_line_of_a_fed_list_is_pending_and_another_is_not() {
    let seller = Seller::open().await;
    let other = seller.shop.list_with(json!({})).await;
    seller.shop.write(json!({"product_sku": "A", "stock_list": other, "stock": 5})).await;
    let lines = json!([seller.shop.line("A", 2), {"product_sku": "A", "stock_list": other, "quantity": 1}]);
    let placed = seller.shop.try_order(json!({"order_items": lines})).await.created();
    assert_eq!(states(&placed), [(json!(seller.source), json!("pending")), (Value::Null, Value::Null)]);
    assert_eq!(placed["order_items"][0]["datasource_error"], Value::Null);
    let shown = seller.shop.erp.get(&format!("/api/v1/orders/{}/", id(&placed))).await.ok();
    assert_eq!(states(&shown), states(&placed));
    // Its units are off sale at once.
    assert_eq!(seller.shop.of_sku("A").await, Some([10, 2, 0, 8]));
    assert_eq!(seller.in_state("pending").await, [shown["order_items"][0]["pk"].clone()]);
    assert_eq!(seller.in_state("placed").await, Vec::<Value>::new());
    seller.shop.erp.get("/api/v1/order_items/?datasource_state=sent").await.faults(&["datasource_state"]);
}

#[tokio::test]
async fn the_lines_of_a_channel_and_those_that_name_no_list_go_out_too() {
    let market = Market::open().await;
    let (channel, catalog) = (market.channel, market.catalog);
    let seller = Seller::of(market.shop).await;
    let path = format!("/api/v1/channel/{channel}/create_orders/");
    let body = json!({"order": {"number": "C-1"}, "order_item": [{"product_sku": "A", "quantity": 1}]});
    let sold = market.account.post(&path, body.clone()).await.created();
    assert_eq!(states(&sold), [(json!(seller.source), json!("pending"))]);
    let again = market.account.clone().with("prefer", "wait=1").post(&path, body).await.ok();
    assert_eq!((again["pk"].clone(), states(&again)), (sold["pk"].clone(), states(&sold)), "it is made once");

    let open = json!({"catalog": catalog, "order_items": [{"product_sku": "A", "quantity": 1}]});
    let placed = seller.shop.try_order(open).await.created();
    assert_eq!(states(&placed), [(json!(seller.source), json!("pending"))]);
}

#[tokio::test]
async fn a_list_without_an_active_source_keeps_its_lines() {
    let seller = Seller::open().await;
    let path = format!("/api/v1/data_sources/{}/", seller.source);
    let placed = seller.shop.order("A", 1).await;
    seller.shop.admin.patch(&path, json!({"is_active": false})).await.ok();
    let body = new_order(json!({"order_items": [seller.shop.line("A", 1)]}));
    let answer = seller.shop.erp.post("/api/v1/orders/", body).await;
    // Its worker may have taken the list's levels away already.
    if answer.status == 201 {
        assert_eq!(states(&answer.body), [(Value::Null, Value::Null)]);
    } else {
        answer.refused("insufficient_stock");
    }
    assert_eq!(seller.line(item(&placed)).await["datasource"], json!(seller.source), "what was marked stays so");
}

#[tokio::test]
async fn what_was_not_sent_is_cancelled_at_once_and_what_was_sent_is_not() {
    let seller = Seller::open().await;
    let (whole, edited, sent) =
        (seller.shop.order("A", 1).await, seller.shop.order("A", 2).await, seller.shop.order("A", 3).await);
    let cancelled = seller.shop.cancel(&whole).await;
    assert_eq!(states(&cancelled), [(json!(seller.source), json!("cancelled"))]);
    let path = format!("/api/v1/order_items/{}/", item(&edited));
    let line = seller.shop.erp.patch(&path, json!({"status": 100})).await.ok();
    assert_eq!(line["datasource_state"], "cancelled");

    // The worker puts the line off for want of a token, whenever it looks.
    while !seller.tell(&sent, OutgoingEvent::Sending).await {
        seller.shop.server.advance(120);
    }
    let cancelled = seller.shop.cancel(&sent).await;
    assert_eq!(states(&cancelled), [(json!(seller.source), json!("cancelling"))]);
    assert_eq!(seller.shop.of_sku("A").await, Some([10, 0, 0, 10]));
    assert!(seller.tell(&sent, OutgoingEvent::CancelledThere).await);
    assert_eq!(seller.in_state("cancelled").await.len(), 3);
}

#[tokio::test]
async fn a_placed_line_has_the_code_of_its_order_there() {
    let seller = Seller::open().await;
    let placed = seller.shop.order("A", 2).await;
    // After the level that is stored.
    let at = seller.shop.server.app.clock.now().plus_micros(1_000_000);
    assert!(seller.tell(&placed, OutgoingEvent::Placed(RemoteLine { order: 7, item: 8, at })).await);
    let line = seller.line(item(&placed)).await;
    assert_eq!((&line["datasource_state"], &line["datasource_error"]), (&json!("placed"), &Value::Null));
    assert_eq!(seller.shop.of_sku("A").await, Some([10, 0, 2, 8]), "the source's next level accounts for it");
    let path = format!("/api/v1/order_items/{}/create_mapping/", item(&placed));
    let codes = seller.shop.erp.get(&path).await.ok();
    assert_eq!(column(&codes, "code"), ["there"]);
}

#[tokio::test]
async fn a_refused_line_says_why_and_its_channel_is_told() {
    let market = Market::open().await;
    let seller = Seller::of(market.shop).await;
    let path = format!("/api/v1/channel/{}/create_orders/", market.channel);
    let body = json!({"order": {"number": "C-1"}, "order_item": [{"product_sku": "A", "quantity": 2}]});
    let sold = market.account.post(&path, body).await.created();
    let error = OutgoingError::new("insufficient_stock", "Not enough stock for A.");
    assert!(seller.tell(&sold, OutgoingEvent::Refused(error)).await);
    let line = seller.line(item(&sold)).await;
    assert_eq!(
        (&line["datasource_state"], &line["datasource_error"], &line["status"]),
        (&json!("refused"), &json!("Not enough stock for A."), &json!("100"))
    );
    assert_eq!(seller.shop.of_sku("A").await, Some([10, 0, 0, 10]));
    let shown = market.account.get(&format!("/api/v1/channel/{}/orders/{}/", market.channel, id(&sold))).await.ok();
    assert_eq!(shown["status"], "100");
    assert!(shown["modified_date"].as_str() > sold["modified_date"].as_str(), "the feed has a new version");
}

#[tokio::test]
async fn who_waits_is_answered_when_the_lines_are_and_when_the_time_is_over() {
    let seller = Seller::open().await;
    // Nobody answers: the order is there all the same, and is answered as it is.
    let placed = seller.place_with("prefer", "wait=1").await.created();
    assert_eq!(states(&placed), [(json!(seller.source), json!("pending"))]);
    // A line of another list has nothing to wait for.
    let other = seller.shop.list_with(json!({})).await;
    seller.shop.write(json!({"product_sku": "A", "stock_list": other, "stock": 5})).await;
    let waiting = seller.shop.erp.clone().with("prefer", "wait=30").with("idempotency-key", "waited");
    let body = json!({"number": "W-1", "order_items": [{"product_sku": "A", "stock_list": other}]});
    waiting.post("/api/v1/orders/", body).await.created();

    // Two ask with one key; the second waits for what becomes of the first's order.
    let keyed = seller.shop.erp.clone().with("idempotency-key", "key");
    let body = json!({"number": "W-2", "order_items": [seller.shop.line("A", 1)]});
    let first = keyed.post("/api/v1/orders/", body.clone()).await.created();
    let waiting = keyed.clone().with("prefer", "wait=30");
    let second = tokio::spawn(async move { waiting.post("/api/v1/orders/", body).await });
    let now = seller.shop.server.app.clock.now();
    assert!(seller.tell(&first, OutgoingEvent::Placed(RemoteLine { order: 7, item: 8, at: now })).await);
    let second = second.await.expect("it is answered");
    assert!(second.is_replay());
    let second = second.created();
    assert_eq!((second["pk"].clone(), states(&second)[0].1.clone()), (first["pk"].clone(), json!("placed")));
}

#[tokio::test]
async fn an_order_that_comes_back_is_refused() {
    let seller = Seller::open().await;
    let find = async |tx: &mut onhand_store::Tx<'_>| data_sources::installation(tx).await;
    let own = loop {
        // Its worker gives it a name.
        if let Some(name) = seller.shop.server.app.store.read("installation.name", find).await.expect("read") {
            break name;
        }
        seller.place_with("onhand-via", "another").await.created();
    };
    seller.place_with("onhand-via", "").await.created();
    seller.place_with("onhand-via", "one, other").await.created();
    seller.place_with("onhand-via", &own).await.refused("order_loop");
    seller.place_with("onhand-via", &format!("one,{own},other")).await.refused("order_loop");
    let names = |count: usize| (0..count).map(|number| format!("n{number}")).collect::<Vec<_>>().join(",");
    seller.place_with("onhand-via", &names(8)).await.created();
    seller.place_with("onhand-via", &names(9)).await.refused("order_loop");
    for bad in ["a b", "<x>", &"n".repeat(65)] {
        assert_eq!(seller.place_with("onhand-via", bad).await.status, 400, "{bad}");
    }
    let client = seller.shop.erp.clone().with("onhand-via", own.clone());
    let before = column(&seller.shop.erp.get("/api/v1/orders/?limit=100").await.ok(), "pk");
    client
        .post("/api/v1/orders/", new_order(json!({"order_items": [seller.shop.line("A", 1)]})))
        .await
        .refused("order_loop");
    let after = column(&seller.shop.erp.get("/api/v1/orders/?limit=100").await.ok(), "pk");
    assert_eq!(after, before, "nothing was placed");
}

#[tokio::test]
async fn a_source_stays_while_lines_are_with_it() {
    let seller = Seller::open().await;
    let placed = seller.shop.order("A", 1).await;
    let path = format!("/api/v1/data_sources/{}/", seller.source);
    let kept = seller.shop.admin.delete(&path).await;
    assert!((400..500).contains(&kept.status), "{kept:?}");
    seller.shop.admin.get(&path).await.ok();
    seller.shop.cancel(&placed).await;
    let gone = seller.shop.admin.send("DELETE", &path, Body::None).await;
    assert_eq!(gone.status, 204, "{gone:?}");
    let line = seller.line(item(&placed)).await;
    assert_eq!((&line["datasource"], &line["datasource_state"]), (&json!(seller.source), &json!("cancelled")));
}

/// In another place the lines would not be found, and would be placed once more.
#[tokio::test]
async fn a_source_goes_nowhere_else_while_lines_are_placed_with_it() {
    let seller = Seller::open().await;
    let path = format!("/api/v1/data_sources/{}/", seller.source);
    let placed = seller.shop.order("A", 2).await;
    let at = seller.shop.server.app.clock.now();
    for event in [None, Some(OutgoingEvent::Placed(RemoteLine { order: 7, item: 8, at }))] {
        if let Some(event) = event {
            assert!(seller.tell(&placed, event).await);
        }
        for change in [json!({"base_url": "http://127.0.0.1:10/"}), json!({"remote_channel": 2})] {
            seller.shop.admin.patch(&path, change).await.refused("data_source_has_lines");
        }
        seller.shop.admin.patch(&path, json!({"base_url": "http://127.0.0.1:9", "safety_stock": 1})).await.ok();
    }
    assert!(seller.tell(&placed, OutgoingEvent::Left).await);
    seller.shop.admin.patch(&path, json!({"base_url": "http://127.0.0.1:10/"})).await.ok();
}

#[tokio::test]
async fn a_line_that_has_left_here_is_not_placed_again() {
    let seller = Seller::open().await;
    let placed = seller.shop.order("A", 2).await;
    let at = seller.shop.server.app.clock.now().plus_micros(1_000_000);
    assert!(seller.tell(&placed, OutgoingEvent::Placed(RemoteLine { order: 7, item: 8, at })).await);
    let path = format!("/api/v1/order_items/{}/", item(&placed));
    seller.shop.erp.patch(&path, json!({"status": "500"})).await.ok();
    let figures = seller.shop.of_sku("A").await;
    assert!(seller.tell(&placed, OutgoingEvent::Missing).await);
    assert_eq!(seller.line(item(&placed)).await["datasource_state"], json!("placed"));
    assert_eq!(seller.shop.of_sku("A").await, figures);
}
