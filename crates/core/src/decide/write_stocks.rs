//! Writing stocks: the ERP's figure, the quantity sold elsewhere, the unit, the free field (contract 4.2).
//!
//! Rules, from docs/data-model.md: a figure settles the reported lines that were registered at or before it was taken; a
//! figure older than the stored one is refused, also one that is so by its list's delay; a held quantity below the open
//! holds is raised to them, what exceeds them is kept as `external`. A write that changes nothing makes no movement, so that
//! no channel is told of it.

use std::collections::HashMap;

use crate::command::{StockTarget, WriteStock, WriteStocks};
use crate::decide::stock_row::{self, Contained, FigureTimes, StockChange};
use crate::refusal::RowFault;
use crate::{Cause, Context, Outcome, Refusal, Shelf, Stock, StockKey, StockListId};

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
    let mut earlier: HashMap<(StockListId, &str), FigureTimes> = HashMap::new();
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
        let stored = earlier.get(&(list, sku)).copied();
        let stored = stored.unwrap_or_else(|| FigureTimes::of(shelf.stock_by_key(list, sku)));
        faults.extend(stored.stale(shelf, list, write.snapshot_at, context).map(|fault| (row, fault)));
        let taken = stock_row::taken(shelf, list, write.snapshot_at, context);
        earlier.insert((list, sku), stored.after(taken, write.snapshot_at));
    }
    Ok(faults)
}

fn unknown(shelf: &Shelf, key: &StockKey, create_unknown_products: bool) -> Option<RowFault> {
    if shelf.list(key.list).is_none() {
        return Some(RowFault::UnknownList(key.list));
    }
    stock_row::unknown_product(shelf, &key.sku, create_unknown_products)
}

fn write_stock(shelf: &mut Shelf, write: &WriteStock, context: Context) -> WrittenStock {
    let (id, created) = match &write.target {
        StockTarget::Id(id) => (*id, false),
        StockTarget::Key(key) => stock_row::found_or_created(shelf, key.list, &key.sku, context),
    };
    let contained = match write.on_hand {
        Some(level) => stock_row::take_snapshot(shelf, id, (level, write.snapshot_at), context),
        None => Contained::default(),
    };
    let stock = shelf.stock(id).expect("found or created above");
    let change = StockChange {
        on_hand: write.on_hand.map_or(0, |figure| figure.units() - stock.on_hand),
        external: write.held.map_or(0, |held| stock_row::external_change(stock, held)),
        contained,
        unit: write.unit,
        extra_field: write.extra_field.clone(),
    };
    stock_row::change_stock(shelf, (id, created), change, Cause::Write, context);
    WrittenStock { stock: shelf.stock(id).expect("found or created above").clone(), created }
}
