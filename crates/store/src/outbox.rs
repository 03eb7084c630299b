//! The outbox: events that say that an object has changed, written in the transaction of the change.
//!
//! Promises: the events of one transaction share rows; a row that has grown since it was read is not removed. Must not
//! know channels, nor the sequence numbers that events get, nor whether anybody wants to know what has happened.

use std::fmt::Write as _;

use onhand_core::channel_sync::ObjectKind;
use onhand_core::events::EventType;
use onhand_core::{BUCKETS, Timestamp};

use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{BoxFuture, Error, Tx, Value};

/// Events in one row, unless another transaction adds its own to it. With the rows that get sequence numbers in one
/// transaction, this bounds how long orders wait.
const ROW_EVENTS: usize = 32;

statements! {
    /// Another transaction may begin with the same object in the same microsecond: it waits for the first one and adds
    /// to the row.
    ADD = "outbox.add",
        "INSERT INTO outbox (bucket, at, kind, object_id, events) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (at, kind, object_id, bucket) DO UPDATE SET events = outbox.events || excluded.events";
    ANY = "outbox.any", "SELECT bucket FROM outbox WHERE at > ?1 LIMIT 1";
    NEXT = "outbox.next",
        "SELECT bucket, at, kind, object_id, events FROM outbox WHERE at > ?1 ORDER BY at, kind, object_id LIMIT ?2";
    /// Only if it is what was read: what another transaction adds to a row meanwhile must not be removed with it. Such
    /// a row stays, and all of it gets sequence numbers once more. Reading under a lock would do as well, but not on
    /// several machines.
    REMOVE = "outbox.remove",
        "DELETE FROM outbox WHERE at = ?1 AND kind = ?2 AND object_id = ?3 AND bucket = ?4 AND events = ?5";
}

/// Stands in place of a kind where what has changed is whether a product is in a catalog. No kind has this number.
pub(crate) const MEMBER: i64 = 0;

/// The catalog in whose name it is written down that a product has become active or inactive.
pub(crate) const EVERY_CATALOG: i64 = 0;

/// A product that has come into a catalog or has left it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Member {
    /// The catalog, or [`EVERY_CATALOG`].
    pub(crate) catalog: i64,
    /// The product.
    pub(crate) product: i64,
    /// The time of that.
    pub(crate) at: Timestamp,
}

/// What is said of an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Said {
    /// It has changed, and is of this kind.
    Changed(ObjectKind),
    /// This has happened to it. Where channels want to know of such a change, it is said by that as well.
    Happened(EventType),
}

/// What is added to the number of an event type, so that it is that of no kind.
const HAPPENED: i64 = 1_000;

impl Said {
    /// How it is stored in place of a kind.
    const fn number(self) -> i64 {
        match self {
            Self::Changed(kind) => kind.number(),
            Self::Happened(event) => HAPPENED + event.number(),
        }
    }
}

/// Whether the number of an entry is that of an event type.
pub(crate) const fn has_happened(kind: i64) -> bool {
    kind >= HAPPENED
}

/// What has happened; `None` where it is not known, or the number is that of a kind.
pub(crate) fn happened(kind: i64) -> Option<EventType> {
    EventType::from_number(kind - HAPPENED)
}

/// An object that has changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct OutboxEvent {
    /// What is said of it.
    pub(crate) said: Said,
    /// Its id.
    pub(crate) object: i64,
    /// Where it belongs: a list, a channel, or 0.
    pub(crate) scope: i64,
    /// The time of the change, which is the object's own.
    pub(crate) at: Timestamp,
}

/// Notes changes, each object once.
pub(crate) fn add_all<'t>(tx: &'t mut Tx<'_>, events: impl IntoIterator<Item = OutboxEvent>) -> BoxFuture<'t, ()> {
    let entry = |one: OutboxEvent| (one.said.number(), one.object, one.scope, one.at.micros());
    add(tx, &events.into_iter().map(entry).collect::<Vec<_>>())
}

/// Notes that products have come into catalogs or have left them, each pair once.
pub(crate) fn add_members<'t>(tx: &'t mut Tx<'_>, members: impl IntoIterator<Item = Member>) -> BoxFuture<'t, ()> {
    let entry = |one: Member| (MEMBER, one.product, one.catalog, one.at.micros());
    add(tx, &members.into_iter().map(entry).collect::<Vec<_>>())
}

/// Kind, object, scope and time of an event; of a product in a catalog [`MEMBER`], the product, the catalog and the
/// time.
pub(crate) type Entry = (i64, i64, i64, i64);

fn add<'t>(tx: &'t mut Tx<'_>, entries: &[Entry]) -> BoxFuture<'t, ()> {
    if !tx.is_distributed() {
        return tx.execute_bulk(&ADD, entries.chunks(ROW_EVENTS).map(row));
    }
    // Machines do not show a transaction at the same moment. An event is seen no earlier than its object if both are on
    // one.
    let bucket = |(_, object, ..): &Entry| object & (BUCKETS - 1);
    let mut entries = entries.to_vec();
    entries.sort_by_key(bucket);
    let together = entries.chunk_by(|one, other| bucket(one) == bucket(other));
    tx.execute_bulk(&ADD, together.flat_map(|of_one| of_one.chunks(ROW_EVENTS)).map(row).collect::<Vec<_>>())
}

/// A row for some events, of which there is at least one.
fn row(events: &[Entry]) -> [Value<'static>; 5] {
    let mut changes = String::with_capacity(48 * events.len());
    for (kind, object, scope, at) in events {
        write!(changes, "{kind} {object} {scope} {at};").expect("text takes text");
    }
    let (kind, object, _, at) = events[0];
    values![object & (BUCKETS - 1), at, kind, object, changes]
}

/// Whether there are changes without a sequence number.
pub async fn any(tx: &mut Tx<'_>) -> Result<bool, Error> {
    Ok(tx.first(&ANY, &values![i64::MIN], |row| row.get::<i64>(0)).await?.is_some())
}

/// Some events that one transaction has written, or several, as they are stored.
pub(crate) struct OutboxRow {
    /// Bucket, time, kind and object of the first event.
    key: (i64, i64, i64, i64),
    text: String,
}

fn read(row: &Row<'_>) -> Result<OutboxRow, Error> {
    Ok(OutboxRow { key: (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?), text: row.get(4)? })
}

impl OutboxRow {
    /// The events, in the order in which they were written.
    pub(crate) fn events(&self) -> Result<Vec<Entry>, Error> {
        let event = |text: &str| {
            let mut numbers = text.split(' ').map(|number| number.parse::<i64>().ok());
            Some((numbers.next()??, numbers.next()??, numbers.next()??, numbers.next()??))
        };
        let events: Option<Vec<Entry>> = self.text.split_terminator(';').map(event).collect();
        events.ok_or_else(|| Error::Internal(format!("the changes of {:?} cannot be read: {}", self.key, self.text)))
    }
}

/// The oldest rows, so many at the most.
pub(crate) async fn oldest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<OutboxRow>, Error> {
    tx.all(&NEXT, &values![i64::MIN, limit], read).await
}

/// Removes rows that are as they were read. The others have got events since, and stay with all of their events.
pub(crate) fn remove<'t>(tx: &'t mut Tx<'_>, rows: &'t [OutboxRow]) -> BoxFuture<'t, ()> {
    let values = rows.iter().map(|row| {
        let (bucket, at, kind, object) = row.key;
        values![at, kind, object, bucket, &row.text]
    });
    tx.execute_bulk(&REMOVE, values)
}
