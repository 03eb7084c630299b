//! PostgreSQL: a pool of connections, and transactions on them.
//!
//! Promises: a write that was answered with `Ok` is committed and flushed; a transaction that met a deadlock or lost
//! its connection before it was committed is run again, up to a number of tries, as is one that only reads; one whose
//! commit was not answered is looked up, never guessed ([`commit_marker`]). A connection on which anything was left
//! open is not used again. Must not know tables of ours but the one of [`commit_marker`].

mod body;
pub(crate) mod bulk_statement;
mod commit_marker;
mod connect_params;
mod connection;
mod copy_in;
mod error_mapping;
mod snapshot_token;
mod tls;
mod transaction;
mod type_mapping;

use std::sync::Arc;
use std::time::Duration;

use deadpool::Runtime;
use deadpool::managed::{self, PoolError, QueueMode};

pub(crate) use self::commit_marker::STATEMENTS;
use self::connection::ConnectionManager;
pub use self::snapshot_token::SnapshotToken;
use self::snapshot_token::SnapshotTokens;
pub(crate) use self::transaction::PendingQuery;
pub(crate) use self::transaction::Transaction;
pub(super) use self::transaction::read_all;
pub(super) use self::type_mapping::{bytes, int, text, value};
use super::Purpose;
use super::read_queue::{ReadPermit, ReadQueue};
use crate::Error;

/// How often a transaction is tried before its fault is reported: more than enough for deadlocks, of which one of two
/// wins, and for connections that are cut, where each try has one that was made after the last cut (`docs/scaling.md`).
const TRIES_MAX: u32 = 5;
/// The pause before another try; each is longer by this.
const PAUSE: Duration = Duration::from_millis(5);

/// What the driver may log: below that, it shows the parameters of every statement.
pub const LOG_LIMIT: &str = "tokio_postgres=warn";
/// Begins a transaction that reads.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Begins a transaction that reads whole tables: joined as it is best for that, and for as long as it takes.
const BEGIN_UNBOUNDED: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0;
    SET LOCAL plan_cache_mode = auto; SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on;
    SET LOCAL enable_mergejoin = on; SET LOCAL random_page_cost = 2";
/// The same for a transaction that changes the schema, or fills a whole database.
const BEGIN_DDL: &str = "BEGIN; SET LOCAL statement_timeout = 0;
    SET LOCAL plan_cache_mode = auto; SET LOCAL enable_seqscan = on; SET LOCAL enable_hashjoin = on;
    SET LOCAL enable_mergejoin = on; SET LOCAL random_page_cost = 2";
/// The same where the tables are distributed over several machines. What is joined there otherwise than by bucket is
/// fetched, and a schema is changed on one shard after the other: else what follows in the same transaction may be
/// rejected.
const BEGIN_UNBOUNDED_DISTRIBUTED: &str =
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0;
    SET LOCAL citus.max_intermediate_result_size = -1";
const BEGIN_DDL_DISTRIBUTED: &str = "BEGIN; SET LOCAL statement_timeout = 0;
    SET LOCAL citus.multi_shard_modify_mode = 'sequential'";
/// Of so many connections, one is never lent to a read.
const SPARED_SHARE: usize = 4;
/// Nothing waits longer than this.
const ALL_DAY: Duration = Duration::from_hours(24);

/// Limits of a server database, as configured.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections of this process, 1 or more.
    pub connections_max: usize,
    /// How long a statement may take, and how long a caller waits for a connection.
    pub statement: Duration,
    /// Treat the tables as distributed over several machines, as is done by itself where Citus is installed.
    pub is_distributed: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections_max: 16, statement: Duration::from_secs(15), is_distributed: false }
    }
}

/// The connections of this process at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolState {
    /// How many there may be.
    pub max: usize,
    /// How many there are.
    pub open: usize,
    /// How many are in use.
    pub in_use: usize,
    /// How many transactions wait for one.
    pub waiting: usize,
}

type Connections = managed::Pool<ConnectionManager>;
type Leased = managed::Object<ConnectionManager>;

/// The connections to one database.
pub(crate) struct Pool {
    connections: Connections,
    /// Whose turn it is to read: some connections are never lent to reads, so that those who write wait for none.
    read_queue: ReadQueue,
    limits: Limits,
    snapshot_tokens: Arc<SnapshotTokens>,
    /// Whether a snapshot tells all that is visible: not where the tables are on several machines, and not on a
    /// standby, which does not know which transactions are still going on.
    has_snapshot_tokens: bool,
}

