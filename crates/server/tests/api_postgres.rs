//! The tests of the API once more, on PostgreSQL: the same files, as a target of their own.
//!
//! So plain `cargo test` covers both engines and each test is seen to pass or fail on each; a test names no engine
//! (`api/database.rs` goes by the name of the target).

#[path = "api/main.rs"]
mod api;

use api::{client, database, files, made, market, poison, samples, shop, slow_clients, warehouse};
