//! What the clients share: the stocks, the lines that are still open, the clock and the count of what was done.
//!
//! Promises: every stock begins with the same level and nothing sold. Must not know which client asks for what.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use onhand_testkit::chance::Chance;
use onhand_testkit::json::{id, int, rows};
use onhand_testkit::shop;
use serde_json::Value;
use tokio::sync::watch;

use crate::history::Line;
use crate::model::Numbers;
use crate::servers::Servers;
use crate::wire::Connection;

/// The level that every stock begins with.
pub(crate) const START: i64 = 10_000_000;

/// An order that was acknowledged: its lines, with the server's names for them.
#[derive(Debug)]
pub(crate) struct Placed {
    pub(crate) order: i64,
    pub(crate) lines: Vec<(i64, Line)>,
}

/// A cart that was acknowledged.
#[derive(Debug)]
pub(crate) struct Cart {
    pub(crate) id: i64,
    pub(crate) reference: String,
    pub(crate) lines: Vec<Line>,
}

/// The shop.
pub(crate) struct Shop {
    pub(crate) list: i64,
    /// The server's names of the stocks.
    pub(crate) stocks: Vec<i64>,
    pub(crate) connection: Connection,
    begun: Instant,
    names: AtomicU32,
    /// Lines that a client may still release or cancel.
    open: Mutex<Vec<(Arc<Placed>, usize)>>,
    /// Carts that a client may confirm or give back.
    carts: Mutex<Vec<Arc<Cart>>>,
    answered: watch::Sender<usize>,
}

impl Shop {
    /// Signs in and makes the stocks.
    pub(crate) async fn open(servers: &Servers, stocks: usize) -> Self {
        let mut connection = Connection::sign_in(servers.addresses()).await;
        let list = id(&connection.send(&shop::new_list("web")).await.created());
        let levels = (0..stocks).map(|stock| shop::stock(list, &sku(stock), START));
        let written = connection.send(&shop::write(levels.collect())).await;
        let stocks = rows(&written.body).iter().map(id).collect();
        Self::of(connection, (list, stocks), Instant::now())
    }

    /// A shop of stocks that are there, with a clock that began then.
    pub(crate) fn of(connection: Connection, (list, stocks): (i64, Vec<i64>), begun: Instant) -> Self {
        let (names, answered) = (AtomicU32::new(0), watch::Sender::new(0));
        let (open, carts) = (Mutex::default(), Mutex::default());
        Self { list, stocks, connection, begun, names, open, carts, answered }
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
        let stock = self.stocks.iter().position(|stock| *stock == id(row)).expect("one of ours");
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

    /// Says that a cart may be confirmed and given back by any client.
    pub(crate) fn offer_cart(&self, cart: Cart) {
        self.carts.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(cart));
    }

    /// A cart to confirm or to give back. Others often get the same one.
    pub(crate) fn pick_cart(&self, chance: &mut Chance) -> Option<Arc<Cart>> {
        let mut carts = self.carts.lock().unwrap_or_else(PoisonError::into_inner);
        let index = chance.below(carts.len().max(1));
        let cart = carts.get(index)?.clone();
        if !chance.once_in(3) {
            carts.swap_remove(index);
        }
        Some(cart)
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
