//! Workers for imports.
//!
//! Promises: an import is worked on by one process at a time, goes on where it stopped when that process dies, and is
//! not done twice even where two processes believe that it is theirs. Must not know HTTP.

mod bulk;
mod chunks;
mod layouts;
mod prices;
mod stock_lists;
mod stocks;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use onhand_core::ImportId;
use onhand_store::imports::{self, ImportRow, Kind, State};
use onhand_store::{Error, Tx, leases};
use tokio::task::JoinSet;

use super::PAUSE;
use crate::services::Services;
use crate::services::imports::trouble::Trouble;
use crate::supervise::{caught, keep_going};

/// How many imports one process works on at a time.
const WORKERS: usize = 2;
/// How long an import is one worker's unless it says so again.
const LEASE_SECONDS: i64 = 15;
/// How often it says so.
const HEARTBEAT: Duration = Duration::from_secs(5);

/// The workers for imports of this process.
pub struct ImportWorkers {
    services: Arc<Services>,
    /// Leases that its workers may have, with their holders.
    leases: Mutex<HashSet<(String, String)>>,
}

impl ImportWorkers {
    /// Workers that are not started yet.
    pub fn new(services: Arc<Services>) -> Self {
        Self { services, leases: Mutex::default() }
    }

    fn leases(&self) -> MutexGuard<'_, HashSet<(String, String)>> {
        self.leases.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why the work on an import has stopped before its end.
#[derive(Debug)]
enum JobError {
    /// Something is not to be had just now; the next worker goes on.
    Later {
        /// What, for the user that waits for the end.
        told: String,
        /// The same for the log.
        fault: String,
    },
    /// The server is stopping.
    Closing,
    /// It cannot be done, and this is why.
    Never(String),
}

impl From<Error> for JobError {
    fn from(fault: Error) -> Self {
        Trouble::Store(fault).into()
    }
}

impl From<Trouble> for JobError {
    fn from(trouble: Trouble) -> Self {
        match (trouble.lack(), trouble) {
            (_, Trouble::File(text)) => Self::Never(text),
            (Some(told), trouble) => Self::Later { told, fault: format!("{trouble:?}") },
            (None, trouble) => broken(&format!("{trouble:?}")),
        }
    }
}

impl From<anyhow::Error> for JobError {
    fn from(fault: anyhow::Error) -> Self {
        match fault.downcast::<Error>() {
            Ok(fault) => fault.into(),
            Err(fault) => broken(&format!("{fault:#}")),
        }
    }
}

/// The end after a fault that would be there at every try. What it is may name paths, so it is for the log.
fn broken(fault: &str) -> JobError {
    tracing::error!(fault, "an import has failed");
    JobError::Never("A server error occurred. The log of the server says more.".to_owned())
}

/// Starts the workers.
pub(super) fn start(workers: &Arc<ImportWorkers>, tasks: &mut JoinSet<()>) {
    for number in 0..WORKERS {
        let holder = super::lease_holder(&workers.services, &format!("worker {number}"));
        let workers = workers.clone();
        tasks.spawn(async move { keep_going("worker", || Box::pin(work(workers.clone(), holder.clone()))).await });
    }
}

/// Gives back what the workers had, once they have ended.
pub(super) async fn give_all_back(workers: &ImportWorkers) {
    let left: Vec<_> = workers.leases().iter().cloned().collect();
    for (lease, holder) in left {
        give_back(workers, lease, holder).await;
    }
}

async fn work(workers: Arc<ImportWorkers>, holder: String) {
    loop {
        match next(&workers, &holder).await {
            Ok(Some((import, lease))) => {
                tokio::select! {
                    () = run(&workers, &import) => {}
                    () = keep(&workers, &lease, &holder) => tracing::warn!(import = import.id.get(), "lost the lease"),
                }
                give_back(&workers, lease, holder.clone()).await;
                continue;
            }
            Ok(None) => {}
            Err(fault) => tracing::warn!(%fault, "cannot look for work"),
        }
        // Whether it is woken or the time is over, it looks again.
        let _ = tokio::time::timeout(PAUSE, workers.services.import_queue.there_is_work()).await;
    }
}

/// The oldest import that no worker has; of one list, one at a time.
async fn next(workers: &ImportWorkers, holder: &str) -> Result<Option<(ImportRow, String)>, Error> {
    let open = workers.services.store.read("imports.open", async |tx| imports::open(tx).await).await?;
    for import in open {
        let lease = lease_of(&import);
        if workers.services.import_queue.delays.is_waiting(import.id) || !claim(workers, &lease, holder).await? {
            continue;
        }
        // It may have been finished between the look and the claim.
        let id = import.id;
        let found = workers.services.store.read("imports.by_id", async move |tx| imports::by_id(tx, id).await).await?;
        if let Some(import) = found.filter(|import| import.finished_at.is_none()) {
            return Ok(Some((import, lease)));
        }
        give_back(workers, lease, holder.to_owned()).await;
    }
    Ok(None)
}

fn lease_of(import: &ImportRow) -> String {
    match (import.list, import.price_list) {
        (Some(list), _) => format!("import:{}", list.get()),
        (None, Some(list)) => format!("import:prices:{}", list.get()),
        (None, None) => "import".to_owned(),
    }
}

async fn claim(workers: &ImportWorkers, lease: &str, holder: &str) -> Result<bool, Error> {
    let reserved = (lease.to_owned(), holder.to_owned());
    // Noted before it is so: a worker may be stopped in between.
    workers.leases().insert(reserved.clone());
    let ((name, by), now) = (reserved.clone(), workers.services.clock.now());
    let body = async move |tx: &mut Tx<'_>| leases::claim(tx, &name, &by, now, LEASE_SECONDS).await;
    let is_ours = workers.services.store.write("leases.claim", body).await?;
    if !is_ours {
        workers.leases().remove(&reserved);
    }
    Ok(is_ours)
}

/// Renews the lease again and again; ends when the import is another process's.
async fn keep(workers: &ImportWorkers, lease: &str, holder: &str) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        match claim(workers, lease, holder).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(fault) => tracing::warn!(%fault, "cannot keep a lease"),
        }
    }
}

