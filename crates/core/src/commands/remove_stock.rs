//! Removing a product stock that nothing refers to and that counts nothing. Its history stays.
//!
//! Rules: every number must be 0, no order line may ever have been on it, and no discrepancy may be active. All that
//! stands against it is named at once.

use super::expected::{Expected, unexpected};
use super::{Context, Outcome, ReadSet};
use crate::rejection::StockUse;
use crate::{Rejection, Stock, StockId, WorkingSet};

/// A product stock is removed.
#[derive(Debug)]
pub struct RemoveStock {
    /// Which one.
    pub stock: StockId,
    /// What must still be so; `None` removes in any case.
    pub expected: Option<Expected>,
}

impl RemoveStock {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.stocks.insert(self.stock);
    }
}

pub(super) fn remove_stock(
    working_set: &mut WorkingSet,
    command: &RemoveStock,
    context: Context,
) -> Result<Outcome, Rejection> {
    let stock = working_set.stock(command.stock).ok_or(Rejection::NotFound)?;
    if let Some(fault) = unexpected(Some(stock), command.expected) {
        return Err(Rejection::Rows(vec![(0, fault)]));
    }
    let uses = uses(stock);
    if !uses.is_empty() {
        return Err(Rejection::StockInUse(uses));
    }
    working_set.remove_stock(command.stock, context.actor, context.now);
    Ok(Outcome::StockRemoved)
}

/// What stands against removing a stock.
fn uses(stock: &Stock) -> Vec<StockUse> {
    let number = |name: fn(i64) -> StockUse, units: i64| (units != 0).then(|| name(units));
    let all = [
        number(StockUse::Level, stock.on_hand),
        number(StockUse::Reserved, stock.reserved),
        number(StockUse::Reported, stock.reported),
        stock.is_ordered.then_some(StockUse::OrderLines),
        stock.discrepancy_at.map(|_| StockUse::Discrepancy),
    ];
    all.into_iter().flatten().collect()
}
