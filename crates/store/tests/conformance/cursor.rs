//! Cursors over changes where catalogs change: what a cursor has passed is complete, whatever comes into the catalog or
//! leaves it meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use onhand_core::{ProductId, Stock, StockId};
use onhand_store::Tx;
use onhand_store::channel_sync::channel_scope::ChannelScope;
use onhand_store::channel_sync::cursor::{self, ChangesQuery, Cursor};
use onhand_store::channel_sync::{cursor_scope, sequencer};
use onhand_store::resource::{self, Record};
use onhand_store::tables::catalogs::CATALOGS;
use onhand_store::tables::product_stocks;

use crate::database::for_each_engine;
use crate::market::{Market, set_catalog};
use crate::products::change_product;
use crate::shop::{Chance, START};

/// A program that keeps its own place: what it believes of each stock that it was told of, and what it sells of it.
#[derive(Default)]
struct Reader {
    cursor: Cursor,
    believes: BTreeMap<i64, Option<i64>>,
}

impl Reader {
    /// Reads one part; whether there may be more.
    async fn read(&mut self, market: &Market, limit: i64) -> bool {
        let (store, channel, cursor) = (&market.shop.store, market.shop.market, self.cursor);
        while store.write("t", async |tx| sequencer::sequence(tx).await).await.expect("sequenced") > 0 {}
        if !store.read("t", async move |tx| cursor_scope::is_current(tx, channel).await).await.expect("read") {
            let is_new = cursor == Cursor::default();
            store.write("t", async move |tx| cursor_scope::update(tx, channel, is_new).await).await.expect("updated");
        }
        let read = async move |tx: &mut Tx<'_>| {
            let channel_scope = ChannelScope::of(tx, channel).await?;
            let slice = cursor::next(tx, &channel_scope, ChangesQuery { cursor, limit, list: None }).await?;
            let ids: Vec<StockId> = slice.stocks.iter().map(|sent| StockId::new(sent.stock)).collect();
            Ok((slice, product_stocks::by_ids(tx, &ids).await?))
        };
        let (slice, rows) = store.read("t", read).await.expect("read");
        assert!(slice.stocks.len() as i64 <= limit + 2, "a part is no longer than what is asked for and one product");
        for sent in &slice.stocks {
            let row = rows.iter().find(|row| row.id.get() == sent.stock).expect("it is there");
            self.believes.insert(sent.stock, sent.in_catalog.then_some(row.on_hand));
        }
        assert_eq!(slice.next.to_string().parse(), Ok(slice.next), "its text says where it is");
        let moved = slice.next != cursor;
        self.cursor = slice.next;
        moved || slice.has_more
    }

    /// Reads to the end; what it sells then.
    async fn sells(&mut self, market: &Market, limit: i64) -> BTreeMap<i64, i64> {
        let mut parts = 0;
        while self.read(market, limit).await {
            parts += 1;
            assert!(parts < 500, "it comes to an end");
        }
        self.believes.iter().filter_map(|(stock, level)| Some((*stock, (*level)?))).collect()
    }
}

/// What a naive reader of the rules would sell: no sequence numbers, no cursors.
#[derive(Default)]
struct Naive {
    /// List, product and level of each stock.
    stocks: BTreeMap<i64, (usize, i64, i64)>,
    inactive: BTreeSet<i64>,
    items: BTreeMap<i64, Record>,
    lists: BTreeSet<usize>,
    /// The catalog that the channel has: the main one, the other one (of the second list, without items), none.
    catalog: usize,
}

impl Naive {
    fn sells(&self) -> BTreeMap<i64, i64> {
        let is_sold = |list: usize, product: i64| match self.catalog {
            0 => self.lists.contains(&list) && (self.items.is_empty() || self.items.contains_key(&product)),
            1 => list == 1,
            _ => false,
        };
        let sold = self.stocks.iter().filter(|(_, (list, product, _))| is_sold(*list, *product));
        let active = sold.filter(|(_, (_, product, _))| !self.inactive.contains(product));
        active.map(|(stock, (.., level))| (*stock, *level)).collect()
    }

    fn wrote(&mut self, list: usize, stock: &Stock) {
        self.stocks.insert(stock.id.get(), (list, stock.product.get(), stock.on_hand));
    }

    fn any_product(&self, chance: &mut Chance) -> Option<i64> {
        let all: BTreeSet<i64> = self.stocks.values().map(|(_, product, _)| *product).collect();
        all.iter().nth(chance.below(all.len().max(1))).copied()
    }
}

async fn set_active(market: &Market, product: i64, is_active: bool) {
    let change = async move |tx: &mut Tx<'_>| {
        change_product(tx, ProductId::new(product), |product| product.set("is_active", i64::from(is_active))).await
    };
    market.shop.store.write("t", change).await.expect("written");
}

async fn other_catalog(market: &Market) -> i64 {
    let list = market.shop.lists[1].get();
    let made = market.shop.store.write("t", async move |tx| {
        let mut catalog = Record::new(&CATALOGS, START);
        catalog.set("name", "other");
        catalog.set("stock_list_id", list);
        resource::insert(tx, &CATALOGS, vec![catalog]).await
    });
    made.await.expect("written")[0].id
}

