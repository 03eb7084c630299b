//! Where a channel stands: the row that its writers lock, and up to which sequence number it has looked at changes.
//! Must not know what the changes are.

use std::collections::BTreeMap;

use onhand_core::ChannelId;
use onhand_core::channel_sync::ObjectKind;

use super::{SyncProgress, deliveries};
use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// The kinds that depend on the catalog.
const OF_CATALOG: [ObjectKind; 3] = [ObjectKind::Product, ObjectKind::Stock, ObjectKind::Price];

statements! {
    OPEN = "channel_feeds.open",
        "INSERT INTO channel_feed (channel_id, catalog_id, has_items) VALUES (?1, 0, 0)
         ON CONFLICT (channel_id) DO NOTHING";
    FIND = "channel_feeds.find", "SELECT catalog_id, has_items, lists FROM channel_feed WHERE channel_id = ?1";
    LOCK = "channel_feeds.lock", "SELECT catalog_id, has_items, lists FROM channel_feed WHERE channel_id = ?1", for_update;
    UPDATE = "channel_feeds.update",
        "UPDATE channel_feed SET catalog_id = ?2, has_items = ?3, lists = ?4 WHERE channel_id = ?1";
    ALL = "channel_cursors.all", "SELECT kind, scope, sequence_number FROM channel_cursor WHERE channel_id = ?1";
    SET = "channel_cursors.set",
        "INSERT INTO channel_cursor (channel_id, kind, scope, sequence_number) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (channel_id, kind, scope) DO UPDATE SET sequence_number = excluded.sequence_number";
    REMOVE_KIND = "channel_cursors.remove_kind", "DELETE FROM channel_cursor WHERE channel_id = ?1 AND kind = ?2";
    REMOVE = "channel_cursors.remove", "DELETE FROM channel_cursor WHERE channel_id = ?1 AND kind = ?2 AND scope = ?3";
}

/// What a channel's catalog was when it was last looked at.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct ChannelCursor {
    pub(super) catalog: i64,
    pub(super) has_items: bool,
    /// The lists, where the products follow them.
    pub(super) lists: String,
}

fn read(row: &Row<'_>) -> Result<ChannelCursor, Error> {
    Ok(ChannelCursor { catalog: row.get(0)?, has_items: row.get(1)?, lists: row.get(2)? })
}

/// The cursor of a channel that has a feed.
pub(super) async fn find(tx: &mut Tx<'_>, channel: ChannelId) -> Result<Option<ChannelCursor>, Error> {
    tx.first(&FIND, &values![channel.get()], read).await
}

/// Locks a channel's row, making it if need be.
pub(super) async fn lock(tx: &mut Tx<'_>, channel: ChannelId) -> Result<ChannelCursor, Error> {
    if let Some(cursor) = tx.first(&LOCK, &values![channel.get()], read).await? {
        return Ok(cursor);
    }
    tx.execute(&OPEN, &values![channel.get()]).await?;
    let made = tx.first(&LOCK, &values![channel.get()], read).await?;
    made.ok_or_else(|| Error::Internal("a channel's feed was made and is not there".to_owned()))
}

/// Up to which sequence number changes have been looked at, by kind and scope.
pub(super) async fn all(tx: &mut Tx<'_>, channel: ChannelId) -> Result<BTreeMap<(ObjectKind, i64), i64>, Error> {
    let position = |row: &Row<'_>| Ok((ObjectKind::from_number(row.get(0)?), row.get::<i64>(1)?, row.get::<i64>(2)?));
    let found = tx.all(&ALL, &values![channel.get()], position).await?;
    Ok(found.into_iter().filter_map(|(kind, scope, sequence_number)| Some(((kind?, scope), sequence_number))).collect())
}

/// The scopes of a kind, each with the sequence number up to which it has been looked at.
pub(super) fn with(known: &BTreeMap<(ObjectKind, i64), i64>, kind: ObjectKind, scopes: &[i64]) -> Vec<(i64, i64)> {
    scopes.iter().map(|scope| (*scope, known.get(&(kind, *scope)).copied().unwrap_or(0))).collect()
}

/// Notes up to which sequence number changes have been looked at.
pub(super) async fn set(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    kind: ObjectKind,
    scope: i64,
    sequence_number: i64,
) -> Result<(), Error> {
    tx.execute(&SET, &values![channel.get(), kind.number(), scope, sequence_number]).await?;
    Ok(())
}

/// Forgets a scope that is not the channel's any more, after the deliveries of it, of which so much is taken away.
pub(super) async fn forget(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    kind: ObjectKind,
    scope: i64,
) -> Result<SyncProgress, Error> {
    let progress = deliveries::clear(tx, channel, kind, scope).await?;
    if progress == SyncProgress::UpToDate {
        tx.execute(&REMOVE, &values![channel.get(), kind.number(), scope]).await?;
    }
    Ok(progress)
}

/// Forgets all that depends on the catalog: it is looked at from the beginning. So much of it is taken away at a time;
/// until the last of it is gone, the feed is that of the catalog before.
pub(super) async fn begin_anew(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    cursor: &ChannelCursor,
) -> Result<SyncProgress, Error> {
    for kind in OF_CATALOG {
        if deliveries::clear_kind(tx, channel, kind).await? == SyncProgress::More {
            return Ok(SyncProgress::More);
        }
    }
    for kind in OF_CATALOG {
        tx.execute(&REMOVE_KIND, &values![channel.get(), kind.number()]).await?;
    }
    tx.execute(&UPDATE, &values![channel.get(), cursor.catalog, cursor.has_items, &cursor.lists]).await?;
    Ok(SyncProgress::UpToDate)
}
