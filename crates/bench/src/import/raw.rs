//! Raw SQLite: the rows of a file upserted in one transaction. What an import is measured by.
//!
//! Promises: the same library, journal mode, flush and page cache as the server's own database, a table with the same
//! columns and indexes; the file is read by the usual library. No HTTP, no movement, nothing that could resume or be
//! undone. Must not know the server.

use std::path::Path;

use anyhow::ensure;
use rusqlite::{Connection, params};

use super::Baseline;
use super::client::Clock;
use crate::load::Figure;
use crate::raw::CHECKPOINT_PAGES;
use crate::report::Target;

/// As large as the server's.
const CACHE_KIB: i64 = -32_000;
const SCHEMA: &str = "
    CREATE TABLE stock (
        bucket INTEGER NOT NULL, id INTEGER NOT NULL, stock_list_id INTEGER NOT NULL, product_id INTEGER NOT NULL,
        sku TEXT NOT NULL, unit TEXT NOT NULL, on_hand INTEGER NOT NULL CHECK (on_hand >= 0),
        held INTEGER NOT NULL CHECK (held >= 0), external INTEGER NOT NULL CHECK (external >= 0),
        reported INTEGER NOT NULL CHECK (reported >= 0), snapshot_at INTEGER, movement_id INTEGER,
        extra_field TEXT NOT NULL, created_at INTEGER NOT NULL, modified_at INTEGER NOT NULL,
        PRIMARY KEY (id, bucket), CHECK (held >= external)
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX stock_sku ON stock (sku, stock_list_id, bucket);
    CREATE INDEX stock_of_list ON stock (stock_list_id, id, bucket);";
const UPSERT: &str = "
    INSERT INTO stock (bucket, id, stock_list_id, product_id, sku, unit, on_hand, held, external, reported, snapshot_at,
                       movement_id, extra_field, created_at, modified_at)
    VALUES (0, ?1, 1, ?1, ?2, ?4, ?3, 0, 0, 0, ?5, ?1, '{}', ?5, ?5)
    ON CONFLICT (sku, stock_list_id, bucket) DO UPDATE SET on_hand = excluded.on_hand, unit = excluded.unit,
        snapshot_at = excluded.snapshot_at, movement_id = excluded.movement_id, modified_at = excluded.modified_at";

/// A database with one table of stocks.
pub(crate) struct RawUpsert {
    connection: Connection,
    /// Counts on with every row, so that each changes.
    id: i64,
}

impl RawUpsert {
    /// Makes the database.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        connection.pragma_update(None, "cache_size", CACHE_KIB)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection, id: 0 })
    }
}

impl Baseline for RawUpsert {
    const NAME: &'static str = "raw SQLite";
    const LEAST: f64 = 0.4;
    const WORKBOOK: Target = Target::AtLeast(0.2);

    fn upsert(&mut self, file: &Path, rows: u64) -> anyhow::Result<Figure> {
        let clock = Clock::start(std::process::id());
        let mut reader = csv::Reader::from_path(file)?;
        let transaction = self.connection.transaction()?;
        {
            let mut upsert = transaction.prepare(UPSERT)?;
            let mut record = csv::StringRecord::new();
            while reader.read_record(&mut record)? {
                self.id += 1;
                let figure: i64 = record[1].parse()?;
                upsert.execute(params![self.id, &record[0], figure, &record[2], self.id])?;
            }
        }
        transaction.commit()?;
        let figure = clock.stop(rows);
        let stored: (i64, i64) =
            self.connection
                .query_row("SELECT COUNT(*), MIN(modified_at) FROM stock", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let rows = rows as i64;
        ensure!(stored == (rows, self.id - rows + 1), "of {rows} rows {stored:?} are stored");
        Ok(figure)
    }

    fn settle(&self) -> anyhow::Result<()> {
        Ok(())
    }
}
