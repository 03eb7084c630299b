//! A client: one operation after the other, each written down with its two moments and its answer.
//!
//! Promises: an operation under an idempotency key is sent, to one process after the other, until it is answered, and
//! counts as one; without a key it is sent once, and may have no answer. An answer that the rules do not know ends the
//! test. Rows and releases carry no times of their own (see `model`).

use std::sync::Arc;

use onhand_testkit::chance::Chance;
use onhand_testkit::http::{Answer, Request};
use onhand_testkit::json::{id, int, rows, text};
use onhand_testkit::shop;
use serde_json::{Value, json};

use crate::history::{Act, Entry, Line, Row, Told};
use crate::shop::{Cart, Placed, Shop, sku};
use crate::wire::Connection;

/// Units of a line: so many that the reserved quantity tells which lines are, and a search for an order soon fails or
/// succeeds.
const UNITS_MAX: usize = 1_000_000;
/// Levels: a few dozen lines fit.
const FIGURE_MAX: usize = 20 * UNITS_MAX;

/// What the clients do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ClientKind {
    /// They place and cancel orders, release lines and write levels.
    Plain,
    /// They also write what was sold elsewhere.
    Elsewhere,
    /// They place and cancel orders only: a data source says the rest.
    Sourced,
}

/// One of the clients.
pub(crate) struct Client {
    pub(crate) index: usize,
    pub(crate) shop: Arc<Shop>,
    pub(crate) chance: Chance,
    pub(crate) connection: Connection,
    pub(crate) kind: ClientKind,
    /// The level last seen of each stock, and what was available.
    pub(crate) seen: Vec<(i64, i64)>,
}

/// What to do, how to send it, and what the answer is about.
struct Operation {
    act: Act,
    request: Request,
    /// The order whose lines are changed.
    order: Option<Arc<Placed>>,
}

impl Client {
    /// Does so many operations and hands in its journal, and how many requests were not answered.
    pub(crate) async fn run(mut self, operations: usize) -> (Vec<Entry>, usize) {
        let mut journal = Vec::with_capacity(operations);
        for turn in 0..operations {
            let operation = self.next(turn);
            let entry = self.perform(operation).await;
            // A client that is cut off looks until a process shows it something, and goes on then.
            if entry.answer.is_none() {
                journal.push(self.look_until_answered().await);
            }
            journal.push(entry);
            self.shop.count();
        }
        (journal, self.connection.unanswered)
    }

    async fn perform(&mut self, operation: Operation) -> Entry {
        let Operation { act, request, order } = operation;
        let begun = self.shop.now();
        let answer = match request.key {
            Some(_) => Some(self.connection.send(&request).await),
            None => self.connection.try_send(&request).await,
        };
        let end = self.shop.now();
        let answer = answer.map(|answer| (end, self.told(&act, order.as_deref(), &answer)));
        if let Some((_, Told::Numbers(rows))) = &answer {
            rows.iter().for_each(|(stock, numbers)| self.seen[*stock] = (numbers.stock, numbers.available));
        }
        Entry { begun, act, answer }
    }

    async fn look_until_answered(&mut self) -> Entry {
        loop {
            let operation = self.read();
            let entry = self.perform(operation).await;
            if entry.answer.is_some() {
                return entry;
            }
        }
    }

    fn next(&mut self, turn: usize) -> Operation {
        let mut operation = match self.chance.below(20) {
            0..2 if self.kind != ClientKind::Sourced => self.reserve(turn),
            2..4 if self.kind != ClientKind::Sourced => self.end_cart(turn).unwrap_or_else(|| self.place(turn)),
            0..7 => self.place(turn),
            7..10 | 13..15 if self.kind == ClientKind::Sourced => self.read(),
            7..10 => self.release().unwrap_or_else(|| self.read()),
            10..13 => self.cancel().unwrap_or_else(|| self.read()),
            13..15 => self.write(),
            _ => self.read(),
        };
        if operation.act != Act::Read && self.chance.once_in(2) {
            operation.request.key = Some(format!("key-{}-{turn}", self.index));
        }
        operation
    }

    /// Half of everything is about the first one.
    fn stock(&mut self) -> usize {
        if self.chance.once_in(2) { 0 } else { self.chance.below(self.shop.stocks.len()) }
    }

