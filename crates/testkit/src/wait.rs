//! Waiting until something is true.
//!
//! Promises: a question is asked again until it is answered with `Ok`; what was answered last is in the panic of a
//! test that waits in vain. The limits are for tests that hang. Must not know what is asked.

use std::fmt::Debug;
use std::time::{Duration, Instant};

/// What takes longer than this never comes: leases run out, and work that failed is tried again, long before.
pub const WAIT_MAX: Duration = Duration::from_mins(5);

/// Between two questions.
const PAUSE: Duration = Duration::from_millis(5);

/// Asks until the answer is `Ok`.
pub fn until<T, E: Debug>(ask: impl FnMut() -> Result<T, E>) -> T {
    until_within(WAIT_MAX, ask)
}

/// The same, where it is promised how long it takes at the most.
pub fn until_within<T, E: Debug>(limit: Duration, mut ask: impl FnMut() -> Result<T, E>) -> T {
    let begun = Instant::now();
    loop {
        match ask() {
            Ok(found) => return found,
            Err(seen) => assert!(begun.elapsed() < limit, "it never came: {seen:?}"),
        }
        std::thread::park_timeout(PAUSE);
    }
}

/// The same, for a task.
#[cfg(feature = "http")]
pub async fn until_async<T, E: Debug>(mut ask: impl AsyncFnMut() -> Result<T, E>) -> T {
    let begun = Instant::now();
    loop {
        match tokio::time::timeout(WAIT_MAX, ask()).await.expect("there is an answer") {
            Ok(found) => return found,
            Err(seen) => assert!(begun.elapsed() < WAIT_MAX, "it never came: {seen:?}"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Asks until a condition holds; `missing` says what there is not as long as it does not.
pub fn until_true(missing: &str, mut is_true: impl FnMut() -> bool) {
    until(|| is_true().then_some(()).ok_or(missing));
}
