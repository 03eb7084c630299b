//! Linearizability: the histories of concurrent operations on each product stock, recorded against real processes.
//!
//! Promises: real binaries on a real database, a fixed number of operations by many clients on few stocks; the checker
//! sees nothing but what the clients saw. Prints its seed; the same seed makes the same requests, though not the same
//! interleaving.

#[path = "../kill/chance.rs"]
mod chance;
mod checker;
mod client;
mod history;
mod model;
#[expect(dead_code, reason = "a stop by signal is the kill test's subject")]
#[path = "../kill/process.rs"]
mod process;
mod recording;
mod servers;
mod shop;
mod wire;

use std::time::Instant;

use chance::{SEED, seed};
use recording::Load;
use servers::Servers;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_server_is_linearizable() {
    let seed = seed();
    println!("{SEED}={seed}");
    let mut servers = Servers::embedded();
    let load = Load { seed, clients: 16, operations: 200, stocks: 3 };
    let recording = load.record(&mut servers, async |_, _| {}).await;
    servers.assert_sound();
    let recorded = Instant::now();
    println!("{} checked in {:?}", recording.assert_linearizable(), recorded.elapsed());
}

/// What was cut off may have happened or not, and what is repeated under its key happens once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_server_is_linearizable() {
    let seed = seed();
    println!("{SEED}={seed}");
    let mut servers = Servers::embedded();
    let load = Load { seed, clients: 12, operations: 150, stocks: 3 };
    let recording = load.record(&mut servers, async |servers, progress| {
        for part in 1..4 {
            progress.reached(part, 4).await;
            servers.kill(0);
            servers.start_again(0);
        }
    });
    let recording = recording.await;
    servers.assert_sound();
    let recorded = Instant::now();
    println!("{} checked in {:?}", recording.assert_linearizable(), recorded.elapsed());
}
