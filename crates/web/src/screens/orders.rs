//! The list of orders. Must not know how an order is found.

use askama::Template;
use onhand_core::{OrderStatus, Timestamp};

use crate::form::Pager;
use crate::link::OrdersQuery;
use crate::{Frame, number, order_words};

/// The page `/orders`; `as_rows()` is its region. The query is an [`OrdersQuery`]. `GET` only.
#[derive(Clone, Debug, Template)]
#[template(path = "orders.html", blocks = ["rows"])]
pub struct Orders {
    /// The frame.
    pub frame: Frame,
    /// What is shown.
    pub query: OrdersQuery,
    /// The views that can be opened: a word of [`OrdersQuery::view`], with its count where it is kept. That of `oversold`
    /// and `short` is one of lines.
    pub views: Vec<(&'static str, Option<i64>)>,
    /// A count of lines or requests above this says no more than that there are more.
    pub counted_max: i64,
    /// How many cancellation requests wait for an answer, where they are counted.
    pub requests: Option<i64>,
    /// The channels that can be chosen: id and name. Empty for an account that has one.
    pub channels: Vec<(i64, String)>,
    /// Since when the oldest order waits for the ERP.
    pub oldest: Option<Timestamp>,
    /// The orders: in the view `waiting` the oldest first, else the newest first.
    pub rows: Vec<OrderRow>,
    /// Where the page is.
    pub pager: Pager,
    /// Whether there is no order at all.
    pub is_empty: bool,
    /// The command that places an order, shown while there is none.
    pub command: String,
}

impl Orders {
    fn view_text(&self, view: &str) -> &'static str {
        let t = self.frame.t;
        match view {
            "all" => t.orders_newest(),
            "oversold" => t.orders_oversold(),
            "short" => t.orders_short(),
            "cancelled" => t.orders_cancelled(),
            _ => t.orders_waiting(),
        }
    }

    fn count(&self, view: &str, number: i64) -> String {
        let most = if matches!(view, "oversold" | "short") { self.counted_max } else { i64::MAX };
        number::counted(self.frame.t.lang, number, most)
    }

    fn requests(&self) -> Option<String> {
        let waiting = self.requests.filter(|number| *number > 0)?;
        Some(number::counted(self.frame.t.lang, waiting, self.counted_max))
    }

    fn is_open(&self, view: &str) -> bool {
        self.query.open_view() == view
    }
}

/// An order in one line.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// Its id.
    pub id: i64,
    /// Its number, 1 to 128 characters.
    pub number: String,
    /// Its channel; none for an order through the own API.
    pub channel: Option<String>,
    /// When the customer ordered.
    pub placed: Timestamp,
    /// How many lines it has.
    pub lines: i64,
    /// How many units are reserved.
    pub reserved: i64,
    /// Its state.
    pub status: OrderStatus,
    /// Whether the ERP has taken it.
    pub is_taken: bool,
    /// How many packages it has.
    pub packages: i64,
    /// How many of its lines are oversold.
    pub oversold: i64,
    /// How many of its lines are short.
    pub short: i64,
}

impl OrderRow {
    fn status(&self, frame: &Frame) -> &'static str {
        order_words::status(self.status, frame.t)
    }
}
