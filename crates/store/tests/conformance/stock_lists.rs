//! Stock lists: what is written is read, names and codes are unique, ids are the store's.

use onhand_store::resource::{self, Record, Table};
use onhand_store::tables::catalogs::CATALOGS;
use onhand_store::tables::geography::COUNTRIES;
use onhand_store::tables::stock_lists::{self, STOCK_LISTS};
use onhand_store::tables::stock_locations::{ADDRESSES, LOCATIONS};
use onhand_store::tables::stores::STORES;
use onhand_store::{Error, Store, Tx, Value};

use crate::database::for_each_engine;
use crate::shop::{at, stock_list};

fn coded(name: &str, code: &'static str) -> Record {
    let mut list = stock_list(name);
    list.set("code", code);
    list
}

async fn add(store: &Store, list: Record) -> Result<Record, Error> {
    add_to(store, &STOCK_LISTS, list).await
}

#[test]
fn a_list_is_read_as_it_was_written() {
    for_each_engine(async |database| {
        let mut full = coded("Ünïcødé 'quoted\"", "ERP-7");
        full.set("is_auto_sync", 0);
        full.set("release_mode", "immediate");
        full.set("snapshot_delay_seconds", 86_400);
        full.set("time_zone", "Europe/Istanbul");
        let made = add(&database.store, full.clone()).await.expect("made");
        assert!(made.same_content_as(&full));
        let second = add(&database.store, stock_list("bare")).await.expect("made");
        assert!(second.id > made.id && made.id > 0, "ids grow from one");

        let mut changed = made.clone();
        changed.set("name", "renamed");
        changed.set("code", onhand_store::Value::Null);
        changed.touch(at(9));
        let (wanted, first) = (changed.clone(), made.id);
        let write = async move |tx: &mut Tx<'_>| {
            resource::update(tx, made, changed).await?;
            let none = resource::by_id(tx, &STOCK_LISTS, 999).await?;
            let second = resource::by_id(tx, &STOCK_LISTS, second.id).await?;
            Ok((resource::by_id(tx, &STOCK_LISTS, first).await?, second, none))
        };
        let (first, second, none) = database.store.write("t", write).await.expect("read");
        let first = first.expect("there");
        assert!(first.same_content_as(&wanted));
        assert_eq!((first.created_at, first.modified_at), (at(0), at(9)));
        let name = second.as_ref().and_then(|list| list.text("name"));
        assert_eq!(name, Some("bare"), "the other list stays as it was");
        assert!(none.is_none());
    });
}

#[test]
fn names_and_codes_are_unique() {
    for_each_engine(async |database| {
        let made = add(&database.store, coded("one", "1")).await.expect("made").id;
        for (list, constraint) in [(stock_list("one"), "stock_list_name"), (coded("two", "1"), "stock_list_code")] {
            let fault = add(&database.store, list).await;
            assert!(fault.as_ref().is_err_and(|fault| fault.is_taken(constraint)));
        }
        // Lists without a code do not clash with each other.
        let three = add(&database.store, stock_list("three")).await.expect("made").id;
        add(&database.store, stock_list("four")).await.expect("made");
        let asked = [
            (("one", Some("1")), vec![made]),
            (("three", None), vec![three]),
            (("three", Some("1")), vec![made, three]),
            (("new", Some("1")), vec![made]),
            (("new", None), vec![]),
        ];
        for ((name, code), ids) in asked {
            let found = database.store.read("t", async move |tx| stock_lists::named(tx, name, code).await).await;
            assert_eq!(found.expect("read").iter().map(|list| list.id).collect::<Vec<_>>(), ids);
        }
    });
}

/// Who keeps what sourcing knows of lists, stores, locations and catalogs reads it again when the version is another one.
#[test]
fn each_change_of_what_sourcing_knows_raises_its_version() {
    for_each_engine(async |database| {
        let store = &database.store;
        let version = async || {
            let read = async |tx: &mut Tx<'_>| stock_lists::sourcing_version(tx).await;
            store.read("t", read).await.expect("read")
        };
        // Where rows are on several machines there is none.
        let mut last = version().await;
        if last.is_none() {
            return;
        }
        for table in [&STOCK_LISTS, &STORES, &ADDRESSES, &LOCATIONS, &CATALOGS] {
            let mut record = Record::new(table, at(0));
            for (column, value) in [("name", "new".into()), ("township_id", 1.into()), ("stock_list_id", 777.into())] {
                if table.column(column).is_some() {
                    record.set(column, Value::clone(&value));
                }
            }
            let made = add_to(store, table, record).await.expect("made");
            let mut changed = made.clone();
            changed.touch(at(5));
            let update = async move |tx: &mut Tx<'_>| resource::update(tx, made, changed).await;
            let after_insert = version().await;
            let changed = store.write("t", update).await.expect("changed");
            let after_update = version().await;
            assert!(last < after_insert && after_insert < after_update, "{}", table.name);
            let fail = async move |tx: &mut Tx<'_>| {
                resource::remove(tx, changed).await?;
                Err::<(), _>(Error::Internal("not now".to_owned()))
            };
            store.write("t", fail.clone()).await.expect_err("it fails");
            assert_eq!(version().await, after_update, "{}: nothing has changed", table.name);
            let remove = async move |tx: &mut Tx<'_>| match fail(tx).await {
                Err(Error::Internal(text)) if text == "not now" => Ok(()),
                other => other,
            };
            store.write("t", remove).await.expect("removed");
            last = version().await;
            assert!(after_update < last, "{}", table.name);
        }
        // Nothing else does.
        add_to(store, &COUNTRIES, Record::new(&COUNTRIES, at(0))).await.expect("made");
        assert_eq!(version().await, last);
    });
}

async fn add_to(store: &Store, table: &'static Table, record: Record) -> Result<Record, Error> {
    store.write("t", async move |tx| Ok(resource::insert(tx, table, vec![record]).await?.remove(0))).await
}
