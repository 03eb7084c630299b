//! Reservations: the quantity that one order line claims on one product stock, and how that ends.
//!
//! Promises: on one stock a reservation moves forward only (open → reported → settled, or → cancelled); it is never
//! both released and cancelled. It is open again if the data source that had registered it has lost it. A deallocated reservation is short until it is allocated to another stock, or back.
//! Must not know orders: a reservation knows its line's id and nothing else of it.

use crate::{OrderItemId, Quantity, StockId, StockListId, Timestamp};

crate::words! {
    /// The state of a reservation (docs/data-model.md).
    pub enum ReservationState {
        /// Sold here; counted in `reserved`.
        Open = 1,
        /// The ERP has registered the line; counted in `reported` until a newer level comes.
        Reported = 2,
        /// A stock level accounts for it; counted nowhere.
        Settled = 3,
        /// Given back; counted nowhere.
        Cancelled = 4,
        /// Promised and reserved nowhere, because it was not found; counted nowhere, shown to people.
        Short = 5,
    }
    number number, from_number;
}

/// One order line's claim on one product stock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reservation {
    /// The line that reserves.
    pub item: OrderItemId,
    /// The stock that is reserved.
    pub stock: StockId,
    /// How much; at least 1.
    pub quantity: Quantity,
    /// Where it is in its life.
    pub state: ReservationState,
    /// When the ERP registered the line, once it has. An open reservation that has this was moved to another list
    /// since.
    pub registered_at: Option<Timestamp>,
    /// Where it was before it was moved, if the ERP had not registered the line then.
    pub moved: Option<MovedFrom>,
}

/// Where an unregistered line was reserved before it was moved to another list. The ERP may have registered it there,
/// and say so only now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MovedFrom {
    /// The stock.
    pub stock: StockId,
    /// Its list.
    pub list: StockListId,
    /// When it was moved, the last time.
    pub at: Timestamp,
}
