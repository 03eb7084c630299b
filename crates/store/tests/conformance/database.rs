//! Databases to run cases on: one of each engine, fresh, gone afterwards.
//!
//! Promises: this is the only file of the suite that names an engine or a driver.

use onhand_store::{Options, Store};

/// A fresh database.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) store: Store,
    place: Place,
}

enum Place {
    Sqlite(tempfile::TempDir),
}

impl Database {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("onhand.db").display());
        Self { store: open(&url).await, url, place: Place::Sqlite(folder) }
    }

    /// The same database, opened as another process would.
    pub(crate) async fn again(&self) -> Store {
        open(&self.url).await
    }

    /// Changes the database behind the program's back. How many rows.
    pub(crate) fn plant(&self, sql: &str) -> usize {
        match &self.place {
            Place::Sqlite(folder) => {
                let connection = rusqlite::Connection::open(folder.path().join("onhand.db")).expect("opens");
                connection.pragma_update(None, "ignore_check_constraints", true).expect("a pragma");
                connection.execute(sql, []).unwrap_or_else(|fault| panic!("{sql}: {fault}"))
            }
        }
    }
}

async fn open(url: &str) -> Store {
    Store::open(url, &Options::default()).await.expect("the database opens")
}

/// Runs a case on a fresh database of every engine.
pub(crate) fn for_each_engine(case: impl AsyncFn(Database)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        case(Database::sqlite().await).await;
    });
}
