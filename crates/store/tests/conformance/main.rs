//! What a store promises, checked on a fresh database of every engine.
//!
//! Promises: a case knows no engine; it is written once and runs on each of them. An engine joins in
//! [`database::for_each_engine`]. One file per resource, as in `src`.

mod accounts;
mod activity;
mod cart_reservations;
mod channel_sync;
mod channels;
mod cursor;
mod data_source_mappings;
mod data_sources;
mod database;
mod events;
mod fulfilment;
mod generation;
mod idempotency;
mod ids;
mod imports;
mod leases;
mod loading;
mod market;
mod movements;
mod moves;
mod optimistic;
mod order_items;
mod outgoing_lines;
mod pages;
mod product_words;
mod products;
mod proxy;
mod reports;
mod resource;
mod retention;
mod saved_views;
mod server_engine;
mod shop;
mod stock_lists;
mod stock_sums;
mod stock_views;
mod stores;
mod transactions;
mod unit_of_work;
mod verify;
