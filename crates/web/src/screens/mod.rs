//! One struct per screen: what it shows, and nothing that it could compute wrongly.
//!
//! Promises: each struct renders as a whole page; `as_rows()` renders the region `#region` of those that have one, which
//! is what a request with `HX-Request` gets. Must not know where values come from.

pub mod cancellations;
pub mod error;
pub mod health;
pub mod import;
pub mod import_columns;
pub mod import_new;
pub mod imports;
pub mod level;
pub mod list_settings;
pub mod lists;
pub mod me;
pub mod not_found;
pub mod order;
pub mod orders;
pub mod overview;
pub mod product;
pub mod reasons;
pub mod refused;
pub mod reserving;
pub mod search;
pub mod sign_in;
pub mod stock;
pub mod transfers;
pub mod webhooks;
