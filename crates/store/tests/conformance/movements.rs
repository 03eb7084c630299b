//! Movements: a stock's history from the newest back, whole and in parts.

use onhand_core::commands::{
    AdjustStock, AdjustStocks, ImportStock, ImportStocks, LevelChange, ReservedChange, StockTarget,
};
use onhand_core::{
    AdjustmentReason, Cause, Command, Delta, Explanation, ImportId, Movement, MovementId, OrderItemId, Outcome,
    Quantity, Reason, Stock, StockId, StockKey, StockListId, Timestamp, UserId,
};
use onhand_store::Store;
use onhand_store::tables::movements::as_of;
use onhand_store::tables::order_items::{self, ReservedState};
use onhand_store::tables::{movements, product_stocks};

use crate::database::for_each_engine;
use crate::shop::{Chance, Shop, write};

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
        let command =
            ImportStocks { import: Some(import), list, rows, create_unknown_products: true, explanation: None };
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

#[test]
fn what_is_said_of_a_level_stays_with_its_movement() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let mut stock = shop.write(0, "A", 10).await;
        let damaged = Some(Reason::Known(AdjustmentReason::Damaged));
        let said = [
            Explanation::of(damaged.clone(), "shelf B4".to_owned()),
            Explanation::of(damaged, String::new()),
            Explanation::of(None, "“counted” twice\n".to_owned()),
            Explanation::of(None, String::new()),
        ];
        for (level, explanation) in (20..).zip(&said) {
            let Command::WriteStocks(mut writes) = write(shop.lists[0], "A", Some(level), None) else {
                panic!("a write is one")
            };
            writes.rows[0].explanation.clone_from(explanation);
            stock = match shop.run(Command::WriteStocks(writes)).await {
                Outcome::StocksWritten(mut rows) => rows.remove(0).stock,
                other => panic!("a write ends in {other:?}"),
            };
        }
        assert_eq!(said[3], None, "where nothing is said, nothing is stored");
        let walked = history(&database.store, &stock, None, 4).await;
        let told: Vec<_> = walked.into_iter().rev().map(|movement| movement.explanation).collect();
        assert_eq!(told, said);
    });
}

#[test]
fn reserving_lines_are_read_page_by_page() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let stock = shop.write(0, "A", 100).await;
        shop.write(1, "A", 100).await;
        let mut lines = Vec::new();
        for number in 0..7 {
            let (_, items) = shop.order(&format!("o{number}"), &[(0, "A", 2), (1, "A", 1)]).await;
            lines.push(items[0].id);
        }
        let page = async |state: ReservedState, after: Option<OrderItemId>, limit: i64| {
            let id = stock.id;
            let body = async move |tx: &mut onhand_store::Tx<'_>| {
                order_items::reservations_after(tx, (id, state), after, limit).await
            };
            let found = database.store.read("t", body).await.expect("read");
            found.into_iter().map(|one| (one.item, one.quantity.units())).collect::<Vec<_>>()
        };
        let told = |lines: &[OrderItemId]| lines.iter().map(|line| (*line, 2)).collect::<Vec<_>>();
        assert_eq!(page(ReservedState::Open, None, 3).await, told(&lines[..3]), "the oldest line first");
        assert_eq!(page(ReservedState::Open, Some(lines[2]), 10).await, told(&lines[3..]));
        assert_eq!(page(ReservedState::Open, Some(lines[6]), 10).await, vec![]);
        assert_eq!(page(ReservedState::Reported, None, 10).await, vec![]);
        shop.release(lines[1], "E1").await;
        shop.release(lines[4], "E4").await;
        let reported = told(&[lines[1], lines[4]]);
        assert_eq!(page(ReservedState::Reported, None, 10).await, reported);
        assert_eq!(page(ReservedState::Reported, Some(lines[1]), 10).await, reported[1..]);
        assert_eq!(page(ReservedState::Open, None, 10).await.len(), 5, "a released line is not open any more");
    });
}

/// A random history of some stocks: what their numbers were at any instant is what they were when it passed.
#[test]
fn stock_as_of_an_instant_is_what_it_was_then() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let mut chance = Chance(19);
        let skus = ["OFTEN", "SELDOM", "ONCE"];
        let mut replay: Vec<(Timestamp, StockId, [i64; 3])> = Vec::new();
        let (mut ids, mut open) = (Vec::new(), Vec::new());
        for round in 0..450 {
            let sku = match skus.get(round) {
                Some(first) => *first,
                None if chance.below(20) == 0 => "SELDOM",
                None => "OFTEN",
            };
            match if round < 3 { 0 } else { chance.below(4) } {
                0 => _ = shop.write(0, sku, chance.below(1_000) as i64).await,
                1 => open.push(shop.order(&format!("o{round}"), &[(0, sku, 1)]).await),
                2 => {
                    let row = AdjustStock {
                        target: StockTarget::Key(StockKey { list: shop.lists[0], sku: sku.to_owned() }),
                        difference: chance.below(5) as i64,
                        expected: None,
                        explanation: None,
                    };
                    shop.run(Command::AdjustStocks(AdjustStocks { rows: vec![row] })).await;
                }
                _ => {
                    if let Some((order, items)) = open.pop() {
                        match chance.below(2) == 0 {
                            true => shop.cancel(order).await,
                            false => shop.release(items[0].id, &format!("E{round}")).await,
                        }
                    }
                }
            }
            let stocks = of_list(&database.store, shop.lists[0]).await;
            ids = stocks.iter().map(|stock| stock.id).collect();
            let numbers =
                |stock: &Stock| (stock.modified_at, stock.id, [stock.on_hand, stock.reserved, stock.reported]);
            replay.extend(stocks.iter().map(numbers));
        }
        let stocks = of_list(&database.store, shop.lists[0]).await;
        let newest = replay.iter().map(|(at, ..)| at.micros()).max().expect("a history");
        for number in 0..1_000 {
            // Instants of the whole history, its ends included.
            let back = if number < 2 { number * 600_000_000 } else { chance.below(600) * 1_000_000 + chance.below(3) };
            let instant = Timestamp::from_micros(newest - back as i64 + 1);
            let all = stocks.clone();
            let read = async move |tx: &mut onhand_store::Tx<'_>| {
                let together = as_of::as_of_all(tx, &all, instant).await?;
                let mut alone = Vec::new();
                for stock in &all {
                    alone.push((stock.id, as_of::as_of(tx, stock, instant).await?));
                }
                Ok((together, alone))
            };
            let (together, alone) = database.store.read("t", read).await.expect("read");
            for (id, movement) in alone {
                let told = movement.as_ref().map(|moved| [moved.on_hand, moved.reserved, moved.reported]);
                let then = replay.iter().rev().find(|(at, of, _)| *of == id && *at <= instant);
                assert_eq!(told, then.map(|(.., numbers)| *numbers), "{id:?} at {instant:?}");
                assert_eq!(together.get(&id), movement.as_ref());
            }
        }
        assert_eq!(ids.len(), 3);
    });
}

async fn of_list(store: &Store, list: StockListId) -> Vec<Stock> {
    store.read("t", async move |tx| product_stocks::of_list(tx, list, 0, 10).await).await.expect("read")
}
