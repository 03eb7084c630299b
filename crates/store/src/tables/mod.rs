//! The tables: one file for each kind of object that the API has, with its columns and what is special about it. A file
//! has the name that the object's module has in the server.
//!
//! A resource is added in four steps: its table in a migration; a [`Table`] in a file here; its name in [`TABLES`]; a
//! `Resource` with fields, view and filters in the server. Must not know more of the resources than where they are.

pub mod accounts;
pub mod adjustment_reasons;
pub mod batch_requests;
pub mod cancellations;
pub mod cargo_company_conditions;
pub mod cart_reservations;
pub mod catalogs;
pub mod categories;
pub mod channels;
pub mod customers;
pub mod data_source_mappings;
pub mod data_sources;
pub mod discrepancies;
pub mod failed_integrations;
pub mod geography;
pub(crate) mod goods_movements;
pub mod integration_actions;
pub mod mappings;
pub mod movements;
pub mod order_items;
pub mod orders;
pub mod outgoing_lines;
pub mod packages;
pub mod prices;
pub mod product_stocks;
pub mod products;
pub mod removed_stocks;
pub mod reports;
pub mod saved_views;
pub mod shipping_infos;
pub mod stock_counts;
pub mod stock_lists;
pub mod stock_locations;
pub mod stock_moves;
pub mod stock_sums;
pub mod stock_transfers;
pub mod stores;
pub mod transfers;
pub mod unplanned_items;
pub mod webhook_deliveries;
pub mod webhooks;

use crate::resource::{self, Record, Table};
use crate::{Error, Tx, query};

/// Every table of resources, those that are only referenced included.
pub static TABLES: &[&Table] = &[
    &products::PRODUCTS,
    &stock_lists::STOCK_LISTS,
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
    &reports::GEOGRAPHY_REPORTS,
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
    &cargo_company_conditions::CONDITIONS,
    &data_sources::DATA_SOURCES,
    &data_source_mappings::MAPPINGS,
    &adjustment_reasons::REASONS,
    &webhooks::WEBHOOKS,
];

/// The tables with counters that are written by hand.
pub(crate) const COUNTED: [&query::ListTable; 14] = [
    &product_stocks::TABLE,
    &orders::TABLE,
    &order_items::TABLE,
    &mappings::TABLE,
    &integration_actions::TABLE,
    &packages::TABLE,
    &packages::ITEMS,
    &transfers::TABLE,
    &discrepancies::TABLE,
    &stock_moves::TABLE,
    &unplanned_items::TABLE,
    &stock_counts::TABLE,
    &cart_reservations::TABLE,
    &stock_transfers::TABLE,
];

/// What still references a record: the name of its table.
pub async fn find_referrer(tx: &mut Tx<'_>, record: &Record) -> Result<Option<&'static str>, Error> {
    resource::find_referrer(tx, TABLES, record).await
}
