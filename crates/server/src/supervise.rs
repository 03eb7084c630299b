//! Tasks that must go on for as long as the process runs.
//!
//! Promises: a panic in one ends its run, not the process and not its neighbours; it is begun again, the later the more
//! often it breaks off. Must not know what the tasks do.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

/// The pause before a task is begun again; it doubles with every time up to the longest.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_mins(1);

/// Runs a future to its end; the text of its panic if it has one.
pub async fn caught<T>(work: impl Future<Output = T>) -> Result<T, String> {
    let mut work = pin!(work);
    let polled = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
        Err(panic) => Poll::Ready(Err(text(panic.as_ref()))),
    });
    polled.await
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no text".to_owned())
}

/// Runs a task until it ends by itself; one that panics is begun again after a pause.
pub async fn keep_going<F: Future<Output = ()>>(name: &'static str, task: impl FnMut() -> F) {
    keep_going_with(name, task, PAUSE).await;
}

async fn keep_going_with<F: Future<Output = ()>>(name: &'static str, mut task: impl FnMut() -> F, first: Duration) {
    let restarts = metrics::counter!("onhand_task_restarts_total", "task" => name);
    let mut pause = first;
    loop {
        let begun = Instant::now();
        let Err(panic) = caught(task()).await else { return };
        if begun.elapsed() > PAUSE_MAX {
            pause = first;
        }
        tracing::error!(task = name, panic, again_in_seconds = pause.as_secs(), "a background task has panicked");
        restarts.increment(1);
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_is_begun_again() {
        let runs = AtomicU32::new(0);
        let task = || async {
            tokio::task::yield_now().await;
            assert!(runs.fetch_add(1, Ordering::Relaxed) == 2, "a fault of the program");
        };
        keep_going_with("test", task, Duration::from_millis(1)).await;
        assert_eq!(runs.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn a_panic_says_why() {
        assert_eq!(caught(async { panic!("number {}", 7) }).await, Err::<(), _>("number 7".to_owned()));
        assert_eq!(caught(async { 7 }).await, Ok(7));
    }
}
