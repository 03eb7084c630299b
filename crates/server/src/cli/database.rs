//! Opening the database for a command.

use anyhow::Context as _;
use onhand_store::{Options, Store};

use crate::config::masked;

/// Opens the database, making it if it is not there.
pub(super) async fn open(url: &str) -> anyhow::Result<Store> {
    with(url, &Options::default()).await
}

/// Opens a database that must be there.
pub(super) async fn open_existing(url: &str) -> anyhow::Result<Store> {
    with(url, &Options { must_exist: true, ..Options::default() }).await
}

async fn with(url: &str, options: &Options) -> anyhow::Result<Store> {
    Store::open(url, options).await.with_context(|| format!("cannot open the database {}", masked(url)))
}
