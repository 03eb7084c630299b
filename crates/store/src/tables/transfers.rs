//! Transfers and their lines (contract 13.4): reading. Only the unit of work writes them. Must not know stock.

use onhand_core::fulfilment::{Transfer, TransferItem, TransferState};
use onhand_core::{
    OrderId, OrderItemId, PackageId, PackageItemId, StockLocationId, Timestamp, TrackedChanges, TransferId,
    TransferItemId,
};

use super::order_items::quantity;
use crate::counters::CounterDeltas;
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx};

pub(crate) const TABLE: ListTable = ListTable {
    name: "transfer_order",
    columns: "id, order_id, package_id, number, source_id, destination_id, state, created_at, modified_at",
    counted_by: &["state"],
    log: None,
};

/// The number of a transfer's order. Both share a bucket.
pub const ORDER_NUMBER: &str = "(SELECT o.number FROM sales_order o \
                                WHERE o.id = transfer_order.order_id AND o.bucket = transfer_order.bucket)";

/// The channel of a transfer's order, 0 for none. Both share a bucket.
pub const ORDER_CHANNEL: &str = "(SELECT o.channel_id FROM sales_order o \
                                 WHERE o.id = transfer_order.order_id AND o.bucket = transfer_order.bucket)";

/// When a transfer's order was placed. Both share a bucket.
pub const ORDER_PLACED: &str = "(SELECT o.date_placed FROM sales_order o \
                                WHERE o.id = transfer_order.order_id AND o.bucket = transfer_order.bucket)";

/// The transfers with a line of an SKU, which the SKU ends.
pub const WITH_SKU: &str = "id IN (SELECT transfer_id FROM transfer_item WHERE sku = ";

/// The number of the package that waits for a transfer. Both share a bucket.
pub const PACKAGE_NUMBER: &str = "(SELECT p.number FROM package p \
                                  WHERE p.id = transfer_order.package_id AND p.bucket = transfer_order.bucket)";

/// The code of the location where a transfer is fetched.
pub const SOURCE: &str = "(SELECT l.erp_code FROM stock_location l WHERE l.id = transfer_order.source_id)";

/// The code of the location where a transfer is brought.
pub const DESTINATION: &str = "(SELECT l.erp_code FROM stock_location l WHERE l.id = transfer_order.destination_id)";

statements! {
    BY_ID = "transfers.by_id",
        "SELECT id, order_id, package_id, number, source_id, destination_id, state, created_at, modified_at
         FROM transfer_order WHERE id = ?1 AND bucket = ?2";
    OF_ORDER = "transfers.of_order",
        "SELECT id, order_id, package_id, number, source_id, destination_id, state, created_at, modified_at
         FROM transfer_order WHERE order_id = ?1 AND bucket = ?2 ORDER BY id";
    INSERT = "transfers.insert",
        "INSERT INTO transfer_order
         (bucket, id, order_id, package_id, number, source_id, destination_id, state, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    UPDATE = "transfers.update", "UPDATE transfer_order SET state = ?3, modified_at = ?4 WHERE id = ?1 AND bucket = ?2";
    ITEMS_OF_ORDER = "transfer_items.of_order",
        "SELECT id, transfer_id, order_id, package_item_id, item_id, sku, quantity, state, created_at, modified_at
         FROM transfer_item WHERE order_id = ?1 AND bucket = ?2 ORDER BY id";
    /// 200 is a transfer that no picker has fetched yet.
    COUNTED = "transfers.counted",
        "SELECT t.id, t.order_id, t.package_id, t.number, t.source_id, t.destination_id, t.state, t.created_at,
         t.modified_at, i.id, i.transfer_id, i.order_id, i.package_item_id, i.item_id, i.sku, i.quantity, i.state,
         i.created_at, i.modified_at
         FROM transfer_item i JOIN transfer_order t ON t.id = i.transfer_id AND t.bucket = i.bucket
         WHERE i.sku = ?1 AND t.source_id = ?2 AND t.state = 200";
    INSERT_ITEM = "transfer_items.insert",
        "INSERT INTO transfer_item (bucket, id, transfer_id, order_id, package_item_id, item_id, sku, quantity, state,
         created_at, modified_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    UPDATE_ITEM = "transfer_items.update",
        "UPDATE transfer_item SET state = ?3, modified_at = ?4, quantity = ?5 WHERE id = ?1 AND bucket = ?2";
}

fn state(code: i64) -> Result<TransferState, Error> {
    TransferState::from_code(code).ok_or_else(|| Error::Internal(format!("there is no transfer state {code}")))
}

fn read(row: &Row<'_>) -> Result<Transfer, Error> {
    Ok(Transfer {
        id: TransferId::new(row.get(0)?),
        order: OrderId::new(row.get(1)?),
        package: PackageId::new(row.get(2)?),
        number: row.get(3)?,
        source: StockLocationId::new(row.get(4)?),
        destination: StockLocationId::new(row.get(5)?),
        state: state(row.get(6)?)?,
        created_at: Timestamp::from_micros(row.get(7)?),
        modified_at: Timestamp::from_micros(row.get(8)?),
    })
}

fn read_item(row: &Row<'_>) -> Result<TransferItem, Error> {
    read_item_at(row, 0)
}

/// A line whose columns begin at a place.
fn read_item_at(row: &Row<'_>, at: usize) -> Result<TransferItem, Error> {
    Ok(TransferItem {
        id: TransferItemId::new(row.get(at)?),
        transfer: TransferId::new(row.get(at + 1)?),
        order: OrderId::new(row.get(at + 2)?),
        package_item: PackageItemId::new(row.get(at + 3)?),
        item: OrderItemId::new(row.get(at + 4)?),
        sku: row.get(at + 5)?,
        quantity: quantity(row.get(at + 6)?)?,
        state: state(row.get(at + 7)?)?,
        created_at: Timestamp::from_micros(row.get(at + 8)?),
        modified_at: Timestamp::from_micros(row.get(at + 9)?),
    })
}

/// A part of all transfers.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<Transfer>, Error> {
    query::page(tx, &TABLE, listing, |row: &Transfer| row.id.get(), read).await
}

