//! The application: what a request can reach, built once.
//!
//! Promises: a request reaches everything that services work with, by its own name. Must not know requests.

use std::ops::Deref;
use std::sync::Arc;

use onhand_store::Store;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use crate::activity::ActivityCounters;
use crate::auth::AnonymousLimiter;
use crate::clock::Clock;
use crate::config::ServeConfig;
use crate::readiness::Readiness;
use crate::response_cache::ResponseCache;
use crate::services::Services;
use crate::shown_stocks::ShownStocks;
use crate::watch::Watch;
use crate::workers::change_feed::Feed;
use crate::workers::imports::ImportWorkers;
use crate::writer::{CommitObserver, Writer};

/// Downloads at once; each has a thread of its own.
const DOWNLOADS_MAX: usize = 16;

/// Everything a handler may use.
pub struct App {
    /// What services work with: the database, the writer, the time, the configuration, and who is signed in.
    pub services: Arc<Services>,
    /// Answers that are valid until something they show changes.
    pub response_cache: Arc<ResponseCache>,
    /// The stocks that people look at, and which of them have changed.
    pub shown_stocks: Arc<ShownStocks>,
    /// What this process has done, minute by minute.
    pub activity: Arc<ActivityCounters>,
    /// The workers for imports.
    pub import_workers: Arc<ImportWorkers>,
    /// What those who wait for changes wait on.
    pub feed: Arc<Feed>,
    /// How much unauthenticated clients may ask.
    pub anonymous_limiter: AnonymousLimiter,
    /// Permits for downloads.
    pub downloads: Arc<Semaphore>,
    /// Whether the server can do its work.
    pub readiness: Readiness,
    /// When the data were looked at that operators watch.
    pub watch: Arc<Watch>,
}

impl App {
    /// Starts the writer and puts the parts together. The task ends after the last handle on the writer is gone and
    /// everything queued is answered.
    pub fn start(store: Store, clock: Clock, config: ServeConfig) -> (Arc<Self>, JoinHandle<()>) {
        let response_cache = Arc::new(ResponseCache::default());
        let shown_stocks = Arc::new(ShownStocks::default());
        let activity = Arc::new(ActivityCounters::new(store.clone(), clock.clone()));
        let observers: [Arc<dyn CommitObserver>; 3] = [response_cache.clone(), shown_stocks.clone(), activity.clone()];
        let (writer, draining) = Writer::start(&store, &clock, &observers.into());
        let anonymous_limiter = AnonymousLimiter::new(config.anonymous_requests_max);
        let disk_free_bytes_min = config.disk_free_bytes_min;
        let readiness = Readiness::new(store.clone(), writer.clone(), clock.clone(), disk_free_bytes_min);
        let watch = Arc::new(Watch::new(store.clone(), clock.clone()));
        let services = Services::new(store, writer, clock, config);
        let app = Arc::new(Self {
            response_cache,
            shown_stocks,
            activity,
            import_workers: Arc::new(ImportWorkers::new(services.clone())),
            feed: Arc::new(Feed::new(services.clone())),
            services,
            anonymous_limiter,
            downloads: Arc::new(Semaphore::new(DOWNLOADS_MAX)),
            readiness,
            watch,
        });
        (app, draining)
    }
}

/// A request reaches more than a service does, and nothing twice: `app.store` is the store of the services.
impl Deref for App {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.services
    }
}
