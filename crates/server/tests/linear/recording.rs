//! A recording: clients at work on several stocks, everything that may go wrong meanwhile, and the audit afterwards.
//!
//! Promises: so many operations, however long they take; what is handed over has passed the audit, and can be checked
//! stock by stock. Must not know what an operation is.

use std::sync::Arc;
use std::time::Instant;

use onhand_testkit::chance::Chance;
use tokio::task::JoinSet;

use crate::audit::Audit;
use crate::checker::{Verdict, check};
use crate::client::{Client, ClientKind};
use crate::history::{Entry, of_stock};
use crate::model::{History, Stock};
use crate::servers::Servers;
use crate::shop::{START, Shop};

/// How much is done, by how many, on how many stocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) seed: u64,
    pub(crate) clients: usize,
    /// Operations of each client.
    pub(crate) operations: usize,
    pub(crate) stocks: usize,
    pub(crate) kind: ClientKind,
}

impl Load {
    /// Runs the load while `disturb` does what it wants to the servers, and audits them.
    pub(crate) async fn record(
        self,
        servers: &mut Servers,
        disturb: impl AsyncFnOnce(&mut Servers, Progress),
    ) -> Recording {
        let shop = Arc::new(Shop::open(servers, self.stocks).await);
        let worked = self.work(&shop, servers, disturb).await;
        self.audited(&shop, worked).await
    }

    /// Runs the load on a shop: what the clients wrote down, and how many requests were not answered.
    pub(crate) async fn work(
        self,
        shop: &Arc<Shop>,
        servers: &mut Servers,
        disturb: impl AsyncFnOnce(&mut Servers, Progress),
    ) -> (Vec<Entry>, usize) {
        let mut clients = JoinSet::new();
        for index in 0..self.clients {
            let connection = shop.connection.beginning_with(index);
            let chance = Chance(self.seed ^ ((index as u64) << 32));
            let (kind, seen) = (self.kind, vec![(START, START); self.stocks]);
            let client = Client { index, shop: shop.clone(), chance, connection, kind, seen };
            clients.spawn(client.run(self.operations));
        }
        let progress = Progress { shop: shop.clone(), whole: self.clients * self.operations };
        let (journals, ()) = tokio::join!(clients.join_all(), disturb(servers, progress));
        let (journals, unanswered): (Vec<_>, Vec<_>) = journals.into_iter().unzip();
        (journals.into_iter().flatten().collect(), unanswered.iter().sum())
    }

    /// Audits what was done.
    pub(crate) async fn audited(self, shop: &Shop, (entries, unanswered): (Vec<Entry>, usize)) -> Recording {
        let connection = shop.connection.beginning_with(0);
        let entries = Audit::take(connection, shop, &entries).await.held_against(entries);
        Recording { entries, stocks: self.stocks, unanswered }
    }
}

/// How far the clients are.
pub(crate) struct Progress {
    shop: Arc<Shop>,
    whole: usize,
}

impl Progress {
    /// Waits until this part of all operations is done.
    pub(crate) async fn reached(&self, part: usize, of: usize) {
        self.shop.reached(self.whole * part / of).await;
    }
}

/// What was recorded.
pub(crate) struct Recording {
    entries: Vec<Entry>,
    stocks: usize,
    /// Requests that were not answered, or not just then.
    pub(crate) unanswered: usize,
}

impl Recording {
    /// The history of each stock.
    pub(crate) fn histories(&self) -> Vec<History> {
        (0..self.stocks).map(|stock| of_stock(&self.entries, stock)).collect()
    }

    /// Checks every stock. What there was to check, for people.
    pub(crate) fn assert_linearizable(&self) -> String {
        let begun = Instant::now();
        let mut told = vec![format!("{} requests unanswered", self.unanswered)];
        for (stock, history) in self.histories().iter().enumerate() {
            let configurations = match check(&Stock::new(START), history) {
                Verdict::Linearizable { configurations } => configurations,
                Verdict::Violation(why) => panic!("stock {stock} is not linearizable: {why}"),
                Verdict::GaveUp => panic!("stock {stock}: the search was given up"),
            };
            let (calls, open) = (history.len(), history.iter().filter(|call| call.answer.is_none()).count());
            told.push(format!("stock {stock}: {calls} calls, {open} open, {configurations} configurations"));
        }
        format!("{}; checked in {:?}", told.join("; "), begun.elapsed())
    }
}
