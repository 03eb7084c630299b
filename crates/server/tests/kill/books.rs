//! The books: what must be in the database, from the journals alone.
//!
//! Promises: an answered request is there after a restart; one without an answer is wholly in or wholly out, and is
//! sent again then; the numbers of every stock are the sums of what the books say. Must not look into the database.

use std::collections::{BTreeMap, BTreeSet};

use onhand_testkit::http::{Answer, Client};
use onhand_testkit::json::{id, int, rows, text};
use onhand_testkit::shop;
use serde_json::{Value, json};

use crate::client::{Act, Entry, HOT, MIXED, OpenLine, own_sku};

/// What a hot SKU has to sell at the beginning of a cycle.
const FRESH: i64 = 40;
/// Orders that a client goes on with after a restart.
const REMEMBERED_MAX: usize = 24;

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Standing {
    Open,
    Reported,
    Settled,
    Cancelled,
}

#[derive(Debug)]
struct Line {
    owner: usize,
    order: i64,
    sku: String,
    quantity: i64,
    standing: Standing,
    code: Option<String>,
}

/// Everything that was acknowledged, and what else turned out to have happened.
pub(crate) struct Books {
    pub(crate) list: i64,
    orders: BTreeMap<String, Vec<i64>>,
    lines: BTreeMap<i64, Line>,
    own: Vec<(i64, Option<String>)>,
    hot: BTreeMap<&'static str, i64>,
    /// Orders that this cycle has changed.
    touched: BTreeSet<String>,
    /// Numbers that were rejected in this cycle.
    refused: Vec<String>,
    pub(crate) told: Told,
}

/// What happened, to be sure that the test tests something.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Told {
    pub(crate) answered: usize,
    pub(crate) unanswered_in: usize,
    pub(crate) unanswered_out: usize,
    pub(crate) replayed: usize,
    pub(crate) short: usize,
}

impl Told {
    /// Whether everything has happened that a kill may do to a request, and stock ran short.
    pub(crate) fn has_all(&self) -> bool {
        self.unanswered_in > 0 && self.unanswered_out > 0 && self.short > 0
    }
}

impl Books {
    /// Makes the list and the stocks.
    pub(crate) async fn open(connection: &Client, clients: usize) -> Self {
        let list = id(&connection.send(&shop::new_list("web")).await.created());
        let own = (0..clients).map(own_sku).map(|sku| (sku, 0));
        let others = HOT.iter().chain(&MIXED).map(|sku| ((*sku).to_owned(), FRESH));
        let rows = own.chain(others).map(|(sku, level)| {
            let mut row = shop::stock(list, &sku, level);
            // Before every level that the clients will write.
            row["snapshot_at"] = json!("2026-01-01T00:00:00Z");
            row
        });
        let written = connection.send(&shop::write(rows.collect())).await;
        assert!(matches!(written.status, 200 | 201), "{written:?}");
        let hot = HOT.into_iter().map(|sku| (sku, FRESH)).collect();
        let own = vec![(0, Some("2026-01-01T00:00:00.000000Z".to_owned())); clients];
        let (orders, lines, touched, refused, told) = Default::default();
        Self { list, orders, lines, own, hot, touched, refused, told }
    }

    /// Lines that a client goes on with: those of its newest orders, each order with all its lines.
    pub(crate) fn lines_of(&self, client: usize) -> Vec<OpenLine> {
        let own = || self.lines.iter().filter(|(_, line)| line.owner == client && line.standing != Standing::Cancelled);
        let orders: BTreeSet<i64> = own().map(|(_, line)| line.order).collect();
        let newest: BTreeSet<i64> = orders.into_iter().rev().take(REMEMBERED_MAX).collect();
        let lines = own().filter(|(_, line)| newest.contains(&line.order));
        lines.map(|(item, line)| OpenLine { order: line.order, item: *item }).collect()
    }

