//! What operators watch of the data, looked at now and then: a request for it waits for nothing.
//!
//! Promises: looking takes a small part of the time, however much there is to look at; what was seen of channels is kept
//! for those who ask between two looks. Must not know how numbers are shown.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use onhand_core::fulfilment::UnplannedReason;
use onhand_core::{ChannelId, Timestamp};
use onhand_store::channel_sync::lag::Lag;
use onhand_store::imports::State;
use onhand_store::watched::{self, Watched};
use onhand_store::{Error, Store, Tx};

use crate::clock::Clock;

/// After a look there is a pause of at least so many times as long.
const PAUSE_SHARE: u32 = 20;

/// How a channel stood at the last look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ChannelGlance {
    /// Due deliveries, and changes that have not been looked at for it.
    pub waiting: i64,
    /// Since when the channel has taken nothing of what waits.
    pub waiting_since: Option<Timestamp>,
    /// Objects whose newest version it could not take.
    pub failed: i64,
    /// Since when.
    pub failed_since: Option<Timestamp>,
    /// Since which look it was never up to date.
    behind_since: Option<Timestamp>,
}

/// Looks at the data, and remembers when.
pub struct Watch {
    store: Store,
    clock: Clock,
    last: Mutex<Option<Instant>>,
    channels: Mutex<BTreeMap<ChannelId, ChannelGlance>>,
}

