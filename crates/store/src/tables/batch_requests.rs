//! Batch requests: the batches of a channel's program (contract 9.4, contract C4). Rows only: the effect of a step of a
//! batch is in [`crate::channel_sync::batches`].

use onhand_core::channel_sync::BatchStatus;
use onhand_core::{ChannelId, Timestamp};

use super::integration_actions::filled;
use crate::engine::Row;
use crate::query::{self, ListQuery, ListTable, Page};
use crate::sql::{statements, values};
use crate::{Error, Tx, ids};

/// How long batches are kept that have no objects, in seconds: thirty days.
pub const KEPT_SECONDS: i64 = 30 * 24 * 3_600;
/// Batches that are forgotten in one transaction.
const FORGOTTEN_ROWS: i64 = 1_000;

/// A batch, whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BatchRow {
    /// Its id.
    pub id: i64,
    /// Whose.
    pub channel: ChannelId,
    /// Our name for it.
    pub local_batch_id: String,
    /// The channel's name for it.
    pub remote_batch_id: Option<String>,
    /// The model it is about.
    pub content_type: Option<String>,
    /// Its state.
    pub status: BatchStatus,
    /// JSON array text: its objects, as they were last sent.
    pub objects: Option<String>,
    /// When it is given up; while it may have objects.
    pub lease_until: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

const TABLE: ListTable = ListTable {
    name: "batch_request",
    columns: "id, channel_id, local_batch_id, remote_batch_id, content_type, status, objects, lease_until, created_at, \
              modified_at",
    counted_by: &[],
    log: None,
};

statements! {
    BY_ID = "batch_requests.by_id",
        "SELECT id, channel_id, local_batch_id, remote_batch_id, content_type, status, objects, lease_until, created_at,
         modified_at FROM batch_request WHERE id = ?1 AND channel_id = ?2";
    EXPIRED = "batch_requests.expired",
        "SELECT id, channel_id, local_batch_id, remote_batch_id, content_type, status, objects, lease_until, created_at,
         modified_at FROM batch_request WHERE channel_id = ?1 AND lease_until <= ?2 ORDER BY lease_until LIMIT ?3";
    EXPIRED_OF_ALL = "batch_requests.expired_of_all",
        "SELECT id, channel_id, local_batch_id, remote_batch_id, content_type, status, objects, lease_until, created_at,
         modified_at FROM batch_request WHERE lease_until <= ?1 ORDER BY lease_until LIMIT ?2";
    INSERT = "batch_requests.insert",
        "INSERT INTO batch_request (id, channel_id, local_batch_id, remote_batch_id, content_type, status, objects,
         lease_until, created_at, modified_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
    UPDATE = "batch_requests.update",
        "UPDATE batch_request SET remote_batch_id = ?2, content_type = ?3, status = ?4, objects = ?5, lease_until = ?6,
         modified_at = ?7 WHERE id = ?1";
    REMOVE = "batch_requests.remove", "DELETE FROM batch_request WHERE id = ?1";
    OLD = "batch_requests.old",
        "SELECT id FROM batch_request WHERE modified_at < ?1 AND lease_until IS NULL ORDER BY modified_at LIMIT ?2";
}

fn read(row: &Row<'_>) -> Result<BatchRow, Error> {
    let status = row.str(5)?;
    Ok(BatchRow {
        id: row.get(0)?,
        channel: ChannelId::new(row.get(1)?),
        local_batch_id: row.get(2)?,
        remote_batch_id: filled(row.get(3)?),
        content_type: filled(row.get(4)?),
        status: BatchStatus::from_word(status).ok_or_else(|| Error::Internal(format!("a batch says {status:?}")))?,
        objects: row.get(6)?,
        lease_until: row.get::<Option<i64>>(7)?.map(Timestamp::from_micros),
        created_at: Timestamp::from_micros(row.get(8)?),
        modified_at: Timestamp::from_micros(row.get(9)?),
    })
}

/// A part of all batches.
pub async fn page(tx: &mut Tx<'_>, listing: &ListQuery) -> Result<Page<BatchRow>, Error> {
    query::page(tx, &TABLE, listing, |row: &BatchRow| row.id, read).await
}

/// One batch of a channel.
pub async fn by_id(tx: &mut Tx<'_>, channel: ChannelId, id: i64) -> Result<Option<BatchRow>, Error> {
    tx.first(&BY_ID, &values![id, channel.get()], read).await
}

/// Makes a batch under a name that no other batch has.
pub async fn insert(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    local_batch_id: &str,
    now: Timestamp,
) -> Result<BatchRow, Error> {
    let row = BatchRow {
        id: ids::take(tx, TABLE.name, 1).await?,
        channel,
        local_batch_id: local_batch_id.to_owned(),
        remote_batch_id: None,
        content_type: None,
        status: BatchStatus::Initialized,
        objects: None,
        lease_until: None,
        created_at: now,
        modified_at: now,
    };
    let values = values![
        row.id,
        channel.get(),
        &row.local_batch_id,
        row.remote_batch_id.as_deref().unwrap_or_default(),
        row.content_type.as_deref().unwrap_or_default(),
        row.status.word(),
        row.objects.as_deref(),
        row.lease_until.map(Timestamp::micros),
        now.micros(),
        now.micros(),
    ];
    tx.execute(&INSERT, &values).await?;
    Ok(row)
}

/// Writes a batch back.
pub(crate) async fn update(tx: &mut Tx<'_>, row: &BatchRow) -> Result<(), Error> {
    let values = values![
        row.id,
        row.remote_batch_id.as_deref().unwrap_or_default(),
        row.content_type.as_deref().unwrap_or_default(),
        row.status.word(),
        row.objects.as_deref(),
        row.lease_until.map(Timestamp::micros),
        row.modified_at.micros(),
    ];
    tx.execute(&UPDATE, &values).await?;
    Ok(())
}

/// Removes a batch.
pub(crate) async fn remove(tx: &mut Tx<'_>, id: i64) -> Result<(), Error> {
    tx.execute(&REMOVE, &values![id]).await?;
    Ok(())
}

/// Batches of a channel that have had their time, the longest ago first, so many at the most.
pub(crate) async fn expired(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<BatchRow>, Error> {
    tx.all(&EXPIRED, &values![channel.get(), now.micros(), limit], read).await
}

/// Batches of all channels that have had their time, the longest ago first, so many at the most.
pub async fn expired_of_all(tx: &mut Tx<'_>, until: Timestamp, limit: i64) -> Result<Vec<BatchRow>, Error> {
    tx.all(&EXPIRED_OF_ALL, &values![until.micros(), limit], read).await
}

/// Whether a batch of a channel has had its time.
pub async fn has_expired(tx: &mut Tx<'_>, channel: ChannelId, now: Timestamp) -> Result<bool, Error> {
    Ok(!expired(tx, channel, now, 1).await?.is_empty())
}

/// Forgets some batches that have no objects and are older than [`KEPT_SECONDS`]; whether there may be more.
pub async fn forget(tx: &mut Tx<'_>, now: Timestamp) -> Result<bool, Error> {
    let values = values![now.minus_seconds(KEPT_SECONDS).micros(), FORGOTTEN_ROWS];
    let old = tx.all(&OLD, &values, |row| row.get::<i64>(0)).await?;
    tx.execute_bulk(&REMOVE, old.iter().map(|id| values![*id])).await?;
    Ok(old.len() as i64 == FORGOTTEN_ROWS)
}
