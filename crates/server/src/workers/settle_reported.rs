//! Settling reported lines by their age, in the lists that say so.
//!
//! Promises: a line is settled within a minute or so of the time that its list says; processes that do it together do it
//! once. Must not know what settling does to stock.

use std::sync::Arc;
use std::time::Duration;

use super::PAUSE;
use crate::services::{ServiceError, Services, stock_health};

/// How often it looks where there is much to look at that other lists leave as it is.
const LONG_PAUSE: Duration = Duration::from_mins(1);

/// Settles what is old, for ever.
pub(super) async fn run(services: Arc<Services>) {
    loop {
        let pause = match stock_health::settle_old(&services).await {
            Ok(false) => PAUSE,
            Ok(true) => LONG_PAUSE,
            Err(ServiceError::Stopping) => return,
            Err(fault) => {
                tracing::warn!(%fault, "cannot settle reported lines by their age");
                LONG_PAUSE
            }
        };
        tokio::time::sleep(pause).await;
    }
}
