//! Files that wish us ill: a small corpus, and thousands of files that are almost those.
//!
//! Whatever the bytes are, [`onhand_sheet::probe::file`] must return; it checks every row it gets.
//! `ONHAND_CASES=100000` makes a night of it. The same function is what `fuzz/` calls.

mod corpus;
#[path = "../books/made.rs"]
mod made;

use onhand_sheet::Format;
use onhand_sheet::probe::{self, Found};
use proptest::prelude::{Strategy, any, prop_assert};
use proptest::test_runner::{Config, TestRunner};
use proptest::{collection, sample};

/// A change of a file.
#[derive(Debug, Clone)]
enum Change {
    Byte(sample::Index, u8),
    Remove(sample::Index, usize),
    Insert(sample::Index, Vec<u8>),
    Repeat(sample::Index, usize, usize),
    Cut(sample::Index),
}

/// Pieces that mean something somewhere.
const WORDS: &[&[u8]] = &[
    b"\"",
    b"\r",
    b"\n",
    b"\0",
    b",",
    b";",
    b"\t",
    b"sep=",
    b"'=",
    b"\xFF\xFE",
    b"\xFE\xFF",
    b"\xEF\xBB\xBF",
    b"\xF0",
    b"<",
    b">",
    b"/>",
    b"&",
    b"&#1114112;",
    b"&lt;",
    b"<![CDATA[",
    b"<!--",
    b"]]>",
    b"-->",
    b"<row>",
    b"<row r='0'>",
    b"</row>",
    b"<c>",
    b"<c r='A1' t='s'>",
    b"</c>",
    b"<v>",
    b"</v>",
    b"<is>",
    b"<t>",
    b"<si>",
    b"_x0000_",
    b"_xD83D_",
    b"1e308",
    b"-1",
    b"4294967295",
    b"18446744073709551615",
    b"\xFF\xFF\xFF\xFF",
    b"\x3C\x00\x00\x00",
    b"\x0A\x00\x00\x00",
    b"<text:s text:c='999999999'/>",
    b" table:number-columns-repeated='999999999'",
    b" table:number-rows-repeated='999999999'",
];

fn change() -> impl Strategy<Value = Change> {
    let at = any::<sample::Index>;
    let bytes = collection::vec(any::<u8>(), 1..5);
    proptest::prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        (at(), 1..40_usize).prop_map(|(at, count)| Change::Remove(at, count)),
        (at(), bytes).prop_map(|(at, bytes)| Change::Insert(at, bytes)),
        (at(), sample::select(WORDS)).prop_map(|(at, word)| Change::Insert(at, word.to_vec())),
        (at(), 1..60_usize, 1..50_usize).prop_map(|(at, count, times)| Change::Repeat(at, count, times)),
        at().prop_map(Change::Cut),
    ]
}

fn changed(mut file: Vec<u8>, changes: &[Change]) -> Vec<u8> {
    for change in changes {
        let place = |at: &sample::Index, file: &Vec<u8>| at.index(file.len() + 1);
        match change {
            Change::Byte(at, byte) => {
                let at = place(at, &file);
                file.get_mut(at).into_iter().for_each(|place| *place = *byte);
            }
            Change::Remove(at, count) => {
                let at = place(at, &file);
                file.drain(at..(at + count).min(file.len()));
            }
            Change::Insert(at, bytes) => {
                let at = place(at, &file);
                file.splice(at..at, bytes.iter().copied());
            }
            Change::Repeat(at, count, times) => {
                let at = place(at, &file);
                let piece = file[at..(at + count).min(file.len())].repeat(*times);
                file.splice(at..at, piece);
            }
            Change::Cut(at) => file.truncate(place(at, &file)),
        }
    }
    file
}

/// Runs changed files of a part of the corpus, each put into its wrapping after the change.
fn run(seeds: Vec<Vec<u8>>, wrap: fn(&[u8]) -> Vec<u8>) {
    let cases = std::env::var("ONHAND_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1_000);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let files =
        (sample::select(seeds), collection::vec(change(), 0..6)).prop_map(|(file, changes)| changed(file, &changes));
    let outcome = TestRunner::new(config).run(&files, |file| {
        let found = probe::file(&wrap(&file));
        prop_assert!(found.rows <= 1_000);
        Ok(())
    });
    outcome.expect("every file is read or refused");
}

#[test]
fn the_corpus_is_read_as_far_as_it_can_be() {
    for (name, file, rows) in corpus::files() {
        let found = probe::file(&file);
        assert_eq!(found.rows, rows, "{name}: {found:?}");
    }
    let read = |file: &[u8]| probe::file(file);
    let whole = |format, rows| Found { format: Some(format), rows, lost: 0, whole: true };
    assert_eq!(read(&corpus::sheet(&corpus::sheets()[0])), whole(Format::Xlsx, 3));
    assert_eq!(read(&corpus::content(&corpus::contents()[0])), whole(Format::Ods, 4));
    assert_eq!(read(&corpus::stream(&corpus::streams()[0])), whole(Format::Xls, 3));
}

#[test]
fn csv_files_with_changes_are_read_or_refused() {
    run(corpus::texts(), <[u8]>::to_vec);
}

#[test]
fn packed_files_with_changes_are_read_or_refused() {
    run(corpus::files().into_iter().map(|(_, file, _)| file).collect(), <[u8]>::to_vec);
}

#[test]
fn sheets_of_xlsx_files_with_changes_are_read_or_refused() {
    run(corpus::sheets(), corpus::sheet);
}

#[test]
fn other_parts_of_xlsx_files_with_changes_are_read_or_refused() {
    run(corpus::parts(), corpus::every_part);
}

#[test]
fn contents_of_ods_files_with_changes_are_read_or_refused() {
    run(corpus::contents(), corpus::content);
}

#[test]
fn streams_of_xls_files_with_changes_are_read_or_refused() {
    run(corpus::streams(), corpus::stream);
}
