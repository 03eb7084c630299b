//! What only a server engine has to keep: other processes, lost answers, killed connections.

use std::sync::Arc;
use std::time::Duration;

use onhand_core::commands::ReadSet;
use onhand_core::{IdAllocator, Outcome, Rejection, WorkingSet};
use onhand_store::channel_sync::sequencer;
use onhand_store::sql::Statement;
use onhand_store::tables::channels::CHANNELS;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::{Error, Limits, Options, Store, Value, resource, unit_of_work};

use crate::database::{self, Database, for_server_engine, for_server_engines};
use crate::proxy::{Break, Proxy};
use crate::shop::{Shop, add_channel, add_list, place, release};

/// Makes a list and waits until it is answered.
async fn add(store: &Store, name: &'static str) -> Result<(), Error> {
    store.write("t", async move |tx| add_list(tx, name).await.map(drop)).await
}

fn lists(database: &Database) -> String {
    database.ask("SELECT string_agg(name, ' ' ORDER BY id) FROM stock_list")
}

#[test]
fn a_commit_whose_answer_is_lost_is_done_once() {
    for_server_engine(async |database| {
        let proxy = Proxy::to(&database.url).await;
        let store = database::open(&proxy.url(&database.url)).await;
        add(&store, "first").await.expect("written");
        for (place, name) in [(Break::BeforeTheAnswer, "answer"), (Break::BeforeTheServer, "server")] {
            proxy.break_at(&[place]);
            // A second list of this name would be rejected, so doing it again cannot pass unnoticed.
            add(&store, name).await.expect("found out, or done again");
            assert_eq!(proxy.breaks_to_come(), 0, "the commit met the break");
        }
        add(&store, "last").await.expect("written");
        assert_eq!(lists(&database), "first answer server last");
    });
}

#[test]
fn a_commit_is_in_doubt_when_the_server_does_not_come_back() {
    for_server_engine(async |database| {
        let proxy = Proxy::to(&database.url).await;
        let limits = Limits { statement: Duration::from_secs(1), ..Limits::default() };
        let options = Options { limits, ..Options::default() };
        let store = Store::open(&proxy.url(&database.url), &options).await.expect("it opens");
        add(&store, "first").await.expect("written");
        let gone = [[Break::BeforeTheAnswer].as_slice(), &[Break::AtTheStart; 50]].concat();
        proxy.break_at(&gone);
        let told = add(&store, "second").await;
        assert!(matches!(told, Err(Error::CommitInDoubt(_))), "{told:?}");
        assert_eq!(lists(&database), "first second", "it had taken place, which could not be found out");
    });
}

/// How often a connection is cut in a row before a client is told.
const CUTS_MAX: usize = 5;

#[test]
fn a_write_is_done_once_however_its_connections_are_cut_until_they_are_cut_five_times_in_a_row() {
    use Break::{AtOnce, AtTheStart, AtTheStartWithAWord, BeforeTheServer};
    for_server_engine(async |database| {
        let proxy = Proxy::to(&database.url).await;
        let store = database::open(&proxy.url(&database.url)).await;
        add(&store, "first").await.expect("written");
        for (cuts, name) in [
            ([BeforeTheServer; CUTS_MAX], "server"),
            ([AtOnce, AtTheStart, AtTheStart, AtTheStart, AtTheStart], "start"),
            ([AtOnce, AtTheStartWithAWord, AtOnce, AtTheStart, BeforeTheServer], "both"),
        ] {
            proxy.break_at(&cuts);
            let cut = add(&store, name).await;
            assert!(matches!(cut, Err(Error::Unavailable(_))), "{name}: {cut:?}");
            assert_eq!(proxy.breaks_to_come(), 0, "{name}");
            proxy.break_at(&cuts[1..]);
            add(&store, name).await.unwrap_or_else(|fault| panic!("{name}: {fault}"));
            assert_eq!(proxy.breaks_to_come(), 0, "{name}");
        }
        assert_eq!(lists(&database), "first server start both");
    });
}

