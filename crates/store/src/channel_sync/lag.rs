//! How far a channel is behind, for people. Must not change anything but the note of the last acknowledgement.

use std::collections::BTreeMap;

use onhand_core::channel_sync::ObjectKind;
use onhand_core::{ChannelId, Timestamp};

use super::channel_scope::ChannelScope;
use super::deliveries::{self, DeliveryQuery, Offer};
use super::{change_log, channel_cursors};
use crate::sql::{statements, values};
use crate::tables::integration_actions::ActionRow;
use crate::{Error, Tx};

statements! {
    ACKNOWLEDGED = "feed_acknowledgements.of",
        "SELECT at, version_at FROM feed_acknowledgement WHERE channel_id = ?1 AND kind = ?2";
    ACKNOWLEDGE = "feed_acknowledgements.put",
        "INSERT INTO feed_acknowledgement (channel_id, kind, at, version_at) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (channel_id, kind) DO UPDATE SET at = excluded.at, version_at =
         CASE WHEN excluded.version_at > feed_acknowledgement.version_at THEN excluded.version_at
         ELSE feed_acknowledgement.version_at END";
}

/// How far a channel is with one kind of object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lag {
    /// Which kind.
    pub kind: ObjectKind,
    /// When the channel last said that it has something.
    pub acknowledged_at: Option<Timestamp>,
    /// The newest version that it has said to have.
    pub version_at: Option<Timestamp>,
    /// Objects that it does not know.
    pub inserts: i64,
    /// Objects that it knows in an older version.
    pub updates: i64,
    /// Objects that it should not have any more.
    pub removals: i64,
    /// Objects whose newest version the channel could not take, whether it is offered them again later or not.
    pub failed: i64,
    /// When the oldest change was made that it could not take.
    pub failed_oldest_at: Option<Timestamp>,
    /// Changes that have not been looked at for it yet.
    pub behind: i64,
    /// When the oldest change was made that it has not been sent.
    pub oldest_at: Option<Timestamp>,
}

/// Notes that a channel has taken something.
pub(super) async fn acknowledge<'r>(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    taken: impl Iterator<Item = &'r ActionRow>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut newest: BTreeMap<i64, i64> = BTreeMap::new();
    for row in taken.filter(|row| ObjectKind::from_number(row.kind).is_some()) {
        let version = newest.entry(row.kind).or_insert(i64::MIN);
        *version = row.action.version_at.micros().max(*version);
    }
    tx.execute_bulk(
        &ACKNOWLEDGE,
        newest.iter().map(|(kind, version)| values![channel.get(), *kind, now.micros(), *version]),
    )
    .await
}

/// How far a channel is, kind by kind.
pub async fn of(tx: &mut Tx<'_>, channel: ChannelId, now: Timestamp) -> Result<Vec<Lag>, Error> {
    let channel_scope = ChannelScope::of(tx, channel).await?;
    let known = channel_cursors::all(tx, channel).await?;
    let mut lags = Vec::new();
    for kind in ObjectKind::ALL {
        let time = |row: &crate::Row<'_>, index| row.get(index).map(Timestamp::from_micros);
        let values = values![channel.get(), kind.number()];
        let acknowledged = tx.first(&ACKNOWLEDGED, &values, |row| Ok((time(row, 0)?, time(row, 1)?))).await?;
        let mut lag = Lag {
            kind,
            acknowledged_at: acknowledged.map(|(at, _)| at),
            version_at: acknowledged.map(|(_, version)| version),
            inserts: 0,
            updates: 0,
            removals: 0,
            failed: 0,
            failed_oldest_at: None,
            behind: 0,
            oldest_at: None,
        };
        for scope in channel_scope.scopes(kind) {
            let position = known.get(&(kind, scope)).copied().unwrap_or(0);
            lag.behind += change_log::count(tx, kind, scope, position).await?;
            let all: &[Offer] = &[Offer::Insert, Offer::Update];
            let part = DeliveryQuery { channel, kind, scope, offers: all, skip: 0, limit: 1, now };
            let counted =
                async |tx: &mut Tx<'_>, offers| deliveries::count(tx, &DeliveryQuery { offers, ..part.clone() }).await;
            lag.inserts += counted(tx, &[Offer::Insert]).await?;
            lag.updates += counted(tx, &[Offer::Update]).await?;
            lag.removals += counted(tx, &[Offer::Removal]).await?;
            let oldest = deliveries::oldest(tx, &part).await?;
            lag.oldest_at = [lag.oldest_at, oldest].into_iter().flatten().min();
            let (failed, since) = deliveries::failed(tx, &part).await?;
            lag.failed += failed;
            lag.failed_oldest_at = [lag.failed_oldest_at, since].into_iter().flatten().min();
        }
        lags.push(lag);
    }
    Ok(lags)
}
