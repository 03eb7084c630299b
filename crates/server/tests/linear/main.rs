//! Linearizability: the histories of concurrent operations on each product stock, recorded against real processes.
//!
//! Promises: real binaries on a real database, a fixed number of operations by many clients on few stocks; the checker
//! sees nothing but what the clients saw. Prints its seed; a seed makes a run alike, never the same, since what a
//! client picks depends on what the others did.

mod audit;
mod checker;
mod client;
mod history;
mod legal;
mod model;
mod planted;
mod recording;
mod remote;
mod servers;
mod shop;
mod sourced;
mod wire;

use std::time::Instant;

use checker::check;
use client::ClientKind;
use model::Stock;
use onhand_testbed::{Cluster, Mode, Settings};
use onhand_testkit::chance::{Chance, SEED, seed};
use onhand_testkit::program::Program;
use planted::PLANTS;
use recording::Load;
use servers::Servers;
use shop::START;

const ONHAND: Program = Program::at(env!("CARGO_BIN_EXE_onhand"));

/// Violations of each kind that are planted into a recording.
const PLANTED: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_server_is_linearizable() {
    let seed = seed();
    println!("{SEED}={seed}");
    let mut servers = Servers::embedded();
    let load = Load { seed, clients: 16, operations: 180, stocks: 3, kind: ClientKind::Elsewhere };
    let recording = load.record(&mut servers, async |_, _| {}).await;
    servers.assert_sound();
    println!("{}", recording.assert_linearizable());
    assert_eq!(recording.unanswered, 0, "nothing was in the way");
}

/// What was cut off may have happened or not, and what is repeated under its key happens once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_is_linearizable() {
    let seed = seed();
    println!("{SEED}={seed}");
    let mut servers = Servers::embedded();
    let load = Load { seed, clients: 8, operations: 120, stocks: 3, kind: ClientKind::Elsewhere };
    let recording = load.record(&mut servers, async |servers, progress| {
        for part in 1..4 {
            progress.reached(part, 4).await;
            servers.kill(0);
            servers.start_again(0);
        }
    });
    let recording = recording.await;
    servers.assert_sound();
    println!("{}", recording.assert_linearizable());
    assert!(recording.unanswered > 0, "the kills cut nothing off");
}

/// Whatever two processes do to each other inside the database, no client is told of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_servers_are_linearizable() {
    let seed = seed();
    println!("{SEED}={seed}");
    let database = onhand_testbed::database();
    let mut servers = Servers::on(database.url(), 3);
    let load = Load { seed, clients: 12, operations: 80, stocks: 6, kind: ClientKind::Elsewhere };
    let recording = load.record(&mut servers, async |_, _| {}).await;
    servers.assert_sound();
    println!("{}", recording.assert_linearizable());
    assert_eq!(recording.unanswered, 0, "nothing was in the way");
}

/// One of three processes is killed, and the database is restarted as by an operator and as by a crash.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_servers_are_linearizable_whatever_fails() {
    let seed = seed();
    println!("{SEED}={seed}");
    let cluster = Cluster::start(&Settings { durable: true, ..Settings::default() }).expect("PostgreSQL starts");
    let mut servers = Servers::on(&cluster.url("postgres"), 3);
    let load = Load { seed, clients: 9, operations: 90, stocks: 6, kind: ClientKind::Elsewhere };
    let recording = load.record(&mut servers, async |servers, progress| {
        progress.reached(1, 5).await;
        servers.kill(1);
        progress.reached(2, 5).await;
        cluster.restart(Mode::Fast).expect("it starts again");
        progress.reached(3, 5).await;
        servers.start_again(1);
        progress.reached(4, 5).await;
        cluster.restart(Mode::Immediate).expect("it recovers");
    });
    let recording = recording.await;
    servers.assert_sound();
    println!("{}", recording.assert_linearizable());
    assert!(recording.unanswered > 0, "the faults cut nothing off");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn planted_violations_are_found() {
    let seed = seed();
    println!("{SEED}={seed}");
    let mut servers = Servers::embedded();
    let load = Load { seed, clients: 8, operations: 80, stocks: 2, kind: ClientKind::Plain };
    let recording = load.record(&mut servers, async |_, _| {}).await;
    println!("{}", recording.assert_linearizable());
    let (histories, mut chance) = (recording.histories(), Chance(seed));
    for (what, plant) in PLANTS {
        let begun = Instant::now();
        let mut found = 0;
        for history in std::iter::repeat_n(&histories, PLANTED).flatten() {
            let Some(planted) = plant(history, &mut chance) else { continue };
            let verdict = check(&Stock::new(START), &planted);
            assert!(verdict.is_violation(), "{what}, and the checker says {verdict:?}");
            found += 1;
        }
        assert!(found > 0, "there is no place where {what}");
        println!("{found} times {what}: found in {:?}", begun.elapsed());
    }
}
