//! Lists of imports: those that fulfil some conditions, page by page. Must not know who asks.

use super::read;
use super::row::ImportRow;
use crate::query::{self, Condition, ListQuery, ListTable, Op, Page};
use crate::{Error, Tx};

/// Imports become few again by themselves: they are dropped when they are old.
const TABLE: ListTable = ListTable {
    name: "import",
    columns: "id, cache_key, kind, task, mode, is_forced, stock_list_id, source_id, account_id, state, file_name, \
              file_bytes, format, encoding, ignored_columns, error, total, created, updated, unchanged, failed, \
              created_at, started_at, finished_at, time_zone, selection, price_list_id",
    counted_by: &[],
    log: None,
};

/// A part of the imports whose file has arrived.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<ImportRow>, Error> {
    let mut listing = listing.clone();
    let has_arrived = "state NOT IN ('receiving', 'forgotten')";
    listing.conditions.push(Condition { column: has_arrived, op: Op::Holds, values: Vec::new() });
    query::page(tx, &TABLE, &listing, |row: &ImportRow| row.id.get(), read).await
}
