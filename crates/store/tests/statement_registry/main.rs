//! The statement registry: every statement prepares on every engine, is named `resource.verb`, and reads by key.
//!
//! Promises: statements that read whole tables, those on hot tables that do not name `bucket`, and those that have a
//! text per engine are listed here with a reason; the two schemas are the same.

mod citus;
mod postgres;
mod schema;
mod sqlite;
mod upgraded;

use std::collections::BTreeSet;
use std::path::Path;

use onhand_store::placement::{Placement, placements};
use onhand_store::sql::Statement;
use onhand_store::statement_registry;

/// Run with this variable set to write the plans anew; then read the difference.
const REWRITE: &str = "ONHAND_REWRITE_PLANS";

/// Statements that may read a whole table.
const SCANS: &[(&str, &str)] = &[
    ("accounts.count", "people and programs, a few dozen"),
    ("accounts.list", "people and programs, a few dozen"),
    ("channel.in_account", "people and programs, a few dozen"),
    ("data_sources.all", "256 at the most, every two seconds"),
    ("data_sources.count", "256 at the most, when a person adds one"),
    ("stock_sums.due", "a row per list, in the background"),
    ("sourcing_queue.all", "orders that wait to be sourced, gone as soon as they are"),
    ("stock_locations.active", "two hundred at the most"),
    ("stock_locations.all", "two hundred at the most, and a plan looks at each"),
    ("stock_locations.due", "once in the life of a location: the lines that are open in its list"),
    ("stock_locations.lists", "two hundred at the most"),
    ("stock_locations.names", "two hundred at the most"),
    ("webhooks.all", "256 at the most, every two seconds"),
    ("webhooks.any_active", "256 at the most, and an index of the active ones"),
    ("webhooks.count", "256 at the most, when a person adds one"),
];

/// Statements that go through a table in the order of its key. Where another condition narrows what they want, that is
/// reading the whole table, though no plan calls it a scan.
const WALKS: &[(&str, &str)] = &[
    ("event_log.after", "every row is wanted, up to a limit"),
    ("event_log.oldest", "every row is wanted, up to a limit"),
    ("reports.oldest_errors", "every row is wanted, up to a limit"),
    ("reports.oldest_events", "every row is wanted, up to a limit"),
    ("reports.oldest_places", "every row is wanted, up to a limit"),
    ("unplanned_items.after", "every row is wanted, up to a limit"),
    ("watched.channels", "every row is wanted, up to a limit"),
    ("webhook_deliveries.oldest", "every row is wanted, up to a limit"),
];

/// Statements that sort what they have found.
const SORTS: &[(&str, &str)] = &[
    ("catalogs.lists_by_priority", "the further lists of one catalog, before the order waits for the writer"),
    ("column_mappings.forget_old", "a list remembers a hundred mappings, and a person adds one"),
    ("price_column_mappings.forget_old", "a list remembers a hundred mappings, and a person adds one"),
    ("imports.open", "what is left to do is little"),
    ("mappings.of_item", "a line has one mapping per kind of remote system"),
    ("movements.history", "the steps of a walk, of which there are a thousand at the most"),
    ("orders.by_number", "a number is used once per channel"),
    ("reservations.reported_of_sku", "the reported lines of one SKU, which people look at"),
];

/// Whole families that may do both: verifying looks at everything, migrating at a row per migration, and a database
/// that was put back is gone through once.
const SCANNING_RESOURCES: &[&str] = &["verify.", "schema_migration.", "generation."];

fn may_scan(statement: &Statement) -> bool {
    SCANNING_RESOURCES.iter().any(|resource| statement.name.starts_with(resource))
}

/// Tables whose rows are distributed over several machines by their bucket: the hot ones.
pub(crate) fn distributed() -> BTreeSet<&'static str> {
    placements().into_iter().filter(|(_, home)| *home == Placement::Distributed).map(|(table, _)| table).collect()
}

