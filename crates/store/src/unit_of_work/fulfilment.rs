//! The unit of work for fulfilment: it loads rows of locations, packages, transfers and discrepancies into a working
//! set, and saves them.
//!
//! Promises: a row that belongs to an order is read when the order is locked, and a row that belongs to a stock when
//! the stock is; a batch without fulfilment asks nothing. Must not know why anything changed.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use onhand_core::commands::{FulfilmentReadSet, ReadSet};
use onhand_core::fulfilment::MoveKind;
use onhand_core::{
    Changes, FulfilmentChanges, OrderId, OrderItemId, ReservationState, SHORT_LINES_MAX, Stock, StockId, StockKey,
    StockListId, Timestamp, WorkingSet,
};

use crate::counters::CounterDeltas;
use crate::sql::{statements, values};
use crate::tables::{
    discrepancies, goods_movements, order_items, packages, product_stocks, stock_counts, stock_locations, stock_moves,
    transfers, unplanned_items,
};
use crate::{Error, Tx};

statements! {
    DUE = "sourcing_queue.all", "SELECT order_id FROM sourcing_queue ORDER BY order_id LIMIT ?1";
    INSERT_DUE = "sourcing_queue.insert",
        "INSERT INTO sourcing_queue (bucket, order_id) VALUES (?1, ?2) ON CONFLICT (order_id, bucket) DO NOTHING";
    DELETE_DUE = "sourcing_queue.delete", "DELETE FROM sourcing_queue WHERE order_id = ?1 AND bucket = ?2";
}

/// How many orders that have not been sourced yet a count looks at: the sourcing worker sources the others in a moment.
const COUNTED_DUE_MAX: i64 = 10_000;

/// The fulfilment rows that a batch needs, as far as they are known.
#[derive(Debug, Default)]
pub(crate) struct ResolvedReadSet {
    /// Orders with their packages and transfers.
    pub(crate) orders: BTreeSet<OrderId>,
    /// Of those, the ones that may be sourced.
    sourced: BTreeSet<OrderId>,
    /// Stocks that are counted.
    pub(crate) keys: BTreeSet<StockKey>,
    /// Lines that a count looks at, wherever their stocks are.
    pub(crate) counted: BTreeSet<OrderItemId>,
}

impl ResolvedReadSet {
    fn is_counted(&self, stock: &Stock) -> bool {
        !self.keys.is_empty() && self.keys.contains(&StockKey { list: stock.list, sku: stock.sku.clone() })
    }
}

/// Orders that are to be sourced, at the most so many.
pub async fn due(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<OrderId>, Error> {
    tx.all(&DUE, &values![limit], |row| row.get(0).map(OrderId::new)).await
}

/// Before anything is locked: whose package a package is never changes.
pub(crate) async fn resolve(tx: &mut Tx<'_>, read_set: &FulfilmentReadSet) -> Result<ResolvedReadSet, Error> {
    let mut reach = ResolvedReadSet::default();
    if read_set.is_empty() {
        return Ok(reach);
    }
    reach.orders.clone_from(&read_set.orders);
    reach.sourced.clone_from(&read_set.sourced_orders);
    for package in packages::by_ids(tx, read_set.packages.iter().copied()).await? {
        reach.orders.insert(package.order);
        if read_set.sourced_packages.contains(&package.id) {
            reach.sourced.insert(package.order);
        }
    }
    for transfer in transfers::by_ids(tx, read_set.transfers.iter().copied()).await? {
        reach.orders.insert(transfer.order);
        if read_set.sourced_transfers.contains(&transfer.id) {
            reach.sourced.insert(transfer.order);
        }
    }
    let moves = stock_moves::by_ids(tx, &read_set.moves).await?;
    reach.orders.extend(moves.iter().map(|one| one.order));
    Ok(reach)
}

/// The lines that are short at stocks that something may come back to.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    stocks: BTreeSet<StockId>,
    items: BTreeSet<OrderItemId>,
}

