//! Data sources, asked for their levels: each by a task of its own, in one process at a time.
//!
//! Promises: a source that is slow, away or wrong holds up no other one; what was changed by people takes effect within
//! seconds; a source that is not used any more leaves no level behind. Must not know HTTP of this server.

mod asking;
mod changes;
mod levels;
mod matching;
mod pages;
mod poll;
mod price_rows;
mod prices;
mod rows;
mod source;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use onhand_core::{DataSourceId, Timestamp};
use onhand_store::tables::data_sources::{self, DataSource};
use onhand_store::{Tx, leases};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::PAUSE;
use crate::services::data_sources::read_all;
use crate::services::{ServiceError, Services};
use crate::supervise::keep_going;

/// For how long one process asks all sources, unless it says so again.
const LEASE_SECONDS: i64 = 30;
const LEASE: &str = "data_sources";
/// How often it says so again.
const CLAIM_PAUSE: Duration = Duration::from_secs(LEASE_SECONDS as u64 / 3);
/// Sources whose levels are written at the same time.
const WRITING_MAX: usize = 8;
/// How long it may take until it is written down that a source has answered without news.
const WRITE_DOWN: Duration = Duration::from_secs(10);

/// What the sources of a process work with.
struct Shared {
    services: Arc<Services>,
    /// Permits for writing.
    writing: Semaphore,
    /// What was learnt of sources and is not written down yet.
    pending: Mutex<BTreeMap<DataSourceId, DataSource>>,
}

impl Shared {
    /// Writes down what was learnt. `false` if the source was changed or removed meanwhile.
    async fn learn(&self, source: DataSource) -> Result<bool, ServiceError> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).remove(&source.id);
        let body = async move |tx: &mut Tx<'_>| data_sources::learn(tx, &source).await;
        Ok(self.services.store.write("data_sources.learn", body).await?)
    }

    /// Has it written down soon.
    fn learn_soon(&self, source: DataSource) {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(source.id, source);
    }

    async fn write_down(&self) -> Result<(), ServiceError> {
        let pending = std::mem::take(&mut *self.pending.lock().unwrap_or_else(PoisonError::into_inner));
        if pending.is_empty() {
            return Ok(());
        }
        let body = async move |tx: &mut Tx<'_>| {
            for source in pending.values() {
                data_sources::learn(tx, source).await?;
            }
            Ok(())
        };
        Ok(self.services.store.write("data_sources.learn", body).await?)
    }
}

/// A source that is asked.
struct Running {
    modified_at: Timestamp,
    newest: watch::Sender<DataSource>,
    /// Ends with this.
    task: JoinSet<()>,
}

/// The sources that this process asks.
#[derive(Default)]
struct Tasks(BTreeMap<DataSourceId, Running>);

/// Asks sources for ever, as long as no other process does, and keeps in mind where the stock of lists is from.
pub(super) async fn run(services: Arc<Services>) {
    let holder = super::lease_holder(&services, LEASE);
    metrics::counter!("onhand_data_source_levels_total").increment(0);
    let shared = Arc::new(Shared {
        services: services.clone(),
        writing: Semaphore::new(WRITING_MAX),
        pending: Mutex::default(),
    });
    let (mut tasks, mut claimed, mut written) = (Tasks::default(), None, Instant::now());
    loop {
        match round(&shared, &holder, &mut tasks, &mut claimed).await {
            Ok(()) => {}
            Err(ServiceError::Stopping) => return,
            Err(fault) => tracing::warn!(%fault, "cannot look after data sources"),
        }
        if written.elapsed() > WRITE_DOWN {
            written = Instant::now();
            if let Err(fault) = shared.write_down().await {
                tracing::warn!(%fault, "cannot write down what was learnt of data sources");
            }
        }
        _ = tokio::time::timeout(PAUSE, services.data_sources.changed.notified()).await;
    }
}

/// Looks at all sources once: starts, tells and ends their tasks.
async fn round(
    shared: &Arc<Shared>,
    holder: &str,
    tasks: &mut Tasks,
    claimed: &mut Option<Instant>,
) -> Result<(), ServiceError> {
    let sources = read_all(&shared.services).await?;
    show(&sources, shared.services.clock.now());
    let needed: Vec<DataSource> = sources.into_iter().filter(|one| one.is_active || one.learnt.has_levels).collect();
    if needed.is_empty() {
        tasks.0.clear();
        return Ok(());
    }
    if claimed.is_none_or(|at| at.elapsed() > CLAIM_PAUSE) {
        // Whether it holds is not known until the database says so.
        let is_ours = claim(&shared.services, holder).await.inspect_err(|_| *claimed = None);
        *claimed = is_ours?.then(Instant::now);
    }
    match claimed {
        Some(_) => tasks.follow(shared, needed),
        None => tasks.0.clear(),
    }
    Ok(())
}

/// Whether this process is the one that asks.
async fn claim(services: &Services, holder: &str) -> Result<bool, ServiceError> {
    let (holder, now) = (holder.to_owned(), services.clock.now());
    let body = async move |tx: &mut Tx<'_>| leases::claim(tx, LEASE, &holder, now, LEASE_SECONDS).await;
    Ok(services.store.write("leases.claim", body).await?)
}

fn show(sources: &[DataSource], now: Timestamp) {
    let active = sources.iter().filter(|source| source.is_active);
    for source in active {
        let since = source.learnt.last_success_at.unwrap_or(source.modified_at);
        let lag = (now.micros() - since.micros()).max(0) as f64 / 1e6;
        metrics::gauge!("onhand_data_source_lag_seconds", "source" => source.id.get().to_string()).set(lag);
    }
}

impl Tasks {
    /// Runs a task for each of these sources, and none for others. One that was changed begins anew.
    fn follow(&mut self, shared: &Arc<Shared>, sources: Vec<DataSource>) {
        let is_same = |id: &DataSourceId, running: &Running| {
            let source = sources.iter().find(|source| source.id == *id);
            source.is_some_and(|source| source.modified_at == running.modified_at) && !running.task.is_empty()
        };
        self.0.retain(|id, running| {
            // What has ended is taken out, so that an empty set means that the task has ended.
            while running.task.try_join_next().is_some() {}
            is_same(id, running)
        });
        for source in sources {
            match self.0.get(&source.id) {
                Some(running) => _ = running.newest.send_replace(source),
                None => _ = self.0.insert(source.id, Running::start(shared.clone(), source)),
            }
        }
    }
}

impl Running {
    fn start(shared: Arc<Shared>, source: DataSource) -> Self {
        let (modified_at, newest) = (source.modified_at, watch::Sender::new(source));
        let (mut task, follow) = (JoinSet::new(), newest.subscribe());
        let run = move || source::run(shared.clone(), follow.clone());
        task.spawn(async move { Box::pin(keep_going("data source", run)).await });
        Self { modified_at, newest, task }
    }
}