/// Statements on hot tables that do not name the bucket.
const WITHOUT_BUCKET: &[(&str, &str)] = &[
    ("attention.cancellations", "the overview: a few rows of an index on every machine"),
    ("attention.oversold", "the overview: a few rows of an index on every machine"),
    ("attention.short", "the overview: a few rows of an index on every machine"),
    ("assortments.has_items", "asks for one row of an index of the catalog, once per request of a channel"),
    ("cancellation_requests.count", "people who look at requests: a few rows of an index on every machine"),
    ("discrepancies.active_at", "removing them: seldom, by people, on every machine"),
    ("discrepancies.of_package_item", "a package's lines are of many stocks, and those of many buckets"),
    ("idempotency.forget", "housekeeping, once a minute, on every machine"),
    ("movements.last", "some thousands of an index, as of the newest, on every machine"),
    ("movements.old", "rolling up, in the background: some hundreds of an index on every machine"),
    ("movements.newest", "the overview: a few rows of an index on every machine"),
    ("order_items.oversold_before", "people who look at such lines: a few rows of an index on every machine"),
    ("order_items.oversold_count", "people who look at such lines: a few rows of an index on every machine"),
    ("orders.by_number_prefix", "searching: by people, and a few rows of an index on every machine"),
    ("package_items.counted", "counting: by people, and an SKU's lines are those of many orders"),
    ("package_items.of_sku", "the product's page: by people, and a few rows of an index on every machine"),
    ("products.by_sku_prefix", "searching: by people, and a few rows of an index on every machine"),
    ("cart_reservation_lines.of_stock", "who reserves a stock: for people, and carts are not where their stocks are"),
    ("cart_reservation_lines.sum_of_stock", "the same"),
    ("cart_reservations.ended", "removing old ones, in the background: a few rows of an index on every machine"),
    ("cart_reservations.due", "what is to expire, of all: a few rows of an index on every machine"),
    ("cart_reservations.next_due", "the same, one row"),
    ("outgoing_lines.any", "changing a source's address: by people, and a row of an index on every machine"),
    ("outgoing_lines.due", "placing, in the background: those of a source are of many orders, on every machine"),
    ("outgoing_lines.waiting", "the same, of those that go first"),
    ("reservations.short_before", "people who look at such lines: a few rows of an index on every machine"),
    ("reservations.short_count", "people who look at such lines: a few rows of an index on every machine"),
    ("sourcing_queue.all", "planning, in the background: few rows, on every machine"),
    ("reports.oldest_errors", "housekeeping, once a minute, on every machine"),
    ("reports.oldest_events", "housekeeping, once a minute, on every machine"),
    ("unplanned_items.of_reason", "people who look at stock health: a few rows of an index on every machine"),
    ("unplanned_items.after", "planning again, in the background: few rows, on every machine"),
    ("unplanned_items.of_stock", "planning: lines that wait for a stock are those of many orders"),
    ("watched.failed", "watching: now and then, on every machine"),
    ("watched.open", "watching: now and then, on every machine"),
    ("watched.oversold", "watching: now and then, on every machine"),
    ("watched.pending", "watching: now and then, on every machine"),
    ("watched.reported", "watching: now and then, on every machine"),
    ("watched.short", "watching: now and then, on every machine"),
    ("reservations.open_after", "people who look at reservations: a few rows of an index on every machine"),
    ("reservations.open_of_sku", "the same, or the open lines of all stocks"),
    ("reservations.reported_of_sku", "the same, of some stocks"),
    ("reservations.short_after", "the same, of lines that are short"),
    ("stock_sums.step", "counting, in the background: a step of the stocks of a list"),
    (
        "stocks.states",
        "the counts of a list's views: by people, and up to a thousand rows of an index on every machine",
    ),
    ("stocks.of_list", "a list is on every machine, and what replaces it as a whole looks at all of it"),
];

/// Statements with a text per engine. ARCHITECTURE.md allows ten.
const TWINS: &[(&str, &str)] = &[
    ("schema_migration.tables", "each engine has its own list of tables"),
    ("schema_migration.lock", "the embedded engine has one writer and nothing to lock"),
    ("mappings.lock_code", "the embedded engine has one writer and nothing to lock"),
];

fn names(listed: &'static [(&str, &str)]) -> BTreeSet<&'static str> {
    listed.iter().map(|(name, _)| *name).collect()
}

/// Whether a text has a word, not as a part of a longer one.
fn mentions(text: &str, word: &str) -> bool {
    let inner = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut pieces = text.match_indices(word);
    pieces.any(|(at, _)| !text[..at].ends_with(inner) && !text[at + word.len()..].starts_with(inner))
}

/// Compares what was found with the file of that name.
fn written_down(file: &str, found: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/statement_registry").join(file);
    if std::env::var_os(REWRITE).is_some() {
        std::fs::write(&path, found).expect("written");
    }
    let known = std::fs::read_to_string(&path).expect("it is written down");
    let change = found.lines().zip(known.lines()).find(|(found, known)| found != known);
    assert!(found == known, "{file} has changed ({REWRITE}=1 writes it anew); the first change: {change:?}");
}

#[test]
fn every_statement_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for statement in statement_registry::statements() {
        let name = statement.name;
        let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let resource_and_verb = name.split_once('.').is_some_and(|(resource, verb)| word(resource) && word(verb));
        assert!(resource_and_verb, "{name} is not resource.verb");
        assert!(names.insert(name), "{name} is the name of two statements");
    }
    assert!(names.len() > 40, "the registry has only {} statements", names.len());
}

#[test]
fn a_text_per_engine_is_an_exception() {
    let twins = statement_registry::statements().into_iter().filter(|statement| statement.has_override());
    assert_eq!(twins.map(|statement| statement.name).collect::<BTreeSet<_>>(), names(TWINS));
    assert!(TWINS.len() <= 10);
}

#[test]
fn statements_on_hot_tables_name_the_bucket() {
    let (distributed, mut without) = (distributed(), BTreeSet::new());
    for statement in statement_registry::statements().into_iter().filter(|statement| !may_scan(statement)) {
        let text = statement.postgres();
        let hot = distributed.iter().any(|table| {
            ["FROM", "INTO", "UPDATE", "JOIN"].iter().any(|before| mentions(text, &format!("{before} {table}")))
        });
        // Whether anything points at a row is asked on every machine, once, when it is removed.
        let asks_for_pointers = statement.name.contains(".in_");
        if hot && !asks_for_pointers && !mentions(text, "bucket") {
            without.insert(statement.name);
        }
    }
    assert_eq!(without, names(WITHOUT_BUCKET));
}
