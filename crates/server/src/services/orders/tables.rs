//! The table of orders: those that wait for the ERP, all, those with oversold or short lines, cancelled ones, and those
//! whose number begins with a text.
//!
//! Promises: a view that has a counter is read page by page, and one of lines from line to line in an index that has only
//! such lines, so that each page costs what its rows cost; an order is on one page of a view. A requester that asks for a
//! channel sees that channel's orders. Must not know how the table is drawn.

use std::collections::{BTreeSet, HashMap};

use onhand_core::fulfilment::Package;
use onhand_core::{ChannelId, Order, OrderId, OrderItem, OrderItemId, OrderStatus, Reservation, ReservationState};
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::tables::order_items::{self, Trouble};
use onhand_store::tables::{orders, packages};
use onhand_store::{Error, Tx, Value};

use crate::services::{Requester, ServiceError, Services};

/// Orders that a search finds at the most.
const FOUND_MAX: i64 = 100;
/// The most lines of a kind that are counted.
pub const COUNTED_MAX: i64 = 1_000;
/// Lines that are read for each order of a page of lines: an order may have several.
const LINES_AN_ORDER: i64 = 4;

/// Which orders.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrderView {
    /// Those that the ERP has not taken, the oldest first.
    Waiting,
    /// All, or all of a channel, the newest first.
    All(Option<ChannelId>),
    /// Those that are cancelled, the newest first.
    Cancelled,
    /// Those with oversold lines that have not left, those with the newest such lines first.
    Oversold,
    /// Those with lines that no stock has, those with the newest such lines first.
    Short,
    /// Those whose number begins with this, in the order of numbers.
    Numbered(String),
}

/// A part of the orders of a view.
#[derive(Clone, Debug, Default)]
pub struct OrderTable {
    /// The orders.
    pub orders: Vec<Order>,
    /// Their lines.
    pub items: Vec<OrderItem>,
    /// The reservations of those.
    pub reservations: HashMap<OrderItemId, Reservation>,
    /// Their packages.
    pub packages: Vec<Package>,
    /// How many orders the view has.
    pub count: Option<i64>,
    /// The line after which a view of lines goes on, if it does.
    pub next: Option<OrderItemId>,
}

/// How many there are for each view of all orders.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct OrderCounts {
    /// Orders that the ERP has not taken.
    pub waiting: i64,
    /// All orders.
    pub all: i64,
    /// Cancelled orders.
    pub cancelled: i64,
    /// Oversold lines that have not left, counted up to [`COUNTED_MAX`] and one.
    pub oversold: i64,
    /// Short lines, counted up to [`COUNTED_MAX`] and one.
    pub short: i64,
}

/// How many there are for each view: from counters, or from indexes up to a bound.
pub async fn counts(services: &Services) -> Result<OrderCounts, ServiceError> {
    let body = async |tx: &mut Tx<'_>| {
        Ok(OrderCounts {
            waiting: orders::counted(tx, Some(("is_send", 0))).await?,
            all: orders::counted(tx, None).await?,
            cancelled: orders::counted(tx, Some(("status", OrderStatus::Cancelled.code()))).await?,
            oversold: order_items::count_in_trouble(tx, Trouble::Oversold, COUNTED_MAX + 1).await?,
            short: order_items::count_in_trouble(tx, Trouble::Short, COUNTED_MAX + 1).await?,
        })
    };
    Ok(services.store.read("orders.counts", body).await?)
}

/// Where a page of a view begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PageStart {
    /// At a number of pages, counted from 1.
    Number(i64),
    /// Before a line, in a view of lines; without one, at the newest.
    Before(Option<OrderItemId>),
}

