//! Opening the database for a command.

use std::time::Duration;

use anyhow::Context as _;
use onhand_store::{Limits, Options, Store};

use crate::config::{DatabaseConfig, masked};

/// Opens the database, making it if it is not there. A server that is not there yet is waited for.
pub(super) async fn wait_for(config: &DatabaseConfig, patience: Duration) -> anyhow::Result<Store> {
    with(config, Options { patience, ..options(config) }).await
}

/// Opens the database, making it if it is not there.
pub(super) async fn open(config: &DatabaseConfig) -> anyhow::Result<Store> {
    with(config, options(config)).await
}

/// Opens a database that must be there.
pub(super) async fn open_existing(config: &DatabaseConfig) -> anyhow::Result<Store> {
    with(config, Options { must_exist: true, ..options(config) }).await
}

/// Opens the database and leaves its schema as it is.
pub(super) async fn connect(config: &DatabaseConfig) -> anyhow::Result<Store> {
    connect_with(config, &options(config)).await
}

/// The same, for a database that must be there.
pub(super) async fn connect_existing(config: &DatabaseConfig) -> anyhow::Result<Store> {
    connect_with(config, &Options { must_exist: true, ..options(config) }).await
}

async fn connect_with(config: &DatabaseConfig, options: &Options) -> anyhow::Result<Store> {
    Store::connect(&config.database, options).await.with_context(|| cannot_open(config))
}

async fn with(config: &DatabaseConfig, options: Options) -> anyhow::Result<Store> {
    Store::open(&config.database, &options).await.with_context(|| cannot_open(config))
}

fn cannot_open(config: &DatabaseConfig) -> String {
    format!("cannot open the database {}", masked(&config.database))
}

fn options(config: &DatabaseConfig) -> Options {
    let statement = Duration::from_secs(config.database_statement_seconds.into());
    let limits = Limits { connections_max: config.database_connections.into(), statement, ..Limits::default() };
    Options { limits, ..Options::default() }
}
