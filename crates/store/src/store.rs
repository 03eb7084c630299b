//! Opening a database and running bodies in it.
//!
//! Promises: the URL's prefix picks the engine, nothing else does; the schema is current when [`Store::open`] returns.
//! Must not know tables.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::engine::Purpose;
use crate::engine::postgres::{Limits, Pool, PoolState, SnapshotToken};
use crate::engine::sqlite::{Check, SqliteEngine};
use crate::migrate::{self, Schema, Step};
use crate::placement::{self, PlacementState};
use crate::{Error, Tx, WriterLock};

/// The pause between two tries to reach a server.
const PAUSE: Duration = Duration::from_secs(1);

/// A database. Cheap to clone; all clones share the same connections.
#[derive(Clone)]
pub struct Store {
    engine: Arc<Engine>,
    last_write: Arc<LastWrite>,
}

enum Engine {
    Sqlite(Box<SqliteEngine>),
    Postgres(Pool),
}

/// When a write was last known to be on disk.
struct LastWrite {
    opened: Instant,
    /// Milliseconds after that.
    at: AtomicU64,
}

impl Default for LastWrite {
    fn default() -> Self {
        Self { opened: Instant::now(), at: AtomicU64::new(u64::MAX) }
    }
}

impl LastWrite {
    fn note(&self) {
        self.at.store(self.opened.elapsed().as_millis() as u64, Ordering::Relaxed);
    }

    fn age(&self) -> Option<Duration> {
        let at = Some(self.at.load(Ordering::Relaxed)).filter(|at| *at != u64::MAX)?;
        Some(self.opened.elapsed().saturating_sub(Duration::from_millis(at)))
    }
}

/// How to open a database.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Do not make a database that is not there: for commands that only look.
    pub must_exist: bool,
    /// Never write, not even beside the file: for commands that only look.
    pub read_only: bool,
    /// How long to wait for a server database that does not answer yet.
    pub patience: Duration,
    /// Limits: how long a statement may take, and those of a server database.
    pub limits: Limits,
}

impl Store {
    /// Opens `sqlite:PATH` or `postgres://…` and brings its schema up to date. A file is made if it is not there.
    pub async fn open(url: &str, options: &Options) -> Result<Self, Error> {
        let store = Self::connect(url, options).await?;
        store.prepare().await?;
        Ok(store)
    }

    /// Opens a database and leaves its schema as it is.
    pub async fn connect(url: &str, options: &Options) -> Result<Self, Error> {
        let engine = match url.split_once(':') {
            Some(("sqlite", path)) => Engine::Sqlite(Box::new(open_file(path, options)?)),
            Some(("postgres" | "postgresql", _)) => Engine::Postgres(open_server(url, options).await?),
            _ => return Err(Error::Url("the database URL starts with sqlite: or postgres://".to_owned())),
        };
        Ok(Self { engine: Arc::new(engine), last_write: Arc::default() })
    }

    /// Ends all connections, after copying what the write-ahead log of an embedded database has into its file. From
    /// here on everything is [`Error::Unavailable`], also for other clones. An error says that data is left in the log,
    /// from which the next process that opens the file has it.
    pub async fn close(&self) -> Result<(), Error> {
        let engine = self.engine.clone();
        let closed = tokio::task::spawn_blocking(move || match &*engine {
            Engine::Sqlite(threads) => threads.close(),
            Engine::Postgres(_) => Ok(()),
        });
        closed.await.unwrap_or_else(|_| Err(Error::Internal("the close has panicked".to_owned())))
    }

    /// What is wrong with the file of an embedded database; empty if it is sound. A server looks after its own files.
    pub async fn check(&self, check: Check) -> Result<Vec<String>, Error> {
        match &*self.engine {
            Engine::Sqlite(threads) => threads.check(check).await,
            Engine::Postgres(_) => Ok(Vec::new()),
        }
    }

    /// Copies an embedded database into a file, as it is at one moment, while others go on; `told` is called with how
    /// many bytes of how many are copied. For a database server that is [`Error::PreconditionFailed`]: it has its own
    /// tools.
    pub async fn backup(&self, target: PathBuf, told: impl FnMut(u64, u64) + Send + 'static) -> Result<(), Error> {
        match &*self.engine {
            Engine::Sqlite(threads) => threads.backup(target, told).await,
            Engine::Postgres(_) => {
                Err(Error::PreconditionFailed("a database server is backed up with its own tools".to_owned()))
            }
        }
    }

