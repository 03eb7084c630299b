//! The ledger's storage of the floor: rows of locations, packages, transfers and discrepancies onto a shelf, and back.
//!
//! Promises: whatever belongs to an order is read when the order is locked, and what belongs to a stock when the stock is;
//! a batch that has nothing to do with the floor asks nothing. Must not know why anything changed.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use onhand_core::command::Needs;
use onhand_core::floor::{FloorChanges, FloorNeeds, MoveKind};
use onhand_core::{
    Changes, HoldState, OrderId, OrderItemId, SHORT_LINES_MAX, Shelf, Stock, StockId, StockKey, StockListId, Timestamp,
};

use crate::counters::CounterDeltas;
use crate::sql::{statements, values};
use crate::{
    Error, Tx, discrepancies, goods_movements, order_items, packages, stock_counts, stock_locations, stock_moves,
    stocks, transfers, unplanned_items,
};

statements! {
    DUE = "plan_due.all", "SELECT order_id FROM plan_due ORDER BY order_id LIMIT ?1";
    INSERT_DUE = "plan_due.insert",
        "INSERT INTO plan_due (bucket, order_id) VALUES (?1, ?2) ON CONFLICT (order_id, bucket) DO NOTHING";
    DELETE_DUE = "plan_due.delete", "DELETE FROM plan_due WHERE order_id = ?1 AND bucket = ?2";
}

/// How many orders that nobody has planned yet a count looks at: what the planner leaves behind is planned in a moment.
const COUNTED_DUE_MAX: i64 = 10_000;

/// What a batch reaches on the floor, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Reach {
    /// Orders with their packages and transfers.
    pub(crate) orders: BTreeSet<OrderId>,
    /// Of those, the ones that may be planned.
    planned: BTreeSet<OrderId>,
    /// Stocks that are counted.
    pub(crate) keys: BTreeSet<StockKey>,
    /// Lines that a count looks at, wherever their stocks are.
    pub(crate) counted: BTreeSet<OrderItemId>,
}

impl Reach {
    fn is_counted(&self, stock: &Stock) -> bool {
        !self.keys.is_empty() && self.keys.contains(&StockKey { list: stock.list, sku: stock.sku.clone() })
    }
}

