//! Order lines by stock: which lines have a reservation of one kind on a stock. Must not know what kind.

use std::collections::{BTreeMap, BTreeSet};

use crate::{OrderItemId, StockId};

/// Lines by the stock that they reserve.
#[derive(Debug, Default)]
pub(crate) struct ByStock(BTreeMap<StockId, BTreeSet<OrderItemId>>);

impl ByStock {
    /// Brings a line in or out.
    pub(crate) fn keep(&mut self, stock: StockId, item: OrderItemId, is_in: bool) {
        let items = self.0.entry(stock).or_default();
        if is_in {
            items.insert(item)
        } else {
            items.remove(&item)
        };
    }

    /// The lines of a stock.
    pub(crate) fn of(&self, stock: StockId) -> Vec<OrderItemId> {
        self.0.get(&stock).into_iter().flatten().copied().collect()
    }

    /// Stocks that have lines.
    pub(crate) fn stocks(&self) -> Vec<StockId> {
        self.0.iter().filter(|(_, items)| !items.is_empty()).map(|(stock, _)| *stock).collect()
    }
}
