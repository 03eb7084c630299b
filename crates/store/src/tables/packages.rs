//! Packages and their lines (contract 13.4): reading. Only the unit of work writes them. Must not know stock.

use onhand_core::fulfilment::{Package, PackageItem, PackageState};
use onhand_core::{OrderId, OrderItemId, PackageId, PackageItemId, StockLocationId, Timestamp, TrackedChanges, UserId};

use super::order_items::quantity;
use crate::counters::CounterDeltas;
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx};

pub(crate) const TABLE: ListTable = ListTable {
    name: "package",
    columns: "id, order_id, number, stock_location_id, state, created_at, modified_at, assigned_to",
    counted_by: &["state", "stock_location_id"],
    log: None,
};

pub(crate) const ITEMS: ListTable = ListTable {
    name: "package_item",
    columns: "id, package_id, order_id, stock_location_id, item_id, sku, quantity, state, is_done, created_at, modified_at",
    counted_by: &["state"],
    log: None,
};

/// The number of a line's package: not a column of its own, but lists can be narrowed by it. Both share a bucket.
pub const NUMBER: &str = "(SELECT p.number FROM package p \
                          WHERE p.id = package_item.package_id AND p.bucket = package_item.bucket)";

/// The number of a package's order. Both share a bucket.
pub const ORDER_NUMBER: &str = "(SELECT o.number FROM sales_order o \
                                WHERE o.id = package.order_id AND o.bucket = package.bucket)";

statements! {
    BY_ID = "packages.by_id",
        "SELECT id, order_id, number, stock_location_id, state, created_at, modified_at, assigned_to
         FROM package WHERE id = ?1 AND bucket = ?2";
    OF_ORDER = "packages.of_order",
        "SELECT id, order_id, number, stock_location_id, state, created_at, modified_at, assigned_to
         FROM package WHERE order_id = ?1 AND bucket = ?2 ORDER BY id";
    INSERT = "packages.insert",
        "INSERT INTO package (bucket, id, order_id, number, stock_location_id, state, created_at, modified_at,
         assigned_to) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    UPDATE = "packages.update",
        "UPDATE package SET state = ?3, modified_at = ?4, assigned_to = ?5 WHERE id = ?1 AND bucket = ?2";
    ITEM = "package_items.by_id",
        "SELECT id, package_id, order_id, stock_location_id, item_id, sku, quantity, state, is_done, created_at, modified_at
         FROM package_item WHERE id = ?1 AND bucket = ?2";
    ITEMS_OF_ORDER = "package_items.of_order",
        "SELECT id, package_id, order_id, stock_location_id, item_id, sku, quantity, state, is_done, created_at, modified_at
         FROM package_item WHERE order_id = ?1 AND bucket = ?2 ORDER BY id";
    ITEMS_OF_PACKAGE = "package_items.of_package",
        "SELECT id, package_id, order_id, stock_location_id, item_id, sku, quantity, state, is_done, created_at, modified_at
         FROM package_item WHERE package_id = ?1 AND bucket = ?2 ORDER BY id";
    /// In whichever bucket: a SKU's lines are those of many orders.
    ITEMS_COUNTED = "package_items.counted",
        "SELECT id, package_id, order_id, stock_location_id, item_id, sku, quantity, state, is_done, created_at, modified_at
         FROM package_item WHERE sku = ?1 AND stock_location_id = ?2 AND is_done = 0";
    /// The newest, in whichever bucket.
    ITEMS_OF_SKU = "package_items.of_sku",
        "SELECT id, package_id, order_id, stock_location_id, item_id, sku, quantity, state, is_done, created_at, modified_at
         FROM package_item WHERE sku = ?1 AND stock_location_id = ?2 AND is_done = 0 ORDER BY id DESC LIMIT ?3";
    INSERT_ITEM = "package_items.insert",
        "INSERT INTO package_item (bucket, id, package_id, order_id, stock_location_id, item_id, sku, quantity, state,
         is_done, created_at, modified_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    UPDATE_ITEM = "package_items.update",
        "UPDATE package_item SET state = ?3, is_done = ?4, modified_at = ?5, quantity = ?6 WHERE id = ?1 AND bucket = ?2";
}

fn state(code: i64) -> Result<PackageState, Error> {
    PackageState::from_code(code).ok_or_else(|| Error::Internal(format!("there is no package state {code}")))
}

fn read(row: &Row<'_>) -> Result<Package, Error> {
    Ok(Package {
        id: PackageId::new(row.get(0)?),
        order: OrderId::new(row.get(1)?),
        number: row.get(2)?,
        location: StockLocationId::new(row.get(3)?),
        state: state(row.get(4)?)?,
        created_at: Timestamp::from_micros(row.get(5)?),
        modified_at: Timestamp::from_micros(row.get(6)?),
        assigned_to: row.get::<Option<i64>>(7)?.map(UserId::new),
    })
}

