//! Data sources: what a worker learns and what people set do not overwrite each other; an installation has one name.

use onhand_core::commands::{SourceVersion, WriteStocks};
use onhand_core::{Command, DataSourceId, Outcome, Rejection};
use onhand_store::resource::{self, Record};
use onhand_store::tables::data_sources::{self, DATA_SOURCES, DataSource, Learnt};
use onhand_store::{Store, Tx};

use crate::database::for_each_engine;
use crate::shop::{self, START, Shop, at};

async fn made(store: &Store) -> DataSource {
    let body = async |tx: &mut Tx<'_>| {
        let mut record = Record::new(&DATA_SOURCES, START);
        record.set("name", "Partner");
        record.set("base_url", "https://a.example");
        record.set("remote_channel", 4);
        record.set("stock_list_id", 1);
        resource::insert(tx, &DATA_SOURCES, vec![record]).await
    };
    let made = store.write("t", body).await.expect("made");
    found(store, DataSourceId::new(made[0].id)).await
}

async fn found(store: &Store, id: DataSourceId) -> DataSource {
    let find = async move |tx: &mut Tx<'_>| data_sources::by_id(tx, id).await;
    store.read("t", find).await.expect("read").expect("it is there")
}

async fn learn(store: &Store, source: &DataSource) -> bool {
    let source = source.clone();
    store.write("t", async move |tx| data_sources::learn(tx, &source).await).await.expect("decided")
}

async fn begin(store: &Store, source: DataSource) -> bool {
    store.write("t", async move |tx| data_sources::begin_levels(tx, &source).await).await.expect("decided")
}

/// What people do to a source.
async fn change(store: &Store, id: DataSourceId) {
    let change = async move |tx: &mut Tx<'_>| {
        let before = resource::locked(tx, &DATA_SOURCES, id.get()).await?.expect("it is there");
        let mut after = before.clone();
        after.set("safety_stock", 2);
        after.touch(at(9));
        resource::update(tx, before, after).await
    };
    store.write("t", change).await.expect("changed");
}

#[test]
fn what_is_learnt_is_kept_beside_what_people_set() {
    for_each_engine(async |database| {
        let store = &database.store;
        let source = made(store).await;
        assert_eq!((source.learnt.clone(), source.poll_interval_seconds), (Learnt::default(), 30));
        let learnt = Learnt {
            cursor: Some("12.3".to_owned()),
            clock_offset: 0,
            last_polled_at: Some(at(1)),
            last_success_at: Some(at(2)),
            last_full_at: None,
            last_error: Some("away: ç".to_owned()),
            failures: 3,
            next_try_at: Some(at(4)),
            origins: vec!["a".to_owned(), "b".to_owned()],
            skipped: 6,
            has_levels: true,
            compared_version: 8,
            unmapped: 9,
            last_prices_at: Some(at(5)),
        };
        let source = DataSource { learnt, ..source };
        assert!(learn(store, &source).await);
        assert_eq!(found(store, source.id).await, source, "nothing else was touched");
        let all = async |tx: &mut Tx<'_>| Ok((data_sources::all(tx).await?, data_sources::count(tx).await?));
        assert_eq!(store.read("t", all).await.expect("read"), (vec![source.clone()], 1));
        let list = source.stock_list;
        let of_list = store.read("t", async move |tx| data_sources::of_list(tx, list).await).await.expect("read");
        assert_eq!(of_list, Some(source));
    });
}

#[test]
fn what_was_learnt_before_a_change_is_not_written_after_it() {
    for_each_engine(async |database| {
        let store = &database.store;
        let source = made(store).await;
        change(store, source.id).await;
        let stale = DataSource { learnt: Learnt { failures: 7, ..Learnt::default() }, ..source.clone() };
        assert!(!learn(store, &stale).await);
        assert!(!begin(store, stale).await);
        let current = found(store, source.id).await;
        assert_eq!((current.learnt.failures, current.safety_stock, current.learnt.has_levels), (0, 2, false));
        assert!(begin(store, current).await);
        assert!(found(store, source.id).await.learnt.has_levels);
    });
}