/// One thing that happens to the shop or to the catalog.
async fn happen(market: &mut Market, naive: &mut Naive, chance: &mut Chance, other: i64) {
    match chance.below(12) {
        0..=4 => {
            let (list, sku) = (chance.below(2), format!("S{}", chance.below(7)));
            let stock = market.shop.write(list, &sku, chance.below(1_000) as i64).await;
            naive.wrote(list, &stock);
        }
        5 | 6 => {
            let Some(product) = naive.any_product(chance) else { return };
            match naive.items.remove(&product) {
                Some(item) => market.remove_item(item).await,
                None => {
                    let item = market.add_item(ProductId::new(product)).await;
                    naive.items.insert(product, item);
                }
            }
        }
        7 | 8 => {
            let Some(product) = naive.any_product(chance) else { return };
            let was_inactive = naive.inactive.remove(&product);
            if !was_inactive {
                naive.inactive.insert(product);
            }
            set_active(market, product, was_inactive).await;
        }
        9 | 10 => {
            let choices: [(usize, &[usize]); 4] = [(0, &[1]), (0, &[]), (1, &[]), (1, &[0])];
            let (own, further) = choices[chance.below(4)];
            market.set_lists(own, further).await;
            naive.lists = further.iter().copied().chain([own]).collect();
        }
        _ => {
            naive.catalog = chance.below(3);
            let catalogs = [Some(market.catalog), Some(other), None];
            set_catalog(market, catalogs[naive.catalog]).await;
        }
    }
}

#[test]
fn cursors_agree_with_a_naive_model_whatever_becomes_of_the_catalog() {
    for seed in [7, 8] {
        for_each_engine(async |database| {
            let mut market = Market::open(&database.store).await;
            let other = other_catalog(&market).await;
            let mut naive = Naive { lists: BTreeSet::from([0, 1]), ..Naive::default() };
            let mut chance = Chance(seed);
            let mut readers = [Reader::default(), Reader::default(), Reader::default()];
            for step in 0..240 {
                happen(&mut market, &mut naive, &mut chance, other).await;
                // The third one begins late, and none reads as often as something happens.
                let reader = chance.below(if step < 120 { 4 } else { 6 });
                let limit = 1 + chance.below(4) as i64;
                match reader {
                    0 => drop(readers[0].read(&market, limit).await),
                    1 if chance.below(4) == 0 => {
                        let sold = readers[1].sells(&market, limit).await;
                        assert_eq!(sold, naive.sells(), "seed {seed}, step {step}");
                    }
                    5 => drop(readers[2].read(&market, limit).await),
                    _ => {}
                }
            }
            for reader in &mut readers {
                assert_eq!(reader.sells(&market, 3).await, naive.sells(), "seed {seed}, at the end");
            }
        });
    }
}

/// The first item takes everything else out of the catalog; the last one that goes brings it back.
#[test]
fn what_leaves_the_catalog_is_told_and_what_comes_too() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let [shirt, hat] = market.known_stocks(["SHIRT", "HAT"]).await;
        let mut reader = Reader::default();
        let both = BTreeMap::from([(shirt.id.get(), 5), (hat.id.get(), 5)]);
        assert_eq!(reader.sells(&market, 10).await, both);
        let item = market.add_item(shirt.product).await;
        assert_eq!(reader.sells(&market, 1).await, BTreeMap::from([(shirt.id.get(), 5)]));
        market.remove_item(item).await;
        assert_eq!(reader.sells(&market, 1).await, both);
        set_active(&market, shirt.product.get(), false).await;
        assert_eq!(reader.sells(&market, 1).await, BTreeMap::from([(hat.id.get(), 5)]));
        set_active(&market, shirt.product.get(), true).await;
        market.set_lists(1, &[]).await;
        assert_eq!(reader.sells(&market, 1).await, BTreeMap::new(), "the list has left");
        market.set_lists(1, &[0]).await;
        assert_eq!(reader.sells(&market, 1).await, both);
        set_catalog(&market, None).await;
        assert_eq!(reader.sells(&market, 1).await, BTreeMap::new());
        let mut fresh = Reader::default();
        assert_eq!(fresh.sells(&market, 1).await, BTreeMap::new());
        assert!(fresh.believes.is_empty(), "who begins is not told of what there is not");
    });
}

/// A client that has read the lists begins at the newest sequence number, and is told what changes after that.
#[test]
fn a_cursor_may_begin_at_the_newest_version() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let [shirt] = market.known_stocks(["SHIRT"]).await;
        let channel = market.shop.market;
        let store = market.shop.store.clone();
        while store.write("t", async |tx| sequencer::sequence(tx).await).await.expect("sequenced") > 0 {}
        store.write("t", async move |tx| cursor_scope::update(tx, channel, true).await).await.expect("updated");
        let head =
            store.read("t", async |tx| onhand_store::channel_sync::change_log::head(tx).await).await.expect("read");
        let mut reader = Reader { cursor: Cursor { after: head, ..Cursor::default() }, ..Reader::default() };
        assert!(!reader.read(&market, 10).await, "nothing has changed since");
        market.set_lists(1, &[]).await;
        assert_eq!(reader.sells(&market, 10).await, BTreeMap::new());
        assert_eq!(reader.believes, BTreeMap::from([(shirt.id.get(), None)]), "what it has read before has left");
    });
}
