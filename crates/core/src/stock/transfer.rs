//! Stock transfers: units that went from one list to another in one step. Must not know why.

use super::Explanation;
use crate::{MovementId, Quantity, StockId, StockListId, StockTransferId, Timestamp, UserId};

/// The most lines of a stock transfer.
pub const STOCK_TRANSFER_LINES_MAX: usize = 1_000;

/// The most characters of the reference of a stock transfer.
pub const STOCK_TRANSFER_REFERENCE_CHARS_MAX: usize = 128;

/// Units that went from one list to another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StockTransfer {
    /// Its id.
    pub id: StockTransferId,
    /// The list that they left.
    pub from: StockListId,
    /// The list that they went to.
    pub to: StockListId,
    /// What its maker calls it; no two have the same one.
    pub reference: Option<String>,
    /// What is said of it.
    pub explanation: Option<Explanation>,
    /// Who made it.
    pub actor: UserId,
    /// Its lines, in the order given.
    pub lines: Vec<StockTransferLine>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Units of one product.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StockTransferLine {
    /// The SKU.
    pub sku: String,
    /// How many units.
    pub quantity: Quantity,
    /// The stock that they left.
    pub from_stock: StockId,
    /// The stock that they went to.
    pub to_stock: StockId,
    /// The movement of the first stock.
    pub from_movement: MovementId,
    /// The movement of the second.
    pub to_movement: MovementId,
}
