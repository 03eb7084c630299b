//! A transaction of the embedded engine: a body between its beginning and its end.
//!
//! Promises: a body that fails, panics or tries to wait for anything but a statement is rolled back. Of all this only
//! [`erased`] is compiled for every body. Must not know threads.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use rusqlite::Connection;

use super::thread::Caller;
use super::{error, limit};
use crate::Error;
use crate::engine::Tx;

/// A body without its types, which runs once: what runs it is compiled once and not for every body.
pub(super) type ErasedBody<'b> = &'b mut dyn FnMut(&mut Connection) -> Result<(), Error>;

/// Has a body run, and gives its value.
pub(super) fn erased<T, F>(body: F, run: impl FnOnce(ErasedBody<'_>) -> Result<(), Error>) -> Result<T, Error>
where
    F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error>,
{
    let again = || Error::Internal("a transaction was run twice, or not at all".to_owned());
    let (mut body, mut value) = (Some(body), None);
    run(&mut |connection| {
        let body = body.take().ok_or_else(again)?;
        value = Some(poll_once(body(&mut Tx::Sqlite(connection)))?);
        Ok(())
    })?;
    value.ok_or_else(again)
}

/// Runs a body between a beginning and a commit, or a roll-back.
pub(super) fn in_transaction(
    connection: &mut Connection,
    begin: &str,
    body: ErasedBody<'_>,
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
pub(super) fn look(connection: &mut Connection, body: ErasedBody<'_>) -> Result<(), Error> {
    in_transaction(connection, "BEGIN", body, &|| Ok(()))
}

/// The same, given up when it takes longer than `limit`, or when `caller` has gone.
pub(super) fn look_within(
    connection: &mut Connection,
    limit: Duration,
    caller: Option<Caller>,
    body: ErasedBody<'_>,
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
