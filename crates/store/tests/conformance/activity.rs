//! Activity counters: added up by interval, and dropped after a month.

use onhand_store::{Store, activity};

use crate::database::for_each_engine;

async fn add(store: &Store, minute: i64, process: &'static str, counted: &'static [(&'static str, i64)]) {
    let added = store.write("t", async move |tx| activity::add(tx, minute, process, counted).await);
    added.await.expect("written");
}

async fn orders(store: &Store, from: i64, until: i64) -> Vec<i64> {
    store.read("t", async move |tx| activity::sums(tx, "orders", (from, until), 5).await).await.expect("read")
}

#[test]
fn what_processes_did_is_added_up_by_interval() {
    for_each_engine(async |database| {
        let store = &database.store;
        assert_eq!(orders(store, 100, 115).await, [0, 0, 0]);
        add(store, 100, "a", &[("orders", 3), ("lines", 7)]).await;
        add(store, 104, "b", &[("orders", 4)]).await;
        // A minute that is written in two parts.
        add(store, 104, "b", &[("orders", 2), ("released", 1)]).await;
        add(store, 110, "a", &[("orders", 5)]).await;
        add(store, 115, "a", &[("orders", 90)]).await;
        add(store, 99, "a", &[("orders", 90)]).await;
        assert_eq!(orders(store, 100, 115).await, [9, 0, 5]);
    });
}

#[test]
fn rows_are_dropped_after_a_month() {
    for_each_engine(async |database| {
        let store = &database.store;
        let now = activity::DAYS_KEPT * 24 * 60 + 100;
        for minute in [99, 100, now] {
            add(store, minute, "a", &[("orders", 1), ("lines", 1)]).await;
        }
        let forget = async |name| store.write("t", async move |tx| activity::forget(tx, name, now).await).await;
        assert!(!forget("orders").await.expect("written"), "there are no more");
        assert_eq!(orders(store, 95, 105).await, [0, 1]);
        let lines = store.read("t", async |tx| activity::sums(tx, "lines", (95, 105), 5).await).await;
        assert_eq!(lines.expect("read"), [1, 1], "each name by itself");
    });
}
