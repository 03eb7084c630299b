//! The states of orders and lines.
//!
//! Promises: [`OrderStatus`] is the closed table of contract 7.3. Must not know what a change of state does to stock.

crate::words! {
    /// The state of an order or a line. On the wire it is the code, as a string; the name is the vendor's.
    #[derive(PartialOrd, Ord)]
    pub enum OrderStatus {
        /// A customer has asked for cancellation; the reservation stays.
        CancellationWaiting = 50 => "cancellation_waiting",
        /// Dead; the reservation is given back.
        Cancelled = 100 => "canceled",
        /// Waiting.
        Waiting = 200 => "waiting",
        /// Waiting for the payment.
        PaymentWaiting = 300 => "payment_waiting",
        /// Waiting for a confirmation.
        ConfirmationWaiting = 350 => "confirmation_waiting",
        /// Ready for the ERP.
        Approved = 400 => "approved",
        /// Not active.
        Inactive = 425 => "inactive",
        /// Being packed.
        Preparing = 450 => "preparing",
        /// On its way.
        Shipped = 500 => "shipped",
        /// On its way, customer told.
        ShippedAndInformed = 510 => "shipped_and_informed",
        /// Waiting at a shop.
        ReadyForPickup = 520 => "ready_for_pickup",
        /// A delivery failed.
        AttemptedDelivery = 540 => "attempted_delivery",
        /// A review has begun.
        ReviewStarted = 544 => "review_started",
        /// A review is waiting.
        ReviewWaiting = 545 => "review_waiting",
        /// Delivered.
        Delivered = 550 => "delivered",
        /// Paid back.
        Refunded = 600 => "refunded",
    }
    number code, from_code;
    word name, from_name;
}

impl OrderStatus {
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
