//! A transaction on one connection.
//!
//! Many rows are one statement, or, where the tables are spread over several machines, a statement for each, since only
//! a statement that names one bucket goes to one machine; those are sent together all the same.
//!
//! Promises: statements that answer nothing are sent without waiting, so that a batch costs few round trips; their
//! faults come out at the next answer, at the latest before the commit. No statement is waited for without a limit.
//! Must not know tables.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use futures_util::TryStreamExt as _;
use tokio_postgres::Statement as Prepared;
use tokio_postgres::types::ToSql;

use super::connection::Connection;
use super::settle::{Ended, Ending};
use super::{batch, fault};
use crate::engine::Row;
use crate::sql::{Statement, dollars};
use crate::{Error, Value};

/// How much longer than the server itself the program waits for the end of a statement.
const GRACE: Duration = Duration::from_secs(2);

type Sent<'c> = Pin<Box<dyn Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'c>>;

/// A running transaction.
pub struct Session<'c> {
    connection: &'c Connection,
    limit: Duration,
    /// Statements on their way, in the order in which they were sent and will be answered.
    sent: Vec<Sent<'c>>,
    has_failed: bool,
    /// Whether the server itself said that a statement failed, and so that nothing of the transaction stays.
    was_told: bool,
}

impl<'c> Session<'c> {
    /// Sends the beginning; it is answered before the first statement is.
    pub(super) async fn begin(connection: &'c Connection, begin: &'static str, limit: Duration) -> Self {
        let mut session =
            Self { connection, limit: limit + GRACE, sent: Vec::new(), has_failed: false, was_told: false };
        session.send(async move { connection.client.batch_execute(begin).await.map(|()| 0) }).await;
        session
    }

    /// Polls a statement once, which puts it in line; all that stand there leave with the next that is waited for.
    async fn send(&mut self, statement: impl Future<Output = Result<u64, tokio_postgres::Error>> + Send + 'c) {
        let mut statement: Sent<'c> = Box::pin(statement);
        let mut early = None;
        std::future::poll_fn(|context| {
            if let Poll::Ready(result) = statement.as_mut().poll(context) {
                early = Some(result);
            }
            Poll::Ready(())
        })
        .await;
        // What could not even be sent must not be followed by a commit of the rest.
        self.has_failed |= matches!(early, Some(Err(_)));
        self.sent.push(match early {
            None => statement,
            Some(result) => Box::pin(async move { result }),
        });
    }

