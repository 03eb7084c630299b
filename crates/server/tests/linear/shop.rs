//! What the clients share: the stocks, the lines that are still open, the clock and the count of what was done.
//!
//! Promises: every stock begins with the same level and nothing sold. Must not know which client asks for what.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};
use tokio::sync::watch;

use crate::chance::Chance;
use crate::history::Line;
use crate::model::Numbers;
use crate::process::PASSWORD;
use crate::servers::Servers;
use crate::wire::{Connection, Request};

/// The level that every stock begins with.
pub(crate) const START: i64 = 10_000_000;

/// An order that was acknowledged: its lines, with the server's names for them.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) order: i64,
    pub(crate) lines: Vec<(i64, Line)>,
}

/// The shop.
pub(crate) struct Shop {
    pub(crate) list: i64,
    /// The server's names of the stocks.
    pub(crate) stocks: Vec<i64>,
    pub(crate) token: String,
    begun: Instant,
    names: AtomicU32,
    /// Lines that a client may still release or cancel.
    open: Mutex<Vec<(Arc<Placed>, usize)>>,
    answered: watch::Sender<usize>,
}

impl Shop {
    /// Signs in and makes the stocks.
    pub(crate) async fn open(servers: &Servers, stocks: usize) -> Self {
        let mut stranger = Connection::new(servers.addresses(), 0, "");
        let login = json!({"username": "admin", "password": PASSWORD});
        let key = stranger.send(&Request::post("auth/login/", login)).await;
        let token = key.body["key"].as_str().unwrap_or_else(|| panic!("no key: {key:?}")).to_owned();

        let mut connection = Connection::new(servers.addresses(), 0, &token);
        let list = json!({"name": "web", "is_auto_sync": false});
        let list = int(&connection.send(&Request::post("stock_list/", list)).await.body["pk"]);
        let rows = (0..stocks).map(|stock| json!({"product_sku": sku(stock), "stock_list": list, "stock": START}));
        let written = connection.send(&Request::post("product_stock/", rows.collect())).await;
        let stocks = written.body.as_array().expect("rows").iter().map(|row| int(&row["pk"])).collect();
        let (names, open, answered) = (AtomicU32::new(0), Mutex::default(), watch::Sender::new(0));
        Self { list, stocks, token, begun: Instant::now(), names, open, answered }
    }

    /// Nanoseconds since the recording began.
    pub(crate) fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_nanos()).expect("a test takes less than centuries")
    }

    /// A name that no other line has.
    pub(crate) fn name(&self) -> u32 {
        self.names.fetch_add(1, Ordering::Relaxed)
    }

    /// The numbers in an answer's row, with which stock it is.
    pub(crate) fn numbers(&self, row: &Value) -> (usize, Numbers) {
        let stock = self.stocks.iter().position(|id| *id == int(&row["pk"])).expect("one of ours");
        let fields = ["stock", "sold_quantity_unreported", "reported_quantity", "adjusted_stock"];
        let [stock_field, held, reported, available] = fields.map(|field| int(&row[field]));
        (stock, Numbers { stock: stock_field, held, reported, available })
    }

    /// Says that lines may be released and cancelled by any client.
    pub(crate) fn offer(&self, placed: Placed) {
        let placed = Arc::new(placed);
        let rows = 0..placed.lines.len();
        self.lines().extend(rows.map(|row| (placed.clone(), row)));
    }

    /// A line to release or cancel. Others often get the same one.
    pub(crate) fn pick(&self, chance: &mut Chance) -> Option<(Arc<Placed>, usize)> {
        let mut lines = self.lines();
        let index = chance.below(lines.len().max(1));
        let (placed, row) = lines.get(index)?.clone();
        if !chance.once_in(4) {
            lines.swap_remove(index);
        }
        Some((placed, row))
    }

    fn lines(&self) -> MutexGuard<'_, Vec<(Arc<Placed>, usize)>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts an operation.
    pub(crate) fn count(&self) {
        self.answered.send_modify(|answered| *answered += 1);
    }

    /// Waits until so many operations are done.
    pub(crate) async fn reached(&self, count: usize) {
        let mut answered = self.answered.subscribe();
        answered.wait_for(|answered| *answered >= count).await.expect("the shop is open");
    }
}

/// The SKU of a stock.
pub(crate) fn sku(stock: usize) -> String {
    format!("SKU-{stock}")
}

pub(crate) fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no number"))
}
