//! Stopping the server under load: SIGTERM answers what was sent and ends with 0.
//!
//! Promises: clients speak through plain sockets, so that it is known when a request had been sent whole. A client that
//! sends after the signal may be turned away; one that sent before it is answered.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use onhand_testkit::blocking::Client;
use onhand_testkit::json::id;
use onhand_testkit::program::{assert_quiet_log, new_file};
use onhand_testkit::{raw, shop, wait};
use serde_json::json;

use crate::ONHAND;

const CLIENTS: usize = 16;
/// Every other client opens a connection for each request, so that some wait to be accepted when the signal comes.
const ROUNDS: usize = 6;
/// Orders that are placed before the signal comes.
const PLACED_BEFORE: usize = 4 * CLIENTS;

/// What a client has seen.
#[derive(Default)]
struct Seen {
    placed: Vec<String>,
    /// When the request without an answer had been sent, and what happened instead.
    cut_off: Option<(Instant, String)>,
}

#[test]
fn a_stop_answers_what_was_sent() {
    let (folder, url) = new_file();
    let mut placed = Vec::new();
    for round in 0..ROUNDS {
        let server = ONHAND.start_logging(&url, &[], folder.path());
        let client = Client::sign_in(server.address);
        let list = stocked_list(&client, round);
        let (address, token) = (server.address, client.token());
        let (stopped, done) = (AtomicBool::new(false), AtomicUsize::new(0));
        let (signal, seen) = thread::scope(|scope| {
            let (stopped, done) = (&stopped, &done);
            let clients: Vec<_> = (0..CLIENTS)
                .map(|index| scope.spawn(move || run((address, token, list), (round, index), stopped, done)))
                .collect();
            wait::until_true("no orders are placed", || done.load(Ordering::Relaxed) >= PLACED_BEFORE);
            let signal = Instant::now();
            assert_eq!(server.stop().code(), Some(0), "a stop is no failure");
            stopped.store(true, Ordering::Relaxed);
            let seen: Vec<Seen> = clients.into_iter().map(|client| client.join().expect("a client ends")).collect();
            (signal, seen)
        });
        for (index, seen) in seen.into_iter().enumerate() {
            if let Some((sent, what)) = seen.cut_off {
                assert!(sent > signal, "client {index} had sent {:?} before the signal: {what}", signal - sent);
            }
            placed.extend(seen.placed);
        }
    }
    assert!(placed.len() > ROUNDS * CLIENTS, "too little happened to mean anything: {}", placed.len());
    ONHAND.verified(&url);
    let server = ONHAND.start_logging(&url, &[], folder.path());
    let client = Client::sign_in(server.address);
    for number in &placed {
        let order = client.read(&format!("order_number/{number}/"));
        assert_eq!(order["number"], json!(number), "after the last stop, what was answered is there");
    }
    assert_quiet_log(folder.path(), &[]);
}

/// Places orders until the server is gone.
fn run(
    (address, token, list): (SocketAddr, &str, i64),
    (round, index): (usize, usize),
    stopped: &AtomicBool,
    done: &AtomicUsize,
) -> Seen {
    let mut seen = Seen::default();
    let mut connection: Option<TcpStream> = None;
    for turn in 0.. {
        if stopped.load(Ordering::Relaxed) {
            break;
        }
        let number = format!("{round}-{index}-{turn}");
        let order = shop::place(&number, &[shop::line(list, "A", 1)]).body;
        let body = order.expect("an order has a body").to_string();
        let kept = connection.take().map_or_else(|| TcpStream::connect(address), Ok);
        // No listener is left: nothing was sent.
        let Ok(mut stream) = kept else { break };
        if stream.write_all(request(token, &body).as_bytes()).is_err() {
            break; // the connection was closed before the request was sent whole
        }
        let sent = Instant::now();
        match answer(&mut stream) {
            Ok(text) if raw::status(&text) == 201 => {
                seen.placed.push(number);
                done.fetch_add(1, Ordering::Relaxed);
                if index % 2 == 0 && !text.to_lowercase().contains("connection: close") {
                    connection = Some(stream);
                }
            }
            Ok(text) => panic!("{text}"),
            Err(what) => {
                seen.cut_off = Some((sent, what));
                break;
            }
        }
    }
    seen
}

fn request(token: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST /api/v1/orders/ HTTP/1.1\r\nHost: onhand\r\nAuthorization: Token {token}\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// An answer, or why there is no whole one.
fn answer(stream: &mut TcpStream) -> Result<String, String> {
    let (mut bytes, mut part) = (Vec::new(), [0; 4_096]);
    loop {
        if let Some(answer) = raw::whole(&bytes) {
            return Ok(answer);
        }
        match stream.read(&mut part) {
            Ok(0) => return Err(format!("closed after {} bytes", bytes.len())),
            Ok(read) => bytes.extend_from_slice(&part[..read]),
            Err(fault) => return Err(format!("{fault} after {} bytes", bytes.len())),
        }
    }
}

/// A list of this round, with plenty of A.
fn stocked_list(client: &Client, round: usize) -> i64 {
    let list = id(&client.send(&shop::new_list(&format!("list {round}"))).created());
    client.send(&shop::write(shop::stock(list, "A", 1_000_000))).created();
    list
}
