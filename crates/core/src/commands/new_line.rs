//! A line of a new order, as it was ordered. Must not know what becomes of it.

use crate::stock::ProductRef;
use crate::{OrderStatus, Quantity, StockListId};

/// A line of a new order.
#[derive(Clone, Debug)]
pub struct NewLine {
    /// What is ordered.
    pub product: ProductRef,
    /// From which list; `None` leaves it to the order's sourcing.
    pub list: Option<StockListId>,
    /// How many; at least 1.
    pub quantity: Quantity,
    /// Its first state; a line that starts [`OrderStatus::Cancelled`] is rejected before it becomes a command.
    pub status: OrderStatus,
    /// Decimal text.
    pub price: Option<String>,
    /// JSON object text.
    pub extra_field: String,
    /// JSON object text.
    pub attributes: String,
    /// JSON object text.
    pub details: String,
}
