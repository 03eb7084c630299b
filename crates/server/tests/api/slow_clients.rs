//! Slow, stuck and greedy clients: each is let go in time, and the others do not notice.
//!
//! Promises: raw sockets, since no HTTP library would behave like this; limits are set small, so that a test waits for
//! a second or two. Times are real here: the clock that stands still is the shop's, not the sockets'.

use std::time::{Duration, Instant};

use onhand::auth::Role;
pub(crate) use onhand_testkit::raw::answer;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use crate::client::TestServer;
use crate::shop::{Shop, long};

/// What a test waits for before it gives up on the server: longer than a slow machine takes, and less than the limits
/// that must not be what ends the waiting.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);
/// A limit in seconds that no test waits for.
const NEVER: u64 = 600;

pub(crate) async fn quick() -> TestServer {
    TestServer::with(|config| config.request_seconds = 1).await
}

pub(crate) async fn connect(server: &TestServer) -> TcpStream {
    TcpStream::connect(server.address).await.expect("the server listens")
}

/// Everything the server still sends before it closes, and how long that took.
pub(crate) async fn until_closed(stream: &mut TcpStream) -> (String, Duration) {
    let start = Instant::now();
    let mut bytes = Vec::new();
    // A reset is a way of closing too.
    let _ = timeout(PATIENCE, stream.read_to_end(&mut bytes)).await.expect("the server lets the client go");
    (String::from_utf8_lossy(&bytes).into_owned(), start.elapsed())
}

#[tokio::test]
async fn a_client_that_sends_half_its_headers_or_nothing_is_let_go() {
    let server = quick().await;
    for start in ["", "GET /healthz HT", "GET /healthz HTTP/1.1\r\nHost: x\r\nAccept"] {
        let mut stream = connect(&server).await;
        stream.write_all(start.as_bytes()).await.expect("it listens");
        let (_, waited) = until_closed(&mut stream).await;
        assert!(waited >= Duration::from_millis(800), "{start:?}: {waited:?}");
    }
}

/// One byte at a time resets no clock.
#[tokio::test]
async fn a_client_that_drips_its_headers_is_let_go() {
    let server = quick().await;
    let mut stream = connect(&server).await;
    let story = format!("GET /healthz HTTP/1.1\r\nX-Header: a story that takes a minute{}", long(560));
    let mut told = 0;
    for byte in story.bytes() {
        if stream.write_all(&[byte]).await.is_err() {
            break;
        }
        told += 1;
        sleep(Duration::from_millis(100)).await;
    }
    assert!(told < story.len(), "it was listened to to the end");
    let (text, _) = until_closed(&mut stream).await;
    assert!(!text.contains("200"), "{text}");
}

/// A body that never ends: 408 in the wire's form, and nothing was done.
#[tokio::test]
async fn a_client_that_sends_half_its_body_gets_408() {
    let shop = Shop::on(quick().await).await;
    shop.stock("SHIRT", 10).await;
    let token = shop.erp.post("/api/v1/auth/tokens/", json!({"name": "raw"})).await.created()["key"].clone();
    let head = format!(
        "POST /api/v1/product_stock/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token {}\r\nContent-Length: 500\r\n\r\n",
        token.as_str().expect("a key")
    );
    let before = shop.server.dump().await;
    for drip in [false, true] {
        let mut stream = connect(&shop.server).await;
        stream.write_all(head.as_bytes()).await.expect("it listens");
        stream.write_all(b"{\"product_sku\": \"SHIRT\", ").await.expect("it listens");
        let (mut reading, mut writing) = stream.into_split();
        let dripping = tokio::spawn(async move {
            while drip && writing.write_all(b" ").await.is_ok() {
                sleep(Duration::from_millis(100)).await;
            }
            writing
        });
        let start = Instant::now();
        let mut bytes = Vec::new();
        let _ = timeout(PATIENCE, reading.read_to_end(&mut bytes)).await.expect("the server lets the client go");
        let (text, waited) = (String::from_utf8_lossy(&bytes), start.elapsed());
        assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
        assert!(text.ends_with("{\"detail\":\"The body took too long to arrive.\"}"), "{text}");
        assert!(waited >= Duration::from_millis(800), "{waited:?}");
        dripping.abort();
    }
    assert_eq!(shop.server.dump().await, before);
}