    fn place(&mut self, turn: usize) -> Operation {
        let number = format!("o-{}-{turn}", self.index);
        let (lines, items) = self.lines();
        let request = shop::place(&number, &items);
        Operation { act: Act::Place { number, lines }, request, order: None }
    }

    /// A cart that outlasts the test.
    fn reserve(&mut self, turn: usize) -> Operation {
        let reference = format!("c-{}-{turn}", self.index);
        let (lines, items) = self.lines();
        let body = json!({"reference": reference, "expires_in": 86_400, "lines": items});
        Operation { act: Act::Reserve { reference, lines }, request: Request::post("reservations/", body), order: None }
    }

    fn end_cart(&mut self, turn: usize) -> Option<Operation> {
        let cart = self.shop.pick_cart(&mut self.chance)?;
        let (reference, lines) = (cart.reference.clone(), cart.lines.clone());
        let path = format!("reservations/{}", cart.id);
        let (act, request) = match self.chance.once_in(3) {
            true => (Act::GiveBack { reference, lines }, Request::post(format!("{path}/release/"), json!({}))),
            false => {
                let number = format!("oc-{}-{turn}", self.index);
                let request = Request::post(format!("{path}/confirm/"), json!({"number": number}));
                (Act::Confirm { number, reference, lines }, request)
            }
        };
        Some(Operation { act, request, order: None })
    }

    fn lines(&mut self) -> (Vec<Line>, Vec<Value>) {
        let lines: Vec<Line> = (0..=self.chance.below(2)).map(|_| self.line()).collect();
        let items = lines.iter().map(|line| shop::line(self.shop.list, &sku(line.stock), line.units)).collect();
        (lines, items)
    }

    /// Now and then exactly what is left, or one more.
    fn line(&mut self) -> Line {
        let stock = self.stock();
        let units = match self.chance.once_in(8) {
            true => (self.seen[stock].1 + self.chance.below(2) as i64).max(1),
            false => 1 + self.chance.below(UNITS_MAX) as i64,
        };
        Line { name: self.shop.name(), stock, units }
    }

    fn release(&mut self) -> Option<Operation> {
        let (placed, row) = self.shop.pick(&mut self.chance)?;
        let (item, line) = placed.lines[row];
        let request =
            Request::post(format!("order_items/{item}/create_mapping/"), json!({"code": format!("ERP-{item}")}));
        Some(Operation { act: Act::Release { line }, request, order: Some(placed) })
    }

    fn cancel(&mut self) -> Option<Operation> {
        let (placed, row) = self.shop.pick(&mut self.chance)?;
        let (lines, body) = match self.chance.once_in(2) {
            true => (placed.lines.clone(), json!({"is_all": true})),
            false => (vec![placed.lines[row]], json!({"cancel_items": [placed.lines[row].0]})),
        };
        let act = Act::Cancel { lines: lines.into_iter().map(|(_, line)| line).collect() };
        let request = Request::post(format!("orders/{}/cancel/", placed.order), body);
        Some(Operation { act, request, order: Some(placed) })
    }

    fn write(&mut self) -> Operation {
        let first = self.stock();
        let single = Act::Write(vec![self.figure(first)]);
        let request = match self.chance.below(3) {
            0 => Request::patch(format!("product_stock/{}/", self.shop.stocks[first]), self.row(&single, 0)),
            1 => shop::write(self.row(&single, 0)),
            _ => return self.write_all(),
        };
        Operation { act: single, request, order: None }
    }

    fn write_all(&mut self) -> Operation {
        let act = Act::Write((0..self.shop.stocks.len()).map(|stock| self.figure(stock)).collect());
        let rows = (0..self.shop.stocks.len()).map(|row| self.row(&act, row)).collect();
        Operation { act, request: shop::write(rows), order: None }
    }

    fn figure(&mut self, stock: usize) -> Row {
        let elsewhere = self.kind == ClientKind::Elsewhere && self.chance.once_in(4);
        let figure = (!elsewhere || self.chance.once_in(2)).then(|| match self.chance.once_in(3) {
            true => self.seen[stock].0, // the same again, which changes nothing but its time
            false => self.chance.below(FIGURE_MAX) as i64,
        });
        let held = elsewhere.then(|| self.chance.below(FIGURE_MAX / 4) as i64);
        Row { stock, figure, held }
    }

