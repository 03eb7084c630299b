//! The event types. Must not know what is said of an event.

use crate::channel_sync::ObjectKind;
use crate::{StockState, StockStates};

crate::words! {
    /// What has happened. Each is about one object, whose id the event has.
    #[derive(PartialOrd, Ord)]
    pub enum EventType {
        /// Numbers of a product stock have changed. Several changes may be one event.
        StockChanged = 1 => "stock.changed",
        /// What is available of a product stock has come down to the low-stock threshold of its list, or below it.
        StockLow = 2 => "stock.low",
        /// A product stock that had nothing available has something again.
        StockBack = 3 => "stock.back",
        /// More of a product stock is reserved and reported than there is.
        StockOversold = 4 => "stock.oversold",
        /// An order was placed.
        OrderCreated = 10 => "order.created",
        /// An order was cancelled as a whole.
        OrderCancelled = 11 => "order.cancelled",
        /// The time of a cart reservation was over.
        ReservationExpired = 15 => "reservation.expired",
        /// A cart reservation has given its units back.
        ReservationReleased = 16 => "reservation.released",
        /// An import has ended, well or not.
        ImportCompleted = 20 => "import.completed",
        /// A stock was reported as not found, or as another amount.
        DiscrepancyCreated = 30 => "discrepancy.created",
        /// A discrepancy does not count any more.
        DiscrepancyCleared = 31 => "discrepancy.cleared",
        /// A package was made.
        PackageCreated = 40 => "package.created",
        /// A package is in another state.
        PackageTransitioned = 41 => "package.transitioned",
        /// A transfer was made.
        TransferCreated = 50 => "transfer.created",
        /// A transfer is in another state.
        TransferTransitioned = 51 => "transfer.transitioned",
        /// A channel has not taken changes for a while.
        ChannelBehind = 60 => "channel.behind",
    }
    number number, from_number;
    word word, from_word;
}

impl EventType {
    /// The kind of the object whose change it is for channels as well.
    pub const fn changes(self) -> Option<ObjectKind> {
        match self {
            Self::OrderCreated | Self::OrderCancelled => Some(ObjectKind::Order),
            _ => None,
        }
    }

    /// Whether a newer event of the same object says all that an older one has said.
    pub const fn replaces_older(self) -> bool {
        matches!(self, Self::StockChanged)
    }

    /// What has happened to a stock that has come from some states into others.
    pub fn of_states(before: StockStates, after: StockStates) -> impl Iterator<Item = Self> {
        let is_few = |states: StockStates| states.has(StockState::Low) || states.has(StockState::SoldOut);
        let [was_out, is_out] = [before, after].map(|states| states.has(StockState::SoldOut));
        let is_over = after.has(StockState::Oversold) && !before.has(StockState::Oversold);
        let found = [
            (is_few(after) && !is_few(before), Self::StockLow),
            (was_out && !is_out, Self::StockBack),
            (is_over, Self::StockOversold),
        ];
        found.into_iter().filter_map(|(has_happened, event)| has_happened.then_some(event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stock_that_crosses_a_border_is_an_event() {
        let states = |bits| StockStates::from_bits(bits);
        // 1 sold out, 2 low, 4 oversold.
        for (before, after, expected) in [
            (0, 2, &[EventType::StockLow][..]),
            (0, 1, &[EventType::StockLow]),
            (2, 1, &[]),
            (0, 5, &[EventType::StockLow, EventType::StockOversold]),
            (1, 5, &[EventType::StockOversold]),
            (5, 1, &[]),
            (1, 2, &[EventType::StockBack]),
            (5, 0, &[EventType::StockBack]),
            (2, 0, &[]),
            (0, 0, &[]),
        ] {
            let found: Vec<EventType> = EventType::of_states(states(before), states(after)).collect();
            assert_eq!(found, expected, "{before} {after}");
        }
    }
}
