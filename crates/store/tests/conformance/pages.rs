//! Lists: every page and every walk with a cursor shows each row once, in order, and counts them right.
//!
//! Promises: what a list shows is compared with rows that the test has kept itself, filtered and sorted here.

use std::collections::BTreeMap;
use std::fmt::Debug;

use onhand_core::commands::{CancelItems, EditOrder, WriteStocks};
use onhand_core::{Command, IdKind, Order, OrderId, Outcome, Stock, StockId, StockListId};
use onhand_store::Value;
use onhand_store::query::{Condition, CursorKey, ListQuery, Op, Page, Sort, Window};
use onhand_store::tables::{orders, product_stocks};

use crate::database::{Database, for_each_engine};
use crate::shop::{Chance, Shop, line, place, settle, write};
use crate::verify::differences;

/// Where runs of new ids begin: in the first block, soon after, far away, across an edge of upper blocks, beyond.
const CLUSTERS: [i64; 5] = [1, 900, 3_000, 65_500, 140_000];
/// Rows made in each cluster.
const CLUSTER_ROWS: usize = 700;

/// A row's value in a column, in the order of the database.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Key {
    Int(i64),
    Text(String),
}

/// A column to sort by, a row's value in it, and the row's id.
type Column<T> = (&'static str, fn(&T) -> Key, fn(&T) -> i64);

/// A condition of a list, as the store takes it and as the test sees it.
struct Filter<T> {
    conditions: Vec<Condition>,
    keeps: Box<dyn Fn(&T) -> bool>,
    /// Whether its count is kept.
    tallied: bool,
}

fn filter<T>(tallied: bool, conditions: Vec<Condition>, keeps: impl Fn(&T) -> bool + 'static) -> Filter<T> {
    Filter { conditions, keeps: Box::new(keeps), tallied }
}

fn condition(column: &'static str, op: Op, values: impl IntoIterator<Item = Value<'static>>) -> Condition {
    Condition { column, op, values: values.into_iter().collect() }
}

/// Compares one list, page by page and from cursor to cursor.
async fn check<T: Clone + PartialEq + Debug>(
    rows: &[T],
    filter: &Filter<T>,
    (column, key, id): Column<T>,
    limit: usize,
    read: impl AsyncFn(ListQuery) -> Page<T>,
) {
    for descending in [false, true] {
        let mut expected: Vec<T> = rows.iter().filter(|row| (filter.keeps)(row)).cloned().collect();
        expected.sort_by_key(|row| (key(row), id(row)));
        if descending {
            expected.reverse();
        }
        let sort = Sort { column, descending };
        let told = format!("{:?} by {sort:?} in pages of {limit}", filter.conditions);
        let listing = |window| ListQuery { conditions: filter.conditions.clone(), sort, window };

        let pages = expected.len() / limit + 2;
        for number in 1..=pages {
            let window = Window::Page { number: number as i64, limit: limit as i64 };
            let page = read(listing(window)).await;
            let wanted: Vec<T> = expected.iter().skip((number - 1) * limit).take(limit).cloned().collect();
            assert!(page.rows == wanted, "page {number} of {told}");
            assert_eq!(page.count, Some(expected.len() as i64), "the count of {told}");
        }
        let (mut walked, mut cursor): (Vec<T>, Option<CursorKey>) = (Vec::new(), None);
        loop {
            let page = read(listing(Window::After { key: cursor, limit: limit as i64 })).await;
            assert_eq!(page.count, filter.tallied.then_some(expected.len() as i64), "the count of {told}");
            assert!(page.rows.len() <= limit);
            walked.extend(page.rows);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
            assert!(walked.len() <= expected.len(), "the walk never ends: {told}");
        }
        assert!(walked == expected, "the walk through {told}");
    }
}

/// Stocks in both lists, with ids in every cluster, some of them changed afterwards.
async fn many_stocks(database: &Database) -> (Shop, Vec<Stock>) {
    let mut shop = Shop::open(&database.store).await;
    let mut chance = Chance(11);
    let mut stocks: BTreeMap<StockId, Stock> = BTreeMap::new();
    for (cluster, first) in CLUSTERS.into_iter().enumerate() {
        for kind in IdKind::ALL {
            shop.ids.add_range(kind, first * 1_000, 10_000);
        }
        shop.ids.add_range(IdKind::Stock, first, 10_000);
        for part in 0..CLUSTER_ROWS / 100 {
            let rows = (0..100).map(|row| {
                let sku = format!("{:03}-{cluster}-{part}-{row}", chance.below(1_000));
                one_row(write(shop.lists[chance.below(2)], &sku, Some(chance.below(40) as i64), None))
            });
            let rows = rows.collect();
            keep(
                &mut shop,
                &mut stocks,
                Command::WriteStocks(WriteStocks { rows, create_unknown_products: true, source: None }),
            )
            .await;
        }
    }
    let keys: Vec<(StockListId, String)> = stocks.values().map(|stock| (stock.list, stock.sku.clone())).collect();
    for _ in 0..8 {
        let rows = (0..50).map(|_| {
            let (list, sku) = &keys[chance.below(keys.len())];
            one_row(write(*list, sku, Some(chance.below(40) as i64), None))
        });
        let rows = rows.collect();
        keep(
            &mut shop,
            &mut stocks,
            Command::WriteStocks(WriteStocks { rows, create_unknown_products: false, source: None }),
        )
        .await;
    }
    (shop, stocks.into_values().collect())
}

fn one_row(command: Command) -> onhand_core::commands::WriteStock {
    match command {
        Command::WriteStocks(mut write) => write.rows.remove(0),
        other => panic!("not a write: {other:?}"),
    }
}

async fn keep(shop: &mut Shop, stocks: &mut BTreeMap<StockId, Stock>, command: Command) {
    let context = shop.context();
    let (ids, mut results) = settle(&shop.store, shop.ids.clone(), vec![(command, context)]).await.expect("written");
    shop.ids = ids;
    match results.remove(0).expect("accepted") {
        Outcome::StocksWritten(rows) => stocks.extend(rows.into_iter().map(|row| (row.stock.id, row.stock))),
        other => panic!("a write ends in {other:?}"),
    }
}

const STOCK_COLUMNS: [Column<Stock>; 4] = [
    ("id", |stock| Key::Int(stock.id.get()), |stock| stock.id.get()),
    ("sku", |stock| Key::Text(stock.sku.clone()), |stock| stock.id.get()),
    ("on_hand", |stock| Key::Int(stock.on_hand), |stock| stock.id.get()),
    ("modified_at", |stock| Key::Int(stock.modified_at.micros()), |stock| stock.id.get()),
];

#[test]
fn each_stock_is_shown_once_however_the_list_is_read() {
    for_each_engine(async |database| {
        let (shop, all) = many_stocks(&database).await;
        let (list, int) = (shop.lists[1], |value: i64| [Value::Int(value)]);
        let noon = all[all.len() / 2].modified_at;
        let skus: Vec<String> = all.iter().step_by(9).map(|stock| stock.sku.clone()).collect();
        let in_skus = condition("sku", Op::In, skus.iter().map(|sku| Value::from(sku.clone())));
        let filters: Vec<Filter<Stock>> = vec![
            filter::<Stock>(true, vec![], |_| true),
            filter::<Stock>(true, vec![condition("stock_list_id", Op::Eq, int(list.get()))], move |stock| {
                stock.list == list
            }),
            filter::<Stock>(true, vec![condition("stock_list_id", Op::Eq, int(999))], |_| false),
            filter::<Stock>(
                false,
                vec![condition("stock_list_id", Op::Eq, int(list.get())), condition("on_hand", Op::Gt, int(20))],
                move |stock| stock.list == list && stock.on_hand > 20,
            ),
            filter::<Stock>(false, vec![condition("on_hand", Op::Lte, int(5))], |stock| stock.on_hand <= 5),
            filter::<Stock>(false, vec![condition("modified_at", Op::Gte, int(noon.micros()))], move |s| {
                s.modified_at >= noon
            }),
            filter::<Stock>(false, vec![condition("modified_at", Op::Lt, int(noon.micros()))], move |s| {
                s.modified_at < noon
            }),
            filter::<Stock>(false, vec![in_skus], move |stock| skus.contains(&stock.sku)),
            filter::<Stock>(false, vec![condition("sku", Op::In, [])], |_| false),
        ];
        let read = async |listing: ListQuery| {
            database.store.read("t", async move |tx| product_stocks::page(tx, &listing).await).await.expect("read")
        };
        for filter in &filters {
            for column in STOCK_COLUMNS {
                check(&all, filter, column, 500, read).await;
            }
        }
        // Where counts are kept, small pages, so that they begin in the middle of blocks.
        for filter in &filters[..2] {
            check(&all, filter, STOCK_COLUMNS[0], 37, read).await;
        }
    });
}

#[test]
fn the_brief_list_of_stocks_shows_the_same_rows() {
    for_each_engine(async |database| {
        let (shop, all) = many_stocks(&database).await;
        let list = shop.lists[0];
        let of_list: Vec<i64> = all.iter().filter(|stock| stock.list == list).map(|stock| stock.id.get()).collect();
        for (descending, number) in [(false, 1), (false, 9), (false, 17), (true, 1), (true, 9), (true, 17), (true, 18)]
        {
            let conditions = vec![condition("stock_list_id", Op::Eq, [Value::Int(list.get())])];
            let window = Window::Page { number, limit: 100 };
            let listing = ListQuery { conditions, sort: Sort { column: "id", descending }, window };
            assert!(product_stocks::is_bounded(&listing));
            let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
            let noted = seen.clone();
            let page = database
                .store
                .read_inline("t", async move |tx| {
                    let note = |row: &product_stocks::StockRow<'_>| {
                        let texts = (row.sku()?.to_owned(), row.unit()?.to_owned(), row.extra_field()?.to_owned());
                        let row = (row.id()?, row.list()?, row.on_hand()?, row.reserved()?, texts);
                        noted.lock().expect("one reader").push(row);
                        Ok(())
                    };
                    product_stocks::visit(tx, &listing, note).await
                })
                .await
                .expect("read");
            let mut expected = of_list.clone();
            if descending {
                expected.reverse();
            }
            let expected: Vec<i64> = expected.into_iter().skip((number as usize - 1) * 100).take(100).collect();
            assert_eq!(page.rows, expected, "page {number}, descending {descending}");
            assert_eq!(page.count, Some(of_list.len() as i64));
            let shown = seen.lock().expect("one reader");
            assert_eq!(shown.len(), expected.len());
            for (id, of, on_hand, reserved, (sku, unit, extra)) in shown.iter() {
                let stock = all.iter().find(|stock| stock.id.get() == *id).expect("one of ours");
                assert_eq!((*of, *on_hand, *reserved), (stock.list.get(), stock.on_hand, stock.reserved));
                assert_eq!((sku.as_str(), unit.as_str(), extra.as_str()), (stock.sku.as_str(), "qty", "{}"));
            }
        }
    });
}

