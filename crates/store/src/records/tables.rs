//! The closed list of resource tables.
//!
//! A resource is added in four steps: its table in a migration (and in `copy/tables.rs` and `placement.rs`); a
//! [`Table`] in the resource's file here; its name in this list; a `Resource` with fields, view and filters in the
//! server's file of the same name. Must not know more of them than where they are.

use super::Table;
use crate::{
    cancellations, catalogs, categories, channels, customers, geography, order_items, orders, prices, products,
    reports, shipping_infos, stock_lists, stock_locations, stores,
};

/// Every table, those that are only pointed at included.
pub static TABLES: &[&Table] = &[
    &products::KNOWN,
    &stock_lists::KNOWN,
    &channels::CHANNELS,
    &prices::PRICE_LISTS,
    &prices::PRODUCT_PRICES,
    &catalogs::CATALOGS,
    &catalogs::CATALOG_ITEMS,
    &orders::KNOWN,
    &order_items::KNOWN,
    &cancellations::REASONS,
    &cancellations::REQUESTS,
    &shipping_infos::SHIPPING_INFOS,
    &reports::ERROR_REPORTS,
    &reports::PLACE_REPORTS,
    &reports::OPERATIONAL_EVENTS,
    &categories::TREES,
    &categories::NODES,
    &categories::PRODUCT_CATEGORIES,
    &geography::COUNTRIES,
    &geography::CITIES,
    &geography::TOWNSHIPS,
    &geography::DISTRICTS,
    &geography::OBJECT_MAPPINGS,
    &stores::CARGO_COMPANIES,
    &stores::STORES,
    &customers::CUSTOMERS,
    &customers::ADDRESSES,
    &stock_locations::ADDRESSES,
    &stock_locations::LOCATIONS,
    &stock_locations::SENDERS,
];
