//! The other installation of a data source, played by the test: the documented stock pages, and orders.
//!
//! Promises: it sells no unit twice, and a number once; each thing that it does is written down with its moment, whether
//! its answer arrives or not. Answers are lost, late or of no use, as chance wants it. Must not know what becomes of a line
//! at the installation that asks.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use onhand::wire::scalar;
use onhand_core::Timestamp;
use onhand_testkit::chance::Chance;
use onhand_testkit::json::{int, rows, text};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::shop::sku;

/// Its stock list.
pub(crate) const LIST: i64 = 7;
/// The most that a late answer waits.
const LATE_MILLIS_MAX: usize = 60;
/// Of so many requests about orders one is lost, one has no answer, and one is answered 500.
const FAULT_IN: usize = 20;
/// One order in so many is refused whatever there is.
const REFUSED_IN: usize = 8;

/// What it has done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum RemoteAct {
    /// It has taken the order of this number, at this time of its clock.
    Taken { number: String, at: i64 },
    /// It has refused an order.
    Refused { number: String },
    /// It has shown what it has of a stock, at this time of its clock.
    Shown { stock: usize, value: i64, at: i64 },
}

/// An order that it has.
#[derive(Clone, Debug)]
pub(crate) struct RemoteOrder {
    key: i64,
    mark: Value,
    pub(crate) stock: usize,
    pub(crate) units: i64,
    at: i64,
    pub(crate) is_alive: bool,
}

struct Stock {
    level: i64,
    /// When it last changed.
    at: i64,
    /// When it had last changed as it was shown last.
    shown: i64,
}

struct Shared {
    begun: Instant,
    clock: i64,
    chance: Chance,
    /// Whether all is answered well from now on.
    is_calm: bool,
    stocks: Vec<Stock>,
    /// Requests about orders so far, and new orders.
    requests: usize,
    asked: usize,
    orders: BTreeMap<String, RemoteOrder>,
    done: Vec<(u64, RemoteAct)>,
}

/// A running server; it ends when it is dropped.
pub(crate) struct Remote {
    pub(crate) address: SocketAddr,
    pub(crate) begun: Instant,
    shared: Arc<Mutex<Shared>>,
    _task: JoinSet<()>,
}

/// What becomes of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum AnswerFate {
    Good,
    /// The request is lost.
    Lost,
    /// The answer is lost.
    Cut,
    /// It says 500, and has done nothing.
    Broken,
    Late(Duration),
}

impl Remote {
    /// A server that has so many stocks with a level each.
    pub(crate) async fn start(stocks: usize, level: i64, seed: u64) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let begun = Instant::now();
        let (chance, orders, done) = (Chance(seed), BTreeMap::new(), Vec::new());
        let mut shared =
            Shared { begun, clock: 0, chance, is_calm: false, stocks: Vec::new(), requests: 0, asked: 0, orders, done };
        shared.stocks = (0..stocks).map(|_| Stock { level, at: shared.tick(), shown: 0 }).collect();
        let shared = Arc::new(Mutex::new(shared));
        let (mut task, own) = (JoinSet::new(), shared.clone());
        task.spawn(async move {
            let mut serving = JoinSet::new();
            while let Ok((socket, _)) = listener.accept().await {
                serving.spawn(serve(socket, own.clone()));
                while serving.try_join_next().is_some() {}
            }
        });
        Self { address, begun, shared, _task: task }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        locked(&self.shared)
    }

    /// Writes a level, as the ERP over there does.
    pub(crate) fn level(&self, stock: usize, level: i64) {
        self.shared().change(stock, |stock| stock.level = level);
    }

    /// Answers everything well from now on.
    pub(crate) fn be_calm(&self) {
        self.shared().is_calm = true;
    }

    /// What can be sold of each stock.
    pub(crate) fn available(&self) -> Vec<i64> {
        let shared = self.shared();
        (0..shared.stocks.len()).map(|stock| shared.available(stock).max(0)).collect()
    }

    /// What it has done, and its orders by their numbers.
    pub(crate) fn ended(&self) -> (Vec<(u64, RemoteAct)>, BTreeMap<String, RemoteOrder>) {
        let shared = self.shared();
        (shared.done.clone(), shared.orders.clone())
    }
}

