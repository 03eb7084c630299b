//! Webhook deliveries: what was sent to webhooks, and what they have answered.
//!
//! Promises: the log is bounded by age and by rows, and a receiver that is away adds one row to it. Must not know how an
//! event is sent.

use onhand_core::Timestamp;

use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx, ids};

/// The most rows of the log, of all webhooks together; of more the oldest are removed.
pub const ROWS_MAX: i64 = 200_000;
/// The name of the counter that ids of deliveries come from.
const IDS: &str = "webhook_delivery";

onhand_core::words! {
    /// How far a delivery is.
    pub enum DeliveryState {
        /// The receiver has it.
        Delivered = 1 => "delivered",
        /// It is sent again when the next attempt is due.
        Waiting = 2 => "waiting",
        /// The receiver has rejected it for good.
        Undelivered = 3 => "undelivered",
        /// A person wants it sent once more.
        Queued = 4 => "queued",
    }
    number number, from_number;
    word word, from_word;
}

statements! {
    PUT = "webhook_deliveries.put",
        "INSERT INTO webhook_delivery (id, webhook_id, event_id, event, subject, state, attempts, status, answer,
         duration_ms, payload, at, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
         ON CONFLICT (id) DO UPDATE SET event_id = excluded.event_id, event = excluded.event,
         subject = excluded.subject, state = excluded.state, attempts = excluded.attempts, status = excluded.status,
         answer = excluded.answer, duration_ms = excluded.duration_ms, payload = excluded.payload, at = excluded.at,
         modified_at = excluded.modified_at";
    BY_ID = "webhook_deliveries.by_id",
        "SELECT id, webhook_id, event_id, event, subject, state, attempts, status, answer, duration_ms, payload, at,
         created_at, modified_at FROM webhook_delivery WHERE id = ?1";
    NEWEST = "webhook_deliveries.newest",
        "SELECT id, webhook_id, event_id, event, subject, state, attempts, status, answer, duration_ms, payload, at,
         created_at, modified_at FROM webhook_delivery WHERE webhook_id = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3";
    NEWEST_IN_STATE = "webhook_deliveries.newest_in_state",
        "SELECT id, webhook_id, event_id, event, subject, state, attempts, status, answer, duration_ms, payload, at,
         created_at, modified_at FROM webhook_delivery WHERE webhook_id = ?1 AND state = ?2 AND id < ?3
         ORDER BY id DESC LIMIT ?4";
    QUEUED = "webhook_deliveries.queued",
        "SELECT id, webhook_id, event_id, event, subject, state, attempts, status, answer, duration_ms, payload, at,
         created_at, modified_at FROM webhook_delivery WHERE webhook_id = ?1 AND state = 4 ORDER BY id LIMIT ?2";
    IN_STATE_AFTER = "webhook_deliveries.in_state_after",
        "SELECT id, at FROM webhook_delivery WHERE webhook_id = ?1 AND state = ?2 AND id > ?3 ORDER BY id LIMIT ?4";
    /// One that waits is sent anyway.
    QUEUE = "webhook_deliveries.queue",
        "UPDATE webhook_delivery SET state = 4 WHERE id = ?1 AND webhook_id = ?2 AND state <> 2";
    OLDEST = "webhook_deliveries.oldest",
        "SELECT id, created_at FROM webhook_delivery WHERE id > ?1 ORDER BY id LIMIT ?2";
    REMOVE = "webhook_deliveries.remove", "DELETE FROM webhook_delivery WHERE id = ?1";
    HEAD = "webhook_deliveries.head", "SELECT next - 1 FROM id_range WHERE kind = ?1";
}

/// A delivery.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Delivery {
    /// Its id; 0 as long as it is not stored.
    pub id: i64,
    /// To which webhook.
    pub webhook: i64,
    /// The event; `None` for a test.
    pub event: Option<i64>,
    /// The word of its type.
    pub event_type: String,
    /// What people call the object of the event.
    pub subject: String,
    /// How far it is.
    pub state: DeliveryState,
    /// How often it was sent.
    pub attempts: i64,
    /// The status of the last answer.
    pub status: Option<i64>,
    /// The beginning of the last answer, or why there was none.
    pub answer: String,
    /// How long that took, in milliseconds.
    pub duration_ms: i64,
    /// The body.
    pub payload: String,
    /// When it happened.
    pub at: Timestamp,
    /// When it was first sent.
    pub created_at: Timestamp,
    /// When it was last sent.
    pub modified_at: Timestamp,
}

