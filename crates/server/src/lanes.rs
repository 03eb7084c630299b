//! Lanes: batches that are under way at the same time touch different stocks.
//!
//! Promises: nothing for safety, which rests on the database's locks; but a batch that would only wait there for another
//! one of this process waits here, where it can still grow. What a command touches is compared by hash, as far as its
//! fields tell. Must not know what commands do.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher as _};
use std::pin::pin;
use std::sync::{Mutex, PoisonError};

use onhand_core::command::Needs;
use tokio::sync::Notify;

/// What the batches under way touch.
#[derive(Default)]
pub(crate) struct Lanes {
    touched: Mutex<HashSet<u64>>,
    left: Notify,
}

/// What one batch touches.
pub(crate) type Touched = HashSet<u64>;

/// What commands with these needs touch.
pub(crate) fn touched(needs: &Needs) -> Touched {
    let keys = needs.keys.iter().map(hash);
    let others = needs.product_keys.iter().map(hash).chain(needs.stocks.iter().map(hash));
    let orders = needs.orders.iter().map(hash).chain(needs.items.iter().map(hash));
    keys.chain(others).chain(orders).collect()
}

fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

impl Lanes {
    /// Enters if nothing under way touches the same; otherwise waits until a batch has left, and says `false`.
    pub(crate) async fn enter(&self, batch: &Touched) -> bool {
        let mut left = pin!(self.left.notified());
        // From here on, whoever leaves is heard.
        left.as_mut().enable();
        {
            let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
            if touched.is_disjoint(batch) {
                touched.extend(batch);
                return true;
            }
        }
        left.await;
        false
    }

    /// Leaves.
    pub(crate) fn leave(&self, batch: &Touched) {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        touched.retain(|one| !batch.contains(one));
        drop(touched);
        self.left.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_batch_at_a_time_touches_a_stock() {
        let lanes = Lanes::default();
        let (one, other) = (Touched::from([1, 2]), Touched::from([2, 3]));
        assert!(lanes.enter(&one).await);
        assert!(lanes.enter(&Touched::from([4])).await, "another stock is free");
        let waits = async { (lanes.enter(&other).await, lanes.enter(&other).await) };
        let leaves = async { lanes.leave(&one) };
        // Polled in this order: it waits, the first one leaves, and then there is room.
        let (entered, ()) = tokio::join!(waits, leaves);
        assert_eq!(entered, (false, true));
    }
}
