//! Counter tables: how many rows a list has, and where its n-th row is, without scanning.
//!
//! Promises: a counter changes in the same transaction as the rows it counts; a count adds up a number per 65,536 rows;
//! finding a row by position does so, too, then adds up at the most 256 numbers, then skips fewer than 256 rows. Must
//! not know what is counted.

use std::collections::BTreeMap;

use onhand_core::TrackedChanges;

use crate::sql::{statements, values};
use crate::{Error, Tx};

/// The most rows one block of the lowest level has: an id is a running number times 256 plus a bucket.
pub(crate) const BLOCK_ROWS: i64 = 256;
/// The stored numbers of the levels, and how far an id is shifted to give its block there. Each level is written for
/// every row that is counted, so there are few: reading a page adds up more numbers for it, but those lie next to each
/// other.
const LEVELS: [(i64, u32); 2] = [(1, LARGE), (2, SMALL)];
const LARGE: u32 = 24;
const SMALL: u32 = 16;

statements! {
    COUNT = "row_counters.count",
        "SELECT COALESCE(CAST(SUM(n) AS BIGINT), 0) FROM row_counter WHERE scope = ?1 AND level = 1";
    BLOCKS = "row_counters.blocks",
        "SELECT block, n FROM row_counter WHERE scope = ?1 AND level = ?2 AND block >= ?3 AND block < ?4 ORDER BY block";
    ADD = "row_counters.add",
        "INSERT INTO row_counter (scope, level, block, n) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (scope, level, block) DO UPDATE SET n = row_counter.n + excluded.n";
}

/// What is counted: the rows of a table, all of them or those with a value in a column.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct CounterKey {
    table: &'static str,
    part: Option<(&'static str, i64)>,
}

impl CounterKey {
    /// All rows of a table.
    pub(crate) const fn all(table: &'static str) -> Self {
        Self { table, part: None }
    }

    /// The rows of a table that have a value in a column.
    pub(crate) const fn of(table: &'static str, column: &'static str, value: i64) -> Self {
        Self { table, part: Some((column, value)) }
    }

    /// Its stored name.
    pub(crate) fn name(self) -> String {
        match self.part {
            None => self.table.to_owned(),
            Some((column, value)) => format!("{}:{column}:{value}", self.table),
        }
    }
}

/// Changes of counts, added up before they are written.
#[derive(Debug, Default)]
pub(crate) struct CounterDeltas {
    changes: BTreeMap<(CounterKey, i64, i64), i64>,
}

impl CounterDeltas {
    /// Counts a row in (`by` 1) or out (`by` −1).
    pub(crate) fn add(&mut self, scope: CounterKey, id: i64, by: i64) {
        for (level, shift) in LEVELS {
            *self.changes.entry((scope, level, id >> shift)).or_insert(0) += by;
        }
    }

    /// Counts rows of a table that were made, changed or removed; `of` gives the id of a row and its values in the columns
    /// by which the table is counted, in their order.
    pub(crate) fn track<T, const N: usize>(
        &mut self,
        (table, columns): (&'static str, &'static [&'static str]),
        changes: &TrackedChanges<T>,
        of: impl Fn(&T) -> (i64, [i64; N]),
    ) {
        let changed = changes.changed.iter().flat_map(|(before, after)| [(before, -1), (after, 1)]);
        let removed = changes.removed.iter().map(|row| (row, -1));
        for (row, by) in changes.made.iter().map(|row| (row, 1)).chain(changed).chain(removed) {
            let (id, values) = of(row);
            self.add(CounterKey::all(table), id, by);
            for (column, value) in columns.iter().zip(values) {
                self.add(CounterKey::of(table, column, value), id, by);
            }
        }
    }

    /// Writes the changes.
    pub(crate) async fn write(self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let changes = self.changes.iter().filter(|(_, by)| **by != 0);
        tx.execute_bulk(&ADD, changes.map(|((scope, level, block), by)| values![scope.name(), *level, *block, *by]))
            .await
    }
}

/// How many rows a scope has.
pub(crate) async fn count(tx: &mut Tx<'_>, scope: &str) -> Result<i64, Error> {
    Ok(tx.first(&COUNT, &values![scope], |row| row.get(0)).await?.unwrap_or(0))
}

/// The id of a block and how many rows of the scope to skip from there to reach row `position`, counted from 0.
pub(crate) async fn seek(tx: &mut Tx<'_>, scope: &str, position: i64) -> Result<(i64, i64), Error> {
    const FAN_OUT: u32 = LARGE - SMALL;
    let (block, rest) = descend(tx, scope, 1, (0, i64::MAX), position).await?;
    let (block, rest) = descend(tx, scope, 2, (block << FAN_OUT, (block + 1) << FAN_OUT), rest).await?;
    Ok((block << SMALL, rest))
}

async fn descend(
    tx: &mut Tx<'_>,
    scope: &str,
    level: i64,
    (from, to): (i64, i64),
    position: i64,
) -> Result<(i64, i64), Error> {
    let blocks =
        tx.all(&BLOCKS, &values![scope, level, from, to], |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))).await?;
    let mut rest = position;
    for (block, rows) in &blocks {
        if rest < *rows {
            return Ok((*block, rest));
        }
        rest -= rows;
    }
    // Past the end: the block after the last one has no rows.
    Ok((blocks.last().map_or(from, |(block, _)| block + 1), 0))
}
