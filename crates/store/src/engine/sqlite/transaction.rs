//! A transaction of the embedded engine: a body between its beginning and its end.
//!
//! Promises: a body that fails, panics or tries to wait for anything but a statement is rolled back. Of all this only
//! [`erased`] is compiled for every body. Must not know threads.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use rusqlite::Connection;

use super::thread::Caller;
use super::{error, limit};
use crate::Error;
use crate::engine::Tx;

/// A body without its types, which runs once: what runs it is compiled once and not for every body.
pub(super) type ErasedBody = Box<dyn FnMut(&mut Connection) -> Result<(), Error> + Send>;

/// The same while it runs.
type Body<'b> = &'b mut dyn FnMut(&mut Connection) -> Result<(), Error>;

/// Where a body leaves its value.
pub(super) struct BodyValue<T>(Arc<Mutex<Option<T>>>);

impl<T> BodyValue<T> {
    /// The value, once the body has run.
    pub(super) fn take(&self) -> Result<T, Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or_else(not_once)
    }
}

fn not_once() -> Error {
    Error::Internal("a transaction was run twice, or not at all".to_owned())
}

/// Takes its types from a body.
pub(super) fn erased<T, F>(body: F) -> (ErasedBody, BodyValue<T>)
where
    F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Send + 'static,
    T: Send + 'static,
{
    let (mut body, place) = (Some(body), Arc::new(Mutex::new(None)));
    let value = BodyValue(place.clone());
    let erased = move |connection: &mut Connection| {
        let body = body.take().ok_or_else(not_once)?;
        let found = poll_once(body(&mut Tx::Sqlite(connection)))?;
        *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(())
    };
    (Box::new(erased), value)
}

/// Runs a body between a beginning and a commit, or a roll-back.
pub(super) fn in_transaction(
    connection: &mut Connection,
    begin: &str,
    body: Body<'_>,
    before_commit: &dyn Fn() -> Result<(), Error>,
) -> Result<(), Error> {
    run(connection, begin)?;
    let result = catch_unwind(AssertUnwindSafe(|| body(connection)))
        .unwrap_or_else(|_| Err(Error::Internal("a rule of the program was broken; nothing was written".to_owned())));
    let finished = result.and_then(|()| {
        before_commit()?;
        run(connection, "COMMIT")
    });
    if finished.is_err() && !connection.is_autocommit() {
        run(connection, "ROLLBACK")?;
    }
    finished
}

/// A transaction that only reads.
pub(super) fn look(connection: &mut Connection, body: Body<'_>) -> Result<(), Error> {
    in_transaction(connection, "BEGIN", body, &|| Ok(()))
}

/// The same, given up when it takes longer than `limit`, or when `caller` has gone.
pub(super) fn look_within(
    connection: &mut Connection,
    limit: Duration,
    caller: Option<Caller>,
    body: Body<'_>,
) -> Result<(), Error> {
    limit::within(connection, limit, caller, &mut |connection| look(connection, body))
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
