//! Engines: the whole vocabulary that the rest of the crate uses to talk to a database.
//!
//! Promises: a statement is written once and runs on every engine; a [`Tx`] is a closed set of engines chosen when the
//! process starts. Must not know tables. Only the files beside this one name a driver.

pub(crate) mod postgres;
mod read_queue;
pub(crate) mod sqlite;

use std::future::{Future, ready};
use std::pin::Pin;

use crate::Error;
use crate::sql::{Statement, Value, dollars};

/// A running transaction (or, for reading, a snapshot).
pub enum Tx<'c> {
    /// The embedded engine. It owns the connection exclusively, so that a transaction can be sent between threads.
    Sqlite(&'c mut rusqlite::Connection),
    /// The server engine.
    Postgres(postgres::Transaction<'c>),
}

/// What a transaction is for: how it begins, where it runs, whether it is run again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Purpose {
    /// It changes rows.
    Write,
    /// It changes the schema, or fills a whole database, and is run once.
    Migration,
    /// It reads, when it is its turn.
    Read,
    /// It reads a bounded number of rows by key, where the caller is if the engine can.
    InlineRead,
    /// It reads for those who watch the server, without waiting for other reads.
    Watch,
    /// It reads whole tables, however long that takes, and is run once.
    UnboundedRead,
}

impl Purpose {
    pub(crate) fn writes(self) -> bool {
        matches!(self, Self::Write | Self::Migration)
    }
}

/// An answer that is on its way.
pub type BoxFuture<'t, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 't>>;

/// How a row is read.
pub(crate) type Read<T> = fn(&Row<'_>) -> Result<T, Error>;

/// A question that was asked, to be read with [`Tx::fetch`].
pub(crate) enum PendingQuery<T> {
    /// It is answered.
    Fetched(Vec<T>),
    /// The answer is on its way.
    InFlight(postgres::PendingQuery, Read<T>),
}

/// One row of an answer, while it is being read.
pub enum Row<'r> {
    /// A row of the embedded engine.
    Sqlite(&'r rusqlite::Row<'r>),
    /// A row of the server engine.
    Postgres(&'r tokio_postgres::Row),
}

/// A type that a column can be read as.
pub trait FromColumn: Sized {
    /// Reads column `index`, counted from 0.
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Error>;
}

impl Row<'_> {
    /// Column `index`, counted from 0.
    pub fn get<T: FromColumn>(&self, index: usize) -> Result<T, Error> {
        T::read(self, index)
    }
}

impl Row<'_> {
    /// Column `index` as text that is not copied.
    pub fn str(&self, index: usize) -> Result<&str, Error> {
        match self {
            Row::Sqlite(row) => sqlite::text(row, index),
            Row::Postgres(row) => postgres::text(row, index)?.ok_or_else(no_null),
        }
    }
}

