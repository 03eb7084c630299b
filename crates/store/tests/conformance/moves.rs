//! Moves that the ERP has to hear of: stored and read back with what they keep, on every engine.
//!
//! Promises: a batch that registers, settles or delivers finds what an earlier one has made. Must not know rules.

use onhand_core::commands::{FulfilmentCommand, RegisterMove, RegisterMoves, RunTransfer};
use onhand_core::fulfilment::{MoveKind, MoveState, PackageCommand, Reason, StockMove, TransferCommand};
use onhand_core::{FulfilmentOutcome, OrderId, OrderItem, StockLocationId, TransferId};
use onhand_store::Store;
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::tables::{order_items, stock_moves, transfers};

use crate::database::for_each_engine;
use crate::fulfilment::{LINES_MAX, locate, package, plan, run};
use crate::shop::Shop;
use crate::verify::differences;

/// A shop with two locations; a registered line that went to the second one, units that have left for it, and units
/// that are on their way to a line that was cancelled.
pub(crate) async fn sound_moves(store: &Store) -> Shop {
    let mut shop = Shop::open(store).await;
    locate(store, shop.lists[0], 1).await;
    let second = locate(store, shop.lists[1], 2).await;
    shop.write(0, "A", 10).await;
    shop.write(1, "A", 10).await;
    let (moved, items) = shop.order("moved", &[(0, "A", 2)]).await;
    let planned = plan(&mut shop, moved, None).await;
    shop.release(items[0].id, "E1").await;
    package(&mut shop, planned.packages[0].package.id, PackageCommand::NotFound).await;
    shop.write(0, "B", 10).await;
    gathered(&mut shop, "gathered", 3, second).await;
    let (cancelled, _, _) = gathered(&mut shop, "cancelled", 2, second).await;
    shop.cancel(cancelled).await;
    shop
}

/// An order of B whose transfer has left.
async fn gathered(shop: &mut Shop, number: &str, units: i64, at: StockLocationId) -> (OrderId, OrderItem, TransferId) {
    let (order, items) = shop.order(number, &[(0, "B", units)]).await;
    plan(shop, order, Some(at)).await;
    let page = shop.store.read("t", async |tx| transfers::page(tx, &everything(Vec::new())).await).await.expect("read");
    let transfer = page.rows.iter().find(|one| one.order == order).expect("it is fetched").id;
    transfer_run(shop, transfer, TransferCommand::Ship).await;
    (order, items[0].clone(), transfer)
}

async fn transfer_run(shop: &mut Shop, transfer: TransferId, command: TransferCommand) {
    let (items, reason, near, lines) = (None, Reason::Damaged, None, LINES_MAX);
    run(shop, FulfilmentCommand::Transfer(RunTransfer { transfer, command, items, reason, near, lines })).await;
}

fn everything(conditions: Vec<Condition>) -> ListQuery {
    ListQuery { conditions, sort: Sort::BY_ID, window: Window::Page { number: 1, limit: 100 } }
}

async fn waiting(store: &Store) -> (Option<i64>, Vec<StockMove>) {
    let waits = Condition { column: "state", op: Op::Eq, values: vec![MoveState::Waiting.code().into()] };
    let page = store.read("t", async move |tx| stock_moves::page(tx, &everything(vec![waits.clone()])).await).await;
    let page = page.expect("read");
    (page.count, page.rows)
}

#[test]
fn moves_come_back_and_are_registered() {
    for_each_engine(async |database| {
        let mut shop = sound_moves(&database.store).await;
        let store = database.store.clone();
        assert_eq!(differences(&store).await, []);
        let (count, rows) = waiting(&store).await;
        let kinds: Vec<MoveKind> = rows.iter().map(|one| one.kind).collect();
        assert_eq!((count, kinds), (Some(3), vec![MoveKind::OrderItem, MoveKind::Transfer, MoveKind::Transfer]));
        let item = rows[0].item;
        let line = store.read("t", async move |tx| order_items::by_id(tx, item).await).await.expect("read");
        let line = line.expect("it is there");
        assert_eq!((line.list, line.reserved_list), (shop.lists[0], shop.lists[1]));
        assert!(line.location.is_some() && line.stock == rows[0].to);

        // Levels do not settle what waits.
        let source = shop.write(0, "B", 10).await;
        let destination = shop.write(1, "A", 10).await;
        assert_eq!((source.reserved, source.reported, destination.reserved, destination.reported), (0, 5, 2, 0));
        // Two are registered by name, and the line by a repeated release.
        let code = |one: &StockMove| RegisterMove { id: one.id, code: "M".to_owned(), registered_at: None };
        let register = RegisterMoves { rows: rows[1..].iter().map(code).collect() };
        let outcome = run(&mut shop, FulfilmentCommand::Register(register)).await;
        let FulfilmentOutcome::MovesRegistered(told) = outcome else { panic!("{outcome:?}") };
        let ids: Vec<_> = told.iter().map(|one| one.id).collect();
        let stored = store.read("t", async move |tx| stock_moves::by_ids(tx, &ids).await).await.expect("read");
        assert_eq!(stored, told);
        shop.release(item, "E1").await;
        assert_eq!((waiting(&store).await, differences(&store).await), ((Some(0), vec![]), vec![]));
        // Then they do.
        let source = shop.write(0, "B", 5).await;
        let destination = shop.write(1, "A", 8).await;
        assert_eq!((source.reported, destination.reserved, destination.reported), (0, 0, 0));
        assert_eq!(differences(&store).await, []);
        let kept = store.read("t", async move |tx| stock_moves::kept_on(tx, [source.id]).await).await.expect("read");
        assert_eq!(kept, []);
    });
}

#[test]
fn what_is_on_its_way_is_kept_until_it_is_there() {
    for_each_engine(async |database| {
        let mut shop = sound_moves(&database.store).await;
        let store = database.store.clone();
        let (_, rows) = waiting(&store).await;
        // In another batch than the one that kept it, and after a level.
        let arriving = shop.write(1, "B", 2).await;
        assert_eq!((arriving.reserved, arriving.reported), (3, 2));
        transfer_run(&mut shop, rows[2].transfer.expect("carried"), TransferCommand::Deliver).await;
        let arrived = shop.write(1, "B", 5).await;
        assert_eq!((arrived.reserved, arrived.reported, arrived.available()), (3, 0, 2));
        assert_eq!(differences(&store).await, []);
        // A cancelled line leaves nothing to register.
        shop.cancel(rows[0].order).await;
        assert_eq!(waiting(&store).await.0, Some(2));
        assert_eq!(differences(&store).await, []);
    });
}
