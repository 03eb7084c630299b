//! The embedded engine: one writer thread that owns the writing connection, a few reader threads with read-only ones, and
//! one that copies the log back.
//!
//! Promises: a write is flushed to disk before it is answered (WAL, `synchronous = FULL`); a body that fails, panics or
//! tries to wait for anything but a statement is rolled back. Only the files here name the driver.

mod checkpoint;

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::thread;

use crossbeam_channel::{Receiver, Sender};
use rusqlite::config::DbConfig;
use rusqlite::types::ToSqlOutput;
use rusqlite::{CachedStatement, Connection, OpenFlags, ToSql};
use tokio::sync::oneshot;

use super::{Row, Tx, Value};
use crate::sql::{INSERT_ROWS, Statement};
use crate::{Error, Mark};

/// Reader threads: enough to keep two cores busy while one of them waits for the disk.
const READERS: usize = 3;
/// Connections for short reads: as many as threads of the runtime are likely to want at once; beyond that, readers.
const GLANCES: usize = 4;
/// Statements kept prepared per connection: more than the catalogue has.
const PREPARED_MAX: usize = 256;
/// Page cache of the writer and of each reader, in KiB. Negative numbers are SQLite's way of saying KiB.
const WRITER_CACHE_KIB: i64 = -32_000;
const READER_CACHE_KIB: i64 = -4_000;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// The threads of one database file.
pub(crate) struct Threads {
    writer: Sender<Job>,
    readers: Sender<Job>,
    /// Connections for reads that are known to be short; they run where they are asked.
    glances: Mutex<Vec<Connection>>,
    /// Always the same connection, which reads nothing else: it sees whether anybody else has written.
    witness: Mutex<Connection>,
    /// The file, by a name that is the same for everybody.
    path: PathBuf,
}

impl Threads {
    /// Opens the file, creating it if need be, and starts the threads.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let mut writer = open(path, OpenFlags::default())?;
        pragma(&writer, "journal_mode", "WAL")?;
        pragma(&writer, "synchronous", "FULL")?;
        pragma(&writer, "cache_size", WRITER_CACHE_KIB)?;
        checkpoint::keep_short(&mut writer, path, checkpoint::PAGES)?;
        let jobs = start("onhand-writer", vec![writer])?;
        let readers = (0..READERS).map(|_| open_reader(path)).collect::<Result<Vec<_>, Error>>()?;
        let glances = (0..GLANCES).map(|_| open_reader(path)).collect::<Result<Vec<_>, Error>>()?;
        let witness = Mutex::new(open_reader(path)?);
        let path = path.canonicalize().map_err(|fault| Error::Unavailable(format!("{}: {fault}", path.display())))?;
        Ok(Self {
            writer: jobs,
            readers: start("onhand-reader", readers)?,
            glances: Mutex::new(glances),
            witness,
            path,
        })
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Runs a body in a write transaction.
    pub(crate) async fn write<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        submit(&self.writer, move |connection| in_transaction(connection, "BEGIN IMMEDIATE", body)).await
    }

    /// Runs a body that only reads, on one snapshot of the database.
    pub(crate) async fn read<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        submit(&self.readers, move |connection| in_transaction(connection, "BEGIN", body)).await
    }

    /// Runs a body that reads a bounded number of rows by key, on the caller's own thread: going to another one costs
    /// more than such a read.
    pub(crate) async fn glance<T, F>(&self, body: F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let Some(mut connection) = self.glances().pop() else { return self.read(body).await };
        let result = in_transaction(&mut connection, "BEGIN", body);
        self.glances().push(connection);
        result
    }

    /// A mark of what the database holds: a number that is another one after every commit, of whichever process.
    pub(crate) fn mark(&self) -> Result<Mark, Error> {
        let witness = self.witness.lock().unwrap_or_else(PoisonError::into_inner);
        let version =
            witness.prepare_cached("PRAGMA data_version").map_err(error)?.query_row([], |row| row.get::<_, i64>(0));
        Ok(version.map_err(error)?.to_string().into())
    }

    fn glances(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.glances.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open_reader(path: &Path) -> Result<Connection, Error> {
    let reader = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    pragma(&reader, "cache_size", READER_CACHE_KIB)?;
    Ok(reader)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|fault| Error::Unavailable(format!("{}: {fault}", path.display())))?;
    connection.set_prepared_statement_cache_capacity(PREPARED_MAX);
    // Plans must not depend on the values bound: otherwise a range bound anew is planned anew, every time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(error)?;
    // Other processes (the command line beside a running server) may hold the lock for a moment.
    connection.busy_timeout(std::time::Duration::from_secs(10)).map_err(error)?;
    Ok(connection)
}

