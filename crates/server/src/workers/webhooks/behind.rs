//! Channels that are behind: one that has not taken changes for a while is an event, once until it has caught up. Must
//! not know who is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use onhand_core::ChannelId;
use onhand_core::events::EventType;
use onhand_store::events::pending::{self, Pending};
use onhand_store::{Error, Tx, watched};

use super::Shared;
use crate::watch::ChannelGlance;

/// How often channels are looked at.
const TURN: Duration = Duration::from_secs(30);
const MINUTE_SECONDS: i64 = 60;

/// Looks at channels for as long as this process tells webhooks.
pub(super) async fn run(shared: Arc<Shared>) {
    let (mut told, mut seen) = (BTreeSet::new(), BTreeMap::new());
    loop {
        match behind(&shared, &mut seen).await {
            Ok(behind) => {
                let new: Vec<ChannelId> = behind.difference(&told).copied().collect();
                match tell(&shared, new).await {
                    Ok(()) => told = behind,
                    Err(fault) => tracing::warn!(%fault, "cannot tell that a channel is behind"),
                }
            }
            Err(fault) => tracing::warn!(%fault, "cannot look how far channels are"),
        }
        tokio::time::sleep(TURN).await;
    }
}

/// The channels that have not taken a change for a while.
async fn behind(shared: &Shared, seen: &mut BTreeMap<ChannelId, ChannelGlance>) -> Result<BTreeSet<ChannelId>, Error> {
    let services = &shared.services;
    let now = services.clock.now();
    let since = now.minus_seconds(i64::from(services.config.attention_minutes) * MINUTE_SECONDS);
    let look = async move |tx: &mut Tx<'_>| watched::channels(tx).await;
    let mut behind = BTreeSet::new();
    for channel in services.store.watch("watched.channels", look).await? {
        let look = async move |tx: &mut Tx<'_>| watched::channel(tx, channel, now).await;
        let lags = services.store.watch("watched.channel", look).await?;
        let glance = ChannelGlance::after(seen.get(&channel).copied().unwrap_or_default(), &lags, now);
        if glance.waiting_since.is_some_and(|waiting| waiting < since) {
            behind.insert(channel);
        }
        seen.insert(channel, glance);
    }
    Ok(behind)
}

async fn tell(shared: &Arc<Shared>, channels: Vec<ChannelId>) -> Result<(), Error> {
    if channels.is_empty() {
        return Ok(());
    }
    let at = shared.services.clock.now();
    let event = move |channel: ChannelId| Pending {
        event: EventType::ChannelBehind,
        object: channel.get(),
        scope: channel.get(),
        at,
    };
    let events: Vec<Pending> = channels.into_iter().map(event).collect();
    let add = async move |tx: &mut Tx<'_>| pending::add_all(tx, events.clone()).await;
    shared.services.store.write("event_pending.move", add).await
}
