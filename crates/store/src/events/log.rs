//! The event log: what has happened, for those who read it from any place on.
//!
//! Promises: ids become visible in their order; a newer change of a stock takes the place of an older one, so that the log
//! has no more changes of numbers than there are stocks; it is bounded by age and by rows. Must not know who reads it.

use onhand_core::events::EventType;
use onhand_core::{ChannelId, StockListId, Timestamp};

use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx, ids};

/// The name of the counter that ids of events come from.
const IDS: &str = "event_log";
/// The most rows of the log; of more the oldest are removed.
pub const ROWS_MAX: i64 = 1_000_000;

statements! {
    ADD = "event_log.add",
        "INSERT INTO event_log (id, event, object_id, stock_list_id, channel_id, subject, at, logged_at, data)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    REPLACE = "event_log.replace", "DELETE FROM event_log WHERE event = ?1 AND object_id = ?2 AND id < ?3";
    AFTER = "event_log.after",
        "SELECT id, event, object_id, stock_list_id, channel_id, subject, at, data FROM event_log
         WHERE id > ?1 ORDER BY id LIMIT ?2";
    HEAD = "event_log.head", "SELECT next - 1 FROM id_range WHERE kind = ?1";
    OLDEST = "event_log.oldest", "SELECT id, logged_at FROM event_log WHERE id > ?1 ORDER BY id LIMIT ?2";
    REMOVE = "event_log.remove", "DELETE FROM event_log WHERE id = ?1";
}

/// An event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Event {
    /// Its id; 0 as long as it is not in the log.
    pub id: i64,
    /// What has happened.
    pub event: EventType,
    /// To which object.
    pub object: i64,
    /// The list that it concerns.
    pub list: Option<StockListId>,
    /// The channel that it concerns.
    pub channel: Option<ChannelId>,
    /// What people call the object.
    pub subject: String,
    /// When it happened.
    pub at: Timestamp,
    /// The object as JSON.
    pub data: String,
}

/// Puts events into the log, in this order.
pub async fn add_all(tx: &mut Tx<'_>, mut events: Vec<Event>, now: Timestamp) -> Result<(), Error> {
    if events.is_empty() {
        return Ok(());
    }
    let first = ids::take(tx, IDS, events.len() as i64).await?;
    events.iter_mut().zip(first..).for_each(|(event, id)| event.id = id);
    let rows = events.iter().map(|event| {
        values![
            event.id,
            event.event.number(),
            event.object,
            event.list.map(StockListId::get),
            event.channel.map(ChannelId::get),
            event.subject.as_str(),
            event.at.micros(),
            now.micros(),
            event.data.as_str(),
        ]
    });
    tx.execute_bulk(&ADD, rows).await?;
    let newer = events.iter().filter(|event| event.event.replaces_older());
    tx.execute_bulk(&REPLACE, newer.map(|event| values![event.event.number(), event.object, event.id])).await
}

/// Events after one, so many at the most.
///
/// # Errors
///
/// One whose type is not known ends the reading.
pub async fn after(tx: &mut Tx<'_>, id: i64, limit: i64) -> Result<Vec<Event>, Error> {
    tx.all(&AFTER, &values![id, limit], read).await
}

fn read(row: &Row<'_>) -> Result<Event, Error> {
    let number: i64 = row.get(1)?;
    let unknown = || Error::Internal(format!("an event has the type {number}"));
    Ok(Event {
        id: row.get(0)?,
        event: EventType::from_number(number).ok_or_else(unknown)?,
        object: row.get(2)?,
        list: row.get::<Option<i64>>(3)?.map(StockListId::new),
        channel: row.get::<Option<i64>>(4)?.map(ChannelId::new),
        subject: row.get(5)?,
        at: Timestamp::from_micros(row.get(6)?),
        data: row.get(7)?,
    })
}

/// The newest id that was given; 0 where nothing has happened yet.
pub async fn head(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(&HEAD, &values![IDS], |row| row.get(0)).await?.unwrap_or(0))
}

/// The oldest event that is there; `None` where there is none.
pub async fn oldest(tx: &mut Tx<'_>) -> Result<Option<i64>, Error> {
    tx.first(&OLDEST, &values![0, 1], |row| row.get(0)).await
}

/// Removes some events that were put here before a time, or that are more than there may be; whether there may be more.
pub async fn forget(tx: &mut Tx<'_>, before: Timestamp, together: i64) -> Result<bool, Error> {
    let floor = head(tx).await? - ROWS_MAX;
    let found = tx.all(&OLDEST, &values![0, together], |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))).await?;
    let is_old = |(id, at): &&(i64, i64)| *id <= floor || *at < before.micros();
    let old: Vec<i64> = found.iter().take_while(is_old).map(|(id, _)| *id).collect();
    let is_full = old.len() as i64 == together;
    tx.execute_bulk(&REMOVE, old.into_iter().map(|id| values![id])).await?;
    Ok(is_full)
}
