//! Opening the database for a command.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use onhand_store::{Hold, Limits, Options, Store};

use crate::config::{DatabaseConfig, masked};

/// The pause before a hold is tried for again.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether there is a database already; a server's counts as there.
pub(super) fn is_there(config: &DatabaseConfig) -> bool {
    Store::is_there(&config.database)
}

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

/// Makes this process the one that changes stock, as soon as no other one is that. Where several may be, it is at once.
pub(super) async fn hold(store: &Store, patience: Duration) -> anyhow::Result<Hold> {
    let begun = Instant::now();
    loop {
        if let Some(hold) = store.hold()? {
            return Ok(hold);
        }
        if begun.elapsed() >= patience {
            bail!("another process (a server, or an import on the command line) works on this database: stop it first");
        }
        tracing::warn!("waiting for another process that works on this database");
        tokio::time::sleep(PAUSE).await;
    }
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
