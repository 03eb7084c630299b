//! Raw SQLite: one durable reservation per transaction, hot row, one thread. What group commit has to beat.
//!
//! Promises: the same library, journal mode and flush as the server's own database, and nothing else around it: no
//! HTTP, no movement, no order. Must not know the server.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, params};

use crate::load::{Figure, histogram, micros_each};
use crate::machine;

/// As large as the server lets its own log grow, so that neither pays for more check-points.
pub(crate) const CHECKPOINT_PAGES: i64 = 24_000;
/// Never runs short.
const ON_HAND: i64 = 2_000_000_000;

/// A database with one table of stocks and one of reservations.
pub(crate) struct Raw {
    connection: Connection,
    taken: i64,
}

impl Raw {
    /// Makes the database with so many stocks.
    pub(crate) fn open(path: &Path, stocks: u64) -> anyhow::Result<Self> {
        let mut connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        connection.execute_batch(
            "CREATE TABLE stock (id INTEGER PRIMARY KEY, on_hand INTEGER NOT NULL, held INTEGER NOT NULL);
             CREATE TABLE reservation (id INTEGER PRIMARY KEY, stock_id INTEGER NOT NULL, quantity INTEGER NOT NULL);",
        )?;
        let filling = connection.transaction()?;
        {
            let mut insert = filling.prepare("INSERT INTO stock (id, on_hand, held) VALUES (?1, ?2, 0)")?;
            for id in 1..=stocks as i64 {
                insert.execute(params![id, ON_HAND])?;
            }
        }
        filling.commit()?;
        Ok(Self { connection, taken: 0 })
    }

    /// Reserves one unit after the other.
    pub(crate) fn run(&mut self, measured: Duration) -> anyhow::Result<Figure> {
        let mut histogram = histogram();
        let (start, used_before) = (Instant::now(), machine::processor_time(std::process::id()));
        let mut before = start;
        while before - start < measured {
            self.reserve()?;
            let now = Instant::now();
            histogram.saturating_record((now - before).as_micros() as u64);
            before = now;
        }
        let held: i64 = self.connection.query_row("SELECT held FROM stock WHERE id = 1", [], |row| row.get(0))?;
        anyhow::ensure!(held == self.taken, "raw SQLite holds {held} of {} reserved", self.taken);
        let used = machine::processor_time(std::process::id()).saturating_sub(used_before);
        let cpu_micros = Some(micros_each(used, histogram.len()));
        Ok(Figure { cpu_micros, ..Figure::new(&histogram, (before - start).as_secs_f64()) })
    }

    fn reserve(&mut self) -> anyhow::Result<()> {
        let run = |sql: &str| self.connection.prepare_cached(sql)?.execute([]);
        run("BEGIN IMMEDIATE")?;
        let fits = run("UPDATE stock SET held = held + 1 WHERE id = 1 AND on_hand - held >= 1")?;
        anyhow::ensure!(fits == 1, "raw SQLite ran out of stock");
        run("INSERT INTO reservation (stock_id, quantity) VALUES (1, 1)")?;
        run("COMMIT")?;
        self.taken += 1;
        Ok(())
    }
}
