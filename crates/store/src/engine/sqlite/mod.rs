//! The embedded engine: one writer thread that owns the writing connection, a few reader threads with read-only ones,
//! and one that copies the log back.
//!
//! Promises: a write is flushed to disk before it is answered (WAL, `synchronous = FULL`), to the file that its name
//! means; a body that fails, panics or tries to wait for anything but a statement is rolled back; a read that takes too
//! long, or whose caller has gone, is given up; after a close the file has everything. Only here is the driver named.

mod backup;
mod check;
mod checkpoint;
mod file;
mod limit;
pub(crate) mod memory;
mod statements;
mod thread;
mod transaction;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::available_parallelism;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ToSql};

pub use self::check::Check;
pub(crate) use self::file::RIGHTS;
use self::file::{Files, log_of};
pub(crate) use self::statements::execute_script;
pub(super) use self::statements::{all, all_bulk, error, execute, execute_bulk, execute_rows, text, value};
use self::thread::Workers;
use self::transaction::{ErasedBody, erased, in_transaction, look, look_within};
use super::read_queue::ReadQueue;
use super::{Purpose, Tx};
use crate::{Error, SnapshotToken};

/// Reader threads: enough to keep two cores busy while one of them waits for the disk.
const READERS: usize = 3;
/// Jobs given to the readers at a time: as many again as they are at, so that none of them waits for the next one.
const READS: usize = 2 * READERS;
/// Connections for short reads at the least; there is one for each thread that the runtime may have.
const INLINE_READERS: usize = 4;
/// Statements that stay prepared per connection: more than the registry has.
const PREPARED_MAX: usize = 256;
/// Page cache of the writer and of each reader, in KiB. Negative numbers are SQLite's way of saying KiB.
const WRITER_CACHE_KIB: i64 = -32_000;
const READER_CACHE_KIB: i64 = -4_000;
/// Other processes (the command line beside a running server) may have the lock for a moment.
const BUSY: Duration = Duration::from_secs(10);
/// How long a close waits for what is running.
const CLOSE_MAX: Duration = Duration::from_secs(10);

/// The threads of one database file.
pub(crate) struct SqliteEngine {
    /// None where the file is only read.
    writer: Option<Workers>,
    readers: Workers,
    /// Whose turn it is to read.
    read_queue: ReadQueue,
    /// For readers that watch the server, however many wait to read.
    watcher: Workers,
    /// How long a read may take.
    limit: Duration,
    /// Connections for reads that are known to be short; they run where they are asked. None when it is closed.
    inline_readers: Mutex<Option<Vec<Connection>>>,
    /// Always the same connection, which reads nothing else: it sees whether another process has written.
    version_watcher: Mutex<Option<Connection>>,
    /// The file, by a name that is the same for every process, and its log.
    files: Arc<Files>,
    /// Whether it is read as if no process could change it.
    is_unchanging: bool,
}

impl SqliteEngine {
    /// Opens the file, creating it if need be, and starts the threads. A read may take so long.
    pub(crate) fn open(path: &Path, limit: Duration) -> Result<Self, Error> {
        file::prepare(path)?;
        let mut writer = open(path, OpenFlags::default())?;
        pragma(&writer, "journal_mode", "WAL")?;
        pragma(&writer, "synchronous", "FULL")?;
        pragma(&writer, "cache_size", WRITER_CACHE_KIB)?;
        let path = canonical(path)?;
        let files = Arc::new(Files::new(&path)?);
        let idle = checkpoint::install_checkpoints(&mut writer, &files, checkpoint::PAGES)?;
        let writer = Workers::start_one("onhand-writer", writer, (checkpoint::REST, idle))?;
        Self::with(Some(writer), &path, open_reader, (files, limit))
    }

    /// Opens a file that is there, and never writes to it, nor beside it.
    pub(crate) fn open_read_only(path: &Path, limit: Duration) -> Result<Self, Error> {
        let path = canonical(path)?;
        let files = Arc::new(Files::new(&path)?);
        // Without a log no process has it open, and looking for one would make one.
        match log_of(&path).exists() {
            true => Self::with(None, &path, open_reader, (files, limit)),
            false => {
                let mut threads = Self::with(None, &path, open_unchanging, (files, limit))?;
                threads.is_unchanging = true;
                Ok(threads)
            }
        }
    }