#[test]
fn a_read_is_asked_again_until_it_was_cut_five_times_in_a_row() {
    use Break::{AtTheStart, AtTheStartWithAWord, BeforeReading};
    for_server_engine(async |database| {
        let proxy = Proxy::to(&database.url).await;
        let store = database::open(&proxy.url(&database.url)).await;
        add(&store, "first").await.expect("written");
        let read = || store.read("t", async |tx| resource::by_id(tx, &STOCK_LISTS, 1).await);
        for cuts in [
            [BeforeReading; CUTS_MAX],
            [BeforeReading, AtTheStart, AtTheStartWithAWord, AtTheStart, AtTheStartWithAWord],
            [BeforeReading, AtTheStart, BeforeReading, AtTheStartWithAWord, BeforeReading],
        ] {
            proxy.break_at(&cuts[..CUTS_MAX - 1]);
            let found = read().await.unwrap_or_else(|fault| panic!("{cuts:?}: {fault}"));
            assert_eq!(found.expect("it is there").text("name"), Some("first"));
            assert_eq!(proxy.breaks_to_come(), 0, "{cuts:?}");
            proxy.break_at(&cuts);
            let cut = read().await;
            assert!(matches!(cut, Err(Error::Unavailable(_))), "{cuts:?}");
            assert_eq!(proxy.breaks_to_come(), 0, "{cuts:?}");
        }
    });
}

#[test]
fn a_snapshot_token_is_asked_for_again_when_its_connection_is_cut() {
    for_server_engine(async |database| {
        let proxy = Proxy::to(&database.url).await;
        let store = database::open(&proxy.url(&database.url)).await;
        store.snapshot_token().await.expect("asked").expect("a token");
        for cuts in 1..CUTS_MAX {
            proxy.break_at(&[Break::AtOnce].repeat(cuts));
            store.snapshot_token().await.unwrap_or_else(|fault| panic!("{cuts} cuts: {fault}")).expect("a token");
            assert_eq!(proxy.breaks_to_come(), 0);
        }
    });
}

/// A server that ends all its connections ends them one after the other, so those that are not in use may look whole
/// for a moment.
#[test]
fn after_a_cut_no_connection_is_used_that_was_there_before() {
    static WHO: Statement = Statement::shared("t.who", "SELECT pg_backend_pid()::bigint");
    static BUSY: Statement =
        Statement::shared("t.busy", "SELECT pid::bigint FROM pg_stat_activity WHERE state <> 'idle'");
    // As many as are lent to reads.
    const SIDE_BY_SIDE: usize = 3;
    for_server_engine(async |database| {
        let proxy = Proxy::to(&database.url).await;
        let store = database::open(&proxy.url(&database.url)).await;
        let barrier = Arc::new(tokio::sync::Barrier::new(SIDE_BY_SIDE));
        let together = || {
            let (store, barrier) = (store.clone(), barrier.clone());
            tokio::spawn(async move {
                let body = async move |tx: &mut onhand_store::Tx<'_>| {
                    let pid = tx.first(&WHO, &[], |row| row.get::<i64>(0)).await?.expect("a number");
                    barrier.wait().await;
                    Ok(pid)
                };
                store.read("t", body).await.expect("read")
            })
        };
        let all_connections = async || {
            let asking: Vec<_> = (0..SIDE_BY_SIDE).map(|_| together()).collect();
            let mut pids = std::collections::BTreeSet::new();
            for asked in asking {
                pids.insert(asked.await.expect("not broken off"));
            }
            pids
        };
        let before = all_connections().await;
        assert_eq!(all_connections().await, before, "connections are used again");
        // A read is answered before its transaction has ended: the commit that is cut must not be one of those.
        let busy = async |tx: &mut onhand_store::Tx<'_>| tx.all(&BUSY, &[], |row| row.get::<i64>(0)).await;
        while database.store.read("t", busy).await.expect("read").iter().any(|pid| before.contains(pid)) {
            tokio::task::yield_now().await;
        }
        proxy.break_at(&[Break::BeforeTheServer]);
        add(&store, "first").await.expect("done again");
        let after = all_connections().await;
        assert!(after.is_disjoint(&before), "{before:?} {after:?}");
    });
}

#[test]
fn a_statement_that_could_not_be_sent_ends_its_transaction() {
    static RENAME: Statement = Statement::shared("t.rename", "UPDATE stock_list SET name = name WHERE id = ?1");
    for_server_engines(async |database| {
        // The connection knows all statements by then, so that nothing is waited for before the commit.
        add(&database.store, "whole").await.expect("written");
        let written = database.store.write("t", async |tx| {
            add_list(tx, "half").await?;
            tx.execute_bulk(&RENAME, [[Value::from("no number")]]).await
        });
        assert!(matches!(written.await, Err(Error::Internal(_))));
        assert_eq!(lists(&database), "whole", "nothing of it was committed");
    });
}