/// Before anything is locked: the lines that are short where something may come back, whose orders are to be locked
/// too.
pub(crate) async fn waiting(
    tx: &mut Tx<'_>,
    read_set: &ReadSet,
    reach: &mut ResolvedReadSet,
    working_set: &mut WorkingSet,
) -> Result<Waiting, Error> {
    let mut waiting = Waiting::default();
    if !read_set.comes_back {
        return Ok(waiting);
    }
    let locations = stock_locations::all(tx).await?;
    let serving: BTreeSet<_> = locations.iter().filter(|one| one.short_lines_first).map(|one| one.list).collect();
    if serving.is_empty() {
        return Ok(waiting);
    }
    locations.into_iter().for_each(|location| working_set.fulfilment.locations.put(location.id, location));
    let counted = read_set.fulfilment.counted.iter().filter_map(|(location, sku)| {
        Some(StockKey { list: working_set.fulfilment.locations.get(*location)?.list, sku: sku.clone() })
    });
    let keys: Vec<StockKey> =
        read_set.keys.iter().filter(|key| serving.contains(&key.list)).cloned().chain(counted).collect();
    waiting.stocks = read_set.stocks.clone();
    waiting.stocks.extend(product_stocks::ids_by_key(tx, &keys).await?);
    waiting.stocks.extend(discrepancies::stocks_of(tx, &read_set.fulfilment.discrepancies).await?);
    let cancelled = order_items::places(tx, &read_set.fulfilment.items).await?;
    let of_orders = order_items::places_of_orders(tx, &reach.orders).await?;
    waiting.stocks.extend(cancelled.iter().chain(&of_orders).map(|place| place.stock));
    waiting.items = short_of(tx, &waiting).await?;
    let orders = order_items::places(tx, &waiting.items).await?;
    reach.orders.extend(orders.into_iter().map(|place| place.order));
    Ok(waiting)
}

async fn short_of(tx: &mut Tx<'_>, waiting: &Waiting) -> Result<BTreeSet<OrderItemId>, Error> {
    Ok(order_items::short_of(tx, &waiting.stocks, SHORT_LINES_MAX as i64).await?.into_iter().collect())
}

/// When the stocks are locked: whether no other line has become short there meanwhile, which would have been served.
pub(crate) async fn still_waiting(tx: &mut Tx<'_>, waiting: &Waiting) -> Result<(), Error> {
    if tx.locks_rows() && !waiting.stocks.is_empty() && !short_of(tx, waiting).await?.is_subset(&waiting.items) {
        return Err(Error::StaleRead("a line that waits for a stock"));
    }
    Ok(())
}

/// When the orders are locked: what belongs to them, and the stocks that are to be locked because of it.
pub(crate) async fn load(
    tx: &mut Tx<'_>,
    read_set: &FulfilmentReadSet,
    reach: &mut ResolvedReadSet,
    working_set: &mut WorkingSet,
) -> Result<BTreeSet<StockId>, Error> {
    if read_set.is_empty() && reach.orders.is_empty() {
        return Ok(BTreeSet::new());
    }
    // Most batches have no fulfilment: they do not carry the memory that this needs.
    Box::pin(load_all(tx, read_set, reach, working_set)).await
}

async fn load_all(
    tx: &mut Tx<'_>,
    read_set: &FulfilmentReadSet,
    reach: &mut ResolvedReadSet,
    working_set: &mut WorkingSet,
) -> Result<BTreeSet<StockId>, Error> {
    let mut wanted = BTreeSet::new();
    load_orders(tx, &reach.orders, working_set).await?;
    // Where transfers keep something off sale, or will.
    let carried = working_set.fulfilment.moves.all().filter(|one| one.kind == MoveKind::Transfer);
    wanted.extend(carried.flat_map(|one| [one.from, one.to]));
    if !reach.sourced.is_empty() || !read_set.counted.is_empty() {
        for location in stock_locations::all(tx).await? {
            working_set.fulfilment.locations.put(location.id, location);
        }
    }
    let ordered: Vec<OrderId> = reach.sourced.iter().copied().collect();
    let skus: BTreeSet<String> = order_items::of_orders(tx, &ordered).await?.into_iter().map(|item| item.sku).collect();
    let lists = || working_set.fulfilment.locations.all().map(|location| location.list);
    let keys: Vec<StockKey> =
        skus.iter().flat_map(|sku| lists().map(|list| StockKey { list, sku: sku.clone() })).collect();
    wanted.extend(product_stocks::ids_by_key(tx, &keys).await?);
    for (location, sku) in &read_set.counted {
        if let Some(location) = working_set.fulfilment.locations.get(*location) {
            reach.keys.insert(StockKey { list: location.list, sku: sku.clone() });
        }
    }
    for line in packages::items_counted(tx, &read_set.counted).await? {
        reach.counted.insert(line.item);
        working_set.fulfilment.package_items.put(line.id, line);
    }
    if !read_set.counted.is_empty() {
        // Orders that come in during a count.
        let due = due(tx, COUNTED_DUE_MAX).await?;
        let is_counted = |sku: &str| read_set.counted.iter().any(|(_, counted)| counted == sku);
        let lines = order_items::of_orders(tx, &due).await?.into_iter().filter(|line| is_counted(&line.sku));
        reach.counted.extend(lines.map(|line| line.id));
    }
    for (transfer, line) in transfers::counted(tx, &read_set.counted).await? {
        reach.counted.insert(line.item);
        working_set.fulfilment.transfers.put(transfer.id, transfer);
        working_set.fulfilment.transfer_items.put(line.id, line);
    }
    wanted.extend(discrepancies::stocks_of(tx, &read_set.discrepancies).await?);
    Ok(wanted)
}

