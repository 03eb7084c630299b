//! Imports through what may happen to a server: it is killed, stopped, stalled, loses its database, has a neighbour.
//!
//! Promises: the real program on real databases. Each row adds to its level, so that one which takes effect twice, or
//! never, shows at the end; so do the movements, of which there is one per row that changed something.

mod prices;
mod shop;

use onhand_testbed::{Cluster, Mode, Settings};
use onhand_testkit::json::int;
use onhand_testkit::program::{Program, Server, file, new_file};
use serde_json::{Value, json};
use shop::{File, Shop, assert_sound};

const ONHAND: Program = Program::at(env!("CARGO_BIN_EXE_onhand"));

/// Several chunks many times over, so that there is time to kill a process in between.
const ROWS: usize = 60_000;
/// Enough to be in the middle of, where there is more to wait for.
const FEW_ROWS: usize = 16_000;
/// How often something is tried with ever more rows, where it has to be met in the middle.
const SIZES: [usize; 4] = [1, 2, 4, 8];
/// Imports after which enough has been sold beside them.
const IMPORTS_MAX: usize = 12;
/// A stop that does not end in this time has not been a stop.
const DRAIN: [&str; 2] = ["--drain-seconds", "5"];

/// How many times the whole file has taken effect.
async fn assert_applied(shop: &Shop, list: i64, file: &File, times: i64) {
    let figures = shop.figures(list).await;
    assert_eq!(figures.len(), file.good().count());
    for (sku, difference) in file.good() {
        assert_eq!(figures.get(&sku), Some(&(difference * times)), "{sku}");
    }
}

/// Runs a case until it has met its import in the middle; everything else has to be right each time.
async fn met_in_the_middle(case: impl AsyncFn(usize) -> bool) {
    for size in SIZES {
        if case(size * FEW_ROWS).await {
            return;
        }
    }
    panic!("it was too fast each time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_goes_on_where_a_kill_or_a_stop_has_cut_it() {
    let (folder, url) = new_file();
    let start = || ONHAND.start_logging(&url, &DRAIN, folder.path());
    let file = File::new(ROWS);
    let mut server = start();
    let mut shop = Shop::sign_in(server.address).await;
    let list = shop.list("web").await;
    let made = shop.import(list, "adjust", &file).await;
    let mut cuts = 0;
    for part in [0, 1, 4, 7, 9] {
        cuts += usize::from(shop.reached(&made, part * ROWS / 10).await);
        server.kill();
        server = start();
        shop = shop.moved(server.address);
    }
    let status = shop.ended(&made).await;
    assert_eq!(File::counts(&status), [file.good().count(), 0, 0, file.bad()], "{status}");
    let first_bad = &status["errors"][0];
    assert_eq!((&first_bad["row"], &first_bad["error_code"]), (&json!(File::FIRST_BAD), &json!("bad_cell")));
    assert_applied(&shop, list, &file, 1).await;

    let changed = shop.import(list, "adjust", &file).await;
    for part in [1, 5, 8] {
        cuts += usize::from(shop.reached(&changed, part * ROWS / 10).await);
        assert_eq!(server.stop().code(), Some(0), "a stop is no failure");
        server = start();
        shop = shop.moved(server.address);
    }
    assert!(cuts > 0, "it was never in the middle");
    let status = shop.ended(&changed).await;
    assert_eq!(File::counts(&status), [0, file.good().count(), 0, file.bad()], "{status}");
    assert_applied(&shop, list, &file, 2).await;
    server.kill();
    assert_sound(&url, folder.path(), 2 * file.good().count()).await;
}

/// `replace` has chunks that are in no file.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_in_the_file_is_emptied_once_though_the_server_is_killed() {
    met_in_the_middle(empties_the_rest).await;
}

