//! Stocks that a data source feeds: lines are reserved at once, and pending until the other installation answers.
//!
//! Promises: the process is killed while lines are on their way, and answers are lost; what the other installation has done
//! is part of the history, each with its moment and with no end, since nobody here sees when it takes effect. How
//! each line ended is compared with what became of it there. Must not know how a line is sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use onhand_testkit::chance::{Chance, SEED, seed};
use onhand_testkit::http::Request;
use onhand_testkit::json::{id, rows, text};
use onhand_testkit::{shop, wait};
use serde_json::{Value, json};

use crate::audit::walk;
use crate::checker::check;
use crate::client::{ClientKind, placed};
use crate::history::{Act, Entry, Line, Told};
use crate::model::{History, Numbers, Stock};
use crate::planted::{PLANTS_SOURCED, Plant};
use crate::recording::{Load, Recording};
use crate::remote::{LIST, Remote, RemoteAct, RemoteOrder};
use crate::servers::Servers;
use crate::shop::{START, Shop, sku};
use crate::wire::Connection;

/// Recordings of a long run: a number of them, each with a seed of its own and three kills.
const RECORDINGS: &str = "ONHAND_RECORDINGS";
/// Recordings that are made at the most until each planted violation has a place in one: not every recording has a line
/// that the other installation has refused in time.
const ATTEMPTS_MAX: u64 = 4;
/// Kills of a run that is part of all tests. A line that was on its way has to wait for twenty seconds after each.
const KILLS: usize = 1;
const KILLS_LONG: usize = 3;
/// Levels that the other installation writes in a run.
const LEVELS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pending_lines_are_linearizable() {
    let seed = seed();
    println!("{SEED}={seed}");
    let long: Option<u64> = std::env::var(RECORDINGS).ok().map(|text| text.parse().expect("a number of recordings"));
    let load = |seed, operations| Load { seed, clients: 4, operations, stocks: 2, kind: ClientKind::Sourced };
    match long {
        None => {
            let mut missing = PLANTS_SOURCED.to_vec();
            for seed in (0..ATTEMPTS_MAX).map(|number| seed.wrapping_add(number)) {
                let (recording, states) = record(load(seed, 40), KILLS).await;
                println!("{states:?}; {}", recording.assert_linearizable());
                missing.retain(|(_, plant)| !is_found(*plant, &recording, seed));
                if missing.is_empty() {
                    return;
                }
            }
            panic!("there is no place where {:?}", missing.iter().map(|(what, _)| *what).collect::<Vec<_>>());
        }
        Some(recordings) => {
            for seed in (0..recordings).map(|number| seed.wrapping_add(number)) {
                println!("{SEED}={seed}");
                let (recording, states) = record(load(seed, 100), KILLS_LONG).await;
                println!("{states:?}; {}", recording.assert_linearizable());
            }
        }
    }
}

/// Whether a violation has a place in a recording, where the checker finds it.
fn is_found(plant: Plant, recording: &Recording, seed: u64) -> bool {
    let mut chance = Chance(seed);
    let planted = recording.histories().iter().filter_map(|history| violated(plant, history, &mut chance)).count();
    planted > 0
}

fn violated(plant: Plant, history: &History, chance: &mut Chance) -> Option<()> {
    let verdict = check(&Stock::new(START), &plant(history, chance)?);
    assert!(verdict.is_violation(), "the checker says {verdict:?}");
    Some(())
}

/// How many lines ended in a state.
type States = BTreeMap<String, usize>;

