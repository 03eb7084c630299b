//! A shop on one server process: it places orders of one SKU and remembers which were acknowledged.
//!
//! Promises: every answer is compared with the wire's form; nothing is asked twice. Must not know what is done to the
//! database.

use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use onhand_testbed::Cluster;
use onhand_testkit::http::{Answer, Client};
use onhand_testkit::json::{id, int};
use onhand_testkit::program::{Server, log_of};
use onhand_testkit::shop;
use tokio::sync::watch;

use crate::ONHAND;

const LEVEL: i64 = 1_000_000;

/// A shop; clones share it.
#[derive(Clone)]
pub(crate) struct Shop(Arc<Inner>);

struct Inner {
    url: String,
    folder: tempfile::TempDir,
    _server: Server,
    client: Client,
    list: i64,
    next: AtomicUsize,
    acknowledged: Mutex<Vec<String>>,
    /// How many are acknowledged.
    progress: watch::Sender<usize>,
}

/// A 503 as clients are promised it.
pub(crate) fn assert_is_away(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer:?}");
    let seconds = answer.header("retry-after").and_then(|seconds| seconds.parse::<u32>().ok());
    assert!(seconds.is_some_and(|seconds| seconds > 0), "{answer:?}");
    assert!(answer.body["detail"].is_string(), "{answer:?}");
}

impl Shop {
    /// Starts the program on the server's own database, and stocks a SKU.
    pub(crate) async fn open(cluster: &Cluster) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = cluster.url("postgres");
        let server = ONHAND.start_logging(&url, &[], folder.path());
        let client = Client::sign_in(server.address).await;
        let list = id(&client.send(&shop::new_list("web")).await.created());
        client.send(&shop::write(shop::stock(list, "A", LEVEL))).await.created();
        let (next, acknowledged, progress) = (AtomicUsize::new(0), Mutex::default(), watch::Sender::new(0));
        Self(Arc::new(Inner { url, folder, _server: server, client, list, next, acknowledged, progress }))
    }

    /// Where the program's log is.
    pub(crate) fn folder(&self) -> &Path {
        self.0.folder.path()
    }

    /// Orders one unit, whatever the answer is.
    pub(crate) async fn order(&self) -> Answer {
        let number = format!("F-{}", self.0.next.fetch_add(1, Ordering::Relaxed));
        let order = shop::place(&number, &[shop::line(self.0.list, "A", 1)]);
        let answer = self.0.client.send(&order).await;
        if answer.status == 201 {
            self.0.acknowledged.lock().expect("not poisoned").push(number);
            self.0.progress.send_modify(|count| *count += 1);
        }
        answer
    }

    /// Waits until so many orders are acknowledged.
    pub(crate) async fn reached(&self, orders: usize) {
        self.0.progress.subscribe().wait_for(|count| *count >= orders).await.expect("the shop is open");
    }

    /// Orders one unit, which must work.
    pub(crate) async fn ordered(&self) {
        let answer = self.order().await;
        assert_eq!(answer.status, 201, "{answer:?}\n{}", log_of(self.folder()));
    }

    /// Orders one unit, which must not work just now.
    pub(crate) async fn refuses_to_order(&self) {
        assert_is_away(&self.order().await);
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.0.client.get(path).await
    }

    /// A path outside the API, asked without a token.
    pub(crate) async fn outside(&self, path: &str) -> Answer {
        self.0.client.bearer("").get(path).await
    }

    /// Every acknowledged order is there once, nothing was reserved that was not ordered, and the books are right.
    pub(crate) async fn assert_sound(&self) {
        let acknowledged = self.0.acknowledged.lock().expect("not poisoned").clone();
        for number in &acknowledged {
            let found = self.get(&format!("orders/?number={number}")).await;
            assert_eq!(found.body["count"], 1, "{number} is there once: {found:?}");
        }
        let orders = int(&self.get("orders/?limit=1").await.body["count"]);
        let stock = self.get("product_stock/").await;
        assert_eq!(int(&stock.body["results"][0]["sold_quantity_unreported"]), orders, "a unit per order");
        assert!(orders >= acknowledged.len() as i64);
        ONHAND.verified(&self.0.url);
    }
}
