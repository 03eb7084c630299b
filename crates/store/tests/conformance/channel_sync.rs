//! The feed: every change is offered once it is committed, in order, to whom it belongs, until it is acknowledged.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use onhand_core::channel_sync::{ActionStatus, BatchStatus, ObjectKind, Reason};
use onhand_core::{ProductId, StockId};
use onhand_store::Store;
use onhand_store::channel_sync::actions::{self, Given};
use onhand_store::channel_sync::channel_scope::ChannelScope;
use onhand_store::channel_sync::cursor::{self, ChangesQuery, Cursor};
use onhand_store::channel_sync::deliveries::Offer;
use onhand_store::channel_sync::{change_log, lag, sequencer};
use onhand_store::outbox;
use onhand_store::resource;
use onhand_store::tables::product_stocks;

use crate::database::for_each_engine;
use crate::market::{Market, named, set_catalog};
use crate::products::change_product;
use crate::shop::{Chance, at};

const INSERTS: &[Offer] = &[Offer::Insert];
const UPDATES: &[Offer] = &[Offer::Update];

#[test]
fn a_stock_is_offered_once_its_product_is_known_and_until_it_is_acknowledged() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let shirt = market.shop.write(0, "SHIRT", 5).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [], "its product was not sent");
        assert_eq!(market.products(INSERTS).await, [shirt.product.get()]);
        market.know(&shirt).await;
        assert_eq!(market.products(INSERTS).await, []);
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [shirt.id.get()]);
        assert_eq!(market.feed(ObjectKind::Stock, 1, INSERTS).await, [], "the other list has none");

        let batch = market.commit(&[named(&shirt)]).await.expect("committed");
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [], "an open batch has it");
        market.shop.write(0, "SHIRT", 4).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [], "also when it has changed meanwhile");
        let newest = market.stock(shirt.id).await;
        market.finish(batch, &[named(&newest)]).await.expect("done");
        assert_eq!(
            market.feed(ObjectKind::Stock, 0, UPDATES).await,
            [shirt.id.get()],
            "what changed meanwhile was not sent"
        );
        market.send(&[newest.id]).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, UPDATES).await, []);
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, []);
        market.shop.order("o1", &[(0, "SHIRT", 1)]).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, UPDATES).await, [shirt.id.get()], "an order is a change");
    });
}

#[test]
fn a_batch_holds_its_objects_against_all_others() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let [shirt, hat] = market.known_stocks(["SHIRT", "HAT"]).await;
        let first = market.commit(&[named(&shirt)]).await.expect("committed");
        let before = market.actions().await;
        let refused = market.commit(&[named(&hat), named(&shirt)]).await;
        assert!(refused.is_err(), "another batch has one of them");
        assert_eq!(market.actions().await, before, "and then none is taken");
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [hat.id.get()]);
        market.step(first, BatchStatus::Fail, None).await.expect("given up");
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [shirt.id.get(), hat.id.get()], "offered at once");
        market.step(first, BatchStatus::Fail, None).await.expect("again");
        market.step(first, BatchStatus::Done, None).await.expect_err("that was its end");
    });
}

#[test]
fn a_batch_that_says_no_more_is_given_up() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let [shirt] = market.known_stocks(["SHIRT"]).await;
        let batch = market.commit(&[named(&shirt)]).await.expect("committed");
        market.wait(market.leases.commit - 1);
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, []);
        market.step(batch, BatchStatus::SentToRemote, None).await.expect("sent");
        market.wait(market.leases.commit + 1);
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [], "the channel has more time");
        market.wait(market.leases.remote);
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [shirt.id.get()]);
        market.finish(batch, &[named(&shirt)]).await.expect_err("it is too late");
        market.send(&[shirt.id]).await;
    });
}

