//! Writing stocks: the ERP's level, the quantity sold elsewhere, the unit, the free field (contract 4.2).
//!
//! Rules, from docs/data-model.md: a level settles the reported lines that were registered at or before it was taken; a
//! level older than the stored one is rejected, also one that is so by its list's delay; a reserved quantity below the
//! open reservations is raised to them, what exceeds them is kept as `external`; a row that expects something else than
//! what is stored is rejected. A write that changes nothing makes no movement, so that no channel is told of it.

use std::collections::HashMap;

use super::expected::{Expected, unexpected_after};
use super::stock_row::{self, CoveredBySnapshot, FigureTimes, StockChange};
use super::{Context, Outcome, ReadSet};
use crate::rejection::RowRejection;
use crate::{
    Cause, DataSourceId, Explanation, IdKind, Quantity, Rejection, Stock, StockId, StockKey, StockListId, Timestamp,
    UnitType, WorkingSet,
};

/// Writes of product stocks.
#[derive(Debug)]
pub struct WriteStocks {
    /// In order; a later row for the same stock sees the earlier one.
    pub rows: Vec<WriteStock>,
    /// Whether an unknown SKU becomes a product.
    pub create_unknown_products: bool,
    /// The data source that the levels are of. They are written only if it is still as it was when they were asked for:
    /// one that was paused meanwhile has left its list, and one that was moved tells of other stock.
    pub source: Option<SourceVersion>,
}

/// A data source as it was when it was asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SourceVersion {
    /// Which one.
    pub source: DataSourceId,
    /// When people or programs had last changed it.
    pub modified_at: Timestamp,
}

/// A write of one product stock. `None` leaves a field as it is.
#[derive(Debug)]
pub struct WriteStock {
    /// Which one.
    pub target: StockTarget,
    /// The new stock level.
    pub on_hand: Option<Quantity>,
    /// The whole reserved quantity as the writer sees it; what exceeds the open reservations becomes `external`.
    pub reserved: Option<Quantity>,
    /// The unit.
    pub unit: Option<UnitType>,
    /// JSON object text.
    pub extra_field: Option<String>,
    /// When the level was taken; arrival (less the list's delay) when absent.
    pub snapshot_at: Option<Timestamp>,
    /// What must still be so; `None` writes in any case. A level is that after the earlier rows of the command, all else
    /// is what was there before the command.
    pub expected: Option<Expected>,
    /// What is said of it.
    pub explanation: Option<Explanation>,
}

/// Names a product stock.
#[derive(Debug)]
pub enum StockTarget {
    /// By natural key; made when it does not exist.
    Key(StockKey),
    /// By id; the command is rejected when it does not exist.
    Id(StockId),
}

impl WriteStocks {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.sources.extend(self.source.map(|version| version.source));
        self.rows.iter().for_each(|row| row.read_set(read_set));
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        match kind {
            IdKind::Product | IdKind::Stock | IdKind::Movement => self.rows.len(),
            _ => 0,
        }
    }
}

impl WriteStock {
    fn read_set(&self, read_set: &mut ReadSet) {
        match &self.target {
            StockTarget::Key(key) => {
                read_set.lists.insert(key.list);
                read_set.keys.insert(key.clone());
                if self.on_hand.is_some() {
                    read_set.reported_of_keys.insert(key.clone());
                }
            }
            StockTarget::Id(id) => {
                read_set.stocks.insert(*id);
                if self.on_hand.is_some() {
                    read_set.reported_of_ids.insert(*id);
                }
            }
        }
    }
}

/// A stock after a write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WrittenStock {
    /// The row.
    pub stock: Stock,
    /// Whether the write made it.
    pub created: bool,
}

pub(super) fn write_stocks(
    working_set: &mut WorkingSet,
    command: &WriteStocks,
    context: Context,
) -> Result<Outcome, Rejection> {
    let is_current =
        |version: SourceVersion| working_set.source_modified_at(version.source) == Some(version.modified_at);
    if !command.source.is_none_or(is_current) {
        return Err(Rejection::SourceChanged);
    }
    let faults = faults(working_set, command, context)?;
    if !faults.is_empty() {
        return Err(Rejection::Rows(faults));
    }
    let written = command.rows.iter().map(|row| write_stock(working_set, row, context)).collect();
    Ok(Outcome::StocksWritten(written))
}

fn faults(
    working_set: &WorkingSet,
    command: &WriteStocks,
    context: Context,
) -> Result<Vec<(usize, RowRejection)>, Rejection> {
    let mut faults = Vec::new();
    // Earlier rows of the same command count as stored: they will be, by the time a later one is written.
    let mut earlier: HashMap<(StockListId, &str), (FigureTimes, i64)> = HashMap::new();
    for (row, write) in command.rows.iter().enumerate() {
        let (list, sku) = match &write.target {
            StockTarget::Id(id) => {
                working_set.stock(*id).map(|stock| (stock.list, &*stock.sku)).ok_or(Rejection::NotFound)?
            }
            StockTarget::Key(key) => (key.list, &*key.sku),
        };
        if let StockTarget::Key(key) = &write.target
            && let Some(fault) = unknown(working_set, key, command.create_unknown_products)
        {
            faults.push((row, fault));
            continue;
        }
        let (stored, level) = earlier.get(&(list, sku)).copied().unwrap_or_else(|| {
            let stock = working_set.stock_by_key(list, sku);
            (FigureTimes::of(stock), stock.map_or(0, |stock| stock.on_hand))
        });
        let fault = unexpected_after(working_set.stock_by_key(list, sku), level, write.expected);
        if let Some(fault) = fault {
            faults.push((row, fault));
            continue;
        }
        let Some(written) = write.on_hand else { continue };
        faults.extend(stored.stale(working_set, list, write.snapshot_at, context).map(|fault| (row, fault)));
        let taken = stock_row::taken(working_set, list, write.snapshot_at, context);
        earlier.insert((list, sku), (stored.after(taken, write.snapshot_at), written.units()));
    }
    Ok(faults)
}

fn unknown(working_set: &WorkingSet, key: &StockKey, create_unknown_products: bool) -> Option<RowRejection> {
    if working_set.list(key.list).is_none() {
        return Some(RowRejection::UnknownList(key.list));
    }
    stock_row::unknown_product(working_set, &key.sku, create_unknown_products)
}

fn write_stock(working_set: &mut WorkingSet, write: &WriteStock, context: Context) -> WrittenStock {
    let (id, created) = match &write.target {
        StockTarget::Id(id) => (*id, false),
        StockTarget::Key(key) => working_set.found_or_created(key.list, &key.sku, context.now),
    };
    let snapshot_before = working_set.stock(id).and_then(|stock| stock.snapshot_at);
    let covered = match write.on_hand {
        Some(level) => stock_row::take_snapshot(working_set, id, (level, write.snapshot_at), context),
        None => CoveredBySnapshot::default(),
    };
    let stock = working_set.stock(id).expect("found or created above");
    let change = StockChange {
        on_hand: write.on_hand.map_or(0, |level| level.units() - stock.on_hand),
        external: write.reserved.map_or(0, |reserved| stock_row::external_change(working_set, stock, reserved)),
        snapshot_before,
        covered,
        unit: write.unit,
        extra_field: write.extra_field.clone(),
    };
    if stock_row::change_stock(working_set, (id, created), change, Cause::Write, context) {
        working_set.explain(id, write.explanation.as_ref());
    }
    WrittenStock { stock: working_set.stock(id).expect("found or created above").clone(), created }
}
