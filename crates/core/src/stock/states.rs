//! States of a stock: what a stock team looks for, kept on the stock so that it is found without looking at the others.
//!
//! Promises: the states follow from the stock's numbers, its active discrepancy and the low-stock threshold of its
//! list, and from nothing else. A stock may be in several: an oversold one has nothing available either. Must not know
//! where states are kept.

use super::Stock;

/// Up to how many available units a stock is low where its list does not say.
pub const LOW_STOCK_DEFAULT: i64 = 5;

crate::words! {
    /// A state of a stock. The numbers are bits: they are stored added up.
    pub enum StockState {
        /// Nothing is available, for whatever reason.
        SoldOut = 1 => "sold_out",
        /// Something is available, but no more than the low-stock threshold of the list.
        Low = 2 => "low",
        /// More is reserved and reported than there is.
        Oversold = 4 => "oversold",
        /// An active discrepancy keeps it off sale.
        OffSale = 8 => "off_sale",
    }
    number bit, from_bit;
    word word, from_word;
}

/// The states that a stock is in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct StockStates(i64);

impl StockStates {
    /// The states of a stock in a list with this threshold.
    pub fn of(stock: &Stock, low_stock: i64) -> Self {
        let available = stock.available();
        let is_in = |state: StockState| match state {
            StockState::SoldOut => available == 0,
            StockState::Low => available > 0 && available <= low_stock,
            StockState::Oversold => stock.available_unclamped() < 0,
            StockState::OffSale => stock.discrepancy_at.is_some(),
        };
        Self(StockState::ALL.into_iter().filter(|state| is_in(*state)).map(StockState::bit).sum())
    }

    /// As they are stored.
    pub const fn bits(self) -> i64 {
        self.0
    }

    /// As they were stored.
    pub const fn from_bits(bits: i64) -> Self {
        Self(bits)
    }

    /// Whether a state is among them.
    pub const fn has(self, state: StockState) -> bool {
        self.0 & state.bit() != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ProductId, StockId, StockListId, Timestamp};

    fn states(on_hand: i64, reserved: i64, reported: i64, is_found: bool) -> Vec<&'static str> {
        let now = Timestamp::from_micros(1);
        let empty = Stock::empty(StockId::new(1), StockListId::new(1), ProductId::new(1), "A".to_owned(), now);
        let discrepancy_at = (!is_found).then_some(now);
        let states = StockStates::of(&Stock { on_hand, reserved, reported, discrepancy_at, ..empty }, 5);
        StockState::ALL.into_iter().filter(|state| states.has(*state)).map(StockState::word).collect()
    }

    #[test]
    fn states_follow_from_the_numbers() {
        for (on_hand, reserved, reported, is_found, expected) in [
            (0, 0, 0, true, &["sold_out"][..]),
            (1, 0, 0, true, &["low"]),
            (5, 0, 0, true, &["low"]),
            (6, 0, 0, true, &[]),
            (10, 3, 2, true, &["low"]),
            (10, 6, 4, true, &["sold_out"]),
            (10, 6, 5, true, &["sold_out", "oversold"]),
            (10, 0, 0, false, &["sold_out", "off_sale"]),
            (1, 2, 0, false, &["sold_out", "oversold", "off_sale"]),
        ] {
            assert_eq!(states(on_hand, reserved, reported, is_found), expected, "{on_hand} {reserved} {reported}");
        }
    }

    #[test]
    fn without_a_threshold_nothing_is_low() {
        let empty = Stock::empty(
            StockId::new(1),
            StockListId::new(1),
            ProductId::new(1),
            "A".to_owned(),
            Timestamp::from_micros(1),
        );
        assert_eq!(StockStates::of(&Stock { on_hand: 1, ..empty }, 0), StockStates::from_bits(0));
    }
}
