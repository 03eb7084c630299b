//! Discrepancies (seed 004, contract 13.1): reading. Writing is the ledger's. Must not know who looked.

use onhand_core::floor::{Discrepancy, Reason, RowChanges};
use onhand_core::{DiscrepancyId, PackageItemId, StockId, StockLocationId, Timestamp, TransferItemId};

use crate::engine::Row;
use crate::filter::{self, Listing, Page, Table};
use crate::sql::{shared, values};
use crate::tally::{Scope, Tally};
use crate::{Error, Tx};

const TABLE: Table = Table {
    name: "discrepancy",
    columns: "id, stock_id, stock_location_id, sku, reason, is_active, package_item_id, transfer_item_id, created_at, \
              modified_at",
    tallied: &["stock_location_id", "is_active"],
    log: None,
};

shared! {
    BY_ID = "discrepancies.by_id",
        "SELECT id, stock_id, stock_location_id, sku, reason, is_active, package_item_id, transfer_item_id, created_at,
         modified_at FROM discrepancy WHERE id = ?1 AND bucket = ?2";
    STOCK = "discrepancies.stock", "SELECT stock_id FROM discrepancy WHERE id = ?1 AND bucket = ?2";
    ACTIVE = "discrepancies.active",
        "SELECT id, stock_id, stock_location_id, sku, reason, is_active, package_item_id, transfer_item_id, created_at,
         modified_at FROM discrepancy WHERE stock_id = ?1 AND bucket = ?2 AND is_active = 1";
    /// In whichever bucket: a package's lines are of many stocks.
    OF_PACKAGE_ITEM = "discrepancies.of_package_item",
        "SELECT id, stock_id, stock_location_id, sku, reason, is_active, package_item_id, transfer_item_id, created_at,
         modified_at FROM discrepancy WHERE package_item_id = ?1";
    /// The oldest up to a moment, in whichever bucket; of one location where one is named.
    UNTIL = "discrepancies.until",
        "SELECT id FROM discrepancy WHERE created_at <= ?1 AND (?2 = 0 OR stock_location_id = ?2)
         ORDER BY created_at, id LIMIT ?3";
    INSERT = "discrepancies.insert",
        "INSERT INTO discrepancy (bucket, id, stock_id, stock_location_id, sku, reason, is_active, package_item_id,
         transfer_item_id, created_at, modified_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    UPDATE = "discrepancies.update",
        "UPDATE discrepancy SET is_active = ?3, modified_at = ?4 WHERE id = ?1 AND bucket = ?2";
    DELETE = "discrepancies.delete", "DELETE FROM discrepancy WHERE id = ?1 AND bucket = ?2";
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
    })
}

/// A part of all discrepancies.
pub async fn page(tx: &mut Tx<'_>, listing: &Listing) -> Result<Page<Discrepancy>, Error> {
    filter::page(tx, &TABLE, listing, |row: &Discrepancy| row.id.get(), read).await
}

/// Some discrepancies; unknown ones are left out.
pub async fn by_ids<'i>(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = &'i DiscrepancyId>,
) -> Result<Vec<Discrepancy>, Error> {
    tx.all_each(&BY_ID, ids.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// The discrepancies of some lines of packages.
pub async fn of_package_items(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = PackageItemId>,
) -> Result<Vec<Discrepancy>, Error> {
    tx.all_each(&OF_PACKAGE_ITEM, ids.into_iter().map(|id| values![id.get()]), read).await
}

/// The oldest discrepancies up to a moment, at the most so many.
pub async fn until(
    tx: &mut Tx<'_>,
    moment: Timestamp,
    location: Option<StockLocationId>,
    limit: i64,
) -> Result<Vec<DiscrepancyId>, Error> {
    let place = values![moment.micros(), location.map_or(0, StockLocationId::get), limit];
    tx.all(&UNTIL, &place, |row| row.get(0).map(DiscrepancyId::new)).await
}

/// The stocks that some discrepancies are about, which never change.
pub(crate) async fn stocks_of<'i>(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = &'i DiscrepancyId>,
) -> Result<Vec<StockId>, Error> {
    let keys = ids.into_iter().map(|id| values![id.get(), id.bucket()]);
    tx.all_each(&STOCK, keys, |row| row.get(0).map(StockId::new)).await
}

/// The active discrepancies of some stocks.
pub(crate) async fn active_of(
    tx: &mut Tx<'_>,
    stocks: impl IntoIterator<Item = StockId>,
) -> Result<Vec<Discrepancy>, Error> {
    tx.all_each(&ACTIVE, stocks.into_iter().map(|id| values![id.get(), id.bucket()]), read).await
}

pub(crate) async fn apply(tx: &mut Tx<'_>, changes: &RowChanges<Discrepancy>, tally: &mut Tally) -> Result<(), Error> {
    changes.made.iter().for_each(|row| count(tally, row, 1));
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
        ]
    });
    tx.execute_each(&INSERT, rows).await?;
    for (before, after) in &changes.changed {
        count(tally, before, -1);
        count(tally, after, 1);
    }
    let rows = changes
        .changed
        .iter()
        .map(|(_, row)| values![row.id.get(), row.id.bucket(), row.is_active, row.modified_at.micros()]);
    tx.execute_each(&UPDATE, rows).await?;
    changes.removed.iter().for_each(|row| count(tally, row, -1));
    tx.execute_each(&DELETE, changes.removed.iter().map(|row| values![row.id.get(), row.id.bucket()])).await
}

fn count(tally: &mut Tally, row: &Discrepancy, by: i64) {
    tally.add(Scope::all(TABLE.name), row.id.get(), by);
    tally.add(Scope::of(TABLE.name, "stock_location_id", row.location.get()), row.id.get(), by);
    tally.add(Scope::of(TABLE.name, "is_active", i64::from(row.is_active)), row.id.get(), by);
}