/// Orders whose state changes after they were counted.
async fn many_orders(database: &Database) -> (Shop, Vec<Order>) {
    let mut shop = Shop::open(&database.store).await;
    shop.write(0, "A", 1_000_000).await;
    let mut chance = Chance(5);
    let mut orders: BTreeMap<OrderId, Order> = BTreeMap::new();
    for (cluster, first) in CLUSTERS.into_iter().enumerate() {
        for kind in IdKind::ALL {
            shop.ids.add_range(kind, first * 1_000 + 500_000, 100_000);
        }
        shop.ids.add_range(IdKind::Order, first, 10_000);
        for part in 0..4 {
            let commands = (0..100).map(|row| {
                let channel = Some(shop.market).filter(|_| chance.below(2) == 0);
                place(
                    &format!("{}-{cluster}-{part}-{row}", chance.below(50)),
                    channel,
                    vec![line(shop.lists[0], "A", 1)],
                )
            });
            let commands = commands.collect();
            keep_orders(&mut shop, &mut orders, commands).await;
        }
        let known: Vec<OrderId> = orders.keys().copied().collect();
        let commands = (0..220).map(|_| {
            let order = known[chance.below(known.len())];
            match chance.below(2) {
                0 => Command::CancelItems(CancelItems { order, all: true, items: Vec::new(), details: Vec::new() }),
                _ => Command::EditOrder(EditOrder { order, is_send: Some(chance.below(3) > 0) }),
            }
        });
        keep_orders(&mut shop, &mut orders, commands.collect()).await;
    }
    (shop, orders.into_values().collect())
}

