//! Transactions: whole or not at all, one at a time, and a reader sees one moment.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use onhand_core::StockListId;
use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::sql::Statement;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::{Error, Options, Store, Tx, Value, resource};

use crate::database::for_each_engine;
use crate::shop::add_list;

/// A caller that waits longer waits in vain.
const PATIENCE: Duration = Duration::from_mins(1);

async fn add(tx: &mut Tx<'_>, name: &str) -> Result<i64, Error> {
    add_list(tx, name).await.map(StockListId::get)
}

async fn names(tx: &mut Tx<'_>) -> Result<Vec<String>, Error> {
    let window = Window::After { key: None, limit: 100 };
    let page = resource::page(tx, &STOCK_LISTS, &ListQuery { conditions: vec![], sort: Sort::BY_ID, window }).await?;
    assert_eq!(page.count, Some(page.rows.len() as i64), "the kept count and the rows are of one moment");
    Ok(page.rows.iter().filter_map(|list| list.text("name").map(str::to_owned)).collect())
}

async fn names_now(store: &Store) -> Vec<String> {
    store.read("t", async |tx| names(tx).await).await.expect("read")
}

#[test]
fn a_snapshot_token_is_another_one_after_a_commit_and_only_then() {
    for_each_engine(async |database| {
        let store = &database.store;
        // Over several machines there are none.
        let Some(_) = store.snapshot_token().await.expect("asked") else { return };
        let token = async || store.snapshot_token().await.expect("asked").expect("it has tokens");
        // Others use the server as well; sooner or later they are quiet for as long as this takes.
        let mut is_still = false;
        for _ in 0..1_000 {
            let before = token().await;
            names_now(store).await;
            is_still = token().await == before;
            if is_still {
                break;
            }
        }
        assert!(is_still, "reading changes nothing");
        let mut seen = vec![token().await];
        for name in ["one", "two", "three"] {
            store.write("t", async move |tx: &mut Tx<'_>| add(tx, name).await).await.expect("written");
            seen.push(token().await);
        }
        let first = seen.remove(0);
        assert!(!seen.contains(&first), "{first} was before {seen:?}");
        seen.dedup();
        assert_eq!(seen.len(), 3);
    });
}

#[test]
fn a_body_that_fails_leaves_nothing_behind() {
    for_each_engine(async |database| {
        let store = &database.store;
        let failed = store
            .write("t", async |tx| {
                add(tx, "one").await?;
                assert_eq!(names(tx).await?, ["one"], "a transaction sees its own writes");
                Err::<(), _>(Error::Url("no".to_owned()))
            })
            .await;
        assert!(matches!(failed, Err(Error::Url(text)) if text == "no"), "the body's own error comes back");
        assert_eq!(names_now(store).await, Vec::<String>::new());
        store.write("t", async |tx| add(tx, "two").await).await.expect("the next one works");
        assert_eq!(names_now(store).await, ["two"]);
    });
}

#[test]
fn a_body_that_panics_is_an_error_and_leaves_nothing_behind() {
    for_each_engine(async |database| {
        let store = &database.store;
        let broken = store.write("t", async |tx| {
            add(tx, "one").await?;
            assert!(names(tx).await?.is_empty(), "a rule of the test's own, broken on purpose");
            Ok(())
        });
        assert!(matches!(broken.await, Err(Error::Internal(_))));
        assert_eq!(names_now(store).await, Vec::<String>::new());
        store.write("t", async |tx| add(tx, "two").await).await.expect("the next one works");
        assert_eq!(names_now(store).await, ["two"]);
    });
}

#[test]
fn a_statement_that_fails_can_be_left_behind_by_its_body() {
    for_each_engine(async |database| {
        let store = &database.store;
        store.write("t", async |tx| add(tx, "one").await).await.expect("written");
        let clash = store.write("t", async |tx| {
            add(tx, "two").await?;
            add(tx, "one").await
        });
        assert!(clash.await.is_err_and(|fault| fault.is_taken("stock_list_name")));
        assert_eq!(names_now(store).await, ["one"], "what came before the failure is gone too");
    });
}

#[test]
fn writes_that_nobody_waits_for_all_take_effect() {
    static DELAY: Statement = Statement::shared(
        "t.delay",
        "UPDATE stock_list SET snapshot_delay_seconds = snapshot_delay_seconds + ?2 WHERE id = ?1",
    );
    static RENAME: Statement = Statement::shared("t.rename", "UPDATE stock_list SET name = ?2 WHERE id = ?1");
    for_each_engine(async |database| {
        let store = &database.store;
        let lists = store.write("t", async |tx| {
            let (one, two) = (add(tx, "one").await?, add(tx, "two").await?);
            tx.execute_bulk(&RENAME, [[Value::from(two), "2".into()]]).await?;
            // Of one row and of several, and the same row twice.
            tx.execute_bulk(&DELAY, [[Value::from(one), 1.into()]]).await?;
            tx.execute_bulk(&DELAY, [[Value::from(one), 10.into()], [two.into(), 100.into()]]).await?;
            let seen = (of(tx, one).await?, of(tx, two).await?);
            tx.execute_bulk(&DELAY, [[Value::from(one), 1000.into()]]).await?;
            Ok((one, two, seen))
        });
        let (one, two, seen) = lists.await.expect("written");
        assert_eq!(seen, (("one".to_owned(), 11), ("2".to_owned(), 100)), "a transaction sees its own writes");
        let kept = store.read("t", async move |tx| Ok((of(tx, one).await?, of(tx, two).await?))).await;
        assert_eq!(kept.expect("read"), (("one".to_owned(), 1011), ("2".to_owned(), 100)));
    });
}

/// The name of a list and how long it waits for levels.
async fn of(tx: &mut Tx<'_>, id: i64) -> Result<(String, i64), Error> {
    let list = resource::by_id(tx, &STOCK_LISTS, id).await?.expect("it was made");
    let delay = list.int("snapshot_delay_seconds").expect("a number");
    Ok((list.text("name").expect("a text").to_owned(), delay))
}

#[test]
fn reading_cannot_write() {
    for_each_engine(async |database| {
        let store = &database.store;
        let written = store.read("t", async |tx| add(tx, "one").await).await;
        assert!(matches!(written, Err(Error::Unavailable(_) | Error::ReadOnly(_))), "{written:?}");
        let glanced = store.read_inline("t", async |tx| add(tx, "one").await).await;
        assert!(matches!(glanced, Err(Error::Unavailable(_) | Error::ReadOnly(_))), "{glanced:?}");
        assert_eq!(names_now(store).await, Vec::<String>::new());
        let seen = store.read_inline("t", async |tx| names(tx).await).await.expect("a glance reads");
        assert_eq!(seen, Vec::<String>::new());
    });
}

#[test]
fn a_reader_sees_one_moment() {
    for_each_engine(async |database| {
        let store = &database.store;
        store.write("t", async |tx| add(tx, "before").await).await.expect("written");
        let (started, mut wait_for_start) = tokio::sync::mpsc::unbounded_channel();
        let (written, wait_for_write) = mpsc::channel();
        let wait_for_write = Arc::new(Mutex::new(wait_for_write));
        let reading = store.read("t", async move |tx| {
            let first = names(tx).await?;
            started.send(()).expect("the test waits");
            let waited = wait_for_write.lock().expect("not poisoned").recv_timeout(PATIENCE);
            waited.expect("a writer is not held up by a reader");
            Ok((first, names(tx).await?))
        });
        // On another thread: this one stands still inside the reader.
        let writer = store.clone();
        let writing = tokio::spawn(async move {
            wait_for_start.recv().await.expect("the reader starts");
            writer.write("t", async |tx| add(tx, "after").await).await.expect("written");
            written.send(()).expect("the reader waits");
        });
        let read = reading.await;
        writing.await.expect("the writer ends");
        assert_eq!(read.expect("read"), (vec!["before".to_owned()], vec!["before".to_owned()]));
        assert_eq!(names_now(store).await, ["before", "after"]);
    });
}

#[test]
fn a_caller_that_goes_away_leaves_all_of_its_work_or_nothing() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut writing = Box::pin(store.write("t", async |tx| {
            add(tx, "one").await?;
            add(tx, "two").await
        }));
        // The first poll submits it; no caller waits for the answer.
        let poll = std::future::poll_fn(|context| std::task::Poll::Ready(writing.as_mut().poll(context).is_pending()));
        let _waits = poll.await;
        drop(writing);
        store.write("t", async |tx| add(tx, "next").await).await.expect("what was left does not stand in the way");
        let names = names_now(store).await;
        assert!(names == ["one", "two", "next"] || names == ["next"], "{names:?}");
    });
}

