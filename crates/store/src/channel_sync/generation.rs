//! Generations: a database that was restored from a copy is not taken for the one that went on after the copy was made.
//!
//! Promises: after a renewal every cursor from before is known to be one, every channel is offered again all that it
//! has, and no number is given that may have been given since the copy was made. Must not know how a copy is made.

use onhand_core::Timestamp;

use super::change_log;
use crate::sql::{statements, values};
use crate::{Error, Tx, ids};

/// Where the first sequence number of this generation is kept, beside the counters: it goes where they go.
const FIRST: &str = "generation";
/// What says that this database is a copy that has not been put to work yet, in the same place.
const COPIED: &str = "copied_at";
/// Numbers of each kind that are left out: more than are given between two copies.
const LEFT_OUT: i64 = 1 << 20;

statements! {
    FIND = "generation.find", "SELECT next FROM id_range WHERE kind = ?1";
    SET = "generation.set",
        "INSERT INTO id_range (kind, next) VALUES (?1, ?2) ON CONFLICT (kind) DO UPDATE SET next = excluded.next";
    REMOVE = "generation.remove", "DELETE FROM id_range WHERE kind = ?1";
    LEAVE_OUT = "generation.leave_out",
        "UPDATE id_range SET next = next + ?1 WHERE kind NOT IN ('change_log', 'generation', 'copied_at')";
    RENUMBER = "generation.renumber", "UPDATE change_log SET sequence_number = sequence_number + ?1";
    RENUMBER_MEMBERS = "generation.renumber_members", "UPDATE catalog_change SET sequence_number = sequence_number + ?1";
    RENUMBER_LISTS = "generation.renumber_lists",
        "UPDATE list_change SET sequence_number = sequence_number + ?1,
         left_sequence_number = CASE WHEN left_sequence_number > 0 THEN left_sequence_number + ?1 ELSE 0 END";
    /// A version that is older than any.
    DOUBT = "generation.doubt",
        "UPDATE integration_action SET acknowledged_at = 0 WHERE acknowledged_at IS NOT NULL";
    FORGET_CURSORS = "generation.forget_cursors", "DELETE FROM channel_cursor";
    FORGET_DELIVERIES = "generation.forget_deliveries", "DELETE FROM delivery";
}

async fn find(tx: &mut Tx<'_>, kind: &str) -> Result<Option<i64>, Error> {
    tx.first(&FIND, &values![kind], |row| row.get(0)).await
}

async fn set(tx: &mut Tx<'_>, kind: &str, number: i64) -> Result<(), Error> {
    tx.execute(&SET, &values![kind, number]).await?;
    Ok(())
}

/// The first sequence number of this generation: a cursor before it, but for 0, is one of another.
pub async fn first(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(find(tx, FIRST).await?.unwrap_or(0))
}

/// Notes in a copy that it is one.
pub async fn note_copy(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
    set(tx, COPIED, now.micros()).await
}

/// Whether this is a copy that has not been put to work yet.
pub async fn is_copy(tx: &mut Tx<'_>) -> Result<bool, Error> {
    Ok(find(tx, COPIED).await?.is_some())
}

/// Begins a new generation.
pub async fn renew(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
    // The transaction that has locked this row gives sequence numbers alone.
    ids::take(tx, change_log::SEQUENCE_NUMBERS, 0).await?;
    let (before, next) = (first(tx).await?, change_log::head(tx).await? + 1);
    // Sequence numbers grow slower than microseconds, so this is above all that the other one has given since.
    let first = now.micros().max(next);
    for statement in [&RENUMBER, &RENUMBER_MEMBERS, &RENUMBER_LISTS] {
        tx.execute(statement, &values![first - before]).await?;
    }
    set(tx, change_log::SEQUENCE_NUMBERS, next - before + first).await?;
    set(tx, FIRST, first).await?;
    tx.execute(&LEAVE_OUT, &values![LEFT_OUT]).await?;
    // A channel may have been sent newer versions than this database knows of.
    tx.execute(&DOUBT, &[]).await?;
    tx.execute(&FORGET_CURSORS, &[]).await?;
    tx.execute(&FORGET_DELIVERIES, &[]).await?;
    tx.execute(&REMOVE, &values![COPIED]).await?;
    Ok(())
}