fn pragma(connection: &Connection, name: &str, value: impl ToSql) -> Result<(), Error> {
    connection.pragma_update(None, name, value).map_err(error)
}

fn start(name: &str, connections: Vec<Connection>) -> Result<Sender<Job>, Error> {
    let (sender, receiver) = crossbeam_channel::unbounded::<Job>();
    for mut connection in connections {
        let jobs: Receiver<Job> = receiver.clone();
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || jobs.iter().for_each(|job| job(&mut connection)))
            .map_err(|fault| Error::Internal(format!("cannot start a thread: {fault}")))?;
    }
    Ok(sender)
}

async fn submit<T: Send + 'static>(
    threads: &Sender<Job>,
    work: impl FnOnce(&mut Connection) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (answer, result) = oneshot::channel();
    let job: Job = Box::new(move |connection| {
        // A caller that has gone away does not undo the work, and nobody is left to tell.
        let _ = answer.send(work(connection));
    });
    let stopped = || Error::Unavailable("the database threads have stopped".to_owned());
    threads.send(job).map_err(|_| stopped())?;
    result.await.map_err(|_| stopped())?
}

fn in_transaction<T, F>(connection: &mut Connection, begin: &str, body: F) -> Result<T, Error>
where
    F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error>,
{
    run(connection, begin)?;
    let result = catch_unwind(AssertUnwindSafe(|| poll_once(body(&mut Tx::Sqlite(connection)))))
        .unwrap_or_else(|_| Err(Error::Internal("a rule of the program was broken; nothing was written".to_owned())));
    let finished = result.and_then(|value| run(connection, "COMMIT").map(|()| value));
    if finished.is_err() && !connection.is_autocommit() {
        run(connection, "ROLLBACK")?;
    }
    finished
}

/// Statements complete where they stand, so a body is ready at its first poll. One that is not waits for something
/// foreign while it holds the write lock, which is a fault of the program.
fn poll_once<T>(body: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    match pin!(body).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::Internal("a transaction waited for something that is no statement".to_owned())),
    }
}

fn run(connection: &Connection, sql: &str) -> Result<(), Error> {
    connection.prepare_cached(sql).and_then(|mut statement| statement.execute([])).map_err(error)?;
    Ok(())
}

/// Runs several statements of a migration.
pub(crate) fn execute_script(connection: &Connection, sql: &str) -> Result<(), Error> {
    connection.execute_batch(sql).map_err(error)
}

pub(super) fn execute(connection: &Connection, sql: &str, values: &[Value<'_>]) -> Result<u64, Error> {
    let mut statement = connection.prepare_cached(sql).map_err(error)?;
    bind(&mut statement, values)?;
    statement.raw_execute().map(|rows| rows as u64).map_err(error)
}

pub(super) fn execute_each<'v>(
    connection: &Connection,
    sql: &str,
    rows: impl IntoIterator<Item: AsRef<[Value<'v>]>>,
) -> Result<u64, Error> {
    let mut statement = connection.prepare_cached(sql).map_err(error)?;
    let mut touched = 0;
    for values in rows {
        bind(&mut statement, values.as_ref())?;
        touched += statement.raw_execute().map_err(error)? as u64;
    }
    Ok(touched)
}

/// The same for a statement of the catalogue: rows that are inserted go some at a time.
pub(super) fn execute_many<'v, const N: usize>(
    connection: &Connection,
    statement: &Statement,
    rows: impl IntoIterator<Item = [Value<'v>; N]>,
) -> Result<u64, Error> {
    let Some(several) = statement.several() else { return execute_each(connection, statement.sqlite(), rows) };
    let rows: Vec<[Value<'v>; N]> = rows.into_iter().collect();
    let (groups, rest) = rows.as_chunks::<INSERT_ROWS>();
    // Few rows are the usual case, and the text of many is not even prepared for them.
    let mut inserted = 0;
    if !groups.is_empty() {
        inserted = execute_each(connection, several, groups.iter().map(|rows| rows.as_flattened()))?;
    }
    Ok(inserted + execute_each(connection, statement.sqlite(), rest)?)
}

pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
    mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut found = Vec::new();
    let mut statement = connection.prepare_cached(sql).map_err(error)?;
    collect(&mut statement, values, &mut read, &mut found)?;
    Ok(found)
}

pub(super) fn all_each<'v, T, const N: usize>(
    connection: &Connection,
    sql: &str,
    keys: impl IntoIterator<Item = [Value<'v>; N]>,
    mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    let mut found = Vec::new();
    let mut statement = connection.prepare_cached(sql).map_err(error)?;
    for values in keys {
        collect(&mut statement, &values, &mut read, &mut found)?;
    }
    Ok(found)
}

fn collect<T>(
    statement: &mut CachedStatement<'_>,
    values: &[Value<'_>],
    read: &mut impl FnMut(&Row<'_>) -> Result<T, Error>,
    found: &mut Vec<T>,
) -> Result<(), Error> {
    bind(statement, values)?;
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next().map_err(error)? {
        found.push(read(&Row::Sqlite(row))?);
    }
    Ok(())
}

fn bind(statement: &mut rusqlite::Statement<'_>, values: &[Value<'_>]) -> Result<(), Error> {
    for (index, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, value).map_err(error)?;
    }
    Ok(())
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => ToSqlOutput::from(rusqlite::types::Null),
            Value::Int(number) => ToSqlOutput::from(*number),
            Value::Text(text) => ToSqlOutput::from(text.as_ref()),
            Value::Bytes(bytes) => ToSqlOutput::from(bytes.as_ref()),
        })
    }
}

