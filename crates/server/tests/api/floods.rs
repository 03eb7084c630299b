//! More than a server can do, or should do for one address: who is turned away, how, and who is not.
//!
//! Promises: raw sockets where no HTTP library would behave like this. Addresses are told apart as behind a proxy.

use std::io::Read as _;
use std::num::NonZeroU32;
use std::sync::mpsc::channel;
use std::time::Duration;

use flate2::read::GzDecoder;
use onhand::auth::{Role, token};
use onhand::writer::{QUEUE_MAX, Submission};
use onhand_core::commands::WriteStocks;
use onhand_core::{Command, UserId};
use onhand_store::Tx;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::client::{Client, TestServer};
use crate::shop::Shop;
use crate::slow_clients::{PATIENCE, answer, connect, until_closed};

/// A limit in seconds that no test waits for.
const NEVER: u64 = 600;
/// One request a second for each address, of which ten may come at once.
const BURST: usize = 10;
const HEALTH: &[u8] = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";

async fn proxied() -> TestServer {
    TestServer::with(|config| {
        config.anonymous_requests_max = 1;
        config.trusted_proxies = "127.0.0.1".parse().expect("an address");
    })
    .await
}

fn of(client: Client, address: &str) -> Client {
    client.with("X-Forwarded-For", address)
}

/// The statuses of some requests that are sent at once.
async fn at_once(client: &Client, path: &'static str, count: usize) -> Vec<u16> {
    let mut asked = JoinSet::new();
    for _ in 0..count {
        let client = client.clone();
        asked.spawn(async move {
            let answer = client.get(path).await;
            assert_eq!(answer.status == 429, answer.header("retry-after").is_some(), "{answer:?}");
            answer.status
        });
    }
    asked.join_all().await
}

#[tokio::test]
async fn strangers_have_so_many_requests_and_others_are_not_kept_waiting() {
    let server = proxied().await;
    let list = "/api/v1/orders/";
    let known = of(server.client(Role::Viewer).await, "10.0.0.1");
    known.get(list).await.ok();
    let wrong = server.bearer(&token::generate());
    let nonsense = server.bearer("nonsense");
    let mut next = 0;
    for (stranger, path, status) in [
        (server.anonymous(), "/healthz", 200_u16),
        (server.anonymous(), list, 401),
        (wrong, list, 401),
        (nonsense, list, 401),
        (server.anonymous(), "/nowhere/", 404),
    ] {
        next += 1;
        let address = format!("10.0.1.{next}");
        let stranger = of(stranger, &address);
        let mut statuses = at_once(&stranger, path, BURST + 5).await;
        statuses.sort_unstable();
        let refused = statuses.iter().filter(|found| **found == 429).count();
        assert!((1..=5).contains(&refused), "{path}: {statuses:?}");
        assert!(statuses.iter().all(|found| [429, status].contains(found)), "{path}: {statuses:?}");
        // At the same address, a client that was known before is served at once, and one that was not is served.
        of(known.clone(), &address).get(list).await.ok();
        of(server.client(Role::Viewer).await, &address).get(list).await.ok();
    }
    assert_eq!(at_once(&of(server.anonymous(), "10.0.2.1"), "/healthz", BURST).await, [200; BURST]);
}

#[tokio::test]
async fn a_token_that_is_looked_up_again_is_no_strangers() {
    let server = proxied().await;
    let known = of(server.client(Role::Viewer).await, "10.0.0.1");
    known.get("/api/v1/orders/").await.ok();
    for _ in 0..3 * BURST {
        // Longer than a token is trusted without asking.
        known.get("/api/v1/orders/").await.ok();
        known.get("/healthz").await.ok();
        server.advance(6);
    }
}

#[tokio::test]
async fn a_full_ledger_refuses_before_it_reads() {
    let shop = Shop::on(TestServer::with(|config| config.request_seconds = NEVER).await).await;
    let store = shop.server.app.store.clone();
    if store.is_shared() {
        // Its writers cannot be occupied by one of them.
        return;
    }
    let order = shop.erp.post("/api/v1/auth/tokens/", json!({"name": "raw"})).await.created()["key"].clone();
    let (go, held) = channel::<()>();
    let mut waiting = JoinSet::new();
    let (begin, begun) = tokio::sync::oneshot::channel();
    waiting.spawn(async move {
        let begin = std::sync::Arc::new(std::sync::Mutex::new((Some(begin), held)));
        let body = async move |_: &mut Tx<'_>| {
            let mut begin = begin.lock().expect("nobody panics");
            if let Some(begin) = begin.0.take() {
                let _ = begin.send(());
            }
            let _ = begin.1.recv();
            Ok(())
        };
        let _ = store.write("t", body).await;
    });
    begun.await.expect("the writer is held");
    for _ in 0..QUEUE_MAX + 5_000 {
        let writer = shop.server.app.writer.clone();
        waiting.spawn(async move {
            let command =
                Command::WriteStocks(WriteStocks { rows: Vec::new(), create_unknown_products: false, source: None });
            let _ = writer.submit(Submission { command, actor: UserId::new(1), dedup_record: None }).await;
        });
    }
    while !shop.server.app.writer.is_full() {
        sleep(Duration::from_millis(10)).await;
    }
    let mut stream = connect(&shop.server).await;
    let head = format!(
        "POST /api/v1/orders/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token {}\r\nContent-Length: 500\r\n\r\n",
        order.as_str().expect("a key")
    );
    stream.write_all(head.as_bytes()).await.expect("it listens");
    let text = timeout(PATIENCE, answer(&mut stream)).await.expect("it waits for no body");
    assert!(text.starts_with("HTTP/1.1 503 ") && text.contains("retry-after: "), "{text}");
    shop.erp.get("/api/v1/orders/").await.ok();
    drop(go);
    while waiting.join_next().await.is_some() {}
    shop.stock("SHIRT", 10).await;
    shop.order("SHIRT", 1).await;
}