/// One recording, audited on both sides, and how its lines ended.
async fn record(load: Load, kills: usize) -> (Recording, States) {
    let mut servers = Servers::embedded();
    let remote = Remote::start(load.stocks, START, load.seed).await;
    let (shop, source) = open(&servers, &remote, load.stocks).await;
    let shop = Arc::new(shop);
    let mut chance = Chance(!load.seed);
    let steps = LEVELS + kills;
    let worked = load.work(&shop, &mut servers, async |servers, progress| {
        for step in 1..=steps {
            progress.reached(step, steps + 1).await;
            if step <= kills {
                servers.kill(0);
                servers.start_again(0);
                continue;
            }
            remote.level(chance.below(load.stocks), chance.below(2 * START as usize) as i64);
            ask_again(&mut shop.connection.beginning_with(0), source).await;
        }
    });
    let (mut entries, unanswered) = worked.await;
    remote.be_calm();
    let mut connection = shop.connection.beginning_with(0);
    entries.extend(until_settled(&mut connection, &shop, &remote, source).await);
    let (calls, states) = what_was_done(&mut connection, &shop, &entries, &remote).await;
    entries.extend(calls);
    let recording = load.audited(&shop, (entries, unanswered)).await;
    servers.assert_sound();
    (recording, states)
}

/// A shop whose stocks are those of a data source.
async fn open(servers: &Servers, remote: &Remote, stocks: usize) -> (Shop, i64) {
    let mut connection = Connection::sign_in(servers.addresses()).await;
    let list = id(&connection.send(&shop::new_list("bought")).await.created());
    for stock in 0..stocks {
        connection.send(&Request::post("products/", json!({"sku": sku(stock)}))).await.created();
    }
    let body = json!({"name": "Other", "base_url": format!("http://{}", remote.address), "token": "a-token",
        "remote_stock_list": LIST, "stock_list": list, "poll_interval_seconds": 1});
    let source = id(&connection.send(&Request::post("data_sources/", body)).await.created());
    let mut asking = connection.clone();
    let found = wait::until_async(async || {
        let page = asking.send(&Request::get(format!("product_stocks/?stock_list={list}&sort=id"))).await.ok();
        let mut found: Vec<(String, i64)> =
            rows(&page["results"]).iter().map(|row| (text(&row["product_sku"]).to_owned(), id(row))).collect();
        found.sort_unstable();
        if found.len() == stocks { Ok(found) } else { Err(found) }
    });
    let found = found.await;
    let names = found.into_iter().map(|(_, stock)| stock).collect();
    (Shop::of(connection, (list, names), remote.begun), source)
}

/// Has the source asked at once.
async fn ask_again(connection: &mut Connection, source: i64) {
    connection.send(&Request::post(format!("data_sources/{source}/refresh/"), json!({}))).await.expect(202);
}

/// Until the other installation has answered for every line, and its last level has come; what was seen meanwhile.
async fn until_settled(connection: &mut Connection, shop: &Shop, remote: &Remote, source: i64) -> Vec<Entry> {
    ask_again(connection, source).await;
    let (mut asking, mut seen): (_, Vec<Entry>) = (connection.clone(), Vec::new());
    wait::until_async(async || {
        let begun = shop.now();
        let page = asking.send(&Request::get(format!("product_stocks/?stock_list={}", shop.list))).await.ok();
        let mut shown: Vec<_> = rows(&page["results"]).iter().map(|row| shop.numbers(row)).collect();
        shown.sort_unstable_by_key(|(stock, _)| *stock);
        let answer = Some((shop.now(), Told::Numbers(shown.clone())));
        let is_known = |entry: &Entry| matches!(&entry.answer, Some((_, Told::Numbers(known))) if *known == shown);
        if !seen.last().is_some_and(is_known) {
            seen.push(Entry { begun, act: Act::Read, answer });
        }
        for state in ["pending", "cancelling"] {
            let left = asking.send(&Request::get(format!("order_items/?datasource_state={state}&limit=1"))).await.ok();
            if left["count"] != 0 {
                return Err(format!("{} lines are {state}", left["count"]));
            }
        }
        // The last level has come when it accounts for every line.
        let settled = |stock| Numbers { stock, held: 0, reported: 0, available: stock };
        let expected: Vec<_> = remote.available().into_iter().map(settled).enumerate().collect();
        if shown == expected { Ok(()) } else { Err(format!("{shown:?} is shown of {expected:?}")) }
    })
    .await;
    seen
}

