//! Stopping the server under load: SIGTERM answers what was sent and ends with 0.
//!
//! Promises: clients speak through plain sockets, so that it is known when a request had been sent whole. A client that
//! sends after the signal may be turned away; one that sent before it is answered.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::process::{PASSWORD, Process, assert_quiet_log, assert_verified};

const CLIENTS: usize = 16;
/// Every other client opens a connection for each request, so that some wait to be accepted when the signal comes.
const ROUNDS: usize = 6;
/// Orders that are placed before the signal comes.
const PLACED_BEFORE: usize = 4 * CLIENTS;
/// Orders that take longer than this are a hang.
const PLACED_MAX: Duration = Duration::from_mins(2);

/// What a client has seen.
#[derive(Default)]
struct Seen {
    placed: Vec<String>,
    /// When the request without an answer had been sent, and what happened instead.
    cut_off: Option<(Instant, String)>,
}

#[test]
fn a_stop_answers_what_was_sent() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut placed = Vec::new();
    for round in 0..ROUNDS {
        let process = Process::start(folder.path());
        let token = sign_in(process.address);
        let list = made_list(process.address, &token, round);
        let (address, token) = (process.address, token.as_str());
        let (stopped, done) = (AtomicBool::new(false), AtomicUsize::new(0));
        let (signal, seen) = thread::scope(|scope| {
            let (stopped, done) = (&stopped, &done);
            let clients: Vec<_> = (0..CLIENTS)
                .map(|index| scope.spawn(move || run((address, token, list), (round, index), stopped, done)))
                .collect();
            let begun = Instant::now();
            while done.load(Ordering::Relaxed) < PLACED_BEFORE {
                assert!(begun.elapsed() < PLACED_MAX, "no orders are placed");
                thread::park_timeout(Duration::from_millis(1));
            }
            let signal = Instant::now();
            process.terminate();
            let status = process.wait();
            assert_eq!(status.code(), Some(0), "a stop is no failure");
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
    assert_verified(folder.path());
    assert_there(folder.path(), &placed);
    assert_quiet_log(folder.path());
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
        let items = json!([{"product_sku": "A", "stock_list": list, "quantity": 1}]);
        let body = json!({"number": number, "order_items": items}).to_string();
        let kept = connection.take().map_or_else(|| TcpStream::connect(address), Ok);
        // No listener is left: nothing was sent.
        let Ok(mut stream) = kept else { break };
        if stream.write_all(request("POST", "/api/v1/orders/", token, &body).as_bytes()).is_err() {
            break; // the connection was closed before the request was sent whole
        }
        let sent = Instant::now();
        match answer(&mut stream) {
            Ok((201, _, closes)) => {
                seen.placed.push(number);
                done.fetch_add(1, Ordering::Relaxed);
                if index % 2 == 0 && !closes {
                    connection = Some(stream);
                }
            }
            Ok((status, text, _)) => panic!("{status} {text}"),
            Err(what) => {
                seen.cut_off = Some((sent, what));
                break;
            }
        }
    }
    seen
}

fn request(method: &str, path: &str, token: &str, body: &str) -> String {
    let authorization = if token.is_empty() { String::new() } else { format!("Authorization: Token {token}\r\n") };
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: onhand\r\n{authorization}Content-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

/// Status, body and whether the server closes the connection; or why there is no whole answer.
fn answer(stream: &mut TcpStream) -> Result<(u16, String, bool), String> {
    let mut bytes = Vec::new();
    let mut part = [0; 4_096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.and_then(|text| text.trim().parse().ok()).ok_or("an answer without a length")?;
            if body.len() >= length {
                let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).ok_or("no status")?;
                return Ok((status, body.to_owned(), head.contains("connection: close")));
            }
        }
        match stream.read(&mut part) {
            Ok(0) => return Err(format!("closed after {} bytes", bytes.len())),
            Ok(read) => bytes.extend_from_slice(&part[..read]),
            Err(fault) => return Err(format!("{fault} after {} bytes", bytes.len())),
        }
    }
}

fn ask(address: SocketAddr, method: &str, path: &str, token: &str, body: &Value) -> (u16, Value) {
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream.write_all(request(method, path, token, &body.to_string()).as_bytes()).expect("it is sent");
    let (status, text, _) = answer(&mut stream).expect("it is answered");
    (status, serde_json::from_str(&text).expect("an answer is JSON"))
}

fn sign_in(address: SocketAddr) -> String {
    let body = json!({"username": "admin", "password": PASSWORD});
    let (status, answer) = ask(address, "POST", "/api/v1/auth/login/", "", &body);
    assert_eq!(status, 200, "{answer}");
    answer["key"].as_str().expect("a key").to_owned()
}

/// A list of this round, with plenty of A.
fn made_list(address: SocketAddr, token: &str, round: usize) -> i64 {
    let body = json!({"name": format!("list {round}"), "is_auto_sync": false});
    let (status, list) = ask(address, "POST", "/api/v1/stock_list/", token, &body);
    assert_eq!(status, 201, "{list}");
    let body = json!({"product_sku": "A", "stock_list": list["pk"], "stock": 1_000_000});
    let (status, stock) = ask(address, "POST", "/api/v1/product_stock/", token, &body);
    assert_eq!(status, 201, "{stock}");
    list["pk"].as_i64().expect("a list has a pk")
}

/// After the last stop, everything that was answered is there.
fn assert_there(folder: &Path, placed: &[String]) {
    let process = Process::start(folder);
    let token = sign_in(process.address);
    for number in placed {
        let path = format!("/api/v1/order_number/{number}/");
        let (status, order) = ask(process.address, "GET", &path, &token, &Value::Null);
        assert_eq!((status, &order["number"]), (200, &json!(number)), "{order}");
    }
}
