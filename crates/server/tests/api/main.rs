//! The API through a real socket, on a real database: one module per resource, named like the handlers, and those that
//! look at all routes at once. Here the database is SQLite; `api_postgres` runs the same files on PostgreSQL.
//!
//! `client` starts servers, `shop` has the moves most tests are made of, `samples` knows a good request for every
//! route.

mod auth;
mod bad_input;
mod batch_requests;
mod cancellations;
mod catalogs;
mod categories;
mod changes;
mod channel_orders;
mod channels;
pub(crate) mod client;
mod connections;
mod content_types;
mod contradictions;
mod coverage;
mod customers;
pub(crate) mod database;
mod dump;
pub(crate) mod exports;
mod extremes;
mod failed_integrations;
mod feeds;
mod floods;
mod foreign;
mod geography;
mod handling;
mod health;
mod idempotency;
mod import_results;
pub(crate) mod imports;
mod imports_bad_input;
mod imports_follow;
mod integration_actions;
mod lists;
mod lost_updates;
#[path = "../../../sheet/tests/books/made.rs"]
pub(crate) mod made;
mod mapped_products;
mod mappings;
pub(crate) mod market;
mod moves;
mod oms;
pub(crate) mod oms_floor;
mod oms_pickers;
mod oms_work;
mod order_items;
mod orders;
pub(crate) mod poison;
mod prices;
mod product_stocks;
mod products;
mod race;
mod reads;
mod records;
mod reports;
mod reservation;
pub(crate) mod samples;
mod schema;
mod shipping_infos;
pub(crate) mod shop;
pub(crate) mod slow_clients;
mod stock_lists;
mod stopping;
mod stores;
mod times;
mod uploads;
mod wire;