async fn give_back(workers: &ImportWorkers, lease: String, holder: String) {
    let reserved = (lease, holder);
    let (name, by) = reserved.clone();
    let body = async move |tx: &mut Tx<'_>| leases::release(tx, &name, &by).await;
    if let Err(fault) = workers.services.store.write("leases.release", body).await {
        tracing::warn!(%fault, "cannot give a lease back; it ends by itself");
    }
    workers.leases().remove(&reserved);
}

async fn run(workers: &Arc<ImportWorkers>, import: &ImportRow) {
    let id = import.id;
    tracing::info!(import = id.get(), task = import.task.word(), "import begins");
    let work = async {
        match import.kind {
            Kind::Stocks => match &import.selection {
                Some(selection) => bulk::run(workers, import, selection).await.map(|()| None),
                None => stocks::run(workers, import).await,
            },
            Kind::StockLists => stock_lists::run(workers, import).await,
            Kind::Prices => prices::run(workers, import).await,
        }
    };
    // What panics once would do so at every try.
    let done = caught(work).await.unwrap_or_else(|panic| Err(broken(&panic)));
    let ended = match done {
        Ok(remark) => Ok(remark),
        Err(JobError::Never(text)) => Err(text),
        Err(JobError::Closing) => return,
        Err(JobError::Later { told, fault }) => return delay(workers, id, told, &fault).await,
    };
    workers.services.import_queue.delays.end(id);
    let (now, state) = (workers.services.clock.now(), if ended.is_ok() { State::Completed } else { State::Failed });
    let body = async move |tx: &mut Tx<'_>| imports::finish(tx, id, &ended, now).await;
    match workers.services.store.write("imports.finish", body).await {
        Ok(()) => {
            metrics::counter!("onhand_imports_ended_total", "state" => state.word()).increment(1);
            tracing::info!(import = id.get(), "import ended");
        }
        Err(fault) => tracing::warn!(import = id.get(), %fault, "cannot write down the end of an import"),
    }
}

/// Leaves an import for later, and says why to clients that ask for its status, wherever they ask.
async fn delay(workers: &ImportWorkers, id: ImportId, told: String, fault: &str) {
    let pause = workers.services.import_queue.delays.note(id, &told);
    tracing::warn!(import = id.get(), fault, again_in_seconds = pause.as_secs(), "import stopped; it goes on later");
    // What it lacks may be what this needs, too; then this process alone can say it.
    if let Err(fault) =
        workers.services.store.write("imports.delay", async move |tx| imports::delay(tx, id, &told).await).await
    {
        tracing::debug!(import = id.get(), %fault, "cannot write down why an import is delayed");
    }
}

/// Runs something that takes its time, away from those who answer.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Trouble> + Send + 'static,
) -> Result<T, JobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(JobError::from),
        Err(_) => Err(JobError::Never("The file could not be read: the reader has failed.".to_owned())),
    }
}