/// A page of the orders of a view.
pub async fn table(
    services: &Services,
    requester: &Requester,
    view: OrderView,
    (start, limit): (PageStart, i64),
) -> Result<OrderTable, ServiceError> {
    let own = requester.channel;
    let trouble = trouble(&view).filter(|_| own.is_none());
    let body = async move |tx: &mut Tx<'_>| {
        let view = view.clone();
        let mut table = match (view, own) {
            (OrderView::Numbered(prefix), Some(channel)) => {
                // The numbers of all channels are in one index, so that only a whole one is looked for.
                let mut found = orders::by_number(tx, &prefix).await?;
                found.retain(|order| order.channel == Some(channel));
                OrderTable { orders: found, ..OrderTable::default() }
            }
            (OrderView::Numbered(prefix), None) => {
                let found = orders::by_number_prefix(tx, &prefix, FOUND_MAX).await?;
                OrderTable { orders: found, ..OrderTable::default() }
            }
            (view, own) => match (trouble, start) {
                (Some(trouble), PageStart::Before(before)) => of_lines(tx, trouble, (before, limit)).await?,
                (Some(trouble), PageStart::Number(_)) => of_lines(tx, trouble, (None, limit)).await?,
                (None, PageStart::Number(number)) => page(tx, &listing(&view, own, (number, limit))).await?,
                (None, PageStart::Before(_)) => page(tx, &listing(&view, own, (1, limit))).await?,
            },
        };
        let ids: Vec<OrderId> = table.orders.iter().map(|order| order.id).collect();
        table.items = order_items::of_orders(tx, &ids).await?;
        let reservations = order_items::reservations_of(tx, &table.items).await?;
        table.reservations = reservations.into_iter().map(|reservation| (reservation.item, reservation)).collect();
        if let (Some(trouble), PageStart::Before(Some(before))) = (trouble, start) {
            table.drop_shown(trouble, before);
        }
        let ids: Vec<OrderId> = table.orders.iter().map(|order| order.id).collect();
        table.packages = packages::of_orders(tx, ids).await?;
        Ok(table)
    };
    Ok(services.store.read("orders.table", body).await?)
}

/// What is wrong with the lines of a view of lines.
const fn trouble(view: &OrderView) -> Option<Trouble> {
    match view {
        OrderView::Oversold => Some(Trouble::Oversold),
        OrderView::Short => Some(Trouble::Short),
        OrderView::Waiting | OrderView::All(_) | OrderView::Cancelled | OrderView::Numbered(_) => None,
    }
}

/// The orders of the newest lines with a trouble that were made before a line.
async fn of_lines(
    tx: &mut Tx<'_>,
    trouble: Trouble,
    (before, limit): (Option<OrderItemId>, i64),
) -> Result<OrderTable, Error> {
    let before = before.unwrap_or(OrderItemId::new(i64::MAX));
    let read = limit * LINES_AN_ORDER;
    let lines = order_items::in_trouble(tx, trouble, before, read).await?;
    let (mut ids, mut last, mut has_more) = (Vec::new(), None, lines.len() as i64 == read);
    for (item, order) in lines {
        if !ids.contains(&order) {
            if ids.len() as i64 == limit {
                has_more = true;
                break;
            }
            ids.push(order);
        }
        last = Some(item);
    }
    let place = |order: &Order| ids.iter().position(|id| *id == order.id);
    let mut orders = orders::by_ids(tx, &ids).await?;
    orders.sort_by_key(place);
    Ok(OrderTable { orders, next: last.filter(|_| has_more), ..OrderTable::default() })
}

impl OrderTable {
    /// Leaves out orders that are on a page before this one, for a newer line of theirs.
    fn drop_shown(&mut self, trouble: Trouble, before: OrderItemId) {
        let is_such = |item: &&OrderItem| match trouble {
            Trouble::Oversold => item.oversold && item.status != OrderStatus::Cancelled && !item.status.is_shipped(),
            Trouble::Short => self.reservations.get(&item.id).is_some_and(|one| one.state == ReservationState::Short),
        };
        let shown = self.items.iter().filter(is_such).filter(|item| item.id >= before);
        let shown: BTreeSet<OrderId> = shown.map(|item| item.order).collect();
        self.orders.retain(|order| !shown.contains(&order.id));
        self.items.retain(|item| !shown.contains(&item.order));
    }
}

async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<OrderTable, Error> {
    let page = orders::page(tx, listing).await?;
    Ok(OrderTable { orders: page.rows, count: page.count, ..OrderTable::default() })
}

/// A view of a channel is all of its orders: a view of them has no counter.
fn listing(view: &OrderView, own: Option<ChannelId>, (number, limit): (i64, i64)) -> ListQuery {
    let condition = |column, value| Condition { column, op: Op::Eq, values: vec![Value::Int(value)] };
    let of_channel = |channel: ChannelId| condition("channel_id", channel.get());
    let (conditions, descending) = match (own, view) {
        (Some(own), _) => (vec![of_channel(own)], true),
        (None, OrderView::Waiting) => (vec![condition("is_send", 0)], false),
        (None, OrderView::Cancelled) => (vec![condition("status", OrderStatus::Cancelled.code())], true),
        (None, OrderView::All(channel)) => (channel.map(of_channel).into_iter().collect(), true),
        (None, OrderView::Numbered(_) | OrderView::Oversold | OrderView::Short) => (Vec::new(), true),
    };
    ListQuery { conditions, sort: Sort { descending, ..Sort::BY_ID }, window: Window::Page { number, limit } }
}