fn locked(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A request: method, path with query, body.
struct RemoteRequest {
    method: String,
    path: String,
    body: Value,
}

/// Reads one request whole.
async fn read(socket: &mut TcpStream) -> Option<RemoteRequest> {
    let (mut bytes, mut piece) = (Vec::new(), [0; 4_096]);
    loop {
        if let Some(head) = bytes.windows(4).position(|end| end == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
            let length = text.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            let body = &bytes[head + 4..];
            if body.len() >= length.unwrap_or(0) {
                let mut words = text.split(' ');
                let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
                return Some(RemoteRequest { method, path, body: serde_json::from_slice(body).unwrap_or_default() });
            }
        }
        match socket.read(&mut piece).await {
            Ok(read) if read > 0 => bytes.extend_from_slice(&piece[..read]),
            _ => return None,
        }
    }
}

/// Answers one request.
async fn serve(mut socket: TcpStream, shared: Arc<Mutex<Shared>>) {
    let Some(asked) = read(&mut socket).await else { return };
    let fate = locked(&shared).fate(&asked);
    let (status, body) = match fate {
        AnswerFate::Lost => return,
        AnswerFate::Broken => (500, json!({"detail": "oops"})),
        AnswerFate::Good | AnswerFate::Cut | AnswerFate::Late(_) => locked(&shared).answer(&asked),
    };
    match fate {
        AnswerFate::Cut => return,
        AnswerFate::Late(pause) => tokio::time::sleep(pause).await,
        _ => {}
    }
    let body = body.to_string();
    let text = format!(
        "HTTP/1.1 {status} .\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    // Whoever has asked may have died meanwhile.
    let _ = socket.write_all(text.as_bytes()).await;
}

impl Shared {
    fn fate(&mut self, asked: &RemoteRequest) -> AnswerFate {
        if self.is_calm || !asked.path.starts_with("/api/v1/orders/") {
            return AnswerFate::Good;
        }
        self.requests += 1;
        match self.requests % FAULT_IN {
            // Each kind comes in every run.
            2 => AnswerFate::Cut,
            6 => AnswerFate::Lost,
            9 => AnswerFate::Broken,
            _ if self.chance.once_in(4) => {
                AnswerFate::Late(Duration::from_millis(self.chance.below(LATE_MILLIS_MAX) as u64))
            }
            _ => AnswerFate::Good,
        }
    }

    /// A time that is later than all before, in microseconds.
    fn tick(&mut self) -> i64 {
        self.clock = onhand::clock::Clock::System.now().micros().max(self.clock + 1);
        self.clock
    }

    fn change(&mut self, stock: usize, change: impl FnOnce(&mut Stock)) {
        let at = self.tick();
        let stock = &mut self.stocks[stock];
        change(stock);
        stock.at = at;
    }

    fn write_down(&mut self, done: RemoteAct) {
        let now = u64::try_from(self.begun.elapsed().as_nanos()).expect("a test takes less than centuries");
        self.done.push((now, done));
    }

    fn sold(&self, stock: usize) -> i64 {
        self.orders.values().filter(|order| order.is_alive && order.stock == stock).map(|order| order.units).sum()
    }

    fn available(&self, stock: usize) -> i64 {
        self.stocks[stock].level - self.sold(stock)
    }

    fn answer(&mut self, asked: &RemoteRequest) -> (u16, Value) {
        let path = asked.path.split('?').next().unwrap_or_default();
        let place = path.trim_start_matches("/api/").trim_end_matches('/');
        match (asked.method.as_str(), place.split('/').collect::<Vec<_>>().as_slice()) {
            ("GET", ["i1", "product_stock"]) => (200, self.page()),
            ("POST", ["v1", "orders"]) => self.place(&asked.body),
            ("GET", ["v1", "orders"]) => (200, self.find(&asked.path)),
            ("POST", ["v1", "orders", key, "cancel"]) => self.cancel(key),
            _ => panic!("the documents have no {} {}", asked.method, asked.path),
        }
    }

    /// All stocks: what has changed since a time is among them.
    fn page(&mut self) -> Value {
        let mut results = Vec::new();
        for stock in 0..self.stocks.len() {
            let (level, at, sold) = (self.stocks[stock].level, self.stocks[stock].at, self.sold(stock));
            if self.stocks[stock].shown < at {
                self.stocks[stock].shown = at;
                self.write_down(RemoteAct::Shown { stock, value: (level - sold).max(0), at });
            }
            results.push(json!({"id": stock, "product_sku": sku(stock), "stock_list": LIST, "unit_type": "qty",
                "stock": level, "sold_quantity_unreported": sold, "extra_field": {}, "modified_date": time(at)}));
        }
        json!({"count": results.len(), "next": null, "previous": null, "results": results})
    }

    fn place(&mut self, body: &Value) -> (u16, Value) {
        let number = text(&body["number"]).to_owned();
        if self.orders.contains_key(&number) {
            return (400, json!({"number": ["order with this number already exists."]}));
        }
        let items = rows(&body["order_items"]);
        assert_eq!((items.len(), &items[0]["stock_list"]), (1, &json!(LIST)), "{body}");
        let (name, units) = (text(&items[0]["product_sku"]), int(&items[0]["quantity"]));
        let stock = (0..self.stocks.len()).find(|stock| sku(*stock) == name).expect("one of ours");
        // Some orders are refused for a reason of their own.
        self.asked += 1;
        if units > self.available(stock) || self.asked.is_multiple_of(REFUSED_IN) {
            self.write_down(RemoteAct::Refused { number });
            return (406, json!({"non_field_errors": "Not enough stock.", "error_code": "insufficient_stock"}));
        }
        self.change(stock, |_| {});
        let (at, key, mark) = (self.clock, self.orders.len() as i64 + 1, body["extra_field"].clone());
        self.orders.insert(number.clone(), RemoteOrder { key, mark, stock, units, at, is_alive: true });
        self.write_down(RemoteAct::Taken { number: number.clone(), at });
        (201, self.order(&number))
    }

    fn find(&self, path: &str) -> Value {
        let query = path.split_once('?').map_or("", |(_, query)| query);
        let number = query.split('&').find_map(|pair| pair.strip_prefix("number=")).expect("it is asked for");
        let results: Vec<Value> = self.orders.contains_key(number).then(|| self.order(number)).into_iter().collect();
        json!({"count": results.len(), "next": null, "previous": null, "results": results})
    }

    fn cancel(&mut self, key: &str) -> (u16, Value) {
        let is_meant = |order: &RemoteOrder| order.key.to_string() == key;
        let found = self.orders.iter_mut().find(|(_, order)| is_meant(order)).expect("an order that was shown");
        let (number, stock, was_alive) = (found.0.clone(), found.1.stock, found.1.is_alive);
        found.1.is_alive = false;
        if was_alive {
            self.change(stock, |_| {});
        }
        (200, self.order(&number))
    }

    fn order(&self, number: &str) -> Value {
        let RemoteOrder { key, mark, stock, units, at, is_alive } = &self.orders[number];
        let status = if *is_alive { "400" } else { "100" };
        let item = json!({"pk": key * 10, "product_sku": sku(*stock), "quantity": units, "status": status});
        json!({"pk": key, "number": number, "status": status, "extra_field": mark, "channel": null,
            "created_date": time(*at), "order_items": [item]})
    }
}

fn time(at: i64) -> String {
    scalar::time_text(Timestamp::from_micros(at))
}