#[test]
fn what_failed_comes_back_changed_or_when_its_time_has_come() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let [shirt] = market.known_stocks(["SHIRT"]).await;
        market.fail(&shirt, Reason::Remote).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [], "not in this version");
        let changed = market.shop.write(0, "SHIRT", 9).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [shirt.id.get()]);
        market.fail(&changed, Reason::Remote).await;
        market.allow_retries(shirt.id.get(), 3, 60).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [], "the interval is not over");
        market.wait(60);
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [shirt.id.get()]);
        market.fail(&changed, Reason::Remote).await;
        market.wait(60);
        market.fail(&changed, Reason::Remote).await;
        market.wait(600);
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [], "three tries are all");
        let changed = market.shop.write(0, "SHIRT", 8).await;
        market.send(&[changed.id]).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, []);
    });
}

#[test]
fn a_catalog_with_items_offers_those_and_what_leaves_is_to_be_removed() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let [shirt, hat] = market.known_stocks(["SHIRT", "HAT"]).await;
        let item = market.add_item(shirt.product).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [shirt.id.get()]);
        let removal: &[Offer] = &[Offer::Removal];
        assert_eq!(market.products(removal).await, [hat.product.get()], "known, and not in the catalog any more");
        market.send(&[shirt.id]).await;
        market.add_item(hat.product).await;
        assert_eq!(market.products(removal).await, []);
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [hat.id.get()]);
        market.remove_item(item).await;
        assert_eq!(market.products(removal).await, [shirt.product.get()]);
        market.forget(shirt.product).await;
        assert_eq!(market.products(removal).await, [], "the channel has taken it off");
    });
}

#[test]
fn another_catalog_or_another_list_is_begun_anew() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let [shirt] = market.known_stocks(["SHIRT"]).await;
        let outlet = market.shop.write(1, "SHIRT", 1).await;
        assert_eq!(market.feed(ObjectKind::Stock, 1, INSERTS).await, [outlet.id.get()]);
        market.set_lists(1, &[]).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [], "the list has left");
        assert_eq!(market.feed(ObjectKind::Stock, 1, INSERTS).await, [outlet.id.get()]);
        market.set_lists(0, &[1]).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [shirt.id.get()]);
        set_catalog(&market, None).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [], "no catalog, nothing to sell");
        set_catalog(&market, Some(market.catalog)).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [shirt.id.get()]);
    });
}

#[test]
fn an_order_is_offered_when_it_has_changed_since_the_channel_made_it_known() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        market.shop.write(0, "SHIRT", 5).await;
        let order = market.place("o1", "SHIRT").await;
        assert_eq!(market.orders(UPDATES).await, [], "the channel has not made it known");
        market.put((ObjectKind::Order.number(), order.get()), &Given::default()).await;
        assert_eq!(market.orders(UPDATES).await, []);
        market.shop.cancel(order).await;
        assert_eq!(market.orders(UPDATES).await, [order.get()]);
    });
}

/// A month of changes is one version of each object, and the rounds it takes to catch up depend on those.
#[test]
fn a_channel_that_was_away_is_told_the_last_version_of_each_object() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let [shirt, hat] = market.known_stocks(["SHIRT", "HAT"]).await;
        market.send(&[shirt.id, hat.id]).await;
        for level in 0..30 {
            market.shop.write(0, "SHIRT", level).await;
            market.wait(24 * 3_600);
        }
        assert_eq!(market.feed(ObjectKind::Stock, 0, UPDATES).await, [shirt.id.get()]);
        let (channel, now) = (market.shop.market, market.now());
        let lags = market.shop.store.read("t", async move |tx| lag::of(tx, channel, now).await).await.expect("read");
        let stocks = lags.iter().find(|lag| lag.kind == ObjectKind::Stock).expect("of stocks");
        assert_eq!((stocks.inserts, stocks.updates, stocks.behind), (0, 1, 0));
        assert!(stocks.acknowledged_at.is_some() && stocks.oldest_at > stocks.version_at);
        market.send(&[shirt.id]).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, UPDATES).await, []);
    });
}

