//! The outbox: events that say that an object has changed, written with the change, and the sequencer that gives
//! versions to them.
//!
//! Promises: every event that is committed gets a version, in a transaction that has locked the counter of versions, so
//! versions become visible in their order; an object with several events gets one. The events of one transaction share
//! rows. Must not know channels.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use onhand_core::channel_sync::ObjectKind;
use onhand_core::{BUCKETS, Timestamp};

use super::{change_log, cursor};
use crate::engine::Row;
use crate::ids;
use crate::sql::{statements, values};
use crate::{BoxFuture, Error, Tx, Value};

/// Rows that get their versions in one transaction.
pub const ROWS_MAX: i64 = 32;
/// Events in one row, unless another transaction adds its own to it. Their product bounds how long orders wait.
const ROW_TOUCHES: usize = 32;

statements! {
    /// Another transaction may begin with the same object in the same microsecond: it waits for the first one and adds
    /// to the row.
    ADD = "touches.add",
        "INSERT INTO touched (bucket, at, kind, object_id, changes) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (at, kind, object_id, bucket) DO UPDATE SET changes = touched.changes || excluded.changes";
    ANY = "touches.any", "SELECT bucket FROM touched WHERE at > ?1 LIMIT 1";
    NEXT = "touches.next",
        "SELECT bucket, at, kind, object_id, changes FROM touched WHERE at > ?1 ORDER BY at, kind, object_id LIMIT ?2";
    /// Only if it is what was read: what another transaction adds to a row meanwhile must not be removed with it. Such
    /// a row stays, and all of it gets versions once more. Reading under a lock would do as well, but not on several
    /// machines.
    REMOVE = "touches.remove",
        "DELETE FROM touched WHERE at = ?1 AND kind = ?2 AND object_id = ?3 AND bucket = ?4 AND changes = ?5";
}

/// Stands in place of a kind where what has changed is whether a product is in a catalog. No kind has this number.
const MEMBER: i64 = 0;

/// A product that has come into a catalog or has left it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Member {
    /// The catalog, or the number that stands for every catalog.
    pub catalog: i64,
    /// The product.
    pub product: i64,
    /// The time of that.
    pub at: Timestamp,
}

/// An object that has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OutboxEvent {
    /// What it is.
    pub kind: ObjectKind,
    /// Its id.
    pub object: i64,
    /// Where it belongs: a list, a channel, or 0.
    pub scope: i64,
    /// The time of the change, which is the object's own.
    pub at: Timestamp,
}

/// Notes changes, each object once.
pub(crate) fn add_all<'t>(tx: &'t mut Tx<'_>, touches: impl IntoIterator<Item = OutboxEvent>) -> BoxFuture<'t, ()> {
    let entry = |one: OutboxEvent| (one.kind.number(), one.object, one.scope, one.at.micros());
    add(tx, &touches.into_iter().map(entry).collect::<Vec<_>>())
}

/// Notes that products have come into catalogs or have left them, each pair once.
pub(crate) fn add_members<'t>(tx: &'t mut Tx<'_>, members: impl IntoIterator<Item = Member>) -> BoxFuture<'t, ()> {
    let entry = |one: Member| (MEMBER, one.product, one.catalog, one.at.micros());
    add(tx, &members.into_iter().map(entry).collect::<Vec<_>>())
}

/// Kind, object, scope and time of an event.
type Entry = (i64, i64, i64, i64);

fn add<'t>(tx: &'t mut Tx<'_>, entries: &[Entry]) -> BoxFuture<'t, ()> {
    if !tx.is_distributed() {
        return tx.execute_each(&ADD, entries.chunks(ROW_TOUCHES).map(row));
    }
    // Machines do not show a transaction at the same moment. An event is seen no earlier than its object if both are on
    // one.
    let bucket = |(_, object, ..): &Entry| object & (BUCKETS - 1);
    let mut entries = entries.to_vec();
    entries.sort_by_key(bucket);
    let together = entries.chunk_by(|one, other| bucket(one) == bucket(other));
    tx.execute_each(&ADD, together.flat_map(|of_one| of_one.chunks(ROW_TOUCHES)).map(row).collect::<Vec<_>>())
}

/// A row for some events, of which there is at least one.
fn row(touches: &[Entry]) -> [Value<'static>; 5] {
    let mut changes = String::with_capacity(48 * touches.len());
    for (kind, object, scope, at) in touches {
        write!(changes, "{kind} {object} {scope} {at};").expect("text takes text");
    }
    let (kind, object, _, at) = touches[0];
    values![object & (BUCKETS - 1), at, kind, object, changes]
}

/// Whether there are changes without a version.
pub async fn any(tx: &mut Tx<'_>) -> Result<bool, Error> {
    Ok(tx.first(&ANY, &values![i64::MIN], |row| row.get::<i64>(0)).await?.is_some())
}

/// Bucket, time, kind and object of a row's first event.
type RowKey = (i64, i64, i64, i64);
/// Kind and object, and the catalog of a product that is in one; with time and scope.
type Last = BTreeMap<(i64, i64, i64), (i64, i64)>;

/// A row's key and its events as text.
fn read(row: &Row<'_>) -> Result<(RowKey, String), Error> {
    Ok(((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), row.get(4)?))
}

/// Takes the events of a row; the last event of an object says where it is now.
fn take(text: &str, newest: &mut Last) -> Option<()> {
    for change in text.split_terminator(';') {
        let mut numbers = change.split(' ').map(|number| number.parse::<i64>().ok());
        let (kind, object) = (numbers.next()??, numbers.next()??);
        let (scope, at) = (numbers.next()??, numbers.next()??);
        let catalog = if kind == MEMBER { scope } else { 0 };
        let last = newest.entry((kind, object, catalog)).or_insert((at, scope));
        *last = (*last).max((at, scope));
    }
    Some(())
}

/// Gives versions to changes, those of [`ROWS_MAX`] rows at the most; how many rows there were.
pub async fn sequence(tx: &mut Tx<'_>) -> Result<i64, Error> {
    // The transaction that has locked this row is alone, and sees all that others have committed before.
    ids::take(tx, change_log::VERSIONS, 0).await?;
    let found = tx.all(&NEXT, &values![i64::MIN, ROWS_MAX], read).await?;
    if found.is_empty() {
        return Ok(0);
    }
    let mut newest = Last::new();
    for (key, text) in &found {
        let unreadable = || Error::Internal(format!("the changes of {key:?} cannot be read: {text}"));
        take(text, &mut newest).ok_or_else(unreadable)?;
    }
    let mut ordered: Vec<_> =
        newest.into_iter().map(|((kind, object, _), (at, scope))| (at, kind, object, scope)).collect();
    ordered.sort_unstable();
    let first = ids::take(tx, change_log::VERSIONS, ordered.len() as i64).await?;
    let versions =
        ordered.iter().zip(first..).map(|((_, kind, object, scope), version)| (*kind, *object, *scope, version));
    let (members, objects): (Vec<_>, Vec<_>) = versions.partition(|(kind, ..)| *kind == MEMBER);
    change_log::put_all(tx, objects.into_iter()).await?;
    let members = members.into_iter().map(|(_, product, catalog, version)| (catalog, product, version));
    cursor::put_members(tx, members).await?;
    let rows = found.iter().map(|((bucket, at, kind, object), text)| values![*at, *kind, *object, *bucket, text]);
    tx.execute_each(&REMOVE, rows).await?;
    Ok(found.len() as i64)
}
