//! Stock lists: what is written is read, names and codes are unique, ids are the store's.

use onhand_core::{ReleaseMode, StockListId};
use onhand_store::tables::stock_lists::{self, StockListRow, Taken};

use crate::database::for_each_engine;
use crate::shop::{at, stock_list};

#[test]
fn a_list_is_read_as_it_was_written() {
    for_each_engine(async |database| {
        let full = StockListRow {
            code: Some("ERP-7".to_owned()),
            is_auto_sync: false,
            release_mode: ReleaseMode::Immediate,
            snapshot_delay_seconds: 86_400,
            time_zone: Some("Europe/Istanbul".to_owned()),
            modified_at: at(5),
            ..stock_list("Ünïcødé 'quoted\"")
        };
        let given = full.clone();
        let made =
            database.store.write("t", async move |tx| stock_lists::insert(tx, &given).await).await.expect("made");
        assert_eq!(made, StockListRow { id: made.id, ..full });
        let bare = stock_list("bare");
        let second =
            database.store.write("t", async move |tx| stock_lists::insert(tx, &bare).await).await.expect("made");
        assert!(second.id > made.id && made.id.get() > 0, "ids grow from one");

        let changed = StockListRow { name: "renamed".to_owned(), code: None, modified_at: at(9), ..made.clone() };
        let wanted = changed.clone();
        let (first, second_read, none) = database
            .store
            .write("t", async move |tx| {
                stock_lists::update(tx, &changed).await?;
                let none = stock_lists::by_id(tx, StockListId::new(999)).await?;
                Ok((stock_lists::by_id(tx, made.id).await?, stock_lists::by_id(tx, second.id).await?, none))
            })
            .await
            .expect("read");
        assert_eq!(first, Some(wanted));
        assert_eq!(second_read.map(|list| list.name), Some("bare".to_owned()), "the other list stays as it was");
        assert_eq!(none, None);
    });
}

#[test]
fn names_and_codes_are_unique() {
    for_each_engine(async |database| {
        let first = StockListRow { code: Some("1".to_owned()), ..stock_list("one") };
        let made =
            database.store.write("t", async move |tx| stock_lists::insert(tx, &first).await).await.expect("made");
        for (list, constraint) in [
            (stock_list("one"), "stock_list_name"),
            (StockListRow { code: Some("1".to_owned()), ..stock_list("two") }, "stock_list_code"),
        ] {
            let fault = database.store.write("t", async move |tx| stock_lists::insert(tx, &list).await).await;
            assert!(fault.as_ref().is_err_and(|fault| fault.is_taken(constraint)), "{fault:?}");
        }
        // Lists without a code do not clash with each other.
        for name in ["three", "four"] {
            let list = stock_list(name);
            database.store.write("t", async move |tx| stock_lists::insert(tx, &list).await).await.expect("made");
        }
        let asked = [
            (made.clone(), Taken::default()),
            (StockListRow { id: StockListId::new(0), ..made.clone() }, Taken { name: true, code: true }),
            (stock_list("three"), Taken { name: true, code: false }),
            (StockListRow { code: Some("1".to_owned()), ..stock_list("new") }, Taken { name: false, code: true }),
            (stock_list("new"), Taken::default()),
        ];
        for (list, taken) in asked {
            let found = database.store.read("t", async move |tx| stock_lists::taken(tx, &list).await).await;
            assert_eq!(found.expect("read"), taken);
        }
    });
}