async fn keep_orders(shop: &mut Shop, orders: &mut BTreeMap<OrderId, Order>, commands: Vec<Command>) {
    let commands = commands.into_iter().map(|command| (command, shop.context())).collect();
    let (ids, results) = settle(&shop.store, shop.ids.clone(), commands).await.expect("written");
    shop.ids = ids;
    for result in results {
        match result.expect("accepted") {
            Outcome::OrderPlaced(order, _) | Outcome::ItemsCancelled(order, _) | Outcome::OrderEdited(order, _) => {
                orders.insert(order.id, order);
            }
            other => panic!("an order ends in {other:?}"),
        }
    }
}

#[test]
fn each_order_is_shown_once_even_after_its_state_has_changed() {
    for_each_engine(async |database| {
        let (shop, all) = many_orders(&database).await;
        let (market, int) = (shop.market, |value: i64| [Value::Int(value)]);
        let noon = all[all.len() / 2].date_placed;
        let filters: Vec<Filter<Order>> = vec![
            filter::<Order>(true, vec![], |_| true),
            filter::<Order>(true, vec![condition("status", Op::Eq, int(100))], |order| order.status.code() == 100),
            filter::<Order>(true, vec![condition("status", Op::Eq, int(400))], |order| order.status.code() == 400),
            filter::<Order>(true, vec![condition("is_send", Op::Eq, int(0))], |order| !order.is_send),
            filter::<Order>(true, vec![condition("is_send", Op::Eq, int(1))], |order| order.is_send),
            filter::<Order>(true, vec![condition("channel_id", Op::Eq, int(0))], |order| order.channel.is_none()),
            filter::<Order>(true, vec![condition("channel_id", Op::Eq, int(market.get()))], move |order| {
                order.channel == Some(market)
            }),
            filter::<Order>(
                false,
                vec![condition("is_send", Op::Eq, int(0)), condition("status", Op::Eq, int(400))],
                |order| !order.is_send && order.status.code() == 400,
            ),
            filter::<Order>(false, vec![condition("number", Op::Prefix, [Value::from("3")])], |order| {
                order.number.starts_with('3')
            }),
            filter::<Order>(false, vec![condition("date_placed", Op::Gt, int(noon.micros()))], move |order| {
                order.date_placed > noon
            }),
        ];
        let columns: [Column<Order>; 3] = [
            ("id", |order| Key::Int(order.id.get()), |order| order.id.get()),
            ("number", |order| Key::Text(order.number.clone()), |order| order.id.get()),
            ("modified_at", |order| Key::Int(order.modified_at.micros()), |order| order.id.get()),
        ];
        let read = async |listing: ListQuery| {
            database.store.read("t", async move |tx| orders::page(tx, &listing).await).await.expect("read")
        };
        for filter in &filters {
            for column in columns {
                check(&all, filter, column, 300, read).await;
            }
            check(&all, filter, columns[0], 61, read).await;
        }
        assert_eq!(differences(&database.store).await, []);
    });
}
