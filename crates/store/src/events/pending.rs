//! Events that wait for the event log, and whether anybody reads that.
//!
//! Promises: an event that happens again while it waits is one event; one that happens again while it is put into the log
//! stays. Must not know how an object is shown.

use std::collections::BTreeMap;

use onhand_core::Timestamp;
use onhand_core::events::EventType;

use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

statements! {
    ANY_WEBHOOK = "webhooks.any_active", "SELECT id FROM webhook WHERE is_active = 1 ORDER BY id LIMIT 1";
    READER = "event_readers.find", "SELECT until FROM event_reader WHERE name = ?1";
    KEEP_READER = "event_readers.keep",
        "INSERT INTO event_reader (name, until) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET until = excluded.until";
    FORGET_READER = "event_readers.forget", "DELETE FROM event_reader WHERE name = ?1 AND until < ?2";
    /// What has changed is told in the place of the first change, so that a hot stock is told, too.
    KEEP_PLACE = "event_pending.keep_place",
        "INSERT INTO event_pending (event, object_id, scope, since, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (event, object_id) DO UPDATE SET at = excluded.at";
    MOVE = "event_pending.move",
        "INSERT INTO event_pending (event, object_id, scope, since, at) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (event, object_id) DO UPDATE SET since = excluded.since, at = excluded.at";
    OLDEST = "event_pending.oldest",
        "SELECT event, object_id, scope, at FROM event_pending WHERE since > ?1 ORDER BY since, event, object_id LIMIT ?2";
    /// Only if it has not happened again since it was read.
    REMOVE = "event_pending.remove", "DELETE FROM event_pending WHERE event = ?1 AND object_id = ?2 AND at = ?3";
}

/// The name of those who read the log as a stream.
const STREAMS: &str = "streams";

/// An event that waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pending {
    /// What has happened.
    pub event: EventType,
    /// To which object.
    pub object: i64,
    /// The list or channel that it belongs to, or 0.
    pub scope: i64,
    /// The last time that it happened.
    pub at: Timestamp,
}

/// Whether anybody reads events.
pub async fn has_readers(tx: &mut Tx<'_>) -> Result<bool, Error> {
    let webhook = tx.first(&ANY_WEBHOOK, &[], |row| row.get::<i64>(0)).await?;
    Ok(webhook.is_some() || tx.first(&READER, &values![STREAMS], |row| row.get::<i64>(0)).await?.is_some())
}

/// Notes that streams are read until then.
pub async fn keep_streams(tx: &mut Tx<'_>, until: Timestamp) -> Result<(), Error> {
    tx.execute(&KEEP_READER, &values![STREAMS, until.micros()]).await?;
    Ok(())
}

/// Forgets streams that nobody has read for a while.
pub async fn forget_streams(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
    tx.execute(&FORGET_READER, &values![STREAMS, now.micros()]).await?;
    Ok(())
}

/// Adds events, in the order in which they happened to each object.
pub async fn add_all(tx: &mut Tx<'_>, events: Vec<Pending>) -> Result<(), Error> {
    let mut newest: BTreeMap<(i64, i64), (i64, i64, i64)> = BTreeMap::new();
    for Pending { event, object, scope, at } in events {
        let at = at.micros();
        let row = newest.entry((event.number(), object)).or_insert((scope, at, at));
        let since = if event.replaces_older() { row.1.min(at) } else { row.1.max(at) };
        *row = (scope, since, row.2.max(at));
    }
    let is_kept = |event: i64| EventType::from_number(event).is_some_and(EventType::replaces_older);
    let (kept, moved): (Vec<_>, Vec<_>) = newest.into_iter().partition(|((event, _), _)| is_kept(*event));
    let values = |((event, object), (scope, since, at))| values![event, object, scope, since, at];
    tx.execute_bulk(&KEEP_PLACE, kept.into_iter().map(values)).await?;
    tx.execute_bulk(&MOVE, moved.into_iter().map(values)).await
}

/// The oldest ones that wait, so many at the most.
pub async fn oldest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Pending>, Error> {
    let found: Vec<Option<Pending>> = tx.all(&OLDEST, &values![i64::MIN, limit], read).await?;
    Ok(found.into_iter().flatten().collect())
}

fn read(row: &Row<'_>) -> Result<Option<Pending>, Error> {
    let (object, scope, at) = (row.get(1)?, row.get(2)?, Timestamp::from_micros(row.get(3)?));
    Ok(EventType::from_number(row.get(0)?).map(|event| Pending { event, object, scope, at }))
}

/// Removes those that have not happened again since they were read.
pub async fn remove(tx: &mut Tx<'_>, told: &[Pending]) -> Result<(), Error> {
    // In the order in which they are added, so that neither waits for a row that the other has.
    let mut rows: Vec<_> = told.iter().map(|one| (one.event.number(), one.object, one.at.micros())).collect();
    rows.sort_unstable();
    tx.execute_bulk(&REMOVE, rows.into_iter().map(|(event, object, at)| values![event, object, at])).await
}