    /// Whether the files of an embedded database are still those that were opened: [`Error::Lost`] if they were removed
    /// or replaced, and with them all that is written from then on.
    pub fn check_files(&self) -> Result<(), Error> {
        match &*self.engine {
            Engine::Sqlite(threads) => threads.check_files(),
            Engine::Postgres(_) => Ok(()),
        }
    }

    /// Free bytes where the file of an embedded database is; `None` where that is the server's affair, or not known.
    pub fn disk_free_bytes(&self) -> Option<u64> {
        match &*self.engine {
            Engine::Sqlite(threads) => {
                let disk = rustix::fs::statvfs(threads.path()).ok()?;
                Some(disk.f_bavail.saturating_mul(disk.f_frsize))
            }
            Engine::Postgres(_) => None,
        }
    }

    /// The connections to a database server; `None` where there is none.
    pub fn connections(&self) -> Option<PoolState> {
        match &*self.engine {
            Engine::Sqlite(_) => None,
            Engine::Postgres(pool) => Some(pool.state()),
        }
    }

    /// How long ago a write was last answered as being on disk; `None` if this process has written nothing yet.
    pub fn last_write_age(&self) -> Option<Duration> {
        self.last_write.age()
    }

    /// Whether opening it would make no new file.
    pub fn is_there(url: &str) -> bool {
        url.strip_prefix("sqlite:").is_none_or(|path| file(path).exists())
    }

    /// Looks how far the schema is.
    pub async fn schema(&self) -> Result<Schema, Error> {
        migrate::look(self).await
    }

    /// Brings the schema up to date, also while other processes do. The migrations that were run here.
    pub async fn migrate(&self) -> Result<Vec<Step>, Error> {
        migrate::migrate(self).await
    }

    /// Makes it fit for work: brings the schema up to date, and then rejects a database of which Citus knows some
    /// tables and not others.
    pub async fn prepare(&self) -> Result<(), Error> {
        self.migrate().await?;
        placement::require_whole(self).await
    }

    /// Distributes the tables over the machines of a Citus cluster, after bringing the schema up to date; without
    /// Citus, that is [`Error::PreconditionFailed`]. The statements that were run.
    pub async fn distribute(&self) -> Result<Vec<String>, Error> {
        placement::check(self).await?;
        self.migrate().await?;
        placement::distribute(self).await
    }

    /// How far the tables are distributed over the machines of a Citus cluster.
    pub async fn placement(&self) -> Result<PlacementState, Error> {
        placement::state(self).await
    }

    /// Whether other processes may write the same database.
    pub fn is_shared(&self) -> bool {
        matches!(*self.engine, Engine::Postgres(_))
    }

    /// Makes this process the one that changes stock in an embedded database, until the lock is dropped; `None` where
    /// another process is that. A server database needs no such process, and gives a lock to every caller.
    pub fn writer_lock(&self) -> Result<Option<WriterLock>, Error> {
        match &*self.engine {
            Engine::Sqlite(threads) => WriterLock::take(threads.path()),
            Engine::Postgres(_) => Ok(Some(WriterLock::nothing())),
        }
    }

    /// A token of what the database has, at a moment after this was called: as long as it is the same, nothing has
    /// changed, whichever process writes. `None` where the engine has no tokens.
    pub async fn snapshot_token(&self) -> Result<Option<SnapshotToken>, Error> {
        match &*self.engine {
            Engine::Sqlite(threads) => threads.snapshot_token().map(Some),
            Engine::Postgres(pool) => pool.snapshot_token().await,
        }
    }

