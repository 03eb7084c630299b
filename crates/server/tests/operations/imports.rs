//! `onhand import`: the same lines and exit codes on a server, on a file that no server has open, and on PostgreSQL.

use std::path::Path;

use onhand_testbed::database;
use onhand_testkit::program::{Ended, new_file};
use serde_json::Value;

use crate::ONHAND;

/// A place where imports are done, and the files they are made from.
struct Place<'p> {
    database: &'p str,
    folder: &'p Path,
    flags: Vec<String>,
    token: Option<String>,
}

impl Place<'_> {
    fn import(&self, arguments: &[&str]) -> Ended {
        let flags: Vec<&str> = self.flags.iter().map(String::as_str).collect();
        let mut command = ONHAND.command(self.database, &[&["import"], flags.as_slice(), arguments].concat());
        if let Some(token) = &self.token {
            command.env("ONHAND_TOKEN", token);
        }
        let told = Ended::of(&mut command);
        assert!(self.token.as_ref().is_none_or(|token| !format!("{told:?}").contains(token)), "it shows a token");
        told
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.join(name);
        std::fs::write(&path, text).expect("a file is written");
        path.to_str().expect("a plain path").to_owned()
    }

    /// Runs an import that must end with a code; what it printed.
    fn ended(&self, code: i32, arguments: &[&str]) -> String {
        let told = self.import(arguments);
        assert_eq!(told.code, Some(code), "{arguments:?}: {told:?}");
        told.out
    }

    /// Runs an import that cannot be done; the one line that says why.
    fn refused(&self, arguments: &[&str]) -> String {
        let told = self.import(arguments);
        assert_eq!((told.code, told.out.as_str()), (Some(1), ""), "{told:?}");
        let said: Vec<&str> = told.err.lines().filter(|line| line.starts_with("onhand: ")).collect();
        assert_eq!(said.len(), 1, "{told:?}");
        said[0].to_owned()
    }

    /// The level of a SKU, by an export.
    fn stock(&self, sku: &str) -> Option<i64> {
        let stocks: Value =
            ONHAND.done(self.database, &["export", "--list", "WH-01", "--format", "json"]).parse().expect("JSON");
        let of_sku = |stock: &&Value| stock["product_sku"] == sku;
        stocks.as_array().expect("a list").iter().find(of_sku).and_then(|stock| stock["stock"].as_i64())
    }
}

fn assert_has(told: &str, lines: &[&str]) {
    for line in lines {
        let words = |line: &str| line.split_whitespace().map(ToOwned::to_owned).collect::<Vec<_>>();
        assert!(told.lines().any(|told| words(told) == words(line)), "no line {line:?} in\n{told}");
    }
}

/// What stands behind a word in what was printed.
fn behind<'t>(told: &'t str, word: &str) -> &'t str {
    let mut words = told.split_whitespace().skip_while(|said| *said != word).skip(1);
    words.next().unwrap_or_else(|| panic!("no {word} in\n{told}"))
}

/// Everything that is the same wherever it is done.
fn imports(place: &Place<'_>) {
    let good = place.file("good.csv", "sku,stock\nA-1,5\nA-2,6\n");
    let told = place.ended(0, &["--list", "WH-01", &good]);
    assert_has(&told, &["created 2", "updated 0", "refused 0", "rows 2"]);
    assert_eq!((place.stock("A-1"), place.stock("A-2")), (Some(5), Some(6)));
    let told = place.ended(0, &["--list", "Central warehouse", "--mode", "adjust", &good]);
    assert_has(&told, &["updated 2"]);
    assert_eq!(place.stock("A-1"), Some(10));

    let bad: String = (0..25).fold("sku;stok;colour\nA-1;8\n".to_owned(), |rows, row| format!("{rows}B-{row};x\n"));
    let bad = place.file("bad.csv", &bad);
    let result = place.folder.join("result.csv");
    let told = place.ended(3, &["--list", "WH-01", &bad, "--result", result.to_str().expect("a plain path")]);
    assert_has(&told, &["ignored columns: colour", "updated 1", "refused 25", "… and 5 more refused rows"]);
    assert_has(&told, &["row SKU column error", "3 B-0 stock This is not a number."]);
    assert!(told.contains("--result result.csv") && !told.contains("B-20"), "{told}");
    let result = std::fs::read_to_string(result).expect("it was written");
    assert!(result.contains("B-24") && result.contains("import_result"), "{result}");

    dry_run(place);
    prices(place);
    let useless = place.file("useless.csv", "sku,stock\n");
    let told = place.ended(4, &["--list", "WH-01", &useless]);
    assert_has(&told, &["The file has a header and no rows."]);
    let told = place.ended(4, &["--list", "WH-01", &useless, "--json"]);
    assert_eq!(told.parse::<Value>().expect("JSON")["status"], "failed");

    let line = place.refused(&["--list", "nowhere", &good]);
    let lists = "there is no stock list nowhere; there are WH-01 (Central warehouse), ST-01 (Store Kadikoy)";
    assert!(line.contains(lists), "{line}");
    assert!(place.refused(&["--list", "WH-01", "no-such-file.csv"]).contains("cannot open no-such-file.csv"));
    assert!(place.refused(&["--list", "WH-01", "."]).contains("is not a file"));
    assert!(place.refused(&["--apply", "no-such-key"]).contains("there is no import no-such-key"));
    assert_eq!(place.import(&["--list", "WH-01"]).code, Some(2), "usage");
}

