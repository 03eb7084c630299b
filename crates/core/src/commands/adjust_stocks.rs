//! Adjusting stocks: units are added to levels, or taken, all rows or none.
//!
//! Rules: a difference is no level, so it settles nothing and moves no time; no level becomes negative; a row that expects
//! something else than what is stored is rejected. A row of 0 makes no movement.

use std::collections::HashMap;

use super::expected::{Expected, unexpected_after};
use super::stock_row::{self, StockChange};
use super::{Context, Outcome, ReadSet, StockTarget};
use crate::rejection::RowRejection;
use crate::{Cause, Explanation, IdKind, MovementId, QUANTITY_MAX, Rejection, Stock, StockId, WorkingSet};

/// Adjustments of product stocks that are there.
#[derive(Debug)]
pub struct AdjustStocks {
    /// In order; a later row for the same stock sees the earlier one.
    pub rows: Vec<AdjustStock>,
}

/// An adjustment of one product stock.
#[derive(Debug)]
pub struct AdjustStock {
    /// Which one.
    pub target: StockTarget,
    /// So many units more, or less if it is negative.
    pub difference: i64,
    /// What must still be so; `None` adjusts in any case. A level is that after the earlier rows of the command, all else is
    /// what was there before the command.
    pub expected: Option<Expected>,
    /// What is said of it.
    pub explanation: Option<Explanation>,
}

/// A stock after an adjustment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AdjustedStock {
    /// The row.
    pub stock: Stock,
    /// By how much its level has changed.
    pub difference: i64,
    /// The movement that was made; `None` if nothing has changed.
    pub movement: Option<MovementId>,
}

impl AdjustStocks {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        for row in &self.rows {
            match &row.target {
                StockTarget::Key(key) => _ = read_set.keys.insert(key.clone()),
                StockTarget::Id(id) => _ = read_set.stocks.insert(*id),
            }
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        if kind == IdKind::Movement { self.rows.len() } else { 0 }
    }

    /// Whether it adds units to any stock.
    pub(super) fn adds(&self) -> bool {
        self.rows.iter().any(|row| row.difference > 0)
    }
}

pub(super) fn adjust_stocks(
    working_set: &mut WorkingSet,
    command: &AdjustStocks,
    context: Context,
) -> Result<Outcome, Rejection> {
    let stocks = checked(working_set, command).map_err(Rejection::Rows)?;
    let adjusted = stocks.into_iter().zip(&command.rows).map(|(stock, row)| {
        let said = row.explanation.as_ref();
        adjust(working_set, (stock, row.difference), (Cause::Write, said), context)
    });
    Ok(Outcome::StocksAdjusted(adjusted.collect()))
}

/// The stocks of the rows, or what is wrong with rows.
fn checked(working_set: &WorkingSet, command: &AdjustStocks) -> Result<Vec<StockId>, Vec<(usize, RowRejection)>> {
    let (mut stocks, mut faults) = (Vec::new(), Vec::new());
    let mut levels: HashMap<StockId, i64> = HashMap::new();
    for (number, row) in command.rows.iter().enumerate() {
        let stock = match &row.target {
            StockTarget::Id(id) => working_set.stock(*id),
            StockTarget::Key(key) => working_set.stock_by_key(key.list, &key.sku),
        };
        let Some(stock) = stock else {
            faults.push((number, RowRejection::UnknownStock));
            continue;
        };
        let level = levels.get(&stock.id).copied().unwrap_or(stock.on_hand);
        let fault = unexpected_after(Some(stock), level, row.expected);
        let after = level.saturating_add(row.difference);
        let out_of_range = match after {
            ..0 => Some(RowRejection::BelowZero),
            0..=QUANTITY_MAX => None,
            _ => Some(RowRejection::TooLarge),
        };
        match fault.or(out_of_range) {
            Some(fault) => faults.push((number, fault)),
            None => _ = levels.insert(stock.id, after),
        }
        stocks.push(stock.id);
    }
    if faults.is_empty() { Ok(stocks) } else { Err(faults) }
}

/// Adds units to the level of a stock that has room for them, or takes some that it has.
pub(super) fn adjust(
    working_set: &mut WorkingSet,
    (id, difference): (StockId, i64),
    (cause, said): (Cause, Option<&Explanation>),
    context: Context,
) -> AdjustedStock {
    let is_new = working_set.stock(id).is_some_and(|stock| stock.movement.is_none());
    if difference != 0 {
        working_set.stock_mut(id).adjusted_at = Some(context.now);
        let snapshot_before = working_set.stock(id).and_then(|stock| stock.snapshot_at);
        let change = StockChange { on_hand: difference, snapshot_before, ..StockChange::default() };
        stock_row::change_stock(working_set, (id, is_new), change, cause, context);
        working_set.explain(id, said);
    }
    let stock = working_set.stock(id).expect("the caller has found the stock").clone();
    let movement = stock.movement.filter(|_| difference != 0);
    AdjustedStock { stock, difference, movement }
}
