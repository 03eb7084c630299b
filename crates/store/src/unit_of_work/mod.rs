//! The unit of work: it loads rows into a working set, and saves the rows that were changed.
//!
//! Promises: rows are loaded in the order of their ids, each once; what [`apply`] writes is exactly what the working
//! set recorded, together with the counters. Must not know why anything changed. The only writer of stock,
//! reservations, orders and movements.

pub mod fulfilment;
mod happened;
mod load;
pub mod optimistic;
mod save;

pub use self::load::load;
pub use self::save::apply;