/// Translates a driver error.
#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
pub(super) fn error(fault: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode;
    let Some(code) = fault.sqlite_error_code() else { return Error::Internal(fault.to_string()) };
    match code {
        ErrorCode::ConstraintViolation => taken(&fault),
        ErrorCode::DatabaseBusy
        | ErrorCode::DatabaseLocked
        | ErrorCode::DiskFull
        | ErrorCode::ReadOnly
        | ErrorCode::CannotOpen
        | ErrorCode::SystemIoFailure => Error::Unavailable(fault.to_string()),
        _ => Error::Internal(fault.to_string()),
    }
}

/// SQLite names the columns (`UNIQUE constraint failed: stock_list.name`); our indexes are called after table and first
/// column, so that both engines give the same name.
fn taken(fault: &rusqlite::Error) -> Error {
    let text = fault.to_string();
    match text.split_once("UNIQUE constraint failed: ") {
        Some((_, columns)) => {
            let first = columns.split(',').next().unwrap_or(columns);
            Error::Taken { constraint: first.trim().replace('.', "_") }
        }
        None => Error::Internal(text),
    }
}

/// A column of whatever type it has.
pub(super) fn value(row: &rusqlite::Row<'_>, index: usize) -> Result<Value<'static>, Error> {
    use rusqlite::types::Value as Stored;
    Ok(match row.get(index).map_err(error)? {
        Stored::Integer(number) => Value::Int(number),
        Stored::Text(text) => Value::from(text),
        Stored::Blob(bytes) => Value::Bytes(bytes.into()),
        Stored::Null | Stored::Real(_) => Value::Null,
    })
}

/// A text column, where it lies.
pub(super) fn text<'r>(row: &'r rusqlite::Row<'_>, index: usize) -> Result<&'r str, Error> {
    row.get_ref(index).map_err(error)?.as_str().map_err(|fault| Error::Internal(fault.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_transaction_waits_for_nothing_foreign() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let threads = Threads::open(&folder.path().join("t.db")).expect("opens");
        let waiting = threads.write(async |_: &mut Tx<'_>| {
            tokio::task::yield_now().await;
            Ok(())
        });
        assert!(matches!(waiting.await, Err(Error::Internal(_))), "the write lock is not held while waiting");
        threads.write(async |_: &mut Tx<'_>| Ok(())).await.expect("and it is free again");
    }

    #[test]
    fn another_page_is_not_planned_anew() {
        let connection = open(Path::new(":memory:"), OpenFlags::default()).unwrap();
        connection.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT").unwrap();
        let mut statement = connection.prepare("SELECT id FROM t WHERE id >= ?1 LIMIT ?2 OFFSET ?3").unwrap();
        for page in 0..5 {
            bind(&mut statement, &[Value::Int(page), Value::Int(100), Value::Int(page)]).unwrap();
            assert!(statement.raw_query().next().unwrap().is_none());
        }
        assert_eq!(statement.get_status(rusqlite::StatementStatus::RePrepare), 0);
    }
}
