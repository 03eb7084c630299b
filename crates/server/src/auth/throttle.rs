//! The log-in throttle: so many attempts a minute per name and address, and per address.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Attempts from one address, as a multiple of those for one name.
const ADDRESS_FACTOR: u32 = 10;

/// Counts log-in attempts.
pub struct Throttle {
    names: DefaultKeyedRateLimiter<(String, IpAddr)>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    clock: DefaultClock,
}

impl Throttle {
    /// A throttle of so many attempts a minute for one name from one address.
    pub fn new(attempts_per_minute: NonZeroU32) -> Self {
        Self {
            names: RateLimiter::keyed(Quota::per_minute(attempts_per_minute)),
            addresses: RateLimiter::keyed(Quota::per_minute(
                attempts_per_minute
                    .saturating_mul(NonZeroU32::new(ADDRESS_FACTOR).expect("a constant that is not zero")),
            )),
            clock: DefaultClock::default(),
        }
    }

    /// Counts an attempt; refused, it says after how many seconds the next one is allowed.
    pub fn attempt(&self, username: &str, address: IpAddr) -> Result<(), u64> {
        let by_address = self.addresses.check_key(&address);
        let by_name = self.names.check_key(&(username.to_owned(), address));
        let waits = [by_address.err(), by_name.err()].into_iter().flatten();
        match waits.map(|refused| refused.wait_time_from(self.clock.now())).max() {
            None => Ok(()),
            Some(wait) => Err(wait.as_secs() + 1),
        }
    }

    /// Forgets names and addresses that have been quiet, so that memory stays bounded.
    pub fn tidy(&self) {
        self.names.retain_recent();
        self.addresses.retain_recent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_throttled_at_one_address_only() {
        let throttle = Throttle::new(NonZeroU32::new(3).expect("not zero"));
        let (here, there) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        assert!((0..3).all(|_| throttle.attempt("erp", here).is_ok()));
        let wait = throttle.attempt("erp", here).expect_err("the fourth within a minute");
        assert!((1..=61).contains(&wait), "{wait}");
        assert!(throttle.attempt("erp", there).is_ok());
        assert!(throttle.attempt("shop", here).is_ok());
    }
}