    /// Waits for what was sent, and for `answer`, which was sent after it. The first fault counts: those that follow it
    /// only say that the transaction has failed.
    async fn answered<T>(
        &mut self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>>,
    ) -> Result<T, Error> {
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
        let result = match tokio::time::timeout(self.limit, self.connection.driven(all)).await {
            Ok(result) => result.map_err(|found| {
                self.was_told = fault::is_told(&found);
                fault::running(&found)
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
            None => self.answered(connection.prepare(sql)).await,
        }
    }

    /// The form for many rows, written down once per process: the server says what types the parameters have.
    async fn prepared_each(&mut self, statement: &Statement) -> Result<Prepared, Error> {
        if statement.each.get().is_none() {
            let one = self.prepared(statement.postgres()).await?;
            let types: Vec<&str> = one.params().iter().map(tokio_postgres::types::Type::name).collect();
            // Somebody else may have written the same down meanwhile.
            let _ = statement.each.set(statement.for_each(&types)?);
        }
        let text = statement.each.get().expect("it was just written down");
        self.prepared(text).await
    }

    pub(in crate::engine) async fn execute(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
    ) -> Result<u64, Error> {
        let prepared = self.prepared(statement.postgres()).await?;
        let client = &self.connection.client;
        self.answered(client.execute_raw(&prepared, values)).await
    }

    /// Sends a statement whose number of rows nobody asks for.
    pub(super) async fn send_one(&mut self, statement: &Statement, values: Vec<Value<'static>>) -> Result<(), Error> {
        let prepared = self.prepared(statement.postgres()).await?;
        let client = &self.connection.client;
        self.send(async move { client.execute_raw(&prepared, &values).await }).await;
        Ok(())
    }

    pub(in crate::engine) async fn execute_each<const N: usize>(
        &mut self,
        statement: &Statement,
        rows: Vec<[Value<'_>; N]>,
    ) -> Result<(), Error> {
        if rows.is_empty() {
            return Ok(());
        }
        if self.connection.is_distributed {
            for row in rows {
                self.send_one(statement, row.map(Value::into_owned).to_vec()).await?;
            }
            return Ok(());
        }
        let prepared = self.prepared_each(statement).await?;
        let columns = batch::turn(&element_types(&prepared)?, &rows)?;
        let client = &self.connection.client;
        self.send(async move { client.execute_raw(&prepared, &columns).await }).await;
        Ok(())
    }

    /// Waits for the answer: the rows are many, and whoever has more of them should not send them all at once.
    pub(in crate::engine) async fn execute_each_composed(
        &mut self,
        sql: &str,
        rows: &[Vec<Value<'_>>],
    ) -> Result<u64, Error> {
        let sql = dollars(sql);
        let one = self.prepared(&sql).await?;
        let types: Vec<&str> = one.params().iter().map(tokio_postgres::types::Type::name).collect();
        let prepared = self.prepared(&batch::each(&sql, &types)?).await?;
        let columns = batch::turn(&element_types(&prepared)?, rows)?;
        let client = &self.connection.client;
        self.answered(client.execute_raw(&prepared, &columns)).await
    }

    pub(in crate::engine) async fn all<T>(
        &mut self,
        statement: &Statement,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let prepared = self.prepared(statement.postgres()).await?;
        self.rows(&prepared, values, read).await
    }

    pub(in crate::engine) async fn all_composed<T>(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let prepared = self.prepared(&dollars(sql)).await?;
        self.rows(&prepared, values, read).await
    }

    pub(in crate::engine) async fn all_each<T, const N: usize>(
        &mut self,
        statement: &Statement,
        keys: Vec<[Value<'_>; N]>,
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        if self.connection.is_distributed {
            let prepared = self.prepared(statement.postgres()).await?;
            let client = &self.connection.client;
            let one = async |key| client.query_raw(&prepared, key).await?.try_collect::<Vec<_>>().await;
            // All are sent before the first is answered.
            let found = self.answered(futures_util::future::try_join_all(keys.iter().map(one))).await?;
            return found.iter().flatten().map(|row| read(&Row::Postgres(row))).collect();
        }
        let prepared = self.prepared_each(statement).await?;
        let columns = batch::turn(&element_types(&prepared)?, &keys)?;
        self.rows(&prepared, &columns, read).await
    }

    async fn rows<T, P: ToSql + Sync>(
        &mut self,
        prepared: &Prepared,
        values: &[P],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let client = &self.connection.client;
        let rows = async { client.query_raw(prepared, values).await?.try_collect::<Vec<_>>().await };
        let rows = self.answered(rows).await?;
        rows.iter().map(|row| read(&Row::Postgres(row))).collect()
    }

    /// Runs several statements of a migration.
    pub(crate) async fn execute_script(&mut self, sql: &str) -> Result<(), Error> {
        let client = &self.connection.client;
        self.answered(client.batch_execute(sql)).await
    }

    /// Leaves the note that this is what the connection has committed last, and commits. Everything is sent at once: a
    /// statement that fails turns the commit into a roll-back, and says so first.
    pub(super) async fn commit(mut self, ending: Option<Ending>) -> Result<Ended, Error> {
        if self.has_failed {
            let went_on = || Error::Internal("a statement failed and the transaction went on".to_owned());
            let fault = self.answered(std::future::ready(Ok(()))).await.err().unwrap_or_else(went_on);
            self.roll_back().await;
            return Err(fault);
        }
        if let Some(ending) = ending
            && let Err(fault) = ending.note(&mut self).await
        {
            self.roll_back().await;
            return Err(fault);
        }
        let client = &self.connection.client;
        match self.answered(client.batch_execute("COMMIT")).await {
            Ok(()) => Ok(Ended::Committed),
            Err(fault) if self.was_told => Err(fault),
            // Of a lost connection it is not known whether the commit was still heard.
            Err(fault) => Ok(Ended::Unknown(fault)),
        }
    }

    /// Gives up. What cannot be sent any more has given up by itself.
    pub(super) async fn roll_back(mut self) {
        let client = &self.connection.client;
        let _ = self.answered(client.batch_execute("ROLLBACK")).await;
    }

    /// Ends a transaction that only read. Nobody needs the answer: whatever is sent on this connection comes after it.
    pub(super) async fn let_go(mut self) {
        let client = &self.connection.client;
        self.send(async move { client.batch_execute("COMMIT").await.map(|()| 0) }).await;
        self.connection.pass().await;
    }
}

fn element_types(prepared: &Prepared) -> Result<Vec<tokio_postgres::types::Type>, Error> {
    let element = |kind: &tokio_postgres::types::Type| match kind.kind() {
        tokio_postgres::types::Kind::Array(element) => Ok(element.clone()),
        _ => Err(Error::Internal(format!("a parameter for many rows is {kind}"))),
    };
    prepared.params().iter().map(element).collect()
}
