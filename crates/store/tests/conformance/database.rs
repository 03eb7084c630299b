//! Databases to run cases on: one of each engine, fresh, gone afterwards.
//!
//! Promises: this is the only file of the suite that names an engine or a driver.

use onhand_store::{Limits, Options, Store};
use onhand_testbed::Template;

/// Cases run side by side, each with its own pool, on one server.
const CONNECTIONS: usize = 4;

/// A migrated database of the server engine, to copy.
static MIGRATED: Template = Template::new(|url| {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(open(url));
});

/// A fresh database.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) store: Store,
    place: Place,
}

enum Place {
    Sqlite(tempfile::TempDir),
    Postgres(onhand_testbed::Database),
}

impl Database {
    async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("onhand.db").display());
        Self { store: open(&url).await, url, place: Place::Sqlite(folder) }
    }

    async fn postgres() -> Self {
        let database = MIGRATED.database();
        let url = database.url().to_owned();
        Self { store: open(&url).await, url, place: Place::Postgres(database) }
    }

    /// The server engine as it is used where the tables are distributed over several machines.
    async fn distributed() -> Self {
        let database = MIGRATED.database();
        let url = database.url().to_owned();
        let limits = Limits { connections_max: CONNECTIONS, is_distributed: true, ..Limits::default() };
        let store = Store::open(&url, &Options { limits, ..Options::default() }).await.expect("the database opens");
        Self { store, url, place: Place::Postgres(database) }
    }

    /// The same database, opened as another process would.
    pub(crate) async fn again(&self) -> Store {
        open(&self.url).await
    }

    /// Changes the database behind the program's back, checks or no checks. How many rows.
    pub(crate) fn plant(&self, sql: &str) -> usize {
        match &self.place {
            Place::Sqlite(folder) => {
                let connection = rusqlite::Connection::open(folder.path().join("onhand.db")).expect("opens");
                connection.pragma_update(None, "ignore_check_constraints", true).expect("a pragma");
                connection.execute(sql, []).unwrap_or_else(|fault| panic!("{sql}: {fault}"))
            }
            Place::Postgres(database) => {
                let rows = database
                    .psql(&format!("{DROP_CHECKS}; WITH planted AS ({sql} RETURNING 1) SELECT COUNT(*) FROM planted"));
                let rows = rows.unwrap_or_else(|fault| panic!("{sql}: {fault}"));
                rows.lines().last().and_then(|line| line.parse().ok()).unwrap_or_else(|| panic!("{sql}: {rows}"))
            }
        }
    }
}

impl Database {
    /// Asks the server engine behind the program's back.
    pub(crate) fn ask(&self, sql: &str) -> String {
        match &self.place {
            Place::Sqlite(_) => panic!("only the server engine is asked"),
            Place::Postgres(database) => database.psql(sql).unwrap_or_else(|fault| panic!("{sql}: {fault}")),
        }
    }
}

/// Drops every check of every table.
const DROP_CHECKS: &str = "DO $$ DECLARE one record; BEGIN
    FOR one IN SELECT conname, conrelid::regclass AS place FROM pg_constraint WHERE contype = 'c' AND conrelid <> 0 LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', one.place, one.conname); END LOOP; END $$";

/// Opens a database as a process does.
pub(crate) async fn open(url: &str) -> Store {
    let limits = Limits { connections_max: CONNECTIONS, ..Limits::default() };
    Store::open(url, &Options { limits, ..Options::default() }).await.expect("the database opens")
}

/// Runs a case on a fresh database of every engine.
pub(crate) fn for_each_engine(case: impl AsyncFn(Database)) {
    run(async {
        case(Database::sqlite().await).await;
        case(Database::postgres().await).await;
        case(Database::distributed().await).await;
    });
}

/// Runs a case on a fresh database of each engine, where the way to it does not matter.
pub(crate) fn for_both_engines(case: impl AsyncFn(Database)) {
    run(async {
        case(Database::sqlite().await).await;
        case(Database::postgres().await).await;
    });
}

/// Runs a case on a fresh database of the server engine, for what only that can do.
pub(crate) fn for_server_engine(case: impl AsyncFn(Database)) {
    run(async { case(Database::postgres().await).await });
}

/// The same, in both ways to it.
pub(crate) fn for_server_engines(case: impl AsyncFn(Database)) {
    run(async {
        case(Database::postgres().await).await;
        case(Database::distributed().await).await;
    });
}

fn run(cases: impl Future<Output = ()>) {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(cases);
}
