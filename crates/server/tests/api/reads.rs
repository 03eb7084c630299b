//! Reads that take all the time there is: how many may wait for them, and who does not.
//!
//! Promises: what occupies the readers ends when the test says so, never by itself.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};

use onhand::auth::Role;
use onhand_store::{Store, Tx};
use reqwest::header::RETRY_AFTER;
use tokio::sync::Notify;
use tokio::task::{JoinSet, yield_now};

use crate::client::Client;
use crate::shop::Shop;

/// More than may read at a time, on any database.
const HOLDERS: usize = 64;
/// More than may wait.
const CROWD: usize = 5_000;

/// A list that is sorted anew for each request.
const LIST: &str = "/api/v1/product_stocks/?sort=-stock&limit=3";

/// What keeps the readers until it is dropped.
struct Held {
    waiting: JoinSet<()>,
    go: Arc<Notify>,
    _go: Sender<()>,
}

impl Held {
    /// Takes every reader of a store.
    fn all(store: &Store) -> Self {
        let (sender, receiver) = channel();
        let mut held = Self { waiting: JoinSet::new(), go: Arc::new(Notify::new()), _go: sender };
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..HOLDERS {
            held.waiting.spawn(hold(store.clone(), held.go.clone(), receiver.clone()));
        }
        held
    }

    /// Lets as many more wait as may; whether the queue was full at last. Those that come first take the readers.
    async fn crowd(&mut self, store: &Store) -> bool {
        for _ in 0..CROWD {
            let store = store.clone();
            self.waiting.spawn(async move {
                let _ = store.read("t", async |_: &mut Tx<'_>| Ok(())).await;
            });
        }
        // Those that are rejected end at once.
        let mut ended = 0;
        for _ in 0..100 {
            yield_now().await;
            while self.waiting.try_join_next().is_some() {
                ended += 1;
            }
        }
        ended > 0
    }

    /// Gives up: no caller waits any more, and the readers are free.
    async fn end(mut self) {
        self.waiting.abort_all();
        while self.waiting.join_next().await.is_some() {}
    }
}

/// Occupies a reader: the embedded database has a thread for it, which is stopped; elsewhere it is a task that waits.
async fn hold(store: Store, go: Arc<Notify>, receiver: Arc<Mutex<Receiver<()>>>) {
    let is_task = store.is_shared();
    let body = async move |_: &mut Tx<'_>| {
        match is_task {
            true => go.notified().await,
            // Until the sender is dropped.
            false => _ = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv(),
        }
        Ok(())
    };
    let _ = store.read("t", body).await;
}

async fn status(viewer: &Client, path: &str) -> (u16, bool) {
    let answer = viewer.raw(path).await;
    (answer.status().as_u16(), answer.headers().contains_key(RETRY_AFTER))
}

#[tokio::test]
async fn the_queue_of_reads_is_bounded_and_readiness_is_not_in_it() {
    let shop = Shop::open().await;
    let (server, store) = (&shop.server, shop.server.app.store.clone());
    let viewer = server.client(Role::Viewer).await;
    viewer.get(LIST).await.ok();
    let mut held = Held::all(&store);
    assert!(held.crowd(&store).await, "any number may wait");
    assert_eq!(status(&viewer, LIST).await, (503, true));
    server.anonymous().get("/readyz").await.ok();
    server.anonymous().get("/metrics").await;
    shop.stock("WRITTEN", 5).await;
    held.end().await;
    viewer.get(LIST).await.ok();
}
