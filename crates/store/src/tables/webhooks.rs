//! Webhooks: addresses that are told of events, and how far each of them is.
//!
//! Promises: what the worker learns is written beside what people set, and neither overwrites the other. Must not know how
//! an event is sent, nor what a sealed secret says.

use onhand_core::events::{EventType, Standing};
use onhand_core::{ChannelId, StockListId, Timestamp};

use super::{channels, stock_lists};
use crate::engine::Row;
use crate::events::log::Event;
use crate::resource::{Column, Table};
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// How many webhooks there may be.
pub const WEBHOOKS_MAX: i64 = 256;

/// A webhook. `events` is a JSON array of words, `secret` is sealed; from `position` on it is what the worker has learnt.
pub static WEBHOOKS: Table = Table::new(
    "webhook",
    &[
        Column::text("name"),
        Column::text("url"),
        Column::word("events", "[]"),
        Column::id("stock_list_id", &stock_lists::STOCK_LISTS),
        Column::id("channel_id", &channels::CHANNELS),
        Column::int("is_active", 1),
        Column::text("secret"),
        Column::int("position", 0),
        Column::int("failures", 0),
        Column::maybe("failing_since"),
        Column::int("given_up", 0),
        Column::maybe("next_try_at"),
        Column::maybe("last_error"),
        Column::maybe("last_success_at"),
        Column::maybe("paused_at"),
    ],
);

statements! {
    ALL = "webhooks.all",
        "SELECT id, url, events, stock_list_id, channel_id, is_active, secret, modified_at, position, failures,
         failing_since, given_up, next_try_at, last_error, last_success_at, paused_at FROM webhook";
    BY_ID = "webhooks.by_id",
        "SELECT id, url, events, stock_list_id, channel_id, is_active, secret, modified_at, position, failures,
         failing_since, given_up, next_try_at, last_error, last_success_at, paused_at FROM webhook
         WHERE id = ?1";
    COUNT = "webhooks.count", "SELECT COUNT(*) FROM webhook";
    ADVANCE = "webhooks.advance", "UPDATE webhook SET position = ?2 WHERE id = ?1 AND position < ?2";
    LEARN = "webhooks.learn",
        "UPDATE webhook SET failures = ?3, failing_since = ?4, given_up = ?5, next_try_at = ?6, last_error = ?7,
         last_success_at = ?8, paused_at = ?9 WHERE id = ?1 AND modified_at = ?2";
}

/// A webhook, as its worker reads it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Webhook {
    /// Its id.
    pub id: i64,
    /// Where events are sent.
    pub url: String,
    /// The event types that it is told of; every one where this is empty.
    pub events: Vec<EventType>,
    /// Of events that concern a list, this list's only.
    pub list: Option<StockListId>,
    /// Of events that concern a channel, this channel's only.
    pub channel: Option<ChannelId>,
    /// Whether it is used.
    pub is_active: bool,
    /// Its sealed secret.
    pub secret: String,
    /// When people or programs last changed it.
    pub modified_at: Timestamp,
    /// The last event that it is done with.
    pub position: i64,
    /// What is known of it.
    pub learnt: Learnt,
}

/// What the worker has learnt of a webhook.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Learnt {
    /// How its receiver stands.
    pub standing: Standing,
    /// Before this nothing is sent.
    pub next_try_at: Option<Timestamp>,
    /// Why the last attempt has failed.
    pub last_error: Option<String>,
    /// When an event was last taken.
    pub last_success_at: Option<Timestamp>,
    /// Since when it is sent nothing.
    pub paused_at: Option<Timestamp>,
}

impl Webhook {
    /// Whether it is told of an event.
    pub fn wants(&self, event: &Event) -> bool {
        let is_named = self.events.is_empty() || self.events.contains(&event.event);
        let is_of = |wanted: Option<i64>, has: Option<i64>| wanted.is_none() || has.is_none() || wanted == has;
        is_named
            && is_of(self.list.map(StockListId::get), event.list.map(StockListId::get))
            && is_of(self.channel.map(ChannelId::get), event.channel.map(ChannelId::get))
    }
}

/// The event types of a stored list of them. A word that is not known any more is none.
fn events_of(json: &str) -> Vec<EventType> {
    json.split('"').filter_map(EventType::from_word).collect()
}

fn read(row: &Row<'_>) -> Result<Webhook, Error> {
    let time = |at| Ok::<_, Error>(row.get::<Option<i64>>(at)?.map(Timestamp::from_micros));
    Ok(Webhook {
        id: row.get(0)?,
        url: row.get(1)?,
        events: events_of(row.str(2)?),
        list: row.get::<Option<i64>>(3)?.map(StockListId::new),
        channel: row.get::<Option<i64>>(4)?.map(ChannelId::new),
        is_active: row.get(5)?,
        secret: row.get(6)?,
        modified_at: Timestamp::from_micros(row.get(7)?),
        position: row.get(8)?,
        learnt: Learnt {
            standing: Standing { failures: row.get(9)?, failing_since: time(10)?, given_up: row.get(11)? },
            next_try_at: time(12)?,
            last_error: row.get(13)?,
            last_success_at: time(14)?,
            paused_at: time(15)?,
        },
    })
}

/// Every webhook, in the order of their ids.
pub async fn all(tx: &mut Tx<'_>) -> Result<Vec<Webhook>, Error> {
    let mut all = tx.all(&ALL, &[], read).await?;
    all.sort_unstable_by_key(|webhook| webhook.id);
    Ok(all)
}

/// One webhook.
pub async fn by_id(tx: &mut Tx<'_>, id: i64) -> Result<Option<Webhook>, Error> {
    tx.first(&BY_ID, &values![id], read).await
}

/// How many webhooks there are.
pub async fn count(tx: &mut Tx<'_>) -> Result<i64, Error> {
    Ok(tx.first(&COUNT, &[], |row| row.get(0)).await?.unwrap_or(0))
}

/// Writes how far a webhook is, and what was learnt of it. What was learnt is left out if it has been changed since it was
/// read: then it begins anew where it is.
pub async fn learn(tx: &mut Tx<'_>, webhook: &Webhook) -> Result<(), Error> {
    let Learnt { standing, last_error, .. } = &webhook.learnt;
    let learnt = &webhook.learnt;
    let micros = |at: Option<Timestamp>| at.map(Timestamp::micros);
    tx.execute(&ADVANCE, &values![webhook.id, webhook.position]).await?;
    let row = values![
        webhook.id,
        webhook.modified_at.micros(),
        standing.failures,
        micros(standing.failing_since),
        standing.given_up,
        micros(learnt.next_try_at),
        last_error.as_deref(),
        micros(learnt.last_success_at),
        micros(learnt.paused_at),
    ];
    tx.execute(&LEARN, &row).await?;
    Ok(())
}
