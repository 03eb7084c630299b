//! The read queue: so many reads at a time, so many that wait, and none for a caller that has gone.
//!
//! Promises: a caller that gives up leaves the queue at once; a queue that is full rejects at once; no caller waits
//! longer than a read may take. Must not know what is read.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Error;

/// Reads that wait for their turn at the most. At some thousands a second they wait less than a second.
const WAITING_MAX: usize = 2_048;

/// A queue of reads.
pub(super) struct ReadQueue {
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
    patience: Duration,
}

/// The right to read, until it is dropped.
pub(super) type ReadPermit = OwnedSemaphorePermit;

/// One that waits, until it is dropped.
struct Waiting<'t>(&'t AtomicUsize);

impl<'t> Waiting<'t> {
    fn join(waiting: &'t AtomicUsize) -> Result<Self, Error> {
        let joined = Self(waiting);
        match waiting.fetch_add(1, Ordering::Relaxed) < WAITING_MAX {
            true => Ok(joined),
            false => Err(Error::Unavailable("too many reads are waiting".to_owned())),
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl ReadQueue {
    /// A queue for so many reads at a time, each of which waits no longer than this.
    pub(super) fn new(places: usize, patience: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), waiting: AtomicUsize::new(0), patience }
    }

    /// Waits for a turn.
    pub(super) async fn take(&self) -> Result<ReadPermit, Error> {
        if let Ok(turn) = self.places.clone().try_acquire_owned() {
            return Ok(turn);
        }
        let _waiting = Waiting::join(&self.waiting)?;
        let turn = tokio::time::timeout(self.patience, self.places.clone().acquire_owned()).await;
        let late = || Error::Unavailable("other reads took all the time".to_owned());
        turn.ok().and_then(Result::ok).ok_or_else(late)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn a_full_queue_rejects_and_a_caller_that_goes_leaves_it() {
        let queue = ReadQueue::new(1, LONG);
        let first = queue.take().await.expect("no other read waits");
        let mut waiting: Vec<_> = (0..WAITING_MAX).map(|_| Box::pin(queue.take())).collect();
        for one in &mut waiting {
            assert!(futures_util::poll!(one).is_pending());
        }
        assert!(matches!(queue.take().await, Err(Error::Unavailable(_))), "the queue is full");
        drop(waiting);
        assert_eq!(queue.waiting.load(Ordering::Relaxed), 0);
        drop(first);
        drop(queue.take().await.expect("no other read waits any more"));
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let queue = ReadQueue::new(1, Duration::from_millis(20));
        let _first = queue.take().await.expect("no other read waits");
        assert!(matches!(queue.take().await, Err(Error::Unavailable(_))));
    }
}
