//! Delays: imports that cannot be gone on with just now, and are tried again.
//!
//! Promises: one that cannot be done is tried ever more seldom, and holds up no other one. Must not know what an import
//! is.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use onhand_core::ImportId;

/// The pause before the first new try; it doubles with every one up to the longest.
const PAUSE: Duration = Duration::from_secs(2);
const PAUSE_MAX: Duration = Duration::from_mins(1);

#[derive(Clone, Debug)]
struct Delay {
    until: Instant,
    pause: Duration,
    told: String,
}

/// The delayed imports of this process.
#[derive(Debug, Default)]
pub struct Delays(Mutex<BTreeMap<i64, Delay>>);

impl Delays {
    fn all(&self) -> MutexGuard<'_, BTreeMap<i64, Delay>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An import cannot be gone on with; after how long it is tried again.
    pub fn note(&self, id: ImportId, told: &str) -> Duration {
        let mut all = self.all();
        let pause = all.get(&id.get()).map_or(PAUSE, |delay| (delay.pause * 2).min(PAUSE_MAX));
        all.insert(id.get(), Delay { until: Instant::now() + pause, pause, told: told.to_owned() });
        pause
    }

    /// An import is over, or another process's.
    pub fn end(&self, id: ImportId) {
        self.all().remove(&id.get());
    }

    /// Whether it is too early for another try.
    pub fn is_waiting(&self, id: ImportId) -> bool {
        self.all().get(&id.get()).is_some_and(|delay| delay.until > Instant::now())
    }

    /// Why an import is delayed, if it is.
    pub fn told(&self, id: ImportId) -> Option<String> {
        self.all().get(&id.get()).map(|delay| delay.told.clone())
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.all().len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_become_seldom_and_begin_anew_after_the_end() {
        let (delays, id) = (Delays::default(), ImportId::new(7));
        let pauses: Vec<u64> = (0..7).map(|_| delays.note(id, "full").as_secs()).collect();
        assert_eq!(pauses, [2, 4, 8, 16, 32, 60, 60]);
        assert!(delays.is_waiting(id) && !delays.is_waiting(ImportId::new(8)));
        assert_eq!((delays.told(id), delays.count()), (Some("full".to_owned()), 1));
        delays.end(id);
        assert_eq!((delays.told(id), delays.count()), (None, 0));
        assert_eq!(delays.note(id, "full"), PAUSE);
    }
}
