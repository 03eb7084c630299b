//! Movements: a stock's history from the newest back, whole and in parts.

use onhand_core::commands::{ImportStock, ImportStocks, LevelChange, ReservedChange};
use onhand_core::{Cause, Command, Delta, ImportId, Movement, MovementId, Outcome, Quantity, Stock, UserId};
use onhand_store::Store;
use onhand_store::tables::{movements, product_stocks};

use crate::database::for_each_engine;
use crate::shop::Shop;

async fn history(store: &Store, stock: &Stock, before: Option<MovementId>, limit: usize) -> Vec<Movement> {
    let stock = stock.clone();
    store.read("t", async move |tx| movements::history(tx, &stock, before, limit).await).await.expect("read")
}

#[test]
fn each_change_is_remembered_with_its_cause() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        shop.write(0, "A", 10).await;
        let (order, items) = shop.order("o1", &[(0, "A", 4), (0, "A", 1)]).await;
        shop.release(items[0].id, "E1").await;
        shop.cancel(order).await;
        let stock = shop.write(0, "A", 9).await;

        let walked = history(&database.store, &stock, None, 100).await;
        let (first, second) = (items[0].id, items[1].id);
        let told: Vec<_> = walked.iter().map(|movement| (movement.cause, movement.delta)).collect();
        let delta = |on_hand, reserved, reported| Delta { on_hand, reserved, external: 0, reported };
        let expected = [
            (Cause::Write, delta(-1, 0, 0)),
            (Cause::Cancel(second), delta(0, -1, 0)),
            (Cause::Cancel(first), delta(0, 0, -4)),
            (Cause::Release(first), delta(0, -4, 4)),
            (Cause::Order(second), delta(0, 1, 0)),
            (Cause::Order(first), delta(0, 4, 0)),
            (Cause::Write, delta(10, 0, 0)),
        ];
        assert_eq!(told, expected);
        let newest = &walked[0];
        assert_eq!((newest.on_hand, newest.reserved, newest.reported), (9, 0, 0));
        assert_eq!((newest.actor, newest.at, Some(newest.id)), (UserId::new(1), stock.modified_at, stock.movement));
        assert!(walked.iter().zip(&walked[1..]).all(|(newer, older)| newer.previous == Some(older.id)));
        assert_eq!(walked[6].previous, None);
    });
}

#[test]
fn an_import_is_remembered_with_its_number() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let stock = shop.write(0, "A", 10).await;
        let (_, items) = shop.order("o1", &[(0, "A", 4)]).await;
        shop.release(items[0].id, "E1").await;
        let row = |sku: &str, units| ImportStock {
            sku: sku.to_owned(),
            level: LevelChange::Level(Quantity::new(units).expect("within the limits")),
            reserved: ReservedChange::Keep,
            unit: None,
            snapshot_at: None,
            expected: None,
        };
        let (import, list, rows) = (ImportId::new(77), shop.lists[0], vec![row("A", 6), row("B", 5)]);
        let command = ImportStocks { import: Some(import), list, rows, create_unknown_products: true };
        let Outcome::StocksImported(rows) = shop.run(Command::ImportStocks(command)).await else {
            panic!("an import ends in its rows")
        };
        // The line that the file's level settles was loaded, too.
        assert_eq!(rows.iter().map(|row| row.covered).collect::<Vec<_>>(), [4, 0]);
        let id = stock.id;
        let stock = database.store.read("t", async move |tx| product_stocks::by_id(tx, id).await).await.expect("read");
        let walked = history(&database.store, &stock.expect("it is there"), None, 1).await;
        let delta = Delta { on_hand: -4, reserved: 0, external: 0, reported: -4 };
        assert_eq!((walked[0].cause, walked[0].delta), (Cause::Import(import), delta));
        assert_eq!(Some(walked[0].id), rows[0].movement);
    });
}

#[test]
fn a_history_is_read_in_parts_of_any_size() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let mut stock = shop.write(0, "A", 0).await;
        for level in 1..25 {
            shop.write(0, "B", level).await;
            stock = shop.write(0, "A", level).await;
        }
        let other = shop.write(0, "B", 99).await;
        let whole = history(&database.store, &stock, None, 1_000).await;
        assert_eq!(whole.len(), 25);
        for limit in [1, 7, 24, 25, 26] {
            let mut walked: Vec<Movement> = Vec::new();
            loop {
                let part = history(&database.store, &stock, walked.last().map(|movement| movement.id), limit).await;
                assert!(part.len() <= limit);
                if part.is_empty() {
                    break;
                }
                walked.extend(part);
            }
            assert_eq!(walked, whole, "in parts of {limit}");
        }
        assert_eq!(history(&database.store, &stock, other.movement, 10).await, vec![], "not a movement of this stock");
        assert_eq!(history(&database.store, &stock, Some(MovementId::new(5)), 10).await, vec![], "no such movement");
    });
}
