//! Commits whose answer was lost.
//!
//! Every connection that writes has a row of its own in `commit_marker`, in which each transaction leaves its number
//! before it commits. When the answer to a commit does not arrive, another connection ends the lost one if it is still
//! there, reads that row under a lock, and knows whether the transaction took place.
//!
//! Promises: says "committed" or "not committed" only of what it has seen. Must not know what was written.

use std::time::{Duration, Instant};

use super::connection::{Backend, Connection};
use super::transaction::{Transaction, read_all};
use super::{Pool, TransactionError};
use crate::Error;
use crate::sql::{statements, values};

statements! {
    CONNECTION = "commit_marker.connection",
        "INSERT INTO id_range (kind, next) VALUES ('connection', 2)
         ON CONFLICT (kind) DO UPDATE SET next = id_range.next + 1 RETURNING next - 1";
    INSERT = "commit_marker.insert", "INSERT INTO commit_marker (connection, number) VALUES (?1, 0)";
    FORGET = "commit_marker.forget", "DELETE FROM commit_marker WHERE connection < ?1";
    NOTE = "commit_marker.note", "UPDATE commit_marker SET number = ?2 WHERE connection = ?1";
    FIND = "commit_marker.find", "SELECT number FROM commit_marker WHERE connection = ?1", for_update;
}

/// Ends a server process and waits for it.
const END: &str = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE pid = $1 AND backend_start::text = $2";
/// Rows of connections this much older than the newest are dropped. One that is in use all the same gets a new row.
const CONNECTIONS_KEPT: i64 = 10_000;
/// The pause between two questions.
const PAUSE: Duration = Duration::from_millis(200);

/// What a transaction writes down before it commits.
#[derive(Clone, Copy, Debug)]
pub(super) struct CommitMarker {
    connection: i64,
    number: i64,
}

/// How a commit ended.
pub(super) enum CommitOutcome {
    /// It was answered.
    Committed,
    /// It was not, for this reason.
    InDoubt(Error),
    /// It was answered with this fault, by a server that is not the only one who commits: one of the others may have.
    Torn(Error),
}

impl CommitMarker {
    /// The next one of a connection, which gets its row if it has none.
    pub(super) async fn next(connection: &mut Connection, limit: Duration) -> Result<Self, Error> {
        let number = match connection.number {
            Some(number) => number,
            None => {
                let number = register(connection, limit).await?;
                connection.number = Some(number);
                number
            }
        };
        connection.commits += 1;
        Ok(Self { connection: number, number: connection.commits })
    }

    /// Writes the note. Where the row has been tidied away there is none, and an end that is lost stays unknown.
    pub(super) async fn write_marker(self, session: &mut Transaction<'_>) -> Result<(), Error> {
        session.execute_bulk(&NOTE, vec![values![self.connection, self.number]]).await
    }
}

async fn register(connection: &Connection, limit: Duration) -> Result<i64, Error> {
    let mut session = Transaction::begin(connection, "BEGIN", limit);
    let numbers = read_all(&session.all(CONNECTION.postgres(), &[]).await?, |row| row.get::<i64>(0))?;
    let number = numbers.first().copied().unwrap_or_default();
    session.execute(&INSERT, &values![number]).await?;
    session.execute(&FORGET, &values![number - CONNECTIONS_KEPT]).await?;
    within(connection, limit, connection.client.batch_execute("COMMIT")).await?;
    Ok(number)
}

/// What a server answers in time.
async fn within<T>(
    connection: &Connection,
    limit: Duration,
    answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
) -> Result<T, Error> {
    match tokio::time::timeout(limit, answer).await {
        Ok(result) => result.map_err(|found| connection.judged(&found)),
        Err(_) => Err(Error::Unavailable(format!("the database gave no answer in {} s", limit.as_secs()))),
    }
}

impl Pool {
    /// Finds out how a commit ended that was not answered because of `cause`. The database may take as long as a
    /// statement to come back; then the commit is in doubt.
    pub(super) async fn resolve_commit(
        &self,
        marker: CommitMarker,
        lost: &Backend,
        cause: Error,
    ) -> Result<(), TransactionError> {
        tracing::warn!(%cause, "a commit was not answered; reading its marker");
        let start = Instant::now();
        loop {
            match self.found(marker, lost).await {
                Ok(true) => return Ok(()),
                Ok(false) => return Err(TransactionError::Passing(cause)),
                Err(fault) if start.elapsed() > self.limits.statement => {
                    tracing::error!(%fault, "a commit is in doubt: its marker cannot be read");
                    return Err(TransactionError::Lasting(Error::CommitInDoubt(cause.to_string())));
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }

    async fn found(&self, marker: CommitMarker, lost: &Backend) -> Result<bool, Error> {
        let mut connection = self.connection().await.map_err(TransactionError::into_fault)?;
        connection.is_clean = false;
        let client = &connection.client;
        // It may sit there for a minute before it notices, holding its locks, and might even commit then.
        within(&connection, self.limits.statement, client.execute(END, &[&lost.number, &lost.started])).await?;
        let mut session = Transaction::begin(&connection, "BEGIN", self.limits.statement);
        let rows = session.all(FIND.postgres(), &values![marker.connection]).await?;
        session.roll_back().await;
        let found = read_all(&rows, |row| row.get::<i64>(0))?;
        connection.is_clean = !connection.is_broken();
        match found.first() {
            Some(number) => Ok(*number == marker.number),
            None => Err(Error::Internal("the connection's row is gone".to_owned())),
        }
    }
}
