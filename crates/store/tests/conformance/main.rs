//! What a store promises, checked on a fresh database of every engine.
//!
//! Promises: a case knows no engine; it is written once and runs on each of them. An engine joins in
//! [`database::for_each_engine`]. One file per resource, as in `src`.

mod accounts;
mod ahead;
mod channels;
mod cursor;
mod database;
mod feed;
mod fulfilment;
mod generation;
mod idempotency;
mod ids;
mod imports;
mod leases;
mod ledger;
mod market;
mod movements;
mod moves;
mod pages;
mod products;
mod proxy;
mod records;
mod reports;
mod server_engine;
mod shop;
mod stock_lists;
mod transactions;
mod verify;