async fn load_orders(tx: &mut Tx<'_>, orders: &BTreeSet<OrderId>, working_set: &mut WorkingSet) -> Result<(), Error> {
    for row in unplanned_items::of_orders(tx, orders.iter().copied()).await? {
        working_set.fulfilment.unplanned.put(row.item, row);
    }
    let packages = packages::of_orders(tx, orders.iter().copied()).await?;
    if packages.is_empty() {
        return Ok(());
    }
    packages.into_iter().for_each(|package| working_set.fulfilment.packages.put(package.id, package));
    for line in packages::items_of_orders(tx, orders.iter().copied()).await? {
        working_set.fulfilment.package_items.put(line.id, line);
    }
    for one in stock_moves::of_orders(tx, orders.iter().copied()).await? {
        working_set.fulfilment.moves.put(one.id, one);
    }
    for transfer in transfers::of_orders(tx, orders.iter().copied()).await? {
        working_set.fulfilment.transfers.put(transfer.id, transfer);
    }
    for line in transfers::items_of_orders(tx, orders.iter().copied()).await? {
        working_set.fulfilment.transfer_items.put(line.id, line);
    }
    Ok(())
}

/// The lists that transfers of these orders go to, which may have no stock of what is brought.
pub(crate) fn destinations(working_set: &WorkingSet) -> impl Iterator<Item = StockListId> {
    let location = |id| working_set.fulfilment.locations.get(id).map(|location| location.list);
    working_set.fulfilment.transfers.all().filter_map(move |transfer| location(transfer.destination))
}

/// When the stocks are locked, and lines are sourced or counted: the other lines that wait for stock there.
pub(crate) async fn load_claims(
    tx: &mut Tx<'_>,
    reach: &mut ResolvedReadSet,
    found: &[Stock],
    working_set: &mut WorkingSet,
) -> Result<(), Error> {
    let counted: HashSet<StockId> =
        found.iter().filter(|stock| reach.is_counted(stock)).map(|stock| stock.id).collect();
    let is_sourced_from = |stock: &StockId| !reach.sourced.is_empty() || counted.contains(stock);
    let stocks: Vec<StockId> = found.iter().map(|stock| stock.id).filter(is_sourced_from).collect();
    for row in unplanned_items::of_stocks(tx, stocks).await? {
        if counted.contains(&row.stock) {
            reach.counted.insert(row.item);
        }
        working_set.fulfilment.unplanned.put(row.item, row);
    }
    Ok(())
}

/// When the stocks are locked: the discrepancies of those that have any, and those that are named.
pub(crate) async fn load_discrepancies(
    tx: &mut Tx<'_>,
    read_set: &FulfilmentReadSet,
    found: &[Stock],
    working_set: &mut WorkingSet,
) -> Result<(), Error> {
    let marked: Vec<StockId> =
        found.iter().filter(|stock| stock.discrepancy_at.is_some()).map(|stock| stock.id).collect();
    if !marked.is_empty() {
        // What ends them is their locations' to say.
        for location in stock_locations::all(tx).await? {
            working_set.fulfilment.locations.put(location.id, location);
        }
        for one in discrepancies::active_of(tx, marked).await? {
            working_set.fulfilment.discrepancies.put(one.id, one);
        }
    }
    if !read_set.discrepancies.is_empty() {
        for one in discrepancies::by_ids(tx, &read_set.discrepancies).await? {
            working_set.fulfilment.discrepancies.put(one.id, one);
        }
    }
    Ok(())
}

