//! Services: what can be asked of Onhand, as functions from plain values to values, a rejection or an error.
//!
//! Promises: the HTTP handlers, the command line, the workers and the screens ask the same functions, so that each
//! thing has the same effect and the same rights whichever way it is asked for. A function is here if it takes several
//! steps or has a rule of its own. A read that is one function of a table stays with its caller, and so does a command
//! whose submission is all there is to it. Must not know HTTP, the wire's shape of bodies and answers, or a command's
//! flags.

pub mod accounts;
pub mod adjustment_reasons;
pub mod adoption;
pub mod attention;
pub mod audit;
pub mod carts;
pub mod channels;
pub mod content_types;
pub mod data_sources;
pub mod echoes;
mod error;
pub mod exports;
pub mod fulfilment;
pub mod imports;
pub mod levels;
pub mod list_sourcing;
pub mod names;
pub mod number_parts;
pub mod order_place;
pub mod orders;
pub mod origins;
pub mod outgoing;
pub mod price_lists;
pub mod product_search;
pub mod products;
pub mod reads;
pub mod requester;
pub mod reservations;
pub mod reserving;
pub mod retention;
pub mod saved_views;
pub mod search;
pub mod settled;
pub mod stock;
pub mod stock_as_of;
pub mod stock_filter;
pub mod stock_health;
pub mod stock_sums;
pub mod stock_tables;
pub mod stock_transfers;
pub mod submission;
pub mod table_file;
pub mod webhooks;
pub mod why;
pub mod zones;

use std::sync::Arc;

use onhand_store::Store;

use self::carts::expiry::CartExpiry;
use self::data_sources::DataSources;
pub use self::error::ServiceError;
use self::imports::queue::ImportQueue;
use self::list_sourcing::known_catalogs::KnownCatalogs;
pub use self::requester::Requester;
use self::stock_sums::SumsWanted;
use crate::auth::password::Checker;
use crate::auth::{IdleSeconds, Sessions, Throttle};
use crate::clock::Clock;
use crate::config::ServeConfig;
use crate::webhooks::Webhooks;
use crate::writer::Writer;

const DAY_SECONDS: i64 = 24 * 3_600;
const MINUTE_SECONDS: i64 = 60;

/// What services work with. It is made once in a process.
pub struct Services {
    /// The database.
    pub store: Store,
    /// The queue of stock changes.
    pub writer: Writer,
    /// The time.
    pub clock: Clock,
    /// How the process runs.
    pub config: ServeConfig,
    /// Whose token is whose.
    pub sessions: Sessions,
    /// Where passwords are checked.
    pub passwords: Checker,
    /// How often a password may be tried.
    pub throttle: Throttle,
    /// What the workers of this process are told of imports, and what they tell.
    pub import_queue: ImportQueue,
    /// Which sums of stock lists somebody looks at.
    pub sums_wanted: SumsWanted,
    /// What is known of other installations whose stock is sold here.
    pub data_sources: DataSources,
    /// When the next reservation of a cart ends.
    pub cart_expiry: CartExpiry,
    /// What the parts of this process tell each other of webhooks.
    pub webhooks: Webhooks,
    /// What is known of the lists of catalogs.
    pub known_catalogs: KnownCatalogs,
}

impl Services {
    /// Puts the parts together.
    pub fn new(store: Store, writer: Writer, clock: Clock, config: ServeConfig) -> Arc<Self> {
        let idle_days = i64::from(config.login_token_idle_days);
        let idle = IdleSeconds {
            api: (idle_days > 0).then_some(idle_days * DAY_SECONDS),
            screen: Some(i64::from(config.session_idle_minutes) * MINUTE_SECONDS),
        };
        let sessions = Sessions::new(store.clone(), clock.clone(), idle);
        let throttle = Throttle::new(config.login_attempts);
        Arc::new(Self {
            store,
            writer,
            clock,
            config,
            sessions,
            passwords: Checker::default(),
            throttle,
            import_queue: ImportQueue::default(),
            sums_wanted: SumsWanted::default(),
            data_sources: DataSources::default(),
            cart_expiry: CartExpiry::default(),
            webhooks: Webhooks::default(),
            known_catalogs: KnownCatalogs::default(),
        })
    }
}