#[test]
fn levels_of_a_source_that_was_changed_since_are_not_written() {
    for_each_engine(async |database| {
        let mut shop = Shop::open(&database.store).await;
        let source = made(&database.store).await;
        let old = SourceVersion { source: source.id, modified_at: source.modified_at };
        let list = shop.lists[0];
        let level = |level, version| match shop::write(list, "A", Some(level), None) {
            Command::WriteStocks(write) => Command::WriteStocks(WriteStocks { source: Some(version), ..write }),
            other => panic!("{other:?}"),
        };
        shop.run(level(5, old)).await;
        change(&database.store, source.id).await;
        // Of two commands of one batch, the other one is written.
        let results = shop.batch(vec![level(7, old), shop::write(list, "B", Some(1), None)]).await;
        assert_eq!(results[0], Err(Rejection::SourceChanged));
        assert!(results[1].is_ok(), "{results:?}");
        let current = found(&database.store, source.id).await;
        let current = SourceVersion { modified_at: current.modified_at, ..old };
        let Outcome::StocksWritten(written) = shop.run(level(8, current)).await else { panic!("it is written") };
        assert_eq!((written[0].stock.on_hand, written[0].created), (8, false));
        let id = source.id.get();
        let remove = async move |tx: &mut Tx<'_>| {
            let record = resource::locked(tx, &DATA_SOURCES, id).await?.expect("it is there");
            resource::remove(tx, record).await
        };
        database.store.write("t", remove).await.expect("removed");
        assert_eq!(shop.batch(vec![level(9, current)]).await, [Err(Rejection::SourceChanged)]);
    });
}

#[test]
fn the_clock_of_a_source_has_one_offset() {
    for_each_engine(async |database| {
        let store = &database.store;
        let source = made(store).await;
        let learn_clock = async |source: &DataSource, stored: i64, offset: i64| {
            let source = source.clone();
            let learn = move |found| {
                assert_eq!(found, stored);
                offset
            };
            let body = async move |tx: &mut Tx<'_>| data_sources::learn_clock(tx, &source, learn).await;
            store.write("t", body).await.expect("decided")
        };
        assert_eq!(learn_clock(&source, 0, -5).await, Some(-5));
        assert_eq!(learn_clock(&source, -5, -5).await, Some(-5));
        // A worker that knows an older offset does not write it back.
        assert!(learn(store, &source).await);
        assert_eq!(found(store, source.id).await.learnt.clock_offset, -5);
        change(store, source.id).await;
        assert_eq!(learn_clock(&source, 0, 7).await, None);
        assert_eq!(found(store, source.id).await.learnt.clock_offset, -5);
    });
}

#[test]
fn asking_again_ends_a_pause_and_is_no_change() {
    for_each_engine(async |database| {
        let store = &database.store;
        let source = made(store).await;
        let waiting = Learnt { next_try_at: Some(at(60)), failures: 2, ..Learnt::default() };
        assert!(learn(store, &DataSource { learnt: waiting, ..source.clone() }).await);
        let ask = async |id, is_full, seconds| {
            let body = async move |tx: &mut Tx<'_>| data_sources::ask_again(tx, id, at(seconds), is_full).await;
            store.write("t", body).await.expect("decided")
        };
        assert!(ask(source.id, true, 3).await && ask(source.id, false, 5).await);
        let asked = found(store, source.id).await;
        assert_eq!((asked.refresh_at, asked.full_at, asked.learnt.next_try_at), (Some(at(5)), Some(at(3)), None));
        assert_eq!(asked.modified_at, source.modified_at);
        assert!(!ask(DataSourceId::new(999), false, 6).await);
    });
}

/// A source that people have changed since it was read is not written for.
#[test]
fn a_source_is_held_as_long_as_it_is_as_it_was_read() {
    for_each_engine(async |database| {
        let store = &database.store;
        let source = made(store).await;
        let hold = async |source: DataSource| {
            store.write("t", async move |tx| data_sources::hold(tx, &source).await).await.expect("looked")
        };
        assert!(hold(source.clone()).await);
        assert!(!hold(DataSource { modified_at: at(99), ..source.clone() }).await);
        assert!(!hold(DataSource { id: DataSourceId::new(999), ..source }).await);
    });
}

#[test]
fn an_installation_is_named_once() {
    for_each_engine(async |database| {
        let store = &database.store;
        let name = async || store.read("t", async |tx| data_sources::installation(tx).await).await.expect("read");
        let give = async |name: &'static str| {
            store.write("t", async move |tx| data_sources::name_installation(tx, name).await).await.expect("written");
        };
        assert_eq!(name().await, None);
        give("a").await;
        give("b").await;
        assert_eq!(name().await.as_deref(), Some("a"));
    });
}