    fn row(&self, act: &Act, row: usize) -> Value {
        let Act::Write(rows) = act else { unreachable!("only writes have rows") };
        let Row { stock, figure, held } = rows[row];
        let mut body = json!({"product_sku": sku(stock), "stock_list": self.shop.list});
        figure.into_iter().for_each(|figure| body["stock"] = figure.into());
        held.into_iter().for_each(|held| body["sold_quantity_unreported"] = held.into());
        body
    }

    /// One stock by its name, or all of them on a page, which the server may have kept.
    fn read(&mut self) -> Operation {
        let stock = self.stock();
        let path = match self.chance.once_in(3) {
            true => format!("product_stocks/?stock_list={}&limit={}", self.shop.list, self.shop.stocks.len()),
            false => format!("product_stock/{}/", self.shop.stocks[stock]),
        };
        Operation { act: Act::Read, request: Request::get(path), order: None }
    }

    /// What an answer says.
    fn told(&self, act: &Act, order: Option<&Placed>, answer: &Answer) -> Told {
        let Answer { status, body, .. } = answer;
        match (act, status) {
            (Act::Place { lines, .. }, 201) => {
                let shown = rows(&body["order_items"]);
                assert!(shown.iter().all(|item| item["oversold"] == false), "sold what was not there: {body}");
                self.shop.offer(placed(lines, body));
                Told::Done
            }
            // Its level may have been lowered meanwhile, so a line of it may be oversold.
            (Act::Confirm { lines, .. }, 201) => {
                self.shop.offer(placed(lines, body));
                Told::Done
            }
            (Act::Reserve { reference, lines }, 201) => {
                let (id, reference, lines) = (id(body), reference.clone(), lines.clone());
                self.shop.offer_cart(Cart { id, reference, lines });
                Told::Done
            }
            (Act::Place { lines, .. } | Act::Reserve { lines, .. }, 406) => Told::Short(short(lines, body)),
            (Act::Confirm { .. } | Act::GiveBack { .. }, 406) => {
                assert_eq!(body["error_code"], "reservation_ended", "{body}");
                Told::Ended
            }
            (Act::Release { .. }, 201) | (Act::GiveBack { .. }, 200) => Told::Done,
            (Act::Cancel { lines }, 200) => {
                let order = order.expect("a cancellation has an order");
                lines.iter().for_each(|line| assert!(is_cancelled(order, line, body), "{line:?} in {body}"));
                Told::Done
            }
            (Act::Write(_) | Act::Read, 200) => {
                let rows = body.as_array().or_else(|| body["results"].as_array());
                let rows = rows.map_or(std::slice::from_ref(body), Vec::as_slice);
                Told::Numbers(rows.iter().map(|row| self.shop.numbers(row)).collect())
            }
            _ => panic!("an unexpected answer to {act:?}: {answer:?}"),
        }
    }
}

/// The server's names for the lines of an order.
pub(crate) fn placed(lines: &[Line], body: &Value) -> Placed {
    let items = rows(&body["order_items"]);
    let shown: Vec<(&str, i64)> =
        items.iter().map(|item| (text(&item["product_sku"]), int(&item["quantity"]))).collect();
    let asked: Vec<(String, i64)> = lines.iter().map(|line| (sku(line.stock), line.units)).collect();
    assert!(shown.iter().copied().eq(asked.iter().map(|(sku, units)| (sku.as_str(), *units))), "{asked:?}: {body}");
    let lines = items.iter().map(id).zip(lines.iter().copied()).collect();
    Placed { order: id(body), lines }
}

/// Which stocks an order was too large for, and what they had.
fn short(lines: &[Line], body: &Value) -> Vec<(usize, i64)> {
    assert_eq!(body["error_code"], "insufficient_stock", "{body}");
    let mut stocks: Vec<usize> = lines.iter().map(|line| line.stock).collect();
    stocks.dedup();
    let row = |stock: usize| body["items"].as_array()?.iter().find(|row| row["product_sku"] == sku(stock));
    let short: Vec<(usize, i64)> =
        stocks.into_iter().filter_map(|stock| Some((stock, int(&row(stock)?["available"])))).collect();
    assert!(!short.is_empty(), "refused for nothing: {body}");
    short
}

fn is_cancelled(order: &Placed, line: &Line, body: &Value) -> bool {
    let item = order.lines.iter().find(|(_, other)| other == line).map(|(item, _)| *item);
    let mut shown = body["order_items"].as_array().into_iter().flatten();
    shown.any(|row| row["pk"].as_i64() == item && row["status"] == "100")
}
