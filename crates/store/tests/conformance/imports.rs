//! Imports: parts of a file, results of chunks that are stored once, what is left to do, and for how long it is kept.

use onhand_core::{ImportId, PriceListId, StockListId, Timestamp, UserId};
use onhand_store::imports::{self, Chunk, Counts, Description, ImportRow, Kind, MappedList, State, Task};
use onhand_store::{Error, Store};

use crate::database::for_each_engine;
use crate::shop::at;

fn row(cache_key: &str, state: State, created_at: Timestamp) -> ImportRow {
    let arriving = ImportRow::arriving(cache_key.to_owned(), Kind::Stocks, Task::Import, UserId::new(1), created_at);
    ImportRow { list: Some(StockListId::new(1)), state, ..arriving }
}

async fn insert(store: &Store, row: ImportRow) -> Result<ImportRow, Error> {
    store.write("t", async move |tx| imports::insert(tx, &row).await).await
}

async fn by_key(store: &Store, key: &'static str) -> Option<ImportRow> {
    store.read("t", async move |tx| imports::by_key(tx, key).await).await.expect("read")
}

async fn open(store: &Store) -> Vec<String> {
    let open = store.read("t", async |tx| imports::open(tx).await).await.expect("read");
    open.into_iter().map(|import| import.cache_key).collect()
}

fn chunk(import: ImportId, number: i64) -> Chunk {
    let counts = Counts { created: 1, updated: 2, unchanged: 3, failed: number };
    Chunk { import, number, counts, results: vec![1, 0, 255] }
}

#[test]
fn an_import_goes_from_its_arrival_to_its_end() {
    for_each_engine(async |database| {
        let store = &database.store;
        let made = insert(store, row("a", State::Receiving, at(0))).await.expect("made");
        let id = made.id;
        assert!(open(store).await.is_empty(), "nothing is done with half a file");
        let arrived = ImportRow {
            task: Task::Preview,
            mode: "adjust".to_owned(),
            file_name: "çarşı.csv".to_owned(),
            file_bytes: 7,
            ..made
        };
        let body = async move |tx: &mut onhand_store::Tx<'_>| imports::arrived(tx, &arrived).await;
        store.write("t", body).await.expect("written");
        assert_eq!(open(store).await, ["a"]);
        let found = Description {
            format: "csv".to_owned(),
            encoding: "UTF-8".to_owned(),
            ignored_columns: "[\"x\"]".to_owned(),
            total: 9,
        };
        let body = async move |tx: &mut onhand_store::Tx<'_>| {
            imports::begin(tx, id, at(1)).await?;
            imports::begin(tx, id, at(2)).await?;
            imports::describe(tx, id, &found).await?;
            imports::add_chunks(tx, &[chunk(id, 0), chunk(id, 1)]).await
        };
        store.write("t", body).await.expect("written");
        let seen = by_key(store, "a").await.expect("there");
        assert_eq!((seen.state, seen.task, seen.started_at), (State::Processing, Task::Preview, Some(at(1))));
        assert_eq!(seen.counts, Counts { created: 2, updated: 4, unchanged: 6, failed: 1 });
        assert_eq!((seen.total, seen.file_name.as_str()), (13, "çarşı.csv"), "more rows than the file had");
        let ended = Ok(Some("a remark".to_owned()));
        let body = async move |tx: &mut onhand_store::Tx<'_>| imports::finish(tx, id, &ended, at(3)).await;
        store.write("t", body).await.expect("written");
        let late = Err("too late".to_owned());
        let body = async move |tx: &mut onhand_store::Tx<'_>| imports::finish(tx, id, &late, at(4)).await;
        store.write("t", body).await.expect("written");
        let seen = by_key(store, "a").await.expect("there");
        assert_eq!((seen.state, seen.error.as_deref()), (State::Completed, Some("a remark")), "it ends once");
        assert_eq!(seen.finished_at, Some(at(3)));
        assert!(open(store).await.is_empty());
        let again = Description { total: 9, ..Description::default() };
        let body = async move |tx: &mut onhand_store::Tx<'_>| imports::describe(tx, id, &again).await;
        store.write("t", body).await.expect("written");
        assert_eq!(by_key(store, "a").await.expect("there").total, 13, "as many as were done");
    });
}

