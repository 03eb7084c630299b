//! Orders, their lines, the channels they come through and the codes a remote system gives them.
//!
//! Promises: [`OrderStatus`] is the closed table of contract 7.3. Must not know what the vendor's other fields mean:
//! they are opaque text in `details`.

use crate::{ChannelId, OrderId, OrderItemId, ProductId, Quantity, StockId, StockListId, StockLocationId, Timestamp};

/// What to do with an order that a channel has already sold and that does not fit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Oversell {
    /// Reserve anyway and mark the line, since the marketplace has promised it to a customer.
    Accept,
    /// Reject the whole order.
    Refuse,
}

/// The part of a sales channel that rules read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// Its policy.
    pub oversell: Oversell,
    /// How many units more than there are a line of an accepted order may take.
    pub oversell_quantity_max: i64,
}

macro_rules! statuses {
    ($($(#[$doc:meta])* $variant:ident = $code:literal $name:literal,)+) => {
        /// The state of an order or a line. On the wire it is the code, as a string.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum OrderStatus {
            $($(#[$doc])* $variant = $code,)+
        }

        impl OrderStatus {
            /// Every status, in the order of their codes.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The number of contract 7.3, for instance 400.
            pub const fn code(self) -> i64 {
                self as i64
            }

            /// The vendor's name of it, for instance `approved`.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

statuses! {
    /// A customer has asked for cancellation; the reservation stays.
    CancellationWaiting = 50 "cancellation_waiting",
    /// Dead; the reservation is given back.
    Cancelled = 100 "canceled",
    /// Waiting.
    Waiting = 200 "waiting",
    /// Waiting for the payment.
    PaymentWaiting = 300 "payment_waiting",
    /// Waiting for a confirmation.
    ConfirmationWaiting = 350 "confirmation_waiting",
    /// Ready for the ERP.
    Approved = 400 "approved",
    /// Not active.
    Inactive = 425 "inactive",
    /// Being packed.
    Preparing = 450 "preparing",
    /// On its way.
    Shipped = 500 "shipped",
    /// On its way, customer told.
    ShippedAndInformed = 510 "shipped_and_informed",
    /// Waiting at a shop.
    ReadyForPickup = 520 "ready_for_pickup",
    /// A delivery failed.
    AttemptedDelivery = 540 "attempted_delivery",
    /// A review has begun.
    ReviewStarted = 544 "review_started",
    /// A review is waiting.
    ReviewWaiting = 545 "review_waiting",
    /// Delivered.
    Delivered = 550 "delivered",
    /// Paid back.
    Refunded = 600 "refunded",
}

impl OrderStatus {
    /// The status with this code.
    pub fn from_code(code: i64) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.code() == code)
    }

    /// The status with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.name() == name)
    }

    /// What an order is whose lines are these, when it was `now`: cancelled lines do not count; it has left when the
    /// last line has, and is being prepared as soon as one line is.
    #[must_use]
    pub fn following(now: Self, lines: &[Self]) -> Self {
        let alive = || lines.iter().copied().filter(|line| *line != Self::Cancelled);
        match alive().min() {
            None => Self::Cancelled,
            Some(least) if least.is_shipped() => least,
            Some(_) if alive().any(|line| line >= Self::Preparing) => Self::Preparing,
            Some(_) if now >= Self::Preparing => Self::Approved,
            Some(_) => now,
        }
    }

    /// From here on the units have left: a line can be refunded, not cancelled.
    pub fn is_shipped(self) -> bool {
        self >= Self::Shipped
    }

    /// Whether a line that begins like this asks for units: what was paid back wants none.
    pub fn asks_for_units(self) -> bool {
        self != Self::Refunded
    }
}

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

#[cfg(test)]
mod tests {
    use super::OrderStatus::{self, Approved, Cancelled, Delivered, PaymentWaiting, Preparing, Shipped, Waiting};

    #[test]
    fn an_order_follows_its_lines() {
        let table: &[(OrderStatus, &[OrderStatus], OrderStatus)] = &[
            (Approved, &[Approved, Approved], Approved),
            (Waiting, &[Waiting, PaymentWaiting], Waiting),
            (Approved, &[Approved, Preparing], Preparing),
            (Preparing, &[Shipped, Preparing], Preparing),
            (Preparing, &[Shipped, Approved], Preparing),
            (Preparing, &[Shipped, Shipped], Shipped),
            (Preparing, &[Shipped, Delivered], Shipped),
            (Preparing, &[Shipped, Cancelled], Shipped),
            (Preparing, &[Approved, Approved], Approved),
            (Preparing, &[Cancelled, Cancelled], Cancelled),
            (Cancelled, &[], Cancelled),
        ];
        for (now, lines, wanted) in table {
            assert_eq!(OrderStatus::following(*now, lines), *wanted, "{now:?} with {lines:?}");
        }
    }
}