/// A line with its state, as it ended here.
struct EndedLine {
    line: Line,
    state: String,
    is_cancelled: bool,
}

/// What the other installation has done, as calls of the stocks here. What must have taken effect has an answer: it
/// was in time for the audit.
async fn what_was_done(
    connection: &mut Connection,
    shop: &Shop,
    entries: &[Entry],
    remote: &Remote,
) -> (Vec<Entry>, States) {
    let ended = ended_lines(connection, entries).await;
    let (done, orders) = remote.ended();
    let states = assert_both_agree(&ended, &orders);
    let end = shop.now();
    let mut calls: Vec<Entry> = done.into_iter().filter_map(|(begun, done)| call(begun, done, &ended)).collect();
    // Of several refusals of a line the last one has been heard.
    let mut answered = Vec::new();
    for call in calls.iter_mut().rev() {
        let (line, state) = match &call.act {
            Act::Register { line, .. } => (line.name, "placed"),
            Act::Refuse { line } => (line.name, "refused"),
            _ => continue,
        };
        let is_so = ended.values().any(|one| one.line.name == line && one.state == state);
        if is_so && !answered.contains(&line) {
            answered.push(line);
            call.answer = Some((end, Told::Done));
        }
    }
    let heard = ended.values().filter(|one| ["placed", "refused"].contains(&one.state.as_str())).count();
    assert_eq!(answered.len(), heard, "a line has ended in a way that the other installation has not told");
    (calls, states)
}

fn call(begun: u64, done: RemoteAct, ended: &BTreeMap<String, EndedLine>) -> Option<Entry> {
    let act = match done {
        RemoteAct::Taken { number, at } => Act::Register { line: ended.get(&number)?.line, at },
        RemoteAct::Refused { number } => Act::Refuse { line: ended.get(&number)?.line },
        RemoteAct::Shown { stock, value, at } => Act::Level { stock, value, at },
    };
    Some(Entry { begun, act, answer: None })
}

/// Every line here, by the number of its order there.
async fn ended_lines(connection: &mut Connection, entries: &[Entry]) -> BTreeMap<String, EndedLine> {
    let orders = walk(connection, "orders/").await;
    let orders: BTreeMap<&str, &Value> = orders.iter().map(|order| (text(&order["number"]), order)).collect();
    let mut ended = BTreeMap::new();
    for entry in entries {
        let Act::Place { number, lines } = &entry.act else { continue };
        let Some(order) = orders.get(number.as_str()) else { continue };
        for ((item, line), row) in placed(lines, order).lines.into_iter().zip(rows(&order["order_items"])) {
            let (state, is_cancelled) = (text(&row["datasource_state"]).to_owned(), row["status"] == "100");
            ended.insert(format!("{number}-{item}"), EndedLine { line, state, is_cancelled });
        }
    }
    ended
}

/// A line that lives here lives there, once and whole; one that is cancelled here is not sold there.
fn assert_both_agree(ended: &BTreeMap<String, EndedLine>, orders: &BTreeMap<String, RemoteOrder>) -> States {
    let mut states = States::new();
    for (number, EndedLine { line, state, is_cancelled }) in ended {
        *states.entry(state.clone()).or_default() += 1;
        let there = orders.get(number).filter(|order| order.is_alive);
        assert_eq!(there.is_some(), state == "placed", "{number} is {state}: {there:?}");
        assert_eq!(*is_cancelled, state != "placed", "{number} is {state}");
        if let Some(there) = there {
            assert_eq!((there.stock, there.units), (line.stock, line.units), "{number}");
        }
    }
    let foreign = orders.keys().find(|number| !ended.contains_key(*number));
    assert_eq!(foreign, None, "there is an order there of no line here");
    assert!(["placed", "refused"].iter().all(|state| states.contains_key(*state)), "too little: {states:?}");
    states
}