#[test]
fn imports_are_listed_the_newest_first() {
    for_each_engine(async |database| {
        let store = &database.store;
        for (key, state) in
            [("a", State::Completed), ("b", State::Waiting), ("half", State::Receiving), ("c", State::Failed)]
        {
            insert(store, row(key, state, at(0))).await.expect("made");
        }
        let newest = async |before, limit| {
            let rows = store.read("t", async move |tx| imports::newest(tx, before, limit).await).await.expect("read");
            rows.into_iter().map(|import| (import.id, import.cache_key)).collect::<Vec<_>>()
        };
        let keys = |rows: &[(ImportId, String)]| rows.iter().map(|(_, key)| key.clone()).collect::<Vec<_>>();
        let first = newest(None, 2).await;
        assert_eq!(keys(&first), ["c", "b"], "a file that has not arrived is no import");
        assert_eq!(keys(&newest(Some(first[1].0), 2).await), ["a"]);
    });
}

#[test]
fn what_is_left_to_do_is_the_oldest_of_each_list() {
    for_each_engine(async |database| {
        let store = &database.store;
        let of = |key: &str, list: Option<i64>| ImportRow {
            list: list.map(StockListId::new),
            ..row(key, State::Waiting, at(0))
        };
        for number in 0..101 {
            insert(store, of(&format!("first {number}"), Some(1))).await.expect("made");
        }
        for (key, list) in [("second", Some(2)), ("lists", None), ("third", Some(3)), ("lists again", None)] {
            insert(store, of(key, list)).await.expect("made");
        }
        assert_eq!(open(store).await, ["first 0", "second", "lists", "third"], "a long queue holds up no other");
    });
}

#[test]
fn a_file_that_will_not_arrive_is_dropped_and_one_that_has_arrived_is_not() {
    for_each_engine(async |database| {
        let store = &database.store;
        let mut made = Vec::new();
        for key in ["half", "whole", "forgotten"] {
            let import = insert(store, row(key, State::Receiving, at(0))).await.expect("made");
            let id = import.id;
            let body = async move |tx: &mut onhand_store::Tx<'_>| {
                if key == "forgotten" {
                    assert!(!imports::discard(tx, id).await?, "there was nothing else");
                }
                imports::add_part(tx, id, 0, b"x").await
            };
            store.write("t", body).await.expect("written");
            made.push(import);
        }
        for (import, arrives) in made.clone().into_iter().zip([false, true, false]) {
            let id = import.id;
            let body = async move |tx: &mut onhand_store::Tx<'_>| {
                let is_there = if import.cache_key == "half" { false } else { imports::arrived(tx, &import).await? };
                while imports::abandon(tx, id).await? {}
                Ok((is_there, imports::part(tx, id, 0).await?.is_some()))
            };
            assert_eq!(store.write("t", body).await.expect("written"), (arrives, arrives));
        }
        assert_eq!(open(store).await, ["whole"]);
        assert!(by_key(store, "half").await.is_none());
    });
}

#[test]
fn a_chunk_is_stored_once_and_counts_once() {
    for_each_engine(async |database| {
        let store = &database.store;
        let id = insert(store, row("a", State::Waiting, at(0))).await.expect("made").id;
        for (number, fits) in [(0, true), (1, true), (1, false), (2, true)] {
            let body = async move |tx: &mut onhand_store::Tx<'_>| imports::add_chunks(tx, [&chunk(id, number)]).await;
            let stored = store.write("t", body).await;
            assert_eq!(stored.is_ok(), fits, "{number}: {stored:?}");
            assert!(fits || matches!(stored, Err(Error::UniqueViolation { .. })), "{stored:?}");
        }
        assert_eq!(by_key(store, "a").await.expect("there").counts.failed, 3);
        let body = async move |tx: &mut onhand_store::Tx<'_>| {
            let has = (imports::has_chunk(tx, id, 2).await?, imports::has_chunk(tx, id, 3).await?);
            let next = imports::next_chunk(tx, id).await?;
            Ok((has, next, imports::sums(tx, id).await?, imports::chunk(tx, id, 1).await?))
        };
        let (has, next, sums, found) = store.read("t", body).await.expect("read");
        let failed: Vec<_> = sums.into_iter().map(|(number, counts)| (number, counts.failed)).collect();
        assert_eq!((has, next, failed), ((true, false), 3, vec![(0, 0), (1, 1), (2, 2)]));
        assert_eq!(found, Some(chunk(id, 1)));
    });
}