/// How a try ended, if not well.
#[derive(Debug)]
enum TransactionError {
    /// Nothing was written, and the reason is gone by now: a deadlock, a broken connection.
    Passing(Error),
    /// Trying again would not help.
    Lasting(Error),
}

impl TransactionError {
    fn into_fault(self) -> Error {
        let (Self::Passing(fault) | Self::Lasting(fault)) = self;
        fault
    }
}

/// Tries of one transaction.
struct Tries {
    purpose: Purpose,
    made: u32,
    max: u32,
    /// The right to read, once it is this transaction's turn.
    permit: Option<ReadPermit>,
}

impl Tries {
    /// As many as a body of this purpose gets.
    fn of(purpose: Purpose) -> Self {
        let max = if matches!(purpose, Purpose::Migration | Purpose::UnboundedRead) { 1 } else { TRIES_MAX };
        Self { purpose, made: 0, max, permit: None }
    }

    /// Waits a little before another try, or tells the fault.
    async fn again_after(&mut self, failed: TransactionError) -> Result<(), Error> {
        self.made += 1;
        match failed {
            TransactionError::Passing(fault) if self.made < self.max => {
                tracing::debug!(%fault, tries = self.made, "trying a transaction again");
                tokio::time::sleep(PAUSE * self.made).await;
                Ok(())
            }
            failed => Err(failed.into_fault()),
        }
    }
}

impl Pool {
    /// Makes a pool for a database and checks that it answers.
    pub(crate) async fn open(url: &str, limits: Limits) -> Result<Self, Error> {
        let dialler = ConnectionManager::new(url, limits)?;
        let connections = Connections::builder(dialler)
            .max_size(limits.connections_max)
            // The one used last knows the most statements.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .wait_timeout(Some(limits.statement))
            .create_timeout(Some(limits.statement))
            .recycle_timeout(Some(limits.statement))
            .build()
            .map_err(|fault| Error::Internal(fault.to_string()))?;
        let first = connection(&connections).await.map_err(TransactionError::into_fault)?;
        let has_snapshot_tokens = !first.is_distributed && !first.is_standby;
        drop(first);
        let reading = limits.connections_max - limits.connections_max / SPARED_SHARE;
        let read_queue = ReadQueue::new(reading, limits.statement);
        Ok(Self { connections, read_queue, limits, snapshot_tokens: Arc::default(), has_snapshot_tokens })
    }

    /// How the connections are.
    pub(crate) fn state(&self) -> PoolState {
        let status = self.connections.status();
        let in_use = status.size.saturating_sub(status.available);
        PoolState { max: status.max_size, open: status.size, in_use, waiting: status.waiting }
    }

    async fn connection(&self) -> Result<Leased, TransactionError> {
        connection(&self.connections).await
    }

    /// A token of what is visible from now on, where there are tokens.
    pub(crate) async fn snapshot_token(&self) -> Result<Option<SnapshotToken>, Error> {
        if !self.has_snapshot_tokens {
            return Ok(None);
        }
        let asked = tokio::time::timeout(self.limits.statement, self.snapshot_tokens.ask(&self.connections)).await;
        asked.unwrap_or_else(|_| Err(Error::Unavailable("the database gave no answer".to_owned()))).map(Some)
    }
}

async fn connection(connections: &Connections) -> Result<Leased, TransactionError> {
    connections.get().await.map_err(|fault| match fault {
        PoolError::Backend(failed) => failed,
        PoolError::Timeout(kind) => TransactionError::Lasting(Error::Unavailable(format!(
            "no connection to the database within the time allowed ({kind:?})"
        ))),
        PoolError::Closed => TransactionError::Lasting(Error::Unavailable("the connections are closed".to_owned())),
        PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => {
            TransactionError::Lasting(Error::Internal("the connections are set up wrongly".to_owned()))
        }
    })
}

/// What a fault of a transaction that wrote nothing means for another try.
fn failed(connections: &Connections, mut connection: Leased, fault: Error) -> TransactionError {
    connection.is_clean = is_usable_after(&fault);
    if connection.is_broken() {
        connections.manager().note_cut();
        return TransactionError::Passing(fault);
    }
    // The other transaction has won by now.
    if matches!(fault, Error::Conflict(_)) {
        TransactionError::Passing(fault)
    } else {
        TransactionError::Lasting(fault)
    }
}

/// After any of these, the connection may still be busy with what failed.
fn is_usable_after(fault: &Error) -> bool {
    !matches!(fault, Error::Unavailable(_) | Error::ReadOnly(_))
}