    /// After a restart: takes in a cycle's journals and compares the server with them.
    pub(crate) async fn settle(&mut self, journals: &[(usize, Vec<Entry>)], connection: &Client) {
        self.touched.clear();
        self.refused.clear();
        for (client, entry) in entries(journals) {
            if let Some(answer) = &entry.answer {
                self.told.answered += 1;
                self.next_in_bucket(client, entry, answer);
            }
        }
        let mut again = Vec::new();
        for (client, entry) in entries(journals).filter(|(_, entry)| entry.answer.is_none()) {
            let is_in = self.find_out(client, entry, connection).await;
            match is_in {
                Some(true) => self.told.unanswered_in += 1,
                Some(false) => self.told.unanswered_out += 1,
                None => {}
            }
            again.push((client, entry, is_in));
        }
        self.check_numbers(connection).await;
        for (client, entry, is_in) in again {
            self.send_again(client, entry, is_in, connection).await;
        }
        self.check_replays(journals, connection).await;
        self.check_numbers(connection).await;
        self.check_touched(connection).await;
    }

    /// An answered request.
    fn next_in_bucket(&mut self, client: usize, entry: &Entry, answer: &Answer) {
        match (&entry.act, answer.status) {
            (Act::Place { number, lines }, 201) => {
                self.add_order(client, number, lines, &answer.body);
            }
            (Act::Place { number, .. }, 406) => {
                assert_eq!(answer.body["error_code"], "insufficient_stock", "{entry:?}");
                self.told.short += 1;
                self.refused.push(number.clone());
            }
            (Act::Release { item, code }, 201) => self.release(*item, code),
            (Act::Cancel { items, .. }, 200) => self.cancel(items),
            (Act::WriteOwn { figure, snapshot_at }, 200) => self.own[client] = (*figure, Some(snapshot_at.clone())),
            (Act::WriteMixed, 200) => {}
            _ => panic!("an unexpected answer: {entry:?}"),
        }
    }

    fn add_order(&mut self, owner: usize, number: &str, wanted: &[(String, i64)], body: &Value) {
        let mut found: Vec<(String, i64)> = Vec::new();
        let mut ids = Vec::new();
        for item in rows(&body["order_items"]) {
            let (sku, quantity) = (text(&item["product_sku"]).to_owned(), int(&item["quantity"]));
            let (order, standing, code) = (id(body), Standing::Open, None);
            ids.push(id(item));
            self.lines.insert(id(item), Line { owner, order, sku: sku.clone(), quantity, standing, code });
            found.push((sku, quantity));
        }
        assert_eq!(found, wanted, "order {number} is there with all its lines");
        self.orders.insert(number.to_owned(), ids);
        self.touched.insert(number.to_owned());
    }

    fn release(&mut self, item: i64, code: &str) {
        let line = self.lines.get_mut(&item).expect("a client releases its own lines");
        line.code = Some(code.to_owned());
        if line.standing == Standing::Open {
            line.standing = Standing::Reported;
        }
        self.touch(item);
    }

    fn cancel(&mut self, items: &[i64]) {
        for item in items {
            self.lines.get_mut(item).expect("a client cancels its own lines").standing = Standing::Cancelled;
            self.touch(*item);
        }
    }

    fn touch(&mut self, item: i64) {
        let number = self.orders.iter().find(|(_, items)| items.contains(&item)).map(|(number, _)| number.clone());
        self.touched.extend(number);
    }
}

/// Requests without an answer.
impl Books {
    /// Whether it happened, where that can be seen. Halves are not allowed.
    async fn find_out(&mut self, client: usize, entry: &Entry, connection: &Client) -> Option<bool> {
        Some(match &entry.act {
            Act::Place { number, lines } => {
                let found = connection.get(format!("order_number/{number}/")).await;
                if found.status == 200 {
                    self.add_order(client, number, lines, &found.body);
                }
                assert!(matches!(found.status, 200 | 404), "{found:?}");
                found.status == 200
            }
            Act::Release { item, code } => {
                let codes = mappings(connection, *item).await;
                if self.lines[item].code.is_some() {
                    return None; // a repeat changes nothing, so whether it came in does not show
                }
                let is_in = !codes.is_empty();
                assert!(codes.is_empty() || codes == [code.clone()], "{codes:?} after {entry:?}");
                if is_in {
                    self.release(*item, code);
                }
                is_in
            }
            Act::Cancel { order, items } => {
                let found = connection.get(format!("orders/{order}/")).await.body;
                let dead: Vec<bool> = items.iter().map(|item| is_dead(&found, *item)).collect();
                assert!(dead.iter().all(|one| *one == dead[0]), "half a cancellation: {dead:?} after {entry:?}");
                if dead[0] {
                    self.cancel(items);
                }
                dead[0]
            }
            Act::WriteOwn { figure, snapshot_at } => {
                let stock = &self.stocks(connection).await[&own_sku(client)];
                let found = (int(&stock["stock"]), stock["snapshot_at"].as_str().map(str::to_owned));
                let wanted = (*figure, Some(snapshot_at.clone()));
                assert!(found == wanted || found == self.own[client], "half a write: {found:?} after {entry:?}");
                let is_in = found == wanted;
                self.own[client] = found;
                is_in
            }
            // Others write these too.
            Act::WriteMixed => return None,
        })
    }

