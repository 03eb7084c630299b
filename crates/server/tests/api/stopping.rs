//! The stop: what was accepted is answered and on disk, idle connections are let go, and then it is over.

use std::time::{Duration, Instant};

use onhand_store::leases;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::client::TestServer;
use crate::files::{import_path, key, upload};
use crate::shop::{Shop, int, new_order};

/// How long a stop may take where no client is slow, also on a slow machine.
const QUICK: Duration = Duration::from_mins(1);
/// A time to drain that no test waits for.
const NEVER: u64 = 600;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_accepted_is_answered_and_kept() {
    let mut shop = Shop::open().await;
    shop.stock("SHIRT", 1_000).await;
    let key = shop.erp.post("/api/v1/auth/tokens/", json!({"name": "raw"})).await.created()["key"].clone();
    let mut asking = JoinSet::new();
    for _ in 0..100 {
        let body = new_order(json!({"order_items": [shop.line("SHIRT", 1)]})).to_string();
        let request = format!(
            "POST /api/v1/orders/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Token {}\r\n\
             Content-Length: {}\r\n\r\n{body}",
            key.as_str().expect("a key"),
            body.len()
        );
        let mut stream = TcpStream::connect(shop.server.address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it listens");
        asking.spawn(async move {
            let mut text = String::new();
            // A connection that was still waiting to be accepted is closed without an answer.
            let _ = stream.read_to_string(&mut text).await;
            text
        });
    }
    // One client is answered by now, and the others are somewhere between.
    while int(&shop.erp.get("/api/v1/orders/?limit=1").await.ok()["count"]) == 0 {}
    let stopped = shop.server.stop();
    let answers = timeout(QUICK, asking.join_all()).await.expect("every connection comes to an end");
    timeout(QUICK, stopped).await.expect("it ends").expect("it does not panic");
    let placed = answers.iter().filter(|text| text.starts_with("HTTP/1.1 201 ")).count();
    for text in answers.iter().filter(|text| !text.starts_with("HTTP/1.1 201 ")) {
        assert!(text.is_empty(), "answered whole or not at all: {text}");
    }
    assert!(placed > 0, "those accepted before the stop");
    let kept = shop.server.dump().await.lines().filter(|line| line.starts_with("sales_order ")).count();
    assert!(kept >= placed, "{placed} answered, {kept} kept");
    shop.server.verify().await;
}

#[tokio::test]
async fn idle_connections_do_not_hold_up_a_stop() {
    let mut server = TestServer::with(|config| config.drain_seconds = NEVER).await;
    let mut idle = TcpStream::connect(server.address).await.expect("it listens");
    idle.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("it listens");
    let mut bytes = [0; 1_024];
    assert!(idle.read(&mut bytes).await.expect("an answer") > 0);
    timeout(QUICK, server.stop()).await.expect("it ends").expect("it does not panic");
    assert!(TcpStream::connect(server.address).await.is_err(), "nobody listens any more");
}

/// A client that never finishes its request holds a stop up for the time to drain, and no longer.
#[tokio::test]
async fn a_stuck_client_holds_up_a_stop_for_the_time_to_drain_only() {
    let mut server = TestServer::with(|config| config.drain_seconds = 1).await;
    let mut stuck = TcpStream::connect(server.address).await.expect("it listens");
    stuck
        .write_all(
            b"POST /api/v1/auth/login/ HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n{",
        )
        .await
        .expect("it listens");
    // It waits for the rest.
    let mut told = [0; 64];
    let read = timeout(QUICK, stuck.read(&mut told)).await.expect("it is read").expect("an answer");
    assert!(told[..read].starts_with(b"HTTP/1.1 100 "), "{:?}", String::from_utf8_lossy(&told[..read]));
    let start = Instant::now();
    timeout(QUICK, server.stop()).await.expect("it ends").expect("it does not panic");
    let waited = start.elapsed();
    assert!(waited >= Duration::from_millis(800), "{waited:?}");
}

/// Another process goes on at once with an import that this one was at.
#[tokio::test]
async fn work_that_stops_halfway_is_any_workers_at_once() {
    // A test that is given no turn for a while finds that an import has ended meanwhile: then with more rows.
    for rows in [60_000, 240_000] {
        if stops_halfway(rows).await {
            return;
        }
    }
    panic!("it was too fast each time");
}

async fn stops_halfway(rows: usize) -> bool {
    let mut shop = Shop::open().await;
    let rows = (0..rows).map(|row| format!("S{row},5\n"));
    let file: String = std::iter::once("sku,stock\n".to_owned()).chain(rows).collect();
    let answer = upload(&shop.erp, &import_path(shop.list), "a.csv", file.as_bytes(), &[]).await.ok();
    let path = format!("/api/v1/stock_list/excel_import_status/?cache_key={}", key(&answer));
    while int(&shop.erp.get(&path).await.ok()["processed"]) == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    shop.server.stop_work().await;
    let is_halfway = shop.erp.get(&path).await.ok()["status"] == json!("processing");
    // The clock stands still: no lease has run out meanwhile.
    let (lease, now) = (format!("import:{}", shop.list), shop.server.app.clock.now());
    let claim = async move |tx: &mut onhand_store::Tx<'_>| leases::claim(tx, &lease, "another", now, 1).await;
    assert!(shop.server.app.store.write("t", claim).await.expect("written"));
    is_halfway
}
