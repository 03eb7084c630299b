//! The rules of Onhand: what an order, a release, a stock level or a cancellation does to stock.
//!
//! Promises: every function is a pure computation on values it is given; the same input gives the same output on every
//! machine and engine. [`decide`] either rejects a command and leaves the [`WorkingSet`] as it was, or accepts it and
//! records every change of a number as a [`Movement`].
//!
//! Must not know: runtimes, clocks, SQL, HTTP, JSON. Vendor fields that no rule reads travel through as opaque text.

mod case_fold;
pub mod channel_sync;
pub mod commands;
pub mod events;
pub mod fulfilment;
mod ids;
pub mod import;
mod orders;
pub mod prices;
mod quantity;
pub mod rejection;
pub mod search_words;
mod stock;
mod time;
mod words;
mod working_set;

pub use case_fold::case_fold;
pub use commands::{
    Command, Context, FulfilmentOutcome, ImportedStock, OrderSourcing, Outcome, PackedLines, RowStatus,
    SHORT_LINES_MAX, WrittenStock, decide,
};
pub use ids::{
    BUCKETS, Bucket, CartReservationId, ChannelId, DataSourceId, DiscrepancyId, IdAllocator, IdKind, ImportId,
    MappingId, MovementId, OrderId, OrderItemId, PackageId, PackageItemId, PriceListId, ProductId, StockCountId,
    StockId, StockListId, StockLocationId, StockMoveId, StockTransferId, TransferId, TransferItemId, UserId,
    bucket_of_key, bucket_of_text, fingerprint,
};
pub use orders::{
    ADOPTED, CART_LINES_MAX, CART_SECONDS_MIN, CLAIM_SECONDS, CancellationStatus, CancellationType, CartLine,
    CartReservation, CartState, Channel, ERP, GIVE_UP_SECONDS, LATE_SECONDS, Mapping, OUTGOING_ERROR_CHARS_MAX, Order,
    OrderItem, OrderStatus, OutgoingEffect, OutgoingError, OutgoingEvent, OutgoingLine, OutgoingState, Oversell,
    ProductMatch, RemoteLine, as_ordered,
};
pub use quantity::{QUANTITY_MAX, Quantity};
pub use rejection::Rejection;
pub use stock::{
    AdjustmentReason, Cause, Delta, Explanation, LOW_STOCK_DEFAULT, LevelWrite, MoveRegistration, MovedFrom, Movement,
    NOTE_CHARS_MAX, Product, REASON_CHARS_MAX, Reason, ReleaseMode, RemoteFigures, RemovedStock, Reservation,
    ReservationState, RolledUp, SKU_CHARS_MAX, STOCK_TRANSFER_LINES_MAX, STOCK_TRANSFER_REFERENCE_CHARS_MAX, Stock,
    StockKey, StockList, StockState, StockStates, StockTransfer, StockTransferLine, StockVersion, UnitType, Written,
    roll_up,
};
pub use time::{FUTURE_SECONDS_MAX, Timestamp};
pub use working_set::{
    Changes, Fulfilment, FulfilmentChanges, GoodsMovements, Mappings, Tracked, TrackedChanges, TrackedMap, WorkingSet,
};
