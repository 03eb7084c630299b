//! What another server says of a product stock, and which numbers stand for the same here.
//!
//! Promises: with these numbers the same quantity is available here as there, whichever of the two readings of contract
//! 6.2 the other server has. Must not know how the numbers were read.

use crate::QUANTITY_MAX;

/// The numbers of a product stock at another server; none is negative.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RemoteFigures {
    /// Its level (`stock`).
    pub level: i64,
    /// What is sold and not registered (`sold_quantity_unreported`).
    pub reserved: i64,
    /// What is registered and in no level yet (`reported_quantity`); 0 where that is not shown.
    pub reported: i64,
    /// What can be sold (`adjusted_stock`), where that is shown.
    pub adjusted: Option<i64>,
}

impl RemoteFigures {
    fn counted(&self) -> i64 {
        self.reserved + self.reported
    }

    fn left(&self) -> i64 {
        (self.level - self.counted()).max(0)
    }

    /// What can be sold there.
    pub fn available(&self) -> i64 {
        self.adjusted.unwrap_or_else(|| self.left())
    }

    /// The level to be written here. Where more can be sold than the level leaves, the level was reduced by the sales
    /// already (contract 6.2), and they are added again.
    pub fn on_hand(&self) -> i64 {
        let is_reduced = self.adjusted.is_some_and(|adjusted| adjusted > self.left());
        let level = if is_reduced { self.available() + self.counted() } else { self.level };
        level.min(QUANTITY_MAX)
    }

    /// The reserved quantity to be written here: all that the level has and that cannot be sold.
    pub fn held(&self) -> i64 {
        let withheld = if self.available() < self.left() { self.level - self.available() } else { self.counted() };
        withheld.min(QUANTITY_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_much_is_available_here_as_there() {
        // level, reserved, reported, adjusted; on hand, held.
        let table = [
            ((10, 3, 0, None), (10, 3)),
            ((10, 3, 0, Some(7)), (10, 3)),
            ((10, 3, 2, Some(5)), (10, 5)),
            // Its reported quantity is not shown.
            ((10, 3, 0, Some(5)), (10, 5)),
            // A discrepancy keeps it off sale.
            ((10, 3, 0, Some(0)), (10, 10)),
            // It is oversold.
            ((2, 5, 0, Some(0)), (2, 5)),
            ((2, 5, 0, None), (2, 5)),
            // The level was reduced by the sales already.
            ((10, 3, 0, Some(10)), (13, 3)),
            ((0, 3, 0, Some(0)), (0, 3)),
            ((0, 0, 0, None), (0, 0)),
            ((QUANTITY_MAX, QUANTITY_MAX, QUANTITY_MAX, Some(0)), (QUANTITY_MAX, QUANTITY_MAX)),
        ];
        for ((level, reserved, reported, adjusted), (on_hand, held)) in table {
            let there = RemoteFigures { level, reserved, reported, adjusted };
            assert_eq!((there.on_hand(), there.held()), (on_hand, held), "{there:?}");
            assert_eq!((on_hand - held).max(0), there.available(), "{there:?}");
        }
    }

    #[test]
    fn no_numbers_are_left_out() {
        let amounts = [0, 1, 2, 5, 9, 10, 11, 100];
        for level in amounts {
            for reserved in amounts {
                for reported in [0, 1, 7] {
                    for adjusted in amounts.into_iter().map(Some).chain([None]) {
                        let there = RemoteFigures { level, reserved, reported, adjusted };
                        assert_eq!((there.on_hand() - there.held()).max(0), there.available(), "{there:?}");
                    }
                }
            }
        }
    }
}
