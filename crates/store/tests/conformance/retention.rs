//! Retention: what is rolled up keeps every sum and the end of every period; ended carts go with what counts them.

use std::collections::BTreeMap;

use onhand_core::commands::{CartCommand, ReserveCart};
use onhand_core::{Command, RolledUp, Stock, Timestamp, roll_up};
use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::tables::movements::roll_up::{self as old_movements, Job, OldMovements, Progress};
use onhand_store::tables::{cart_reservations, movements, product_stocks};
use onhand_store::{Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{Chance, Shop, at, line};
use crate::verify::differences;

/// Seconds that become one movement.
const PERIOD: i64 = 10;

async fn next(store: &Store, job: Job, before: Timestamp, limit: i64) -> Option<OldMovements> {
    store.read("t", async move |tx| old_movements::next(tx, job, before, limit).await).await.expect("read")
}

fn rolled_up(job: Job, part: &OldMovements) -> RolledUp {
    let mut all = RolledUp::default();
    for history in &part.histories {
        all.add(match job {
            Job::Days => roll_up(history, |at| at.micros() / (PERIOD * 1_000_000)),
            Job::Opening => roll_up(history, |_| ()),
        });
    }
    all
}

async fn write(store: &Store, job: Job, part: OldMovements) -> bool {
    let all = rolled_up(job, &part);
    store.write("t", async move |tx| old_movements::write(tx, job, &part, &all).await).await.expect("written")
}

/// Rolls up what is older than a time, in parts of different sizes.
async fn go_over(store: &Store, job: Job, before: Timestamp) -> usize {
    for parts in 0.. {
        let Some(part) = next(store, job, before, 1 + parts % 9).await else { return parts as usize };
        assert!(write(store, job, part).await, "nobody else has");
    }
    unreachable!("parts end")
}

async fn stocks(store: &Store) -> Vec<Stock> {
    let window = Window::Page { number: 1, limit: 100 };
    let all = ListQuery { conditions: Vec::new(), sort: Sort::BY_ID, window };
    store.read("t", async move |tx| Ok(product_stocks::page(tx, &all).await?.rows)).await.expect("read")
}

/// The numbers of all stocks at the end of each period, and after it.
async fn ends(store: &Store, from: i64, to: i64) -> BTreeMap<(i64, i64), [i64; 3]> {
    let mut found = BTreeMap::new();
    for second in (from..to).filter(|second| (at(*second).micros() / 1_000_000 + 1) % PERIOD == 0) {
        let (stocks, instant) = (stocks(store).await, at(second));
        let read = async move |tx: &mut Tx<'_>| movements::as_of::as_of_all(tx, &stocks, instant).await;
        for (stock, movement) in store.read("t", read).await.expect("read") {
            found.insert((second, stock.get()), [movement.on_hand, movement.reserved, movement.reported]);
        }
    }
    found
}

async fn movement_count(store: &Store) -> i64 {
    store.read("t", async |tx| Ok(onhand_store::verify::extent(tx).await?.movements)).await.expect("read")
}

/// A shop in which something has happened about every second.
async fn busy(store: &Store) -> Shop {
    let mut shop = Shop::open(store).await;
    let mut chance = Chance(21);
    for sku in ["A", "B", "C"] {
        shop.write(0, sku, 500).await;
    }
    for number in 0..90 {
        let sku = ["A", "A", "B", "C"][chance.below(4)];
        let (order, items) = shop.order(&format!("o{number}"), &[(0, sku, 1 + chance.below(3) as i64)]).await;
        match chance.below(4) {
            0 => shop.release(items[0].id, &format!("E{number}")).await,
            1 => shop.cancel(order).await,
            2 => _ = shop.write(0, sku, 400 + chance.below(100) as i64).await,
            _ => {}
        }
    }
    shop
}

#[test]
fn what_is_rolled_up_keeps_its_sums_and_the_ends_of_periods() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut shop = busy(store).await;
        let (from, to) = (0, 240);
        let (before, movements) = (ends(store, from, to).await, movement_count(store).await);
        let newest: Vec<_> = stocks(store).await.into_iter().map(|stock| stock.movement).collect();
        let parts = go_over(store, Job::Days, at(100)).await;
        assert!(parts > 10, "{parts} parts");
        let after = movement_count(store).await;
        assert!(after < movements - 40, "{after} of {movements}");
        assert_eq!(differences(store).await, []);
        assert_eq!(ends(store, from, to).await, before);
        assert_eq!(stocks(store).await.into_iter().map(|stock| stock.movement).collect::<Vec<_>>(), newest);

        // It goes on where it stopped, also within a period; the newest movement is like any other.
        assert!(go_over(store, Job::Days, at(107)).await > 0);
        assert!(go_over(store, Job::Days, at(1_000)).await > 0);
        assert_eq!(next(store, Job::Days, at(1_000), 10).await.map(|part| part.to), None);
        assert_eq!((ends(store, from, to).await, differences(store).await), (before, vec![]));
        shop.write(0, "A", 7).await;
        assert_eq!(differences(store).await, []);

        // The days become one movement of each stock.
        let before = ends(store, from, to).await;
        assert!(go_over(store, Job::Opening, at(150)).await > 0);
        assert_eq!(differences(store).await, []);
        let late = |ends: BTreeMap<(i64, i64), _>| ends.into_iter().filter(|(key, _)| key.0 >= 150).collect::<Vec<_>>();
        assert_eq!(late(ends(store, from, to).await), late(before));
        let known = store.read("t", async |tx| old_movements::progress(tx, Job::Opening).await).await.expect("read");
        assert!(known != Progress::default() && known.at < at(150).micros());
    });
}

