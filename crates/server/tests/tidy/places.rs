//! A resource has one name and one place in each room: its handlers, their tests and its table.
//!
//! Promises: the path of one of them says where the others are. An exception is listed with its reason.

use std::collections::BTreeSet;

use super::{File, assert_only, files};

const HANDLERS: &str = "crates/server/src/api/";
const TESTS: &str = "crates/server/tests/api/";
const TABLES: &str = "crates/store/src/tables/";

/// Tests in the folder of an area that are not named after one of its resources.
const OTHER_TESTS: &[(&str, &str)] = &[
    ("fulfilment/lifecycle", "follows orders through all resources of the area"),
    ("fulfilment/picking", "follows packages through what pickers report"),
    ("imports/bad_input", "the odd files are too many for one file"),
    ("imports/follow", "applying and undoing are too much for one file"),
    ("orders/channel_orders", "orders have a file for each entry point"),
    ("orders/list_sourcing", "follows the choice of lists through both entry points of orders"),
    ("orders/outgoing", "follows lines that are placed with data sources"),
    ("orders/reservation", "follows a reservation through all resources of the area"),
    ("stock/read_back", "stocks that are written back as they were read are too much for the file of stocks"),
    ("stock/retention", "follows old movements and carts through what shows them"),
];

/// Resources that have no table of their name.
const WITHOUT_TABLE: &[(&str, &str)] = &[
    ("accounts/auth", "logging in changes the tables of accounts"),
    ("catalog/availability", "shows stocks of the lists of catalogs"),
    ("channels/changes", "shows the change log"),
    ("channels/feeds", "shows deliveries"),
    ("channels/mapped_products", "shows products"),
    ("directory/content_types", "the numbers are part of the program"),
    ("events/event_stream", "shows the event log, which is in store/src/events/"),
    ("fulfilment/short_items", "shows order lines"),
    ("orders/reservations", "shows carts and order lines"),
    ("fulfilment/stock_availability", "shows stocks of locations"),
    ("imports/bulk_edits", "a bulk edit is an import, and imports have a folder, store/src/imports/"),
    ("imports/import_changes", "shows results of rows, which are in store/src/imports/"),
    ("imports/import_columns", "shows how a file was understood, which is in store/src/imports/"),
    ("imports/import_list", "imports have a folder, store/src/imports/"),
    ("imports/import_results", "shows results of rows, which are in store/src/imports/"),
    ("imports/imports", "imports have a folder, store/src/imports/"),
    ("imports/price_imports", "imports have a folder, store/src/imports/"),
    ("search/search", "finds rows of several tables"),
    ("stock/adjustments", "changes stocks"),
    ("stock/as_of", "shows stocks by their movements"),
    ("stock/explain", "shows stocks and the lines that reserve them"),
    ("stock/exports", "shows stocks"),
    ("stock/reservations", "reservations are read with their order lines"),
    ("stock/stock_health", "shows order lines and stocks"),
];

/// The modules in the folders below a folder, as `area/module`, whether they are files or folders.
fn modules(files: &[File], folder: &str) -> BTreeSet<String> {
    let paths = files.iter().filter(|file| file.is_rust()).filter_map(|file| file.path.strip_prefix(folder));
    let module = |path: &str| {
        let (area, rest) = path.split_once('/')?;
        let name = rest.split('/').next()?.trim_end_matches(".rs");
        (name != "mod").then(|| format!("{area}/{name}"))
    };
    paths.filter_map(module).collect()
}

/// The modules of areas whose routes the area's own file lists.
fn served(files: &[File]) -> BTreeSet<String> {
    let is_served = |module: &String| {
        let (area, name) = module.split_once('/').expect("a module has an area");
        let table = files.iter().find(|file| file.path == format!("{HANDLERS}{area}/mod.rs"));
        let table = table.unwrap_or_else(|| panic!("{area} has no table of routes"));
        let calls = table.text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
        calls.into_iter().any(|word| word.strip_prefix(name).is_some_and(|rest| rest.starts_with("::")))
    };
    modules(files, HANDLERS).into_iter().filter(is_served).collect()
}

#[test]
fn a_resource_has_one_name_and_one_place() {
    let files = files();
    let (served, tests) = (served(&files), modules(&files, TESTS));
    assert!(served.len() > 30, "only {} resources were found", served.len());
    let difference = |these: &BTreeSet<String>, those| these.difference(those).cloned().collect::<Vec<_>>();
    assert_only("a resource has no tests of its name", difference(&served, &tests), &[]);
    assert_only("tests in an area's folder are of no resource", difference(&tests, &served), OTHER_TESTS);

    let tables = files.iter().filter_map(|file| file.path.strip_prefix(TABLES)?.strip_suffix(".rs"));
    let tables: BTreeSet<&str> = tables.collect();
    // As long as tables have no folder of their own, they cannot be found by their place.
    if !tables.is_empty() {
        let has_table = |module: &String| module.split_once('/').is_some_and(|(_, name)| tables.contains(name));
        let without = served.iter().filter(|module| !has_table(module)).cloned();
        assert_only("a resource has no table of its name", without, WITHOUT_TABLE);
    }
}
