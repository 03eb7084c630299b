//! The table of orders: those that wait for the ERP, all, cancelled ones, and those whose number begins with a text.
//!
//! Promises: only views that have a counter are read page by page, so that each page costs what its rows cost. A
//! requester that asks for a channel sees that channel's orders. Must not know how the table is drawn.

use std::collections::HashMap;

use onhand_core::fulfilment::Package;
use onhand_core::{ChannelId, Order, OrderId, OrderItem, OrderItemId, OrderStatus, Reservation};
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::tables::{order_items, orders, packages};
use onhand_store::{Error, Tx, Value};

use crate::services::{Requester, ServiceError, Services};

/// Orders that a search finds at the most.
const FOUND_MAX: i64 = 100;

/// Which orders.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum OrderView {
    /// Those that the ERP has not taken, the oldest first.
    Waiting,
    /// All, or all of a channel, the newest first.
    All(Option<ChannelId>),
    /// Those that are cancelled, the newest first.
    Cancelled,
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
}

/// A page of the orders of a view, counted from 1.
pub async fn table(
    services: &Services,
    requester: &Requester,
    view: OrderView,
    (number, limit): (i64, i64),
) -> Result<OrderTable, ServiceError> {
    let own = requester.channel;
    let body = async move |tx: &mut Tx<'_>| {
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
            (view, own) => page(tx, &listing(&view, own, (number, limit))).await?,
        };
        let ids: Vec<OrderId> = table.orders.iter().map(|order| order.id).collect();
        table.items = order_items::of_orders(tx, &ids).await?;
        let reservations = order_items::reservations_of(tx, &table.items).await?;
        table.reservations = reservations.into_iter().map(|reservation| (reservation.item, reservation)).collect();
        table.packages = packages::of_orders(tx, ids).await?;
        Ok(table)
    };
    Ok(services.store.read("orders.table", body).await?)
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
        (None, OrderView::Numbered(_)) => (Vec::new(), true),
    };
    ListQuery { conditions, sort: Sort { descending, ..Sort::BY_ID }, window: Window::Page { number, limit } }
}
