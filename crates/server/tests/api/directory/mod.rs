//! The directory: a module for each resource, named like that of its handlers.

mod content_types;
mod customers;
mod geography;
mod stores;
