//! Fulfilment: what is sourced, worked on, not found and counted is stored and read back, on every engine.
//!
//! Promises: rows come back as they were decided; a later batch that needs them finds them. Must not know rules.

use onhand_core::commands::{
    FulfilmentCommand, RecordCount, RemoveDiscrepancies, RunPackage, RunTransfer, SourceOrder,
};
use onhand_core::fulfilment::{PackageCommand, Reason, TransferCommand};
use onhand_core::{
    Command, FulfilmentOutcome, OrderId, OrderSourcing, Outcome, PackageId, PackedLines, Quantity, StockListId,
    StockLocationId, TransferId,
};
use onhand_store::Store;
use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::resource::{self, Record};
use onhand_store::tables::stock_locations::LOCATIONS;
use onhand_store::tables::{discrepancies, order_items, packages, stock_counts, transfers};
use onhand_store::unit_of_work::fulfilment;

use crate::database::for_each_engine;
use crate::shop::{START, Shop};
use crate::verify::differences;

pub(crate) const LINES_MAX: usize = 10;

/// Makes a location of a list.
pub(crate) async fn locate(store: &Store, list: StockListId, priority: i64) -> StockLocationId {
    let made = store.write("t", async move |tx| {
        let mut location = Record::new(&LOCATIONS, START);
        location.set("name", "a place");
        location.set("erp_code", format!("L{}", list.get()));
        location.set("stock_list_id", list.get());
        location.set("priority", priority);
        Ok(resource::insert(tx, &LOCATIONS, vec![location]).await?[0].id)
    });
    StockLocationId::new(made.await.expect("a location"))
}

