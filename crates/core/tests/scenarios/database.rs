//! What a batch leaves to the code that writes it back: a table of rows that knows nothing but the recorded changes.
//!
//! Promises: after each command it has what the working set has; what is new was not there before, what has changed
//! was, and is reported with its former value; times of rows only grow.

use std::collections::BTreeMap;
use std::fmt::Debug;

use onhand_core::command::ProductRef;
use onhand_core::{
    Changes, Mapping, MovementId, Order, OrderId, OrderItem, OrderItemId, Product, ProductId, Reservation, Stock,
    StockId, WorkingSet,
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

fn add<K: Ord + Debug + Copy, V: Debug>(rows: &mut BTreeMap<K, V>, id: K, row: Option<V>) {
    let before = rows.insert(id, row.unwrap_or_else(|| panic!("{id:?} is new and not there")));
    assert!(before.is_none(), "{id:?} is new and was there: {before:?}");
}

fn change<K: Ord + Debug + Copy, V: Debug>(rows: &mut BTreeMap<K, V>, id: K, row: Option<V>) -> V {
    let before = rows.insert(id, row.unwrap_or_else(|| panic!("{id:?} has changed and is not there")));
    before.unwrap_or_else(|| panic!("{id:?} has changed and was not there"))
}

impl Database {
    /// Writes what was recorded, and compares everything.
    pub(crate) fn write(&mut self, working_set: &WorkingSet, changes: &Changes) {
        for id in &changes.new_products {
            add(&mut self.products, *id, working_set.product(&ProductRef::Id(*id)).cloned());
        }
        self.write_stocks(working_set, changes);
        self.write_orders(working_set, changes);
        self.mappings.extend(changes.mappings.iter().cloned());
        self.assert_same(working_set);
    }

    fn write_stocks(&mut self, working_set: &WorkingSet, changes: &Changes) {
        for id in &changes.new_stocks {
            add(&mut self.stocks, *id, working_set.stock(*id).cloned());
        }
        for id in &changes.stocks {
            let before = change(&mut self.stocks, *id, working_set.stock(*id).cloned());
            let after = &self.stocks[id];
            // Times of a level and of a count may move alone, unseen by others.
            let seen =
                |stock: &Stock| Stock { snapshot_at: None, is_snapshot_sent: false, counted_at: None, ..stock.clone() };
            assert!(seen(&before) == seen(after) || before.modified_at < after.modified_at, "{before:?} {after:?}");
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

    fn write_orders(&mut self, working_set: &WorkingSet, changes: &Changes) {
        for id in &changes.new_orders {
            add(&mut self.orders, *id, working_set.order(*id).cloned());
        }
        for (id, told) in &changes.orders {
            let before = change(&mut self.orders, *id, working_set.order(*id).cloned());
            assert_eq!(&before, told);
            assert!(before.modified_at < self.orders[id].modified_at, "{before:?}");
        }
        for id in &changes.new_items {
            add(&mut self.items, *id, working_set.item(*id).cloned());
        }
        for id in &changes.items {
            change(&mut self.items, *id, working_set.item(*id).cloned());
        }
        for id in &changes.new_reservations {
            add(&mut self.reservations, *id, working_set.reservation(*id).cloned());
        }
        for (id, told) in &changes.reservations {
            let before = change(&mut self.reservations, *id, working_set.reservation(*id).cloned());
            assert_eq!(&before.stock, told);
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
                assert!(self.stocks.contains_key(&stock), "a line of a stock that nobody has written");
            }
        }
        for mapping in &self.mappings {
            assert_eq!(working_set.mappings.of(mapping.item, &mapping.integration_type), Some(mapping));
        }
    }
}
