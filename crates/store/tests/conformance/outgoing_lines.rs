//! Outgoing lines: written with their order, read with their line, and found when something is to be done.

use onhand_core::commands::TellOutgoing;
use onhand_core::{
    Command, DataSourceId, Order, OrderId, OrderItem, OrderItemId, Outcome, OutgoingError, OutgoingEvent, OutgoingLine,
    OutgoingState, RemoteLine, Timestamp,
};
use onhand_store::resource::{self, Record};
use onhand_store::tables::data_sources::DATA_SOURCES;
use onhand_store::tables::outgoing_lines::{self, DueLine};
use onhand_store::tables::{TABLES, find_referrer, order_items};
use onhand_store::{Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{START, Shop, line, place};

/// Makes the data source of a list of a shop.
async fn add_source(shop: &Shop, list: usize) -> Record {
    let mut source = Record::new(&DATA_SOURCES, START);
    source.set("name", format!("source {list}"));
    source.set("base_url", "https://other.example".to_owned());
    source.set("stock_list_id", shop.lists[list].get());
    source.set("origins", String::new());
    let insert = async move |tx: &mut Tx<'_>| resource::insert(tx, &DATA_SOURCES, vec![source.clone()]).await;
    shop.store.write("t", insert).await.expect("a source").remove(0)
}

/// A shop whose first list sells what another installation has, with a line that waits, and one that was cancelled.
pub(crate) async fn sound_outgoing(store: &Store) -> Shop {
    let mut shop = Shop::open(store).await;
    add_source(&shop, 0).await;
    shop.write(0, "A", 10).await;
    shop.order("waits", &[(0, "A", 2)]).await;
    let (cancelled, _) = shop.order("cancelled", &[(0, "A", 1)]).await;
    shop.cancel(cancelled).await;
    shop
}

async fn tell(shop: &mut Shop, item: &OrderItem, event: OutgoingEvent) -> Option<OrderItem> {
    let sku = Some("their \"SKU\" ç☂ 7 ".to_owned());
    let (order, item, code) = (item.order, item.id, format!("there-{}", item.id.get()));
    match shop.run(Command::TellOutgoing(TellOutgoing { order, item, code, sku, event })).await {
        Outcome::OutgoingTold(told) => told.map(|item| *item),
        other => panic!("{other:?}"),
    }
}

/// The outgoing line of a line, by each statement that reads lines.
async fn stored(store: &Store, item: &OrderItem) -> Option<OutgoingLine> {
    let (order, item) = (item.order, item.id);
    let read = async move |tx: &mut Tx<'_>| {
        let of_order = order_items::of_orders(tx, &[order]).await?;
        let one = order_items::by_id(tx, item).await?.expect("a line");
        assert_eq!(of_order.iter().find(|other| other.id == item), Some(&one));
        assert_eq!(order_items::by_ids(tx, [&item]).await?, std::slice::from_ref(&one));
        Ok(one.outgoing.map(|line| *line))
    };
    store.read("t", read).await.expect("read")
}

/// The items of those that wait to be placed or cancelled.
async fn waiting(store: &Store, source: i64, limit: i64, now: Timestamp) -> Vec<OrderItemId> {
    let sources = [(DataSourceId::new(source), limit)];
    let read = async move |tx: &mut Tx<'_>| outgoing_lines::waiting(tx, sources, now).await;
    store.read("t", read).await.expect("read").into_iter().map(|line| line.item).collect()
}

async fn due(store: &Store, sources: &[(i64, i64)], now: Timestamp) -> Vec<(OrderId, OrderItemId)> {
    let sources: Vec<_> = sources.iter().map(|(source, limit)| (DataSourceId::new(*source), *limit)).collect();
    let read = async move |tx: &mut Tx<'_>| outgoing_lines::due(tx, sources.iter().copied(), now).await;
    let found: Vec<DueLine> = store.read("t", read).await.expect("read");
    found.into_iter().map(|line| (line.order, line.item)).collect()
}

const LATER: Timestamp = Timestamp::from_micros(START.micros() + 1_000_000_000_000);

