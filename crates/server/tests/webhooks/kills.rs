//! Server and receiver are killed at random moments: nothing is lost, and the events of one object come in their order.

use std::collections::BTreeMap;

use onhand_testkit::chance::{Chance, SEED, seed};
use onhand_testkit::json::{int, text};
use onhand_testkit::shop as requests;
use serde_json::{Value, json};

use crate::receiver::{Mood, Received, Receiver};
use crate::shop::Shop;

/// How often something is killed.
const KILLS: usize = 50;
const SKUS: usize = 5;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_over_kills_of_server_and_receiver() {
    let seed = seed();
    println!("{SEED}={seed}");
    let mut chance = Chance(seed);
    let mut shop = Shop::on_file().await;
    let mut receiver = Receiver::start().await;
    for sku in 0..SKUS {
        shop.level(&format!("S-{sku}"), 100_000).await;
    }
    let hook = shop.tells(&receiver, json!({"events": ["order.created", "order.cancelled", "stock.changed"]})).await;
    let (mut placed, mut cancelled) = (Vec::new(), Vec::new());
    for kill in 0..KILLS {
        for one in 0..=chance.below(6) {
            let number = format!("O-{kill}-{one}");
            let line = requests::line(shop.list, &format!("S-{}", chance.below(SKUS)), 1);
            let order = shop.admin.send(&requests::place(&number, &[line])).await.created();
            placed.push(number.clone());
            if chance.below(4) == 0 {
                shop.admin.post(format!("orders/{}/cancel/", int(&order["pk"])), json!({"is_all": true})).await.ok();
                cancelled.push(number);
            }
        }
        match chance.below(4) {
            0 => receiver.answers(Mood::Status(500)),
            1 => receiver.answers(Mood::Rude),
            _ => receiver.answers(Mood::Status(200)),
        }
        if chance.below(3) == 0 {
            receiver.die().await;
            shop.order(&format!("O-{kill}-x"), "S-0", 1).await;
            placed.push(format!("O-{kill}-x"));
            receiver.come_back().await;
        } else {
            shop.killed();
        }
        receiver.answers(Mood::Status(200));
        shop.try_now(hook).await;
    }
    let names = |event: &str| -> Vec<String> {
        receiver.taken(event).iter().map(|one| text(&one.body["data"]["number"]).to_owned()).collect()
    };
    let has_all = |event: &str, wanted: &[String]| {
        let told = names(event);
        wanted.iter().all(|number| told.contains(number))
    };
    receiver
        .until("every order", |_| has_all("order.created", &placed) && has_all("order.cancelled", &cancelled))
        .await;
    let mut wanted = BTreeMap::new();
    for sku in 0..SKUS {
        let sku = format!("S-{sku}");
        let rows = shop.admin.get(format!("product_stocks/?product_sku={sku}")).await.ok();
        wanted.insert(sku, rows["results"][0]["adjusted_stock"].clone());
    }
    receiver
        .until("the last numbers of each stock", |_| last_numbers(&receiver.taken("stock.changed")) == wanted)
        .await;
    assert_eq!(names("order.created").len(), placed.len(), "each has one event");
    in_order(&receiver.received());
    shop.is_sound();
}

/// The numbers of each stock in the last event about it.
fn last_numbers(taken: &[Received]) -> BTreeMap<String, Value> {
    let data = |one: &Received| {
        (text(&one.body["data"]["product_sku"]).to_owned(), one.body["data"]["adjusted_stock"].clone())
    };
    taken.iter().map(data).collect()
}

/// Events that are sent for the first time come in their order, and an object never becomes older.
fn in_order(received: &[Received]) {
    let (mut newest, mut seen) = (0, BTreeMap::new());
    for one in received.iter().filter(|one| one.number() > 0) {
        if one.number() <= newest {
            continue;
        }
        newest = one.number();
        let data = &one.body["data"];
        let object = (data["number"].clone().to_string(), data["product_sku"].clone().to_string());
        let modified = text(&data["modified_date"]).to_owned();
        let before = seen.insert(object, modified.clone());
        assert!(before.is_none_or(|before| before <= modified), "{one:?}");
    }
}
