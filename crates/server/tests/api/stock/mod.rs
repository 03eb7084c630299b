//! Stock: a module for each resource, named like that of its handlers.

mod adjustments;
mod exports;
mod movements;
mod product_stocks;
mod reservations;
mod stock_lists;
mod stock_sums;
