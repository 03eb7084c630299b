//! Ending the reservations of carts whose time is over.
//!
//! Promises: what is over is written down within a second or so, also while no request comes. Must not know what
//! an end does to stock.

use std::sync::Arc;

use crate::services::carts::expiry;
use crate::services::{ServiceError, Services};

/// Ends what is over, for ever.
pub(super) async fn run(services: Arc<Services>) {
    loop {
        match expiry::look(&services).await {
            Err(ServiceError::Stopping) => return,
            Err(fault) => {
                tracing::warn!(%fault, "cannot end reservations of carts whose time is over");
                tokio::time::sleep(expiry::LOOK).await;
            }
            Ok(()) => {}
        }
        services.cart_expiry.wait(services.clock.now()).await;
    }
}
