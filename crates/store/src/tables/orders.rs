//! Orders (contract 7): reading. Only the unit of work writes them. Must not know stock.

use std::collections::BTreeSet;

use onhand_core::{ChannelId, Order, OrderId, OrderStatus, Timestamp, bucket_of_text};

use crate::counters::{self, CounterDeltas, CounterKey};
use crate::engine::{PendingQuery, Row};
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx, resource};

pub(crate) const TABLE: ListTable = ListTable {
    name: "sales_order",
    columns: "id, channel_id, number, status, is_send, currency, extra_field, details, date_placed, created_at, \
              modified_at",
    counted_by: &["status", "is_send", "channel_id"],
    log: None,
};

/// Orders as other tables' rows point at them.
pub static KNOWN: resource::Table =
    resource::Table::new(TABLE.name, &[]).distributed(resource::Colocation::By("number"));

statements! {
    BY_ID = "orders.by_id",
        "SELECT id, channel_id, number, status, is_send, currency, extra_field, details, date_placed, created_at,
         modified_at FROM sales_order WHERE id = ?1 AND bucket = ?2";
    LOCK = "orders.lock",
        "SELECT id, channel_id, number, status, is_send, currency, extra_field, details, date_placed, created_at,
         modified_at FROM sales_order WHERE id = ?1 AND bucket = ?2", for_update;
    BY_NUMBER = "orders.by_number",
        "SELECT id, channel_id, number, status, is_send, currency, extra_field, details, date_placed, created_at,
         modified_at FROM sales_order WHERE number = ?1 AND bucket = ?2 ORDER BY id";
    BY_NUMBER_PREFIX = "orders.by_number_prefix",
        "SELECT id, channel_id, number, status, is_send, currency, extra_field, details, date_placed, created_at,
         modified_at FROM sales_order WHERE number >= ?1 AND number < ?2 ORDER BY number, channel_id LIMIT ?3";
    NUMBER_TAKEN = "orders.number_taken",
        "SELECT channel_id, number FROM sales_order WHERE number = ?1 AND channel_id = ?2 AND bucket = ?3";
    INSERT = "orders.insert",
        "INSERT INTO sales_order (bucket, id, channel_id, number, status, is_send, currency, extra_field, details,
         date_placed, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    UPDATE = "orders.update",
        "UPDATE sales_order SET status = ?3, is_send = ?4, modified_at = ?5 WHERE id = ?1 AND bucket = ?2";
}

fn read(row: &Row<'_>) -> Result<Order, Error> {
    Ok(Order {
        id: OrderId::new(row.get(0)?),
        channel: Some(row.get(1)?).filter(|id| *id != 0).map(ChannelId::new),
        number: row.get(2)?,
        status: status(row.get(3)?)?,
        is_send: row.get(4)?,
        currency: row.get(5)?,
        extra_field: row.get(6)?,
        details: row.get(7)?,
        date_placed: Timestamp::from_micros(row.get(8)?),
        created_at: Timestamp::from_micros(row.get(9)?),
        modified_at: Timestamp::from_micros(row.get(10)?),
    })
}

pub(crate) fn status(code: i64) -> Result<OrderStatus, Error> {
    OrderStatus::from_code(code).ok_or_else(|| Error::Internal(format!("there is no order status {code}")))
}

/// A part of all orders.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<Order>, Error> {
    query::page(tx, &TABLE, listing, |row: &Order| row.id.get(), read).await
}

/// How many orders there are, or how many of them are in a state, or wait for the ERP (`is_send` 0): from the counters.
pub async fn counted(tx: &mut Tx<'_>, part: Option<(&'static str, i64)>) -> Result<i64, Error> {
    let key = part.map_or(CounterKey::all(TABLE.name), |(column, value)| CounterKey::of(TABLE.name, column, value));
    counters::count(tx, &key.name()).await
}

/// One order.
pub async fn by_id(tx: &mut Tx<'_>, id: OrderId) -> Result<Option<Order>, Error> {
    tx.first(&BY_ID, &values![id.get(), id.bucket()], read).await
}

/// Some orders; unknown ones are left out.
pub async fn by_ids<'o>(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = &'o OrderId>) -> Result<Vec<Order>, Error> {
    tx.all_bulk(&BY_ID, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// Some orders, which no other transaction changes until this one ends. Asked for in the order of their ids.
pub(crate) async fn lock(tx: &mut Tx<'_>, ids: &BTreeSet<OrderId>) -> Result<Vec<Order>, Error> {
    tx.all_bulk(&LOCK, ids.iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// The orders of all channels that have a number, oldest first.
pub async fn by_number(tx: &mut Tx<'_>, number: &str) -> Result<Vec<Order>, Error> {
    tx.all(&BY_NUMBER, &values![number, bucket_of_text(number)], read).await
}

/// The first orders of all channels whose number begins with a text, in the order of numbers.
pub async fn by_number_prefix(tx: &mut Tx<'_>, prefix: &str, limit: i64) -> Result<Vec<Order>, Error> {
    tx.all(&BY_NUMBER_PREFIX, &values![prefix, query::prefix_end(prefix), limit], read).await
}

/// Asks which of the numbers exist already, as (channel or 0, number).
pub(crate) async fn ask_numbers_taken<'n>(
    tx: &mut Tx<'_>,
    numbers: impl IntoIterator<Item = &'n (i64, String)>,
) -> Result<PendingQuery<(i64, String)>, Error> {
    let keys = numbers.into_iter().map(|(channel, number)| values![number, *channel, bucket_of_text(number)]);
    tx.query_many(&NUMBER_TAKEN, keys, |row| Ok((row.get(0)?, row.get(1)?))).await
}

pub(crate) async fn insert_all(tx: &mut Tx<'_>, orders: &[&Order], counters: &mut CounterDeltas) -> Result<(), Error> {
    orders.iter().for_each(|order| count(counters, order, 1));
    let rows = orders.iter().map(|order| {
        values![
            order.id.bucket(),
            order.id.get(),
            order.channel.map_or(0, ChannelId::get),
            &order.number,
            order.status.code(),
            order.is_send,
            &order.currency,
            &order.extra_field,
            &order.details,
            order.date_placed.micros(),
            order.created_at.micros(),
            order.modified_at.micros(),
        ]
    });
    tx.execute_bulk(&INSERT, rows).await
}

/// Writes orders back; `orders` are pairs of (before, after), since the counters follow the state.
pub(crate) async fn update_all(
    tx: &mut Tx<'_>,
    orders: &[(&Order, &Order)],
    counters: &mut CounterDeltas,
) -> Result<(), Error> {
    for (before, after) in orders {
        count(counters, before, -1);
        count(counters, after, 1);
    }
    let rows = orders.iter().map(|(_, order)| {
        values![order.id.get(), order.id.bucket(), order.status.code(), order.is_send, order.modified_at.micros()]
    });
    tx.execute_bulk(&UPDATE, rows).await
}

fn count(counters: &mut CounterDeltas, order: &Order, by: i64) {
    let id = order.id.get();
    let channel = order.channel.map_or(0, ChannelId::get);
    counters.add(CounterKey::all(TABLE.name), id, by);
    counters.add(CounterKey::of(TABLE.name, "status", order.status.code()), id, by);
    counters.add(CounterKey::of(TABLE.name, "is_send", i64::from(order.is_send)), id, by);
    counters.add(CounterKey::of(TABLE.name, "channel_id", channel), id, by);
}