#[test]
fn a_part_is_written_by_one_process() {
    for_each_engine(async |database| {
        let store = &database.store;
        busy(store).await;
        let part = next(store, Job::Days, at(60), 20).await.expect("there is something old");
        assert!(write(store, Job::Days, part.clone()).await);
        assert!(!write(store, Job::Days, part).await, "it was written before");
        let (one, other) = (next(store, Job::Days, at(60), 10).await, next(store, Job::Days, at(60), 30).await);
        let (one, other) = (one.expect("a part"), other.expect("a part"));
        assert!(write(store, Job::Days, one).await);
        assert!(!write(store, Job::Days, other).await, "another part has the same beginning");
        assert_eq!(differences(store).await, []);
    });
}

#[test]
fn carts_that_ended_long_ago_are_removed_with_their_lines() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut shop = Shop::open(store).await;
        shop.write(0, "A", 100).await;
        let mut reserve = async |reference: &str, until: i64| {
            let (reference, lines) = (reference.to_owned(), vec![line(shop.lists[0], "A", 2)]);
            let reserve = ReserveCart { reference, channel: None, expires_at: at(until), sourcing: None, lines };
            shop.run(Command::Cart(CartCommand::Reserve(reserve))).await
        };
        for number in 0..7 {
            reserve(&format!("short {number}"), 20).await;
        }
        reserve("long", 100_000).await;
        let due = store.read("t", async |tx| cart_reservations::due(tx, at(60), 100).await).await.expect("read");
        let carts = due;
        for _ in 0..40 {
            shop.context();
        }
        shop.run(Command::Cart(CartCommand::Expire(onhand_core::commands::ExpireCarts { carts }))).await;
        let forget = async |before: i64| {
            let body = async move |tx: &mut Tx<'_>| cart_reservations::forget(tx, at(before), 3).await;
            store.write("t", body).await.expect("written")
        };
        assert!(!forget(20).await, "they have ended later");
        assert!(forget(10_000).await && forget(10_000).await, "three of seven at once");
        assert!(forget(10_000).await && !forget(10_000).await);
        assert_eq!(differences(store).await, []);
        let window = Window::Page { number: 1, limit: 100 };
        let all = ListQuery { conditions: Vec::new(), sort: Sort::BY_ID, window };
        let left = store.read("t", async move |tx| cart_reservations::page(tx, &all).await).await.expect("read");
        assert_eq!(left.rows.iter().map(|cart| cart.reference.as_str()).collect::<Vec<_>>(), ["long"]);
        assert_eq!(left.count, Some(1));
    });
}
