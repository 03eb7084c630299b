//! The store: the only crate with SQL.
//!
//! Promises: what [`Store::write`] has answered with `Ok` is on disk; a body that fails leaves nothing behind; rows
//! come back as the types of `onhand-core`. Must not know HTTP, JSON or why anything is stored.

pub mod accounts;
pub mod batch_requests;
pub mod cancellations;
pub mod catalogs;
pub mod categories;
pub mod channels;
pub mod copy;
pub mod counters;
pub mod customers;
pub mod discrepancies;
mod engine;
mod error;
pub mod failed_integrations;
pub mod feed;
pub mod filter;
pub mod fulfilment;
pub mod geography;
mod goods_movements;
pub mod idempotency;
pub mod ids;
pub mod imports;
pub mod integration_actions;
pub mod leases;
pub mod mappings;
mod migrate;
pub mod movements;
pub mod optimistic;
pub mod order_items;
pub mod orders;
pub mod packages;
pub mod placement;
pub mod prices;
pub mod products;
pub mod records;
pub mod reports;
pub mod shipping_infos;
pub mod sql;
pub mod statement_registry;
pub mod stock_counts;
pub mod stock_lists;
pub mod stock_locations;
pub mod stock_moves;
pub mod stocks;
mod store;
pub mod stores;
pub mod transfers;
pub mod unit_of_work;
pub mod unplanned_items;
pub mod verify;
pub mod watched;
mod writer_lock;

pub use engine::postgres::{LOG_LIMIT, Limits, PoolState, SnapshotToken};
pub use engine::sqlite::Check;
pub use engine::{BoxFuture, Column, Row, Tx, Value};
pub use error::Error;
pub use migrate::{Schema, Step};
pub use store::{Options, Store};
pub use writer_lock::WriterLock;
