//! The store: the only crate with SQL.
//!
//! Promises: what [`Store::write`] has answered with `Ok` is on disk; a body that fails leaves nothing behind; rows
//! come back as the types of `onhand-core`. Must not know HTTP, JSON or why anything is stored.

pub mod activity;
pub mod attention;
pub mod channel_sync;
pub mod copy;
pub mod counters;
mod engine;
mod error;
pub mod events;
pub mod idempotency;
pub mod ids;
pub mod imports;
pub mod leases;
mod migrate;
pub mod outbox;
pub mod placement;
pub mod product_words;
pub mod query;
pub mod resource;
pub mod schema;
pub mod sql;
pub mod statement_registry;
pub mod stock_health;
pub mod stock_views;
mod store;
pub mod tables;
pub mod unit_of_work;
pub mod verify;
pub mod watched;
mod writer_lock;

pub use engine::postgres::{LOG_LIMIT, Limits, PoolState, SnapshotToken};
pub use engine::sqlite::Check;
pub use engine::{BoxFuture, FromColumn, Row, Tx};
pub use error::Error;
pub use migrate::{Schema, Step};
pub use sql::Value;
pub use store::{Options, Store};
pub use writer_lock::WriterLock;
