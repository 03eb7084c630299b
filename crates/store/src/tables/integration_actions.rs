//! Integration actions: what a channel knows of an object (contract 9.5, contract C4.5). Rows only: what a change of
//! one means for the deliveries of its object is in [`crate::channel_sync::actions`].
//!
//! Promises: one row per channel, kind of object and object. Must not know batches: what a batch does to a row is said
//! by `onhand_core::channel_sync` and done by [`crate::channel_sync::batches`].

use std::collections::{BTreeMap, BTreeSet};

use onhand_core::channel_sync::{AckState, Action, ActionStatus, ObjectKind, Reason};
use onhand_core::{ChannelId, Timestamp};

use crate::counters::{CounterDeltas, CounterKey};
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx, ids};

/// An action, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ActionRow {
    /// Its id.
    pub id: i64,
    /// Whose.
    pub channel: ChannelId,
    /// The number of its object's content type.
    pub kind: i64,
    /// Its object.
    pub object: i64,
    /// What the rules know of it.
    pub action: Action,
    /// JSON object text.
    pub state: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

pub(crate) const TABLE: ListTable = ListTable {
    name: "integration_action",
    columns: "id, channel_id, kind, object_id, remote_id, version_at, acknowledged_at, status, local_batch_id, reason, \
              state, created_at, modified_at",
    counted_by: &["channel_id"],
    log: None,
};

statements! {
    BY_ID = "integration_actions.by_id",
        "SELECT id, channel_id, kind, object_id, remote_id, version_at, acknowledged_at, status, local_batch_id, reason,
         state, created_at, modified_at FROM integration_action WHERE id = ?1 AND channel_id = ?2";
    BY_OBJECT = "integration_actions.by_object",
        "SELECT id, channel_id, kind, object_id, remote_id, version_at, acknowledged_at, status, local_batch_id, reason,
         state, created_at, modified_at FROM integration_action WHERE channel_id = ?1 AND kind = ?2 AND object_id = ?3";
    OF_BATCH = "integration_actions.of_batch",
        "SELECT id, channel_id, kind, object_id, remote_id, version_at, acknowledged_at, status, local_batch_id, reason,
         state, created_at, modified_at FROM integration_action WHERE local_batch_id = ?1 AND status = ?2 ORDER BY id";
    KNOWN = "integration_actions.known",
        "SELECT object_id, status, acknowledged_at FROM integration_action
         WHERE channel_id = ?1 AND kind = ?2 AND object_id = ?3";
    INSERT = "integration_actions.insert",
        "INSERT INTO integration_action (id, channel_id, kind, object_id, remote_id, version_at, acknowledged_at, status,
         local_batch_id, reason, state, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    UPDATE = "integration_actions.update",
        "UPDATE integration_action SET remote_id = ?2, version_at = ?3, acknowledged_at = ?4, status = ?5,
         local_batch_id = ?6, reason = ?7, state = ?8, modified_at = ?9 WHERE id = ?1";
    REMOVE = "integration_actions.remove", "DELETE FROM integration_action WHERE id = ?1";
}

fn status(word: &str) -> Result<ActionStatus, Error> {
    ActionStatus::from_word(word).ok_or_else(|| Error::Internal(format!("an action says {word:?}")))
}

/// Blank is stored for nothing.
pub(crate) fn filled(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

fn read(row: &Row<'_>) -> Result<ActionRow, Error> {
    Ok(ActionRow {
        id: row.get(0)?,
        channel: ChannelId::new(row.get(1)?),
        kind: row.get(2)?,
        object: row.get(3)?,
        action: Action {
            remote_id: filled(row.get(4)?),
            version_at: Timestamp::from_micros(row.get(5)?),
            acknowledged_at: row.get::<Option<i64>>(6)?.map(Timestamp::from_micros),
            status: status(row.str(7)?)?,
            batch: filled(row.get(8)?),
            reason: row.get::<Option<String>>(9)?.as_deref().and_then(Reason::from_word),
        },
        state: row.get(10)?,
        created_at: Timestamp::from_micros(row.get(11)?),
        modified_at: Timestamp::from_micros(row.get(12)?),
    })
}

/// A part of all actions.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<ActionRow>, Error> {
    query::page(tx, &TABLE, listing, |row: &ActionRow| row.id, read).await
}

/// One action of a channel.
pub async fn by_id(tx: &mut Tx<'_>, channel: ChannelId, id: i64) -> Result<Option<ActionRow>, Error> {
    tx.first(&BY_ID, &values![id, channel.get()], read).await
}

