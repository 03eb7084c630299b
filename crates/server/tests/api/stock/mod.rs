//! Stock: a module for each resource, named like that of its handlers.

mod exports;
mod movements;
mod product_stocks;
mod stock_lists;
mod stock_sums;
