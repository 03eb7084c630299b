//! Moves that the ERP has to hear of: a registered order line that is reserved in another list than the one it was
//! registered in, and units that a transfer has carried from one list to another.
//!
//! Promises: a move is never changed but for whether the ERP has registered it; what a move keeps off sale is counted
//! in `reported` of that stock. Must not know why anything was moved.

use crate::{OrderId, OrderItemId, Quantity, StockId, StockListId, StockMoveId, Timestamp, TransferId};

crate::words! {
    /// What was moved.
    pub enum MoveKind {
        /// The reservation of a line that the ERP had registered: its sale belongs to another list now.
        OrderItem => "order_item",
        /// Units that have left with a transfer: the goods belong to another list now.
        Transfer => "transfer",
    }
    word word, from_word;
}

crate::words! {
    /// Whether the ERP has registered a move. The number is what is stored.
    pub enum MoveState {
        /// It has not.
        Waiting = 0,
        /// It has.
        Registered = 1,
        /// It need not any more: the line was cancelled first.
        Cancelled = 2,
    }
    number code, from_code;
}

/// A move.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StockMove {
    /// Its id.
    pub id: StockMoveId,
    /// The order of the line.
    pub order: OrderId,
    /// The line that was moved, or that the units were brought for.
    pub item: OrderItemId,
    /// What was moved.
    pub kind: MoveKind,
    /// The transfer that carried it, if one did.
    pub transfer: Option<TransferId>,
    /// The line's SKU.
    pub sku: String,
    /// The line's units.
    pub quantity: Quantity,
    /// From which stock.
    pub from: StockId,
    /// The list of that stock.
    pub from_list: StockListId,
    /// To which stock.
    pub to: StockId,
    /// The list of that stock.
    pub to_list: StockListId,
    /// Whether the ERP has registered it.
    pub state: MoveState,
    /// The ERP's code for it.
    pub code: Option<String>,
    /// When the ERP registered it.
    pub registered_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

/// Units that a transfer keeps off sale on one stock: where they have left, until the ERP has registered that and a
/// level taken after it has come; where they arrive, from when no line waits for them any more until they are
/// delivered.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct KeptUnits {
    /// The stock; a part of its `reported`.
    pub stock: StockId,
    /// The move that keeps them.
    pub by: StockMoveId,
    /// How many.
    pub quantity: Quantity,
    /// When the ERP registered the move: a level taken then or later does not count them any more. `None` keeps them
    /// whatever levels come.
    pub registered_at: Option<Timestamp>,
}
