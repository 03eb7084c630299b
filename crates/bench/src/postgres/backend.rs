//! A PostgreSQL for a run: durable, on the disk of the build folder, with several databases side by side.
//!
//! Promises: it flushes before it acknowledges, or there is no run; servers and baselines have the same one, set up the
//! same. Must not know what is stored in it.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};
use onhand_testbed::{Cluster, Settings};

use crate::machine;
use crate::shop::Database;

/// The part of the machine's memory that PostgreSQL's own manual gives to `shared_buffers` on a server of its own.
const BUFFERS_PART: u64 = 4;
/// What the figures depend on.
const SHOWN: [&str; 10] = [
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "wal_sync_method",
    "shared_buffers",
    "max_wal_size",
    "wal_compression",
    "checkpoint_timeout",
    "autovacuum",
];
/// What must be on, or an acknowledgement would be worth nothing.
const ON: [&str; 3] = ["fsync", "synchronous_commit", "full_page_writes"];
/// The database that every server has.
const FOOTING: &str = "postgres";

/// What is not PostgreSQL's default: room for the tables, and for the log of a whole run between two check-points;
/// pages that are logged whole, as each is after a check-point, are compressed.
fn options() -> Vec<String> {
    let buffers = machine::memory_of_all() / BUFFERS_PART / 1_024;
    vec![format!("shared_buffers={buffers}kB"), "max_wal_size=8GB".to_owned(), "wal_compression=lz4".to_owned()]
}

/// A running PostgreSQL server.
pub(super) struct Backend {
    cluster: Cluster,
    process: u32,
}

impl Backend {
    /// Starts one.
    pub(super) fn start() -> anyhow::Result<Self> {
        let start = |folder: Option<&Path>| {
            let options = options();
            let folder = folder.map(Path::to_owned);
            Cluster::start(&Settings { durable: true, options, folder, ..Settings::default() })
        };
        let program = std::env::current_exe()?;
        // The build folder may be closed to the user that PostgreSQL runs as, or its name too long.
        let cluster = start(program.parent()).or_else(|_| start(None))?;
        let process = cluster.process().context("the server has just been started")?;
        for setting in ON {
            let value = cluster.psql(FOOTING, &format!("SHOW {setting}"))?;
            ensure!(value == "on", "{setting} is {value}");
        }
        Ok(Self { cluster, process })
    }

    /// Where its data is.
    pub(super) fn folder(&self) -> anyhow::Result<PathBuf> {
        Ok(self.cluster.psql(FOOTING, "SHOW data_directory")?.into())
    }

    /// What it is and how it is set up.
    pub(super) fn settings(&self) -> anyhow::Result<String> {
        let show = |name: &&str| Ok(format!("{name} {}", self.cluster.psql(FOOTING, &format!("SHOW {name}"))?));
        Ok(format!("PostgreSQL: {}", SHOWN.iter().map(show).collect::<anyhow::Result<Vec<_>>>()?.join(", ")))
    }

    /// Makes a database.
    pub(super) fn database(&self, name: &str) -> anyhow::Result<Database> {
        self.cluster.psql(FOOTING, &format!("CREATE DATABASE {name}"))?;
        Ok(Database { url: self.cluster.url(name), process: Some(self.process) })
    }

    /// Runs SQL in a database.
    pub(super) fn psql(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        self.cluster.psql(database, sql)
    }

    /// Does at once what PostgreSQL would do within minutes after a database was filled: otherwise it would do it in
    /// the middle of whatever is measured then.
    pub(super) fn settle(&self, database: &str) -> anyhow::Result<()> {
        for sql in ["VACUUM ANALYZE", "CHECKPOINT"] {
            self.cluster.psql(database, sql)?;
        }
        Ok(())
    }

    /// One of its own programs.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.cluster.program(name)
    }

    /// The first of its processes.
    pub(super) fn process(&self) -> u32 {
        self.process
    }
}
