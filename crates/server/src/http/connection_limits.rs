//! Connection limits: so many connections from one address.
//!
//! Promises: a permit is returned when its connection has ended. Must not know what is spoken on a connection.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use crate::auth::network;

/// Who has how many connections.
pub(super) struct ConnectionLimits {
    most: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// A permit, until it is dropped.
pub(super) struct ConnectionPermit {
    places: Arc<ConnectionLimits>,
    address: IpAddr,
}

impl ConnectionLimits {
    /// So many for each address.
    pub(super) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    /// A permit for another connection from this address, if it has any left.
    pub(super) fn take(self: &Arc<Self>, address: IpAddr) -> Option<ConnectionPermit> {
        let address = network(address);
        let mut all = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = all.entry(address).or_insert(0);
        if *taken >= self.most {
            return None;
        }
        *taken += 1;
        drop(all);
        Some(ConnectionPermit { places: self.clone(), address })
    }
}

impl Drop for ConnectionPermit {
    fn drop(&mut self) {
        let mut all = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = all.get_mut(&self.address) {
            *taken -= 1;
            if *taken == 0 {
                all.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_its_places_back_when_its_connections_end() {
        let places = ConnectionLimits::new(2);
        let (here, there) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let both = (places.take(here), places.take(here));
        assert!(both.0.is_some() && both.1.is_some());
        assert!(places.take(here).is_none());
        assert!(places.take(there).is_some());
        drop(both);
        assert!(places.take(here).is_some());
        assert!(places.taken.lock().expect("no panic").is_empty(), "no address is remembered that has gone");
    }
}
