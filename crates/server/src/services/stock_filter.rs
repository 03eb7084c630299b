//! Filters of a stock table: which stocks of a list a view, its file and what is done to all of them are about.
//!
//! Promises: one value says which stocks those are, so that a table, its export and a change of the whole view are
//! about the same ones. Must not know how they are shown.

use onhand_core::{Stock, StockListId, StockState, Timestamp, UnitType};
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::{Value, stock_views};

/// Which stocks of a list are wanted: those that fulfil all of it.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct StockFilter {
    /// What their SKU begins with; empty for all.
    pub prefix: String,
    /// The state that they are in.
    pub state: Option<StockState>,
    /// What one unit is.
    pub unit: Option<UnitType>,
    /// Since when they have changed.
    pub changed_since: Option<Timestamp>,
}

impl StockFilter {
    /// Whether it leaves all stocks of a list.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether it is no more than a state, whose stocks are counted.
    pub fn is_state_alone(&self) -> bool {
        *self == Self { state: self.state, ..Self::default() }
    }

    /// Whether a stock of the list is among them.
    pub fn leaves(&self, stock: &Stock) -> bool {
        stock.sku.starts_with(&self.prefix)
            && self.state.is_none_or(|state| stock.states.has(state))
            && self.unit.is_none_or(|unit| stock.unit == unit)
            && self.changed_since.is_none_or(|since| stock.modified_at >= since)
    }

    /// All of them in a list, for work that may look at every stock of it: a file, or a change of all. The order is
    /// that of SKUs, or that of ids where every stock is wanted and not by SKU.
    pub fn listing(&self, list: StockListId, by_sku: bool, window: Window) -> ListQuery {
        let mut conditions = self.indexed(list);
        if let Some(unit) = self.unit {
            conditions.push(Condition { column: "unit", op: Op::Eq, values: vec![Value::from(unit.word())] });
        }
        if let Some(since) = self.changed_since {
            conditions.push(Condition { column: "modified_at", op: Op::Gte, values: vec![Value::Int(since.micros())] });
        }
        let sort = if self.is_all() && !by_sku { Sort::BY_ID } else { BY_SKU };
        ListQuery { conditions, sort, window }
    }

    /// The part of it that an index in the order of SKUs fulfils.
    pub(super) fn indexed(&self, list: StockListId) -> Vec<Condition> {
        let mut conditions =
            vec![Condition { column: "stock_list_id", op: Op::Eq, values: vec![Value::Int(list.get())] }];
        conditions.extend(self.state.map(stock_views::in_state));
        if !self.prefix.is_empty() {
            conditions.push(Condition {
                column: "sku",
                op: Op::Prefix,
                values: vec![Value::from(self.prefix.clone())],
            });
        }
        conditions
    }
}

/// The order of SKUs.
pub(super) const BY_SKU: Sort = Sort { column: "sku", descending: false };
