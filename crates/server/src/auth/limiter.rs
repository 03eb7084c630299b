//! So many in a time, for each of many.
//!
//! Promises: memory is bounded, whichever addresses ask. Must not know what is limited.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Keys that are remembered at the most.
const REMEMBERED_MAX: usize = 100_000;

/// What counts as one address: a home or an office has a whole IPv6 network of 64 bits to itself.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// A leaky bucket for each key, kept as the time at which it is empty again (the generic cell rate algorithm).
pub(super) struct Limiter<K> {
    each: Duration,
    burst: Duration,
    empty_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    /// One in each `each`, and as many at once as that makes in `burst`.
    pub(super) fn new(each: Duration, burst: Duration) -> Self {
        Self { each, burst, empty_at: Mutex::default() }
    }

    /// Takes one; if there is none, it says after how many seconds one can be had.
    pub(super) fn take(&self, key: &K, now: Instant) -> Result<(), u64> {
        let mut all = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED_MAX {
            all.retain(|_, empty_at| *empty_at > now);
        }
        if all.len() >= REMEMBERED_MAX {
            // So many at a time come from very many addresses; memory counts for more than what they have had.
            all.clear();
        }
        let empty_at = all.get(key).copied().unwrap_or(now).max(now) + self.each;
        match (empty_at - now).checked_sub(self.burst) {
            Some(wait) if !wait.is_zero() => Err(wait.as_secs() + 1),
            _ => {
                all.insert(key.clone(), empty_at);
                Ok(())
            }
        }
    }

    pub(super) fn give_back(&self, key: &K) {
        let mut all = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(empty_at) = all.get_mut(key) {
            *empty_at = empty_at.checked_sub(self.each).unwrap_or(*empty_at);
        }
    }

    /// Forgets keys that have been quiet.
    pub(super) fn tidy(&self, now: Instant) {
        self.empty_at.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, empty_at| *empty_at > now);
    }

    /// How many are remembered.
    #[cfg(test)]
    pub(super) fn remembered(&self) -> usize {
        self.empty_at.lock().expect("no panic").len()
    }
}
