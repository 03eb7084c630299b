//! The statement registry on the embedded engine. `sqlite.plans` says how it runs each statement; a changed plan shows
//! as a changed line.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use onhand_store::sql::Statement;
use onhand_store::statement_registry;
use onhand_store::{Options, Store};
use rusqlite::Connection;

use crate::{SCANS, SORTS, WALKS, may_scan, mentions, names, written_down};

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
fn every_statement_prepares() {
    let (_folder, connection) = migrated();
    for statement in statement_registry::statements() {
        let name = statement.name;
        let prepared = connection.prepare(statement.sqlite()).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let given = (1..=40).filter(|number| mentions(statement.sqlite(), &format!("?{number}"))).count();
        assert_eq!(given, prepared.parameter_count(), "{name} numbers its parameters ?1, ?2 and so on without a gap");
    }
}

#[test]
fn no_statement_scans_or_sorts_unless_it_is_listed() {
    let (_folder, connection) = migrated();
    let (mut scanning, mut walking, mut sorting) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for statement in statement_registry::statements().into_iter().filter(|statement| !may_scan(statement)) {
        let plan = plan(&connection, statement);
        // What a query within has found is no table.
        let is_found = |name: &str| plan.iter().any(|line| line.trim_start() == format!("CO-ROUTINE {name}"));
        for line in &plan {
            let scanned = line.trim_start().strip_prefix("SCAN ");
            if scanned.is_some_and(|name| name != "CONSTANT ROW" && !is_found(name)) {
                scanning.insert(statement.name);
            }
            if line.ends_with(" PRIMARY KEY (id>?)") || line.ends_with(" PRIMARY KEY (rowid>?)") {
                walking.insert(statement.name);
            }
            if line.contains("USE TEMP B-TREE") {
                sorting.insert(statement.name);
            }
        }
    }
    assert_eq!(scanning, names(SCANS), "a statement reads a whole table");
    assert_eq!(walking, names(WALKS), "a statement goes through a whole table");
    assert_eq!(sorting, names(SORTS), "a statement sorts");
}

#[test]
fn plans_are_as_written_down() {
    let (_folder, connection) = migrated();
    let mut found = String::new();
    for statement in statement_registry::statements() {
        writeln!(found, "{}", statement.name).expect("a string takes any text");
        for line in plan(&connection, statement) {
            writeln!(found, "    {line}").expect("a string takes any text");
        }
    }
    written_down("sqlite.plans", &found);
}
