//! Orders, their lines, the channels they come through and the codes a remote system gives them.
//!
//! Promises: a line names its stock and its order by id, so that each can be loaded alone. Must not know what the
//! vendor's other fields mean: they are opaque text in `details`.

mod cancellation;
mod cart_reservation;
mod channel;
mod mapping;
mod outgoing;
mod product_match;
mod sourced_from;
mod status;

pub use cancellation::{CancellationStatus, CancellationType};
pub use cart_reservation::{CART_LINES_MAX, CART_SECONDS_MIN, CartLine, CartReservation, CartState};
pub use channel::{Channel, Oversell};
pub use mapping::{ADOPTED, ERP, Mapping};
pub use outgoing::{
    CLAIM_SECONDS, GIVE_UP_SECONDS, LATE_SECONDS, OUTGOING_ERROR_CHARS_MAX, OutgoingEffect, OutgoingError,
    OutgoingEvent, OutgoingLine, OutgoingState, RemoteLine,
};
pub use product_match::ProductMatch;
pub use sourced_from::{SourcedFrom, SourcingReason, SourcingRule};
pub use status::OrderStatus;

use crate::{ChannelId, OrderId, OrderItemId, ProductId, Quantity, StockId, StockListId, StockLocationId, Timestamp};

/// The most lines one order can have.
pub const ORDER_LINES_MAX: usize = 1_000;

/// An order: a number, a state and lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// Its id.
    pub id: OrderId,
    /// The channel it came through; `None` for an order that came through Onhand's own API.
    pub channel: Option<ChannelId>,
    /// Unique per channel, 1..=128 characters.
    pub number: String,
    /// Its state.
    pub status: OrderStatus,
    /// Whether the ERP has taken the order. Releases nothing (contract R13).
    pub is_send: bool,
    /// ISO code in lower case, as the vendor writes it; may be empty.
    pub currency: String,
    /// A JSON object that no rule reads.
    pub extra_field: String,
    /// The vendor's other order fields, a JSON object that no rule reads.
    pub details: String,
    /// When the customer ordered.
    pub date_placed: Timestamp,
    /// When the row was made.
    pub created_at: Timestamp,
    /// When the order or one of its lines last changed.
    pub modified_at: Timestamp,
}

/// One line of an order. It may stand for several units.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OrderItem {
    /// Its id.
    pub id: OrderItemId,
    /// Its order.
    pub order: OrderId,
    /// What was ordered.
    pub product: ProductId,
    /// The list it was ordered from.
    pub list: StockListId,
    /// The stock it reserves; stays even if the product moves, so that a release cannot be misdirected.
    pub stock: StockId,
    /// The list of that stock: where the line is reserved now.
    pub reserved_list: StockListId,
    /// The location of that list, if it has one.
    pub location: Option<StockLocationId>,
    /// The product's SKU.
    pub sku: String,
    /// How many units; at least 1.
    pub quantity: Quantity,
    /// Its state.
    pub status: OrderStatus,
    /// The line that it was split from, with which it is what was ordered.
    pub split_from: Option<OrderItemId>,
    /// How its list was chosen, if the order left that to a catalog.
    pub sourced: Option<SourcedFrom>,
    /// How far it is with the installation whose stock its list sells; `None` for a line of a list without a data source.
    pub outgoing: Option<Box<OutgoingLine>>,
    /// Sold although it did not fit (policy [`Oversell::Accept`]); shown to people.
    pub oversold: bool,
    /// A decimal in text, as given.
    pub price: Option<String>,
    /// A JSON object; a patch merges into it.
    pub extra_field: String,
    /// A JSON object; a patch replaces it.
    pub attributes: String,
    /// The vendor's other line fields, a JSON object that no rule reads.
    pub details: String,
    /// When the row was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

impl OrderItem {
    /// The line as it was ordered: itself, or the one that it was split from.
    pub fn whole(&self) -> OrderItemId {
        self.split_from.unwrap_or(self.id)
    }
}

/// The lines of an order as they were ordered: what was split off a line is a part of it again.
pub fn as_ordered(items: &[OrderItem]) -> Vec<(&OrderItem, i64)> {
    let units = |line: &OrderItem| {
        let parts = items.iter().filter(|part| part.id == line.id || part.split_from == Some(line.id));
        parts.map(|part| part.quantity.units()).sum()
    };
    items.iter().filter(|line| line.split_from.is_none()).map(|line| (line, units(line))).collect()
}
