//! Failed integrations: deliveries that a channel could not take, and how often each is retried (contract C4.6). Rows
//! only: what a client sets on one is in [`crate::channel_sync::failures`].
//!
//! Promises: one row per channel, kind of object and object, the newest delivery failure. Must not know what a failure
//! means: that is `onhand_core::channel_sync::Failure`.

use std::collections::{BTreeMap, BTreeSet};

use onhand_core::channel_sync::{Failure, ObjectKind, Reason, Retries, StandingFailure};
use onhand_core::{ChannelId, Timestamp};

use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx, ids};

/// A delivery failure, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailureRow {
    /// Its id.
    pub id: i64,
    /// Whose.
    pub channel: ChannelId,
    /// The number of its object's content type.
    pub kind: i64,
    /// Its object.
    pub object: i64,
    /// The object's action.
    pub action: i64,
    /// What the rules know of it.
    pub failure: Failure,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

const TABLE: ListTable = ListTable {
    name: "failed_integration",
    columns: "id, channel_id, kind, object_id, action_id, version_at, reason, is_active, expires_at, retry_count, \
              max_retry_count, retry_interval, failed_at, created_at, modified_at",
    counted_by: &[],
    log: None,
};

statements! {
    BY_ID = "failed_integrations.by_id",
        "SELECT id, channel_id, kind, object_id, action_id, version_at, reason, is_active, expires_at, retry_count,
         max_retry_count, retry_interval, failed_at, created_at, modified_at FROM failed_integration
         WHERE id = ?1 AND channel_id = ?2";
    BY_OBJECT = "failed_integrations.by_object",
        "SELECT id, channel_id, kind, object_id, action_id, version_at, reason, is_active, expires_at, retry_count,
         max_retry_count, retry_interval, failed_at, created_at, modified_at FROM failed_integration
         WHERE channel_id = ?1 AND kind = ?2 AND object_id = ?3";
    INSERT = "failed_integrations.insert",
        "INSERT INTO failed_integration (id, channel_id, kind, object_id, action_id, version_at, reason, is_active,
         expires_at, retry_count, max_retry_count, retry_interval, failed_at, created_at, modified_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    UPDATE = "failed_integrations.update",
        "UPDATE failed_integration SET version_at = ?2, reason = ?3, is_active = ?4, expires_at = ?5, retry_count = ?6,
         max_retry_count = ?7, retry_interval = ?8, failed_at = ?9, modified_at = ?10 WHERE id = ?1";
    RESOLVE = "failed_integrations.resolve",
        "UPDATE failed_integration SET is_active = 0,
         modified_at = CASE WHEN modified_at < ?4 THEN ?4 ELSE modified_at + 1 END
         WHERE channel_id = ?1 AND kind = ?2 AND object_id = ?3 AND is_active = 1";
    REMOVE = "failed_integrations.remove",
        "DELETE FROM failed_integration WHERE channel_id = ?1 AND kind = ?2 AND object_id = ?3";
}

fn read(row: &Row<'_>) -> Result<FailureRow, Error> {
    let reason = row.str(6)?;
    Ok(FailureRow {
        id: row.get(0)?,
        channel: ChannelId::new(row.get(1)?),
        kind: row.get(2)?,
        object: row.get(3)?,
        action: row.get(4)?,
        failure: Failure {
            version_at: Timestamp::from_micros(row.get(5)?),
            reason: Reason::from_word(reason)
                .ok_or_else(|| Error::Internal(format!("a delivery failure says {reason:?}")))?,
            is_active: row.get(7)?,
            expires_at: row.get::<Option<i64>>(8)?.map(Timestamp::from_micros),
            retry_count: row.get(9)?,
            max_retry_count: row.get(10)?,
            retry_interval: row.get(11)?,
            failed_at: Timestamp::from_micros(row.get(12)?),
        },
        created_at: Timestamp::from_micros(row.get(13)?),
        modified_at: Timestamp::from_micros(row.get(14)?),
    })
}

/// A part of all delivery failures.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<FailureRow>, Error> {
    query::page(tx, &TABLE, listing, |row: &FailureRow| row.id, read).await
}

/// One delivery failure of a channel.
pub async fn by_id(tx: &mut Tx<'_>, channel: ChannelId, id: i64) -> Result<Option<FailureRow>, Error> {
    tx.first(&BY_ID, &values![id, channel.get()], read).await
}

