//! The application: what a request can reach, built once.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use onhand_core::StockListId;
use onhand_store::tables::stock_lists;
use onhand_store::{Error, Store, Tx};
use tokio::sync::Semaphore;

use crate::auth::password::Checker;
use crate::auth::{AnonymousLimiter, Sessions, Throttle};
use crate::clock::Clock;
use crate::config::ServeConfig;
use crate::readiness::Readiness;
use crate::watch::Watch;
use crate::workers::Services;
use crate::workers::change_feed::Feed;
use crate::workers::imports::ImportWorkers;
use crate::writer::Writer;
use crate::zone::Zone;

/// Downloads at once; each has a thread of its own.
const DOWNLOADS_MAX: usize = 16;

const DAY_SECONDS: i64 = 24 * 3_600;

/// Everything a handler may use.
pub struct App {
    /// The database.
    pub store: Store,
    /// The queue of stock changes.
    pub writer: Writer,
    /// The workers for imports.
    pub import_workers: Arc<ImportWorkers>,
    /// What those who wait for changes wait on.
    pub feed: Arc<Feed>,
    /// Who is who.
    pub sessions: Sessions,
    /// Where passwords are checked.
    pub passwords: Checker,
    /// How often one may try.
    pub throttle: Throttle,
    /// How much unauthenticated clients may ask.
    pub anonymous_limiter: AnonymousLimiter,
    /// Permits for downloads.
    pub downloads: Arc<Semaphore>,
    /// Whether the server can do its work.
    pub readiness: Readiness,
    /// When the data were looked at that operators watch.
    pub watch: Arc<Watch>,
    /// The time.
    pub clock: Clock,
    /// How the server runs.
    pub config: ServeConfig,
}

impl App {
    /// Puts the parts together.
    pub fn new(store: Store, writer: Writer, clock: Clock, config: ServeConfig) -> Arc<Self> {
        let idle_days = i64::from(config.login_token_idle_days);
        let idle_seconds = (idle_days > 0).then_some(idle_days * DAY_SECONDS);
        let sessions = Sessions::new(store.clone(), clock.clone(), idle_seconds);
        let throttle = Throttle::new(config.login_attempts);
        let anonymous_limiter = AnonymousLimiter::new(config.anonymous_requests_max);
        let services = Services { store: store.clone(), writer: writer.clone(), clock: clock.clone() };
        let import_workers = ImportWorkers::new(services.clone(), config.create_unknown_products);
        let (import_workers, feed) = (Arc::new(import_workers), Arc::new(Feed::new(services)));
        let downloads = Arc::new(Semaphore::new(DOWNLOADS_MAX));
        let disk_free_bytes_min = config.disk_free_bytes_min;
        let readiness = Readiness::new(store.clone(), writer.clone(), clock.clone(), disk_free_bytes_min);
        let watch = Arc::new(Watch::new(store.clone(), clock.clone()));
        Arc::new(Self {
            store,
            writer,
            import_workers,
            feed,
            sessions,
            passwords: Checker::default(),
            throttle,
            anonymous_limiter,
            downloads,
            readiness,
            watch,
            clock,
            config,
        })
    }

    /// The time zones of some lists: each list's own, or else the installation's.
    pub async fn zones(&self, lists: BTreeSet<StockListId>) -> Result<Zones, Error> {
        let body = async move |tx: &mut Tx<'_>| stock_lists::time_zones(tx, lists.iter().copied()).await;
        let own = self.store.read("stock_lists.zone", body).await?;
        // A name that this program does not know gives no zone: another one would be a wrong one.
        let own = own.into_iter().map(|(list, name)| (list, name.parse().ok())).collect();
        Ok(Zones { own, installation: self.config.time_zone.clone() })
    }

    /// The same of one list.
    pub async fn zone(&self, list: StockListId) -> Result<Option<Zone>, Error> {
        Ok(self.zones(BTreeSet::from([list])).await?.of(list).cloned())
    }

    /// The zone of times without an offset in a file that is sent to a list now: the same each time the file is read.
    pub async fn zone_of_file(&self, list: Option<StockListId>) -> Result<Option<String>, Error> {
        let Some(list) = list else { return Ok(None) };
        Ok(self.zone(list).await?.map(|zone| zone.name().to_owned()))
    }
}

/// Time zones of lists.
#[derive(Debug, Default)]
pub struct Zones {
    own: HashMap<StockListId, Option<Zone>>,
    installation: Option<Zone>,
}

impl Zones {
    /// The zone of a list's times without an offset, if there is one.
    pub fn of(&self, list: StockListId) -> Option<&Zone> {
        self.own.get(&list).unwrap_or(&self.installation).as_ref()
    }
}
