//! Whether the server can do its work, part by part.
//!
//! Promises: a server that cannot take an order says so, and which part is in the way; a caller that asks during a look
//! shares the next look, and writing is tried no more than once in ten seconds while it succeeds. Must not know HTTP.

use std::fmt::Display;
use std::future::Future;
use std::time::{Duration, Instant};

use onhand_store::outbox;
use onhand_store::tables::accounts;
use onhand_store::{Error, Store, Tx, leases};
use tokio::sync::Mutex;

use crate::clock::Clock;
use crate::writer::{self, Writer};

/// A queue this full cannot promise a quick answer.
const WAITING_MAX: usize = writer::QUEUE_MAX / 4 * 3;
/// A last write older than this says nothing of the next one: one is tried.
const WRITE_AGE_MAX: Duration = Duration::from_secs(10);
/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// The name of the lease whose writing shows that writing works, and its holder: every process is the same one.
const TRIED: &str = "readyz";

/// How a part is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    /// It works.
    Ok,
    /// The database may only be read, as on a standby, and reads are answered.
    ReadOnly,
    /// It does not work.
    Failing,
}

impl State {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::ReadOnly => "read_only",
            Self::Failing => "failing",
        }
    }
}

/// How the server is.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its parts, each with how it is.
    pub parts: Vec<(&'static str, State)>,
    /// Commands that wait.
    pub waiting: usize,
    /// How long ago a write was last known to be on disk.
    pub last_write_age: Option<Duration>,
}

impl Report {
    /// The parts that do not work.
    pub fn failing(&self) -> Vec<&'static str> {
        self.parts.iter().filter(|(_, state)| *state == State::Failing).map(|(name, _)| *name).collect()
    }
}

/// Looks at the server, one look at a time.
pub struct Readiness {
    store: Store,
    writer: Writer,
    clock: Clock,
    /// With less free than this the disk is not ready.
    disk_free_bytes_min: u64,
    /// The last report, and when its look began.
    seen: Mutex<Option<(Instant, Report)>>,
}

impl Readiness {
    /// Nothing has been looked at yet.
    pub fn new(store: Store, writer: Writer, clock: Clock, disk_free_bytes_min: u64) -> Self {
        Self { store, writer, clock, disk_free_bytes_min, seen: Mutex::default() }
    }

    /// How the server is now: a look that began after this was asked is shared.
    pub async fn look(&self) -> Report {
        let asked = Instant::now();
        let mut seen = self.seen.lock().await;
        if let Some((began, report)) = &*seen
            && *began >= asked
        {
            return report.clone();
        }
        let began = Instant::now();
        let report = self.look_now().await;
        *seen = Some((began, report.clone()));
        report
    }

    async fn look_now(&self) -> Report {
        let store = &self.store;
        let waiting = self.writer.waiting();
        let mut parts = Vec::new();
        let mut note = |name, state: Result<State, String>| {
            let state = state.unwrap_or_else(|reason| {
                // In the log only: it may name hosts and paths.
                tracing::warn!(part = name, reason, "not ready");
                State::Failing
            });
            parts.push((name, state));
        };
        note("database", within(store.watch("readiness.read", reads)).await.map(|()| State::Ok));
        note("schema", within(store.schema()).await.and_then(|schema| all_there(&schema.missing)));
        note("writer", self.writes().await);
        note(
            "queue",
            if waiting > WAITING_MAX { Err(format!("{waiting} commands are waiting")) } else { Ok(State::Ok) },
        );
        if let Some(free) = store.disk_free_bytes() {
            note("files", store.check_files().map(|()| State::Ok).map_err(text));
            let is_enough = free >= self.disk_free_bytes_min;
            note("disk", if is_enough { Ok(State::Ok) } else { Err(format!("{free} bytes are free")) });
        }
        Report { parts, waiting, last_write_age: store.last_write_age() }
    }

    /// Whether commands are taken and what is written gets to the disk.
    async fn writes(&self) -> Result<State, String> {
        if !self.writer.is_running() {
            return Err("the writer has ended".to_owned());
        }
        if self.store.last_write_age().is_some_and(|age| age < WRITE_AGE_MAX) {
            return Ok(State::Ok);
        }
        let now = self.clock.now();
        let body = async move |tx: &mut Tx<'_>| leases::claim(tx, TRIED, TRIED, now, 0).await;
        let written = tokio::time::timeout(PATIENCE, self.store.write("readyz", body)).await;
        match written.map_err(|_| "a write has not ended in time".to_owned())? {
            Ok(_) => Ok(State::Ok),
            Err(Error::ReadOnly(_)) => Ok(State::ReadOnly),
            Err(fault) => Err(fault.to_string()),
        }
    }
}

/// Asks for two tables. The second one may be distributed over several machines, and is asked for on each.
async fn reads(tx: &mut Tx<'_>) -> Result<(), Error> {
    accounts::count(tx).await?;
    outbox::any(tx).await?;
    Ok(())
}

fn all_there(missing: &[onhand_store::Step]) -> Result<State, String> {
    match missing.first() {
        None => Ok(State::Ok),
        Some(step) => Err(format!("migration {} is missing", step.version)),
    }
}

async fn within<T>(asked: impl Future<Output = Result<T, Error>>) -> Result<T, String> {
    let answered = tokio::time::timeout(PATIENCE, asked).await;
    answered.map_err(|_| "no answer in time".to_owned())?.map_err(text)
}

fn text(fault: impl Display) -> String {
    fault.to_string()
}
