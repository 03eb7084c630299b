//! Views of a stock list: what is in each, in which order, and how many.
//!
//! Promises: what a view shows is compared with stocks that the test filters itself.

use onhand_core::{Stock, StockState, StockStates};
use onhand_store::Store;
use onhand_store::query::{Condition, CursorKey, ListQuery, Op, Sort, Window};
use onhand_store::stock_views::{self, ChangePlace};
use onhand_store::tables::product_stocks;

use crate::database::for_each_engine;
use crate::shop::{Chance, Shop};
use crate::verify::differences;

/// The low-stock threshold of a list that says none.
const LOW: i64 = 5;

/// A shop whose first list has stocks in every state, and all stocks of it, in the order of ids.
async fn shop(store: &Store) -> (Shop, Vec<Stock>) {
    let mut shop = Shop::open(store).await;
    let mut chance = Chance(3);
    for number in 0..60 {
        let sku = format!("{}-{number:02}", ["A", "AB", "B"][chance.below(3)]);
        let level = chance.below(12) as i64;
        shop.write(0, &sku, level).await;
        shop.write(1, &sku, 3).await;
        if level > 2 && chance.below(3) == 0 {
            shop.order(&format!("N{number}"), &[(0, &sku, level - 2)]).await;
            shop.write(0, &sku, chance.below(6) as i64).await;
        }
    }
    let stocks = all(&shop).await;
    (shop, stocks)
}

/// All stocks of the first list.
async fn all(shop: &Shop) -> Vec<Stock> {
    let list = shop.lists[0];
    shop.store.read("t", async move |tx| product_stocks::of_list(tx, list, 0, 1_000).await).await.expect("read")
}

/// A walk through what some conditions leave, in the order of SKUs.
async fn walk(store: &Store, conditions: Vec<Condition>, descending: bool) -> Vec<Stock> {
    let (mut walked, mut key): (Vec<Stock>, Option<CursorKey>) = (Vec::new(), None);
    loop {
        let window = Window::After { key, limit: 7 };
        let listing = ListQuery { conditions: conditions.clone(), sort: Sort { column: "sku", descending }, window };
        let page = store.read("t", async move |tx| product_stocks::page(tx, &listing).await).await.expect("read");
        walked.extend(page.rows);
        key = page.next;
        if key.is_none() {
            return walked;
        }
    }
}

#[test]
fn a_view_has_the_stocks_of_its_state_in_the_order_of_skus() {
    for_each_engine(async |database| {
        let (shop, stocks) = shop(&database.store).await;
        let list = shop.lists[0];
        let of_list = || Condition { column: "stock_list_id", op: Op::Eq, values: vec![list.get().into()] };
        let counts = shop.store.read("t", async move |tx| stock_views::counts(tx, list).await).await.expect("read");
        assert_eq!(differences(&shop.store).await, []);
        for (state, count) in StockState::ALL.into_iter().zip(counts) {
            let is_in = |stock: &&Stock| StockStates::of(stock, LOW).has(state);
            let mut expected: Vec<Stock> = stocks.iter().filter(is_in).cloned().collect();
            assert_eq!(count, expected.len() as i64, "{state:?}");
            assert!(state == StockState::OffSale || count > 0, "no stock is {state:?}");
            expected.sort_by(|one, other| one.sku.cmp(&other.sku));
            let conditions = vec![of_list(), stock_views::in_state(state)];
            assert_eq!(walk(&shop.store, conditions.clone(), false).await, expected, "{state:?}");
            let prefix = Condition { column: "sku", op: Op::Prefix, values: vec!["AB".into()] };
            expected.retain(|stock| stock.sku.starts_with("AB"));
            expected.reverse();
            let found = walk(&shop.store, conditions.into_iter().chain([prefix]).collect(), true).await;
            assert_eq!(found, expected, "{state:?} beginning with AB, backwards");
        }
    });
}

#[test]
fn a_prefix_is_what_texts_begin_with_and_nothing_else() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        for sku in ["a", "A", "A%", "A_1", "Aş", "AS", "B", "\u{10ffff}"] {
            shop.write(0, sku, 1).await;
        }
        let of_list = Condition { column: "stock_list_id", op: Op::Eq, values: vec![shop.lists[0].get().into()] };
        for (prefix, expected) in [
            ("A", &["A", "A%", "AS", "A_1", "Aş"][..]),
            ("A_", &["A_1"]),
            ("A%", &["A%"]),
            ("Aş", &["Aş"]),
            ("b", &[]),
            ("\u{10ffff}", &["\u{10ffff}"]),
        ] {
            let begins = Condition { column: "sku", op: Op::Prefix, values: vec![prefix.to_owned().into()] };
            let found = walk(&shop.store, vec![of_list.clone(), begins], false).await;
            assert_eq!(found.iter().map(|stock| stock.sku.as_str()).collect::<Vec<_>>(), expected, "{prefix}");
        }
    });
}

#[test]
fn a_walk_through_changes_has_each_stock_once_at_its_newest_change() {
    for_each_engine(async |database| {
        let (shop, stocks) = shop(&database.store).await;
        let list = shop.lists[0];
        let mut times: Vec<_> = stocks.iter().map(|stock| stock.modified_at).collect();
        times.sort_unstable();
        for since in [times[0], times[30], times[59].plus_micros(1)] {
            let mut expected: Vec<Stock> = stocks.iter().filter(|stock| stock.modified_at >= since).cloned().collect();
            expected.sort_by_key(|stock| std::cmp::Reverse((stock.modified_at, stock.id)));
            let (mut walked, mut after) = (Vec::new(), ChangePlace::FIRST);
            loop {
                let body = async move |tx: &mut onhand_store::Tx<'_>| {
                    stock_views::changed(tx, (list, since), (after, 7), |_| true).await
                };
                let part = shop.store.read("t", body).await.expect("read");
                walked.extend(part.stocks.into_iter().map(|(stock, _)| stock));
                let Some(next) = part.next else { break };
                after = next;
            }
            assert_eq!(walked, expected);
        }
    });
}

#[test]
fn a_look_at_changes_ends_after_so_many_and_goes_on_behind_them() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let old = shop.write(0, "OLD", 1).await;
        let noise = shop.write(1, "NOISE", 1).await;
        // As many changes of another list as two looks take, each later than the one before.
        let changes = 2 * stock_views::CHANGES_MAX;
        database.plant(&format!(
            "WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {changes})
             INSERT INTO movement (bucket, id, stock_id, previous_id, cause, item_id, on_hand_delta, reserved_delta,
             external_reservation_delta, reported_delta, on_hand, reserved, reported, actor_id, at, import_id)
             SELECT {bucket}, 900000000 + n * 256 + {bucket}, {stock}, NULL, 'write', NULL, 0, 0, 0, 0, 1,
             0, 0, 1, {at} + n, NULL FROM n",
            bucket = noise.id.bucket(),
            stock = noise.id.get(),
            at = noise.modified_at.micros(),
        ));
        let (list, since) = (shop.lists[0], old.modified_at);
        let (mut looks, mut found, mut after) = (0, Vec::new(), ChangePlace::FIRST);
        loop {
            let body = async move |tx: &mut onhand_store::Tx<'_>| {
                stock_views::changed(tx, (list, since), (after, 7), |_| true).await
            };
            let part = shop.store.read("t", body).await.expect("read");
            looks += 1;
            found.extend(part.stocks.into_iter().map(|(stock, _)| stock));
            let Some(next) = part.next else { break };
            assert!(next < after || looks == 1, "it goes on");
            after = next;
        }
        assert_eq!((looks, found), (3, vec![old]));
    });
}
