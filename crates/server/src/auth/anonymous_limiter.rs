//! Requests of those who have not said who they are, or not truly: so many a second from one address.
//!
//! Promises: a client whose token was good a moment ago is not counted. Must not know requests.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::limiter::{Limiter, network};

/// So many seconds' requests may come at once.
const BURST: Duration = Duration::from_secs(10);

/// Counts requests of unauthenticated clients.
pub struct AnonymousLimiter(Option<Limiter<IpAddr>>);

impl AnonymousLimiter {
    /// So many a second from one address; 0 for any number.
    pub fn new(per_second: u32) -> Self {
        let each = Duration::from_secs(1).checked_div(per_second);
        Self(each.map(|each| Limiter::new(each, BURST)))
    }

    /// Counts a request; whether the address may have it.
    pub fn admits(&self, address: IpAddr) -> bool {
        self.0.as_ref().is_none_or(|limiter| limiter.take(&network(address), Instant::now()).is_ok())
    }

    /// The request had a good token after all.
    pub fn give_back(&self, address: IpAddr) {
        if let Some(limiter) = &self.0 {
            limiter.give_back(&network(address));
        }
    }

    /// Forgets addresses that have been quiet, so that memory stays bounded.
    pub fn tidy(&self) {
        if let Some(limiter) = &self.0 {
            limiter.tidy(Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_burst_and_others_have_theirs() {
        let anonymous_limiter = AnonymousLimiter::new(1);
        let (here, there) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        assert_eq!((0..20).filter(|_| anonymous_limiter.admits(here)).count(), 10);
        assert!(anonymous_limiter.admits(there));
        anonymous_limiter.give_back(here);
        assert!(anonymous_limiter.admits(here));
    }

    #[test]
    fn nought_is_no_limit() {
        let anonymous_limiter = AnonymousLimiter::new(0);
        assert!((0..100_000).all(|_| anonymous_limiter.admits(IpAddr::from([10, 0, 0, 1]))));
    }
}
