//! The working set as seen by the code that loads it and writes it back.

use onhand_core::fulfilment::GoodsMovement;
use onhand_core::{Changes, IdAllocator, OrderId, ProductId, Stock, StockId, StockListId, Timestamp, WorkingSet};

/// Code that forgets a kind of change writes nothing of it.
#[test]
fn each_kind_of_change_alone_is_something_to_write() {
    let mut kinds: [Changes; 5] = Default::default();
    assert!(kinds.iter().all(Changes::is_empty));
    kinds[0].stocks.made.push(stock(1, 1));
    kinds[1].stocks.changed.push((stock(1, 1), stock(1, 2)));
    kinds[2].stocks.removed.push(stock(1, 1));
    kinds[3].sourcing_due.insert(OrderId::new(1), false);
    kinds[4].fulfilment.goods_movements.push(GoodsMovement { stock: StockId::new(1), quantity: 1, at: at(1) });
    for changes in kinds {
        assert!(!changes.is_empty(), "{changes:?}");
    }
}

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn stock(id: i64, modified: i64) -> Stock {
    let (list, product) = (StockListId::new(1), ProductId::new(id));
    Stock::empty(StockId::new(id), list, product, format!("S{id}"), at(modified))
}

#[test]
fn the_newest_stock_says_how_late_it_is() {
    let mut working_set = WorkingSet::new(IdAllocator::default());
    assert_eq!(working_set.newest(), None);
    for (id, modified) in [(1, 20), (2, 30), (3, 10)] {
        working_set.put_stock(stock(id, modified));
    }
    assert_eq!(working_set.newest(), Some(at(30)));
}
