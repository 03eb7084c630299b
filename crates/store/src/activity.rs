//! Activity counters: how much processes have done, minute by minute.
//!
//! Promises: a sum over a time reads the rows of one name within it, and rows are dropped after 31 days. Must not know
//! what counts, or how it is shown.

use crate::sql::{statements, values};
use crate::{Error, Tx};

/// Days for which rows are kept.
pub const DAYS_KEPT: i64 = 31;
/// Rows that are dropped in one transaction.
const DROPPED_TOGETHER: i64 = 2_500;
const DAY_MINUTES: i64 = 24 * 60;

statements! {
    ADD = "activity.add",
        "INSERT INTO activity (name, minute, process, n) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name, minute, process) DO UPDATE SET n = activity.n + excluded.n";
    BETWEEN = "activity.between",
        "SELECT minute, n FROM activity WHERE name = ?1 AND minute >= ?2 AND minute < ?3";
    OLD = "activity.old", "SELECT minute, process FROM activity WHERE name = ?1 AND minute < ?2 ORDER BY minute LIMIT ?3";
    REMOVE = "activity.remove", "DELETE FROM activity WHERE name = ?1 AND minute = ?2 AND process = ?3";
}

/// Adds what a process has done within a minute: names and numbers.
pub async fn add(tx: &mut Tx<'_>, minute: i64, process: &str, counted: &[(&str, i64)]) -> Result<(), Error> {
    tx.execute_bulk(&ADD, counted.iter().map(|(name, n)| values![*name, minute, process, *n])).await
}

/// What all processes have done of one name from one minute to before another, added up to so many intervals of so many
/// minutes; both are multiples of that.
pub async fn sums(tx: &mut Tx<'_>, name: &str, (from, until): (i64, i64), minutes: i64) -> Result<Vec<i64>, Error> {
    let read = |row: &crate::Row<'_>| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?));
    let found = tx.all(&BETWEEN, &values![name, from, until], read).await?;
    let mut sums = vec![0; usize::try_from((until - from) / minutes).unwrap_or(0)];
    for (minute, n) in found {
        let place = usize::try_from((minute - from) / minutes).ok().and_then(|at| sums.get_mut(at));
        place.into_iter().for_each(|sum| *sum += n);
    }
    Ok(sums)
}

/// Drops some rows that are too old; whether there may be more.
pub async fn forget(tx: &mut Tx<'_>, name: &str, minute: i64) -> Result<bool, Error> {
    let before = minute - DAYS_KEPT * DAY_MINUTES;
    let read = |row: &crate::Row<'_>| Ok((row.get::<i64>(0)?, row.get::<String>(1)?));
    let old = tx.all(&OLD, &values![name, before, DROPPED_TOGETHER], read).await?;
    tx.execute_bulk(&REMOVE, old.iter().map(|(minute, process)| values![name, *minute, process])).await?;
    Ok(old.len() as i64 == DROPPED_TOGETHER)
}
