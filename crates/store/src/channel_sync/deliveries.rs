//! What a channel has still to be sent: written from facts by the one rule, read in the order of the feeds.
//!
//! Promises: a page reads as many index entries as it shows, whatever else is due. Must not know how facts are found.

use std::collections::BTreeSet;

use onhand_core::channel_sync::{self, ObjectKind};
use onhand_core::{ChannelId, Timestamp};

use super::SyncProgress;
use super::delivery_facts::Object;
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// Rows that are taken away in one transaction.
const CLEARED_ROWS: i64 = 2_500;

statements! {
    PUT = "deliveries.put",
        "INSERT INTO delivery (channel_id, kind, object_id, scope, offer, changed_at, not_before)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (channel_id, kind, object_id) DO UPDATE SET scope = excluded.scope, offer = excluded.offer,
         changed_at = excluded.changed_at, not_before = excluded.not_before";
    REMOVE = "deliveries.remove", "DELETE FROM delivery WHERE channel_id = ?1 AND kind = ?2 AND object_id = ?3";
    CLEAR = "deliveries.clear",
        "DELETE FROM delivery WHERE channel_id = ?1 AND kind = ?2 AND object_id IN
         (SELECT o.object_id FROM delivery o WHERE o.channel_id = ?1 AND o.kind = ?2 AND o.scope = ?3 LIMIT ?4)";
    CLEAR_KIND = "deliveries.clear_kind",
        "DELETE FROM delivery WHERE channel_id = ?1 AND kind = ?2 AND object_id IN
         (SELECT o.object_id FROM delivery o WHERE o.channel_id = ?1 AND o.kind = ?2 LIMIT ?3)";
    PAGE = "deliveries.page",
        "SELECT changed_at, object_id FROM delivery
         WHERE channel_id = ?1 AND kind = ?2 AND scope = ?3 AND offer = ?4 AND not_before <= ?5
         ORDER BY changed_at, object_id LIMIT ?6";
    COUNT = "deliveries.count",
        "SELECT COUNT(*) FROM delivery
         WHERE channel_id = ?1 AND kind = ?2 AND scope = ?3 AND offer = ?4 AND not_before <= ?5";
    WAITING = "deliveries.waiting",
        "SELECT COUNT(*), MIN(changed_at) FROM delivery
         WHERE channel_id = ?1 AND kind = ?2 AND scope = ?3 AND offer = ?4 AND not_before > ?5";
}

/// What an object is offered as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Offer {
    /// The channel does not know it.
    Insert = 0,
    /// The channel knows an older version.
    Update = 1,
    /// The channel should not have it any more.
    Removal = 2,
    /// The channel could not take it and is not offered it again in this version.
    Failed = 3,
}

/// An object that is due.
pub(super) struct DueDelivery {
    object: i64,
    scope: i64,
    offer: Offer,
    changed_at: Timestamp,
    not_before: i64,
}

impl DueDelivery {
    /// What is due of an object, if anything.
    pub(super) fn of(object: &Object) -> Option<Self> {
        let (offer, not_before) = match object.facts.due() {
            channel_sync::DueAs::Nothing => return None,
            channel_sync::DueAs::Failed => (Offer::Failed, None),
            channel_sync::DueAs::Insert(time) => (Offer::Insert, time),
            channel_sync::DueAs::Update(time) => (Offer::Update, time),
            channel_sync::DueAs::Removal => (Offer::Removal, None),
        };
        Some(Self {
            object: object.id,
            scope: object.scope,
            offer,
            changed_at: object.facts.modified_at,
            not_before: not_before.map_or(0, Timestamp::micros),
        })
    }
}

/// Writes the deliveries that are due of some objects; what is not due of them is taken away.
pub(super) async fn write(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    kind: ObjectKind,
    objects: &BTreeSet<i64>,
    due: &[DueDelivery],
) -> Result<(), Error> {
    let (channel, kind) = (channel.get(), kind.number());
    let kept: BTreeSet<i64> = due.iter().map(|due| due.object).collect();
    tx.execute_bulk(&REMOVE, objects.difference(&kept).map(|object| values![channel, kind, *object])).await?;
    let rows = due.iter().map(|due| {
        values![channel, kind, due.object, due.scope, due.offer as i64, due.changed_at.micros(), due.not_before]
    });
    tx.execute_bulk(&PUT, rows).await
}

fn progress(taken: u64) -> SyncProgress {
    if taken < CLEARED_ROWS.unsigned_abs() { SyncProgress::UpToDate } else { SyncProgress::More }
}

