//! Webhooks, told of events: by one process at a time, each webhook by a task of its own.
//!
//! Promises: a receiver that is slow or away holds up no other one, and no order; what was changed by people takes effect
//! within seconds; while nobody reads events, nothing is written. Must not know HTTP of this server.

mod behind;
mod compose;
mod deliver;
mod forget;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use onhand_core::Timestamp;
use onhand_store::events::pending;
use onhand_store::tables::webhooks::{self, Webhook};
use onhand_store::{Error, Tx, leases};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::PAUSE;
use crate::services::data_sources;
use crate::services::{ServiceError, Services};
use crate::supervise::keep_going;
use crate::webhooks::{Compose, Sender};

/// For how long one process tells all webhooks, unless it says so again.
const LEASE_SECONDS: i64 = 30;
const LEASE: &str = "webhooks";
/// How often it says so again.
const CLAIM_PAUSE: Duration = Duration::from_secs(LEASE_SECONDS as u64 / 3);
/// Webhooks whose deliveries are written at the same time.
const WRITING_MAX: usize = 4;

/// What the tasks of a process work with.
struct Shared {
    services: Arc<Services>,
    holder: String,
    sender: Sender,
    /// Permits for writing.
    writing: Semaphore,
}

impl Shared {
    /// Whether this process is the one that tells, in a transaction that may only take place if it is.
    async fn holds(&self, tx: &mut Tx<'_>) -> Result<bool, Error> {
        leases::claim(tx, LEASE, &self.holder, self.services.clock.now(), LEASE_SECONDS).await
    }
}

/// A task, and the webhook that it was started with.
struct Running {
    modified_at: Timestamp,
    /// Ends with this.
    task: JoinSet<()>,
}

/// The tasks of a process that tells webhooks.
#[derive(Default)]
struct Tasks {
    webhooks: BTreeMap<i64, Running>,
    /// What puts events into the log, and forgets old ones.
    log: JoinSet<()>,
}

/// Tells webhooks for ever, as long as no other process does.
pub(super) async fn run(services: Arc<Services>, compose: Compose) {
    deliver::show_counters();
    let (mut tasks, mut claimed, mut shared) = (Tasks::default(), None, None);
    loop {
        match round(&services, compose, &mut tasks, &mut claimed, &mut shared).await {
            Ok(()) => {}
            Err(ServiceError::Stopping) => return,
            Err(fault) => tracing::warn!(%fault, "cannot look after webhooks"),
        }
        _ = tokio::time::timeout(PAUSE, services.webhooks.changed.notified()).await;
    }
}

/// Looks at all webhooks once: starts and ends their tasks.
async fn round(
    services: &Arc<Services>,
    compose: Compose,
    tasks: &mut Tasks,
    claimed: &mut Option<Instant>,
    shared: &mut Option<Arc<Shared>>,
) -> Result<(), ServiceError> {
    let look = async |tx: &mut Tx<'_>| Ok((pending::has_readers(tx).await?, webhooks::all(tx).await?));
    let (has_readers, all) = services.store.read("webhooks.all", look).await?;
    services.webhooks.follow(has_readers);
    metrics::gauge!("onhand_webhooks_paused").set(all.iter().filter(|one| is_paused(one)).count() as f64);
    if !has_readers {
        *tasks = Tasks::default();
        return Ok(());
    }
    let shared = match shared {
        Some(shared) => shared.clone(),
        None => shared.insert(Arc::new(made(services).await?)).clone(),
    };
    if claimed.is_none_or(|at| at.elapsed() > CLAIM_PAUSE) {
        // Whether it holds is not known until the database says so.
        *claimed = None;
        let holder = shared.clone();
        let body = async move |tx: &mut Tx<'_>| holder.holds(tx).await;
        *claimed = services.store.write("leases.claim", body).await?.then(Instant::now);
    }
    match claimed {
        Some(_) => tasks.follow(&shared, compose, all),
        None => *tasks = Tasks::default(),
    }
    Ok(())
}

fn is_paused(webhook: &Webhook) -> bool {
    webhook.is_active && webhook.learnt.paused_at.is_some()
}

async fn made(services: &Arc<Services>) -> Result<Shared, ServiceError> {
    let installation = data_sources::installation(services).await?;
    let sender =
        Sender::new(&services.config, &installation).map_err(|fault| ServiceError::internal(fault.to_string()))?;
    let holder = super::lease_holder(services, LEASE);
    Ok(Shared { services: services.clone(), holder, sender, writing: Semaphore::new(WRITING_MAX) })
}

impl Tasks {
    /// Runs a task for each webhook that is used, and none for others. One that was changed begins anew.
    fn follow(&mut self, shared: &Arc<Shared>, compose: Compose, all: Vec<Webhook>) {
        if self.log.is_empty() {
            let (composing, forgetting, looking) = (shared.clone(), shared.clone(), shared.clone());
            self.log.spawn(async move { keep_going("events", || compose::run(composing.clone(), compose)).await });
            self.log.spawn(async move { keep_going("old events", || forget::run(forgetting.clone())).await });
            self.log.spawn(async move { keep_going("channels behind", || behind::run(looking.clone())).await });
        }
        let used: Vec<Webhook> = all.into_iter().filter(|webhook| webhook.is_active && !is_paused(webhook)).collect();
        let is_same = |id: &i64, running: &Running| {
            let webhook = used.iter().find(|webhook| webhook.id == *id);
            webhook.is_some_and(|webhook| webhook.modified_at == running.modified_at) && !running.task.is_empty()
        };
        self.webhooks.retain(|id, running| {
            while running.task.try_join_next().is_some() {}
            is_same(id, running)
        });
        for webhook in used {
            let start = || Running::start(shared.clone(), webhook.id, webhook.modified_at);
            self.webhooks.entry(webhook.id).or_insert_with(start);
        }
    }
}

impl Running {
    fn start(shared: Arc<Shared>, id: i64, modified_at: Timestamp) -> Self {
        let mut task = JoinSet::new();
        let run = move || deliver::run(shared.clone(), id);
        task.spawn(async move { keep_going("webhook", run).await });
        Self { modified_at, task }
    }
}