async fn empties_the_rest(rows: usize) -> bool {
    let (folder, url) = new_file();
    let file = File::new(rows);
    let mut server = ONHAND.start_logging(&url, &[], folder.path());
    let mut shop = Shop::sign_in(server.address).await;
    let list = shop.list("web").await;
    let made = shop.import(list, "adjust", &file).await;
    shop.ended(&made).await;
    let only = shop.import_text(list, "replace", "sku,stock\nS1,7\n".to_owned()).await;
    let mut cuts = 0;
    for part in [2, 6, 9] {
        cuts += usize::from(shop.reached(&only, part * rows / 10).await);
        server.kill();
        server = ONHAND.start_logging(&url, &[], folder.path());
        shop = shop.moved(server.address);
    }
    let status = shop.ended(&only).await;
    let stocks = file.good().count();
    assert_eq!((File::counts(&status), int(&status["total"])), ([0, stocks, 0, 0], stocks as i64), "{status}");
    let figures = shop.figures(list).await;
    assert!(figures.iter().all(|(sku, figure)| *figure == if sku == "S1" { 7 } else { 0 }));
    server.kill();
    assert_sound(&url, folder.path(), 2 * stocks).await;
    cuts > 0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_processes_one_does_an_import_and_those_of_a_list_keep_their_order() {
    let database = onhand_testbed::database();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let servers = [0, 1].map(|_| ONHAND.start_logging(database.url(), &[], folder.path()));
    let first = Shop::sign_in(servers[0].address).await;
    let shops = [first.clone(), first.moved(servers[1].address)];
    let mut lists = Vec::new();
    for name in ["north", "south", "west"] {
        lists.push(first.list(name).await);
    }
    let file = File::new(1_500);
    let modes = ["adjust", "adjust", "upsert", "adjust", "adjust"];
    let mut keys = vec![Vec::new(); lists.len()];
    for (turn, mode) in modes.iter().enumerate() {
        for (place, list) in lists.iter().enumerate() {
            keys[place].push(shops[(turn + place) % 2].import(*list, mode, &file).await);
        }
    }
    for (keys, list) in keys.iter().zip(&lists) {
        let mut ended: Option<Value> = None;
        for key in keys {
            let status = shops[0].ended(key).await;
            let counts = File::counts(&status);
            assert_eq!((counts.iter().sum::<usize>(), counts[3]), (1_500, file.bad()), "{status}");
            if let Some(before) = ended {
                assert!(before["finished_date"].as_str() <= status["started_date"].as_str(), "{before} {status}");
            }
            ended = Some(status);
        }
        // Two differences, overwritten by a level, and two more.
        assert_applied(&shops[1], *list, &file, 3).await;
    }
    servers.into_iter().for_each(Server::kill);
    assert_sound(database.url(), folder.path(), lists.len() * modes.len() * file.good().count()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_process_that_works_is_killed_another_takes_over() {
    met_in_the_middle(is_taken_over).await;
}

async fn is_taken_over(rows: usize) -> bool {
    let database = onhand_testbed::database();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let working = ONHAND.start_logging(database.url(), &[], folder.path());
    let shop = Shop::sign_in(working.address).await;
    let list = shop.list("web").await;
    let file = File::new(rows);
    let key = shop.import(list, "adjust", &file).await;
    shop.reached(&key, 1).await;
    let other = ONHAND.start_logging(database.url(), &[], folder.path());
    let shop = shop.moved(other.address);
    shop.reached(&key, rows / 4).await;
    working.kill();
    let was_met = shop.status(&key).await["status"] == "processing";
    let status = shop.ended(&key).await;
    assert_eq!(File::counts(&status), [file.good().count(), 0, 0, file.bad()], "{status}");
    assert_applied(&shop, list, &file, 1).await;
    other.kill();
    assert_sound(database.url(), folder.path(), file.good().count()).await;
    was_met
}

/// One that was away for longer than its lease believes for a moment that the work is still its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_comes_back_does_nothing_twice() {
    met_in_the_middle(async |rows| comes_back(2 * rows).await).await;
}

async fn comes_back(rows: usize) -> bool {
    let database = onhand_testbed::database();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let stalled = ONHAND.start_logging(database.url(), &[], folder.path());
    let shop = Shop::sign_in(stalled.address).await;
    let list = shop.list("web").await;
    let file = File::new(rows);
    let key = shop.import(list, "adjust", &file).await;
    shop.reached(&key, rows / 8).await;
    let other = ONHAND.start_logging(database.url(), &[], folder.path());
    let shop = shop.moved(other.address);
    // Not within a transaction that writes, whose locks would hold up the other one.
    let busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL \
                AND pid <> pg_backend_pid()";
    loop {
        stalled.signal("STOP");
        if onhand_testbed::psql(database.url(), busy).expect("asked").trim() == "0" {
            break;
        }
        stalled.signal("CONT");
    }
    let at = int(&shop.status(&key).await["processed"]) as usize;
    if at < rows {
        shop.reached(&key, at + 1).await;
    }
    stalled.signal("CONT");
    let status = shop.ended(&key).await;
    assert_eq!(File::counts(&status), [file.good().count(), 0, 0, file.bad()], "{status}");
    assert_applied(&shop, list, &file, 1).await;
    assert_eq!(stalled.stop().code(), Some(0));
    other.kill();
    assert_sound(database.url(), folder.path(), file.good().count()).await;
    at < rows
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_goes_on_when_the_database_is_back() {
    met_in_the_middle(goes_on_with_its_database).await;
}

async fn goes_on_with_its_database(rows: usize) -> bool {
    let settings = Settings { durable: true, ..Settings::default() };
    let cluster = tokio::task::spawn_blocking(move || Cluster::start(&settings)).await;
    let cluster = std::sync::Arc::new(cluster.expect("it ends").expect("PostgreSQL starts"));
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = cluster.url("postgres");
    let server = ONHAND.start_logging(&url, &[], folder.path());
    let shop = Shop::sign_in(server.address).await;
    let list = shop.list("web").await;
    let file = File::new(rows);
    let key = shop.import(list, "adjust", &file).await;
    let mut cuts = 0;
    for (part, mode) in [(1, Mode::Fast), (3, Mode::Immediate), (6, Mode::Fast)] {
        cuts += usize::from(shop.reached(&key, part * rows / 10).await);
        let cluster = cluster.clone();
        tokio::task::spawn_blocking(move || cluster.restart(mode)).await.expect("it ends").expect("it starts again");
    }
    let status = shop.ended(&key).await;
    assert_eq!(File::counts(&status), [file.good().count(), 0, 0, file.bad()], "{status}");
    assert_applied(&shop, list, &file, 1).await;
    server.kill();
    assert_sound(&url, folder.path(), file.good().count()).await;
    cuts > 0
}

/// Orders of the very stocks that are being imported.
async fn sells_while_it_imports(url: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = ONHAND.start_logging(url, &[], folder.path());
    let shop = Shop::sign_in(server.address).await;
    let list = shop.list("web").await;
    let file = File::new(4 * FEW_ROWS);
    let made = shop.import(list, "upsert", &file).await;
    shop.ended(&made).await;
    let mut sold = std::collections::BTreeMap::new();
    let (mut orders, mut short, mut imports) = (0, 0, 1);
    // Again, until enough has happened meanwhile.
    while imports == 1 || orders <= 50 || short <= 50 {
        assert!(imports < IMPORTS_MAX, "too little happened meanwhile: {orders} sold, {short} refused");
        let added = shop.import(list, "adjust", &file).await;
        let clients: Vec<_> = (0..8)
            .map(|client| tokio::spawn(shop.clone().sell(list, file, (imports, client), added.clone())))
            .collect();
        for client in clients {
            let told = client.await.expect("every order is answered");
            short += told.short;
            for (sku, units) in told.sold {
                orders += 1;
                *sold.entry(sku).or_insert(0) += units;
            }
        }
        assert_eq!(File::counts(&shop.ended(&added).await), [0, file.good().count(), 0, file.bad()]);
        imports += 1;
    }
    assert_applied(&shop, list, &file, imports as i64).await;
    for (sku, units) in sold {
        let row = shop.stock(list, &sku).await;
        assert_eq!(int(&row["sold_quantity_unreported"]), units, "{sku}: what was acknowledged is held");
        assert!(int(&row["adjusted_stock"]) >= 0, "{sku} is oversold: {row}");
    }
    server.kill();
    assert_sound(url, folder.path(), imports * file.good().count() + orders).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_answered_while_their_stocks_are_imported() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    sells_while_it_imports(&file(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn orders_are_answered_while_their_stocks_are_imported_on_a_server() {
    let database = onhand_testbed::database();
    sells_while_it_imports(database.url()).await;
}