fn dry_run(place: &Place<'_>) {
    let change = place.file("change.csv", "sku,stock\nA-1,9\nA-2,12\nNEW,1\nC,-1\n");
    let told = place.ended(3, &["--list", "WH-01", &change, "--dry-run"]);
    assert_has(&told, &["would be created 1", "would be updated 1", "unchanged 1", "refused 1", "rows 4"]);
    assert_has(&told, &["row SKU change", "2 A-1 8 -> 9", "4 NEW new -> 1"]);
    assert_eq!((place.stock("A-1"), place.stock("NEW")), (Some(8), None), "nothing is written");
    let key = behind(&told, "--apply").to_owned();
    let said = format!("onhand import {}", place.flags.join(" "));
    assert!(told.contains(said.trim_end()), "it says how to go on: {told}");
    let line = place.refused(&["--undo", &key]);
    assert!(line.contains("only an import that was applied can be undone"), "{line}");
    let line = place.refused(&["--list", "ST-01", "--apply", &key]);
    assert!(line.contains("is not one of the list Store Kadikoy"), "{line}");

    let later = place.file("later.csv", "sku,stock\nA-1,20\n");
    place.ended(0, &["--list", "WH-01", &later]);
    let told = place.ended(3, &["--apply", &key]);
    assert_has(&told, &["created 1", "updated 0", "refused 2"]);
    assert_eq!((place.stock("A-1"), place.stock("NEW")), (Some(20), Some(1)), "a row that was written since is left");
    let undone = behind(&told, "--undo").to_owned();
    place.ended(0, &["--undo", &undone]);
    assert_eq!(place.stock("NEW"), Some(0));

    let told = place.ended(0, &["--list", "WH-01", &later, "--dry-run", "--json"]);
    assert_eq!(told.parse::<Value>().expect("JSON")["unchanged"], 1);
}

fn prices(place: &Place<'_>) {
    let file = place.file("prices.csv", "Fiyat Raporu;\nsku;fiyat\nA-1;1.199,90\nA-2;1.199\n");
    let told = place.ended(3, &["--price-list", "PL-01", &file, "--dry-run"]);
    assert_has(
        &told,
        &["would be created 1", "would be updated 0", "refused 1", "row SKU change", "3 A-1 new -> 1199.90"],
    );
    let key = behind(&told, "--apply").to_owned();
    let line = place.refused(&["--list", "WH-01", "--apply", &key]);
    assert!(line.contains("is not one of the list Central warehouse"), "{line}");
    let result = place.folder.join("prices_result.csv");
    let told = place.ended(3, &["--apply", &key, "--result", result.to_str().expect("a plain path")]);
    assert_has(&told, &["created 1", "refused 1"]);
    let result = std::fs::read_to_string(result).expect("it was written");
    assert!(result.contains("import_new_price") && result.contains("A-1,\"1.199,90\",3,created"), "{result}");
    let undone = behind(&told, "--undo").to_owned();
    assert_has(&place.ended(0, &["--undo", &undone]), &["updated 1", "refused 0"]);

    let two = place.file("two.csv", "sku;fiyat;satis fiyati\nA-1;10;12\n");
    let told = place.ended(4, &["--price-list", "Retail", &two]);
    assert_has(&told, &["choose with --price-column: \"fiyat\", \"satis fiyati\""]);
    let told = place.ended(0, &["--price-list", "Retail", &two, "--price-column", "satis fiyati", "--json"]);
    let report = told.parse::<Value>().expect("JSON");
    assert_eq!(
        (&report["created"], report["price_list"].is_i64(), report["stock_list"].is_null()),
        (&1.into(), true, true)
    );

    let line = place.refused(&["--price-list", "nowhere", &file]);
    assert!(line.contains("there is no price list nowhere; there are PL-01 (Retail)"), "{line}");
    for wrong in [["--list", "WH-01"], ["--mode", "replace"], ["--amount-column", "fiyat"]] {
        let told = place.import(&["--price-list", "PL-01", wrong[0], wrong[1], &file]);
        assert_eq!(told.code, Some(2), "{told:?}");
    }
    assert_eq!(place.import(&["--list", "WH-01", "--price-column", "fiyat", &file]).code, Some(2), "usage");
}

