//! The database of one server: new, of the engine that this binary is for, gone afterwards.
//!
//! Promises: the only file of the suite that names an engine; it goes by the name of the test target. Must not know
//! tables.

use onhand_store::{Limits, Options, Store};
use onhand_testbed::Template;

/// A few, as tests run side by side on one server, each with a pool.
const CONNECTIONS: usize = 4;

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
        match env!("CARGO_CRATE_NAME") {
            "api_postgres" => {
                let database = MIGRATED.database();
                Self { store: open(database.url()).await, _place: Place::Postgres(database) }
            }
            _ => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let url = format!("sqlite:{}", folder.path().join("onhand.db").display());
                Self { store: open(&url).await, _place: Place::Sqlite(folder) }
            }
        }
    }
}

async fn open(url: &str) -> Store {
    let limits = Limits { connections_max: CONNECTIONS, ..Limits::default() };
    Store::open(url, &Options { limits, ..Options::default() }).await.expect("the database opens")
}
