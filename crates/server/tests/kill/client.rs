//! A client under load: it sends one request after the other and writes down what it was told.
//!
//! Promises: the journal is outside the process that is killed; a request is noted with its answer or without one, and
//! a client stops at the first request without an answer. Each client changes only its own orders and its own stock.

use onhand_testkit::chance::Chance;
use onhand_testkit::http::{self, Answer, Request};
use onhand_testkit::json::{id, rows};
use onhand_testkit::shop;
use serde_json::json;
use tokio::sync::watch;

/// SKUs that every client orders and none writes while there is load: their numbers are known exactly.
pub(crate) const HOT: [&str; 3] = ["HOT-0", "HOT-1", "HOT-2"];
/// SKUs that are ordered and written at the same time.
pub(crate) const MIXED: [&str; 2] = ["MIXED-0", "MIXED-1"];

/// The SKU that only this client writes.
pub(crate) fn own_sku(client: usize) -> String {
    format!("OWN-{client}")
}

/// What a request was about.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Place { number: String, lines: Vec<(String, i64)> },
    Release { item: i64, code: String },
    Cancel { order: i64, items: Vec<i64> },
    WriteOwn { figure: i64, snapshot_at: String },
    WriteMixed,
}

/// A line of the journal.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) act: Act,
    pub(crate) request: Request,
    pub(crate) answer: Option<Answer>,
}

/// An order line that a client may still change.
#[derive(Clone, Debug)]
pub(crate) struct OpenLine {
    pub(crate) order: i64,
    pub(crate) item: i64,
}

/// One of the clients.
pub(crate) struct Client {
    pub(crate) index: usize,
    pub(crate) list: i64,
    pub(crate) chance: Chance,
    pub(crate) lines: Vec<OpenLine>,
    /// Requests so far, in all cycles.
    pub(crate) sent: usize,
    pub(crate) journal: Vec<Entry>,
    /// How many requests of all clients were answered in this cycle.
    pub(crate) answered: watch::Sender<usize>,
}

impl Client {
    /// Sends requests until one is not answered.
    pub(crate) async fn run(mut self, connection: http::Client) -> Self {
        loop {
            let (act, request) = self.next();
            let answer = connection.try_send(&request).await.ok();
            if let Some(answer) = &answer {
                self.learn(&act, answer);
                self.answered.send_modify(|count| *count += 1);
            }
            let answered = answer.is_some();
            self.journal.push(Entry { act, request, answer });
            if !answered {
                return self;
            }
        }
    }

    fn next(&mut self) -> (Act, Request) {
        self.sent += 1;
        let (act, mut request) = match self.chance.below(10) {
            5 | 6 if !self.lines.is_empty() => self.release(),
            7 if !self.lines.is_empty() => self.cancel(),
            8 => self.write_own(),
            9 => self.write_mixed(),
            _ => self.place(),
        };
        request.key = self.chance.once_in(2).then(|| format!("key-{}-{}", self.index, self.sent));
        (act, request)
    }

    fn place(&mut self) -> (Act, Request) {
        let number = format!("o-{}-{}", self.index, self.sent);
        let lines: Vec<(String, i64)> = (0..=self.chance.below(3))
            .map(|_| {
                let sku = match self.chance.once_in(4) {
                    true => MIXED[self.chance.below(MIXED.len())],
                    false => HOT[self.chance.below(HOT.len())],
                };
                (sku.to_owned(), self.chance.below(3) as i64 + 1)
            })
            .collect();
        let items: Vec<_> = lines.iter().map(|(sku, quantity)| shop::line(self.list, sku, *quantity)).collect();
        let request = shop::place(&number, &items);
        (Act::Place { number, lines }, request)
    }

    fn release(&mut self) -> (Act, Request) {
        let line = &self.lines[self.chance.below(self.lines.len())];
        let code = format!("ERP-{}", line.item);
        let body = json!({"code": code, "integration_type": "external_company", "update_stock": true});
        let request = Request::post(format!("order_items/{}/create_mapping/", line.item), body);
        (Act::Release { item: line.item, code }, request)
    }

    fn cancel(&mut self) -> (Act, Request) {
        let OpenLine { order, item } = self.lines[self.chance.below(self.lines.len())];
        let of_order = self.lines.iter().filter(|line| line.order == order).map(|line| line.item).collect();
        let (items, body) = match self.chance.once_in(2) {
            true => (of_order, json!({"is_all": true})),
            false => (vec![item], json!({"cancel_items": [item]})),
        };
        (Act::Cancel { order, items }, Request::post(format!("orders/{order}/cancel/"), body))
    }

    /// Each level is another one and newer than the last.
    fn write_own(&mut self) -> (Act, Request) {
        let (figure, seconds) = (self.sent as i64, self.sent as i64);
        let snapshot_at =
            format!("2026-01-01T{:02}:{:02}:{:02}.000000Z", seconds / 3600, seconds / 60 % 60, seconds % 60);
        let mut row = shop::stock(self.list, &own_sku(self.index), figure);
        row["snapshot_at"] = json!(snapshot_at);
        (Act::WriteOwn { figure, snapshot_at }, shop::write(row))
    }

    fn write_mixed(&mut self) -> (Act, Request) {
        let rows = MIXED.iter().map(|sku| shop::stock(self.list, sku, 20 + self.chance.below(40) as i64)).collect();
        (Act::WriteMixed, shop::write(rows))
    }

    fn learn(&mut self, act: &Act, answer: &Answer) {
        match (act, answer.status) {
            (Act::Place { .. }, 201) => {
                let order = id(&answer.body);
                let items = rows(&answer.body["order_items"]).iter();
                self.lines.extend(items.map(|item| OpenLine { order, item: id(item) }));
            }
            (Act::Cancel { items, .. }, 200) => self.lines.retain(|line| !items.contains(&line.item)),
            _ => {}
        }
    }
}
