//! Goods movements: what has come into a place or gone out of it, whatever the ERP's level says.
//!
//! Must not know why anything moved.

use crate::{StockId, Timestamp};

/// Units that came to the place of a stock, or left it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GoodsMovement {
    /// The stock whose units they are.
    pub stock: StockId,
    /// How many: above zero they came, below zero they left.
    pub quantity: i64,
    /// When.
    pub at: Timestamp,
}
