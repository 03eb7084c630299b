//! Amounts of stock. Promises: a [`Quantity`] is always within the documented limits (contract 4.1: 0 to
//! 2147483647); fractions do not exist (contract X22). Must not know units: `qty` and `kg` count alike.

/// The largest amount the wire documents for `stock` and `sold_quantity_unreported`.
pub const QUANTITY_MAX: i64 = 2_147_483_647;

/// A whole amount, `0..=QUANTITY_MAX`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Quantity(i64);

impl Quantity {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// One unit, what an order line stands for when it says nothing else.
    pub const ONE: Self = Self(1);

    /// The amount, or `None` outside `0..=QUANTITY_MAX`.
    pub const fn new(units: i64) -> Option<Self> {
        if units >= 0 && units <= QUANTITY_MAX { Some(Self(units)) } else { None }
    }

    /// The amount as a number.
    pub const fn units(self) -> i64 {
        self.0
    }
}
