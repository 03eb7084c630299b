//! The application: what a request can reach, built once.

use std::sync::Arc;

use onhand_store::Store;
use tokio::sync::Semaphore;

use crate::auth::password::Checker;
use crate::auth::{Sessions, Throttle};
use crate::clock::Clock;
use crate::config::ServeConfig;
use crate::feed::Feed;
use crate::jobs::Jobs;
use crate::ledger::Ledger;

/// Downloads at once; each has a thread of its own.
const DOWNLOADS_MAX: usize = 16;

/// Everything a handler may use.
pub struct App {
    /// The database.
    pub store: Store,
    /// The queue of stock changes.
    pub ledger: Ledger,
    /// Work that goes on behind the answers.
    pub jobs: Jobs,
    /// What those who wait for changes wait on.
    pub feed: Feed,
    /// Who is who.
    pub sessions: Sessions,
    /// Where passwords are checked.
    pub passwords: Checker,
    /// How often one may try.
    pub throttle: Throttle,
    /// Places for downloads.
    pub downloads: Arc<Semaphore>,
    /// The time.
    pub clock: Clock,
    /// How the server runs.
    pub config: ServeConfig,
}

impl App {
    /// Puts the parts together.
    pub fn new(store: Store, ledger: Ledger, clock: Clock, config: ServeConfig) -> Arc<Self> {
        let sessions = Sessions::new(store.clone(), clock.clone());
        let throttle = Throttle::new(config.login_attempts);
        let (jobs, feed, passwords) = (Jobs::default(), Feed::default(), Checker::default());
        let downloads = Arc::new(Semaphore::new(DOWNLOADS_MAX));
        Arc::new(Self { store, ledger, jobs, feed, sessions, passwords, throttle, downloads, clock, config })
    }
}
