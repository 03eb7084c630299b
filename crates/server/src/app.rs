//! The application: what a request can reach, built once.

use std::sync::Arc;

use onhand_store::Store;

use crate::auth::password::Checker;
use crate::auth::{Sessions, Throttle};
use crate::clock::Clock;
use crate::config::ServeConfig;
use crate::jobs::Jobs;
use crate::ledger::Ledger;

/// Everything a handler may use.
pub struct App {
    /// The database.
    pub store: Store,
    /// The queue of stock changes.
    pub ledger: Ledger,
    /// Work that goes on behind the answers.
    pub jobs: Jobs,
    /// Who is who.
    pub sessions: Sessions,
    /// Where passwords are checked.
    pub passwords: Checker,
    /// How often one may try.
    pub throttle: Throttle,
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
        let jobs = Jobs::default();
        Arc::new(Self { store, ledger, jobs, sessions, passwords: Checker::default(), throttle, clock, config })
    }
}
