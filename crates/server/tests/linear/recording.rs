//! A recording: clients at work on several stocks, everything that may go wrong meanwhile, and the audit afterwards.
//!
//! Promises: what was acknowledged is there, what was refused is not, and the history of every stock is linearizable.
//! An order that nobody answered is looked for at the end: from then on it is known whether it was placed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;
use tokio::task::JoinSet;

use crate::chance::Chance;
use crate::checker::{Verdict, check};
use crate::client::{Client, placed};
use crate::history::{Act, Entry, Told, of_stock};
use crate::model::{History, Stock};
use crate::servers::Servers;
use crate::shop::{START, Shop, int};
use crate::wire::{Connection, Request};

/// How much is done, by how many, on how many stocks.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) seed: u64,
    pub(crate) clients: usize,
    /// Operations of each client.
    pub(crate) operations: usize,
    pub(crate) stocks: usize,
    /// Whether the clients also write what was sold elsewhere.
    pub(crate) elsewhere: bool,
}

impl Load {
    /// Runs the load while `disturb` does what it wants to the servers, and audits them.
    pub(crate) async fn record(
        self,
        servers: &mut Servers,
        disturb: impl AsyncFnOnce(&mut Servers, Progress),
    ) -> Recording {
        let shop = Arc::new(Shop::open(servers, self.stocks).await);
        let mut clients = JoinSet::new();
        for index in 0..self.clients {
            let connection = Connection::new(servers.doors(), index, &shop.token);
            let chance = Chance(self.seed ^ ((index as u64) << 32));
            let client = Client { index, shop: shop.clone(), chance, connection, elsewhere: self.elsewhere };
            clients.spawn(client.run(self.operations));
        }
        let progress = Progress { shop: shop.clone(), whole: self.clients * self.operations };
        let (journals, ()) = tokio::join!(clients.join_all(), disturb(servers, progress));
        let mut entries: Vec<Entry> = journals.into_iter().flatten().collect();
        let connection = Connection::new(servers.doors(), 0, &shop.token);
        Audit::take(connection, &shop).await.hold_to(&mut entries);
        Recording { entries, stocks: self.stocks }
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

/// Everything the servers show when all is quiet.
struct Audit {
    orders: BTreeMap<String, Value>,
    mapped: BTreeSet<i64>,
    last: Entry,
    end: u64,
}

impl Audit {
    async fn take(mut connection: Connection, shop: &Shop) -> Self {
        let orders = walk(&mut connection, "orders/").await;
        let orders =
            orders.into_iter().map(|order| (order["number"].as_str().expect("text").to_owned(), order)).collect();
        let mapped = walk(&mut connection, "integration_mappings/").await;
        let mapped = mapped.iter().map(|mapping| int(&mapping["object_id"])).collect();
        let begun = shop.now();
        let rows = walk(&mut connection, "product_stocks/").await;
        let end = shop.now();
        let numbers = rows.iter().map(|row| shop.numbers(row)).collect();
        let last = Entry { begun, act: Act::Read, answer: Some((end, Told::Numbers(numbers))) };
        Self { orders, mapped, last, end }
    }

    /// Every acknowledged operation has left what it must; orders without an answer get one.
    fn hold_to(mut self, entries: &mut Vec<Entry>) {
        let mut items: BTreeMap<u32, (i64, bool)> = BTreeMap::new();
        for entry in entries.iter_mut() {
            let Act::Place { number, lines } = &entry.act else { continue };
            let found = self.orders.remove(number);
            match (&entry.answer, &found) {
                (Some((_, Told::Done)), None) => panic!("order {number} was acknowledged and is not there"),
                (Some((_, Told::Short(_))), Some(_)) => panic!("order {number} was refused and is there"),
                (None, Some(_)) => entry.answer = Some((self.end, Told::Done)),
                _ => {}
            }
            for (body, (item, line)) in
                found.iter().flat_map(|body| placed(lines, body).lines.into_iter().map(move |line| (body, line)))
            {
                let mut shown = body["order_items"].as_array().into_iter().flatten();
                let dead = shown.any(|row| row["pk"] == item && row["status"] == "100");
                items.insert(line.name, (item, dead));
            }
        }
        assert!(self.orders.is_empty(), "nobody placed {:?}", self.orders.keys());
        for entry in entries.iter().filter(|entry| entry.answer.is_some()) {
            match &entry.act {
                Act::Release { line } => assert!(self.mapped.contains(&items[&line.name].0), "{entry:?} is lost"),
                Act::Cancel { lines } => {
                    lines.iter().for_each(|line| assert!(items[&line.name].1, "{entry:?} is lost"));
                }
                _ => {}
            }
        }
        entries.retain(|entry| entry.answer.is_some() || !matches!(entry.act, Act::Place { .. }));
        entries.push(self.last);
    }
}

/// All rows of a list.
async fn walk(connection: &mut Connection, list: &str) -> Vec<Value> {
    let (mut rows, mut next) = (Vec::new(), Some(format!("{list}?limit=500&cursor=")));
    while let Some(path) = next {
        let mut page = connection.send(&Request::get(path)).await.body;
        next = page["next"].as_str().map(|link| link.split_once("/api/v1/").expect("a link").1.to_owned());
        let Value::Array(page) = page["results"].take() else { panic!("no page of {list}: {page}") };
        rows.extend(page);
    }
    rows
}

/// What was recorded.
pub(crate) struct Recording {
    pub(crate) entries: Vec<Entry>,
    stocks: usize,
}

impl Recording {
    /// The history of each stock.
    pub(crate) fn histories(&self) -> Vec<History> {
        (0..self.stocks).map(|stock| of_stock(&self.entries, stock)).collect()
    }

    /// Checks every stock. What there was to check, for people.
    pub(crate) fn assert_linearizable(&self) -> String {
        let mut told = Vec::new();
        for (stock, history) in self.histories().iter().enumerate() {
            let configurations = match check(&Stock::new(START), history) {
                Verdict::Linearizable { configurations } => configurations,
                Verdict::Violation(why) => panic!("stock {stock} is not linearizable: {why}"),
                Verdict::GaveUp => panic!("stock {stock}: the search was given up"),
            };
            let open = history.iter().filter(|call| call.answer.is_none()).count();
            told.push(format!("{} calls, {open} without an answer, {configurations} configurations", history.len()));
        }
        told.join("; ")
    }
}
