//! The screens through a real socket, on a real database, without a script: what a browser sends, and what of it is seen
//! through the API. `browser` is the person; the server and the shop are those of the suite of the API.

mod browser;
mod bulk;
mod cancellations;
#[path = "../api/client.rs"]
#[expect(dead_code, reason = "the suite of the API uses the rest")]
pub(crate) mod client;
#[path = "../api/database.rs"]
pub(crate) mod database;
mod guard;
mod health;
mod imports;
mod list_settings;
mod live;
mod me;
mod orders;
mod overview;
mod product;
mod reasons;
mod roles;
mod search;
mod sentences;
mod sessions;
#[path = "../api/shop.rs"]
#[expect(dead_code, reason = "the suite of the API uses the rest")]
pub(crate) mod shop;
mod sign_in;
mod stock;
mod stock_views;
mod transfers;
mod undo;
mod views;
mod webhooks;