#[test]
fn a_line_is_read_as_it_was_written() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut shop = Shop::open(store).await;
        let source = DataSourceId::new(add_source(&shop, 0).await.id);
        shop.write(0, "A", 10).await;
        shop.write(1, "A", 10).await;
        let Command::PlaceOrder(order) =
            place("n", None, vec![line(shop.lists[0], "A", 2), line(shop.lists[1], "A", 1)])
        else {
            panic!("it places an order")
        };
        let via = "one,other".to_owned();
        let command = Command::PlaceOrder(onhand_core::commands::PlaceOrder { via: via.clone(), ..order });
        let Outcome::OrderPlaced(Order { .. }, items) = shop.run(command).await else { panic!("it is placed") };
        assert_eq!(stored(store, &items[1]).await, None, "its list has no source");
        let begun = stored(store, &items[0]).await.expect("it goes out");
        assert_eq!(Some(&begun), items[0].outgoing.as_deref());
        assert_eq!((begun.source, begun.state, begun.via.as_str()), (source, OutgoingState::Pending, via.as_str()));

        tell(&mut shop, &items[0], OutgoingEvent::Sending).await.expect("it is to be sent");
        let error = OutgoingError::new("no_answer", "No answer: \"it's\" away.");
        let event = OutgoingEvent::Unknown { of: OutgoingState::Pending, error: error.clone(), next: LATER };
        let told = tell(&mut shop, &items[0], event).await.expect("it is told");
        let unknown = stored(store, &items[0]).await.expect("it goes out");
        assert_eq!(Some(&unknown), told.outgoing.as_deref());
        assert_eq!((unknown.error, unknown.attempts, unknown.next_try_at), (Some(error), 1, Some(LATER)));
        assert!(unknown.level_at.is_some());
        assert_eq!(unknown.sku.as_deref(), Some("their \"SKU\" ç☂ 7 "));

        let event = OutgoingEvent::Placed(RemoteLine { order: 7, item: 8, at: START });
        let told = tell(&mut shop, &items[0], event).await.expect("it is told");
        let placed = stored(store, &items[0]).await.expect("it goes out");
        assert_eq!(Some(&placed), told.outgoing.as_deref());
        assert_eq!((placed.remote_order, placed.remote_item, placed.error), (Some(7), Some(8), None));
    });
}

#[test]
fn what_is_due_is_found_source_by_source() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut shop = Shop::open(store).await;
        let sources = [add_source(&shop, 0).await.id, add_source(&shop, 1).await.id];
        let mut lines = [Vec::new(), Vec::new()];
        for list in [0, 1] {
            shop.write(list, "A", 100).await;
        }
        for number in 0..3 {
            for (list, lines) in lines.iter_mut().enumerate() {
                let (order, items) = shop.order(&format!("{list}-{number}"), &[(list, "A", 1)]).await;
                lines.push((order, items[0].id));
            }
        }
        let both = |limit| [(sources[0], limit), (sources[1], limit)];
        assert_eq!(due(store, &both(9), LATER).await, [lines[0].clone(), lines[1].clone()].concat());
        assert_eq!(due(store, &both(1), LATER).await, [lines[0][0], lines[1][0]], "the oldest of each");
        assert_eq!(due(store, &[(sources[1], 9)], LATER).await, lines[1]);
        assert_eq!(due(store, &both(9), START).await, [], "not yet");
        shop.cancel(lines[0][0].0).await;
        assert_eq!(due(store, &[(sources[0], 9)], LATER).await, lines[0][1..], "it was not sent");
    });
}

#[test]
fn lines_that_wait_are_found_behind_many_that_are_looked_at() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut shop = Shop::open(store).await;
        let (source, other) = (add_source(&shop, 0).await.id, add_source(&shop, 1).await.id);
        shop.write(0, "A", 100).await;
        shop.write(1, "A", 100).await;
        let mut orders = Vec::new();
        for number in 0..6 {
            let (order, mut items) = shop.order(&format!("n-{number}"), &[(0, "A", 1)]).await;
            orders.push((order, items.remove(0)));
        }
        shop.order("other", &[(1, "A", 1)]).await;
        // The first four are placed, and the first of these is cancelled here.
        for (_, item) in &orders[..4] {
            tell(&mut shop, item, OutgoingEvent::Placed(RemoteLine { order: 7, item: 8, at: START })).await;
        }
        shop.cancel(orders[0].0).await;
        let [cancelling, pending] = [orders[0].1.id, orders[4].1.id];
        let all = due(store, &[(source, 9)], LATER).await;
        assert_eq!(all.len(), 6);
        let found = waiting(store, source, 9, LATER).await;
        assert_eq!(found, [pending, orders[5].1.id, cancelling], "those that wait longest first");
        assert_eq!(waiting(store, source, 1, LATER).await, [pending]);
        assert_eq!(waiting(store, source, 9, START).await, [], "not yet");
        assert_eq!(waiting(store, other, 9, LATER).await.len(), 1);
    });
}

#[test]
fn an_inactive_source_gets_no_lines_and_one_with_lines_stays() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut shop = Shop::open(store).await;
        let source = add_source(&shop, 0).await;
        shop.write(0, "A", 10).await;
        let referrer = async |source: Record| {
            let find = async move |tx: &mut Tx<'_>| find_referrer(tx, &source).await;
            store.read("t", find).await.expect("read")
        };
        assert!(TABLES.iter().any(|table| std::ptr::eq(*table, &raw const DATA_SOURCES)));
        assert_eq!(referrer(source.clone()).await, None);
        let (order, _) = shop.order("n", &[(0, "A", 1)]).await;
        assert_eq!(referrer(source.clone()).await, Some("data_source_line"));
        shop.cancel(order).await;
        assert_eq!(referrer(source.clone()).await, None);
        let mut inactive = source.clone();
        inactive.set("is_active", false);
        let update =
            async move |tx: &mut Tx<'_>| resource::update(tx, source.clone(), inactive.clone()).await.map(drop);
        store.write("t", update).await.expect("written");
        let (_, items) = shop.order("m", &[(0, "A", 1)]).await;
        assert_eq!(items[0].outgoing, None);
    });
}
