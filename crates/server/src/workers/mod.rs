//! Workers: tasks for work that no request waits for.
//!
//! Promises: a worker goes on for as long as the process runs, and ends with [`stop`]. Must not know HTTP.

pub mod change_feed;
mod count_sums;
mod data_sources;
mod expire_carts;
pub mod imports;
mod outgoing;
mod product_words;
mod retention;
mod settle_reported;
mod source_orders;
mod webhooks;

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use self::change_feed::Feed;
use self::imports::ImportWorkers;
use crate::auth::token;
use crate::hex;
use crate::services::Services;
use crate::supervise::keep_going;
use crate::webhooks::Compose;

/// How often a worker looks for what other processes have left it.
const PAUSE: Duration = Duration::from_secs(2);
/// How much longer a pause between two steps of much work is than the step before it: most of the database's time is left to
/// others.
const PAUSE_FACTOR: u32 = 3;

/// Starts the workers of a process; they end when the set is dropped, and better by [`stop`].
pub fn start(imports: &Arc<ImportWorkers>, feed: &Arc<Feed>) -> JoinSet<()> {
    let mut workers = JoinSet::new();
    imports::start(imports, &mut workers);
    let (feed, services) = (feed.clone(), feed.services().clone());
    let (counting, words) = (services.clone(), services.clone());
    let (sources, outgoing, carts) = (services.clone(), services.clone(), services.clone());
    let (reported, old) = (services.clone(), services.clone());
    workers.spawn(async move { keep_going("feed", || change_feed::run_sequencer(feed.clone())).await });
    workers.spawn(async move { keep_going("product words", || product_words::run(words.clone())).await });
    workers.spawn(async move { keep_going("outgoing lines", || outgoing::run(outgoing.clone())).await });
    workers.spawn(async move { keep_going("reservations of carts", || expire_carts::run(carts.clone())).await });
    workers.spawn(async move { keep_going("reported lines", || settle_reported::run(reported.clone())).await });
    workers.spawn(async move { keep_going("retention", || retention::run(old.clone())).await });
    workers.spawn(async move { keep_going("plans", || source_orders::run(services.clone())).await });
    workers.spawn(async move { keep_going("data sources", || data_sources::run(sources.clone())).await });
    workers.spawn(async move { keep_going("sums", || count_sums::run(counting.clone())).await });
    workers
}

/// Starts what tells webhooks of events. `compose` writes down what is told.
pub fn tell_webhooks(workers: &mut JoinSet<()>, services: &Arc<Services>, compose: Compose) {
    let services = services.clone();
    workers.spawn(async move { keep_going("webhooks", || webhooks::run(services.clone(), compose)).await });
}

/// Whom a lease names that a worker of this process holds.
fn lease_holder(services: &Services, worker: &str) -> String {
    // An embedded database has one process at a time: the lease of its last one is this one's.
    match services.store.is_shared() {
        true => hex::encode(&token::random::<8>()),
        false => worker.to_owned(),
    }
}

/// Ends the workers. Their imports are free at once: the next worker goes on where they stopped.
pub async fn stop(imports: &ImportWorkers, mut workers: JoinSet<()>) {
    workers.shutdown().await;
    imports::give_all_back(imports).await;
}
