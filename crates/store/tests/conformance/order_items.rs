//! Order lines: those in which something is wrong are found from the newest on, and counted up to a bound.

use onhand_core::{OrderId, OrderItemId, Outcome};
use onhand_store::tables::order_items::{self, Trouble};
use onhand_store::{Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{Shop, line, place};

async fn troubled(store: &Store, trouble: Trouble, before: i64, limit: i64) -> Vec<(OrderItemId, OrderId)> {
    let before = OrderItemId::new(before);
    let read = async move |tx: &mut Tx<'_>| order_items::in_trouble(tx, trouble, before, limit).await;
    store.read("t", read).await.expect("read")
}

async fn count(store: &Store, trouble: Trouble, most: i64) -> i64 {
    let read = async move |tx: &mut Tx<'_>| order_items::count_in_trouble(tx, trouble, most).await;
    store.read("t", read).await.expect("read")
}

#[test]
fn lines_in_trouble_are_found_from_the_newest_on() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut shop = Shop::open(store).await;
        shop.write(0, "A", 1).await;
        let (mut oversold, list) = (Vec::new(), shop.lists[0]);
        for number in ["one", "two", "three"] {
            let lines = vec![line(list, "A", 2), line(list, "A", 3)];
            let placed = shop.run(place(number, Some(shop.market), lines)).await;
            let Outcome::OrderPlaced(order, items) = placed else { panic!("it is placed") };
            oversold.extend(items.iter().map(|item| (item.id, order.id)));
        }
        oversold.sort_unstable_by(|one, other| other.cmp(one));
        assert_eq!(troubled(store, Trouble::Oversold, i64::MAX, 9).await, oversold);
        assert_eq!(troubled(store, Trouble::Oversold, i64::MAX, 2).await, oversold[..2]);
        assert_eq!(troubled(store, Trouble::Oversold, oversold[1].0.get(), 2).await, oversold[2..4]);
        assert_eq!((count(store, Trouble::Oversold, 9).await, count(store, Trouble::Oversold, 4).await), (6, 4));
        assert_eq!(count(store, Trouble::Short, 9).await, 0);

        shop.cancel(oversold[0].1).await;
        let left: Vec<_> = oversold.iter().filter(|(_, order)| *order != oversold[0].1).copied().collect();
        assert_eq!(troubled(store, Trouble::Oversold, i64::MAX, 9).await, left, "a cancelled line waits for nothing");

        let short = left[1].0.get();
        database.plant(&format!("UPDATE reservation SET state = 5 WHERE item_id = {short}"));
        assert_eq!(troubled(store, Trouble::Short, i64::MAX, 9).await, [left[1]]);
        assert_eq!(troubled(store, Trouble::Short, short, 9).await, []);
        assert_eq!(count(store, Trouble::Short, 9).await, 1);
    });
}
