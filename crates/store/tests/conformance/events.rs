//! Events: what has happened goes to the event log while somebody reads it, and costs nothing else.

use onhand_core::Timestamp;
use onhand_core::events::{EventType, Standing};
use onhand_store::channel_sync::sequencer;
use onhand_store::events::log::{self, Event};
use onhand_store::events::pending::{self, Pending};
use onhand_store::resource::{self, Record};
use onhand_store::tables::webhook_deliveries::{self, Delivery, DeliveryState};
use onhand_store::tables::webhooks::{self, Learnt, WEBHOOKS, Webhook};
use onhand_store::{Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{START, Shop, at};

async fn sequence(store: &Store) {
    while store.write("t", async |tx: &mut Tx<'_>| sequencer::sequence(tx).await).await.expect("sequenced") > 0 {}
}

async fn waiting(store: &Store) -> Vec<Pending> {
    store.read("t", async |tx: &mut Tx<'_>| pending::oldest(tx, 100).await).await.expect("read")
}

async fn types(store: &Store) -> Vec<EventType> {
    waiting(store).await.iter().map(|one| one.event).collect()
}

async fn made(store: &Store, fields: &[(&'static str, &'static str)]) -> Webhook {
    let fields = fields.to_vec();
    let body = async move |tx: &mut Tx<'_>| {
        let mut record = Record::new(&WEBHOOKS, START);
        record.set("name", "One");
        fields.iter().for_each(|(column, value)| record.set(column, *value));
        resource::insert(tx, &WEBHOOKS, vec![record]).await
    };
    let id = store.write("t", body).await.expect("made")[0].id;
    found(store, id).await
}

async fn found(store: &Store, id: i64) -> Webhook {
    let find = async move |tx: &mut Tx<'_>| webhooks::by_id(tx, id).await;
    store.read("t", find).await.expect("read").expect("it is there")
}

#[test]
fn without_readers_nothing_is_written() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut shop = Shop::open(store).await;
        shop.write(0, "SHIRT", 9).await;
        shop.order("o1", &[(0, "SHIRT", 1)]).await;
        sequence(store).await;
        assert_eq!(waiting(store).await, []);
        made(store, &[]).await;
        shop.order("o2", &[(0, "SHIRT", 1)]).await;
        sequence(store).await;
        assert_eq!(types(store).await, [EventType::StockChanged, EventType::OrderCreated]);
    });
}

#[test]
fn what_has_happened_waits_until_it_is_told() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut shop = Shop::open(store).await;
        let keep = async |tx: &mut Tx<'_>| pending::keep_streams(tx, at(60)).await;
        store.write("t", keep).await.expect("kept");
        let shirt = shop.write(0, "SHIRT", 9).await;
        shop.order("o1", &[(0, "SHIRT", 5)]).await;
        sequence(store).await;
        let first = waiting(store).await;
        let events: Vec<_> = first.iter().map(|one| one.event).collect();
        assert_eq!(events, [EventType::StockChanged, EventType::StockLow, EventType::OrderCreated]);
        assert_eq!((first[0].object, first[0].scope), (shirt.id.get(), shirt.list.get()));
        // It happens again while the first one is told: it stays, in its place.
        shop.write(0, "SHIRT", 90).await;
        sequence(store).await;
        let told = first.clone();
        store.write("t", async move |tx| pending::remove(tx, &told).await).await.expect("removed");
        let left = waiting(store).await;
        assert_eq!(left.iter().map(|one| one.event).collect::<Vec<_>>(), [EventType::StockChanged]);
        assert!(left[0].at > first[0].at);
        store.write("t", async move |tx| pending::remove(tx, &left).await).await.expect("removed");
        let forget = async |tx: &mut Tx<'_>| {
            pending::forget_streams(tx, at(60)).await?;
            let until_then = pending::has_readers(tx).await?;
            pending::forget_streams(tx, at(61)).await?;
            Ok((until_then, pending::has_readers(tx).await?))
        };
        assert_eq!(store.write("t", forget).await.expect("forgotten"), (true, false));
    });
}

fn event(event: EventType, object: i64, at: Timestamp) -> Event {
    Event { id: 0, event, object, list: None, channel: None, subject: "A".to_owned(), at, data: "{}".to_owned() }
}

