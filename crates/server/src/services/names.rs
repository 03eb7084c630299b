//! Names of records: what stock lists, price lists, locations and the like are called, by their ids.
//!
//! Promises: one statement for all of them. An id without a record has no name. Must not know what is named.

use std::collections::{BTreeSet, HashMap};

use onhand_store::resource::{self, Table};
use onhand_store::{Error, Tx};

/// The names of some records of a table that has a name.
pub async fn of(tx: &mut Tx<'_>, table: &'static Table, ids: &BTreeSet<i64>) -> Result<HashMap<i64, String>, Error> {
    let ids: Vec<i64> = ids.iter().copied().collect();
    let found = resource::by_ids(tx, table, &ids).await?;
    Ok(found.iter().map(|record| (record.id, record.text("name").unwrap_or_default().to_owned())).collect())
}