#[tokio::test]
async fn an_address_has_so_many_connections() {
    let server = TestServer::with(|config| {
        config.connections_per_address_max = Some(NonZeroU32::new(2).expect("not zero"));
        config.request_seconds = NEVER;
    })
    .await;
    let mut both = [connect(&server).await, connect(&server).await];
    for stream in &mut both {
        stream.write_all(HEALTH).await.expect("it listens");
        assert!(answer(stream).await.starts_with("HTTP/1.1 200 "));
    }
    let mut third = connect(&server).await;
    let (text, _) = until_closed(&mut third).await;
    assert!(text.starts_with("HTTP/1.1 429 ") && text.contains("\r\nretry-after: "), "{text}");
    let [one, _two] = both;
    drop(one);
    loop {
        let mut fourth = connect(&server).await;
        fourth.write_all(HEALTH).await.expect("it listens");
        let mut bytes = [0; 12];
        // Until the server has noticed that one has gone.
        if fourth.read_exact(&mut bytes).await.is_ok() && &bytes == b"HTTP/1.1 200" {
            break;
        }
    }
}

#[tokio::test]
async fn a_trusted_proxy_has_any_number_of_connections() {
    let server = TestServer::with(|config| {
        config.connections_per_address_max = Some(NonZeroU32::MIN);
        config.trusted_proxies = "127.0.0.1".parse().expect("an address");
    })
    .await;
    let mut all = Vec::new();
    for _ in 0..5 {
        let mut stream = connect(&server).await;
        stream.write_all(HEALTH).await.expect("it listens");
        assert!(answer(&mut stream).await.starts_with("HTTP/1.1 200 "));
        all.push(stream);
    }
}

/// More than the system keeps for both ends.
const MANY: usize = 60;

fn many_descriptions() -> Vec<u8> {
    b"GET /api/schema/ HTTP/1.1\r\nHost: x\r\n\r\n".repeat(MANY)
}

#[tokio::test]
async fn a_client_that_reads_nothing_is_let_go() {
    let server = TestServer::with(|config| {
        config.connections_max = 1;
        config.response_seconds = 1;
        config.request_seconds = NEVER;
    })
    .await;
    let mut deaf = connect(&server).await;
    deaf.write_all(&many_descriptions()).await.expect("it listens");
    let mut next = connect(&server).await;
    next.write_all(HEALTH).await.expect("the system's queue takes it");
    assert!(answer(&mut next).await.starts_with("HTTP/1.1 200 "), "its place is free again");
    drop(deaf);
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_all() {
    let server = TestServer::with(|config| config.response_seconds = 1).await;
    let length = server.anonymous().get("/api/schema/").await.bytes.len();
    let mut slow = connect(&server).await;
    slow.write_all(&many_descriptions()).await.expect("it listens");
    let (mut read, mut bytes) = (0, vec![0; length]);
    while read < MANY * length {
        // Together much longer than it may take nothing.
        sleep(Duration::from_millis(50)).await;
        let count = timeout(PATIENCE, slow.read(&mut bytes)).await.expect("there is more").expect("not reset");
        assert!(count > 0, "closed after {read} of {} bytes", MANY * length);
        read += count;
    }
}

#[tokio::test]
async fn the_description_is_sent_once_and_small() {
    let server = TestServer::start().await;
    for (path, content_type) in [("/api/schema/", "application/json"), ("/api/docs/", "text/html; charset=utf-8")] {
        let plain = server.anonymous().get(path).await;
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None));
        let packed = server.anonymous().with("Accept-Encoding", "br;q=1, gzip").get(path).await;
        assert_eq!(
            (packed.header("content-encoding"), packed.header("content-type")),
            (Some("gzip"), Some(content_type))
        );
        assert_eq!(packed.header("vary"), Some("accept-encoding"));
        assert!(packed.bytes.len() * 4 < plain.bytes.len(), "{} of {}", packed.bytes.len(), plain.bytes.len());
        let mut unpacked = Vec::new();
        GzDecoder::new(&*packed.bytes).read_to_end(&mut unpacked).expect("gzip");
        assert_eq!(unpacked, plain.bytes);
        let tag = plain.header("etag").expect("a tag").to_owned();
        assert_eq!(packed.header("etag"), Some(tag.as_str()));
        for known in [tag.clone(), format!("\"another\", {tag}"), "*".to_owned()] {
            let unchanged = server.anonymous().with("If-None-Match", known).get(path).await;
            assert_eq!((unchanged.status, unchanged.bytes.len()), (304, 0));
            assert_eq!(unchanged.header("etag"), Some(tag.as_str()));
        }
        server.anonymous().with("If-None-Match", "\"another\"").get(path).await.expect(200);
    }
}
