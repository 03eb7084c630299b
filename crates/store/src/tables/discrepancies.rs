//! Discrepancies (contract 13.1): reading. Only the unit of work writes them. Must not know which person looked.

use std::collections::BTreeSet;

use onhand_core::fulfilment::{Discrepancy, EndedBy, Reason};
use onhand_core::{
    DiscrepancyId, PackageItemId, ProductId, Stock, StockId, StockListId, StockLocationId, Timestamp, TrackedChanges,
    TransferItemId, UserId,
};

use crate::counters::CounterDeltas;
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx};

pub(crate) const TABLE: ListTable = ListTable {
    name: "discrepancy",
    columns: "id, stock_id, stock_location_id, sku, reason, is_active, package_item_id, transfer_item_id, created_at, \
              modified_at, stock_list_id, product_id, quantity, level, created_by, end_reason, ended_by",
    counted_by: &["stock_location_id", "is_active"],
    log: None,
};

statements! {
    BY_ID = "discrepancies.by_id",
        "SELECT id, stock_id, stock_location_id, sku, reason, is_active, package_item_id, transfer_item_id, created_at,
         modified_at, stock_list_id, product_id, quantity, level, created_by, end_reason, ended_by
         FROM discrepancy WHERE id = ?1 AND bucket = ?2";
    STOCK = "discrepancies.stock", "SELECT stock_id FROM discrepancy WHERE id = ?1 AND bucket = ?2";
    ACTIVE = "discrepancies.active",
        "SELECT id, stock_id, stock_location_id, sku, reason, is_active, package_item_id, transfer_item_id, created_at,
         modified_at, stock_list_id, product_id, quantity, level, created_by, end_reason, ended_by
         FROM discrepancy WHERE stock_id = ?1 AND bucket = ?2 AND is_active = 1";
    /// In whichever bucket: a package's lines are of many stocks.
    OF_PACKAGE_ITEM = "discrepancies.of_package_item",
        "SELECT id, stock_id, stock_location_id, sku, reason, is_active, package_item_id, transfer_item_id, created_at,
         modified_at, stock_list_id, product_id, quantity, level, created_by, end_reason, ended_by
         FROM discrepancy WHERE package_item_id = ?1";
    /// The oldest active ones of a location within a time, in whichever bucket.
    ACTIVE_AT = "discrepancies.active_at",
        "SELECT id FROM discrepancy WHERE stock_location_id = ?1 AND created_at >= ?2 AND created_at <= ?3
         AND is_active = 1 ORDER BY created_at, id LIMIT ?4";
    /// Those of a stock that were active at a moment: one that has ended was last changed when it ended.
    ACTIVE_THEN = "discrepancies.active_then",
        "SELECT stock_id FROM discrepancy WHERE sku = ?1 AND stock_id = ?2 AND bucket = ?3 AND created_at <= ?4
         AND (is_active = 1 OR modified_at > ?4)";
    INSERT = "discrepancies.insert",
        "INSERT INTO discrepancy (bucket, id, stock_id, stock_location_id, sku, reason, is_active, package_item_id,
         transfer_item_id, created_at, modified_at, stock_list_id, product_id, quantity, level, created_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
    UPDATE = "discrepancies.update",
        "UPDATE discrepancy SET is_active = ?3, modified_at = ?4, end_reason = ?5, ended_by = ?6
         WHERE id = ?1 AND bucket = ?2";
}

fn read(row: &Row<'_>) -> Result<Discrepancy, Error> {
    let reason = row.str(4)?;
    let unknown = || Error::Internal(format!("there is no reason {reason:?}"));
    Ok(Discrepancy {
        id: DiscrepancyId::new(row.get(0)?),
        stock: StockId::new(row.get(1)?),
        location: StockLocationId::new(row.get(2)?),
        sku: row.get(3)?,
        reason: Reason::from_word(reason).ok_or_else(unknown)?,
        is_active: row.get(5)?,
        package_item: row.get::<Option<i64>>(6)?.map(PackageItemId::new),
        transfer_item: row.get::<Option<i64>>(7)?.map(TransferItemId::new),
        created_at: Timestamp::from_micros(row.get(8)?),
        modified_at: Timestamp::from_micros(row.get(9)?),
        list: StockListId::new(row.get(10)?),
        product: ProductId::new(row.get(11)?),
        quantity: row.get(12)?,
        level: row.get(13)?,
        created_by: UserId::new(row.get(14)?),
        ended: ended(row.get(15)?, row.get(16)?),
    })
}

