//! Streams: how many clients of this process follow events. Must not know what they are sent.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use onhand_core::UserId;

/// Streams of a process.
const STREAMS_MAX: usize = 200;
/// Streams of an account.
const ACCOUNT_STREAMS_MAX: usize = 8;

/// The streams of a process, by account.
#[derive(Clone, Debug, Default)]
pub struct Streams(Arc<Mutex<HashMap<UserId, usize>>>);

/// The right to one stream; it is given back when this is dropped.
#[derive(Debug)]
pub struct StreamPermit {
    streams: Streams,
    account: UserId,
}

/// Why there is no stream.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoStream {
    /// The account has as many as it may have.
    OfAccount,
    /// The process has as many as it may have.
    OfProcess,
}

impl Streams {
    /// The right to one more stream of an account.
    pub fn join(&self, account: UserId) -> Result<StreamPermit, NoStream> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.get(&account).is_some_and(|count| *count >= ACCOUNT_STREAMS_MAX) {
            return Err(NoStream::OfAccount);
        }
        if counts.values().sum::<usize>() >= STREAMS_MAX {
            return Err(NoStream::OfProcess);
        }
        *counts.entry(account).or_insert(0) += 1;
        Ok(StreamPermit { streams: self.clone(), account })
    }
}

impl Drop for StreamPermit {
    fn drop(&mut self) {
        let mut counts = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.account) {
            *count -= 1;
        }
        counts.retain(|_, count| *count > 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_so_many_streams_and_gets_them_back() {
        let (streams, account) = (Streams::default(), UserId::new(1));
        let permits: Vec<StreamPermit> = (0..ACCOUNT_STREAMS_MAX).filter_map(|_| streams.join(account).ok()).collect();
        assert_eq!(permits.len(), ACCOUNT_STREAMS_MAX);
        assert_eq!(streams.join(account).err(), Some(NoStream::OfAccount));
        let other = streams.join(UserId::new(2)).expect("another account has its own");
        drop(permits);
        let again = streams.join(account).expect("they were given back");
        drop((other, again));
        assert!(streams.0.lock().expect("no panic").is_empty());
    }
}