    fn with(
        writer: Option<Workers>,
        path: &Path,
        open: impl Fn(&Path) -> Result<Connection, Error>,
        (files, limit): (Arc<Files>, Duration),
    ) -> Result<Self, Error> {
        let connections = |count| (0..count).map(|_| open(path)).collect::<Result<Vec<_>, Error>>();
        let inline = available_parallelism().map_or(INLINE_READERS, |threads| threads.get().max(INLINE_READERS));
        Ok(Self {
            writer,
            readers: Workers::start("onhand-reader", connections(READERS)?)?,
            read_queue: ReadQueue::new(READS, limit),
            watcher: Workers::start("onhand-watcher", connections(1)?)?,
            limit,
            inline_readers: Mutex::new(Some(connections(inline)?)),
            version_watcher: Mutex::new(Some(open(path)?)),
            files,
            is_unchanging: false,
        })
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &Path {
        self.files.path()
    }

    /// Whether the files are still those that are open: [`Error::Lost`] if they were removed or replaced.
    pub(crate) fn check_files(&self) -> Result<(), Error> {
        if self.is_unchanging && log_of(self.path()).exists() {
            let path = self.path().display();
            return Err(Error::Unavailable(format!("another process has opened {path} meanwhile: try again")));
        }
        self.files.check()
    }

    /// What is wrong with the file; empty if it is sound.
    pub(crate) async fn check(&self, check: Check) -> Result<Vec<String>, Error> {
        self.readers.run(move |connection, _| check::run(connection, check)).await
    }

    /// Copies the database into a file, as it is at one moment.
    pub(crate) async fn backup(
        &self,
        target: PathBuf,
        told: impl FnMut(u64, u64) + Send + 'static,
    ) -> Result<(), Error> {
        self.readers.run(move |connection, _| backup::run(connection, &target, told)).await
    }

    /// Runs a body in a transaction.
    pub(crate) async fn run<T, F>(&self, purpose: Purpose, body: F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let (body, value) = erased(body);
        self.run_erased(purpose, body).await?;
        value.take()
    }

    async fn run_erased(&self, purpose: Purpose, mut body: ErasedBody) -> Result<(), Error> {
        let limit = self.limit;
        match purpose {
            Purpose::Write | Purpose::Migration => {
                let read_only = || Error::Unavailable("the database file was opened for reading only".to_owned());
                let (writer, files) = (self.writer.as_ref().ok_or_else(read_only)?, self.files.clone());
                // What is written to a file that has lost its name is gone with the process.
                let work = move |connection: &mut Connection, _| {
                    in_transaction(connection, "BEGIN IMMEDIATE", &mut *body, &|| files.check())
                };
                writer.run(work).await
            }
            Purpose::Read => {
                let permit = self.read_queue.take().await?;
                let work = move |connection: &mut Connection, caller| {
                    let _permit = permit;
                    look_within(connection, limit, Some(caller), &mut *body)
                };
                self.readers.run(work).await
            }
            // On the caller's own thread: going to another one costs more than such a read.
            Purpose::InlineRead => {
                let free = self.inline_readers().as_mut().and_then(Vec::pop);
                let Some(mut connection) = free else { return Box::pin(self.run_erased(Purpose::Read, body)).await };
                let result = look_within(&mut connection, limit, None, &mut *body);
                if let Some(inline_readers) = self.inline_readers().as_mut() {
                    inline_readers.push(connection);
                }
                result
            }
            Purpose::Watch => {
                let work =
                    move |connection: &mut Connection, caller| look_within(connection, limit, Some(caller), &mut *body);
                self.watcher.run(work).await
            }
            Purpose::UnboundedRead => self.readers.run(move |connection, _| look(connection, &mut *body)).await,
        }
    }

    /// A token of what the database has: a number that is another one after every commit, of whichever process.
    pub(crate) fn snapshot_token(&self) -> Result<SnapshotToken, Error> {
        let version_watcher = self.version_watcher.lock().unwrap_or_else(PoisonError::into_inner);
        let closed = || Error::Unavailable("the database is closed".to_owned());
        let mut asked =
            version_watcher.as_ref().ok_or_else(closed)?.prepare_cached("PRAGMA data_version").map_err(error)?;
        Ok(asked.query_row([], |row| row.get::<_, i64>(0)).map_err(error)?.to_string().into())
    }

    fn inline_readers(&self) -> MutexGuard<'_, Option<Vec<Connection>>> {
        self.inline_readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the threads, the writer last, after copying the log into the file. Blocks. An error says that data is left
    /// in the log, from which the next one who opens the file has it.
    pub(crate) fn close(&self) -> Result<(), Error> {
        self.end_readers();
        let Some(writer) = &self.writer else { return Ok(()) };
        // Of a file that has lost its name, the log is all that may be found.
        self.check_files()?;
        let (told, emptied) = std::sync::mpsc::channel();
        writer.send(Box::new(move |connection| drop(told.send(checkpoint::empty_at_end(connection)))));
        let has_ended = writer.end(CLOSE_MAX);
        match emptied.try_recv() {
            Ok(emptied) if has_ended => emptied,
            _ => Err(Error::Unavailable("the database file is still in use".to_owned())),
        }
    }

    fn end_readers(&self) {
        drop(self.inline_readers().take());
        drop(self.version_watcher.lock().unwrap_or_else(PoisonError::into_inner).take());
        for threads in [&self.readers, &self.watcher] {
            threads.interrupt();
            threads.end(CLOSE_MAX);
        }
    }
}

/// The last connection of all processes to close copies the log into the file, if every one is closed as it should be.
impl Drop for SqliteEngine {
    fn drop(&mut self) {
        self.end_readers();
        if let Some(writer) = &self.writer {
            writer.end(CLOSE_MAX);
        }
    }
}

fn canonical(path: &Path) -> Result<PathBuf, Error> {
    path.canonicalize().map_err(|fault| Error::Unavailable(format!("{}: {fault}", path.display())))
}

fn open_reader(path: &Path) -> Result<Connection, Error> {
    let reader = open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    pragma(&reader, "cache_size", READER_CACHE_KIB)?;
    Ok(reader)
}

/// Opens a file as it is: no process has it open, so none changes it.
fn open_unchanging(path: &Path) -> Result<Connection, Error> {
    // A file: URI, in which these would begin its other parts.
    let escaped = |text: &str| text.replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    let path = path.to_str().ok_or_else(|| Error::Url("the name of a database file is text".to_owned()))?;
    let uri = PathBuf::from(format!("file:{}?immutable=1", escaped(path)));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let reader = open(&uri, flags)?;
    pragma(&reader, "cache_size", READER_CACHE_KIB)?;
    Ok(reader)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    let connection = Connection::open_with_flags(path, flags)
        .map_err(|fault| Error::Unavailable(format!("{}: {fault}", path.display())))?;
    connection.set_prepared_statement_cache_capacity(PREPARED_MAX);
    // Plans must not depend on the values bound: otherwise a range bound anew is planned anew, every time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(error)?;
    connection.busy_timeout(BUSY).map_err(error)?;
    Ok(connection)
}

fn pragma(connection: &Connection, name: &str, value: impl ToSql) -> Result<(), Error> {
    connection.pragma_update(None, name, value).map_err(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_transaction_waits_for_nothing_foreign() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let threads = SqliteEngine::open(&folder.path().join("t.db"), Duration::from_mins(1)).expect("opens");
        let waiting = threads.run(Purpose::Write, async |_: &mut Tx<'_>| {
            tokio::task::yield_now().await;
            Ok(())
        });
        assert!(matches!(waiting.await, Err(Error::Internal(_))), "the write lock is not held while waiting");
        threads.run(Purpose::Write, async |_: &mut Tx<'_>| Ok(())).await.expect("and it is free again");
    }
    /// Counts for hours.
    const LONG: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT COUNT(*) FROM n";

    async fn count_for_hours(threads: &SqliteEngine) -> Result<i64, Error> {
        let count = async |tx: &mut Tx<'_>| {
            let Tx::Sqlite(connection) = tx else { unreachable!("a file is open") };
            connection.query_row(LONG, [], |row| row.get(0)).map_err(error)
        };
        threads.run(Purpose::Read, count).await
    }

    #[tokio::test]
    async fn reads_that_nobody_waits_for_are_in_nobodys_way() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let threads = SqliteEngine::open(&folder.path().join("t.db"), Duration::from_hours(1)).expect("opens");
        let mut given_up: Vec<_> = (0..600).map(|_| Box::pin(count_for_hours(&threads))).collect();
        for one in &mut given_up {
            assert!(futures_util::poll!(one).is_pending());
        }
        threads.run(Purpose::Watch, async |_: &mut Tx<'_>| Ok(())).await.expect("a watcher waits for none of them");
        drop(given_up);
        threads.run(Purpose::Read, async |_: &mut Tx<'_>| Ok(())).await.expect("those that had begun have ended, too");
    }

    #[tokio::test]
    async fn a_read_that_takes_too_long_is_given_up() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let threads = SqliteEngine::open(&folder.path().join("t.db"), Duration::from_millis(50)).expect("opens");
        assert!(matches!(count_for_hours(&threads).await, Err(Error::Unavailable(_))));
        threads.run(Purpose::Read, async |_: &mut Tx<'_>| Ok(())).await.expect("the reader goes on");
    }
}
