//! Mappings: remote systems' codes for order lines (contract 6.3). Must not know what a release does.

use std::collections::BTreeSet;

use onhand_core::{Mapping, MappingId, OrderItemId, Timestamp, fingerprint};

use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx};

pub(crate) const TABLE: ListTable = ListTable {
    name: "mapping",
    columns: "id, item_id, integration_type, code, created_at",
    counted_by: &[],
    log: None,
};

/// The channel of a mapping's line, 0 for none: not a column of its own, but lists can be narrowed by it. All three
/// rows share a bucket.
pub const CHANNEL: &str = "(SELECT o.channel_id FROM order_item i \
                           JOIN sales_order o ON o.id = i.order_id AND o.bucket = i.bucket \
                           WHERE i.id = mapping.item_id AND i.bucket = mapping.bucket)";

/// How many locks all codes share.
const CODE_LOCKS: u64 = 1_024;

statements! {
    OF_ITEM = "mappings.of_item",
        "SELECT id, item_id, integration_type, code, created_at FROM mapping
         WHERE item_id = ?1 AND bucket = ?2 ORDER BY id";
    /// One line, as it was ordered, that the ERP has given a code to, other than this one.
    OTHER_WITH_CODE = "mappings.other_with_code",
        "SELECT m.code, COALESCE(i.split_from, i.id) FROM mapping m
         JOIN order_item i ON i.id = m.item_id AND i.bucket = m.bucket
         WHERE m.code = ?1 AND m.integration_type = 'external_company' AND COALESCE(i.split_from, i.id) <> ?2
         ORDER BY m.id LIMIT 1";
    /// Two processes may give one code to two lines at the same time: the second waits until the first is stored.
    LOCK_CODE = "mappings.lock_code", "SELECT ?1",
        on_postgres("SELECT 1 FROM (SELECT pg_advisory_xact_lock(7163006, CAST(?1 AS INTEGER))) AS one");
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
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<Mapping>, Error> {
    query::page(tx, &TABLE, listing, |row: &Mapping| row.id.get(), read).await
}

/// The codes that remote systems have for some lines.
pub async fn of_items(tx: &mut Tx<'_>, items: &[OrderItemId]) -> Result<Vec<Mapping>, Error> {
    tx.all_bulk(&OF_ITEM, items.iter().map(|id| values![id.get(), id.bucket()]), read).await
}

/// The codes that the ERP is about to give: no other transaction gives them until this one ends. Asked for before any
/// row is locked, and in their order, so that no two processes wait for each other.
pub(crate) async fn lock_codes(tx: &mut Tx<'_>, codes: &BTreeSet<(OrderItemId, String)>) -> Result<(), Error> {
    if !tx.locks_rows() {
        return Ok(());
    }
    let locks: BTreeSet<i64> = codes.iter().map(|(_, code)| lock_of(code)).collect();
    tx.all_bulk(&LOCK_CODE, locks.into_iter().map(|lock| values![lock]), |_| Ok(())).await.map(drop)
}

/// Codes share locks: a batch may have more codes than a database has room for locks.
fn lock_of(code: &str) -> i64 {
    (fingerprint(code.as_bytes()) % CODE_LOCKS).cast_signed()
}

/// For each of some codes, a line as it was ordered that has it and is not the line, as it was ordered, that is named
/// with it.
pub(crate) async fn others_with_codes<'c>(
    tx: &mut Tx<'_>,
    codes: impl ExactSizeIterator<Item = (&'c str, OrderItemId)>,
) -> Result<Vec<(String, OrderItemId)>, Error> {
    let read = |row: &Row<'_>| Ok((row.get(0)?, OrderItemId::new(row.get(1)?)));
    tx.all_bulk(&OTHER_WITH_CODE, codes.map(|(code, whole)| values![code, whole.get()]), read).await
}

pub(crate) async fn insert_all(tx: &mut Tx<'_>, mappings: &[Mapping]) -> Result<(), Error> {
    let rows = mappings.iter().map(|mapping| {
        let (id, item) = (mapping.id, mapping.item.get());
        values![id.bucket(), id.get(), item, &mapping.integration_type, &mapping.code, mapping.created_at.micros()]
    });
    tx.execute_bulk(&INSERT, rows).await
}
