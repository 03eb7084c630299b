//! Orders go out: two installations of which one sells what the other has.
//!
//! Promises: real processes and real connections; whatever is lost between them, both sides agree unit by unit once nothing
//! is lost any more, and nothing is sold twice.

mod proxy;
mod side;
mod storm;

use onhand_testkit::json::{id, int, rows, text};
use onhand_testkit::wait;
use serde_json::{Value, json};

use self::proxy::{Proxy, Weather};
use self::side::{Engine, Side};

/// One that sells, the other that has, and what is between them.
struct Pair {
    seller: Side,
    owner: Side,
    proxy: Proxy,
}

impl Pair {
    /// Both know the SKU `A`, of which the owner has so many.
    async fn open(engines: (Engine, Engine), units: i64) -> Self {
        let (seller, owner) = (Side::start(engines.0).await, Side::start(engines.1).await);
        seller.client.post("products/", json!({"sku": "A"})).await.created();
        owner.write("A", units).await;
        let proxy = Proxy::to(owner.address(), 1).await;
        seller.sells_of(&owner, &format!("http://{}", proxy.address)).await;
        let pair = Self { seller, owner, proxy };
        pair.until_offered(units).await;
        pair
    }

    /// Until the seller offers so many.
    async fn until_offered(&self, units: i64) {
        wait::until_async(async || match self.seller.figures("A").await {
            Some([_, _, _, available]) if available == units => Ok(()),
            other => Err(other),
        })
        .await;
    }

    /// Until the seller's line is in a state; the line.
    async fn until_line(&self, item: i64, state: &str) -> Value {
        wait::until_async(async || {
            let line = self.seller.line(item).await;
            if line["datasource_state"] == state { Ok(line) } else { Err(line) }
        })
        .await
    }

    /// The owner's orders of a line of the seller.
    async fn there(&self, number: &str, item: i64) -> Vec<Value> {
        let page = self.owner.client.get(format!("orders/?number={number}-{item}")).await.ok();
        rows(&page["results"]).to_vec()
    }

    fn end(self) {
        self.seller.end();
        self.owner.end();
    }
}

