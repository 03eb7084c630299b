//! Opening the database for a command.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use onhand_store::placement::PlacementState;
use onhand_store::tables::accounts;
use onhand_store::{Check, Limits, Options, Store, WriterLock};

use crate::config::{DatabaseConfig, ServeConfig};
use crate::database_url::masked;

/// The pause before the writer lock is tried for again.
const PAUSE: Duration = Duration::from_secs(1);

/// Whether there is a database already; a server's counts as there.
pub(super) fn is_there(config: &DatabaseConfig) -> bool {
    Store::is_there(&config.database)
}

/// Opens the database for a server, making it if it is not there and may be made. One on a server that is not there yet
/// is waited for.
pub(super) async fn open_for_server(config: &DatabaseConfig, server: &ServeConfig) -> anyhow::Result<Store> {
    let patience = Duration::from_secs(server.database_wait_seconds.into());
    let options = Options { patience, must_exist: server.start.must_exist, ..options(config) };
    let store = connect_with(config, &options).await?;
    if server.start.must_exist && store.schema().await?.version == 0 {
        bail!("{} is empty, and --must-exist forbids to make a database there", masked(&config.database));
    }
    if server.start.check {
        require_sound(&store, Check::Quick).await?;
    }
    store.prepare().await.with_context(|| cannot_open(config))?;
    if store.placement().await? == PlacementState::Unused {
        tracing::warn!("Citus is installed and no table is distributed: onhand migrate --citus distributes them");
    }
    Ok(store)
}

/// Rejects a file that is damaged.
pub(super) async fn require_sound(store: &Store, check: Check) -> anyhow::Result<()> {
    let faults = store.check(check).await?;
    match faults.as_slice() {
        [] => Ok(()),
        [only] => bail!("the database file is damaged: {only}"),
        [first, more @ ..] => bail!("the database file is damaged: {first} (and {} more faults)", more.len()),
    }
}

/// Opens a database that must be there, and never writes to it.
pub(super) async fn open_read_only(config: &DatabaseConfig) -> anyhow::Result<Store> {
    connect_with(config, &Options { must_exist: true, read_only: true, ..options(config) }).await
}

/// Rejects a database that is not one of this program, or has no account: a copy without what was in the log, say.
pub(super) async fn require_shop(store: &Store) -> anyhow::Result<()> {
    let schema = store.schema().await?;
    if schema.version == 0 {
        bail!("this is an empty database: nothing of Onhand is in it (was it copied without its -wal file?)");
    }
    if let Some(step) = schema.missing.first() {
        bail!(
            "this is a database of an older version: migration {}, {}, is missing (onhand migrate brings it up to date)",
            step.version,
            step.name
        );
    }
    if store.read("accounts.count", async |tx| accounts::count(tx).await).await? == 0 {
        bail!("no account is in this database: it was never used, or it is a copy without its -wal file");
    }
    Ok(())
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
pub(super) async fn take_writer_lock(store: &Store, patience: Duration) -> anyhow::Result<WriterLock> {
    let begun = Instant::now();
    loop {
        if let Some(lock) = store.writer_lock()? {
            return Ok(lock);
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