    /// A client that heard nothing asks again. Under a key, what has happened is answered and not done again.
    async fn send_again(&mut self, client: usize, entry: &Entry, is_in: Option<bool>, connection: &Client) {
        let answer = connection.send(&entry.request).await;
        let told = format!("{entry:?} was in: {is_in:?}; again: {answer:?}");
        let is_replay = is_in == Some(true) && entry.request.key.is_some();
        assert!(is_in.is_none() || answer.is_replay() == is_replay, "{told}");
        if answer.is_replay() {
            self.told.replayed += 1;
        }
        match (&entry.act, is_in) {
            (Act::Place { .. }, Some(true)) if !is_replay => {
                let taken = json!(["order with this number already exists."]);
                assert_eq!((answer.status, &answer.body["number"]), (400, &taken), "{told}");
            }
            (Act::Place { number, .. }, Some(true)) => {
                assert_eq!(answer.status, 201, "{told}");
                let items: Vec<i64> = rows(&answer.body["order_items"]).iter().map(id).collect();
                assert_eq!(items, self.orders[number], "{told}");
            }
            _ => self.next_in_bucket(client, entry, &answer),
        }
    }

    /// The last answered request of each client under a key is answered again, word for word.
    async fn check_replays(&mut self, journals: &[(usize, Vec<Entry>)], connection: &Client) {
        for (_, journal) in journals {
            let keyed = journal.iter().rev().filter(|entry| entry.request.key.is_some());
            let mut done = keyed.filter(|entry| entry.answer.as_ref().is_some_and(|answer| answer.status < 300));
            let Some(entry) = done.next() else { continue };
            let first = entry.answer.as_ref().expect("it was answered");
            let again = connection.send(&entry.request).await;
            assert_eq!((again.status, &again.text), (first.status, &first.text), "{entry:?}");
            assert!(again.is_replay(), "{entry:?}");
            self.told.replayed += 1;
        }
    }
}

/// Holding the server to the books.
impl Books {
    async fn stocks(&self, connection: &Client) -> BTreeMap<String, Value> {
        let page = connection.get(format!("product_stocks/?stock_list={}&limit=1000", self.list)).await.body;
        let rows = rows(&page["results"]);
        assert_eq!(int(&page["count"]), rows.len() as i64, "all stocks are on one page");
        rows.iter().map(|row| (text(&row["product_sku"]).to_owned(), row.clone())).collect()
    }

    fn sum(&self, sku: &str, standing: Standing) -> i64 {
        let lines = self.lines.values().filter(|line| line.sku == sku && line.standing == standing);
        lines.map(|line| line.quantity).sum()
    }

    /// Every number of every stock that the books know.
    async fn check_numbers(&self, connection: &Client) {
        let stocks = self.stocks(connection).await;
        for sku in HOT.iter().chain(&MIXED) {
            let held = int(&stocks[*sku]["sold_quantity_unreported"]);
            assert_eq!(held, self.sum(sku, Standing::Open), "{sku} is held by the open lines, no more and no less");
        }
        for (sku, figure) in &self.hot {
            let (open, reported) = (self.sum(sku, Standing::Open), self.sum(sku, Standing::Reported));
            assert!(open + reported <= *figure, "{sku} is oversold: {open} and {reported} of {figure}");
            let found = ["stock", "reported_quantity", "adjusted_stock"].map(|field| int(&stocks[*sku][field]));
            assert_eq!(found, [*figure, reported, figure - open - reported], "{sku}");
        }
        for (client, (figure, snapshot)) in self.own.iter().enumerate() {
            let stock = &stocks[&own_sku(client)];
            assert_eq!(
                (int(&stock["stock"]), stock["snapshot_at"].as_str()),
                (*figure, snapshot.as_deref()),
                "{stock}"
            );
        }
    }