fn read_item(row: &Row<'_>) -> Result<PackageItem, Error> {
    Ok(PackageItem {
        id: PackageItemId::new(row.get(0)?),
        package: PackageId::new(row.get(1)?),
        order: OrderId::new(row.get(2)?),
        location: StockLocationId::new(row.get(3)?),
        item: OrderItemId::new(row.get(4)?),
        sku: row.get(5)?,
        quantity: quantity(row.get(6)?)?,
        state: state(row.get(7)?)?,
        is_done: row.get(8)?,
        created_at: Timestamp::from_micros(row.get(9)?),
        modified_at: Timestamp::from_micros(row.get(10)?),
    })
}

/// A part of all packages.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<Package>, Error> {
    query::page(tx, &TABLE, listing, |row: &Package| row.id.get(), read).await
}

/// A part of all lines of packages.
pub async fn items_page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<PackageItem>, Error> {
    query::page(tx, &ITEMS, listing, |row: &PackageItem| row.id.get(), read_item).await
}

/// Some packages; unknown ones are left out.
pub async fn by_ids(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = PackageId>) -> Result<Vec<Package>, Error> {
    tx.all_bulk(&BY_ID, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// A line of a package.
pub async fn item_by_id(tx: &mut Tx<'_>, id: PackageItemId) -> Result<Option<PackageItem>, Error> {
    tx.first(&ITEM, &values![id.get(), id.bucket()], read_item).await
}

/// The lines of some packages, package by package.
pub async fn items_of(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = PackageId>) -> Result<Vec<PackageItem>, Error> {
    tx.all_bulk(&ITEMS_OF_PACKAGE, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read_item).await
}

/// The packages of some orders.
pub async fn of_orders(tx: &mut Tx<'_>, ids: impl IntoIterator<Item = OrderId>) -> Result<Vec<Package>, Error> {
    tx.all_bulk(&OF_ORDER, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// The lines of some orders' packages.
pub async fn items_of_orders(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = OrderId>,
) -> Result<Vec<PackageItem>, Error> {
    tx.all_bulk(&ITEMS_OF_ORDER, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read_item).await
}

/// The newest lines of packages that have a SKU at a location and are not done; so many at the most.
pub async fn items_of_sku(
    tx: &mut Tx<'_>,
    (sku, location): (&str, StockLocationId),
    limit: i64,
) -> Result<Vec<PackageItem>, Error> {
    tx.all(&ITEMS_OF_SKU, &values![sku, location.get(), limit], read_item).await
}

/// The lines that a count of these SKUs at these locations must think of.
pub(crate) async fn items_counted<'c>(
    tx: &mut Tx<'_>,
    counted: impl IntoIterator<Item = &'c (StockLocationId, String)>,
) -> Result<Vec<PackageItem>, Error> {
    let keys = counted.into_iter().map(|(location, sku)| values![sku, location.get()]);
    tx.all_bulk(&ITEMS_COUNTED, keys, read_item).await
}

pub(crate) async fn apply(
    tx: &mut Tx<'_>,
    changes: &TrackedChanges<Package>,
    counters: &mut CounterDeltas,
) -> Result<(), Error> {
    counters
        .track((TABLE.name, TABLE.counted_by), changes, |row| (row.id.get(), [row.state.code(), row.location.get()]));
    let rows = changes.made.iter().map(|row| {
        let (id, order, location) = (row.id, row.order.get(), row.location.get());
        let (created, modified) = (row.created_at.micros(), row.modified_at.micros());
        let (state, assigned) = (row.state.code(), row.assigned_to.map(UserId::get));
        values![id.bucket(), id.get(), order, &row.number, location, state, created, modified, assigned]
    });
    tx.execute_bulk(&INSERT, rows).await?;
    let rows = changes.changed.iter().map(|(_, row)| {
        let assigned = row.assigned_to.map(UserId::get);
        values![row.id.get(), row.id.bucket(), row.state.code(), row.modified_at.micros(), assigned]
    });
    tx.execute_bulk(&UPDATE, rows).await
}

pub(crate) async fn apply_items(
    tx: &mut Tx<'_>,
    changes: &TrackedChanges<PackageItem>,
    counters: &mut CounterDeltas,
) -> Result<(), Error> {
    counters.track((ITEMS.name, ITEMS.counted_by), changes, |row| (row.id.get(), [row.state.code()]));
    let rows = changes.made.iter().map(|row| {
        values![
            row.id.bucket(),
            row.id.get(),
            row.package.get(),
            row.order.get(),
            row.location.get(),
            row.item.get(),
            &row.sku,
            row.quantity.units(),
            row.state.code(),
            row.is_done,
            row.created_at.micros(),
            row.modified_at.micros(),
        ]
    });
    tx.execute_bulk(&INSERT_ITEM, rows).await?;
    let rows = changes.changed.iter().map(|(_, row)| {
        let (modified, quantity) = (row.modified_at.micros(), row.quantity.units());
        values![row.id.get(), row.id.bucket(), row.state.code(), row.is_done, modified, quantity]
    });
    tx.execute_bulk(&UPDATE_ITEM, rows).await
}
