//! The API through a real socket, on a real database: a folder for each area with one module per resource, named like
//! the handlers, and those that look at all routes at once. The database is SQLite, or PostgreSQL where
//! `ONHAND_TEST_ENGINE` is `postgres`: compiling the suite takes longer than running it, so one binary is run twice.
//!
//! `client` starts servers, `shop`, `market`, `warehouse` and `files` have the moves most tests are made of, `samples`
//! knows a good request for every route.

mod accounts;
mod bad_input;
mod catalog;
mod channels;
pub(crate) mod client;
mod connections;
mod contradictions;
mod coverage;
pub(crate) mod database;
mod description;
mod directory;
mod dump;
mod events;
mod extremes;
pub(crate) mod files;
mod floods;
mod foreign;
mod fulfilment;
mod handling;
mod health;
mod idempotency;
mod imports;
mod lists;
mod lost_updates;
#[path = "../../../sheet/tests/books/made.rs"]
pub(crate) mod made;
pub(crate) mod market;
mod orders;
pub(crate) mod poison;
mod race;
mod reads;
mod resources;
pub(crate) mod samples;
mod search;
pub(crate) mod shop;
pub(crate) mod slow_clients;
mod sources;
mod stock;
mod stopping;
mod times;
mod uploads;
pub(crate) mod warehouse;
mod wire;
