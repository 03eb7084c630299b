//! What operators watch of the data, looked at now and then: a request for it waits for nothing.
//!
//! Promises: looking takes a small part of the time, however much there is to look at. Must not know how numbers are
//! shown.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use onhand_core::Timestamp;
use onhand_core::fulfilment::UnplannedReason;
use onhand_store::channel_sync::lag::Lag;
use onhand_store::imports::State;
use onhand_store::watched::{self, Watched};
use onhand_store::{Error, Store, Tx};

use crate::clock::Clock;

/// After a look there is a pause of at least so many times as long.
const PAUSE_SHARE: u32 = 20;

/// Looks at the data, and remembers when.
pub struct Watch {
    store: Store,
    clock: Clock,
    last: Mutex<Option<Instant>>,
}

impl Watch {
    /// Nothing has been looked at yet.
    pub fn new(store: Store, clock: Clock) -> Self {
        Self { store, clock, last: Mutex::default() }
    }

    /// How long ago; `None` before the first time.
    pub fn age(&self) -> Option<Duration> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner).map(|at| at.elapsed())
    }

    /// Looks once.
    pub async fn look(&self) -> Result<(), Error> {
        let (now, begun) = (self.clock.now(), Instant::now());
        let seen = self.store.watch("watched.look", async |tx: &mut Tx<'_>| watched::look(tx).await).await?;
        show(&seen, now);
        for channel in seen.channels {
            let body = async move |tx: &mut Tx<'_>| watched::channel(tx, channel, now).await;
            show_channel(&channel.get().to_string(), &self.store.watch("watched.channel", body).await?, now);
        }
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(begun);
        Ok(())
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
