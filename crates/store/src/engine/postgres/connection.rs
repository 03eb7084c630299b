//! One connection: made, set up, and judged fit for another use.
//!
//! Promises: a session plans its statements once, never waits for ever, and never answers a commit before it is
//! flushed, whatever the server's own settings say. Must not know what runs on it.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use quick_cache::sync::Cache;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, Statement};

use super::{Limits, TransactionError, connect_params, error_mapping, tls};
use crate::Error;

/// Statements that stay prepared per connection. The registry has about a hundred; those of lists with other filters
/// come and go.
const PREPARED_MAX: usize = 512;
/// How long the server keeps a transaction open that says nothing: a process that hangs must not hold locks for ever.
const IDLE_SECONDS: u64 = 60;
/// How long a plan is used at first, and at the most.
const PLAN_TTL_MIN: Duration = Duration::from_secs(1);
const PLAN_TTL_MAX: Duration = Duration::from_mins(10);
/// Sets what must be so in every session. Plans are made once, for all values, and by key: planning costs more than
/// running our statements, and a plan that was made while a table was small must not read it whole when it has grown.
const SET_UP: &str = "SET plan_cache_mode = force_generic_plan; SET jit = off; SET random_page_cost = 1.1;
    SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off;
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'";
/// Where tables are distributed over several machines, most statements can be planned only by the values they are
/// about.
const PLAN_BY_VALUES: &str = "SET plan_cache_mode = auto";
/// Which process answers, whether its tables are distributed over several machines, and whether it follows another
/// server.
const WHO: &str = "SELECT pid, backend_start::text, EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus'),
    pg_is_in_recovery() FROM pg_stat_activity WHERE pid = pg_backend_pid()";
/// Said where encryption is preferred and the server has none.
const PLAIN: &str = "the database server speaks no TLS: everything between here and there can be read and changed on the way. Set \
    sslmode=verify-full, or sslmode=disable if that is meant";

/// Makes connections.
pub(super) struct ConnectionManager {
    config: Config,
    tls: tls::Connector,
    set_up: String,
    is_distributed: bool,
    /// Whether it was said that connections are not encrypted which should be.
    has_warned: AtomicBool,
    /// When it was last noticed that a connection was cut.
    cut_at: Mutex<Option<Instant>>,
}

/// A connection and what this process knows of it.
pub(super) struct Connection {
    /// Takes statements. A task of its own sends and receives for it, and ends with it.
    pub(super) client: Client,
    /// Which of the server's processes it talks to.
    pub(super) backend: Backend,
    /// Whether the tables are distributed over several machines.
    pub(super) is_distributed: bool,
    /// Whether the server follows another one and only reads.
    pub(super) is_standby: bool,
    /// Whether nothing was left open on it.
    pub(super) is_clean: bool,
    /// Its number in `commit_marker`, once it has written, and how often it has.
    pub(super) number: Option<i64>,
    pub(super) commits: i64,
    /// Whether it was cut, which the driver may not know yet when the server has said so.
    is_cut: AtomicBool,
    prepared: Cache<String, Statement>,
    /// When its plans are made anew.
    plans_expire_at: Instant,
    plan_ttl: Duration,
}

/// One of the server's processes: numbers are used again, but not with the same time of start.
#[derive(Clone, Debug)]
pub(super) struct Backend {
    pub(super) number: i32,
    pub(super) started: String,
}

