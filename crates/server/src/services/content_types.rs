//! The numbers of the kinds of object that are stored with what remote systems know of an object.
//!
//! Promises: a number never changes, on any engine or installation, because clients store it. Must not know names.

/// The order.
pub const ORDER: i64 = 2;
/// The order line, which mappings carry.
pub const ORDER_ITEM: i64 = 3;