/// Orders that are to be planned, at the most so many.
pub async fn due(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<OrderId>, Error> {
    tx.all(&DUE, &values![limit], |row| row.get(0).map(OrderId::new)).await
}

/// Before anything is locked: whose package a package is never changes.
pub(crate) async fn resolve(tx: &mut Tx<'_>, needs: &FloorNeeds) -> Result<Reach, Error> {
    let mut reach = Reach::default();
    if needs.is_empty() {
        return Ok(reach);
    }
    reach.orders.clone_from(&needs.orders);
    reach.planned.clone_from(&needs.planned_orders);
    for package in packages::by_ids(tx, needs.packages.iter().copied()).await? {
        reach.orders.insert(package.order);
        if needs.planned_packages.contains(&package.id) {
            reach.planned.insert(package.order);
        }
    }
    for transfer in transfers::by_ids(tx, needs.transfers.iter().copied()).await? {
        reach.orders.insert(transfer.order);
        if needs.planned_transfers.contains(&transfer.id) {
            reach.planned.insert(transfer.order);
        }
    }
    let moves = stock_moves::by_ids(tx, &needs.moves).await?;
    reach.orders.extend(moves.iter().map(|one| one.order));
    Ok(reach)
}

/// The lines that are short at stocks that something may come back to.
#[derive(Debug, Default)]
pub(crate) struct Waiting {
    stocks: BTreeSet<StockId>,
    items: BTreeSet<OrderItemId>,
}

/// Before anything is locked: the lines that are short where something may come back, whose orders are to be locked too.
pub(crate) async fn waiting(
    tx: &mut Tx<'_>,
    needs: &Needs,
    reach: &mut Reach,
    shelf: &mut Shelf,
) -> Result<Waiting, Error> {
    let mut waiting = Waiting::default();
    if !needs.comes_back {
        return Ok(waiting);
    }
    let locations = stock_locations::all(tx).await?;
    let serving: BTreeSet<_> = locations.iter().filter(|one| one.short_lines_first).map(|one| one.list).collect();
    if serving.is_empty() {
        return Ok(waiting);
    }
    locations.into_iter().for_each(|location| shelf.floor.locations.put(location.id, location));
    let counted = needs.floor.counted.iter().filter_map(|(location, sku)| {
        Some(StockKey { list: shelf.floor.locations.get(*location)?.list, sku: sku.clone() })
    });
    let keys: Vec<StockKey> =
        needs.keys.iter().filter(|key| serving.contains(&key.list)).cloned().chain(counted).collect();
    waiting.stocks = needs.stocks.clone();
    waiting.stocks.extend(stocks::ids_by_key(tx, &keys).await?);
    waiting.stocks.extend(discrepancies::stocks_of(tx, &needs.floor.discrepancies).await?);
    let cancelled = order_items::places(tx, &needs.floor.items).await?;
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
    needs: &FloorNeeds,
    reach: &mut Reach,
    shelf: &mut Shelf,
) -> Result<BTreeSet<StockId>, Error> {
    if needs.is_empty() && reach.orders.is_empty() {
        return Ok(BTreeSet::new());
    }
    // Most batches have nothing to do with the floor: they do not carry the room that this needs.
    Box::pin(load_all(tx, needs, reach, shelf)).await
}

async fn load_all(
    tx: &mut Tx<'_>,
    needs: &FloorNeeds,
    reach: &mut Reach,
    shelf: &mut Shelf,
) -> Result<BTreeSet<StockId>, Error> {
    let mut wanted = BTreeSet::new();
    load_orders(tx, &reach.orders, shelf).await?;
    // Where transfers keep something off sale, or will.
    let carried = shelf.floor.moves.all().filter(|one| one.kind == MoveKind::Transfer);
    wanted.extend(carried.flat_map(|one| [one.from, one.to]));
    if !reach.planned.is_empty() || !needs.counted.is_empty() {
        for location in stock_locations::all(tx).await? {
            shelf.floor.locations.put(location.id, location);
        }
    }
    let ordered: Vec<OrderId> = reach.planned.iter().copied().collect();
    let skus: BTreeSet<String> = order_items::of_orders(tx, &ordered).await?.into_iter().map(|item| item.sku).collect();
    let lists = || shelf.floor.locations.all().map(|location| location.list);
    let keys: Vec<StockKey> =
        skus.iter().flat_map(|sku| lists().map(|list| StockKey { list, sku: sku.clone() })).collect();
    wanted.extend(stocks::ids_by_key(tx, &keys).await?);
    for (location, sku) in &needs.counted {
        if let Some(location) = shelf.floor.locations.get(*location) {
            reach.keys.insert(StockKey { list: location.list, sku: sku.clone() });
        }
    }
    for line in packages::items_counted(tx, &needs.counted).await? {
        reach.counted.insert(line.item);
        shelf.floor.package_items.put(line.id, line);
    }
    if !needs.counted.is_empty() {
        // Orders that come in while somebody counts.
        let due = due(tx, COUNTED_DUE_MAX).await?;
        let is_counted = |sku: &str| needs.counted.iter().any(|(_, counted)| counted == sku);
        let lines = order_items::of_orders(tx, &due).await?.into_iter().filter(|line| is_counted(&line.sku));
        reach.counted.extend(lines.map(|line| line.id));
    }
    for (transfer, line) in transfers::counted(tx, &needs.counted).await? {
        reach.counted.insert(line.item);
        shelf.floor.transfers.put(transfer.id, transfer);
        shelf.floor.transfer_items.put(line.id, line);
    }
    wanted.extend(discrepancies::stocks_of(tx, &needs.discrepancies).await?);
    Ok(wanted)
}

async fn load_orders(tx: &mut Tx<'_>, orders: &BTreeSet<OrderId>, shelf: &mut Shelf) -> Result<(), Error> {
    for row in unplanned_items::of_orders(tx, orders.iter().copied()).await? {
        shelf.floor.unplanned.put(row.item, row);
    }
    let packages = packages::of_orders(tx, orders.iter().copied()).await?;
    if packages.is_empty() {
        return Ok(());
    }
    packages.into_iter().for_each(|package| shelf.floor.packages.put(package.id, package));
    for line in packages::items_of_orders(tx, orders.iter().copied()).await? {
        shelf.floor.package_items.put(line.id, line);
    }
    for one in stock_moves::of_orders(tx, orders.iter().copied()).await? {
        shelf.floor.moves.put(one.id, one);
    }
    for transfer in transfers::of_orders(tx, orders.iter().copied()).await? {
        shelf.floor.transfers.put(transfer.id, transfer);
    }
    for line in transfers::items_of_orders(tx, orders.iter().copied()).await? {
        shelf.floor.transfer_items.put(line.id, line);
    }
    Ok(())
}

/// The lists that transfers of these orders go to, which may have no stock of what is brought.
pub(crate) fn destinations(shelf: &Shelf) -> impl Iterator<Item = StockListId> {
    let location = |id| shelf.floor.locations.get(id).map(|location| location.list);
    shelf.floor.transfers.all().filter_map(move |transfer| location(transfer.destination))
}

/// When the stocks are locked, and something is planned or counted: what other lines wait for there.
pub(crate) async fn load_claims(
    tx: &mut Tx<'_>,
    reach: &mut Reach,
    found: &[Stock],
    shelf: &mut Shelf,
) -> Result<(), Error> {
    let counted: HashSet<StockId> =
        found.iter().filter(|stock| reach.is_counted(stock)).map(|stock| stock.id).collect();
    let of_plan = |stock: &StockId| !reach.planned.is_empty() || counted.contains(stock);
    let stocks: Vec<StockId> = found.iter().map(|stock| stock.id).filter(of_plan).collect();
    for row in unplanned_items::of_stocks(tx, stocks).await? {
        if counted.contains(&row.stock) {
            reach.counted.insert(row.item);
        }
        shelf.floor.unplanned.put(row.item, row);
    }
    Ok(())
}

/// When the stocks are locked: the discrepancies of those that have any, and those that are named.
pub(crate) async fn load_discrepancies(
    tx: &mut Tx<'_>,
    needs: &FloorNeeds,
    found: &[Stock],
    shelf: &mut Shelf,
) -> Result<(), Error> {
    let marked: Vec<StockId> =
        found.iter().filter(|stock| stock.discrepancy_at.is_some()).map(|stock| stock.id).collect();
    if !marked.is_empty() {
        // What ends them is their locations' to say.
        for location in stock_locations::all(tx).await? {
            shelf.floor.locations.put(location.id, location);
        }
        for one in discrepancies::active_of(tx, marked).await? {
            shelf.floor.discrepancies.put(one.id, one);
        }
    }
    if !needs.discrepancies.is_empty() {
        for one in discrepancies::by_ids(tx, &needs.discrepancies).await? {
            shelf.floor.discrepancies.put(one.id, one);
        }
    }
    Ok(())
}

/// When the stocks are locked: what has come and gone since those were counted that were counted earlier.
pub(crate) async fn load_goods(
    tx: &mut Tx<'_>,
    needs: &FloorNeeds,
    found: &[Stock],
    shelf: &mut Shelf,
) -> Result<(), Error> {
    let mut counted: BTreeMap<Timestamp, Vec<StockId>> = BTreeMap::new();
    for (location, sku, moment) in &needs.counted_earlier {
        let list = shelf.floor.locations.get(*location).map(|location| location.list);
        let stock = found.iter().find(|stock| Some(stock.list) == list && stock.sku == *sku);
        counted.entry(*moment).or_default().extend(stock.map(|stock| stock.id));
    }
    for (moment, stocks) in counted {
        for (stock, sum) in goods_movements::sums_since(tx, moment, &stocks).await? {
            shelf.floor.goods.put_sum_since(stock, moment, sum);
        }
    }
    Ok(())
}

/// When the stocks are locked: what moves keep on those whose `reported` may change because of it.
pub(crate) async fn load_kept(
    tx: &mut Tx<'_>,
    needs: &FloorNeeds,
    (found, settling): (&[Stock], &[StockId]),
    shelf: &mut Shelf,
) -> Result<(), Error> {
    let on_floor = !needs.is_empty();
    let wanted = found.iter().filter(|stock| stock.reported > 0 && (on_floor || settling.contains(&stock.id)));
    for kept in stock_moves::kept_on(tx, wanted.map(|stock| stock.id)).await? {
        shelf.floor.kept.put((kept.stock, kept.by), kept);
    }
    Ok(())
}

/// When the lines and their holds are here: the moves of those that are reserved again.
pub(crate) async fn load_moves(
    tx: &mut Tx<'_>,
    items: impl Iterator<Item = OrderItemId>,
    shelf: &mut Shelf,
) -> Result<(), Error> {
    let moved = |item: &OrderItemId| {
        shelf.hold(*item).is_some_and(|hold| hold.state == HoldState::Open && hold.registered_at.is_some())
    };
    let moved: Vec<OrderItemId> = items.filter(moved).collect();
    if !moved.is_empty() {
        for one in stock_moves::of_items(tx, moved).await? {
            shelf.floor.moves.put(one.id, one);
        }
    }
    Ok(())
}

/// Writes what happened on the floor.
pub(crate) async fn apply(tx: &mut Tx<'_>, changes: &Changes, counters: &mut CounterDeltas) -> Result<(), Error> {
    if !changes.plans.is_empty() {
        let due = |is_due: bool| changes.plans.iter().filter(move |(_, due)| **due == is_due).map(|(order, _)| *order);
        tx.execute_each(&INSERT_DUE, due(true).map(|order| values![order.bucket(), order.get()])).await?;
        tx.execute_each(&DELETE_DUE, due(false).map(|order| values![order.get(), order.bucket()])).await?;
    }
    let floor: &FloorChanges = &changes.floor;
    if floor.is_empty() {
        return Ok(());
    }
    packages::apply(tx, &floor.packages, counters).await?;
    packages::apply_items(tx, &floor.package_items, counters).await?;
    transfers::apply(tx, &floor.transfers, counters).await?;
    transfers::apply_items(tx, &floor.transfer_items).await?;
    stock_moves::apply(tx, &floor.moves, counters).await?;
    stock_moves::apply_kept(tx, &floor.kept).await?;
    discrepancies::apply(tx, &floor.discrepancies, counters).await?;
    stock_counts::apply(tx, &floor.counts, counters).await?;
    goods_movements::add_all(tx, &floor.goods).await?;
    unplanned_items::apply(tx, &floor.unplanned, counters).await
}
