//! Cart reservations: units of product stocks that no order stands behind yet, and that are free again at a set time.
//!
//! Promises: an open cart reservation is a part of `reserved` of its stocks, each line with its units; one that has ended
//! is a part of nothing and never opens again. Must not know who asks for one, or what a cart is made of besides units.

use super::SourcedFrom;
use crate::{CartReservationId, ChannelId, OrderId, ProductId, StockId, StockListId, Timestamp};

/// The most lines that a cart reservation can have.
pub const CART_LINES_MAX: usize = 200;
/// The shortest time for which units are reserved, in seconds: so long at the least, every process that sells knows of it
/// before it ends.
pub const CART_SECONDS_MIN: i64 = 5;

crate::words! {
    /// How a cart reservation stands.
    pub enum CartState {
        /// Its units are reserved, until it ends.
        Open = 1 => "open",
        /// It became an order, which reserves the units since.
        Confirmed = 2 => "confirmed",
        /// Its units were given back before the time was over.
        Released = 3 => "released",
        /// Its time was over.
        Expired = 4 => "expired",
    }
    number number, from_number;
    word word, from_word;
}

/// Units of some product stocks that are reserved until a set time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CartReservation {
    /// Its id.
    pub id: CartReservationId,
    /// The channel it is of; `None` for one of Onhand's own API.
    pub channel: Option<ChannelId>,
    /// What its caller calls it: unique per channel, 1..=128 characters.
    pub reference: String,
    /// How it stands.
    pub state: CartState,
    /// When it ends by itself, if it is open till then; of an expired one, when that was.
    pub expires_at: Timestamp,
    /// The order that it became.
    pub order: Option<OrderId>,
    /// Its lines, at least one, by their numbers.
    pub lines: Vec<CartLine>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub modified_at: Timestamp,
}

/// Some units of one product stock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CartLine {
    /// Its number within the cart reservation, from 1.
    pub number: i64,
    /// The product.
    pub product: ProductId,
    /// Its SKU.
    pub sku: String,
    /// The stock list.
    pub list: StockListId,
    /// The stock.
    pub stock: StockId,
    /// How many units are wanted, 0 for a line that was taken out. It stays what it was when the reservation ends.
    pub units: i64,
    /// How its list was chosen, if that was left to a catalog.
    pub sourced: Option<SourcedFrom>,
}

impl CartReservation {
    /// Whether it is open at a moment.
    pub fn is_open_at(&self, now: Timestamp) -> bool {
        self.state == CartState::Open && now < self.expires_at
    }

    /// How it stands at a moment, whether that is written or not.
    pub fn state_at(&self, now: Timestamp) -> CartState {
        match self.state {
            CartState::Open if !self.is_open_at(now) => CartState::Expired,
            state => state,
        }
    }

    /// How many units a line reserves now.
    pub fn reserved(&self, line: &CartLine) -> i64 {
        if self.state == CartState::Open { line.units } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::CartState;

    /// Lists are filtered by the number of a word.
    #[test]
    fn numbers_count_the_words() {
        assert_eq!(CartState::ALL.map(CartState::number), [1, 2, 3, 4]);
    }
}
