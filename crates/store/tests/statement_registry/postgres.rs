//! The statement registry on PostgreSQL. `postgres.plans` says how it runs each statement for one row and for many; the
//! plans are those of the release named in its first line.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use onhand_store::sql::Statement;
use onhand_store::{Options, Store, statement_registry};
use onhand_testbed::Database;

use crate::{SCANS, may_scan, names, written_down};

/// The release whose plans are written down: the one of Debian's packages that we build with.
const RELEASE: &str = "15";
/// As in a session of ours.
const SET_UP: &str = "SET plan_cache_mode = force_generic_plan; SET jit = off; SET random_page_cost = 1.1;
    SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;";

/// A migrated database.
pub(crate) fn migrated() -> Database {
    let database = onhand_testbed::database();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(Store::open(database.url(), &Options::default())).expect("the database opens");
    database
}

/// The forms of a statement: for one row, and for many where it has one, each with its parameters' types.
fn forms(database: &Database, statement: &Statement) -> Vec<(String, Vec<String>)> {
    let one = statement.postgres().to_owned();
    let types = database.psql(&format!(
        "PREPARE form AS {one}; SELECT unnest(parameter_types) FROM pg_prepared_statements WHERE name = 'form'"
    ));
    let types = types.unwrap_or_else(|fault| panic!("{}: {fault}", statement.name));
    let types: Vec<String> = types.lines().map(ToOwned::to_owned).collect();
    let names: Vec<&str> = types.iter().map(String::as_str).collect();
    let many = statement.bulk(&names).ok().filter(|_| !types.is_empty());
    let arrays = types.iter().map(|name| format!("{name}[]")).collect();
    std::iter::once((one, types)).chain(many.map(|text| (text, arrays))).collect()
}

fn plan(database: &Database, (text, types): &(String, Vec<String>)) -> String {
    let nulls = vec!["NULL"; types.len()].join(", ");
    let call = if types.is_empty() { "form".to_owned() } else { format!("form ({nulls})") };
    let plan = database.psql(&format!("{SET_UP} PREPARE form AS {text}; EXPLAIN (COSTS OFF) EXECUTE {call}"));
    plan.unwrap_or_else(|fault| panic!("{text}: {fault}"))
}

/// Whether a plan reads a table row by row, or a whole index, which is the same.
fn reads_a_whole_table(plan: &str) -> bool {
    let nodes = plan.split("->").map(|node| node.split_once(" on ").map_or((node, ""), |(kind, rest)| (kind, rest)));
    nodes.into_iter().any(|(kind, rest)| {
        kind.contains("Seq Scan") || (kind.contains("Index") && kind.contains("Scan") && !rest.contains("Index Cond"))
    })
}

#[test]
fn every_statement_runs_as_written_down_and_none_scans_unless_it_is_listed() {
    let database = migrated();
    let release = database.psql("SELECT current_setting('server_version_num')::int / 10000").expect("a release");
    let (mut found, mut scanning) = (format!("PostgreSQL {RELEASE}\n"), BTreeSet::new());
    for statement in statement_registry::statements() {
        for (number, form) in forms(&database, statement).iter().enumerate() {
            let plan = plan(&database, form);
            if may_scan(statement) {
                continue;
            }
            writeln!(found, "{}{}", statement.name, if number == 0 { "" } else { ", many" }).expect("any text");
            plan.lines().for_each(|line| writeln!(found, "    {line}").expect("any text"));
            if reads_a_whole_table(&plan) {
                scanning.insert(statement.name);
            }
        }
    }
    assert_eq!(scanning, names(SCANS), "a statement reads a whole table");
    if release == RELEASE {
        written_down("postgres.plans", &found);
    }
}
