//! A body in a transaction, from its beginning to its end, as often as it takes.
//!
//! Promises: a body that fails or panics is rolled back; one that met a passing error is run again; one whose commit was
//! not answered is looked up. What does not know the body is in functions without type parameters, and their futures are
//! boxed: so they are compiled once and not for every body. Must not know tables.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;

use super::commit_marker::{CommitMarker, CommitOutcome};
use super::transaction::Transaction;
use super::{
    ALL_DAY, BEGIN_DDL, BEGIN_DDL_DISTRIBUTED, BEGIN_READ, BEGIN_UNBOUNDED, BEGIN_UNBOUNDED_DISTRIBUTED, Leased, Pool,
    TransactionError, Tries, failed,
};
use crate::Error;
use crate::engine::read_queue::ReadPermit;
use crate::engine::{Purpose, Tx};

impl Pool {
    /// Runs a body, which is made anew for every try.
    pub(crate) async fn run<T, F>(&self, purpose: Purpose, mut body: impl FnMut() -> F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error>,
    {
        let mut tries = Tries::of(purpose);
        loop {
            let (connection, marker) = Box::pin(self.lease(&mut tries)).await?;
            let mut tx = self.begin(&connection, purpose);
            let (value, result) = match AssertUnwindSafe(body()(&mut tx)).catch_unwind().await {
                Ok(Ok(value)) => (Some(value), Ok(())),
                Ok(Err(fault)) => (None, Err(fault)),
                // A body that breaks a rule of the program ends its transaction and nothing else.
                Err(_) => (None, Err(broken())),
            };
            let ended = Box::pin(end(tx, purpose, marker, result)).await;
            if Box::pin(self.is_settled(&mut tries, connection, marker, ended)).await? {
                return Ok(value.expect("a body without a value has failed"));
            }
        }
    }

    /// The right to read, for those who wait for other reads.
    async fn permit(&self, purpose: Purpose) -> Result<Option<ReadPermit>, Error> {
        match purpose {
            Purpose::Read | Purpose::InlineRead => self.read_queue.take().await.map(Some),
            _ => Ok(None),
        }
    }

    /// A connection, when it is this transaction's turn, and what a write on it will leave behind.
    async fn lease(&self, tries: &mut Tries) -> Result<(Leased, Option<CommitMarker>), Error> {
        if tries.permit.is_none() {
            tries.permit = self.permit(tries.purpose).await?;
        }
        loop {
            match self.try_lease(tries.purpose).await {
                Ok(leased) => return Ok(leased),
                Err(failed) => tries.again_after(failed).await?,
            }
        }
    }

    async fn try_lease(&self, purpose: Purpose) -> Result<(Leased, Option<CommitMarker>), TransactionError> {
        let mut connection = self.connection().await?;
        connection.is_clean = false;
        // A migration that was not answered needs no look-up: what it does, it would not do a second time. And there may
        // be no table yet to look it up in.
        if purpose != Purpose::Write {
            return Ok((connection, None));
        }
        match CommitMarker::next(&mut connection, self.limits.statement).await {
            Ok(marker) => Ok((connection, Some(marker))),
            Err(fault) => Err(failed(&self.connections, connection, fault)),
        }
    }

    fn begin<'c>(&self, connection: &'c Leased, purpose: Purpose) -> Tx<'c> {
        let (begin, limit): (&'static str, Duration) = match (purpose, connection.is_distributed) {
            (Purpose::Write, _) => ("BEGIN", self.limits.statement),
            (Purpose::Migration, false) => (BEGIN_DDL, ALL_DAY),
            (Purpose::Migration, true) => (BEGIN_DDL_DISTRIBUTED, ALL_DAY),
            (Purpose::UnboundedRead, false) => (BEGIN_UNBOUNDED, ALL_DAY),
            (Purpose::UnboundedRead, true) => (BEGIN_UNBOUNDED_DISTRIBUTED, ALL_DAY),
            (Purpose::Read | Purpose::InlineRead | Purpose::Watch, _) => (BEGIN_READ, self.limits.statement),
        };
        Tx::Postgres(Transaction::begin(connection, begin, limit))
    }

    /// Whether a transaction is done. If it is not, it is to be run again.
    async fn is_settled(
        &self,
        tries: &mut Tries,
        connection: Leased,
        marker: Option<CommitMarker>,
        ended: Result<CommitOutcome, Error>,
    ) -> Result<bool, Error> {
        match self.settle(tries.purpose, connection, marker, ended).await {
            Ok(()) => Ok(true),
            Err(failed) => tries.again_after(failed).await.map(|()| false),
        }
    }

    /// What the end of a transaction means for its caller, and for the connection.
    async fn settle(
        &self,
        purpose: Purpose,
        mut connection: Leased,
        marker: Option<CommitMarker>,
        ended: Result<CommitOutcome, Error>,
    ) -> Result<(), TransactionError> {
        // The plans of these serve no other transaction, so their connection is not used again.
        if matches!(purpose, Purpose::Migration | Purpose::UnboundedRead) {
            return match ended {
                Ok(CommitOutcome::Committed) => Ok(()),
                Ok(CommitOutcome::InDoubt(fault) | CommitOutcome::Torn(fault)) | Err(fault) => {
                    Err(TransactionError::Lasting(fault))
                }
            };
        }
        match (ended, marker) {
            (Err(fault), _) => Err(failed(&self.connections, connection, fault)),
            (Ok(outcome), Some(marker)) => self.settle_write(connection, marker, outcome).await,
            (Ok(_), None) => {
                connection.is_clean = true;
                Ok(())
            }
        }
    }

    /// What the end of a commit means for its caller.
    async fn settle_write(
        &self,
        mut connection: Leased,
        marker: CommitMarker,
        ended: CommitOutcome,
    ) -> Result<(), TransactionError> {
        match ended {
            CommitOutcome::Committed => {
                connection.is_clean = true;
                Ok(())
            }
            CommitOutcome::InDoubt(fault) => {
                let lost = connection.backend.clone();
                if connection.is_broken() {
                    self.connections.manager().note_cut();
                }
                drop(connection);
                self.resolve_commit(marker, &lost, fault).await
            }
            CommitOutcome::Torn(fault) => {
                let backend = connection.backend.clone();
                drop(connection);
                // That it is not noted says nothing of the other machines, so it is not tried again.
                let unknown = |failed: TransactionError| {
                    TransactionError::Lasting(Error::CommitInDoubt(failed.into_fault().to_string()))
                };
                self.resolve_commit(marker, &backend, fault).await.map_err(unknown)
            }
        }
    }
}

/// Ends a transaction whose body has ended with `result`.
async fn end(
    tx: Tx<'_>,
    purpose: Purpose,
    marker: Option<CommitMarker>,
    result: Result<(), Error>,
) -> Result<CommitOutcome, Error> {
    let Tx::Postgres(session) = tx else { unreachable!("a body keeps its transaction") };
    match (purpose.writes(), result) {
        (false, result) => {
            session.end_read();
            result.map(|()| CommitOutcome::Committed)
        }
        (true, Ok(())) => session.commit(marker).await,
        (true, Err(fault)) => {
            session.roll_back().await;
            Err(fault)
        }
    }
}

fn broken() -> Error {
    Error::Internal("a rule of the program was broken; nothing was written".to_owned())
}