impl ConnectionManager {
    pub(super) fn new(url: &str, limits: Limits) -> Result<Self, Error> {
        let place = connect_params::ConnectParams::parse(url)?;
        let mut config = place.config;
        if config.get_application_name().is_none() {
            config.application_name("onhand");
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        // Not as options of the connection, which a pool between us and the server may not pass on.
        let set_up = format!(
            "{SET_UP}; SET statement_timeout = {}; SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'",
            limits.statement.as_millis()
        );
        let tls = tls::Connector::new(&place.trust)?;
        let (is_distributed, has_warned, cut_at) = (limits.is_distributed, AtomicBool::new(false), Mutex::default());
        Ok(Self { config, tls, set_up, is_distributed, has_warned, cut_at })
    }

    /// Notes that a connection was cut. Those made before may be cut as well, one after the other, so that a caller
    /// that tries again could meet the same cut many times: they are not used any more.
    pub(super) fn note_cut(&self) {
        *self.cut_at.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn is_before_cut(&self, made: Instant) -> bool {
        self.cut_at.lock().unwrap_or_else(PoisonError::into_inner).is_some_and(|cut| made <= cut)
    }

    async fn connect(&self) -> Result<Connection, tokio_postgres::Error> {
        let tls = self.tls.for_one();
        let (client, driver) = self.config.connect(tls.clone()).await?;
        if prefers_tls(&self.config) && !tls.is_used() && !self.has_warned.swap(true, Ordering::Relaxed) {
            tracing::warn!("{PLAIN}");
        }
        tokio::spawn(async move {
            if let Err(fault) = driver.await {
                tracing::debug!(%fault, "a database connection ended");
            }
        });
        client.batch_execute(&self.set_up).await?;
        let row = client.query_one(WHO, &[]).await?;
        let backend = Backend { number: row.get(0), started: row.get(1) };
        let is_distributed = self.is_distributed || row.get(2);
        if is_distributed {
            client.batch_execute(PLAN_BY_VALUES).await?;
        }
        Ok(Connection {
            client,
            backend,
            is_distributed,
            is_standby: row.get(3),
            is_clean: true,
            number: None,
            commits: 0,
            is_cut: AtomicBool::new(false),
            prepared: Cache::new(PREPARED_MAX),
            plans_expire_at: Instant::now() + PLAN_TTL_MIN,
            plan_ttl: PLAN_TTL_MIN,
        })
    }
}

/// Whether connections are to be encrypted where the server can, and leave this machine.
fn prefers_tls(config: &Config) -> bool {
    let is_elsewhere = |host: &Host| match host {
        Host::Tcp(name) => name != "localhost" && !name.parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => false,
    };
    config.get_ssl_mode() == SslMode::Prefer && config.get_hosts().iter().any(is_elsewhere)
}

impl Manager for ConnectionManager {
    type Type = Connection;
    type Error = TransactionError;

    async fn create(&self) -> Result<Connection, TransactionError> {
        self.connect().await.map_err(|found| match error_mapping::opening(&found) {
            told @ Error::Unavailable(_) if error_mapping::is_cut(&found) => TransactionError::Passing(told),
            told => TransactionError::Lasting(told),
        })
    }

    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<TransactionError> {
        if !connection.is_clean {
            return Err(RecycleError::message("left open"));
        }
        if connection.is_broken() {
            self.note_cut();
            return Err(RecycleError::message("broken"));
        }
        if self.is_before_cut(metrics.created) {
            return Err(RecycleError::message("made before a cut"));
        }
        connection.discard_stale_plans().await;
        Ok(())
    }
}

impl Connection {
    /// Drops plans that are old. One that was made while a table was empty, as every table once is, may go by any
    /// index; as tables grow ever more slowly, it is looked at ever more seldom.
    async fn discard_stale_plans(&mut self) {
        let now = Instant::now();
        if now < self.plans_expire_at {
            return;
        }
        self.plan_ttl = (self.plan_ttl * 2).min(PLAN_TTL_MAX);
        self.plans_expire_at = now + self.plan_ttl;
        // A connection that breaks here says so to the next caller that gets it.
        let _ = self.client.batch_execute("DISCARD PLANS").await;
    }

    pub(super) fn is_broken(&self) -> bool {
        self.client.is_closed() || self.is_cut.load(Ordering::Relaxed)
    }

    /// What an error of a statement means.
    pub(super) fn judged(&self, found: &tokio_postgres::Error) -> Error {
        self.is_cut.fetch_or(error_mapping::is_cut(found), Ordering::Relaxed);
        error_mapping::running(found, self.is_distributed)
    }

    /// A statement that is prepared already, by its text or a name.
    pub(super) fn known(&self, name: &str) -> Option<Statement> {
        self.prepared.get(name)
    }

    /// Prepares a statement and keeps it.
    pub(super) async fn prepare(&self, name: &str, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        let statement = self.client.prepare(sql).await?;
        self.prepared.insert(name.to_owned(), statement.clone());
        Ok(statement)
    }
}
