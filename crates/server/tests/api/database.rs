//! The database of one server: new, of the engine that this run is for, removed afterwards.
//!
//! Promises: the only file of the suite that names an engine; `ONHAND_TEST_ENGINE` chooses it. Must not know tables.

use std::env::VarError;

use onhand_store::{Limits, Options, Store};
use onhand_testbed::Template;

/// A few, as tests run side by side on one server, each with a pool.
const CONNECTIONS: usize = 4;

/// Which engine a run is for: `sqlite`, the default, or `postgres`.
const ENGINE_VARIABLE: &str = "ONHAND_TEST_ENGINE";

/// A migrated database of the server engine, to copy.
static MIGRATED: Template = Template::new(|url| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(open(url));
});

/// A new database.
pub(crate) struct Database {
    pub(crate) store: Store,
    _place: Place,
}

/// What is removed afterwards.
enum Place {
    Sqlite(#[expect(dead_code, reason = "held to be dropped")] tempfile::TempDir),
    Postgres(#[expect(dead_code, reason = "held to be dropped")] onhand_testbed::Database),
}

impl Database {
    pub(crate) async fn new() -> Self {
        match std::env::var(ENGINE_VARIABLE).as_deref() {
            Ok("postgres") => {
                let database = MIGRATED.database();
                Self { store: open(database.url()).await, _place: Place::Postgres(database) }
            }
            Ok("sqlite") | Err(VarError::NotPresent) => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let url = format!("sqlite:{}", folder.path().join("onhand.db").display());
                Self { store: open(&url).await, _place: Place::Sqlite(folder) }
            }
            other => panic!("{ENGINE_VARIABLE} is sqlite or postgres, not {other:?}"),
        }
    }
}

async fn open(url: &str) -> Store {
    let limits = Limits { connections_max: CONNECTIONS, ..Limits::default() };
    Store::open(url, &Options { limits, ..Options::default() }).await.expect("the database opens")
}
