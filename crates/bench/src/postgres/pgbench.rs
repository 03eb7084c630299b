//! pgbench: one reservation per transaction on the same PostgreSQL server, without any of us. What group commit has to
//! beat.
//!
//! Promises: prepared statements, one thread, PostgreSQL's own client, which costs the shared processors less than any
//! of ours would; two tables, of which a reservation updates a row and adds another, and nothing else. Must not know
//! the server.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, ensure};

use super::backend::Backend;
use crate::load::{Figure, histogram, micros_each};
use crate::machine;
use crate::shop::Database;

const NAME: &str = "baseline";
/// Never runs short.
const ON_HAND: i64 = 2_000_000_000;
const SCHEMA: &str = "
    CREATE TABLE stock (id BIGINT PRIMARY KEY, on_hand BIGINT NOT NULL, held BIGINT NOT NULL);
    CREATE TABLE reservation (id BIGSERIAL PRIMARY KEY, stock_id BIGINT NOT NULL, quantity BIGINT NOT NULL);";
const BOOKS: &str = "SELECT (SELECT sum(held) FROM stock), (SELECT count(*) FROM reservation)";

/// How a reservation is made.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// As a web framework makes it: a transaction of four round trips.
    Transaction,
    /// As who knows the database well would make it: one statement.
    Statement,
}

impl Form {
    fn script(self) -> (&'static str, &'static str) {
        match self {
            Self::Transaction => (
                "transaction.sql",
                "\\set id random(1, :stocks)
                 BEGIN;
                 UPDATE stock SET held = held + 1 WHERE id = :id AND on_hand - held >= 1;
                 INSERT INTO reservation (stock_id, quantity) VALUES (:id, 1);
                 COMMIT;\n",
            ),
            Self::Statement => (
                "statement.sql",
                "\\set id random(1, :stocks)
                 WITH fits AS (UPDATE stock SET held = held + 1 WHERE id = :id AND on_hand - held >= 1 RETURNING id)
                 INSERT INTO reservation (stock_id, quantity) SELECT id, 1 FROM fits;\n",
            ),
        }
    }
}

/// What pgbench is to do.
#[derive(Clone, Copy)]
pub(super) struct Task {
    pub(super) form: Form,
    /// Rows among which it chooses; 1 for always the same.
    pub(super) stocks: u64,
    pub(super) clients: usize,
}

/// A database with one table of stocks and one of reservations, and who reserves in it.
pub(super) struct Pgbench<'b> {
    backend: &'b Backend,
    database: Database,
    folder: PathBuf,
    reserved: u64,
}

impl<'b> Pgbench<'b> {
    /// Makes the database with so many stocks.
    pub(super) fn open(backend: &'b Backend, folder: &Path, stocks: u64) -> anyhow::Result<Self> {
        let database = backend.database(NAME)?;
        backend.psql(NAME, SCHEMA)?;
        let fill = format!("INSERT INTO stock SELECT id, {ON_HAND}, 0 FROM generate_series(1, {stocks}) AS id");
        backend.psql(NAME, &fill)?;
        backend.settle(NAME)?;
        for form in [Form::Transaction, Form::Statement] {
            let (name, script) = form.script();
            std::fs::write(folder.join(name), script)?;
        }
        Ok(Self { backend, database, folder: folder.to_owned(), reserved: 0 })
    }

    /// The database.
    pub(super) fn url(&self) -> &str {
        &self.database.url
    }

    /// Notes reservations that another client has made.
    pub(super) fn note(&mut self, reserved: u64) {
        self.reserved += reserved;
    }

    /// Reserves one unit after the other, each client as soon as it is answered.
    pub(super) fn run(&mut self, task: Task, measured: Duration) -> anyhow::Result<Figure> {
        let before = machine::family_time(self.backend.process());
        let mut command = Command::new(self.backend.program("pgbench"));
        // It counts in whole seconds.
        let seconds = measured.as_secs_f64().round().max(1.0) as u64;
        command.current_dir(&self.folder).args(["--no-vacuum", "--protocol=prepared", "--jobs=1", "--log"]);
        command.args([format!("--client={}", task.clients), format!("--time={seconds}")]);
        command.args(["--define", &format!("stocks={}", task.stocks), "--file", task.form.script().0, self.url()]);
        let output = command.output().with_context(|| format!("{command:?}"))?;
        let after = machine::family_time(self.backend.process());
        ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr).trim());
        let outcome = Outcome::read(&String::from_utf8(output.stdout)?)?;
        self.reserved += outcome.transactions;
        let mut histogram = histogram();
        for log in logs(&self.folder)? {
            for line in std::fs::read_to_string(&log)?.lines() {
                // client, number, microseconds, …
                let micros = line.split(' ').nth(2).context("a line of pgbench's log has a time")?;
                histogram.saturating_record(micros.parse()?);
            }
            std::fs::remove_file(&log)?;
        }
        ensure!(histogram.len() == outcome.transactions, "pgbench's log is not whole");
        let seconds = outcome.transactions as f64 / outcome.per_second;
        let database_micros = Some(micros_each(after.saturating_sub(before), outcome.transactions));
        Ok(Figure { database_micros, ..Figure::new(&histogram, seconds) })
    }

    /// Compares the books: as many units are held as reservations were made, and both are as many as were answered.
    pub(super) fn close(self) -> anyhow::Result<String> {
        let books = self.backend.psql(NAME, BOOKS)?;
        let reserved = self.reserved;
        ensure!(
            books == format!("{reserved}|{reserved}"),
            "{reserved} reserved, but held and reservations are {books}"
        );
        Ok(format!("books of the baselines: {reserved} reserved and held"))
    }
}

/// What pgbench says at its end.
struct Outcome {
    transactions: u64,
    per_second: f64,
}

impl Outcome {
    fn read(text: &str) -> anyhow::Result<Self> {
        let after = |name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name));
            let line = line.with_context(|| format!("pgbench does not say {name:?}: {text}"))?;
            line.split_whitespace().next().context("a value follows")
        };
        let failed = after("number of failed transactions:")?;
        ensure!(failed == "0", "{failed} transactions of pgbench failed");
        let transactions = after("number of transactions actually processed:")?.parse()?;
        Ok(Self { transactions, per_second: after("tps =")?.parse()? })
    }
}

/// A file for each of its threads.
fn logs(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let paths = folder.read_dir()?.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
    let is_log =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"pgbench_log"));
    Ok(paths.into_iter().filter(is_log).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "pgbench (15.18)\nnumber of transactions actually processed: 3012\n\
                        number of failed transactions: 0 (0.000%)\nlatency average = 0.331 ms\n\
                        tps = 3016.5 (without initial connection time)\n";

    #[test]
    fn what_pgbench_says_is_read() {
        let outcome = Outcome::read(SAID).unwrap();
        assert_eq!(outcome.transactions, 3_012);
        assert!((outcome.per_second - 3_016.5).abs() < 1e-9);
        let failed = SAID.replace(": 0 (", ": 3 (");
        assert!(Outcome::read(&failed).is_err());
        assert!(Outcome::read("pgbench: error").is_err());
    }
}
