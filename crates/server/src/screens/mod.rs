//! The screens: what a person at a browser sees and does. The pages are those of `onhand-web`.
//!
//! Promises: a screen is a row in [`routes`], with the permission that it asks for; a session's cookie opens screens
//! and nothing else; what changes something is a form of this site's own; each page works without a script. Must not
//! know SQL or rules: screens ask the services, and read a table where that is one function of it.

mod answer;
mod assets;
mod bulk;
mod cancellations;
mod cards;
mod done;
mod fault;
mod fields;
mod guard;
mod health;
mod import;
mod import_columns;
mod import_new;
mod imports;
mod level;
mod list_settings;
mod lists;
mod live;
mod live_hub;
mod live_rows;
mod live_tab;
mod live_told;
mod live_topics;
mod me;
mod naming;
mod order;
mod order_forms;
mod orders;
mod overview;
mod product;
mod product_lines;
mod reasons;
mod router;
mod routes;
mod saved_views;
mod search;
mod session;
mod sign_in;
mod stock;
mod stock_place;
mod transfers;
mod visit;
mod webhook;
mod webhooks;

pub use self::router::router;
pub use self::routes::{Route, routes};