#[test]
fn the_log_is_in_order_and_bounded() {
    for_each_engine(async |database| {
        let store = &database.store;
        let add = async |events: Vec<Event>, now| {
            let add = async move |tx: &mut Tx<'_>| log::add_all(tx, events.clone(), now).await;
            store.write("t", add).await.expect("added");
        };
        add(vec![event(EventType::StockChanged, 1, at(1)), event(EventType::OrderCreated, 2, at(2))], at(3)).await;
        add(vec![event(EventType::StockLow, 1, at(4)), event(EventType::StockChanged, 1, at(4))], at(5)).await;
        let read = async |after| {
            store.read("t", async move |tx: &mut Tx<'_>| log::after(tx, after, 10).await).await.expect("read")
        };
        let all: Vec<_> = read(0).await.into_iter().map(|event| (event.id, event.event)).collect();
        let wanted = [(2, EventType::OrderCreated), (3, EventType::StockLow), (4, EventType::StockChanged)];
        assert_eq!(all, wanted, "a newer change of a stock takes the place of an older one");
        assert_eq!(read(3).await.len(), 1);
        let ends = async |tx: &mut Tx<'_>| Ok((log::oldest(tx).await?, log::head(tx).await?));
        assert_eq!(store.read("t", ends).await.expect("read"), (Some(2), 4));
        let forget = async |tx: &mut Tx<'_>| Ok((log::forget(tx, at(4), 1).await?, log::forget(tx, at(4), 1).await?));
        assert_eq!(store.write("t", forget).await.expect("forgotten"), (true, false));
        assert_eq!(store.read("t", ends).await.expect("read"), (Some(3), 4));
    });
}

#[test]
fn what_is_learnt_of_a_webhook_is_kept_beside_what_people_set() {
    for_each_engine(async |database| {
        let store = &database.store;
        let webhook =
            made(store, &[("events", r#"["stock.low","order.created"]"#), ("url", "https://a.example/")]).await;
        assert_eq!(webhook.events, [EventType::StockLow, EventType::OrderCreated]);
        assert!(webhook.wants(&event(EventType::StockLow, 1, at(1))));
        assert!(!webhook.wants(&event(EventType::StockBack, 1, at(1))));
        let learnt = Learnt {
            standing: Standing { failures: 2, failing_since: Some(at(1)), given_up: 3 },
            next_try_at: Some(at(2)),
            last_error: Some("ç".to_owned()),
            last_success_at: Some(at(3)),
            paused_at: Some(at(4)),
        };
        let known = Webhook { learnt, position: 12, ..webhook.clone() };
        let learn = async |webhook: &Webhook| {
            let webhook = webhook.clone();
            store.write("t", async move |tx| webhooks::learn(tx, &webhook).await).await.expect("learnt");
        };
        learn(&known).await;
        assert_eq!(found(store, webhook.id).await, known);
        let change = async move |tx: &mut Tx<'_>| {
            let before = resource::locked(tx, &WEBHOOKS, webhook.id).await?.expect("it is there");
            let mut after = before.clone();
            after.set("failures", 0);
            after.touch(at(9));
            resource::update(tx, before, after).await
        };
        store.write("t", change).await.expect("changed");
        // What was sent before the change was sent; what was learnt before it is worth nothing.
        learn(&Webhook { position: 15, ..known.clone() }).await;
        let current = found(store, known.id).await;
        assert_eq!((current.position, current.learnt.standing.failures), (15, 0));
        learn(&Webhook { position: 3, ..current.clone() }).await;
        assert_eq!(found(store, known.id).await.position, 15, "it never goes back");
        let all = async |tx: &mut Tx<'_>| Ok((webhooks::all(tx).await?.len(), webhooks::count(tx).await?));
        assert_eq!(store.read("t", all).await.expect("read"), (1, 1));
    });
}

fn delivery(event: i64, state: DeliveryState) -> Delivery {
    Delivery {
        id: 0,
        webhook: 1,
        event: Some(event),
        event_type: "stock.low".to_owned(),
        subject: "A".to_owned(),
        state,
        attempts: 1,
        status: Some(500),
        answer: "çok".to_owned(),
        duration_ms: 3,
        payload: "{}".to_owned(),
        at: at(event),
        created_at: at(event),
        modified_at: at(event + 1),
    }
}

#[test]
fn deliveries_are_found_by_state_and_sent_once_more() {
    for_each_engine(async |database| {
        let store = &database.store;
        let states = [DeliveryState::Delivered, DeliveryState::Undelivered, DeliveryState::Waiting];
        let new: Vec<Delivery> = states.into_iter().zip(1..).map(|(state, event)| delivery(event, state)).collect();
        let put = async |deliveries: Vec<Delivery>| {
            let put = async move |tx: &mut Tx<'_>| webhook_deliveries::put_all(tx, deliveries.clone()).await;
            store.write("t", put).await.expect("stored")
        };
        let stored = put(new).await;
        assert_eq!(stored.iter().map(|one| one.id).collect::<Vec<_>>(), [1, 2, 3]);
        let again = put(vec![Delivery { attempts: 2, status: None, ..stored[2].clone() }]).await;
        let newest = async |state, before| {
            let read = async move |tx: &mut Tx<'_>| webhook_deliveries::newest(tx, 1, state, before, 10).await;
            store.read("t", read).await.expect("read")
        };
        let all = newest(None, i64::MAX).await;
        assert_eq!(all, [again[0].clone(), stored[1].clone(), stored[0].clone()]);
        assert_eq!(newest(None, 2).await, [stored[0].clone()]);
        assert_eq!(newest(Some(DeliveryState::Undelivered), i64::MAX).await, [stored[1].clone()]);
        let after =
            async |tx: &mut Tx<'_>| webhook_deliveries::in_state_after(tx, 1, DeliveryState::Undelivered, 0, 10).await;
        assert_eq!(store.read("t", after).await.expect("read"), [(2, at(2))]);
        // One that waits is sent anyway, and one of another webhook is not this one's.
        let queue = async |tx: &mut Tx<'_>| {
            let other = webhook_deliveries::queue(tx, 2, &[1, 2]).await?;
            Ok((other, webhook_deliveries::queue(tx, 1, &[1, 2, 3]).await?))
        };
        assert_eq!(store.write("t", queue).await.expect("queued"), (0, 2));
        let queued = async |tx: &mut Tx<'_>| webhook_deliveries::queued(tx, 1, 10).await;
        let queued: Vec<i64> = store.read("t", queued).await.expect("read").iter().map(|one| one.id).collect();
        assert_eq!(queued, [1, 2]);
        let forget = async |tx: &mut Tx<'_>| webhook_deliveries::forget(tx, at(3), 10).await;
        assert!(!store.write("t", forget).await.expect("forgotten"));
        assert_eq!(newest(None, i64::MAX).await, [again[0].clone()]);
    });
}
