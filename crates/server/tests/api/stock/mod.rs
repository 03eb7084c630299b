//! Stock: a module for each resource, named like that of its handlers.

mod adjustment_reasons;
mod adjustments;
mod as_of;
mod explain;
mod exports;
mod movements;
mod product_stocks;
mod read_back;
mod reservations;
mod retention;
mod stock_health;
mod stock_lists;
mod stock_sums;
mod stock_transfers;
