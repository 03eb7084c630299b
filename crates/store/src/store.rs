//! Opening a database and running bodies in it.
//!
//! Promises: the URL's prefix picks the engine, nothing else does; the schema is current when [`Store::open`] returns.
//! Must not know tables.

use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::sqlite::Threads;
use crate::{Error, Tx, migrate};

/// A database. Cheap to clone; all clones share the same connections.
#[derive(Clone)]
pub struct Store {
    engine: Arc<Engine>,
}

enum Engine {
    Sqlite(Threads),
}

/// How to open a database.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Refuse to make a database that is not there: for commands that only look.
    pub must_exist: bool,
}

impl Store {
    /// Opens `sqlite:PATH` and brings its schema up to date. The file is made if it is not there.
    pub async fn open(url: &str, options: &Options) -> Result<Self, Error> {
        let path = sqlite_path(url)?;
        if options.must_exist && !path.exists() {
            return Err(Error::Url(format!("there is no database at {}", path.display())));
        }
        let store = Self { engine: Arc::new(Engine::Sqlite(Threads::open(&path)?)) };
        migrate::migrate(&store).await?;
        Ok(store)
    }

    /// Runs a body in a write transaction: all of it happens, flushed to disk, or nothing. `name` is for logs.
    pub async fn write<T, F>(&self, name: &'static str, body: F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let result = match &*self.engine {
            Engine::Sqlite(threads) => threads.write(body).await,
        };
        result.inspect_err(|fault| tracing::debug!(transaction = name, %fault, "write failed"))
    }

    /// Runs a body that only reads, on one snapshot. `name` is for logs.
    pub async fn read<T, F>(&self, name: &'static str, body: F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let result = match &*self.engine {
            Engine::Sqlite(threads) => threads.read(body).await,
        };
        result.inspect_err(|fault| tracing::debug!(transaction = name, %fault, "read failed"))
    }

    /// Runs a body that reads a bounded number of rows by key, on one snapshot, without changing threads where the
    /// engine can. Anything that may scan belongs into [`Store::read`].
    pub async fn glance<T, F>(&self, name: &'static str, body: F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
        T: Send + 'static,
    {
        let result = match &*self.engine {
            Engine::Sqlite(threads) => threads.glance(body).await,
        };
        result.inspect_err(|fault| tracing::debug!(transaction = name, %fault, "read failed"))
    }
}

fn sqlite_path(url: &str) -> Result<PathBuf, Error> {
    match url.split_once(':') {
        Some(("sqlite", path)) if !path.is_empty() => Ok(PathBuf::from(path.strip_prefix("//").unwrap_or(path))),
        Some(("sqlite", _)) => Err(Error::Url("a database URL names a file, like sqlite:./onhand.db".to_owned())),
        Some(("postgres" | "postgresql", _)) => {
            Err(Error::Url("PostgreSQL is not supported yet; use sqlite:./onhand.db".to_owned()))
        }
        _ => Err(Error::Url("the database URL starts with sqlite:".to_owned())),
    }
}
