//! COPY and one statement: what who knows PostgreSQL well does with a file of stock.
//!
//! Promises: PostgreSQL's own client sends the file as it is into a temporary table, and one statement upserts it into
//! a table with the columns and indexes of ours, in one durable transaction. No HTTP, no movement, nothing that could
//! resume or be undone. Must not know the server.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, ensure};

use super::backend::Backend;
use crate::import::Baseline;
use crate::load::{Figure, micros_each};
use crate::machine;
use crate::report::Target;
use crate::shop::Database;

const NAME: &str = "baseline";
const SCHEMA: &str = "
    CREATE TABLE stock (
        bucket BIGINT NOT NULL, id BIGINT GENERATED ALWAYS AS IDENTITY, stock_list_id BIGINT NOT NULL,
        product_id BIGINT NOT NULL, sku TEXT COLLATE \"C\" NOT NULL, unit TEXT NOT NULL,
        on_hand BIGINT NOT NULL CHECK (on_hand >= 0), held BIGINT NOT NULL CHECK (held >= 0),
        external BIGINT NOT NULL CHECK (external >= 0), reported BIGINT NOT NULL CHECK (reported >= 0),
        snapshot_at BIGINT, movement_id BIGINT, extra_field TEXT NOT NULL, created_at BIGINT NOT NULL,
        modified_at BIGINT NOT NULL, PRIMARY KEY (id, bucket), CHECK (held >= external)
    ) WITH (fillfactor = 75);
    CREATE UNIQUE INDEX stock_sku ON stock (sku, stock_list_id, bucket);
    CREATE INDEX stock_of_list ON stock (stock_list_id, id, bucket);";
const GIVEN: &str = "CREATE TEMPORARY TABLE given (sku TEXT, stock BIGINT, unit TEXT) ON COMMIT DROP";
const UPSERT: &str = "
    INSERT INTO stock (bucket, stock_list_id, product_id, sku, unit, on_hand, held, external, reported, snapshot_at,
                       movement_id, extra_field, created_at, modified_at)
    SELECT 0, 1, 1, sku, unit, stock, 0, 0, 0, 1, 1, '{}', 1, 1 FROM given
    ON CONFLICT (sku, stock_list_id, bucket) DO UPDATE SET on_hand = excluded.on_hand, unit = excluded.unit,
        snapshot_at = stock.snapshot_at + 1, movement_id = stock.movement_id + 1, modified_at = stock.modified_at + 1";
const BOOKS: &str = "SELECT count(*), min(modified_at), max(modified_at) FROM stock";

/// A database with one table of stocks.
pub(super) struct CopyUpsert<'b> {
    backend: &'b Backend,
    database: Database,
    /// The databases that are put in order between measurements.
    settled: [&'static str; 2],
    files: u64,
}

impl<'b> CopyUpsert<'b> {
    /// Makes the database; `server` is the server's own.
    pub(super) fn open(backend: &'b Backend, server: &'static str) -> anyhow::Result<Self> {
        let database = backend.database(NAME)?;
        backend.psql(NAME, SCHEMA)?;
        Ok(Self { backend, database, settled: [server, NAME], files: 0 })
    }
}

impl Baseline for CopyUpsert<'_> {
    const NAME: &'static str = "COPY and upsert";
    const LEAST: f64 = 0.6;
    /// A fifth of what the bare reader reads is about as much as this baseline itself writes.
    const WORKBOOK: Target = Target::Open;

    fn upsert(&mut self, file: &Path, rows: u64) -> anyhow::Result<Figure> {
        let copy = format!("\\copy given FROM '{}' WITH (FORMAT csv, HEADER)", file.display());
        let mut command = Command::new(self.backend.program("psql"));
        command.args(["-XqAt", "-v", "ON_ERROR_STOP=1", &self.database.url]);
        for step in ["BEGIN", GIVEN, &copy, UPSERT, "COMMIT"] {
            command.args(["-c", step]);
        }
        let (before, start) = (machine::family_time(self.backend.process()), Instant::now());
        let output = command.output().with_context(|| format!("{command:?}"))?;
        let elapsed = start.elapsed();
        ensure!(output.status.success(), "psql: {}", String::from_utf8_lossy(&output.stderr).trim());
        let used = machine::family_time(self.backend.process()).saturating_sub(before);
        self.files += 1;
        let (books, files) = (self.backend.psql(NAME, BOOKS)?, self.files);
        ensure!(books == format!("{rows}|{files}|{files}"), "after {files} files of {rows} rows: {books}");
        let micros = elapsed.as_micros() as u64;
        Ok(Figure {
            answers: rows,
            per_second: rows as f64 / elapsed.as_secs_f64(),
            p50_micros: micros,
            p99_micros: micros,
            cpu_micros: None,
            database_micros: Some(micros_each(used, rows)),
        })
    }

    fn settle(&self) -> anyhow::Result<()> {
        self.settled.iter().try_for_each(|database| self.backend.settle(database))
    }
}
