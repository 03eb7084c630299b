//! Cart reservations in the working set.
//!
//! Promises: a cart reservation that was changed is written back. Must not know stock numbers: a caller that changes how
//! many units are reserved moves their stocks, too.

use super::WorkingSet;
use crate::{CartReservation, CartReservationId, ChannelId};

/// Loading and reading.
impl WorkingSet {
    /// Puts a cart reservation into the working set.
    pub fn put_cart(&mut self, cart: CartReservation) {
        self.carts.put(cart.id, cart);
    }

    /// Says that a reference of a cart reservation is taken, in a channel or (0) in none.
    pub fn put_cart_reference(&mut self, channel: i64, reference: String) {
        self.cart_references.insert((channel, reference));
    }

    /// A cart reservation.
    pub fn cart(&self, id: CartReservationId) -> Option<&CartReservation> {
        self.carts.get(id)
    }

    /// Whether a channel (0: no channel) has a cart reservation of this reference.
    pub fn cart_reference_taken(&self, channel: i64, reference: &str) -> bool {
        self.cart_references.contains(&(channel, reference.to_owned()))
    }
}

/// Changing. Only the decisions call these.
impl WorkingSet {
    pub(crate) fn add_cart(&mut self, cart: CartReservation) {
        self.put_cart_reference(cart.channel.map_or(0, ChannelId::get), cart.reference.clone());
        self.carts.make(cart.id, cart);
    }

    /// The cart reservation, to change it.
    pub(crate) fn cart_mut(&mut self, id: CartReservationId) -> &mut CartReservation {
        self.carts.change(id)
    }
}