/// Takes away the deliveries of a scope, [`CLEARED_ROWS`] at a time.
pub(super) async fn clear(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    kind: ObjectKind,
    scope: i64,
) -> Result<SyncProgress, Error> {
    let values = values![channel.get(), kind.number(), scope, CLEARED_ROWS];
    Ok(progress(tx.execute(&CLEAR, &values).await?))
}

/// Takes away the deliveries of a kind, [`CLEARED_ROWS`] at a time.
pub(super) async fn clear_kind(tx: &mut Tx<'_>, channel: ChannelId, kind: ObjectKind) -> Result<SyncProgress, Error> {
    Ok(progress(tx.execute(&CLEAR_KIND, &values![channel.get(), kind.number(), CLEARED_ROWS]).await?))
}

/// Which part of a feed is wanted.
#[derive(Clone, Debug)]
pub struct DeliveryQuery {
    /// Whose.
    pub channel: ChannelId,
    /// Of which kind.
    pub kind: ObjectKind,
    /// In which scope.
    pub scope: i64,
    /// Offered as any of these.
    pub offers: &'static [Offer],
    /// Rows to skip.
    pub skip: i64,
    /// Rows at the most.
    pub limit: i64,
    /// What is to be tried later than this is left out.
    pub now: Timestamp,
}

/// How many rows of a feed are counted beyond the page that is shown.
pub const COUNTED_BEYOND: i64 = 1_000;

/// A part of a feed.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Part {
    /// The ids: oldest change first, then by id.
    pub objects: Vec<i64>,
    /// How many rows the feed has, up to [`COUNTED_BEYOND`] beyond these.
    pub count: i64,
}

/// A part of a feed.
pub async fn part(tx: &mut Tx<'_>, wanted: &DeliveryQuery) -> Result<Part, Error> {
    let (channel, kind) = (wanted.channel.get(), wanted.kind.number());
    let end = wanted.skip.saturating_add(wanted.limit).saturating_add(COUNTED_BEYOND);
    let mut found = Vec::new();
    for offer in wanted.offers {
        let values = values![channel, kind, wanted.scope, *offer as i64, wanted.now.micros(), end];
        found.extend(tx.all(&PAGE, &values, |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))).await?);
    }
    found.sort_unstable();
    let count = (found.len() as i64).min(end);
    let shown = found.into_iter().skip(wanted.skip as usize).take(wanted.limit as usize);
    Ok(Part { objects: shown.map(|(_, object)| object).collect(), count })
}

/// How many rows a feed has.
pub(super) async fn count(tx: &mut Tx<'_>, wanted: &DeliveryQuery) -> Result<i64, Error> {
    let (channel, kind) = (wanted.channel.get(), wanted.kind.number());
    let mut count = 0;
    for offer in wanted.offers {
        let values = values![channel, kind, wanted.scope, *offer as i64, wanted.now.micros()];
        count += tx.first(&COUNT, &values, |row| row.get::<i64>(0)).await?.unwrap_or(0);
    }
    Ok(count)
}

/// How much of a feed the channel could not take, and when the oldest change of that was made: what it is not offered
/// again, and what it is offered again later.
pub(super) async fn failed(tx: &mut Tx<'_>, wanted: &DeliveryQuery) -> Result<(i64, Option<Timestamp>), Error> {
    let for_good = DeliveryQuery { offers: &[Offer::Failed], ..wanted.clone() };
    let mut count = self::count(tx, &for_good).await?;
    let mut oldest = oldest(tx, &for_good).await?;
    for offer in wanted.offers {
        let values =
            values![wanted.channel.get(), wanted.kind.number(), wanted.scope, *offer as i64, wanted.now.micros()];
        let waiting = tx.first(&WAITING, &values, |row| Ok((row.get::<i64>(0)?, row.get::<Option<i64>>(1)?))).await?;
        let (waiting, since) = waiting.unwrap_or_default();
        count += waiting;
        oldest = [oldest, since.map(Timestamp::from_micros)].into_iter().flatten().min();
    }
    Ok((count, oldest))
}

/// When the oldest change in a feed was made.
pub(super) async fn oldest(tx: &mut Tx<'_>, wanted: &DeliveryQuery) -> Result<Option<Timestamp>, Error> {
    let (channel, kind) = (wanted.channel.get(), wanted.kind.number());
    let mut oldest = Vec::new();
    for offer in wanted.offers {
        let values = values![channel, kind, wanted.scope, *offer as i64, wanted.now.micros(), 1];
        oldest.extend(tx.all(&PAGE, &values, |row| row.get(0).map(Timestamp::from_micros)).await?);
    }
    Ok(oldest.into_iter().min())
}