fn ended(reason: Option<String>, by: Option<i64>) -> Option<(EndedBy, UserId)> {
    Some((EndedBy::from_word(&reason?)?, UserId::new(by?)))
}

/// A part of all discrepancies.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<Discrepancy>, Error> {
    query::page(tx, &TABLE, listing, |row: &Discrepancy| row.id.get(), read).await
}

/// Some discrepancies; unknown ones are left out.
pub async fn by_ids<'i>(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = &'i DiscrepancyId>,
) -> Result<Vec<Discrepancy>, Error> {
    tx.all_bulk(&BY_ID, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// The discrepancies of some lines of packages.
pub async fn of_package_items(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = PackageItemId>,
) -> Result<Vec<Discrepancy>, Error> {
    tx.all_bulk(&OF_PACKAGE_ITEM, ids.into_iter().map(|id| values![id.get()]), read).await
}

/// The oldest active discrepancies of a location that were reported within a time, both ends included; at the most so
/// many.
pub async fn active_at(
    tx: &mut Tx<'_>,
    location: StockLocationId,
    (from, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<DiscrepancyId>, Error> {
    let place = values![location.get(), from.micros(), until.micros(), limit];
    tx.all(&ACTIVE_AT, &place, |row| row.get(0).map(DiscrepancyId::new)).await
}

/// The stocks that some discrepancies are about, which never change.
pub(crate) async fn stocks_of<'i>(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = &'i DiscrepancyId>,
) -> Result<Vec<StockId>, Error> {
    let keys = ids.into_iter().map(|id| values![id.get(), id.bucket()]);
    tx.all_bulk(&STOCK, keys, |row| row.get(0).map(StockId::new)).await
}

/// The active discrepancies of some stocks.
pub async fn active_of(tx: &mut Tx<'_>, stocks: impl IntoIterator<Item = StockId>) -> Result<Vec<Discrepancy>, Error> {
    tx.all_bulk(&ACTIVE, stocks.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// Those of some stocks that an active discrepancy kept off sale at a moment.
pub async fn off_sale_at(tx: &mut Tx<'_>, stocks: &[Stock], moment: Timestamp) -> Result<BTreeSet<StockId>, Error> {
    let keys = stocks.iter().map(|stock| values![&stock.sku, stock.id.get(), stock.id.bucket(), moment.micros()]);
    let found = tx.all_bulk(&ACTIVE_THEN, keys, |row| row.get(0).map(StockId::new)).await?;
    Ok(found.into_iter().collect())
}

pub(crate) async fn apply(
    tx: &mut Tx<'_>,
    changes: &TrackedChanges<Discrepancy>,
    counters: &mut CounterDeltas,
) -> Result<(), Error> {
    counters.track((TABLE.name, TABLE.counted_by), changes, |row| {
        (row.id.get(), [row.location.get(), i64::from(row.is_active)])
    });
    let rows = changes.made.iter().map(|row| {
        values![
            row.id.bucket(),
            row.id.get(),
            row.stock.get(),
            row.location.get(),
            &row.sku,
            row.reason.word(),
            row.is_active,
            row.package_item.map(PackageItemId::get),
            row.transfer_item.map(TransferItemId::get),
            row.created_at.micros(),
            row.modified_at.micros(),
            row.list.get(),
            row.product.get(),
            row.quantity,
            row.level,
            row.created_by.get(),
        ]
    });
    tx.execute_bulk(&INSERT, rows).await?;
    let rows = changes.changed.iter().map(|(_, row)| {
        let (reason, by) = row.ended.map(|(reason, by)| (reason.word(), by.get())).unzip();
        values![row.id.get(), row.id.bucket(), row.is_active, row.modified_at.micros(), reason, by]
    });
    tx.execute_bulk(&UPDATE, rows).await
}
