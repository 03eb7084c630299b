//! The catalog: a module for each resource, named like that of its handlers.

mod availability;
mod catalogs;
mod categories;
mod prices;
mod products;