#[test]
fn what_was_answered_is_there_for_the_next_process() {
    for_each_engine(async |database| {
        database.store.write("t", async |tx| add(tx, "one").await).await.expect("written");
        let other = database.again().await;
        assert_eq!(names_now(&other).await, ["one"]);
        other.write("t", async |tx| add(tx, "two").await).await.expect("written");
        assert_eq!(names_now(&database.store).await, ["one", "two"]);
        let missing = database.store.read("t", async |tx| resource::by_id(tx, &STOCK_LISTS, 3).await).await;
        assert!(missing.expect("read").is_none());
    });
}

#[test]
fn a_url_names_an_engine_and_a_place() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let open = |url: String, must_exist| {
        runtime.block_on(async move { Store::open(&url, &Options { must_exist, ..Options::default() }).await.err() })
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    for url in ["", "sqlite", "sqlite:", "mysql://x", "onhand.db"] {
        assert!(matches!(open(url.to_owned(), false), Some(Error::Url(_))), "{url:?} is refused");
    }
    let path = folder.path().join("new.db");
    let url = format!("sqlite:{}", path.display());
    assert!(matches!(open(url.clone(), true), Some(Error::Url(_))));
    assert!(!path.exists(), "looking does not make a database");
    assert!(open(format!("sqlite:{}", folder.path().join("no/such/folder.db").display()), false).is_some());
    assert!(open(url.clone(), false).is_none() && open(url, true).is_none());
    assert!(open(format!("sqlite://{}", path.display()), true).is_none(), "two slashes before the path are allowed");
}
