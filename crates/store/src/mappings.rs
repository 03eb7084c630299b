//! Mappings: remote systems' codes for order lines (seed 001). Must not know what a release does.

use onhand_core::{Mapping, MappingId, OrderItemId, Timestamp};

use crate::engine::Row;
use crate::filter::{self, Listing, Page, Table};
use crate::sql::{shared, values};
use crate::{Error, Tx};

pub(crate) const TABLE: Table =
    Table { name: "mapping", columns: "id, item_id, integration_type, code, created_at", tallied: &[], log: None };

/// The channel of a mapping's line, 0 for the own door: not a column of its own, but lists can be narrowed by it. All
/// three rows share a bucket.
pub const CHANNEL: &str = "(SELECT o.channel_id FROM order_item i \
                           JOIN sales_order o ON o.id = i.order_id AND o.bucket = i.bucket \
                           WHERE i.id = mapping.item_id AND i.bucket = mapping.bucket)";

shared! {
    OF_ITEM = "mappings.of_item",
        "SELECT id, item_id, integration_type, code, created_at FROM mapping
         WHERE item_id = ?1 AND bucket = ?2 ORDER BY id";
    INSERT = "mappings.insert",
        "INSERT INTO mapping (bucket, id, item_id, integration_type, code, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
}

fn read(row: &Row<'_>) -> Result<Mapping, Error> {
    Ok(Mapping {
        id: MappingId::new(row.get(0)?),
        item: OrderItemId::new(row.get(1)?),
        integration_type: row.get(2)?,
        code: row.get(3)?,
        created_at: Timestamp::from_micros(row.get(4)?),
    })
}

/// A part of all mappings.
pub async fn page(tx: &mut Tx<'_>, listing: &Listing) -> Result<Page<Mapping>, Error> {
    filter::page(tx, &TABLE, listing, |row: &Mapping| row.id.get(), read).await
}

pub(crate) async fn of_items(tx: &mut Tx<'_>, items: &[OrderItemId]) -> Result<Vec<Mapping>, Error> {
    tx.all_each(&OF_ITEM, items.iter().map(|id| values![id.get(), id.bucket()]), read).await
}

pub(crate) async fn insert_all(tx: &mut Tx<'_>, mappings: &[Mapping]) -> Result<(), Error> {
    let rows = mappings.iter().map(|mapping| {
        let (id, item) = (mapping.id, mapping.item.get());
        values![id.bucket(), id.get(), item, &mapping.integration_type, &mapping.code, mapping.created_at.micros()]
    });
    tx.execute_each(&INSERT, rows).await
}
