//! Many at once: one unit left and 64 who want it; and everything else that people do at the same moment.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onhand::auth::Role;
use serde_json::json;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::files::counts;
use crate::shop::{Shop, id, item, new_order};

const CLIENTS: usize = 64;
const ROUNDS: usize = 50;

async fn crowd(shop: &Shop, count: usize) -> Vec<Client> {
    let one = shop.server.client(Role::Integration).await;
    (0..count).map(|_| one.clone().apart()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_unit_is_sold_once_however_many_want_it() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 0).await;
    let clients = crowd(&shop, CLIENTS).await;
    for round in 1..=ROUNDS {
        shop.stock("SHIRT", round as i64).await;
        let mut asking = JoinSet::new();
        for client in clients.clone() {
            let body = new_order(json!({"order_items": [shop.line("SHIRT", 1)]}));
            asking.spawn(async move { client.post("/api/v1/orders/", body).await });
        }
        let answers = asking.join_all().await;
        let (sold, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 201);
        assert_eq!(sold.len(), 1, "round {round}");
        for answer in refused {
            let refusal = answer.refused("insufficient_stock");
            assert_eq!((&refusal["items"][0]["asked"], &refusal["items"][0]["available"]), (&json!(1), &json!(0)));
        }
        assert_eq!(shop.figures(shirt).await, [round as i64, round as i64, 0, 0]);
    }
    shop.server.verify().await;
}

/// Rows of an import are decided before their turn. What orders do to the same stocks in between is not lost, and
/// neither is a difference.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_and_orders_of_the_same_stocks_lose_nothing_of_each_other() {
    const SKUS: i64 = 400;
    const IMPORTS: i64 = 6;
    const BUYERS: usize = 4;
    let shop = Shop::open().await;
    let file =
        |figure: &str| (0..SKUS).fold("sku,stock\n".to_owned(), |file, sku| file + &format!("S{sku},{figure}\n"));
    shop.import(file("1000"), &[]).await;
    let is_over = Arc::new(AtomicBool::new(false));
    let mut buying = JoinSet::new();
    for (number, client) in crowd(&shop, BUYERS).await.into_iter().enumerate() {
        let lines: Vec<_> = (0..50).map(|sku| shop.line(&format!("S{}", number + 8 * sku), 1)).collect();
        let is_over = is_over.clone();
        buying.spawn(async move {
            let mut sold = 0;
            for line in lines.into_iter().cycle() {
                client.post("/api/v1/orders/", new_order(json!({"order_items": [line]}))).await.created();
                sold += 1;
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
            }
            sold
        });
    }
    for _ in 0..IMPORTS {
        let done = shop.import(file("+1"), &[("mode", "adjust")]).await;
        assert_eq!(counts(&done), [0, SKUS, 0, 0]);
    }
    is_over.store(true, Ordering::Relaxed);
    let sold: i64 = buying.join_all().await.into_iter().sum();
    let mut held = 0;
    for sku in 0..SKUS {
        let [stock, of_sku, ..] = shop.of_sku(&format!("S{sku}")).await.expect("a stock");
        assert_eq!(stock, 1_000 + IMPORTS, "S{sku}");
        held += of_sku;
    }
    assert!(sold > 0 && held == sold, "{held} are held where {sold} were sold");
    shop.server.verify().await;
}

/// The same order sent by many at once is placed once: its number is the guard.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_number_is_placed_once() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 1_000).await;
    let body = json!({"number": "ONCE", "order_items": [shop.line("SHIRT", 1)]});
    let mut asking = JoinSet::new();
    for client in crowd(&shop, CLIENTS).await {
        let body = body.clone();
        asking.spawn(async move { client.post("/api/v1/orders/", body).await });
    }
    let (placed, refused): (Vec<_>, Vec<_>) =
        asking.join_all().await.into_iter().partition(|answer| answer.status == 201);
    assert_eq!((placed.len(), refused.len()), (1, CLIENTS - 1));
    for answer in refused {
        answer.faults(&["number"]);
    }
    assert_eq!(shop.figures(shirt).await, [1_000, 1, 0, 999]);
    shop.server.verify().await;
}

/// A line is released and cancelled by many at once, in any order: its units are given back once, and once only.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_ends_once() {
    let shop = Shop::open().await;
    let shirt = shop.stock("SHIRT", 100).await;
    let clients = crowd(&shop, 16).await;
    for _ in 0..20 {
        let order = shop.order("SHIRT", 3).await;
        let (line, order) = (item(&order), id(&order));
        let mut asking = JoinSet::new();
        for (index, client) in clients.iter().cloned().enumerate() {
            asking.spawn(async move {
                match index % 2 {
                    0 => {
                        let code = json!({"code": format!("A-{line}")});
                        client.post(&format!("/api/i1/order_items/{line}/create_mapping/"), code).await
                    }
                    _ => client.post(&format!("/api/v1/orders/{order}/cancel/"), json!({"is_all": true})).await,
                }
            });
        }
        for answer in asking.join_all().await {
            assert!(matches!(answer.status, 200 | 201), "{answer:?}");
        }
        assert_eq!(shop.figures(shirt).await, [100, 0, 0, 100]);
    }
    shop.server.verify().await;
}

/// A new SKU written into several lists at once becomes one product.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_sku_becomes_one_product() {
    let shop = Shop::open().await;
    let lists = [shop.list, shop.list_with(json!({})).await, shop.list_with(json!({})).await];
    let clients = crowd(&shop, 12).await;
    for round in 0..10 {
        let mut asking = JoinSet::new();
        for (index, client) in clients.iter().cloned().enumerate() {
            let body = json!({"product_sku": format!("NEW{round}"), "stock_list": lists[index % 3], "stock": index});
            asking.spawn(async move { client.post("/api/v1/product_stock/", body).await });
        }
        let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
        for answer in asking.join_all().await {
            *statuses.entry(answer.status).or_default() += 1;
        }
        assert_eq!(statuses, BTreeMap::from([(201, 3), (200, 9)]));
    }
    let products = shop.erp.get("/api/v1/products/?limit=100").await.ok();
    assert_eq!((&products["count"], products["results"].as_array().map(Vec::len)), (&json!(10), Some(10)));
    shop.server.verify().await;
}