/// The delivery failures of some objects, as (kind, object).
async fn by_objects(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    objects: impl IntoIterator<Item = (i64, i64)>,
) -> Result<Vec<FailureRow>, Error> {
    let keys = objects.into_iter().map(|(kind, object)| values![channel.get(), kind, object]);
    tx.all_bulk(&BY_OBJECT, keys, read).await
}

/// What stands against some objects.
pub(crate) async fn standing(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    kind: ObjectKind,
    objects: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, StandingFailure>, Error> {
    let found = by_objects(tx, channel, objects.iter().map(|object| (kind.number(), *object))).await?;
    Ok(found.into_iter().filter_map(|row| Some((row.object, row.failure.standing()?))).collect())
}

/// An object that was not taken.
pub(crate) struct DeliveryFailure {
    pub(crate) kind: i64,
    pub(crate) object: i64,
    pub(crate) action: i64,
    pub(crate) version_at: Timestamp,
    pub(crate) reason: Reason,
}

/// Notes the objects that were not taken, each once.
pub(crate) async fn note(
    tx: &mut Tx<'_>,
    (channel, retries): (ChannelId, Retries),
    failures: &[DeliveryFailure],
    now: Timestamp,
) -> Result<(), Error> {
    let found = by_objects(tx, channel, failures.iter().map(|failure| (failure.kind, failure.object))).await?;
    let before: BTreeMap<(i64, i64), FailureRow> = found.into_iter().map(|row| ((row.kind, row.object), row)).collect();
    let new = failures.len() - before.len();
    let mut next = if new > 0 { ids::take(tx, TABLE.name, new as i64).await? } else { 0 };
    let (mut inserts, mut updates) = (Vec::new(), Vec::new());
    for failed in failures {
        let before = before.get(&(failed.kind, failed.object));
        let earlier = before.map(|row| &row.failure);
        let failure = Failure::next(earlier, (failed.version_at, failed.reason), retries, now);
        match before {
            Some(row) => {
                let modified_at = now.later_than(row.modified_at);
                updates.push(FailureRow { failure, modified_at, ..row.clone() });
            }
            None => {
                let (kind, object, action) = (failed.kind, failed.object, failed.action);
                let times = (now, now);
                let (created_at, modified_at) = times;
                inserts.push(FailureRow { id: next, channel, kind, object, action, failure, created_at, modified_at });
                next += 1;
            }
        }
    }
    tx.execute_bulk(&INSERT, inserts.iter().map(inserted)).await?;
    tx.execute_bulk(&UPDATE, updates.iter().map(updated)).await
}

fn inserted(row: &FailureRow) -> [crate::Value<'_>; 15] {
    let failure = &row.failure;
    values![
        row.id,
        row.channel.get(),
        row.kind,
        row.object,
        row.action,
        failure.version_at.micros(),
        failure.reason.word(),
        failure.is_active,
        failure.expires_at.map(Timestamp::micros),
        failure.retry_count,
        failure.max_retry_count,
        failure.retry_interval,
        failure.failed_at.micros(),
        row.created_at.micros(),
        row.modified_at.micros(),
    ]
}

fn updated(row: &FailureRow) -> [crate::Value<'_>; 10] {
    let failure = &row.failure;
    values![
        row.id,
        failure.version_at.micros(),
        failure.reason.word(),
        failure.is_active,
        failure.expires_at.map(Timestamp::micros),
        failure.retry_count,
        failure.max_retry_count,
        failure.retry_interval,
        failure.failed_at.micros(),
        row.modified_at.micros(),
    ]
}

/// The failures of what the channel has taken do not stand any more. Objects as (kind, object), each once.
pub(crate) async fn resolve(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    objects: impl IntoIterator<Item = (i64, i64)>,
    now: Timestamp,
) -> Result<(), Error> {
    let rows = objects.into_iter().map(|(kind, object)| values![channel.get(), kind, object, now.micros()]);
    tx.execute_bulk(&RESOLVE, rows).await
}

/// Forgets the delivery failure of an object.
pub(crate) async fn remove(tx: &mut Tx<'_>, channel: ChannelId, (kind, object): (i64, i64)) -> Result<(), Error> {
    tx.execute(&REMOVE, &values![channel.get(), kind, object]).await?;
    Ok(())
}

/// Writes delivery failures back.
pub(crate) async fn update_all(tx: &mut Tx<'_>, rows: &[FailureRow]) -> Result<(), Error> {
    tx.execute_bulk(&UPDATE, rows.iter().map(updated)).await
}
