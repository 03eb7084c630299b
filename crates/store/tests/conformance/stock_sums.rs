//! Sums of stock lists: they are what the stocks add up to, and counting finds states that are out of date.

use onhand_core::{StockId, StockListId, StockState, StockStates};
use onhand_store::resource;
use onhand_store::tables::product_stocks;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::stock_sums::{self, CountedPart, CountedSums, StockSums};
use onhand_store::{Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{Shop, at};
use crate::verify::differences;

async fn step(store: &Store, list: StockListId, after: i64, low_stock: i64) -> CountedPart {
    let body = async move |tx: &mut Tx<'_>| stock_sums::step(tx, list, StockId::new(after), low_stock).await;
    store.read("t", body).await.expect("read")
}

/// Changes the low-stock threshold of a list, as a request does.
async fn set_low_stock(store: &Store, list: StockListId, low_stock: i64) {
    let body = async move |tx: &mut Tx<'_>| {
        let before = resource::by_id(tx, &STOCK_LISTS, list.get()).await?.expect("made by the shop");
        let mut after = before.clone();
        after.set("low_stock", low_stock);
        after.modified_at = at(1_000);
        resource::update(tx, before, after).await.map(drop)
    };
    store.write("t", body).await.expect("written");
}

#[test]
fn sums_are_what_the_stocks_add_up_to() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let empty = step(&shop.store, shop.lists[0], 0, 5).await;
        assert_eq!(empty, CountedPart { sums: StockSums::default(), last: None, stale: 0 });
        for (sku, level) in [("A", 10), ("B", 7), ("C", 0), ("D", 4)] {
            shop.write(0, sku, level).await;
        }
        shop.write(1, "A", 100).await;
        let (_, lines) = shop.order("N1", &[(0, "A", 4), (0, "B", 3)]).await;
        shop.release(lines[0].id, "E1").await;
        let newest = shop.write(0, "B", 2).await;
        let list = shop.lists[0];
        let all = async move |tx: &mut Tx<'_>| product_stocks::of_list(tx, list, 0, 10).await;
        let stocks = shop.store.read("t", all).await.expect("read");
        let found = step(&shop.store, list, 0, 5).await;
        let in_state = |state| stocks.iter().filter(|stock| StockStates::of(stock, 5).has(state)).count() as i64;
        let expected = StockSums {
            stocks: 4,
            available: 6 + 4,
            reserved: 3,
            reported: 4,
            on_hand: 10 + 2 + 4,
            states: StockState::ALL.map(in_state),
            newest_level_at: newest.snapshot_at,
        };
        assert_eq!(found, CountedPart { sums: expected, last: stocks.last().map(|stock| stock.id), stale: 0 });
        assert_eq!(expected.states, [2, 1, 1, 0]);
        let rest = step(&shop.store, list, stocks[2].id.get(), 5).await;
        assert_eq!((rest.sums.stocks, rest.last), (1, found.last), "a step begins behind a stock");
    });
}

#[test]
fn a_changed_threshold_is_applied_by_the_next_counting() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        for (sku, level) in [("A", 10), ("B", 7), ("C", 3)] {
            shop.write(0, sku, level).await;
        }
        let list = shop.lists[0];
        set_low_stock(&shop.store, list, 8).await;
        assert_eq!(differences(&shop.store).await, [], "it is not applied yet, and known not to be");
        assert_eq!(step(&shop.store, list, 0, 8).await.stale, 1);
        let refresh = async move |tx: &mut Tx<'_>| {
            let stale = stock_sums::stale(tx, list, StockId::new(0), 8).await?;
            Ok((stale.len(), stock_sums::refresh(tx, &stale).await?))
        };
        assert_eq!(shop.store.write("t", refresh).await.expect("written"), (1, 1));
        assert_eq!(shop.store.write("t", refresh).await.expect("written"), (0, 0));
        let found = step(&shop.store, list, 0, 8).await;
        assert_eq!((found.stale, found.sums.of_state(StockState::Low)), (0, 2));
        // From now on a difference is one.
        let counted = CountedSums { list, begun_at: at(1_006), at: at(1_007), sums: found.sums };
        shop.store.write("t", async move |tx| stock_sums::keep(tx, &counted).await).await.expect("written");
        assert_eq!(differences(&shop.store).await, []);
        database.plant("UPDATE stock SET states = 0 WHERE sku = 'B'");
        assert_eq!(differences(&shop.store).await.len(), 1);
    });
}

#[test]
fn an_order_that_sells_out_and_a_level_that_heals_cross_a_border() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let stock = shop.write(0, "A", 10).await;
        let states = async |shop: &Shop| {
            let id = stock.id;
            let found = shop.store.read("t", async move |tx| product_stocks::by_id(tx, id).await).await.expect("read");
            found.expect("a stock").states.bits()
        };
        let mut seen = vec![states(&shop).await];
        for units in [3, 3, 4] {
            shop.order(&format!("N{units}{}", seen.len()), &[(0, "A", units)]).await;
            seen.push(states(&shop).await);
        }
        shop.write(0, "A", 8).await;
        seen.push(states(&shop).await);
        shop.write(0, "A", 30).await;
        seen.push(states(&shop).await);
        assert_eq!(seen, [0, 0, 2, 1, 5, 0]);
        assert_eq!(differences(&shop.store).await, []);
    });
}

#[test]
fn lists_are_due_that_were_never_counted_or_too_long_ago_or_have_changed() {
    for_each_engine(async |database| {
        let shop = Shop::open(&database.store).await;
        let [one, other] = shop.lists;
        let due = async |before| {
            let body = async move |tx: &mut Tx<'_>| stock_sums::due(tx, before, 10).await;
            let mut found = shop.store.read("t", body).await.expect("read");
            found.sort_unstable();
            found
        };
        let keep = async |list, begun_at| {
            let counted = CountedSums { list, begun_at, at: begun_at, sums: StockSums::default() };
            shop.store.write("t", async move |tx| stock_sums::keep(tx, &counted).await).await.expect("written");
        };
        assert_eq!(due(at(0)).await, [one, other]);
        keep(one, at(100)).await;
        keep(one, at(200)).await;
        assert_eq!(due(at(0)).await, [other]);
        assert_eq!(due(at(201)).await, [one, other]);
        keep(other, at(200)).await;
        assert_eq!(due(at(200)).await, []);
        set_low_stock(&shop.store, one, 8).await;
        assert_eq!(due(at(200)).await, [one]);
        keep(one, at(1_004)).await;
        assert_eq!(due(at(200)).await, [one], "some transaction may have had the old threshold");
        keep(one, at(1_006)).await;
        assert_eq!(due(at(200)).await, []);
        let kept = async move |tx: &mut Tx<'_>| stock_sums::of_lists(tx, &[one]).await;
        let kept = shop.store.read("t", kept).await.expect("read");
        assert_eq!(kept.iter().map(|kept| (kept.list, kept.begun_at)).collect::<Vec<_>>(), [(one, at(1_006))]);
    });
}