/// Some transfers; unknown ones are left out.
pub async fn by_ids(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = TransferId>) -> Result<Vec<Transfer>, Error> {
    tx.all_bulk(&BY_ID, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// The transfers of some orders.
pub(crate) async fn of_orders(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = OrderId>) -> Result<Vec<Transfer>, Error> {
    tx.all_bulk(&OF_ORDER, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// The lines of some orders' transfers.
pub async fn items_of_orders(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = OrderId>,
) -> Result<Vec<TransferItem>, Error> {
    tx.all_bulk(&ITEMS_OF_ORDER, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read_item).await
}

/// The lines that wait to be fetched which a count of these SKUs at these locations must think of, with their
/// transfers.
pub(crate) async fn counted<'c>(
    tx: &mut Tx<'_>,
    counted: impl IntoIterator<Item = &'c (StockLocationId, String)>,
) -> Result<Vec<(Transfer, TransferItem)>, Error> {
    let keys = counted.into_iter().map(|(location, sku)| values![sku, location.get()]);
    tx.all_bulk(&COUNTED, keys, |row| Ok((read(row)?, read_item_at(row, 9)?))).await
}

pub(crate) async fn apply(
    tx: &mut Tx<'_>,
    changes: &TrackedChanges<Transfer>,
    counters: &mut CounterDeltas,
) -> Result<(), Error> {
    counters.track((TABLE.name, TABLE.counted_by), changes, |row| (row.id.get(), [row.state.code()]));
    let rows = changes.made.iter().map(|row| {
        values![
            row.id.bucket(),
            row.id.get(),
            row.order.get(),
            row.package.get(),
            &row.number,
            row.source.get(),
            row.destination.get(),
            row.state.code(),
            row.created_at.micros(),
            row.modified_at.micros(),
        ]
    });
    tx.execute_bulk(&INSERT, rows).await?;
    let rows = changes
        .changed
        .iter()
        .map(|(_, row)| values![row.id.get(), row.id.bucket(), row.state.code(), row.modified_at.micros()]);
    tx.execute_bulk(&UPDATE, rows).await
}

pub(crate) async fn apply_items(tx: &mut Tx<'_>, changes: &TrackedChanges<TransferItem>) -> Result<(), Error> {
    let rows = changes.made.iter().map(|row| {
        values![
            row.id.bucket(),
            row.id.get(),
            row.transfer.get(),
            row.order.get(),
            row.package_item.get(),
            row.item.get(),
            &row.sku,
            row.quantity.units(),
            row.state.code(),
            row.created_at.micros(),
            row.modified_at.micros(),
        ]
    });
    tx.execute_bulk(&INSERT_ITEM, rows).await?;
    let rows = changes.changed.iter().map(|(_, row)| {
        values![row.id.get(), row.id.bucket(), row.state.code(), row.modified_at.micros(), row.quantity.units()]
    });
    tx.execute_bulk(&UPDATE_ITEM, rows).await
}
