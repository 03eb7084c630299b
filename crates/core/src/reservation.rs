//! Holds: the quantity one order line holds on one product stock, and how that ends.
//!
//! Promises: on one stock a hold moves forward only (open → reported → settled, or → cancelled); it is never both
//! released and cancelled. A hold that is taken off its stock is short until it is put on another one, or back. Must not
//! know orders: a hold knows its line's id and nothing else of it.

use crate::{OrderItemId, Quantity, StockId, StockListId, Timestamp};

/// Where a hold is in its life (docs/data-model.md).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReservationState {
    /// Sold here; counted in `reserved`.
    Open,
    /// The ERP has registered the line; counted in `reported` until a newer figure comes.
    Reported,
    /// The ERP's figure already contains it; counted nowhere.
    Settled,
    /// Given back; counted nowhere.
    Cancelled,
    /// Promised and held nowhere, because it was not found; counted nowhere, shown to people.
    Short,
}

impl ReservationState {
    /// Every state.
    pub const ALL: [Self; 5] = [Self::Open, Self::Reported, Self::Settled, Self::Cancelled, Self::Short];
}

/// One order line's claim on one product stock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reservation {
    /// The line that holds.
    pub item: OrderItemId,
    /// The stock that is held.
    pub stock: StockId,
    /// How much; at least 1.
    pub quantity: Quantity,
    /// Where it is in its life.
    pub state: ReservationState,
    /// When the ERP registered the line, once it has. An open hold that has this was moved to another list since.
    pub registered_at: Option<Timestamp>,
    /// Where it was before it was moved, if the ERP had not registered the line then.
    pub moved: Option<MovedFrom>,
}

/// Where an unregistered line was held before it was moved to another list. The ERP may have registered it there, and say so
/// only now.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct MovedFrom {
    /// The stock.
    pub stock: StockId,
    /// Its list.
    pub list: StockListId,
    /// When it was moved, the last time.
    pub at: Timestamp,
}
