//! Retention: what is old is rolled up or removed, a little at a time.
//!
//! Promises: a step is followed by a pause three times as long as the step, so that most of the database's time is left to
//! others; processes that do it together do it once. Must not know what is old, or what becomes of it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::PAUSE_FACTOR;
use crate::services::retention::{self, Kept};
use crate::services::{ServiceError, Services};

/// How often it is looked for something old.
const TURN: Duration = Duration::from_mins(1);

/// Goes on for ever.
pub(super) async fn run(services: Arc<Services>) {
    let holder = super::lease_holder(&services, "retention");
    loop {
        for kept in Kept::ALL {
            match go_over(&services, kept, &holder).await {
                Ok(()) => {}
                Err(ServiceError::Stopping) => return,
                Err(fault) => tracing::warn!(%fault, ?kept, "cannot remove what is old"),
            }
        }
        tokio::time::sleep(TURN).await;
    }
}

/// Does steps for one kind of rows until nothing is old.
async fn go_over(services: &Services, kept: Kept, holder: &str) -> Result<(), ServiceError> {
    loop {
        let begun = Instant::now();
        if !retention::step(services, kept, holder).await? {
            return Ok(());
        }
        tokio::time::sleep(begun.elapsed() * PAUSE_FACTOR).await;
    }
}