/// The actions of a channel on some objects of a kind; where there is none, it is left out.
pub async fn by_objects(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    objects: impl IntoIterator<Item = (i64, i64)>,
) -> Result<Vec<ActionRow>, Error> {
    let keys = objects.into_iter().map(|(kind, object)| values![channel.get(), kind, object]);
    tx.all_bulk(&BY_OBJECT, keys, read).await
}

/// What each of some channels knows of an object.
pub async fn of_object(
    tx: &mut Tx<'_>,
    channels: impl IntoIterator<Item = ChannelId>,
    (kind, object): (i64, i64),
) -> Result<Vec<ActionRow>, Error> {
    tx.all_bulk(&BY_OBJECT, channels.into_iter().map(|channel| values![channel.get(), kind, object]), read).await
}

/// The actions of a batch's objects.
pub(crate) async fn held_by(tx: &mut Tx<'_>, batch: &str) -> Result<Vec<ActionRow>, Error> {
    tx.all(&OF_BATCH, &values![batch, ActionStatus::Processing.word()], read).await
}

/// What the rule of the feed wants to know of actions.
pub(crate) async fn known(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    kind: ObjectKind,
    objects: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, AckState>, Error> {
    let keys = objects.iter().map(|object| values![channel.get(), kind.number(), *object]);
    let found = tx.all_bulk(&KNOWN, keys, |row| {
        let acknowledged_at = row.get::<Option<i64>>(2)?.map(Timestamp::from_micros);
        Ok((row.get::<i64>(0)?, AckState { status: status(row.str(1)?)?, acknowledged_at }))
    });
    Ok(found.await?.into_iter().collect())
}

/// Stores actions. Those without an id are new and get one.
pub(crate) async fn store_all(tx: &mut Tx<'_>, rows: &mut [ActionRow]) -> Result<(), Error> {
    let new = rows.iter().filter(|row| row.id == 0).count() as i64;
    if new > 0 {
        let mut next = ids::take(tx, TABLE.name, new).await?;
        let mut counters = CounterDeltas::default();
        let mut made = BTreeSet::new();
        for row in rows.iter_mut().filter(|row| row.id == 0) {
            row.id = next;
            made.insert(next);
            next += 1;
            counters.add(CounterKey::all(TABLE.name), row.id, 1);
            counters.add(CounterKey::of(TABLE.name, "channel_id", row.channel.get()), row.id, 1);
        }
        tx.execute_bulk(&INSERT, rows.iter().filter(|row| made.contains(&row.id)).map(inserted)).await?;
        counters.write(tx).await?;
        return tx.execute_bulk(&UPDATE, rows.iter().filter(|row| !made.contains(&row.id)).map(updated)).await;
    }
    tx.execute_bulk(&UPDATE, rows.iter().map(updated)).await
}

fn inserted(row: &ActionRow) -> [crate::Value<'_>; 13] {
    let action = &row.action;
    values![
        row.id,
        row.channel.get(),
        row.kind,
        row.object,
        action.remote_id.as_deref().unwrap_or_default(),
        action.version_at.micros(),
        action.acknowledged_at.map(Timestamp::micros),
        action.status.word(),
        action.batch.as_deref().unwrap_or_default(),
        action.reason.map(Reason::word),
        &row.state,
        row.created_at.micros(),
        row.modified_at.micros(),
    ]
}

fn updated(row: &ActionRow) -> [crate::Value<'_>; 9] {
    let action = &row.action;
    values![
        row.id,
        action.remote_id.as_deref().unwrap_or_default(),
        action.version_at.micros(),
        action.acknowledged_at.map(Timestamp::micros),
        action.status.word(),
        action.batch.as_deref().unwrap_or_default(),
        action.reason.map(Reason::word),
        &row.state,
        row.modified_at.micros(),
    ]
}

/// An object that a channel has made and so knows from the beginning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// The number of its content type.
    pub kind: i64,
    /// Its id.
    pub object: i64,
    /// The channel's name for it.
    pub remote_id: String,
    /// Its version when it was made.
    pub version_at: Timestamp,
}

/// Removes an action.
pub(crate) async fn remove(tx: &mut Tx<'_>, row: &ActionRow) -> Result<(), Error> {
    tx.execute(&REMOVE, &values![row.id]).await?;
    let mut counters = CounterDeltas::default();
    counters.add(CounterKey::all(TABLE.name), row.id, -1);
    counters.add(CounterKey::of(TABLE.name, "channel_id", row.channel.get()), row.id, -1);
    counters.write(tx).await
}
