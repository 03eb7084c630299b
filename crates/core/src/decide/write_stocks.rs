//! Writing stocks: the ERP's figure, the quantity sold elsewhere, the unit, the free field (seed 002).
//!
//! Rules, from DESIGN section 2: a figure settles the reported lines that were registered at or before it was taken; a
//! figure older than the stored one is refused; a held quantity below the open holds is raised to them, what exceeds
//! them is kept as `external`. A write that changes nothing makes no movement, so that no channel is told of it.

use std::collections::HashMap;

use crate::command::{ProductRef, StockTarget, WriteStock, WriteStocks};
use crate::refusal::RowFault;
use crate::{
    Cause, Context, Delta, HoldState, IdKind, Outcome, Product, ProductId, Refusal, Shelf, Stock, StockId, StockKey,
    StockListId, Timestamp, bucket_of_key, bucket_of_text,
};

/// A stock after a write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrittenStock {
    /// The row.
    pub stock: Stock,
    /// Whether the write made it.
    pub created: bool,
}

pub(super) fn write_stocks(shelf: &mut Shelf, command: &WriteStocks, context: Context) -> Result<Outcome, Refusal> {
    let faults = faults(shelf, command, context)?;
    if !faults.is_empty() {
        return Err(Refusal::Rows(faults));
    }
    let written = command.rows.iter().map(|row| write_stock(shelf, row, context)).collect();
    Ok(Outcome::StocksWritten(written))
}

fn faults(shelf: &Shelf, command: &WriteStocks, context: Context) -> Result<Vec<(usize, RowFault)>, Refusal> {
    let mut faults = Vec::new();
    // Earlier rows of the same command count as stored: they will be, by the time a later one is written.
    let mut earlier: HashMap<(StockListId, &str), Timestamp> = HashMap::new();
    for (row, write) in command.rows.iter().enumerate() {
        let (list, sku) = match &write.target {
            StockTarget::Id(id) => shelf.stock(*id).map(|stock| (stock.list, &*stock.sku)).ok_or(Refusal::NotFound)?,
            StockTarget::Key(key) => (key.list, &*key.sku),
        };
        if let StockTarget::Key(key) = &write.target
            && let Some(fault) = unknown(shelf, key, command.create_unknown_products)
        {
            faults.push((row, fault));
            continue;
        }
        if write.on_hand.is_none() {
            continue;
        }
        let stored = shelf.stock_by_key(list, sku).and_then(|stock| stock.snapshot_at);
        let stored = stored.max(earlier.get(&(list, sku)).copied());
        if let (Some(given), Some(stored)) = (write.snapshot_at, stored)
            && given < stored
        {
            faults.push((row, RowFault::StaleSnapshot { stored }));
        }
        let taken = taken(shelf, list, write.snapshot_at, context);
        earlier.insert((list, sku), stored.map_or(taken, |stored| stored.max(taken)));
    }
    Ok(faults)
}

fn unknown(shelf: &Shelf, key: &StockKey, create_unknown_products: bool) -> Option<RowFault> {
    if shelf.list(key.list).is_none() {
        return Some(RowFault::UnknownList(key.list));
    }
    let product = ProductRef::Sku(key.sku.clone());
    (!create_unknown_products && shelf.product(&product).is_none()).then_some(RowFault::UnknownProduct(product))
}

/// When a figure was taken: as given, or its arrival less the list's delay.
fn taken(shelf: &Shelf, list: StockListId, given: Option<Timestamp>, context: Context) -> Timestamp {
    let delay = shelf.list(list).map_or(0, |list| list.snapshot_delay_seconds);
    given.unwrap_or_else(|| context.now.minus_seconds(delay))
}

fn write_stock(shelf: &mut Shelf, write: &WriteStock, context: Context) -> WrittenStock {
    let (id, created) = match &write.target {
        StockTarget::Id(id) => (*id, false),
        StockTarget::Key(key) => match shelf.stock_by_key(key.list, &key.sku) {
            Some(stock) => (stock.id, false),
            None => (create(shelf, key, context), true),
        },
    };
    let settled = match write.on_hand {
        Some(_) => take_snapshot(shelf, id, write.snapshot_at, context),
        None => 0,
    };
    let stock = shelf.stock(id).expect("found or created above");
    let on_hand = write.on_hand.map_or(0, |figure| figure.units() - stock.on_hand);
    let external = write.held.map_or(0, |held| {
        let wanted = (held.units() - stock.open_holds()).max(0);
        wanted - stock.external
    });
    let fields_change = write.unit.is_some_and(|unit| unit != stock.unit)
        || write.extra_field.as_ref().is_some_and(|text| *text != stock.extra_field);
    let delta = Delta { on_hand, held: external, external, reported: -settled };
    if created || fields_change || delta != Delta::default() {
        let stock = shelf.stock_mut(id);
        stock.unit = write.unit.unwrap_or(stock.unit);
        stock.extra_field = write.extra_field.clone().unwrap_or_else(|| std::mem::take(&mut stock.extra_field));
        shelf.move_stock(id, delta, Cause::Write, context.actor, context.now);
    }
    WrittenStock { stock: shelf.stock(id).expect("found or created above").clone(), created }
}

/// Stores when the figure was taken and settles the lines it contains. Returns how much was settled.
fn take_snapshot(shelf: &mut Shelf, id: StockId, given: Option<Timestamp>, context: Context) -> i64 {
    let stock = shelf.stock(id).expect("found or created by the caller");
    let taken = taken(shelf, stock.list, given, context);
    // A figure without a time of its own is never refused; it just cannot move the stored time back.
    let snapshot = stock.snapshot_at.map_or(taken, |stored| stored.max(taken));
    shelf.stock_mut(id).snapshot_at = Some(snapshot);
    let mut units = 0;
    for item in shelf.reported_of(id) {
        let hold = shelf.hold(item).expect("the shelf indexes holds it has");
        if hold.registered_at.is_some_and(|registered| registered <= snapshot) {
            units += hold.quantity.units();
            shelf.advance_hold(item, HoldState::Settled, None);
        }
    }
    units
}

fn create(shelf: &mut Shelf, key: &StockKey, context: Context) -> StockId {
    let known = shelf.product(&ProductRef::Sku(key.sku.clone())).map(|product| product.id);
    let product = known.unwrap_or_else(|| {
        let id = ProductId::new(shelf.ids.take_in(IdKind::Product, bucket_of_text(&key.sku)));
        shelf.add_product(Product { id, sku: key.sku.clone() });
        id
    });
    let id = StockId::new(shelf.ids.take_in(IdKind::Stock, bucket_of_key(key.list, &key.sku)));
    shelf.add_stock(Stock::empty(id, key.list, product, key.sku.clone(), context.now));
    id
}
