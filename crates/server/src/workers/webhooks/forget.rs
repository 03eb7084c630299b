//! Forgetting: old events and deliveries are removed, a few at a time. Must not know who has read them.

use std::sync::Arc;
use std::time::Duration;

use onhand_store::events::{log, pending};
use onhand_store::tables::webhook_deliveries;
use onhand_store::{Error, Tx};

use super::Shared;

/// How often it is looked for something old.
const TURN: Duration = Duration::from_mins(1);
/// Rows of each table that are removed in one transaction, and how many such transactions there are in one turn.
const TOGETHER: i64 = 500;
const STEPS_MAX: usize = 200;
const DAY_SECONDS: i64 = 24 * 3_600;

/// Forgets for as long as this process tells webhooks.
pub(super) async fn run(shared: Arc<Shared>) {
    loop {
        for _ in 0..STEPS_MAX {
            match step(&shared).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(fault) => {
                    tracing::warn!(%fault, "cannot remove old events");
                    break;
                }
            }
        }
        tokio::time::sleep(TURN).await;
    }
}

/// Forgets some; whether there may be more.
async fn step(shared: &Arc<Shared>) -> Result<bool, Error> {
    let services = &shared.services;
    let now = services.clock.now();
    let before = now.minus_seconds(i64::from(services.config.event_days) * DAY_SECONDS);
    let body = async move |tx: &mut Tx<'_>| {
        pending::forget_streams(tx, now).await?;
        let events = log::forget(tx, before, TOGETHER).await?;
        Ok(webhook_deliveries::forget(tx, before, TOGETHER).await? || events)
    };
    services.store.write("event_log.forget", body).await
}