impl Watch {
    /// Nothing has been looked at yet.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, last: Mutex::default(), channels: Mutex::default() }
    }

    /// How long ago; `None` before the first time.
    pub fn age(&self) -> Option<Duration> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).map(|at| at.elapsed())
    }

    /// The channels that read feeds, as they were seen last.
    pub fn channels(&self) -> BTreeMap<ChannelId, ChannelGlance> {
        self.channels.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks once.
    pub async fn look(&self) -> Result<(), Error> {
        let (now, begun) = (self.clock.now(), Instant::now());
        let seen = self.store.watch("watched.look", async |tx: &mut Tx<'_>| watched::look(tx).await).await?;
        show(&seen, now);
        let before = self.channels();
        let mut channels = BTreeMap::new();
        for channel in seen.channels {
            let body = async move |tx: &mut Tx<'_>| watched::channel(tx, channel, now).await;
            let lags = self.store.watch("watched.channel", body).await?;
            show_channel(&channel.get().to_string(), &lags, now);
            let before = before.get(&channel).copied().unwrap_or_default();
            channels.insert(channel, ChannelGlance::after(before, &lags, now));
        }
        *self.channels.lock().unwrap_or_else(PoisonError::into_inner) = channels;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
        Ok(())
    }
}

impl ChannelGlance {
    /// What is seen at a look, after an earlier one.
    pub(crate) fn after(before: Self, lags: &[Lag], now: Timestamp) -> Self {
        let waiting = lags.iter().map(|lag| lag.inserts + lag.updates + lag.removals + lag.behind).sum();
        let behind_since = (waiting > 0).then(|| before.behind_since.unwrap_or(now));
        // When a change was made that has not been looked at is not known. The channel has taken something since, or
        // else it was there at the look that found it first.
        let acknowledged = lags.iter().filter_map(|lag| lag.acknowledged_at).max();
        let idle_since = behind_since.map(|since| acknowledged.map_or(since, |at| at.max(since)));
        let oldest = lags.iter().filter_map(|lag| lag.oldest_at).min();
        Self {
            waiting,
            waiting_since: idle_since.map(|since| oldest.map_or(since, |oldest| oldest.min(since))),
            failed: lags.iter().map(|lag| lag.failed).sum(),
            failed_since: lags.iter().filter_map(|lag| lag.failed_oldest_at).min(),
            behind_since,
        }
    }
}

/// Looks again and again, as long as the process runs.
pub async fn run(watch: Arc<Watch>, pause: Duration) {
    loop {
        let begun = Instant::now();
        if let Err(fault) = watch.look().await {
            tracing::warn!(%fault, "cannot read the numbers of /metrics from the database");
        }
        tokio::time::sleep(pause.max(begun.elapsed() * PAUSE_SHARE)).await;
    }
}

fn show(seen: &Watched, now: Timestamp) {
    for lines in &seen.lines {
        metrics::gauge!("onhand_reservations", "state" => lines.kind).set(lines.count as f64);
        metrics::gauge!("onhand_reservations_oldest_seconds", "state" => lines.kind).set(age(lines.oldest_at, now));
    }
    for (reason, count) in &seen.unplanned {
        if *reason == UnplannedReason::Short {
            metrics::gauge!("onhand_short_lines").set(*count as f64);
        }
        metrics::gauge!("onhand_unplanned_lines", "reason" => reason.word()).set(*count as f64);
    }
    metrics::gauge!("onhand_discrepancies_active").set(seen.discrepancies as f64);
    metrics::gauge!("onhand_import_files_bytes").set(seen.import_bytes as f64);
    for state in State::OPEN {
        let count = seen.imports.iter().filter(|word| *word == state.word()).count();
        metrics::gauge!("onhand_imports", "state" => state.word()).set(count as f64);
    }
}

fn show_channel(channel: &str, lags: &[Lag], now: Timestamp) {
    let waiting: i64 = lags.iter().map(|lag| lag.inserts + lag.updates + lag.removals + lag.behind).sum();
    let failed: i64 = lags.iter().map(|lag| lag.failed).sum();
    let oldest = lags.iter().filter_map(|lag| lag.oldest_at).min();
    let labels = [("channel", channel.to_owned())];
    metrics::gauge!("onhand_channel_waiting", &labels).set(waiting as f64);
    metrics::gauge!("onhand_channel_oldest_seconds", &labels).set(age(oldest, now));
    metrics::gauge!("onhand_channel_failures", &labels).set(failed as f64);
}

/// Seconds since a time; 0 where there is none.
fn age(at: Option<Timestamp>, now: Timestamp) -> f64 {
    at.map_or(0.0, |at| (now.micros() - at.micros()).max(0) as f64 / 1e6)
}

#[cfg(test)]
mod tests {
    use onhand_core::channel_sync::ObjectKind;

    use super::*;

    fn lag(behind: i64, updates: i64, oldest: Option<i64>, acknowledged: Option<i64>) -> Lag {
        let at = |seconds: i64| Timestamp::from_micros(seconds * 1_000_000);
        Lag {
            kind: ObjectKind::Stock,
            acknowledged_at: acknowledged.map(at),
            version_at: None,
            inserts: 0,
            updates,
            removals: 0,
            failed: 0,
            failed_oldest_at: None,
            behind,
            oldest_at: oldest.map(at),
        }
    }

    #[test]
    fn a_channel_waits_since_it_took_nothing() {
        // Looks at seconds 100, 200 and 300: changes not looked at, due updates, the oldest of those, the last
        // acknowledgement; and since when it waits at the third look.
        let cases = [
            ([(0, 0, None, None); 3], None),
            ([(5, 0, None, None); 3], Some(100)),
            ([(5, 0, None, Some(50)); 3], Some(100)),
            ([(5, 0, None, Some(90)), (0, 0, None, Some(190)), (2, 0, None, Some(190))], Some(300)),
            ([(5, 0, None, Some(99)), (5, 0, None, Some(199)), (5, 0, None, Some(299))], Some(299)),
            ([(0, 3, Some(20), Some(50)); 3], Some(20)),
            ([(9, 3, Some(250), Some(260)); 3], Some(250)),
        ];
        for (looks, since) in cases {
            let mut glance = ChannelGlance::default();
            for (look, (behind, updates, oldest, acknowledged)) in (1..).zip(looks) {
                let now = Timestamp::from_micros(look * 100_000_000);
                glance = ChannelGlance::after(glance, &[lag(behind, updates, oldest, acknowledged)], now);
            }
            assert_eq!(glance.waiting_since, since.map(|at: i64| Timestamp::from_micros(at * 1_000_000)), "{looks:?}");
        }
    }
}
