//! Floods from one address, and the listener that is not reached by them.
//!
//! Promises: a flood has so many connections and ends by itself; what is counted has bounds that hold on any machine.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use onhand_testkit::blocking::Client;
use onhand_testkit::program::{file, log_of, new_file};
use onhand_testkit::raw;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::ONHAND;
use crate::orders::Buyer;

/// Connections of a flood, and how long it lasts.
const CONNECTIONS: usize = 200;
const LASTS: Duration = Duration::from_secs(3);

/// As many as come before the server has accepted one, fewer than may ask without a token; and how long each may take.
const CROWD: usize = 400;
const CROWD_WAITS: Duration = Duration::from_millis(900);

/// What an address may have without a token: so many a second, and at once.
const EACH_SECOND: u64 = 50;
const AT_ONCE: u64 = 500;

/// Asks again and again from many connections; how many answers had which status, and how long it took.
fn flood(address: SocketAddr, request: &'static str) -> (BTreeMap<u16, u64>, Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let begun = Instant::now();
        let mut connections = JoinSet::new();
        for _ in 0..CONNECTIONS {
            connections.spawn(async move {
                let mut stream = TcpStream::connect(address).await.expect("it listens");
                let mut statuses = Vec::new();
                while begun.elapsed() < LASTS {
                    stream.write_all(request.as_bytes()).await.expect("it listens");
                    statuses.push(raw::status(&raw::answer(&mut stream).await));
                }
                statuses
            });
        }
        let mut all = BTreeMap::new();
        for status in connections.join_all().await.into_iter().flatten() {
            *all.entry(status).or_insert(0) += 1;
        }
        (all, begun.elapsed())
    })
}

/// A server that is busy for a moment: clients that come meanwhile wait for their answers, not for their connections.
/// What does not fit into the queue of the listener is dropped by the system and tried again by the client after a
/// second, then two, then four.
#[test]
fn a_crowd_that_comes_at_once_is_connected_at_once() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = ONHAND.start(&file(folder.path()), &[]);
    server.signal("STOP");
    let connected: Result<Vec<_>, _> =
        (0..CROWD).map(|_| std::net::TcpStream::connect_timeout(&server.address, CROWD_WAITS)).collect();
    server.signal("CONT");
    let connected = connected.expect("there is room for all of them");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        for stream in connected {
            stream.set_nonblocking(true).expect("it can be");
            let mut stream = TcpStream::from_std(stream).expect("it is one");
            stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: shop\r\n\r\n").await.expect("it is open");
            assert_eq!(raw::status(&raw::answer(&mut stream).await), 200);
        }
    });
    assert!(server.stop().success());
}

#[test]
fn a_flood_has_what_an_address_may_have_and_the_shop_goes_on() {
    const REQUESTS: [&str; 2] = [
        "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /api/v1/orders/ HTTP/1.1\r\nHost: x\r\nAuthorization: Token 0123456789012345678901234567890123456789\r\n\r\n",
    ];
    for (number, request) in REQUESTS.into_iter().enumerate() {
        let (folder, url) = new_file();
        let server = ONHAND.start_logging(&url, &[], folder.path());
        let buyer = Buyer::new(server.address, "one");
        let address = server.address;
        let flooding = std::thread::spawn(move || flood(address, request));
        let mut placed = 0;
        while !flooding.is_finished() {
            assert_eq!(buyer.place(&format!("{number}-{placed}")), 201);
            placed += 1;
        }
        let (statuses, lasted) = flooding.join().expect("it ends");
        let seconds = lasted.as_secs() + 1;
        let (refused, others) = statuses.iter().fold((0, 0), |(refused, others), (status, count)| match *status {
            429 => (refused + count, others),
            200 | 401 => (refused, others + count),
            _ => panic!("{statuses:?}"),
        });
        assert!(others <= AT_ONCE + EACH_SECOND * seconds, "{statuses:?} in {lasted:?}");
        assert!(refused > 0 && refused <= CONNECTIONS as u64 * (seconds + 1), "{statuses:?} in {lasted:?}");
        assert!(placed > 1, "no order was taken meanwhile");
        assert!(server.stop().success());
        let log = log_of(folder.path());
        let lines = log.lines().filter(|line| line.contains("answered 429")).count() as u64;
        assert!((1..=seconds + 1).contains(&lines), "{log}");
        assert!(ONHAND.verified(&url).contains(&format!(" {placed} orders\n")));
    }
}

#[test]
fn operators_have_a_listener_of_their_own() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr()).expect("a free port");
    let arguments = [format!("--admin-listen={free}"), "--anonymous-requests-max=1".to_owned()];
    let server = ONHAND.start(&file(folder.path()), &arguments.each_ref().map(String::as_str));
    let (inside, outside) = (Client::new(free, ""), Client::new(server.address, ""));
    for path in ["/healthz", "/readyz", "/metrics", "/api/docs/", "/api/schema/"] {
        for _ in 0..20 {
            assert_eq!(inside.get(path).status, 200, "{path}");
        }
    }
    assert_eq!(inside.get("/api/v1/orders/").status, 404);
    for (path, status) in
        [("/healthz", 200), ("/readyz", 200), ("/metrics", 404), ("/api/docs/", 404), ("/api/schema/", 404)]
    {
        assert_eq!(outside.get(path).status, status, "{path}");
    }
    assert!(server.stop().success());
}
