//! What keeps units off sale for long: lines that are open or reported, the oldest first, and lists that settle by age.
//!
//! Promises: a page reads as many index entries as it has rows, whatever the table holds. Must not know how old is too
//! old.

use onhand_core::{OrderItemId, StockListId, Timestamp};

use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// The most lists that settle by age in one round.
const LISTS_MAX: i64 = 10_000;

statements! {
    REPORTED = "stock_health.reported",
        "SELECT r.item_id, s.stock_list_id, r.registered_at
         FROM reservation r JOIN stock s ON s.id = r.stock_id AND s.bucket = r.bucket
         WHERE r.state = 2 AND (r.registered_at, r.item_id) > (?1, ?2) AND r.registered_at <= ?3
         ORDER BY r.registered_at, r.item_id LIMIT ?4";
    SETTLING = "stock_health.settling_lists",
        "SELECT id, reported_settles_after_seconds FROM stock_list
         WHERE reported_settles_after_seconds > 0 AND id > ?1 ORDER BY id LIMIT ?2";
}

/// A line that the ERP has registered and no level has settled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReportedLine {
    /// The line.
    pub item: OrderItemId,
    /// The list that it is reported in.
    pub list: StockListId,
    /// When it was registered.
    pub registered_at: Timestamp,
}

fn read(row: &Row<'_>) -> Result<ReportedLine, Error> {
    Ok(ReportedLine {
        item: OrderItemId::new(row.get(0)?),
        list: StockListId::new(row.get(1)?),
        registered_at: Timestamp::from_micros(row.get(2)?),
    })
}

/// Lines that the ERP registered at some time or before it and that no level has settled since, those of the longest ago
/// first, after one of them if it is named; so many at the most.
pub async fn reported(
    tx: &mut Tx<'_>,
    until: Timestamp,
    after: Option<&ReportedLine>,
    limit: i64,
) -> Result<Vec<ReportedLine>, Error> {
    let (since, item) = after.map_or((i64::MIN, 0), |last| (last.registered_at.micros(), last.item.get()));
    tx.all(&REPORTED, &values![since, item, until.micros(), limit], read).await
}

/// The lists that settle reported lines by their age, each with that age in seconds.
pub async fn settling_lists(tx: &mut Tx<'_>) -> Result<Vec<(StockListId, i64)>, Error> {
    let read = |row: &Row<'_>| Ok((StockListId::new(row.get(0)?), row.get(1)?));
    tx.all(&SETTLING, &values![0, LISTS_MAX], read).await
}
