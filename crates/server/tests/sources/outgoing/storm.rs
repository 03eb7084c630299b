//! Two installations sell to each other's customers under load, while processes are killed and connections are lost.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use onhand_testkit::chance::{Chance, SEED, seed};
use onhand_testkit::http::{Client, Request};
use onhand_testkit::json::{id, int, rows, text};
use onhand_testkit::wait;
use serde_json::{Value, json};
use tokio::sync::{Mutex, watch};

use super::proxy::{Proxy, Weather};
use super::side::{self, Engine, Side};

const SKUS: [&str; 4] = ["S-0", "S-1", "S-2", "S-3"];
/// The owner has so many of each.
const UNITS: i64 = 60;

/// How much is done.
struct Load {
    /// Clients of the seller, and of the owner.
    clients: (usize, usize),
    /// Orders of each.
    orders: usize,
    /// How often something goes wrong.
    blows: usize,
    /// Answers between two of those.
    between: usize,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_agree_after_a_storm() {
    let seed = seed();
    println!("{SEED}={seed}");
    storm(seed, (Engine::Sqlite, Engine::Postgres), Load { clients: (4, 1), orders: 24, blows: 8, between: 10 }).await;
}

/// For the night: `cargo test -p onhand --test sources -- --ignored`.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes"]
async fn both_sides_agree_after_a_long_storm() {
    let seed = seed();
    println!("{SEED}={seed}");
    for engines in [(Engine::Postgres, Engine::Sqlite), (Engine::Sqlite, Engine::Sqlite)] {
        storm(seed, engines, Load { clients: (6, 2), orders: 150, blows: 40, between: 20 }).await;
    }
}

/// Who is asked now: a process that was started again has another address.
type Asked = Arc<Mutex<Client>>;

/// Between two tries of a request that had no answer.
const PAUSE: Duration = Duration::from_millis(20);

/// Sends a request until it is answered; `None` if it was refused.
async fn answered(asked: &Asked, request: &Request) -> Option<Value> {
    let begun = Instant::now();
    loop {
        let client = asked.lock().await.clone();
        match client.try_send(request).await {
            Ok(answer) if matches!(answer.status, 200 | 201) => return Some(answer.body),
            Ok(answer) if answer.status == 406 => return None,
            Ok(answer) if answer.status < 500 => panic!("{request:?}: {answer:?}"),
            Ok(_) | Err(_) => assert!(begun.elapsed() < wait::WAIT_MAX, "{request:?} is not answered"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Orders, and cancels some of its orders again.
async fn sell(
    asked: Asked,
    (list, name, orders): (i64, String, usize),
    mut chance: Chance,
    progress: watch::Sender<usize>,
) {
    for number in 0..orders {
        let sku = SKUS[chance.below(SKUS.len())];
        let request = side::place(list, &format!("{name}-{number}"), sku, 1 + chance.below(3) as i64);
        if let Some(order) = answered(&asked, &request).await
            && chance.once_in(5)
        {
            let cancel = Request::post(format!("orders/{}/cancel/", id(&order)), json!({"is_all": true}));
            answered(&asked, &cancel).await;
        }
        progress.send_modify(|count| *count += 1);
    }
}

async fn storm(seed: u64, engines: (Engine, Engine), load: Load) {
    let mut chance = Chance(seed);
    let (mut seller, mut owner) = (Side::start(engines.0).await, Side::start(engines.1).await);
    for sku in SKUS {
        seller.client.post("products/", json!({"sku": sku})).await.created();
        owner.write(sku, UNITS).await;
    }
    let proxy = Proxy::to(owner.address(), seed).await;
    seller.sells_of(&owner, &format!("http://{}", proxy.address)).await;
    for sku in SKUS {
        until_offered(&seller, sku, UNITS).await;
    }

    let (selling, owning) = (Arc::new(Mutex::new(seller.client.clone())), Arc::new(Mutex::new(owner.client.clone())));
    let progress = watch::Sender::new(0);
    let spawn = |asked: &Asked, list, name: String, seed| {
        tokio::spawn(sell(asked.clone(), (list, name, load.orders), Chance(seed), progress.clone()))
    };
    let of_seller = (0..load.clients.0).map(|number| (&selling, seller.list, format!("s{number}")));
    let of_owner = (0..load.clients.1).map(|number| (&owning, owner.list, format!("o{number}")));
    let clients: Vec<_> = of_seller
        .chain(of_owner)
        .map(|(asked, list, name)| spawn(asked, list, name, chance.below(usize::MAX) as u64))
        .collect();
    let (mut seen, all) = (progress.subscribe(), clients.len() * load.orders);
    for blow in 1..=load.blows {
        let until = (blow * load.between).min(all);
        seen.wait_for(|count| *count >= until).await.expect("clients go on");
        match chance.below(4) {
            0 => {
                seller.kill_and_start();
                *selling.lock().await = seller.client.clone();
            }
            1 => {
                owner.kill_and_start();
                proxy.lead_to(owner.address());
                *owning.lock().await = owner.client.clone();
            }
            2 => proxy.set(Weather::Calm),
            _ => proxy.set(Weather::Storm),
        }
    }
    for client in clients {
        client.await.expect("it ends");
    }
    proxy.set(Weather::Calm);
    wait::until_async(async || match (seller.in_state("pending").await, seller.in_state("cancelling").await) {
        (0, 0) => Ok(()),
        left => Err(left),
    })
    .await;
    agree(&seller, &owner).await;
    seller.end();
    owner.end();
}

async fn until_offered(seller: &Side, sku: &str, units: i64) {
    wait::until_async(async || match seller.figures(sku).await {
        Some([_, _, _, available]) if available == units => Ok(()),
        other => Err(other),
    })
    .await;
}

/// Each line here is there once, with the same units, or on neither side; and what the one offers the other has.
async fn agree(seller: &Side, owner: &Side) {
    let numbers: HashMap<i64, String> =
        seller.all("orders/").await.iter().map(|order| (id(order), text(&order["number"]).to_owned())).collect();
    let mut there: HashMap<String, Value> = HashMap::new();
    for order in owner.all("orders/").await {
        let number = text(&order["number"]).to_owned();
        assert!(there.insert(number.clone(), order).is_none(), "{number} is there twice");
    }
    let mut states: HashMap<String, usize> = HashMap::new();
    let lines = seller.all("order_items/").await;
    for line in &lines {
        let number = format!("{}-{}", numbers[&int(&line["order"])], id(line));
        let order = there.remove(&number);
        let is_alive = order.as_ref().is_some_and(|order| text(&order["status"]) != "100");
        let state = text(&line["datasource_state"]);
        *states.entry(state.to_owned()).or_default() += 1;
        assert_eq!(is_alive, state == "placed", "{line}\n{order:?}");
        assert_eq!(text(&line["status"]) == "100", state != "placed", "{line}");
        if let Some(order) = order.filter(|_| is_alive) {
            let items = rows(&order["order_items"]);
            assert_eq!(items.len(), 1, "{order}");
            assert_eq!((&items[0]["quantity"], &items[0]["product_sku"]), (&line["quantity"], &line["product_sku"]));
        }
    }
    let foreign = there.keys().find(|number| number.starts_with('s'));
    assert_eq!(foreign, None, "there is an order there of no line here");
    assert!(states.get("placed").is_some_and(|count| *count > lines.len() / 4), "too little was sold: {states:?}");
    for sku in SKUS {
        let figures = owner.figures(sku).await.expect("a stock");
        assert!(figures[0] - figures[1] - figures[2] >= 0, "{sku} is oversold: {figures:?}");
        until_offered(seller, sku, figures[3]).await;
    }
}
