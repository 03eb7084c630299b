//! What a batch leaves to the code that writes it back: a table of rows that knows nothing but the recorded changes.
//!
//! Promises: after each command it has what the working set has; what is new was not there before, what has changed
//! was, and is reported with its former value; times of rows only grow.

use std::collections::BTreeMap;
use std::fmt::Debug;

use onhand_core::{
    Changes, LOW_STOCK_DEFAULT, Mapping, MovementId, Order, OrderId, OrderItem, OrderItemId, Product, ProductId,
    Reservation, Stock, StockId, StockStates, WorkingSet,
};

/// Rows as they were written.
#[derive(Default)]
pub(crate) struct Database {
    products: BTreeMap<ProductId, Product>,
    stocks: BTreeMap<StockId, Stock>,
    orders: BTreeMap<OrderId, Order>,
    items: BTreeMap<OrderItemId, OrderItem>,
    reservations: BTreeMap<OrderItemId, Reservation>,
    mappings: Vec<Mapping>,
    movements: BTreeMap<StockId, MovementId>,
}

fn add<K: Ord + Debug + Copy, V: Debug + Clone>(rows: &mut BTreeMap<K, V>, id: K, row: &V) {
    let before = rows.insert(id, row.clone());
    assert!(before.is_none(), "{id:?} is new and was there: {before:?}");
}

fn change<K: Ord + Debug + Copy, V: Debug + Clone + PartialEq>(rows: &mut BTreeMap<K, V>, id: K, row: &(V, V)) {
    let before = rows.insert(id, row.1.clone());
    assert_eq!(before.as_ref(), Some(&row.0), "{id:?} has changed and was not so before");
}

impl Database {
    /// Writes what was recorded, and compares everything.
    pub(crate) fn write(&mut self, working_set: &WorkingSet, changes: &Changes) {
        for product in &changes.products.made {
            add(&mut self.products, product.id, product);
        }
        self.write_stocks(changes);
        self.write_orders(changes);
        self.mappings.extend(changes.mappings.made.iter().cloned());
        self.assert_same(working_set);
    }

    fn write_stocks(&mut self, changes: &Changes) {
        for stock in &changes.stocks.made {
            add(&mut self.stocks, stock.id, stock);
        }
        for row in &changes.stocks.changed {
            change(&mut self.stocks, row.1.id, row);
            let (before, after) = row;
            assert_eq!(after.states, StockStates::of(after, LOW_STOCK_DEFAULT), "{after:?}");
            // Times of a level and of a count may move alone, unseen by others, as may what only a removal asks for.
            let seen = |stock: &Stock| Stock {
                snapshot_at: None,
                is_snapshot_sent: false,
                counted_at: None,
                is_ordered: false,
                ..stock.clone()
            };
            assert!(seen(before) == seen(after) || before.modified_at < after.modified_at, "{before:?} {after:?}");
        }
        for movement in &changes.movements {
            let previous = self.movements.insert(movement.stock, movement.id);
            assert_eq!(movement.previous, previous, "{movement:?}");
            assert!(movement.at <= self.stocks[&movement.stock].modified_at, "{movement:?}");
        }
        for (stock, movement) in &self.movements {
            assert_eq!(self.stocks[stock].movement, Some(*movement));
        }
    }

    fn write_orders(&mut self, changes: &Changes) {
        for order in &changes.orders.made {
            add(&mut self.orders, order.id, order);
        }
        for row in &changes.orders.changed {
            change(&mut self.orders, row.1.id, row);
            assert!(row.0.modified_at < row.1.modified_at, "{row:?}");
        }
        for item in &changes.items.made {
            add(&mut self.items, item.id, item);
        }
        for row in &changes.items.changed {
            change(&mut self.items, row.1.id, row);
        }
        for reservation in &changes.reservations.made {
            add(&mut self.reservations, reservation.item, reservation);
        }
        for row in &changes.reservations.changed {
            change(&mut self.reservations, row.1.item, row);
        }
    }

    fn assert_same(&self, working_set: &WorkingSet) {
        for (id, stock) in &self.stocks {
            assert_eq!(working_set.stock(*id), Some(stock), "a stock has changed unrecorded");
        }
        for (id, order) in &self.orders {
            assert_eq!(working_set.order(*id), Some(order), "an order has changed unrecorded");
            for item in working_set.items_of(*id) {
                assert_eq!(working_set.item(item), self.items.get(&item), "a line has changed unrecorded");
                assert_eq!(
                    working_set.reservation(item),
                    self.reservations.get(&item),
                    "a hold has changed unrecorded"
                );
                let stock = self.items[&item].stock;
                assert!(self.stocks.contains_key(&stock), "a line of a stock that no command has written");
            }
        }
        for mapping in &self.mappings {
            assert_eq!(working_set.mappings.of(mapping.item, &mapping.integration_type), Some(mapping));
        }
    }
}
