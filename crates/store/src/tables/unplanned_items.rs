//! Order lines that are to leave and are in no package: reading. Only the unit of work writes them. Must not know why
//! they are not.

use onhand_core::fulfilment::{UnplannedItem, UnplannedReason};
use onhand_core::{OrderId, OrderItemId, StockId, Timestamp, TrackedChanges};

use super::order_items::quantity;
use crate::counters::{self, CounterDeltas, CounterKey};
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx};

pub(crate) const TABLE: ListTable = ListTable {
    name: "unplanned_item",
    columns: "id, order_id, stock_id, sku, quantity, reason, created_at, modified_at",
    counted_by: &["reason"],
    log: None,
};

statements! {
    OF_ORDER = "unplanned_items.of_order",
        "SELECT id, order_id, stock_id, sku, quantity, reason, created_at, modified_at
         FROM unplanned_item WHERE order_id = ?1 AND bucket = ?2";
    /// In whichever bucket: lines that wait for a stock are those of many orders.
    OF_STOCK = "unplanned_items.of_stock",
        "SELECT id, order_id, stock_id, sku, quantity, reason, created_at, modified_at
         FROM unplanned_item WHERE stock_id = ?1";
    /// In the order of their ids; in whichever bucket.
    AFTER = "unplanned_items.after",
        "SELECT id, order_id, stock_id, sku, quantity, reason, created_at, modified_at
         FROM unplanned_item WHERE id > ?1 ORDER BY id LIMIT ?2";
    /// In whichever bucket: for people, and few rows.
    OF_REASON = "unplanned_items.of_reason",
        "SELECT id, order_id, stock_id, sku, quantity, reason, created_at, modified_at
         FROM unplanned_item WHERE reason = ?1 ORDER BY id LIMIT ?2";
    /// Locations have changed: the lines that wait for stock are to be sourced.
    RETRY = "unplanned_items.retry",
        "INSERT INTO sourcing_queue (bucket, order_id) SELECT bucket, order_id FROM unplanned_item
         WHERE reason IN (1, 2, 3) ON CONFLICT (order_id, bucket) DO NOTHING";
    INSERT = "unplanned_items.insert",
        "INSERT INTO unplanned_item (bucket, id, order_id, stock_id, sku, quantity, reason, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    UPDATE = "unplanned_items.update",
        "UPDATE unplanned_item SET stock_id = ?3, quantity = ?4, reason = ?5, modified_at = ?6
         WHERE id = ?1 AND bucket = ?2";
    DELETE = "unplanned_items.delete", "DELETE FROM unplanned_item WHERE id = ?1 AND bucket = ?2";
}

fn read(row: &Row<'_>) -> Result<UnplannedItem, Error> {
    let code = row.get(5)?;
    let unknown = || Error::Internal(format!("there is no reason {code} for a line to be in no package"));
    Ok(UnplannedItem {
        item: OrderItemId::new(row.get(0)?),
        order: OrderId::new(row.get(1)?),
        stock: StockId::new(row.get(2)?),
        sku: row.get(3)?,
        quantity: quantity(row.get(4)?)?,
        reason: UnplannedReason::from_code(code).ok_or_else(unknown)?,
        created_at: Timestamp::from_micros(row.get(6)?),
        modified_at: Timestamp::from_micros(row.get(7)?),
    })
}

/// A part of all of them.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<UnplannedItem>, Error> {
    query::page(tx, &TABLE, listing, |row: &UnplannedItem| row.item.get(), read).await
}

/// Those with ids above `after`, in the order of their ids, at the most so many.
pub async fn after(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<UnplannedItem>, Error> {
    tx.all(&AFTER, &values![after, limit], read).await
}

/// Those with a reason, in the order of their ids, at the most so many.
pub async fn of_reason(tx: &mut Tx<'_>, reason: UnplannedReason, limit: i64) -> Result<Vec<UnplannedItem>, Error> {
    tx.all(&OF_REASON, &values![reason.code(), limit], read).await
}

/// How many there are for a reason, by the counters.
pub async fn count(tx: &mut Tx<'_>, reason: UnplannedReason) -> Result<i64, Error> {
    counters::count(tx, &CounterKey::of(TABLE.name, "reason", reason.code()).name()).await
}

pub(crate) async fn of_orders(
    tx: &mut Tx<'_>,
    orders: impl IntoIterator<Item = OrderId>,
) -> Result<Vec<UnplannedItem>, Error> {
    tx.all_bulk(&OF_ORDER, orders.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

pub(crate) async fn of_stocks(
    tx: &mut Tx<'_>,
    stocks: impl IntoIterator<Item = StockId>,
) -> Result<Vec<UnplannedItem>, Error> {
    tx.all_bulk(&OF_STOCK, stocks.into_iter().map(|id| values![id.get()]), read).await
}

/// Marks the orders of lines that wait for stock to be sourced.
pub(crate) async fn retry(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.execute(&RETRY, &[]).await.map(drop)
}

pub(crate) async fn apply(
    tx: &mut Tx<'_>,
    changes: &TrackedChanges<UnplannedItem>,
    counters: &mut CounterDeltas,
) -> Result<(), Error> {
    tx.execute_bulk(&DELETE, changes.removed.iter().map(|row| values![row.item.get(), row.item.bucket()])).await?;
    counters.track((TABLE.name, TABLE.counted_by), changes, |row| (row.item.get(), [row.reason.code()]));
    let rows = changes.made.iter().map(|row| {
        values![
            row.item.bucket(),
            row.item.get(),
            row.order.get(),
            row.stock.get(),
            &row.sku,
            row.quantity.units(),
            row.reason.code(),
            row.created_at.micros(),
            row.modified_at.micros(),
        ]
    });
    tx.execute_bulk(&INSERT, rows).await?;
    let rows = changes.changed.iter().map(|(_, row)| {
        let (quantity, reason) = (row.quantity.units(), row.reason.code());
        values![row.item.get(), row.item.bucket(), row.stock.get(), quantity, reason, row.modified_at.micros()]
    });
    tx.execute_bulk(&UPDATE, rows).await
}
