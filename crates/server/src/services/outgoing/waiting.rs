//! Waiting until the data sources have said what becomes of the lines of an order.
//!
//! Promises: a wait ends in its time, holds no lock and no connection of the database between two looks, and looks again
//! when a line has changed, or after a second, since other processes change lines, too. Must not know who waits.

use std::time::Duration;

use onhand_core::{OrderId, OrderItem, OutgoingState};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::services::orders::{WholeOrder, whole};
use crate::services::{ServiceError, Services};

/// The longest wait, in seconds.
pub const WAIT_SECONDS_MAX: u64 = 30;
/// How long it is believed that nothing has changed.
const DOUBT: Duration = Duration::from_secs(1);
/// Between two looks at the least; it doubles from look to look, up to the other one.
const PAUSE_MIN: Duration = Duration::from_millis(10);
const PAUSE_MAX: Duration = Duration::from_millis(320);

/// Whether a line has no answer of its data source yet.
pub fn is_pending(item: &OrderItem) -> bool {
    item.outgoing.as_ref().is_some_and(|line| line.state == OutgoingState::Pending)
}

/// The order as it is when none of its lines is pending, or when the time is over.
pub async fn settled(services: &Services, order: OrderId, patience: Duration) -> Result<WholeOrder, ServiceError> {
    let end = Instant::now() + patience.min(Duration::from_secs(WAIT_SECONDS_MAX));
    let (mut changed, mut pause) = (services.writer.outgoing(), PAUSE_MIN);
    loop {
        changed.mark_unchanged();
        let found = services.store.read_inline("orders.by_id", async move |tx| whole(tx, order).await).await?;
        let found = found.ok_or(ServiceError::NotFound)?;
        if Instant::now() >= end || !found.1.iter().any(is_pending) {
            return Ok(found);
        }
        let look = async {
            sleep(pause).await;
            // Only the writer's end closes it, and then the next look fails.
            let _ = timeout(DOUBT, changed.changed()).await;
        };
        let _ = timeout_at(end, look).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