    /// Runs a body, which a server engine may run again.
    async fn run<T, F>(&self, purpose: Purpose, name: &'static str, body: F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static,
        T: Send + 'static,
    {
        let result = match &*self.engine {
            Engine::Sqlite(threads) => threads.run(purpose, body).await,
            Engine::Postgres(pool) => Box::pin(pool.run(purpose, || body.clone())).await,
        };
        result.inspect_err(|fault| log_failure(name, fault))
    }

    /// Runs a body of a purpose that is not tried again.
    async fn run_once<T, F>(&self, purpose: Purpose, name: &'static str, body: F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let result = match &*self.engine {
            Engine::Sqlite(threads) => threads.run(purpose, body).await,
            Engine::Postgres(pool) => {
                let mut body = Some(body);
                let once = move || body.take().expect("its purpose has one try");
                Box::pin(pool.run(purpose, once)).await
            }
        };
        result.inspect_err(|fault| log_failure(name, fault))
    }

    /// Runs a body in a write transaction: all of it happens, flushed to disk, or nothing. `name` is for logs. A server
    /// engine runs the body again when other transactions were in the way, so it does nothing else than ask and write.
    pub async fn write<T, F>(&self, name: &'static str, body: F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static,
        T: Send + 'static,
    {
        let result = self.run(Purpose::Write, name, body).await;
        if result.is_ok() {
            self.last_write.note();
        }
        result
    }

    /// Runs a body that changes the schema, and does nothing where that is done already.
    pub(crate) fn migrate_tx<T, F>(&self, body: F) -> impl Future<Output = Result<T, Error>>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        self.run_once(Purpose::Migration, "migration", body)
    }

    /// Runs a body that only reads, on one snapshot, when it is its turn: reads are so many at a time, and more than
    /// some thousands that wait are [`Error::Unavailable`] at once, as is one that takes too long. One whose caller has
    /// gone is not begun, or given up. `name` is for logs. A server engine runs the body again when its connection was
    /// cut, so it does nothing else than ask.
    pub fn read<T, F>(&self, name: &'static str, body: F) -> impl Future<Output = Result<T, Error>>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static,
        T: Send + 'static,
    {
        self.run(Purpose::Read, name, body)
    }

    /// The same for readers that watch the server: they wait for no other reads, so they must be short.
    pub fn watch<T, F>(&self, name: &'static str, body: F) -> impl Future<Output = Result<T, Error>>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static,
        T: Send + 'static,
    {
        self.run(Purpose::Watch, name, body)
    }

    /// Runs a body that reads whole tables, on one snapshot, however long it takes. `name` is for logs.
    pub fn read_unbounded<T, F>(&self, name: &'static str, body: F) -> impl Future<Output = Result<T, Error>>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        self.run_once(Purpose::UnboundedRead, name, body)
    }

    /// Runs a body that reads a bounded number of rows by key, on one snapshot, without changing threads where the
    /// engine can. Anything that may scan belongs into [`Store::read`].
    pub fn read_inline<T, F>(&self, name: &'static str, body: F) -> impl Future<Output = Result<T, Error>>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static,
        T: Send + 'static,
    {
        self.run(Purpose::InlineRead, name, body)
    }
}

fn log_failure(name: &str, fault: &Error) {
    tracing::debug!(transaction = name, %fault, "a transaction failed");
}

fn open_file(path: &str, options: &Options) -> Result<SqliteEngine, Error> {
    if path.is_empty() {
        return Err(Error::Url("a database URL names a file, like sqlite:./onhand.db".to_owned()));
    }
    let path = file(path);
    if (options.must_exist || options.read_only) && !path.exists() {
        return Err(Error::Url(format!("there is no database at {}", path.display())));
    }
    let limit = options.limits.statement;
    if options.read_only { SqliteEngine::open_read_only(&path, limit) } else { SqliteEngine::open(&path, limit) }
}

/// The file that a URL names after `sqlite:`.
fn file(path: &str) -> PathBuf {
    PathBuf::from(path.strip_prefix("//").unwrap_or(path))
}

/// A server that is not there yet may be starting beside us.
async fn open_server(url: &str, options: &Options) -> Result<Pool, Error> {
    let start = Instant::now();
    loop {
        match Pool::open(url, options.limits).await {
            Err(Error::Unavailable(fault)) if start.elapsed() < options.patience => {
                tracing::warn!(%fault, "waiting for the database");
                tokio::time::sleep(PAUSE).await;
            }
            ended => return ended,
        }
    }
}
