//! A transaction on one connection.
//!
//! Many rows are one statement, very many that are only inserted are copied in ([`copy_in`]). Where tables are
//! distributed, each row is a statement, since only one that names one bucket goes to one machine.
//!
//! Promises: statements run in the order in which they are called, so that locks are taken in that order. A write that
//! answers nothing is sent and not waited for (pipelining), so that a batch costs few exchanges; its error comes out at
//! the next answer, or at the commit. No statement is waited for without a limit. Must not know tables.

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{SinkExt as _, TryStreamExt as _};
use tokio_postgres::Statement as Prepared;
use tokio_postgres::types::ToSql;

use super::bulk_statement::BulkStatement;
use super::commit_marker::{CommitMarker, CommitOutcome};
use super::connection::Connection;
use super::{bulk_statement, copy_in, error_mapping};
use crate::engine::Row;
use crate::sql::{Statement, dollars};
use crate::{Error, Value};

/// How much longer than the server itself the program waits for the end of a statement.
const GRACE: Duration = Duration::from_secs(2);

type Sent<'c> = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'c>>;

/// Rows of an answer, each as the engines show it. All that waits for an answer is without the types of what is read, so
/// that it is compiled once and not for every statement.
pub(in crate::engine) fn read_all<T>(
    rows: &[tokio_postgres::Row],
    mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
) -> Result<Vec<T>, Error> {
    rows.iter().map(|row| read(&Row::Postgres(row))).collect()
}

/// The place of an answer that is on its way. It comes when anything later is answered.
pub(crate) struct PendingQuery(Arc<OnceLock<Vec<tokio_postgres::Row>>>);

/// A running transaction.
pub struct Transaction<'c> {
    connection: &'c Connection,
    limit: Duration,
    /// Statements on their way, in the order in which they were sent and will be answered.
    sent: Vec<Sent<'c>>,
    has_failed: bool,
    /// Whether the server itself said that a statement failed, and so that nothing of the transaction stays.
    was_told: bool,
}

impl<'c> Transaction<'c> {
    /// Sends the beginning; it is answered before the first statement is.
    pub(super) fn begin(connection: &'c Connection, begin: &'static str, limit: Duration) -> Self {
        let mut session =
            Self { connection, limit: limit + GRACE, sent: Vec::new(), has_failed: false, was_told: false };
        session.send(async move { connection.client.batch_execute(begin).await.map(|()| 0) });
        session
    }

    /// Whether the tables are distributed over several machines.
    pub(in crate::engine) fn is_distributed(&self) -> bool {
        self.connection.is_distributed
    }

    /// Sends a statement without waiting for its answer.
    fn send(&mut self, statement: impl Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'c) {
        let mut statement: Sent<'c> = Box::pin(statement);
        // The first poll hands the statement to the connection; whoever awaits the answer polls it again.
        let early = statement.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        // What could not even be sent must not be followed by a commit of the rest.
        self.has_failed |= matches!(early, Poll::Ready(Err(_)));
        self.sent.push(match early {
            Poll::Pending => statement,
            Poll::Ready(result) => Box::pin(std::future::ready(result)),
        });
    }

    /// Sends rows to be loaded.
    async fn send_rows(&mut self, load: &str, rows: Bytes) -> Result<(), Error> {
        let (prepared, client) = (self.prepared(load).await?, &self.connection.client);
        self.send(async move {
            let mut sink = pin!(client.copy_in(&prepared).await?);
            sink.send(rows).await?;
            sink.finish().await
        });
        Ok(())
    }