pub(crate) async fn run(shop: &mut Shop, command: FulfilmentCommand) -> FulfilmentOutcome {
    match shop.run(Command::Fulfilment(command)).await {
        Outcome::Fulfilment(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn plan(shop: &mut Shop, order: OrderId, gather_at: Option<StockLocationId>) -> OrderSourcing {
    match run(shop, FulfilmentCommand::Source(SourceOrder { order, gather_at, near: None, lines: LINES_MAX })).await {
        FulfilmentOutcome::Sourced(plan) => plan,
        other => panic!("{other:?}"),
    }
}

pub(crate) async fn package(shop: &mut Shop, package: PackageId, command: PackageCommand) -> PackedLines {
    let (items, reason, near, lines) = (None, Reason::WrongItem, None, LINES_MAX);
    match run(shop, FulfilmentCommand::Package(RunPackage { package, command, items, reason, near, lines })).await {
        FulfilmentOutcome::PackageRun(packed) => packed,
        other => panic!("{other:?}"),
    }
}

/// A shop with two locations: a line in a package, one that was shipped, one that was not found and then counted.
pub(crate) async fn sound_fulfilment(store: &Store) -> Shop {
    let mut shop = Shop::open(store).await;
    let first = locate(store, shop.lists[0], 1).await;
    locate(store, shop.lists[1], 2).await;
    shop.write(0, "A", 10).await;
    shop.write(1, "A", 10).await;
    let (missing, _) = shop.order("missing", &[(0, "A", 1)]).await;
    let planned = plan(&mut shop, missing, None).await;
    package(&mut shop, planned.packages[0].package.id, PackageCommand::NotFound).await;
    let lines = vec![("A".to_owned(), Quantity::new(10).expect("a quantity"))];
    run(&mut shop, FulfilmentCommand::Count(RecordCount { location: first, counted_at: None, lines })).await;
    let (shipped, _) = shop.order("shipped", &[(0, "A", 1)]).await;
    let planned = plan(&mut shop, shipped, None).await;
    for command in [PackageCommand::Prepare, PackageCommand::Pack, PackageCommand::Ship] {
        package(&mut shop, planned.packages[0].package.id, command).await;
    }
    shop
}

fn everything() -> ListQuery {
    ListQuery { conditions: Vec::new(), sort: Sort::BY_ID, window: Window::Page { number: 1, limit: 100 } }
}

#[test]
fn a_plan_and_its_work_come_back_as_they_were_decided() {
    for_each_engine(async |database| {
        let mut shop = sound_fulfilment(&database.store).await;
        assert_eq!(differences(&database.store).await, []);
        let store = database.store.clone();
        let due = async || store.read("t", async |tx| fulfilment::due(tx, 10).await).await.expect("read");
        assert_eq!(due().await, [], "what was planned is not due");
        let (order, items) = shop.order("due", &[(0, "A", 2), (0, "A", 1)]).await;
        assert_eq!(due().await, [order], "an order from a located list is");
        let planned = plan(&mut shop, order, None).await;
        assert_eq!((due().await.len(), planned.packages.len()), (0, 1));
        let packed = planned.packages[0].clone();
        let id = packed.package.id;
        let stored = store
            .read("t", async move |tx| Ok((packages::by_ids(tx, [id]).await?, packages::items_of(tx, [id]).await?)));
        assert_eq!(stored.await.expect("read"), (vec![packed.package], packed.lines));

        // Not found: the reservations move to the other list, and to the bucket of its stock.
        let lost = package(&mut shop, id, PackageCommand::NotFound).await;
        assert_eq!(lost.discrepancies.len(), 2);
        let mut lists = std::collections::BTreeSet::new();
        for item in items {
            let found = store.read("t", async move |tx| order_items::by_id(tx, item.id).await).await.expect("read");
            assert_ne!(found.expect("it is there").stock, item.stock, "the line is held elsewhere");
            lists.insert(item.list);
        }
        assert_eq!(lists.len(), 1);
        assert_eq!(differences(&database.store).await, []);
        let ids: Vec<_> = lost.discrepancies.iter().map(|one| one.id).collect();
        let wanted = ids.clone();
        let stored = store.read("t", async move |tx| discrepancies::by_ids(tx, &wanted).await).await.expect("read");
        assert_eq!(stored, lost.discrepancies);
        let removed = run(&mut shop, FulfilmentCommand::Remove(RemoveDiscrepancies { ids: ids.clone() })).await;
        assert_eq!(removed, FulfilmentOutcome::Removed(2));
        assert_eq!(
            run(&mut shop, FulfilmentCommand::Remove(RemoveDiscrepancies { ids })).await,
            FulfilmentOutcome::Removed(0)
        );
        assert_eq!(differences(&database.store).await, []);
    });
}

#[test]
fn transfers_and_counts_come_back_too() {
    for_each_engine(async |database| {
        let mut shop = sound_fulfilment(&database.store).await;
        let store = database.store.clone();
        let (order, _) = shop.order("gathered", &[(0, "A", 3)]).await;
        shop.write(0, "B", 1).await;
        let second =
            store.read("t", async |tx| resource::page(tx, &LOCATIONS, &everything()).await).await.expect("read");
        let second = StockLocationId::new(second.rows[1].id);
        // Everything of A at the second location is taken away first, so that it has to be brought.
        shop.write(1, "A", 0).await;
        let planned = plan(&mut shop, order, Some(second)).await;
        let page = store.read("t", async |tx| transfers::page(tx, &everything()).await).await.expect("read");
        let transfer: TransferId = page.rows[0].id;
        assert_eq!((page.rows.len(), page.rows[0].package), (1, planned.packages[0].package.id));
        for command in [TransferCommand::Ship, TransferCommand::Deliver] {
            let (items, reason, near, lines) = (None, Reason::Damaged, None, LINES_MAX);
            let outcome = run(
                &mut shop,
                FulfilmentCommand::Transfer(RunTransfer { transfer, command, items, reason, near, lines }),
            )
            .await;
            let FulfilmentOutcome::TransferRun(run, lines) = outcome else { panic!("{outcome:?}") };
            let stored = store.read("t", async move |tx| {
                Ok((transfers::by_ids(tx, [transfer]).await?, transfers::items_of_orders(tx, [order]).await?))
            });
            assert_eq!(stored.await.expect("read"), (vec![run], lines));
            assert_eq!(differences(&store).await, []);
        }
        let counts = store.read("t", async |tx| stock_counts::page(tx, &everything()).await).await.expect("read");
        assert_eq!((counts.count, counts.rows[0].lines.len()), (Some(1), 1));
        let id = counts.rows[0].id;
        let one = store.read("t", async move |tx| stock_counts::by_id(tx, id).await).await.expect("read");
        assert_eq!(one.as_ref(), counts.rows.first());
    });
}
