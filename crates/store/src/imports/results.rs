//! The results of rows, chunk by chunk, and how many rows had which status.
//!
//! Promises: the result of a chunk is stored once, in the transaction of its effect, together with the sums that a
//! status shows. Must not know what is in a result.

use std::collections::BTreeMap;

use onhand_core::ImportId;

use super::{ADD_CHUNK, CHUNK, COUNT, Chunk, Counts, NEXT_CHUNK, STORED_CHUNK, SUMS};
use crate::engine::Row;
use crate::sql::values;
use crate::{Error, Tx};

/// Four columns from this one on.
pub(super) fn counts(row: &Row<'_>, first: usize) -> Result<Counts, Error> {
    let count = |index| row.get(first + index);
    Ok(Counts { created: count(0)?, updated: count(1)?, unchanged: count(2)?, failed: count(3)? })
}

/// Stores the results of chunks. One that is there already is [`Error::UniqueViolation`].
pub async fn add_chunks(tx: &mut Tx<'_>, chunks: impl IntoIterator<Item = &Chunk>) -> Result<(), Error> {
    // In the order of their ids: another transaction that writes chunks of the same imports locks them so, too.
    let mut sums = BTreeMap::<i64, Counts>::new();
    let rows = chunks.into_iter().map(|chunk| {
        sums.entry(chunk.import.get()).or_default().add(chunk.counts);
        let Counts { created, updated, unchanged, failed } = chunk.counts;
        values![chunk.import.get(), chunk.number, created, updated, unchanged, failed, chunk.results.as_slice()]
    });
    let rows: Vec<_> = rows.collect();
    tx.execute_bulk(&ADD_CHUNK, rows).await?;
    let sums = sums.into_iter().map(|(id, sum)| {
        let Counts { created, updated, unchanged, failed } = sum;
        values![id, sum.sum(), created, updated, unchanged, failed]
    });
    tx.execute_bulk(&COUNT, sums).await
}

/// Those of some chunks that are stored: imports and numbers.
pub async fn stored_chunks(
    tx: &mut Tx<'_>,
    chunks: impl IntoIterator<Item = (ImportId, i64)>,
) -> Result<Vec<(ImportId, i64)>, Error> {
    let keys = chunks.into_iter().map(|(id, number)| values![id.get(), number]);
    tx.all_bulk(&STORED_CHUNK, keys, |row| Ok((ImportId::new(row.get(0)?), row.get(1)?))).await
}

/// Whether a chunk is stored.
pub async fn has_chunk(tx: &mut Tx<'_>, id: ImportId, number: i64) -> Result<bool, Error> {
    Ok(!stored_chunks(tx, [(id, number)]).await?.is_empty())
}

/// A chunk.
pub async fn chunk(tx: &mut Tx<'_>, id: ImportId, number: i64) -> Result<Option<Chunk>, Error> {
    tx.first(&CHUNK, &values![id.get(), number], |row| {
        Ok(Chunk {
            import: ImportId::new(row.get(0)?),
            number: row.get(1)?,
            counts: counts(row, 2)?,
            results: row.get(6)?,
        })
    })
    .await
}

/// The first chunk that is not stored.
pub async fn next_chunk(tx: &mut Tx<'_>, id: ImportId) -> Result<i64, Error> {
    Ok(tx.first(&NEXT_CHUNK, &values![id.get()], |row| row.get(0)).await?.unwrap_or(0))
}

/// How the rows of each chunk ended.
pub async fn sums(tx: &mut Tx<'_>, id: ImportId) -> Result<Vec<(i64, Counts)>, Error> {
    tx.all(&SUMS, &values![id.get()], |row| Ok((row.get(0)?, counts(row, 1)?))).await
}