    /// Waits for what was sent, and for `answer`, which is sent after it. The first fault counts: those that follow it
    /// only say that the transaction has failed.
    async fn settled<T>(&mut self, answer: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, Error> {
        let sent = std::mem::take(&mut self.sent);
        let all = async {
            // Asked first, so that it is on its way while the others are waited for.
            let (earlier, answer) = futures_util::join!(
                async {
                    for statement in sent {
                        statement.await?;
                    }
                    Ok(())
                },
                answer
            );
            earlier.and(answer)
        };
        let result = match tokio::time::timeout(self.limit, all).await {
            Ok(result) => result.map_err(|found| {
                self.was_told = error_mapping::is_server_reported(&found);
                self.connection.judged(&found)
            }),
            Err(_) => Err(Error::Unavailable(format!("the database gave no answer in {} s", self.limit.as_secs()))),
        };
        self.has_failed |= result.is_err();
        result
    }

    async fn prepared(&mut self, sql: &str) -> Result<Prepared, Error> {
        let connection = self.connection;
        match connection.known(sql) {
            Some(prepared) => Ok(prepared),
            None => self.settled(connection.prepare(sql, sql)).await,
        }
    }

    /// The form for many rows, written down once per process: the server says what types the parameters have.
    async fn form(&mut self, statement: &'static Statement) -> Result<&'static BulkStatement, Error> {
        if let Some(form) = BulkStatement::known(statement) {
            return Ok(form);
        }
        let one = self.prepared(statement.postgres()).await?;
        BulkStatement::make(statement, one.params())
    }

    pub(in crate::engine) async fn execute(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<u64, Error> {
        let (prepared, client) = (self.prepared(statement.postgres()).await?, &self.connection.client);
        self.settled(client.execute_raw(&prepared, values)).await
    }

    pub(in crate::engine) async fn execute_bulk<const N: usize>(
        &mut self,
        statement: &'static Statement,
        rows: Vec<[Value<'_>; N]>,
    ) -> Result<(), Error> {
        if rows.len() == 1 || self.connection.is_distributed {
            for row in rows {
                self.send_one(statement, row.map(Value::into_owned)).await?;
            }
            return Ok(());
        }
        if rows.is_empty() {
            return Ok(());
        }
        let form = self.form(statement).await?;
        if let Some(load) = form.load.as_deref().filter(|_| rows.len() >= copy_in::ROWS_MIN) {
            return self.send_rows(load, copy_in::rows(&form.kinds, &rows)?).await;
        }
        let columns = bulk_statement::transpose(&form.kinds, &rows)?;
        let (prepared, client) = (self.prepared(&form.text).await?, &self.connection.client);
        self.send(async move { client.execute_raw(&prepared, &columns).await });
        Ok(())
    }

    async fn send_one(
        &mut self,
        statement: &'static Statement,
        row: impl AsRef<[Value<'static>]> + Send + 'c,
    ) -> Result<(), Error> {
        let prepared = self.prepared(statement.postgres()).await?;
        let client = &self.connection.client;
        self.send(async move { client.execute_raw(&prepared, row.as_ref()).await });
        Ok(())
    }

    pub(in crate::engine) async fn execute_bulk_counted<const N: usize>(
        &mut self,
        statement: &'static Statement,
        rows: Vec<[Value<'_>; N]>,
    ) -> Result<u64, Error> {
        if rows.is_empty() {
            return Ok(0);
        }
        if self.connection.is_distributed {
            let mut touched = 0;
            for row in rows {
                touched += self.execute(statement, &row).await?;
            }
            return Ok(touched);
        }
        let form = self.form(statement).await?;
        let (prepared, columns) = (self.prepared(&form.text).await?, bulk_statement::transpose(&form.kinds, &rows)?);
        self.settled(self.connection.client.execute_raw(&prepared, &columns)).await
    }

    /// Waits for the answer: the rows are many, and a caller that has more of them should not send them all at once.
    pub(in crate::engine) async fn execute_bulk_composed(
        &mut self,
        sql: &str,
        rows: &[Vec<Value<'_>>],
    ) -> Result<u64, Error> {
        let sql = dollars(sql);
        let one = self.prepared(&sql).await?;
        if self.connection.is_distributed {
            let mut touched = 0;
            for row in rows {
                let client = &self.connection.client;
                touched += self.settled(client.execute_raw(&one, row)).await?;
            }
            return Ok(touched);
        }
        let form = BulkStatement::of(&sql, one.params())?;
        let prepared = self.prepared(&form.text).await?;
        let (columns, client) = (bulk_statement::transpose(&form.kinds, rows)?, &self.connection.client);
        self.settled(client.execute_raw(&prepared, &columns)).await
    }

    pub(in crate::engine) async fn all(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
    ) -> Result<Vec<tokio_postgres::Row>, Error> {
        let prepared = self.prepared(sql).await?;
        let client = &self.connection.client;
        self.settled(async { client.query_raw(&prepared, values).await?.try_collect().await }).await
    }

    pub(in crate::engine) async fn all_bulk<const N: usize>(
        &mut self,
        statement: &'static Statement,
        keys: Vec<[Value<'_>; N]>,
    ) -> Result<Vec<tokio_postgres::Row>, Error> {
        let asked = self.query_many(statement, keys).await?;
        self.fetch(asked).await
    }

    /// Sends a question and leaves its answer for later.
    pub(in crate::engine) async fn query_many<const N: usize>(
        &mut self,
        statement: &'static Statement,
        keys: Vec<[Value<'_>; N]>,
    ) -> Result<PendingQuery, Error> {
        if keys.is_empty() {
            return Ok(PendingQuery(Arc::new(Vec::new().into())));
        }
        if keys.len() == 1 || self.connection.is_distributed {
            let prepared = self.prepared(statement.postgres()).await?;
            return Ok(self.ask(prepared, keys.into_iter().map(|key| key.map(Value::into_owned)).collect()));
        }
        let form = self.form(statement).await?;
        let columns = bulk_statement::transpose(&form.kinds, &keys)?;
        let prepared = self.prepared(&form.text).await?;
        Ok(self.ask(prepared, vec![columns]))
    }

    /// Sends a question with each of these parameters.
    fn ask<P: ToSql + Sync + 'c>(
        &mut self,
        prepared: Prepared,
        questions: Vec<impl AsRef<[P]> + Send + Sync + 'c>,
    ) -> PendingQuery {
        let asked = PendingQuery(Arc::default());
        let (client, place) = (&self.connection.client, asked.0.clone());
        self.send(async move {
            let one = async |question: &[P]| client.query_raw(&prepared, question).await?.try_collect::<Vec<_>>().await;
            // All are sent before the first is answered.
            let found = futures_util::future::try_join_all(questions.iter().map(|it| one(it.as_ref()))).await?;
            // Nothing else knows the address.
            let _ = place.set(found.into_iter().flatten().collect());
            Ok(0)
        });
        asked
    }

    /// The answer to a question.
    pub(in crate::engine) async fn fetch(&mut self, asked: PendingQuery) -> Result<Vec<tokio_postgres::Row>, Error> {
        if asked.0.get().is_none() {
            self.settled(std::future::ready(Ok(()))).await?;
        }
        let lost = || Error::Internal("a question was asked in another transaction".to_owned());
        // By now the statement that gave the answer is gone, and with it the other owner.
        Arc::into_inner(asked.0).and_then(OnceLock::into_inner).ok_or_else(lost)
    }

    /// Runs several statements of a migration.
    pub(crate) async fn execute_script(&mut self, sql: &str) -> Result<(), Error> {
        let client = &self.connection.client;
        self.settled(client.batch_execute(sql)).await
    }

    /// Leaves the note that this is what the connection has committed last, and commits. Everything is sent at once: a
    /// statement that fails turns the commit into a roll-back, and says so first.
    pub(super) async fn commit(mut self, marker: Option<CommitMarker>) -> Result<CommitOutcome, Error> {
        if let Err(fault) = self.complete(marker).await {
            self.roll_back().await;
            return Err(fault);
        }
        let client = &self.connection.client;
        match self.settled(client.batch_execute("COMMIT")).await {
            Ok(()) => Ok(CommitOutcome::Committed),
            // Of several machines that commit, one may have failed and another not.
            Err(it @ Error::Unavailable(_)) if self.was_told && self.is_distributed() => Ok(CommitOutcome::Torn(it)),
            Err(fault) if self.was_told => Err(fault),
            // Of a lost connection it is not known whether the commit was still heard.
            Err(fault) => Ok(CommitOutcome::InDoubt(fault)),
        }
    }

    /// Sends all that belongs to the transaction, or says why that cannot be.
    async fn complete(&mut self, marker: Option<CommitMarker>) -> Result<(), Error> {
        if let Some(marker) = marker.filter(|_| !self.has_failed) {
            marker.write_marker(self).await?;
        }
        if self.has_failed {
            self.settled(std::future::ready(Ok(()))).await?;
            return Err(Error::Internal("a statement failed and the transaction went on".to_owned()));
        }
        Ok(())
    }

    /// Gives up. What cannot be sent any more has given up by itself.
    pub(super) async fn roll_back(mut self) {
        let client = &self.connection.client;
        let _ = self.settled(client.batch_execute("ROLLBACK")).await;
    }

    /// Ends a transaction that only read. No caller needs the answer: the next request on this connection follows it.
    pub(super) fn end_read(mut self) {
        let client = &self.connection.client;
        self.send(async move { client.batch_execute("COMMIT").await.map(|()| 0) });
    }
}
