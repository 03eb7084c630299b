//! Rows decided before their turn: written as they were decided, or not at all.
//!
//! Promises: any change of a stock between observing and writing keeps all rows from being written. Must not know the
//! writer's queue.

use std::sync::Arc;

use onhand_core::commands::{ImportStock, ImportStocks, LevelChange, ReservedChange};
use onhand_core::{Command, ImportId, Quantity, Stock, StockListId, Timestamp, WorkingSet, decide};
use onhand_store::tables::{movements, product_stocks};
use onhand_store::unit_of_work::optimistic::{self, SpeculativeBatch};
use onhand_store::{Error, Store, ids};

use crate::database::for_each_engine;
use crate::shop::{Shop, at};
use crate::verify::differences;

fn rows(list: StockListId, figures: &[(&str, i64)]) -> ImportStocks {
    let row = |(sku, level): &(&str, i64)| ImportStock {
        sku: (*sku).to_owned(),
        level: LevelChange::Level(Quantity::new(*level).expect("an amount")),
        reserved: ReservedChange::Keep,
        unit: None,
        snapshot_at: None,
        expected: None,
    };
    let rows = figures.iter().map(row).collect();
    ImportStocks { import: Some(ImportId::new(1)), list, rows, create_unknown_products: true, explanation: None }
}

/// Decides rows without writing anything; none where they have to be decided in their turn.
async fn speculate(shop: &mut Shop, import: ImportStocks) -> Option<SpeculativeBatch> {
    let command = Command::ImportStocks(import);
    let needed = |kind| command.ids_needed(kind) as i64;
    ids::reserve_ranges(&shop.store, &mut shop.ids, needed).await.expect("ids");
    let Command::ImportStocks(import) = &command else { unreachable!("it was made above") };
    let (ids, list) = (shop.ids.clone(), import.list);
    let skus: Vec<String> = import.rows.iter().map(|row| row.sku.clone()).collect();
    let body = async move |tx: &mut onhand_store::Tx<'_>| {
        let mut working_set = WorkingSet::new(ids);
        let observed = optimistic::observe(tx, list, skus.iter().map(String::as_str), &mut working_set).await?;
        Ok(observed.map(|observed| (working_set, observed)))
    };
    let (mut working_set, observed) = shop.store.read("t", body).await.expect("read")?;
    decide(&mut working_set, &command, shop.context()).expect("the list is there");
    shop.ids = working_set.ids.clone();
    SpeculativeBatch::of(working_set, &observed)
}

async fn write(store: &Store, batch: SpeculativeBatch, now: Timestamp) -> Result<Timestamp, Error> {
    let batch = Arc::new(batch);
    store.write("t", async move |tx| optimistic::apply(tx, &[&*batch], now).await).await
}

async fn stock(store: &Store, stock: &Stock) -> Stock {
    let id = stock.id;
    store.read("t", async move |tx| product_stocks::by_id(tx, id).await).await.expect("read").expect("a stock")
}

#[test]
fn rows_decided_before_their_turn_are_written_as_they_were_decided() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let (one, other) = (shop.write(0, "A", 5).await, shop.write(0, "B", 6).await);
        let list = shop.lists[0];
        let batch = speculate(&mut shop, rows(list, &[("B", 9), ("A", 5)])).await.expect("decided");
        let time = write(&shop.store, batch, at(100)).await.expect("written");
        assert_eq!(time, at(100), "the time is that of the writing");

        let changed = stock(&shop.store, &other).await;
        assert_eq!((changed.on_hand, changed.modified_at), (9, at(100)));
        let same = stock(&shop.store, &one).await;
        assert_eq!((same.on_hand, same.modified_at, same.movement), (5, one.modified_at, one.movement));
        assert!(same.snapshot_at > one.snapshot_at, "a figure that says the same is a newer figure");
        let history = changed.clone();
        let history = async move |tx: &mut onhand_store::Tx<'_>| movements::history(tx, &history, None, 10).await;
        let history = shop.store.read("t", history).await.expect("read");
        let found: Vec<_> = history.iter().map(|movement| (movement.on_hand, movement.at)).collect();
        assert_eq!(found, [(9, at(100)), (6, other.modified_at)]);
        assert_eq!(differences(&shop.store).await, []);
    });
}

#[test]
fn nothing_is_written_where_a_stock_has_moved_since() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let (one, other) = (shop.write(0, "A", 5).await, shop.write(0, "B", 6).await);
        let list = shop.lists[0];
        let figures = [("A", 50), ("B", 60)];
        let batch = speculate(&mut shop, rows(list, &figures)).await.expect("decided");
        shop.order("1", &[(0, "B", 2)]).await;
        assert!(matches!(write(&shop.store, batch, at(100)).await, Err(Error::StaleRead(_))));

        let batch = speculate(&mut shop, rows(list, &figures)).await.expect("decided");
        let again = speculate(&mut shop, rows(list, &[("A", 5)])).await.expect("decided");
        write(&shop.store, again, at(100)).await.expect("a newer figure that says the same");
        assert!(matches!(write(&shop.store, batch, at(101)).await, Err(Error::StaleRead(_))));

        let now = (stock(&shop.store, &one).await.on_hand, stock(&shop.store, &other).await.on_hand);
        assert_eq!(now, (5, 6));
        assert_eq!(differences(&shop.store).await, []);
    });
}

#[test]
fn rows_that_need_more_than_their_stocks_are_left_to_their_turn() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        shop.write(0, "A", 5).await;
        shop.write(0, "B", 5).await;
        let list = shop.lists[0];
        let unknown = speculate(&mut shop, rows(list, &[("A", 1), ("new", 1)])).await;
        assert!(unknown.is_none(), "a stock has to be made");
        let twice = speculate(&mut shop, rows(list, &[("A", 1), ("A", 2)])).await;
        assert!(twice.is_none(), "two movements of one stock have an order");
        let nowhere = speculate(&mut shop, rows(StockListId::new(999), &[("A", 1)])).await;
        assert!(nowhere.is_none(), "there is no such list");
        let (_, lines) = shop.order("1", &[(0, "B", 2)]).await;
        assert!(speculate(&mut shop, rows(list, &[("B", 1)])).await.is_some(), "an open hold stays what it is");
        shop.release(lines[0].id, "code").await;
        assert!(speculate(&mut shop, rows(list, &[("B", 1)])).await.is_none(), "a figure may settle it");
    });
}
