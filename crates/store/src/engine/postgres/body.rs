//! A body in a transaction, from its beginning to its end.
//!
//! Promises: a body that fails or panics is rolled back. Must not know the pool, or whether the body is run again.

use std::future::Future;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use super::commit_marker::{CommitMarker, CommitOutcome};
use super::transaction::Transaction;
use crate::Error;
use crate::engine::Tx;

/// Runs a body and ends its transaction: its value, and how the commit ended. The ends are boxed, because they are
/// compiled once then and not for every body.
pub(super) async fn run<T, F>(
    session: Transaction<'_>,
    marker: Option<CommitMarker>,
    body: F,
) -> Result<(T, CommitOutcome), Error>
where
    F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error>,
{
    let mut tx = Tx::Postgres(session);
    let result = survived(body(&mut tx)).await;
    let Tx::Postgres(session) = tx else { unreachable!("a body keeps its transaction") };
    match result {
        Ok(value) => Ok((value, Box::pin(session.commit(marker)).await?)),
        Err(fault) => {
            Box::pin(session.roll_back()).await;
            Err(fault)
        }
    }
}

/// Runs a body that only reads.
pub(super) async fn look<T, F>(session: Transaction<'_>, body: F) -> Result<T, Error>
where
    F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error>,
{
    let mut tx = Tx::Postgres(session);
    let result = survived(body(&mut tx)).await;
    let Tx::Postgres(session) = tx else { unreachable!("a body keeps its transaction") };
    session.end_read();
    result
}

/// A body that breaks a rule of the program ends its transaction and nothing else.
async fn survived<T>(body: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let broken = || Error::Internal("a rule of the program was broken; nothing was written".to_owned());
    AssertUnwindSafe(body).catch_unwind().await.unwrap_or_else(|_| Err(broken()))
}
