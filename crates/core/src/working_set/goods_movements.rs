//! Goods movements in the working set.
//!
//! Promises: what leaves and what arrives is noted once, at the moment it happened, so that a count of an earlier
//! moment can be compared with what stood there then. Must not know why anything moved.

use std::collections::HashMap;

use super::tracked::Tracked;
use crate::fulfilment::GoodsMovement;
use crate::{StockId, Timestamp};

/// Goods movements of a batch, and sums of stored ones.
#[derive(Debug, Default)]
pub struct GoodsMovements {
    made: Vec<GoodsMovement>,
    /// How many of them have been taken to be stored.
    taken: usize,
    stored: HashMap<(StockId, Timestamp), i64>,
}

impl GoodsMovements {
    /// Says what all stored movements of a stock after a moment add up to.
    pub fn put_sum_since(&mut self, stock: StockId, moment: Timestamp, sum: i64) {
        self.stored.insert((stock, moment), sum);
    }

    /// What has come to the place of a stock after a moment, less what has left it.
    pub(crate) fn since(&self, stock: StockId, moment: Timestamp) -> i64 {
        let of_batch = self.made.iter().filter(|one| one.stock == stock && one.at > moment);
        let stored = self.stored.get(&(stock, moment)).copied().unwrap_or_default();
        stored + of_batch.map(|one| one.quantity).sum::<i64>()
    }

    pub(crate) fn add(&mut self, stock: StockId, quantity: i64, at: Timestamp) {
        self.made.push(GoodsMovement { stock, quantity, at });
    }
}

impl Tracked for GoodsMovements {
    type Changes = Vec<GoodsMovement>;

    fn take_changes(&mut self) -> Self::Changes {
        let new = self.made[self.taken..].to_vec();
        self.taken = self.made.len();
        new
    }
}