fn demo(database: &str) {
    assert!(ONHAND.start(database, &["--demo", "--demo-still"]).stop().success());
}

#[test]
fn a_running_server_is_given_files() {
    let (folder, database) = new_file();
    let server = ONHAND.start(&database, &["--demo", "--demo-still"]);
    let url = format!("http://{}", server.address);
    let token = ONHAND.done(&database, &["token", "create", "admin"]).trim().to_owned();
    let flags = vec!["--server".to_owned(), url.clone()];
    let mut place = Place { database: &database, folder: folder.path(), flags, token: Some(token) };
    imports(&place);

    let good = place.file("good.csv", "sku,stock\nA-1,5\n");
    let arguments = ["--list", "WH-01", &good];
    let help = place.ended(0, &["--help"]);
    assert!(help.contains("ONHAND_TOKEN") && help.contains("Exit codes"), "{help}");
    let token = place.token.replace("0123456789".repeat(4));
    assert!(place.refused(&arguments).contains("does not take this token"));
    assert!(ONHAND.done(&database, &["user", "list"]).contains("admin"));
    place.token = None;
    assert!(place.refused(&arguments).contains("set ONHAND_TOKEN"));
    place.token = token;
    place.flags[1] = url.replace("http:", "https:");
    assert!(place.refused(&arguments).contains("no answer from https://"), "it has no TLS");
    assert!(server.stop().success());
    place.flags[1] = url;
    assert!(place.refused(&arguments).contains("Connection refused"));
}

#[test]
fn a_viewer_may_not_import() {
    let (folder, database) = new_file();
    let server = ONHAND.start(&database, &["--demo", "--demo-still"]);
    let mut command = ONHAND.command(&database, &["user", "add", "looker", "--role", "viewer"]);
    assert_eq!(Ended::of(command.env("ONHAND_PASSWORD", "looks-at-it")).code, Some(0));
    let token = Some(ONHAND.done(&database, &["token", "create", "looker"]).trim().to_owned());
    let flags = vec!["--server".to_owned(), format!("http://{}/", server.address)];
    let place = Place { database: &database, folder: folder.path(), flags, token };
    let good = place.file("good.csv", "sku,stock\nA-1,5\n");
    assert!(place.refused(&["--list", "WH-01", &good]).contains("may not do that"));
}

#[test]
fn a_file_that_no_server_has_open_is_imported_into() {
    let (folder, database) = new_file();
    demo(&database);
    let place = Place { database: &database, folder: folder.path(), flags: Vec::new(), token: None };
    imports(&place);
    let good = place.file("good.csv", "sku,stock\nA-1,5\n");
    assert!(place.refused(&["--list", "WH-01", &good, "--user", "nobody"]).contains("there is no user nobody"));
    let nowhere = format!("{database}-nowhere");
    let none = Place { database: &nowhere, ..place };
    assert!(none.refused(&["--list", "WH-01", &good]).contains("there is no database"));
    ONHAND.verified(&database);
}

#[test]
fn a_database_server_is_imported_into() {
    let (folder, database) = (tempfile::tempdir().expect("a temporary folder"), database());
    demo(database.url());
    let place = Place { database: database.url(), folder: folder.path(), flags: Vec::new(), token: None };
    imports(&place);
    ONHAND.verified(database.url());
}
