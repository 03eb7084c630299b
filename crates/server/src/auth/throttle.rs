//! The log-in throttle: so many failures a minute per name and address, and per address.
//!
//! Promises: a log-in that succeeds costs nothing, so a client that signs in often is not shut out; attempts that are still
//! being checked count, so many at once are no way around it. Neighbours in one IPv6 network of 64 bits are one address.
//! Must not know passwords.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Failures from one address, as a multiple of those for one name.
const ADDRESS_FACTOR: u32 = 10;
/// Names and addresses that are remembered at the most.
const REMEMBERED_MAX: usize = 100_000;

/// Counts log-in failures.
pub struct Throttle {
    names: Limiter<(String, IpAddr)>,
    addresses: Limiter<IpAddr>,
}

/// An attempt that is being checked. It counts as a failure unless it is told otherwise.
#[must_use]
pub struct Attempt<'t> {
    throttle: &'t Throttle,
    key: (String, IpAddr),
}

impl Attempt<'_> {
    /// The log-in succeeded: the attempt does not count.
    pub fn succeeded(self) {
        self.throttle.addresses.give_back(&self.key.1);
        self.throttle.names.give_back(&self.key);
    }
}

impl Throttle {
    /// A throttle of so many failures a minute for one name from one address.
    pub fn new(failures_per_minute: NonZeroU32) -> Self {
        Self {
            names: Limiter::new(failures_per_minute.get()),
            addresses: Limiter::new(failures_per_minute.get().saturating_mul(ADDRESS_FACTOR)),
        }
    }

    /// Counts an attempt; refused, it says after how many seconds the next one is allowed.
    pub fn attempt(&self, username: &str, address: IpAddr) -> Result<Attempt<'_>, u64> {
        self.attempt_at(username, address, Instant::now())
    }

    fn attempt_at(&self, username: &str, address: IpAddr, now: Instant) -> Result<Attempt<'_>, u64> {
        let key = (username.to_owned(), network(address));
        self.addresses.take(&key.1, now)?;
        if let Err(wait) = self.names.take(&key, now) {
            self.addresses.give_back(&key.1);
            return Err(wait);
        }
        Ok(Attempt { throttle: self, key })
    }

    /// Forgets names and addresses that have been quiet, so that memory stays bounded.
    pub fn tidy(&self) {
        let now = Instant::now();
        self.names.tidy(now);
        self.addresses.tidy(now);
    }
}

/// What counts as one address: a home or an office has a whole IPv6 network of 64 bits to itself.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() & !u128::from(u64::MAX))),
    }
}

/// A leaky bucket for each key, kept as the time at which it is empty again (the generic cell rate algorithm).
struct Limiter<K> {
    each: Duration,
    burst: Duration,
    empty_at: Mutex<HashMap<K, Instant>>,
}

impl<K: Hash + Eq + Clone> Limiter<K> {
    fn new(per_minute: u32) -> Self {
        let burst = Duration::from_mins(1);
        Self { each: burst / per_minute, burst, empty_at: Mutex::default() }
    }

    /// Takes one; refused, it says after how many seconds one can be had.
    fn take(&self, key: &K, now: Instant) -> Result<(), u64> {
        let mut all = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= REMEMBERED_MAX {
            all.retain(|_, empty_at| *empty_at > now);
        }
        if all.len() >= REMEMBERED_MAX {
            // So many within a minute come from very many addresses; memory counts for more than their failures.
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

    fn give_back(&self, key: &K) {
        let mut all = self.empty_at.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(empty_at) = all.get_mut(key) {
            *empty_at = empty_at.checked_sub(self.each).unwrap_or(*empty_at);
        }
    }

    fn tidy(&self, now: Instant) {
        self.empty_at.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, empty_at| *empty_at > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttle(failures: u32) -> Throttle {
        Throttle::new(NonZeroU32::new(failures).expect("not zero"))
    }

    #[test]
    fn a_name_is_throttled_at_one_address_only() {
        let throttle = throttle(3);
        let (here, there) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        assert!((0..3).all(|_| throttle.attempt("erp", here).is_ok()));
        let wait = throttle.attempt("erp", here).err().expect("the fourth within a minute");
        assert!((1..=61).contains(&wait), "{wait}");
        assert!(throttle.attempt("erp", there).is_ok());
        assert!(throttle.attempt("shop", here).is_ok());
    }

    #[test]
    fn only_failures_count() {
        let throttle = throttle(3);
        let here = IpAddr::from([10, 0, 0, 1]);
        for _ in 0..100 {
            let Ok(attempt) = throttle.attempt("erp", here) else { panic!("none of them failed") };
            attempt.succeeded();
        }
        assert!((0..3).all(|_| throttle.attempt("erp", here).is_ok()));
        assert!(throttle.attempt("erp", here).is_err(), "three that were not told to have succeeded");
    }

    #[test]
    fn one_is_allowed_again_as_time_passes() {
        let throttle = throttle(3);
        let (here, now) = (IpAddr::from([10, 0, 0, 1]), Instant::now());
        let attempt = |seconds| throttle.attempt_at("erp", here, now + Duration::from_secs(seconds)).is_ok();
        assert_eq!([0, 0, 0, 0, 19, 20, 21, 40].map(attempt), [true, true, true, false, false, true, false, true]);
        throttle.names.tidy(now + Duration::from_mins(3));
        assert!(throttle.names.empty_at.lock().expect("no panic").is_empty(), "what is quiet is forgotten");
    }

    #[test]
    fn a_network_of_64_bits_is_one_address() {
        let throttle = throttle(1);
        let attempt = |text: &str| throttle.attempt("erp", text.parse().expect("an address")).is_ok();
        assert!(attempt("2001:db8:1:2::1"));
        assert!(!attempt("2001:db8:1:2:ffff::9"));
        assert!(attempt("2001:db8:1:3::1"));
        assert!(attempt("192.0.2.1"));
        assert!(!attempt("::ffff:192.0.2.1"), "the same machine, spoken to over IPv6");
    }
}
