//! The catalogue: every statement prepares, is named `noun.verb`, and reads by key.
//!
//! Promises: `catalogue.plans` says how the embedded engine runs each statement; a changed plan shows as a changed line.
//! Statements that read whole tables, and those on hot tables that do not name `bucket`, are listed here with a reason.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use onhand_store::catalogue;
use onhand_store::sql::Statement;
use onhand_store::{Options, Store};
use rusqlite::Connection;

/// Run with this variable set to write `catalogue.plans` anew; then read the difference.
const REWRITE: &str = "ONHAND_REWRITE_PLANS";

/// Statements that may read a whole table.
const SCANS: &[(&str, &str)] =
    &[("accounts.count", "people and programs, a few dozen"), ("accounts.list", "people and programs, a few dozen")];

/// Statements that sort what they have found.
const SORTS: &[(&str, &str)] = &[
    ("mappings.of_item", "a line has one mapping per kind of remote system"),
    ("orders.by_number", "a number is used once per channel"),
];

/// A whole family that may do both: verifying looks at everything.
const SCANNING_NOUN: &str = "verify.";

/// Tables whose rows are spread over the machines of a distributed database by their bucket.
const HOT: &[&str] = &["product", "stock", "sales_order", "order_item", "hold", "mapping", "movement", "idempotency"];

/// Statements on hot tables that do not name the bucket.
const WITHOUT_BUCKET: &[(&str, &str)] = &[("idempotency.forget", "housekeeping, once a minute, on every machine")];

/// A migrated database and its file.
fn migrated() -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("onhand.db");
    let url = format!("sqlite:{}", path.display());
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(Store::open(&url, &Options::default())).expect("the database opens");
    let connection = Connection::open(path).expect("the file opens");
    (folder, connection)
}

/// The lines of a plan, nested ones indented.
fn plan(connection: &Connection, statement: &Statement) -> Vec<String> {
    let sql = format!("EXPLAIN QUERY PLAN {}", statement.sqlite());
    let mut prepared = connection.prepare(&sql).unwrap_or_else(|fault| panic!("{}: {fault}", statement.name));
    // How deep the children of a line are.
    let mut depths = vec![(0_i64, 0_usize)];
    let mut rows = prepared.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().expect("a plan is read") {
        let (id, parent, detail): (i64, i64, String) =
            (row.get(0).expect("id"), row.get(1).expect("parent"), row.get(3).expect("detail"));
        let depth = depths.iter().find(|(known, _)| *known == parent).map_or(0, |(_, depth)| *depth);
        depths.push((id, depth + 1));
        lines.push(format!("{}{detail}", "  ".repeat(depth)));
    }
    lines
}

#[test]
fn every_statement_prepares_under_a_name_of_its_own() {
    let (_folder, connection) = migrated();
    let mut names = BTreeSet::new();
    for statement in catalogue::statements() {
        let name = statement.name;
        let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let noun_and_verb = name.split_once('.').is_some_and(|(noun, verb)| word(noun) && word(verb));
        assert!(noun_and_verb, "{name} is not noun.verb");
        assert!(names.insert(name), "{name} is the name of two statements");
        let prepared = connection.prepare(statement.sqlite()).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let given = (1..=40).filter(|number| mentions(statement.sqlite(), &format!("?{number}"))).count();
        assert_eq!(given, prepared.parameter_count(), "{name} numbers its parameters ?1, ?2 and so on without a gap");
    }
    assert!(names.len() > 40, "the catalogue has only {} statements", names.len());
}

/// Whether a text has a word, not as a part of a longer one.
fn mentions(text: &str, word: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut pieces = text.match_indices(word);
    pieces.any(|(at, _)| !text[..at].ends_with(inner) && !text[at + word.len()..].starts_with(inner))
}

#[test]
fn no_statement_scans_or_sorts_unless_it_is_listed() {
    let (_folder, connection) = migrated();
    let (mut scanning, mut sorting) = (BTreeSet::new(), BTreeSet::new());
    for statement in catalogue::statements().into_iter().filter(|statement| !statement.name.starts_with(SCANNING_NOUN))
    {
        for line in plan(&connection, statement) {
            if line.trim_start().starts_with("SCAN ") {
                scanning.insert(statement.name);
            }
            if line.contains("USE TEMP B-TREE") {
                sorting.insert(statement.name);
            }
        }
    }
    assert_eq!(scanning, names(SCANS), "a statement reads a whole table");
    assert_eq!(sorting, names(SORTS), "a statement sorts");
}

fn names(listed: &'static [(&str, &str)]) -> BTreeSet<&'static str> {
    listed.iter().map(|(name, _)| *name).collect()
}

#[test]
fn statements_on_hot_tables_name_the_bucket() {
    let mut without = BTreeSet::new();
    for statement in catalogue::statements().into_iter().filter(|statement| !statement.name.starts_with(SCANNING_NOUN))
    {
        let text = statement.sqlite();
        let hot = HOT.iter().any(|table| {
            ["FROM", "INTO", "UPDATE", "JOIN"].iter().any(|before| mentions(text, &format!("{before} {table}")))
        });
        if hot && !mentions(text, "bucket") {
            without.insert(statement.name);
        }
    }
    assert_eq!(without, names(WITHOUT_BUCKET));
}

#[test]
fn plans_are_as_written_down() {
    let (_folder, connection) = migrated();
    let mut found = String::new();
    for statement in catalogue::statements() {
        writeln!(found, "{}", statement.name).expect("a string takes any text");
        for line in plan(&connection, statement) {
            writeln!(found, "    {line}").expect("a string takes any text");
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/catalogue.plans");
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(&path, &found).expect("written");
    }
    let known = std::fs::read_to_string(&path).expect("the plans are written down");
    let change = found.lines().zip(known.lines()).find(|(found, known)| found != known);
    assert!(found == known, "plans have changed ({REWRITE}=1 writes them anew); the first change: {change:?}");
}