impl Tx<'_> {
    /// Whether rows are locked one by one, so that the order in which that happens matters. The embedded engine has one
    /// writer, to whom all rows belong.
    pub(crate) fn locks_rows(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Whether the rows are on several machines, each of which shows what a transaction wrote there at its own moment.
    pub(crate) fn is_distributed(&self) -> bool {
        matches!(self, Self::Postgres(session) if session.is_distributed())
    }

    /// Runs a statement that returns no rows. Returns the number of rows it changed.
    pub async fn execute(&mut self, statement: &Statement, values: &[Value<'_>]) -> Result<u64, Error> {
        match self {
            Self::Sqlite(connection) => sqlite::execute(connection, statement.sqlite(), values),
            Self::Postgres(session) => session.execute(statement, values).await,
        }
    }

    /// Runs a bulk statement: one statement for many rows of parameters. It takes the rows at once and not while
    /// waiting, and hides their type, so that the caller can move between threads. A server engine may answer before it
    /// has run: an error comes with a later answer, or with the commit.
    pub fn execute_bulk<'t, 'v: 't, const N: usize>(
        &'t mut self,
        statement: &'static Statement,
        rows: impl IntoIterator<Item = [Value<'v>; N]>,
    ) -> BoxFuture<'t, ()> {
        match self {
            Self::Sqlite(connection) => Box::pin(ready(sqlite::execute_bulk(connection, statement, rows).map(|_| ()))),
            Self::Postgres(session) => Box::pin(session.execute_bulk(statement, rows.into_iter().collect())),
        }
    }

    /// The same, when it has to be known at once how many rows it changed.
    pub(crate) fn execute_bulk_counted<'t, 'v: 't, const N: usize>(
        &'t mut self,
        statement: &'static Statement,
        rows: impl IntoIterator<Item = [Value<'v>; N]>,
    ) -> BoxFuture<'t, u64> {
        match self {
            Self::Sqlite(connection) => Box::pin(ready(sqlite::execute_rows(connection, statement.sqlite(), rows))),
            Self::Postgres(session) => Box::pin(session.execute_bulk_counted(statement, rows.into_iter().collect())),
        }
    }

    /// The first row of the answer, if there is one.
    pub async fn first<T>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
        read: impl Fn(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        Ok(self.all(statement, values, read).await?.into_iter().next())
    }

    /// All rows of the answer.
    pub async fn all<T>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        match self {
            Self::Sqlite(connection) => sqlite::all(connection, statement.sqlite(), values, read),
            Self::Postgres(session) => postgres::read_all(&session.all(statement.postgres(), values).await?, read),
        }
    }

    /// All rows of the answers to one statement for many rows of parameters, taken as in [`Tx::execute_bulk`].
    pub fn all_bulk<'t, 'v: 't, T: Send + 't, const N: usize>(
        &'t mut self,
        statement: &'static Statement,
        keys: impl IntoIterator<Item = [Value<'v>; N]>,
        read: impl Fn(&Row<'_>) -> Result<T, Error> + Send + 't,
    ) -> BoxFuture<'t, Vec<T>> {
        match self {
            Self::Sqlite(connection) => Box::pin(ready(sqlite::all_bulk(connection, statement.sqlite(), keys, read))),
            Self::Postgres(session) => {
                let rows = session.all_bulk(statement, keys.into_iter().collect());
                Box::pin(async move { postgres::read_all(&rows.await?, read) })
            }
        }
    }

    /// Asks as [`Tx::all_bulk`] does, and leaves the answer for later, so that what is asked next need not wait for it.
    pub(crate) fn query_many<'t, 'v: 't, T: Send + 't, const N: usize>(
        &'t mut self,
        statement: &'static Statement,
        keys: impl IntoIterator<Item = [Value<'v>; N]>,
        read: Read<T>,
    ) -> BoxFuture<'t, PendingQuery<T>> {
        match self {
            Self::Sqlite(connection) => {
                let told = sqlite::all_bulk(connection, statement.sqlite(), keys, read);
                Box::pin(ready(told.map(PendingQuery::Fetched)))
            }
            Self::Postgres(session) => {
                let asked = session.query_many(statement, keys.into_iter().collect());
                Box::pin(async move { Ok(PendingQuery::InFlight(asked.await?, read)) })
            }
        }
    }

    /// The rows that answer a question.
    pub(crate) async fn fetch<T>(&mut self, asked: PendingQuery<T>) -> Result<Vec<T>, Error> {
        match (self, asked) {
            (_, PendingQuery::Fetched(rows)) => Ok(rows),
            (Self::Postgres(session), PendingQuery::InFlight(asked, read)) => {
                postgres::read_all(&session.fetch(asked).await?, read)
            }
            (Self::Sqlite(_), PendingQuery::InFlight(..)) => unreachable!("the embedded engine answers at once"),
        }
    }

    /// All rows of a statement that [`crate::query`] has put together from its closed set of columns.
    pub(crate) async fn all_composed<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        match self {
            Self::Sqlite(connection) => sqlite::all(connection, sql, values, read),
            Self::Postgres(session) => postgres::read_all(&session.all(&dollars(sql), values).await?, read),
        }
    }

    /// Runs one statement that [`crate::copy`] has put together from the names of the schema, for many rows of
    /// parameters. Returns the number of rows it changed.
    pub(crate) async fn execute_bulk_composed(
        &mut self,
        sql: &str,
        rows: Vec<Vec<Value<'static>>>,
    ) -> Result<u64, Error> {
        match self {
            Self::Sqlite(connection) => sqlite::execute_rows(connection, sql, rows),
            Self::Postgres(session) => session.execute_bulk_composed(sql, &rows).await,
        }
    }
}

fn no_null() -> Error {
    Error::Internal("a column is NULL that never is".to_owned())
}

impl FromColumn for i64 {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        match row {
            Row::Sqlite(row) => row.get(index).map_err(sqlite::error),
            Row::Postgres(row) => postgres::int(row, index)?.ok_or_else(no_null),
        }
    }
}

impl FromColumn for bool {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        i64::read(row, index).map(|number| number != 0)
    }
}

impl FromColumn for String {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        row.str(index).map(ToOwned::to_owned)
    }
}

impl FromColumn for Vec<u8> {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        match row {
            Row::Sqlite(row) => row.get(index).map_err(sqlite::error),
            Row::Postgres(row) => postgres::bytes(row, index).map(ToOwned::to_owned),
        }
    }
}

impl FromColumn for Option<i64> {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        match row {
            Row::Sqlite(row) => row.get(index).map_err(sqlite::error),
            Row::Postgres(row) => postgres::int(row, index),
        }
    }
}

impl FromColumn for Option<String> {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        match row {
            Row::Sqlite(row) => row.get(index).map_err(sqlite::error),
            Row::Postgres(row) => Ok(postgres::text(row, index)?.map(ToOwned::to_owned)),
        }
    }
}

impl FromColumn for Value<'static> {
    fn read(row: &Row<'_>, index: usize) -> Result<Self, Error> {
        match row {
            Row::Sqlite(row) => sqlite::value(row, index),
            Row::Postgres(row) => postgres::value(row, index),
        }
    }
}
