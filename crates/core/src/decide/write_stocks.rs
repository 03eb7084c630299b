//! Writing stocks: the ERP's figure, the quantity sold elsewhere, the unit, the free field (seed 002).
//!
//! Rules, from DESIGN section 2: a figure settles the reported lines that were registered at or before it was taken; a
//! figure older than the stored one is refused; a held quantity below the open holds is raised to them, what exceeds
//! them is kept as `external`. A write that changes nothing makes no movement, so that no channel is told of it.

use crate::command::{ProductRef, StockTarget, WriteStock, WriteStocks};
use crate::refusal::RowFault;
use crate::{
    Cause, Context, Delta, HoldState, IdKind, Outcome, Product, ProductId, Refusal, Shelf, Stock, StockId, StockKey,
    Timestamp, bucket_of_key, bucket_of_text,
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
    let mut faults = Vec::new();
    for (row, write) in command.rows.iter().enumerate() {
        if let StockTarget::Id(id) = write.target
            && shelf.stock(id).is_none()
        {
            return Err(Refusal::NotFound);
        }
        faults.extend(fault(shelf, command, row).map(|fault| (row, fault)));
    }
    if !faults.is_empty() {
        return Err(Refusal::Rows(faults));
    }
    let written = command.rows.iter().map(|row| write_stock(shelf, row, context)).collect();
    Ok(Outcome::StocksWritten(written))
}

fn fault(shelf: &Shelf, command: &WriteStocks, row: usize) -> Option<RowFault> {
    let write = &command.rows[row];
    if let StockTarget::Key(key) = &write.target {
        if shelf.list(key.list).is_none() {
            return Some(RowFault::UnknownList(key.list));
        }
        let product = ProductRef::Sku(key.sku.clone());
        if !command.create_unknown_products && shelf.product(&product).is_none() {
            return Some(RowFault::UnknownProduct(product));
        }
    }
    let given = write.snapshot_at.filter(|_| write.on_hand.is_some())?;
    let stored = found(shelf, &write.target).and_then(|stock| stock.snapshot_at);
    // Earlier rows of the same command count as stored: they will be, by the time this row is written.
    let earlier = command.rows[..row]
        .iter()
        .filter(|other| other.on_hand.is_some() && same_target(&other.target, &write.target))
        .filter_map(|other| other.snapshot_at);
    let stored = stored.into_iter().chain(earlier).max()?;
    (given < stored).then_some(RowFault::StaleSnapshot { stored })
}

fn found<'a>(shelf: &'a Shelf, target: &StockTarget) -> Option<&'a Stock> {
    match target {
        StockTarget::Id(id) => shelf.stock(*id),
        StockTarget::Key(key) => shelf.stock_by_key(key.list, &key.sku),
    }
}

fn same_target(one: &StockTarget, other: &StockTarget) -> bool {
    match (one, other) {
        (StockTarget::Id(one), StockTarget::Id(other)) => one == other,
        (StockTarget::Key(one), StockTarget::Key(other)) => one == other,
        _ => false,
    }
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
    let delay = shelf.list(stock.list).map_or(0, |list| list.snapshot_delay_seconds);
    let taken = given.unwrap_or_else(|| context.now.minus_seconds(delay));
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