#[test]
fn a_file_is_read_back_in_the_pieces_in_which_it_came() {
    for_each_engine(async |database| {
        let store = &database.store;
        let id = insert(store, row("a", State::Receiving, at(0))).await.expect("made").id;
        for number in 0..3 {
            let bytes = vec![number as u8; 300_000];
            let body = async move |tx: &mut onhand_store::Tx<'_>| imports::add_part(tx, id, number, &bytes).await;
            store.write("t", body).await.expect("written");
        }
        for (number, expected) in [(0, Some(0)), (2, Some(2)), (3, None)] {
            let body = async move |tx: &mut onhand_store::Tx<'_>| imports::part(tx, id, number).await;
            let part = store.read("t", body).await.expect("read");
            assert_eq!(part, expected.map(|byte| vec![byte; 300_000]));
        }
    });
}

#[test]
fn an_import_is_applied_and_undone_once() {
    for_each_engine(async |database| {
        let store = &database.store;
        let source = insert(store, row("a", State::Waiting, at(0))).await.expect("made").id;
        let follows = |key: &str, task| ImportRow { task, source: Some(source), ..row(key, State::Waiting, at(1)) };
        insert(store, follows("b", Task::Apply)).await.expect("the first");
        let second = insert(store, follows("c", Task::Apply)).await;
        assert!(second.is_err_and(|fault| fault.is_taken("import_source_id")));
        insert(store, follows("d", Task::Undo)).await.expect("another task");
        let body = async move |tx: &mut onhand_store::Tx<'_>| {
            Ok((imports::by_source(tx, source, Task::Apply).await?, imports::by_source(tx, source, Task::Undo).await?))
        };
        let (applied, undone) = store.read("t", body).await.expect("read");
        assert_eq!(
            [applied, undone].map(|found| found.map(|found| found.cache_key)),
            [Some("b".into()), Some("d".into())]
        );
    });
}

/// More than one transaction drops.
const PARTS: i64 = 150;

#[test]
fn old_imports_and_files_that_never_arrived_are_forgotten_part_by_part() {
    for_each_engine(async |database| {
        let store = &database.store;
        let day = 24 * 3_600;
        let mut ids = Vec::new();
        for (key, state, seconds) in
            [("old", State::Waiting, 0), ("half", State::Receiving, 29 * day), ("new", State::Waiting, 30 * day)]
        {
            let id = insert(store, row(key, state, at(seconds))).await.expect("made").id;
            let body = async move |tx: &mut onhand_store::Tx<'_>| {
                for number in 0..PARTS {
                    imports::add_part(tx, id, number, b"x").await?;
                }
                imports::add_chunks(tx, [&chunk(id, 0)]).await
            };
            store.write("t", body).await.expect("written");
            ids.push(id);
        }
        let forget = async || {
            let now = at(30 * day + 60);
            store.write("t", async move |tx| imports::forget(tx, now, 30 * 24 * 3_600).await).await.expect("written")
        };
        let old = ids[0];
        assert!(forget().await && by_key(store, "old").await.is_none(), "nobody finds half of it");
        let body = async move |tx: &mut onhand_store::Tx<'_>| imports::part(tx, old, PARTS - 1).await;
        assert!(store.read("t", body).await.expect("read").is_some(), "one transaction drops no more than some parts");
        let mut steps = 1;
        while forget().await {
            steps += 1;
        }
        assert!((6..20).contains(&steps), "{steps}");
        for id in &ids[..2] {
            let id = *id;
            let body = async move |tx: &mut onhand_store::Tx<'_>| {
                Ok((imports::part(tx, id, PARTS - 1).await?, imports::chunk(tx, id, 0).await?))
            };
            assert_eq!(store.read("t", body).await.expect("read"), (None, None));
        }
        assert!(by_key(store, "half").await.is_none());
        assert!(by_key(store, "new").await.is_some());
    });
}

