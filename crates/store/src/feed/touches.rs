//! Touches: that an object has changed, written with the change, and the sequencer that gives versions to them.
//!
//! Promises: every touch that is committed gets a version, in a transaction that holds the counter of versions, so versions
//! become visible in their order; an object that was touched several times gets one. Must not know channels.

use std::collections::BTreeMap;

use onhand_core::feed::Kind;
use onhand_core::{BUCKETS, Timestamp};

use super::changes;
use crate::engine::Row;
use crate::ids;
use crate::sql::{shared, values};
use crate::{Answering, Error, Tx};

/// Touches that get their versions in one transaction.
pub const ROWS_MAX: i64 = 1_000;

shared! {
    /// A second change in the same microsecond waits for the first one's transaction and keeps the row: a sequencer that has
    /// seen it waits for both.
    ADD = "touches.add",
        "INSERT INTO touch (bucket, kind, object_id, scope, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (kind, object_id, at, bucket) DO UPDATE SET scope = excluded.scope";
    NEXT = "touches.next",
        "SELECT bucket, kind, object_id, scope, at FROM touch WHERE kind > ?1 ORDER BY kind, object_id, at LIMIT ?2";
    REMOVE = "touches.remove", "DELETE FROM touch WHERE kind = ?1 AND object_id = ?2 AND at = ?3 AND bucket = ?4";
}

/// An object that has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Touch {
    /// What it is.
    pub kind: Kind,
    /// Its id.
    pub object: i64,
    /// Where it belongs: a list, a channel, or 0.
    pub scope: i64,
    /// The time of the change, which is the object's own.
    pub at: Timestamp,
}

/// Bucket, kind, object, scope, time.
fn read(row: &Row<'_>) -> Result<(i64, i64, i64, i64, i64), Error> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
}

/// Notes changes, each object once.
pub(crate) fn add_all<'t>(tx: &'t mut Tx<'_>, touches: impl IntoIterator<Item = Touch>) -> Answering<'t, ()> {
    let row = |touch: Touch| {
        values![touch.object & (BUCKETS - 1), touch.kind.number(), touch.object, touch.scope, touch.at.micros()]
    };
    tx.execute_each(&ADD, touches.into_iter().map(row))
}

/// Whether there are changes without a version.
pub async fn any(tx: &mut Tx<'_>) -> Result<bool, Error> {
    Ok(tx.first(&NEXT, &values![0, 1], |row| row.get::<i64>(0)).await?.is_some())
}

/// Gives versions to changes, [`ROWS_MAX`] touches at the most; how many there were.
pub async fn sequence(tx: &mut Tx<'_>) -> Result<i64, Error> {
    // Whoever has this row is alone, and sees all that others have committed before.
    ids::take(tx, changes::VERSIONS, 0).await?;
    let found = tx.all(&NEXT, &values![0, ROWS_MAX], read).await?;
    if found.is_empty() {
        return Ok(0);
    }
    // The last touch of an object says where it is now.
    let newest: BTreeMap<(i64, i64), (i64, i64)> =
        found.iter().map(|(_, kind, object, scope, at)| ((*kind, *object), (*at, *scope))).collect();
    let mut ordered: Vec<_> =
        newest.into_iter().map(|((kind, object), (at, scope))| (at, kind, object, scope)).collect();
    ordered.sort_unstable();
    let first = ids::take(tx, changes::VERSIONS, ordered.len() as i64).await?;
    let versions =
        ordered.iter().zip(first..).map(|((_, kind, object, scope), version)| (*kind, *object, *scope, version));
    changes::put_all(tx, versions).await?;
    tx.execute_each(&REMOVE, found.iter().map(|(bucket, kind, object, _, at)| values![*kind, *object, *at, *bucket]))
        .await?;
    Ok(found.len() as i64)
}
