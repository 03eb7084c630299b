//! The working set as seen by the code that loads it and writes it back.

use onhand_core::{
    Changes, IdAllocator, OrderId, OrderItemId, ProductId, Stock, StockId, StockListId, Timestamp, WorkingSet,
};

/// Code that forgets a kind of change writes nothing of it.
#[test]
fn each_kind_of_change_alone_is_something_to_write() {
    let (product, stock, order, item) = (ProductId::new(1), StockId::new(1), OrderId::new(1), OrderItemId::new(1));
    let none = Changes::default;
    let kinds = [
        ("new products", Changes { new_products: vec![product], ..none() }),
        ("new stocks", Changes { new_stocks: [stock].into(), ..none() }),
        ("stocks", Changes { stocks: [stock].into(), ..none() }),
        ("new orders", Changes { new_orders: [order].into(), ..none() }),
        ("new items", Changes { new_items: [item].into(), ..none() }),
        ("items", Changes { items: [item].into(), ..none() }),
        ("new holds", Changes { new_reservations: [item].into(), ..none() }),
        ("holds", Changes { reservations: [(item, stock)].into(), ..none() }),
        ("plans", Changes { plans: [(order, false)].into(), ..none() }),
    ];
    assert!(none().is_empty());
    for (kind, changes) in kinds {
        assert!(!changes.is_empty(), "{kind}");
    }
}

fn stock(id: i64, modified: i64) -> Stock {
    let (list, product, now) = (StockListId::new(1), ProductId::new(id), Timestamp::from_micros(modified));
    Stock::empty(StockId::new(id), list, product, format!("S{id}"), now)
}

#[test]
fn the_newest_stock_says_how_late_it_is() {
    let mut working_set = WorkingSet::new(IdAllocator::default());
    assert_eq!(working_set.newest(), None);
    for (id, modified) in [(1, 20), (2, 30), (3, 10)] {
        working_set.put_stock(stock(id, modified));
    }
    assert_eq!(working_set.newest(), Some(Timestamp::from_micros(30)));
}