/// What a naive reader of the rules would offer: kept object by object, with no positions, sequence numbers or derived
/// rows.
#[derive(Default)]
struct Naive {
    products: BTreeMap<i64, i64>,
    versions: BTreeMap<i64, i64>,
    known_products: BTreeSet<i64>,
    acknowledged: BTreeMap<i64, i64>,
    failed: BTreeMap<i64, i64>,
    reserved: BTreeMap<i64, i64>,
}

impl Naive {
    fn due(&self, known: bool) -> BTreeSet<i64> {
        let due = |(stock, version): (&i64, &i64)| {
            let open = !self.reserved.contains_key(stock) && self.failed.get(stock) != Some(version);
            let due = match self.acknowledged.get(stock) {
                Some(sent) => known && sent < version,
                None => !known && self.known_products.contains(&self.products[stock]),
            };
            (open && due).then_some(*stock)
        };
        self.versions.iter().filter_map(due).collect()
    }
}

async fn agree(market: &mut Market, naive: &Naive, step: usize) {
    let found: BTreeSet<i64> = market.feed(ObjectKind::Stock, 0, INSERTS).await.into_iter().collect();
    assert_eq!(found, naive.due(false), "inserts after step {step}");
    let found: BTreeSet<i64> = market.feed(ObjectKind::Stock, 0, UPDATES).await.into_iter().collect();
    assert_eq!(found, naive.due(true), "updates after step {step}");
}

#[test]
fn feeds_and_batches_agree_with_a_naive_model() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let (mut naive, mut chance) = (Naive::default(), Chance(7));
        let mut open: Vec<(i64, BTreeMap<i64, i64>)> = Vec::new();
        for step in 0..160 {
            match chance.below(8) {
                0..=2 => {
                    let sku = format!("S{}", chance.below(9));
                    let stock = market.shop.write(0, &sku, chance.below(1_000) as i64).await;
                    naive.products.insert(stock.id.get(), stock.product.get());
                    naive.versions.insert(stock.id.get(), stock.modified_at.micros());
                }
                3 => {
                    let all: Vec<i64> = naive.products.values().copied().collect();
                    if let Some(product) = all.get(chance.below(all.len().max(1))) {
                        market.know_product(*product).await;
                        naive.known_products.insert(*product);
                    }
                }
                4 | 5 => {
                    let due: Vec<i64> = naive.due(chance.below(2) == 0).into_iter().take(3).collect();
                    let mut batch = Vec::new();
                    for id in &due {
                        batch.push(named(&market.stock(StockId::new(*id)).await));
                    }
                    let versions = due.iter().map(|id| (*id, naive.versions[id])).collect();
                    let id = market.commit(&batch).await.expect("nobody has them");
                    naive.reserved.extend(due.iter().map(|object| (*object, id)));
                    open.push((id, versions));
                }
                _ if !open.is_empty() => {
                    let (id, versions) = open.remove(chance.below(open.len()));
                    end(&mut market, &mut naive, &mut chance, id, &versions).await;
                }
                _ => {}
            }
            agree(&mut market, &naive, step).await;
        }
        for (id, _) in open {
            market.step(id, BatchStatus::Fail, None).await.expect("given up");
        }
        drained(&mut market, &naive).await;
    });
}

/// Ends a batch in one of the ways there are: done, done with failures, done without a word on some, given up, too
/// late.
async fn end(market: &mut Market, naive: &mut Naive, chance: &mut Chance, id: i64, versions: &BTreeMap<i64, i64>) {
    naive.reserved.retain(|_, batch| *batch != id);
    if chance.below(4) == 0 {
        market.step(id, BatchStatus::Fail, None).await.expect("given up");
        return;
    }
    let mut told = Vec::new();
    for (object, version) in versions {
        let mut one = named(&market.stock(StockId::new(*object)).await);
        match chance.below(4) {
            0 => continue,
            1 => {
                one.reason = Some(Reason::ChannelApp);
                naive.failed.insert(*object, *version);
            }
            _ => {
                naive.failed.remove(object);
                naive.acknowledged.insert(*object, *version);
            }
        }
        told.push(one);
    }
    market.finish(id, &told).await.expect("done");
}

