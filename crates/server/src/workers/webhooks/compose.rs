//! Composing: events that wait are put into the event log, with their objects as they are by then.
//!
//! Promises: an event is in the log before it stops waiting; orders that wait for the writer come first. Must not know who
//! reads the log, nor how an object is shown.

use std::sync::Arc;
use std::time::{Duration, Instant};

use onhand_store::Tx;
use onhand_store::events::log;
use onhand_store::events::pending::{self, Pending};

use super::Shared;
use crate::services::ServiceError;
use crate::webhooks::Compose;

/// How often it is looked for events that wait.
const TURN: Duration = Duration::from_millis(100);
/// Events that are put into the log together.
const TOGETHER: i64 = 256;
/// How much longer than it has worked it pauses while commands come in.
const REST: u32 = 4;

/// Puts events into the log for as long as this process tells webhooks.
pub(super) async fn run(shared: Arc<Shared>, compose: Compose) {
    let mut submitted = 0;
    loop {
        let begun = Instant::now();
        let is_full = match round(&shared, compose).await {
            Ok(composed) => composed as i64 == TOGETHER,
            Err(ServiceError::Stopping) => return,
            Err(fault) => {
                tracing::warn!(%fault, "cannot put events into the log");
                tokio::time::sleep(super::PAUSE).await;
                false
            }
        };
        let (before, writer) = (submitted, &shared.services.writer);
        submitted = writer.submitted();
        match (is_full, before == submitted) {
            (true, true) => {}
            (true, false) => tokio::time::sleep(begun.elapsed() * REST).await,
            (false, _) => tokio::time::sleep(TURN).await,
        }
    }
}

/// Puts some events into the log; how many have waited.
async fn round(shared: &Arc<Shared>, compose: Compose) -> Result<usize, ServiceError> {
    let services = &shared.services;
    let waiting = services.store.read_inline("event_pending.oldest", async |tx| pending::oldest(tx, TOGETHER).await);
    let waiting: Vec<Pending> = waiting.await?;
    if waiting.is_empty() {
        return Ok(0);
    }
    let read = waiting.clone();
    let events =
        services.store.read("event_log.compose", async move |tx: &mut Tx<'_>| compose(tx, &read).await).await?;
    let (count, now, holder) = (waiting.len(), services.clock.now(), shared.clone());
    let put = async move |tx: &mut Tx<'_>| {
        if !holder.holds(tx).await? {
            return Ok(false);
        }
        log::add_all(tx, events.clone(), now).await?;
        pending::remove(tx, &waiting).await?;
        Ok(true)
    };
    match services.store.write("event_log.add", put).await? {
        true => {
            services.webhooks.logged.send_replace(());
            Ok(count)
        }
        // Another process does it now.
        false => Ok(0),
    }
}