#[test]
fn a_list_remembers_mappings_by_their_headings_and_the_newest_ones_only() {
    for_each_engine(async |database| {
        let store = &database.store;
        let remember = async |list, headings: String, mapping: Option<&'static str>, seconds| {
            let body = async move |tx: &mut onhand_store::Tx<'_>| {
                imports::remember(tx, list, (&headings, mapping), at(seconds)).await
            };
            store.write("t", body).await.expect("written");
        };
        let of = async |list| store.read("t", async move |tx| imports::remembered(tx, list).await).await.expect("read");
        let stocks = [1, 2].map(|list| MappedList::Stocks(StockListId::new(list)));
        // The price list of the same number is another list.
        let prices = [1, 2].map(|list| MappedList::Prices(PriceListId::new(list)));
        for [one, other] in [stocks, prices] {
            remember(one, "a".to_owned(), Some("{}"), 1).await;
            remember(one, "a".to_owned(), Some("{\"sheet\":\"x\"}"), 2).await;
            remember(one, "b".to_owned(), Some("{}"), 1).await;
            let pair = |headings: &str, mapping: &str| (headings.to_owned(), mapping.to_owned());
            assert_eq!(of(one).await, [pair("a", "{\"sheet\":\"x\"}"), pair("b", "{}")]);
            remember(one, "b".to_owned(), None, 3).await;
            remember(one, "c".to_owned(), None, 3).await;
            assert_eq!((of(one).await.len(), of(other).await.len()), (1, 0));
            for number in 0..imports::REMEMBERED_MAX {
                remember(one, format!("n{number:03}"), Some("{}"), 10 + number as i64).await;
            }
            let kept = of(one).await;
            assert_eq!((kept.len(), kept[0].0.as_str()), (imports::REMEMBERED_MAX, "n000"), "the oldest is forgotten");
        }
    });
}

#[test]
fn how_a_file_is_read_is_kept_with_its_import() {
    for_each_engine(async |database| {
        let store = &database.store;
        let first = insert(store, row("a", State::Waiting, at(0))).await.expect("made").id;
        let again = insert(store, row("b", State::Waiting, at(1))).await.expect("made").id;
        let reading = async |id| store.read("t", async move |tx| imports::reading(tx, id).await).await.expect("read");
        assert_eq!(reading(first).await, imports::FileReading::default());
        let body = async move |tx: &mut onhand_store::Tx<'_>| {
            imports::read_as(tx, again, Some("{}"), Some(first)).await?;
            imports::understood(tx, again, "{\"sheet\":0}").await
        };
        store.write("t", body).await.expect("written");
        let text = |text: &str| Some(text.to_owned());
        let wanted = imports::FileReading { mapping: text("{}"), layout: text("{\"sheet\":0}"), file_of: Some(first) };
        assert_eq!(reading(again).await, wanted);
        assert_eq!(reading(ImportId::new(999)).await, imports::FileReading::default());
    });
}

/// The oldest of each list waits for no other list, whichever kind it is of.
#[test]
fn imports_of_price_lists_are_open_beside_those_of_stock_lists() {
    for_each_engine(async |database| {
        let store = &database.store;
        let prices = |key: &str, list: i64| ImportRow {
            kind: Kind::Prices,
            list: None,
            price_list: Some(PriceListId::new(list)),
            ..row(key, State::Waiting, at(0))
        };
        for one in [row("stock", State::Waiting, at(0)), prices("p1", 1), prices("p1-later", 1), prices("p2", 2)] {
            insert(store, one).await.expect("made");
        }
        let open = store.read("t", async |tx| imports::open(tx).await).await.expect("read");
        assert_eq!(open.iter().map(|one| one.cache_key.as_str()).collect::<Vec<_>>(), ["stock", "p1", "p2"]);
        let found = by_key(store, "p2").await.expect("it is there");
        assert_eq!((found.kind, found.list, found.price_list), (Kind::Prices, None, Some(PriceListId::new(2))));
    });
}
