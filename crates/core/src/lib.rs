//! The rules of Onhand: what an order, a release, a stock figure or a cancellation does to stock.
//!
//! Promises: every function is a pure computation on values it is given; the same input gives the same output on
//! every machine and engine. [`decide`] either refuses and leaves the [`Shelf`] as it was, or accepts and records every
//! change of a number as a [`Movement`].
//!
//! Must not know: runtimes, clocks, SQL, HTTP, JSON. Vendor fields that no rule reads travel through as opaque text.

mod bucket;
mod by_stock;
mod cancellation;
mod comes_back;
pub mod command;
mod decide;
pub mod feed;
pub mod floor;
mod fold;
mod hold;
mod id;
pub mod import;
mod mapping;
mod movement;
mod order;
pub mod plan;
mod quantity;
pub mod refusal;
mod shelf;
mod stock;
mod time;

pub use bucket::{BUCKETS, Bucket, bucket_of_key, bucket_of_text, fingerprint};
pub use cancellation::{CancellationStatus, CancellationType};
pub use comes_back::SHORT_LINES_MAX;
pub use command::Command;
pub use decide::{
    Context, FloorOutcome, ImportedStock, OrderPlan, Outcome, PackedLines, RowVerdict, WrittenStock, decide,
};
pub use fold::fold;
pub use hold::{Hold, HoldState, MovedFrom};
pub use id::{
    ChannelId, DiscrepancyId, IdKind, IdSource, ImportId, MappingId, MovementId, OrderId, OrderItemId, PackageId,
    PackageItemId, ProductId, StockCountId, StockId, StockListId, StockLocationId, StockMoveId, TransferId,
    TransferItemId, UserId,
};
pub use mapping::{ERP, Mapping, Mappings};
pub use movement::{Cause, Delta, Movement};
pub use order::{Channel, Order, OrderItem, OrderStatus, Oversell, as_ordered};
pub use quantity::{QUANTITY_MAX, Quantity};
pub use refusal::Refusal;
pub use shelf::{Changes, Shelf};
pub use stock::{MovesSettle, Product, ReleaseMode, SKU_CHARS_MAX, Stock, StockKey, StockList, UnitType, Written};
pub use time::{FUTURE_SECONDS_MAX, Timestamp};