impl Delivery {
    /// One that was not sent yet, of what happened `at` that time, of no event and about nothing.
    pub fn unsent(webhook: i64, event_type: &str, payload: String, [at, now]: [Timestamp; 2]) -> Self {
        Self {
            id: 0,
            webhook,
            event: None,
            event_type: event_type.to_owned(),
            subject: String::new(),
            state: DeliveryState::Waiting,
            attempts: 0,
            status: None,
            answer: String::new(),
            duration_ms: 0,
            payload,
            at,
            created_at: now,
            modified_at: now,
        }
    }
}

fn read(row: &Row<'_>) -> Result<Delivery, Error> {
    let state: i64 = row.get(5)?;
    let unknown = || Error::Internal(format!("a delivery has the state {state}"));
    Ok(Delivery {
        id: row.get(0)?,
        webhook: row.get(1)?,
        event: row.get(2)?,
        event_type: row.get(3)?,
        subject: row.get(4)?,
        state: DeliveryState::from_number(state).ok_or_else(unknown)?,
        attempts: row.get(6)?,
        status: row.get(7)?,
        answer: row.get(8)?,
        duration_ms: row.get(9)?,
        payload: row.get(10)?,
        at: Timestamp::from_micros(row.get(11)?),
        created_at: Timestamp::from_micros(row.get(12)?),
        modified_at: Timestamp::from_micros(row.get(13)?),
    })
}

/// Stores deliveries, new ones and others, and gives them as they are stored.
pub async fn put_all(tx: &mut Tx<'_>, mut deliveries: Vec<Delivery>) -> Result<Vec<Delivery>, Error> {
    let new = deliveries.iter().filter(|one| one.id == 0).count() as i64;
    if new > 0 {
        let first = ids::take(tx, IDS, new).await?;
        deliveries.iter_mut().filter(|one| one.id == 0).zip(first..).for_each(|(one, id)| one.id = id);
    }
    let rows = deliveries.iter().map(|one| {
        values![
            one.id,
            one.webhook,
            one.event,
            one.event_type.as_str(),
            one.subject.as_str(),
            one.state.number(),
            one.attempts,
            one.status,
            one.answer.as_str(),
            one.duration_ms,
            one.payload.as_str(),
            one.at.micros(),
            one.created_at.micros(),
            one.modified_at.micros(),
        ]
    });
    tx.execute_bulk(&PUT, rows).await?;
    Ok(deliveries)
}

/// One delivery.
pub async fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Delivery>, Error> {
    tx.first(&BY_ID, &values![id], read).await
}

/// The deliveries of a webhook before one, the newest first; in this state only, if one is given.
pub async fn newest(
    tx: &mut Tx<'_>,
    webhook: i64,
    state: Option<DeliveryState>,
    before: i64,
    limit: i64,
) -> Result<Vec<Delivery>, Error> {
    match state {
        Some(state) => tx.all(&NEWEST_IN_STATE, &values![webhook, state.number(), before, limit], read).await,
        None => tx.all(&NEWEST, &values![webhook, before, limit], read).await,
    }
}

/// Deliveries of a webhook that are to be sent once more, the oldest first.
pub async fn queued(tx: &mut Tx<'_>, webhook: i64, limit: i64) -> Result<Vec<Delivery>, Error> {
    tx.all(&QUEUED, &values![webhook, limit], read).await
}

/// Has deliveries of a webhook sent once more; how many there were.
pub async fn queue(tx: &mut Tx<'_>, webhook: i64, ids: &[i64]) -> Result<i64, Error> {
    let mut queued = 0;
    for id in ids {
        queued += tx.execute(&QUEUE, &values![*id, webhook]).await? as i64;
    }
    Ok(queued)
}

/// Deliveries of a webhook in a state after one, in the order of their ids: the id of each and when it happened.
pub async fn in_state_after(
    tx: &mut Tx<'_>,
    webhook: i64,
    state: DeliveryState,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Timestamp)>, Error> {
    let read = |row: &Row<'_>| Ok((row.get(0)?, Timestamp::from_micros(row.get(1)?)));
    tx.all(&IN_STATE_AFTER, &values![webhook, state.number(), after, limit], read).await
}

/// Removes some deliveries that were first sent before a time, or that are more than there may be; whether there may be
/// more.
pub async fn forget(tx: &mut Tx<'_>, before: Timestamp, together: i64) -> Result<bool, Error> {
    let head: i64 = tx.first(&HEAD, &values![IDS], |row| row.get(0)).await?.unwrap_or(0);
    let found = tx.all(&OLDEST, &values![0, together], |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))).await?;
    let is_old = |(id, at): &&(i64, i64)| *id <= head - ROWS_MAX || *at < before.micros();
    let old: Vec<i64> = found.iter().take_while(is_old).map(|(id, _)| *id).collect();
    let is_full = old.len() as i64 == together;
    tx.execute_bulk(&REMOVE, old.into_iter().map(|id| values![id])).await?;
    Ok(is_full)
}