/// With enough batches, nothing is left but what has failed, and what is acknowledged is the newest version.
async fn drained(market: &mut Market, naive: &Naive) {
    for product in naive.products.values() {
        market.know_product(*product).await;
    }
    for _ in 0..20 {
        let mut due = market.feed(ObjectKind::Stock, 0, INSERTS).await;
        due.extend(market.feed(ObjectKind::Stock, 0, UPDATES).await);
        if due.is_empty() {
            break;
        }
        market.send(&due.into_iter().map(StockId::new).collect::<Vec<_>>()).await;
    }
    assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, []);
    assert_eq!(market.feed(ObjectKind::Stock, 0, UPDATES).await, []);
    for row in market.actions().await.iter().filter(|row| row.kind == ObjectKind::Stock.number()) {
        assert_ne!(row.action.status, ActionStatus::Processing, "no batch is open");
        let newest = market.stock(StockId::new(row.object)).await.modified_at;
        let has_failed = naive.failed.get(&row.object) == Some(&newest.micros());
        assert!(has_failed || row.action.acknowledged_at == Some(newest), "{row:?}");
    }
}

/// Reads changes by cursor until it is told to stop and nothing is left; the state of each stock when it was last seen.
async fn follow(store: Store, list: i64, stop: Arc<AtomicBool>) -> BTreeMap<i64, i64> {
    let (mut cursor, mut seen) = (0, BTreeMap::new());
    loop {
        let stopping = stop.load(Ordering::SeqCst);
        let found = store.read("t", async move |tx| {
            let found = change_log::after(tx, ObjectKind::Stock, list, cursor, 7).await?;
            let ids: Vec<StockId> = found.iter().map(|change| StockId::new(change.object)).collect();
            Ok((found, product_stocks::by_ids(tx, &ids).await?))
        });
        let (found, rows) = found.await.expect("read");
        assert!(found.is_sorted_by(|one, two| one.sequence_number < two.sequence_number), "{found:?}");
        seen.extend(rows.iter().map(|row| (row.id.get(), row.modified_at.micros())));
        match found.last() {
            Some(last) => cursor = last.sequence_number,
            None if stopping && !store.read("t", async |tx| outbox::any(tx).await).await.expect("read") => {
                return seen;
            }
            None => tokio::task::yield_now().await,
        }
    }
}