/// Python's `requests` reads nothing until it has sent all: it must find the answer, not a connection that was reset.
#[tokio::test]
async fn a_client_that_sends_all_before_it_reads_finds_the_answer() {
    let shop = Shop::open().await;
    let token = shop.erp.post("/api/v1/auth/tokens/", json!({"name": "raw"})).await.created()["key"].clone();
    let body = long(10_000_000);
    let right = format!("Authorization: Token {}\r\n", token.as_str().expect("a key"));
    let announced = (format!("Content-Length: {}\r\n\r\n", body.len()), "");
    let chunked = (format!("Transfer-Encoding: chunked\r\n\r\n{:x}\r\n", body.len()), "\r\n0\r\n\r\n");
    for (credentials, status) in [(right.as_str(), "413"), ("", "401"), ("Authorization: Token stale\r\n", "401")] {
        for (length, end) in [&announced, &chunked] {
            let head = format!("POST /api/v1/orders/ HTTP/1.1\r\nHost: x\r\n{credentials}{length}");
            let mut stream = connect(&shop.server).await;
            let bytes = [head.as_str(), &body, end].concat();
            timeout(PATIENCE, stream.write_all(bytes.as_bytes())).await.expect("it is read").expect("not reset");
            let text = answer(&mut stream).await;
            assert!(text.starts_with(&format!("HTTP/1.1 {status} ")) && text.contains("{\"detail\":"), "{text}");
        }
    }
}

/// Reading on has an end.
#[tokio::test]
async fn a_client_that_never_stops_sending_is_let_go() {
    let shop = Shop::on(quick().await).await;
    let token = shop.erp.post("/api/v1/auth/tokens/", json!({"name": "raw"})).await.created()["key"].clone();
    let mut stream = connect(&shop.server).await;
    let token = token.as_str().expect("a key");
    let head = format!(
        "POST /api/v1/orders/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token {token}\r\nContent-Length: 9000000000\r\n\r\n"
    );
    let start = Instant::now();
    stream.write_all(head.as_bytes()).await.expect("it listens");
    let chunk = vec![b'x'; 65_536];
    let mut sent = 0_usize;
    while timeout(PATIENCE, stream.write_all(&chunk)).await.expect("read or closed").is_ok() {
        sent += chunk.len();
        assert!(start.elapsed() < PATIENCE, "{sent} bytes were taken");
    }
}

#[tokio::test]
async fn no_more_connections_are_served_than_the_limit_says() {
    let server = TestServer::with(|config| {
        config.connections_max = 2;
        config.request_seconds = NEVER;
    })
    .await;
    let mut first = [connect(&server).await, connect(&server).await];
    for stream in &mut first {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("it listens");
        assert!(answer(stream).await.starts_with("HTTP/1.1 200 "));
    }
    let mut third = connect(&server).await;
    third.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("the system's queue takes it");
    let mut bytes = [0; 1];
    let early = timeout(Duration::from_millis(500), third.read(&mut bytes)).await;
    assert!(early.is_err(), "the third waits until a place is free");
    let [one, _two] = first;
    drop(one);
    assert!(timeout(PATIENCE, third.read(&mut bytes)).await.expect("when one leaves, a place is free").is_ok());
}

/// A crowd of idle connections keeps the permits for as long as the header time, and no longer.
#[tokio::test]
async fn idle_connections_do_not_hold_the_server() {
    let server = TestServer::with(|config| {
        config.connections_max = 8;
        config.request_seconds = 1;
    })
    .await;
    let mut idle = Vec::new();
    for _ in 0..8 {
        idle.push(connect(&server).await);
    }
    sleep(Duration::from_millis(200)).await;
    let mut other = connect(&server).await;
    other.write_all(b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("the system's queue takes it");
    assert!(answer(&mut other).await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn slow_clients_do_not_slow_the_others() {
    let server = TestServer::with(|config| config.request_seconds = NEVER).await;
    let viewer = server.client(Role::Viewer).await;
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = connect(&server).await;
        stream.write_all(b"POST /api/v1/orders/ HTTP/1.1\r\nHost: x\r\nContent-Le").await.expect("it listens");
        slow.push(stream);
    }
    for _ in 0..20 {
        timeout(PATIENCE, viewer.get("/api/v1/orders/")).await.expect("nobody is waited for").ok();
    }
}

/// Nonsense in place of HTTP, and headers beyond all measure: an error or a closed connection, never a 5xx.
#[tokio::test]
async fn what_is_no_http_is_refused() {
    let server = quick().await;
    let many = (0..100).fold(String::new(), |all, number| format!("{all}X-{number}: 1\r\n"));
    let requests = [
        "\x16\x03\x01\x02\x00\x01\x00".to_owned(),
        "hello\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET /healthz HTTP/9.9\r\n\r\n".to_owned(),
        "GET /healthz HTTP/1.1\r\nHost : x\r\n\r\n".to_owned(),
        "POST /api/v1/orders/ HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n".to_owned(),
        "POST /api/v1/orders/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}".to_owned(),
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{many}\r\n"),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", long(70_000)),
        format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", long(70_000)),
    ];
    for request in requests {
        let mut stream = connect(&server).await;
        let _ = stream.write_all(request.as_bytes()).await;
        let (text, _) = until_closed(&mut stream).await;
        let shown: String = request.chars().take(60).collect();
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 4"), "{shown:?}: {text}");
    }
    server.client(Role::Viewer).await.get("/api/v1/orders/").await.ok();
}