#[test]
fn writes_take_effect_in_the_order_in_which_they_are_called() {
    static FIRST: Statement = Statement::shared("t.first", "UPDATE stock_list SET name = name || ?2 WHERE id = ?1");
    static SECOND: Statement = Statement::shared("t.second", "UPDATE stock_list SET name = ?2 || name WHERE id = ?1");
    for_server_engines(async |database| {
        add(&database.store, "-").await.expect("written");
        let written = database.store.write("t", async |tx| {
            // One row, many rows and none: each is sent in another way, and none is waited for.
            tx.execute_bulk(&FIRST, [[Value::Int(1), "a".into()]]).await?;
            tx.execute_bulk(&SECOND, [[Value::Int(1), "b".into()], [Value::Int(2), "b".into()]]).await?;
            tx.execute_bulk(&SECOND, [] as [[Value<'_>; 2]; 0]).await?;
            tx.execute_bulk(&FIRST, [[Value::Int(1), "c".into()]]).await?;
            tx.execute_bulk(&FIRST, [[Value::Int(1), "d".into()]]).await
        });
        written.await.expect("written");
        assert_eq!(lists(&database), "b-acd");
    });
}

#[test]
fn a_killed_connection_is_replaced_unseen() {
    for_server_engine(async |database| {
        add(&database.store, "first").await.expect("written");
        database.ask(
            "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity
                      WHERE datname = current_database() AND pid <> pg_backend_pid()",
        );
        add(&database.store, "second").await.expect("written on another connection");
        assert_eq!(lists(&database), "first second");
    });
}

#[test]
fn a_connection_that_nobody_uses_holds_nothing_open() {
    for_server_engine(async |database| {
        add(&database.store, "first").await.expect("written");
        let read = database.store.read("t", async |tx| resource::by_id(tx, &STOCK_LISTS, 1).await);
        assert!(read.await.expect("read").is_some());
        let open = "SELECT count(*) FROM pg_stat_activity
                    WHERE datname = current_database() AND state = 'idle in transaction'";
        // The end of a transaction that only read is not waited for, so the server may be a little behind.
        assert!((0..100).any(|_| database.ask(open) == "0"), "a transaction stays open");
    });
}

#[test]
fn a_deadlock_is_tried_again() {
    for_server_engine(async |database| {
        let channels = async |tx: &mut onhand_store::Tx<'_>| {
            let one = add_channel(tx, "one", "accept").await?;
            Ok([one, add_channel(tx, "two", "accept").await?])
        };
        let channels = database.store.write("t", channels).await.expect("written");
        // Both have locked one row before either wants the other's.
        let barrier = Arc::new(tokio::sync::Barrier::new(2));
        let writing = ["one", "two"].map(|first| {
            let (store, barrier) = (database.store.clone(), barrier.clone());
            tokio::spawn(async move {
                let tries = Arc::new(std::sync::atomic::AtomicU32::new(0));
                let counted = tries.clone();
                let body = async move |tx: &mut onhand_store::Tx<'_>| {
                    let mut channels = channels;
                    if first == "two" {
                        channels.reverse();
                    }
                    for (place, id) in channels.into_iter().enumerate() {
                        let channel = resource::by_id(tx, &CHANNELS, id.get()).await?.expect("it was made");
                        resource::update(tx, channel.clone(), channel).await?;
                        if place == 0 && counted.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0 {
                            barrier.wait().await;
                        }
                    }
                    Ok(())
                };
                store.write("t", body).await.expect("the one that was broken off is done again");
                tries.load(std::sync::atomic::Ordering::SeqCst)
            })
        });
        let mut tries = 0;
        for written in writing {
            tries += written.await.expect("written");
        }
        assert!(tries > 2, "there was a deadlock");
    });
}

#[test]
fn the_channel_of_an_order_stays_until_the_order_is_there() {
    for_server_engine(async |database| {
        let shop = Shop::open(&database.store).await;
        let order = Arc::new(place("A", Some(shop.market), Vec::new()));
        // Twice: when the order is about to be decided, and when it may go on.
        let barrier = Arc::new(tokio::sync::Barrier::new(2));
        let (store, waiting, market) = (database.store.clone(), barrier.clone(), shop.market.get());
        let ordering = tokio::spawn(async move {
            let body = async move |tx: &mut onhand_store::Tx<'_>| {
                let (mut read_set, mut working_set) = (ReadSet::default(), WorkingSet::new(IdAllocator::default()));
                order.read_set(&mut read_set);
                unit_of_work::load(tx, &read_set, &mut working_set).await?;
                waiting.wait().await;
                waiting.wait().await;
                Ok(())
            };
            store.write("t", body).await
        });
        barrier.wait().await;
        let remove = async move |tx: &mut onhand_store::Tx<'_>| {
            let channel = resource::locked(tx, &CHANNELS, market).await?.expect("it is there");
            resource::remove(tx, channel).await
        };
        let mut removing = Box::pin(database.store.write("t", remove));
        let early = tokio::time::timeout(Duration::from_millis(300), removing.as_mut()).await;
        assert!(early.is_err(), "the channel was removed under the order");
        barrier.wait().await;
        ordering.await.expect("not broken off").expect("loaded");
        removing.await.expect("removed when the order was through");
    });
}

