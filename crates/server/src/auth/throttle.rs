//! The log-in throttle: so many failures a minute per name and address, and per address.
//!
//! Promises: a log-in that succeeds costs nothing, so a client that signs in often is not shut out; attempts that are
//! still being checked count, so many at once are no way around it. Neighbours in one IPv6 network of 64 bits are one
//! address. Must not know passwords.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use super::limiter::{Limiter, network};

/// Failures from one address, as a multiple of those for one name.
const ADDRESS_FACTOR: u32 = 10;
/// In what time failures are counted.
const MINUTE: Duration = Duration::from_mins(1);

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
        let each = |failures: u32| MINUTE / failures;
        Self {
            names: Limiter::new(each(failures_per_minute.get()), MINUTE),
            addresses: Limiter::new(each(failures_per_minute.get().saturating_mul(ADDRESS_FACTOR)), MINUTE),
        }
    }

    /// Counts an attempt; if it is not allowed, it says after how many seconds the next one is.
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
        assert_eq!(throttle.names.remembered(), 0, "what is quiet is forgotten");
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