fn only_item(order: &Value) -> i64 {
    assert_eq!(rows(&order["order_items"]).len(), 1, "{order}");
    id(&order["order_items"][0])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_order_is_placed_there_and_counted_once() {
    let pair = Pair::open((Engine::Sqlite, Engine::Postgres), 5).await;
    let placed = pair.seller.order_and_wait("O-1", "A", 2).await;
    let line = &placed["order_items"][0];
    assert_eq!((text(&line["datasource_state"]), &line["datasource_error"]), ("placed", &Value::Null));
    let there = pair.there("O-1", id(line)).await;
    assert_eq!(there.len(), 1);
    assert_eq!((int(&there[0]["order_items"][0]["quantity"]), text(&there[0]["status"])), (2, "400"));
    assert_eq!(pair.owner.figures("A").await, Some([5, 2, 0, 3]));
    // The owner's next level accounts for it.
    wait::until_async(async || match pair.seller.figures("A").await {
        Some([3, 0, 0, 3]) => Ok(()),
        Some([5, 0, 2, 3]) => Err("not yet"),
        other => panic!("a unit was counted twice, or not at all: {other:?}"),
    })
    .await;
    let codes = pair.seller.client.get(format!("order_items/{}/create_mapping/", id(line))).await.ok();
    assert_eq!(text(&codes["results"][0]["code"]), format!("O-1-{}", id(line)));
    pair.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_sold_there_first_is_refused_and_says_why() {
    let pair = Pair::open((Engine::Postgres, Engine::Sqlite), 5).await;
    // What the seller knows of the stock is old.
    pair.proxy.set(Weather::Away);
    pair.owner.order("own", "A", 4).await.created();
    let order = pair.seller.order("O-1", "A", 3).await.created();
    assert_eq!(order["order_items"][0]["datasource_state"], "pending", "the answer says that nobody knows yet");
    assert_eq!(pair.seller.figures("A").await.map(|figures| figures[3]), Some(2));
    pair.proxy.set(Weather::Calm);
    let line = pair.until_line(only_item(&order), "refused").await;
    assert_eq!(text(&line["status"]), "100");
    assert_eq!(text(&line["datasource_error"]), "Not enough stock for A.");
    assert_eq!(pair.there("O-1", id(&line)).await, Vec::<Value>::new());
    pair.until_offered(1).await;
    pair.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_is_lost_is_asked_for() {
    let pair = Pair::open((Engine::Sqlite, Engine::Sqlite), 5).await;
    pair.proxy.set(Weather::NoAnswers);
    let order = pair.seller.order("O-1", "A", 2).await.created();
    let item = only_item(&order);
    // It has arrived, and the seller does not know.
    let there = wait::until_async(async || {
        let there = pair.there("O-1", item).await;
        there.first().map(id).ok_or("it has not arrived")
    })
    .await;
    assert_eq!(pair.seller.line(item).await["datasource_state"], "pending");
    pair.proxy.set(Weather::Calm);
    pair.until_line(item, "placed").await;
    assert_eq!(pair.there("O-1", item).await.iter().map(id).collect::<Vec<_>>(), [there]);
    assert_eq!(pair.owner.figures("A").await, Some([5, 2, 0, 3]));
    pair.until_offered(3).await;
    pair.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancellations_travel_both_ways() {
    let pair = Pair::open((Engine::Sqlite, Engine::Postgres), 10).await;
    let here = pair.seller.order_and_wait("O-1", "A", 2).await;
    let cancel = json!({"is_all": true});
    pair.seller.client.post(format!("orders/{}/cancel/", id(&here)), cancel.clone()).await.ok();
    pair.until_line(only_item(&here), "cancelled").await;
    assert_eq!(text(&pair.there("O-1", only_item(&here)).await[0]["status"]), "100");
    assert_eq!(pair.owner.figures("A").await, Some([10, 0, 0, 10]));

    let there = pair.seller.order_and_wait("O-2", "A", 3).await;
    let order = pair.there("O-2", only_item(&there)).await.remove(0);
    pair.owner.client.post(format!("orders/{}/cancel/", id(&order)), cancel.clone()).await.ok();
    let line = pair.until_line(only_item(&there), "cancelled").await;
    assert_eq!(
        (text(&line["status"]), text(&line["datasource_error"])),
        ("100", "The data source has cancelled the line.")
    );
    pair.until_offered(10).await;

    // What has left there cannot be cancelled there.
    let left = pair.seller.order_and_wait("O-3", "A", 1).await;
    let order = pair.there("O-3", only_item(&left)).await.remove(0);
    let path = format!("order_items/{}/", only_item(&order));
    pair.owner.client.send(&onhand_testkit::http::Request::patch(path, json!({"status": 500}))).await.ok();
    pair.seller.client.post(format!("orders/{}/cancel/", id(&left)), cancel).await.ok();
    let line = pair.until_line(only_item(&left), "failed").await;
    assert_ne!(line["datasource_error"], Value::Null);
    pair.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_a_restored_owner_has_lost_is_placed_again() {
    let mut pair = Pair::open((Engine::Sqlite, Engine::Sqlite), 5).await;
    // A backup of before the order.
    pair.owner.stop();
    let file = pair.owner.folder.path().join("onhand.db");
    let backup = std::fs::read(&file).expect("a database");
    pair.owner.start_again();
    pair.proxy.lead_to(pair.owner.address());
    let order = pair.seller.order_and_wait("O-1", "A", 2).await;
    let item = only_item(&order);
    assert_eq!(order["order_items"][0]["datasource_state"], "placed");
    pair.owner.stop();
    std::fs::write(&file, backup).expect("it is written");
    pair.owner.start_again();
    assert_eq!(pair.there("O-1", item).await, Vec::<Value>::new(), "it is lost");
    pair.proxy.lead_to(pair.owner.address());
    wait::until_async(async || match pair.there("O-1", item).await.len() {
        1 => Ok(()),
        other => Err(other),
    })
    .await;
    pair.until_line(item, "placed").await;
    assert_eq!(pair.owner.figures("A").await, Some([5, 2, 0, 3]));
    pair.until_offered(3).await;
    pair.end();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_is_away_delays_no_other() {
    let pair = Pair::open((Engine::Sqlite, Engine::Sqlite), 5).await;
    let dead = Proxy::to(pair.owner.address(), 2).await;
    // Lists of their own, each with a source that accepts connections and says nothing.
    dead.set(Weather::Hang);
    for number in 0..4 {
        let list = json!({"name": format!("Dead {number}"), "is_auto_sync": false});
        let list = id(&pair.seller.client.post("stock_list/", list).await.created());
        let row = json!({"product_sku": "A", "stock_list": list, "stock": 5});
        pair.seller.client.post("product_stock/", row).await.created();
        let source = json!({"name": format!("Dead {number}"), "base_url": format!("http://{}", dead.address),
            "token": "x", "remote_stock_list": 1, "stock_list": list, "poll_interval_seconds": 3600});
        pair.seller.client.post("data_sources/", source).await.created();
        for line in 0..3 {
            let number = format!("dead-{number}-{line}");
            pair.seller.client.send(&side::place(list, &number, "A", 1)).await.created();
        }
    }
    let placed = pair.seller.order_and_wait("O-1", "A", 1).await;
    assert_eq!(placed["order_items"][0]["datasource_state"], "placed");
    pair.proxy.set(Weather::Calm);
    drop(dead);
    pair.end();
}