async fn sequence(store: Store) -> Result<i64, Error> {
    store.write("t", async |tx| sequencer::sequence(tx).await).await
}

/// Two transactions may begin a row of changes with the same object in the same microsecond: the second adds to the
/// row.
#[test]
fn what_is_added_to_changes_while_they_get_their_versions_gets_one_too() {
    static ADD: Statement =
        Statement::shared("t.add", "UPDATE outbox SET events = events || '2 515 1 2;' WHERE at = 1");
    const BLOCKED: &str =
        "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    for_server_engines(async |database| {
        database.ask("INSERT INTO outbox (bucket, at, kind, object_id, events) VALUES (3, 1, 2, 259, '2 259 1 1;')");
        // Twice: when it is added, and when that may be committed.
        let barrier = Arc::new(tokio::sync::Barrier::new(2));
        let (store, waiting) = (database.store.clone(), barrier.clone());
        let adding = tokio::spawn(async move {
            let body = async move |tx: &mut onhand_store::Tx<'_>| {
                tx.execute(&ADD, &[]).await?;
                waiting.wait().await;
                waiting.wait().await;
                Ok(())
            };
            store.write("t", body).await
        });
        barrier.wait().await;
        let sequencing = tokio::spawn(sequence(database.store.clone()));
        while database.ask(BLOCKED) == "0" {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        barrier.wait().await;
        adding.await.expect("not broken off").expect("added");
        sequencing.await.expect("not broken off").expect("sequenced");
        while sequence(database.store.clone()).await.expect("sequenced") > 0 {}
        assert_eq!(
            database.ask("SELECT string_agg(CAST(object_id AS TEXT), ' ' ORDER BY object_id) FROM change_log"),
            "259 515"
        );
        assert_eq!(database.ask("SELECT COUNT(*) FROM outbox"), "0");
    });
}

#[test]
fn a_snapshot_token_changes_with_every_commit_and_not_without() {
    for_server_engine(async |database| {
        let other = database.again().await;
        let token = async || database.store.snapshot_token().await.expect("asked").expect("a server has tokens");
        add(&database.store, "first").await.expect("written");
        let before = token().await;
        add(&other, "second").await.expect("written by another process");
        let after = token().await;
        assert_ne!(before, after);
        database.ask("UPDATE stock_list SET name = 'by hand' WHERE name = 'first'");
        assert_ne!(after, token().await);
    });
}

#[test]
fn snapshot_tokens_are_asked_for_together() {
    for_server_engine(async |database| {
        let asking = (0..50).map(|_| {
            let store = database.store.clone();
            tokio::spawn(async move { store.snapshot_token().await.expect("asked").expect("a token") })
        });
        for asked in asking.collect::<Vec<_>>() {
            assert!(asked.await.expect("asked").contains(':'));
        }
    });
}

/// Two processes that give one code of the ERP to two lines in the same moment: the second one sees the first one's.
#[test]
fn one_code_is_given_to_one_line_whichever_client_gives_it() {
    const ROUNDS: usize = 40;
    for_server_engines(async |database| {
        let mut here = Shop::open(&database.store).await;
        here.write(0, "A", 1_000).await;
        let (_, lines) = here.order("o1", &[(0, "A", 1); 2 * ROUNDS]).await;
        let mut there = here.beside(&database.again().await);
        for (round, pair) in lines.chunks(2).enumerate() {
            let codes = [format!("E{round}"), format!("F{round}")];
            // Each gives two codes, in another order than the other one: neither waits for ever.
            let give =
                |line: usize, codes: [&str; 2]| codes.map(|code| release(pair[line].id, code)).into_iter().collect();
            let one = here.batch(give(0, [&codes[0], &codes[0]]));
            let two = there.batch(give(1, [&codes[0], &codes[1]]));
            let (one, two) = tokio::join!(one, two);
            let taken = |results: &[Result<Outcome, Rejection>]| results[0] == Err(Rejection::ItemCodeTaken);
            assert_ne!(taken(&one), taken(&two), "round {round}: {one:?} {two:?}");
        }
    });
}
