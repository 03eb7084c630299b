//! Killing the server under load: what was answered is there, what was not is whole or absent, nothing is oversold.
//!
//! Promises: the real binary, a real file, SIGKILL at a random moment; the only witnesses are the clients. Prints its
//! seed; the same seed makes the same requests, though not the same interleaving.

mod books;
mod client;
mod terminate;

use std::time::{Duration, Instant};

use books::Books;
use client::{Client, Entry};
use onhand_testkit::chance::{Chance, SEED, seed};
use onhand_testkit::http;
use onhand_testkit::program::{Program, assert_quiet_log, new_file};
use tokio::sync::watch;

const ONHAND: Program = Program::at(env!("CARGO_BIN_EXE_onhand"));
const CYCLES: usize = 32;
/// Cycles after which it is no accident that something never happened.
const CYCLES_MAX: usize = 4 * CYCLES;
const CLIENTS: usize = 16;
/// The server lives for so many answers, and up to so many milliseconds more.
const LIFE: std::ops::Range<usize> = 20..400;
const MORE_MAX: usize = 8;
/// Answers that take longer than this do not come.
const PATIENCE: Duration = Duration::from_mins(2);
/// Every so many cycles the whole database is verified.
const VERIFIED_EVERY: usize = 10;

#[test]
fn what_was_answered_survives_a_kill() {
    let seed = seed();
    println!("{SEED}={seed}");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    let begun = Instant::now();
    let told = runtime.block_on(run(seed));
    println!("{told:?} in {:?}", begun.elapsed());
    assert!(told.answered > CYCLES * CLIENTS, "too little was answered to mean anything: {told:?}");
    assert!(told.unanswered_in > 0 && told.unanswered_out > 0, "no request was cut off in time: {told:?}");
    assert!(told.short > 0, "stock never ran short, so nothing could be oversold: {told:?}");
    assert!(told.replayed > CYCLES, "too few answers were replayed: {told:?}");
}

async fn run(seed: u64) -> books::Told {
    let mut chance = Chance(seed);
    let (folder, url) = new_file();
    let start = || ONHAND.start_logging(&url, &[], folder.path());
    let mut server = start();
    // Once: the token outlives every kill.
    let mut connection = http::Client::sign_in(server.address).await;
    let mut books = Books::open(&connection, CLIENTS).await;
    let mut sent = [0; CLIENTS];
    for cycle in 1..=CYCLES_MAX {
        if cycle > CYCLES && books.told.has_all() {
            break;
        }
        let life = LIFE.start + chance.below(LIFE.len());
        let more = Duration::from_millis(chance.below(MORE_MAX) as u64);
        let answered = watch::Sender::new(0);
        let mut progress = answered.subscribe();
        let clients: Vec<_> = (0..CLIENTS)
            .map(|index| {
                let chance = Chance(seed ^ (cycle * CLIENTS + index) as u64);
                let (lines, sent, journal) = (books.lines_of(index), sent[index], Vec::new());
                let (list, answered) = (books.list, answered.clone());
                let client = Client { index, list, chance, lines, sent, journal, answered };
                tokio::spawn(client.run(connection.clone().apart()))
            })
            .collect();
        drop(answered);
        // Or until every client has met a request without an answer, which a server that lives does not let happen.
        let lived = tokio::time::timeout(PATIENCE, progress.wait_for(|count| *count >= life)).await;
        drop(lived.expect("the server answers"));
        // Not always just after an answer.
        tokio::time::sleep(more).await;
        server.kill();
        let mut journals: Vec<(usize, Vec<Entry>)> = Vec::new();
        for client in clients {
            let client = client.await.expect("a client ends at its first request without an answer");
            sent[client.index] = client.sent;
            journals.push((client.index, client.journal));
        }
        server = start();
        connection = connection.moved(server.address);
        books.settle(&journals, &connection).await;
        books.restock(&connection).await;
        if cycle % VERIFIED_EVERY == 0 {
            ONHAND.verified(&url);
        }
    }
    books.check_all_orders(&connection).await;
    server.kill();
    ONHAND.verified(&url);
    assert_quiet_log(folder.path(), &[]);
    books.told
}
