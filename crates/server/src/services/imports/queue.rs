//! The queue of imports, as far as it is in memory: workers are told that there is one, and tell which are delayed.
//!
//! Promises: a worker that was not waiting when there was something to do finds it when it looks next. What is queued
//! is in the database. Must not know what workers do.

use tokio::sync::Notify;

use super::delays::Delays;

/// How workers of this process are told of imports.
#[derive(Debug, Default)]
pub struct ImportQueue {
    there_is_work: Notify,
    /// Imports that are tried again later.
    pub delays: Delays,
}

impl ImportQueue {
    /// There is something to do.
    pub fn wake(&self) {
        self.there_is_work.notify_waiters();
        // No worker may be waiting just now: the next one that looks finds this.
        self.there_is_work.notify_one();
    }

    /// Waits until there is something to do.
    pub async fn there_is_work(&self) {
        self.there_is_work.notified().await;
    }
}
