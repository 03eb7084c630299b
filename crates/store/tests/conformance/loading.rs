//! What a batch loads, locks and announces beyond what its own commands name.
//!
//! Promises: each case fails when one such row is left out. Must not know what a command makes of it.

use std::sync::Arc;

use onhand_core::channel_sync::ObjectKind;
use onhand_core::commands::{FulfilmentCommand, ReadSet, SourceOrder};
use onhand_core::{Command, OrderItemId, WorkingSet};
use onhand_store::channel_sync::{change_log, sequencer};
use onhand_store::sql::Statement;
use onhand_store::{Error, Store, Tx, unit_of_work};

use crate::database::{for_each_engine, for_server_engines};
use crate::fulfilment::{LINES_MAX, locate, plan};
use crate::shop::{Shop, place, plenty_of_ids, write};

async fn load(tx: &mut Tx<'_>, command: &Command) -> Result<WorkingSet, Error> {
    let mut read_set = ReadSet::default();
    command.read_set(&mut read_set);
    let mut working_set = WorkingSet::new(plenty_of_ids());
    unit_of_work::load(tx, &read_set, &mut working_set).await?;
    Ok(working_set)
}

#[test]
fn a_line_that_no_location_has_is_loaded_when_another_order_is_sourced_from_its_stock() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        locate(&database.store, shop.lists[0], 1).await;
        shop.write(0, "A", 2).await;
        let (first, lines) = shop.order("first", &[(0, "A", 1)]).await;
        let (second, _) = shop.order("second", &[(0, "A", 1)]).await;
        shop.write(0, "A", 0).await;
        let left = plan(&mut shop, first, None).await.unplanned;
        let line: OrderItemId = lines[0].id;
        assert_eq!(left, [line], "no location has it");

        let source = SourceOrder { order: second, gather_at: None, near: None, lines: LINES_MAX };
        let command = Arc::new(Command::Fulfilment(FulfilmentCommand::Source(source)));
        let body = async move |tx: &mut Tx<'_>| {
            let working_set = load(tx, &command).await?;
            Ok(working_set.fulfilment.unplanned.get(line).is_some())
        };
        assert!(database.store.write("t", body).await.expect("loaded"));
    });
}

#[test]
fn stocks_that_several_keys_name_are_locked_until_the_transaction_ends() {
    static WAIT_BRIEFLY: Statement = Statement::shared("t.wait_briefly", "SET LOCAL lock_timeout = '100ms'");
    for_server_engines(async |database| {
        let mut shop = Shop::open(&database.store).await;
        for sku in ["A", "B"] {
            shop.write(0, sku, 5).await;
        }
        let lines = ["A", "B"].map(|sku| crate::shop::line(shop.lists[0], sku, 1)).into();
        let command = Arc::new(place("both", None, lines));
        // Twice: when the rows are locked, and when the transaction may end.
        let barrier = Arc::new(tokio::sync::Barrier::new(2));
        let (store, waiting, first) = (database.store.clone(), barrier.clone(), command.clone());
        let holding = tokio::spawn(async move {
            let body = async move |tx: &mut Tx<'_>| {
                load(tx, &first).await?;
                waiting.wait().await;
                waiting.wait().await;
                Ok(())
            };
            store.write("t", body).await
        });
        barrier.wait().await;
        let body = async move |tx: &mut Tx<'_>| {
            tx.execute(&WAIT_BRIEFLY, &[]).await?;
            load(tx, &command).await.map(drop)
        };
        let loaded = database.store.write("t", body.clone()).await;
        barrier.wait().await;
        holding.await.expect("not broken off").expect("loaded");
        assert!(loaded.is_err(), "the rows were locked by two transactions at once");
        database.store.write("t", body).await.expect("they are free again");
    });
}

/// The products that were announced after a sequence number, and the newest sequence number.
async fn announced(store: &Store, sequence_number: i64) -> (Vec<i64>, i64) {
    while store.write("t", async |tx| sequencer::sequence(tx).await).await.expect("sequenced") > 0 {}
    let read = async move |tx: &mut Tx<'_>| {
        let changes = change_log::after(tx, ObjectKind::Product, 0, sequence_number, 100).await?;
        Ok((changes.iter().map(|change| change.object).collect(), change_log::head(tx).await?))
    };
    store.read("t", read).await.expect("read")
}

#[test]
fn a_product_is_announced_when_it_gets_a_stock_in_one_more_list() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let product = shop.write(0, "A", 5).await.product.get();
        let (_, sequence_number) = announced(&database.store, 0).await;
        shop.write(0, "A", 6).await;
        assert_eq!(announced(&database.store, sequence_number).await.0, [], "its level is the stock's affair");
        shop.run(write(shop.lists[1], "A", Some(5), None)).await;
        assert_eq!(announced(&database.store, sequence_number).await.0, [product]);
    });
}