/// When the stocks are locked: what has come and gone since those were counted that were counted earlier.
pub(crate) async fn load_goods(
    tx: &mut Tx<'_>,
    read_set: &FulfilmentReadSet,
    found: &[Stock],
    working_set: &mut WorkingSet,
) -> Result<(), Error> {
    let mut counted: BTreeMap<Timestamp, Vec<StockId>> = BTreeMap::new();
    for (location, sku, moment) in &read_set.counted_earlier {
        let list = working_set.fulfilment.locations.get(*location).map(|location| location.list);
        let stock = found.iter().find(|stock| Some(stock.list) == list && stock.sku == *sku);
        counted.entry(*moment).or_default().extend(stock.map(|stock| stock.id));
    }
    for (moment, stocks) in counted {
        for (stock, sum) in goods_movements::sums_since(tx, moment, &stocks).await? {
            working_set.fulfilment.goods_movements.put_sum_since(stock, moment, sum);
        }
    }
    Ok(())
}

/// When the stocks are locked: what moves keep on those whose `reported` may change because of it.
pub(crate) async fn load_kept(
    tx: &mut Tx<'_>,
    read_set: &FulfilmentReadSet,
    (found, settling): (&[Stock], &[StockId]),
    working_set: &mut WorkingSet,
) -> Result<(), Error> {
    let has_fulfilment = !read_set.is_empty();
    let wanted = found.iter().filter(|stock| stock.reported > 0 && (has_fulfilment || settling.contains(&stock.id)));
    for kept in stock_moves::kept_on(tx, wanted.map(|stock| stock.id)).await? {
        working_set.fulfilment.kept.put((kept.stock, kept.by), kept);
    }
    Ok(())
}

/// When the lines and their reservations are here: the moves of those that are reserved again.
pub(crate) async fn load_moves(
    tx: &mut Tx<'_>,
    items: impl Iterator<Item = OrderItemId>,
    working_set: &mut WorkingSet,
) -> Result<(), Error> {
    let moved = |item: &OrderItemId| {
        working_set.reservation(*item).is_some_and(|reservation| {
            reservation.state == ReservationState::Open && reservation.registered_at.is_some()
        })
    };
    let moved: Vec<OrderItemId> = items.filter(moved).collect();
    if !moved.is_empty() {
        for one in stock_moves::of_items(tx, moved).await? {
            working_set.fulfilment.moves.put(one.id, one);
        }
    }
    Ok(())
}

/// Writes the changes of fulfilment.
pub(crate) async fn apply(tx: &mut Tx<'_>, changes: &Changes, counters: &mut CounterDeltas) -> Result<(), Error> {
    if !changes.sourcing_due.is_empty() {
        let due =
            |is_due: bool| changes.sourcing_due.iter().filter(move |(_, due)| **due == is_due).map(|(order, _)| *order);
        tx.execute_bulk(&INSERT_DUE, due(true).map(|order| values![order.bucket(), order.get()])).await?;
        tx.execute_bulk(&DELETE_DUE, due(false).map(|order| values![order.get(), order.bucket()])).await?;
    }
    let fulfilment: &FulfilmentChanges = &changes.fulfilment;
    if fulfilment.is_empty() {
        return Ok(());
    }
    packages::apply(tx, &fulfilment.packages, counters).await?;
    packages::apply_items(tx, &fulfilment.package_items, counters).await?;
    transfers::apply(tx, &fulfilment.transfers, counters).await?;
    transfers::apply_items(tx, &fulfilment.transfer_items).await?;
    stock_moves::apply(tx, &fulfilment.moves, counters).await?;
    stock_moves::apply_kept(tx, &fulfilment.kept).await?;
    discrepancies::apply(tx, &fulfilment.discrepancies, counters).await?;
    stock_counts::apply(tx, &fulfilment.counts, counters).await?;
    goods_movements::add_all(tx, &fulfilment.goods_movements).await?;
    unplanned_items::apply(tx, &fulfilment.unplanned, counters).await
}