#[test]
fn a_cursor_misses_nothing_while_others_write_and_give_sequence_numbers() {
    const SKUS: usize = 12;
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        for sku in 0..SKUS {
            market.shop.write(0, &format!("S{sku}"), 1).await;
        }
        let other = database.again().await;
        let (written, stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let sequencers = [database.store.clone(), other.clone()].map(|store| {
            let written = written.clone();
            tokio::spawn(async move {
                loop {
                    let last = written.load(Ordering::SeqCst);
                    let taken = store.write("t", async |tx| sequencer::sequence(tx).await).await.expect("sequenced");
                    if last && taken == 0 {
                        return;
                    }
                    tokio::task::yield_now().await;
                }
            })
        });
        let reader = tokio::spawn(follow(other.clone(), market.shop.lists[0].get(), stop.clone()));
        let writers = (0..3).map(|number| {
            let mut shop = market.shop.beside(if number == 0 { &database.store } else { &other });
            tokio::spawn(async move {
                let mut chance = Chance(number);
                for _ in 0..40 {
                    shop.write(0, &format!("S{}", chance.below(SKUS)), chance.below(1_000) as i64).await;
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.expect("written");
        }
        written.store(true, Ordering::SeqCst);
        for sequencer in sequencers {
            sequencer.await.expect("sequenced");
        }
        stop.store(true, Ordering::SeqCst);
        let seen = reader.await.expect("read");
        assert_eq!(seen.len(), SKUS);
        for (id, modified_at) in seen {
            assert_eq!(
                market.stock(StockId::new(id)).await.modified_at.micros(),
                modified_at,
                "the last state was seen"
            );
        }
    });
}

#[test]
fn changes_are_one_per_stock_and_of_the_assortment_only() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let [shirt, hat] = market.known_stocks(["SHIRT", "HAT"]).await;
        let outlet = market.shop.write(1, "SHIRT", 3).await;
        market.shop.write(0, "SHIRT", 4).await;
        market.feed(ObjectKind::Stock, 0, INSERTS).await;
        let channel = market.shop.market;
        let slice = async |cursor: Cursor, list| {
            let found = market.shop.store.read("t", async move |tx| {
                let channel_scope = ChannelScope::of(tx, channel).await?;
                cursor::next(tx, &channel_scope, ChangesQuery { cursor, limit: 2, list }).await
            });
            let found = found.await.expect("read");
            assert!(found.stocks.iter().all(|sent| sent.in_catalog), "{found:?}");
            (found.stocks.iter().map(|sent| sent.stock).collect::<Vec<_>>(), found.next, found.has_more)
        };
        let start = Cursor::default();
        let (first, next, has_more) = slice(start, None).await;
        assert_eq!((first, has_more), (vec![hat.id.get(), outlet.id.get()], true));
        let (second, end, has_more) = slice(next, None).await;
        assert_eq!((second, has_more), (vec![shirt.id.get()], false));
        assert_eq!(slice(end, None).await, (vec![], end, false));
        assert_eq!(slice(start, Some(market.shop.lists[1].get())).await.0, [outlet.id.get()]);
        market.add_item(hat.product).await;
        assert_eq!(slice(next, None).await.0, [] as [i64; 0], "not in the catalog");
    });
}

#[test]
fn products_and_prices_say_that_they_have_changed() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let [shirt] = market.known_stocks(["SHIRT"]).await;
        let price = market.add_price(shirt.product, "SHIRT", "9.90").await;
        assert_eq!(market.prices(INSERTS).await, [price.id]);
        market.put((ObjectKind::Price.number(), price.id), &Given::default()).await;
        assert_eq!(market.prices(INSERTS).await, []);
        let mut dearer = price.clone();
        dearer.set("price", "19.90");
        dearer.touch(at(500));
        let id = price.id;
        let change = async move |tx: &mut onhand_store::Tx<'_>| resource::update(tx, price, dearer).await.map(drop);
        market.shop.store.write("t", change).await.expect("written");
        assert_eq!(market.prices(UPDATES).await, [id]);
        let product: ProductId = shirt.product;
        let change = async move |tx: &mut onhand_store::Tx<'_>| {
            change_product(tx, product, |product| product.set("name", "Shirt")).await
        };
        market.shop.store.write("t", change).await.expect("written");
        assert_eq!(market.products(UPDATES).await, [product.get()]);
    });
}

#[test]
fn an_action_that_goes_takes_its_failure_with_it() {
    for_each_engine(async |database| {
        let mut market = Market::open(&database.store).await;
        let [shirt] = market.known_stocks(["SHIRT"]).await;
        market.fail(&shirt, Reason::Mapping).await;
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, []);
        let (channel, now) = (market.shop.market, market.now());
        let row = market.actions().await.into_iter().find(|row| row.object == shirt.id.get()).expect("an action");
        let remove = async move |tx: &mut onhand_store::Tx<'_>| actions::remove(tx, channel, row.id, now).await;
        assert!(market.shop.store.write("t", remove).await.expect("written"));
        assert_eq!(market.feed(ObjectKind::Stock, 0, INSERTS).await, [shirt.id.get()]);
    });
}