    /// Every order of this cycle, line by line, with its codes; and nothing of what was rejected.
    async fn check_touched(&self, connection: &Client) {
        for number in &self.touched {
            let found = connection.get(format!("order_number/{number}/")).await;
            assert_eq!(found.status, 200, "order {number} was answered and is not there");
            self.check_order(number, &found.body);
            for item in &self.orders[number] {
                let known: Vec<String> = self.lines[item].code.iter().cloned().collect();
                assert_eq!(mappings(connection, *item).await, known, "the codes of a line of {number}");
            }
        }
        for number in &self.refused {
            let found = connection.get(format!("order_number/{number}/")).await;
            assert_eq!(found.status, 404, "order {number} was refused and is there");
        }
    }

    fn check_order(&self, number: &str, found: &Value) {
        let items = &self.orders[number];
        let shown: Vec<i64> = rows(&found["order_items"]).iter().map(id).collect();
        assert_eq!(shown, *items, "the lines of {number}");
        for item in items {
            let line = &self.lines[item];
            assert_eq!(is_dead(found, *item), line.standing == Standing::Cancelled, "a line of {number}: {line:?}");
        }
    }

    /// All orders of all cycles, and not one more.
    pub(crate) async fn check_all_orders(&self, connection: &Client) {
        let mut seen = BTreeSet::new();
        let mut next = Some("orders/?limit=500&cursor=".to_owned());
        while let Some(path) = next {
            let page = connection.get(path).await.body;
            assert_eq!(int(&page["count"]), self.orders.len() as i64, "the kept count of orders");
            for order in rows(&page["results"]) {
                let number = text(&order["number"]).to_owned();
                assert!(self.orders.contains_key(&number), "nobody placed {number}");
                self.check_order(&number, order);
                assert!(seen.insert(number), "an order is shown twice");
            }
            next = page["next"].as_str().map(str::to_owned);
        }
        assert_eq!(seen.len(), self.orders.len(), "orders are missing");
        let codes = self.lines.values().filter(|line| line.code.is_some()).count();
        let page = connection.get("integration_mappings/?limit=1").await.body;
        assert_eq!(int(&page["count"]), codes as i64, "the kept count of mappings");
    }

    /// The ERP counts: what it has registered is in its levels now, and there is something to sell again.
    pub(crate) async fn restock(&mut self, connection: &Client) {
        for line in self.lines.values_mut().filter(|line| HOT.contains(&line.sku.as_str())) {
            if line.standing == Standing::Reported {
                line.standing = Standing::Settled;
            }
        }
        for sku in HOT {
            let figure = self.sum(sku, Standing::Open) + FRESH;
            let written = connection.send(&shop::write(shop::stock(self.list, sku, figure))).await;
            assert_eq!(written.status, 200, "{written:?}");
            self.hot.insert(sku, figure);
        }
        self.check_numbers(connection).await;
    }
}

fn entries(journals: &[(usize, Vec<Entry>)]) -> impl Iterator<Item = (usize, &Entry)> {
    journals.iter().flat_map(|(client, journal)| journal.iter().map(|entry| (*client, entry)))
}

/// The codes of a line.
async fn mappings(connection: &Client, item: i64) -> Vec<String> {
    let page = connection.get(format!("order_items/{item}/create_mapping/")).await.body;
    rows(&page["results"]).iter().map(|mapping| text(&mapping["code"]).to_owned()).collect()
}

fn is_dead(order: &Value, item: i64) -> bool {
    let found = rows(&order["order_items"]).iter().find(|line| line["pk"] == item).expect("the line is there");
    found["status"] == "100"
}
