//! The rules of Onhand: what an order, a release, a stock level or a cancellation does to stock.
//!
//! Promises: every function is a pure computation on values it is given; the same input gives the same output on every
//! machine and engine. [`decide`] either rejects a command and leaves the [`WorkingSet`] as it was, or accepts it and
//! records every change of a number as a [`Movement`].
//!
//! Must not know: runtimes, clocks, SQL, HTTP, JSON. Vendor fields that no rule reads travel through as opaque text.

mod bucket;
mod by_stock;
mod cancellation;
mod case_fold;
mod comes_back;
pub mod command;
mod decide;
pub mod feed;
pub mod fulfilment;
mod id;
pub mod import;
mod mapping;
mod movement;
mod order;
mod quantity;
pub mod rejection;
mod reservation;
pub mod sourcing;
mod stock;
mod time;
mod working_set;

pub use bucket::{BUCKETS, Bucket, bucket_of_key, bucket_of_text, fingerprint};
pub use cancellation::{CancellationStatus, CancellationType};
pub use case_fold::case_fold;
pub use comes_back::SHORT_LINES_MAX;
pub use command::Command;
pub use decide::{
    Context, FulfilmentOutcome, ImportedStock, OrderPlan, Outcome, PackedLines, RowStatus, WrittenStock, decide,
};
pub use id::{
    ChannelId, DiscrepancyId, IdAllocator, IdKind, ImportId, MappingId, MovementId, OrderId, OrderItemId, PackageId,
    PackageItemId, ProductId, StockCountId, StockId, StockListId, StockLocationId, StockMoveId, TransferId,
    TransferItemId, UserId,
};
pub use mapping::{ERP, Mapping, Mappings};
pub use movement::{Cause, Delta, Movement};
pub use order::{Channel, Order, OrderItem, OrderStatus, Oversell, as_ordered};
pub use quantity::{QUANTITY_MAX, Quantity};
pub use rejection::Rejection;
pub use reservation::{MovedFrom, Reservation, ReservationState};
pub use stock::{MovesSettle, Product, ReleaseMode, SKU_CHARS_MAX, Stock, StockKey, StockList, UnitType, Written};
pub use time::{FUTURE_SECONDS_MAX, Timestamp};
pub use working_set::{Changes, WorkingSet};
