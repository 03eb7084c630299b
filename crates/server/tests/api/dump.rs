//! The rows of the database, read behind the server's back: to show that a rejected request changed nothing, and that
//! all numbers add up. Must not know resources: every table is read whole.

use std::time::Duration;

use onhand_store::sql::Statement;
use onhand_store::{Value, verify};

use crate::client::TestServer;

/// Blocks of ids may be taken for a command that is then rejected, a commit that changed nothing is counted too, and
/// leases of workers and the sums that they count come and go. Words of products, and the name of the installation,
/// follow at their own time.
const PASSING: [&str; 7] =
    ["id_range", "commit_marker", "lease", "stock_list_sums", "product_word", "product_word_progress", "installation"];

static TABLES: Statement = Statement::shared(
    "test.tables",
    "SELECT m.name, (SELECT COUNT(*) FROM pragma_table_info(m.name)) FROM sqlite_schema m
     WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' ORDER BY m.name",
)
.on_postgres(
    "SELECT table_name::text, COUNT(*) FROM information_schema.columns WHERE table_schema = 'public'
     GROUP BY table_name ORDER BY table_name",
);

/// The keys of the files of which something has arrived, and not all.
static ARRIVING: Statement = Statement::shared(
    "test.arriving",
    "SELECT cache_key FROM import WHERE state = 'receiving' AND EXISTS
     (SELECT 1 FROM import_part p WHERE p.import_id = import.id) ORDER BY id",
);

static DUE: Statement = Statement::shared("test.due", "SELECT COUNT(*) FROM sourcing_queue");

/// How often it is looked whether all orders are sourced. Where no worker sources them, as in a server that was
/// stopped, they stay due.
const PLANNING_LOOKS: usize = 100;

static IMPORTS: Statement = Statement::shared(
    "test.imports",
    "SELECT COUNT(*), COUNT(*) - COUNT(finished_at), (SELECT COUNT(DISTINCT import_id) FROM import_part),
     CAST(COALESCE(SUM(created + updated), 0) AS BIGINT) FROM import",
);

/// How many imports there are.
pub(crate) struct Imports {
    pub(crate) all: i64,
    /// Those that have not ended.
    pub(crate) open: i64,
    pub(crate) with_parts: i64,
    /// Rows that changed something.
    pub(crate) changes: i64,
}

impl TestServer {
    /// The keys of the files that are arriving.
    pub(crate) async fn arriving(&self) -> Vec<String> {
        let read = async |tx: &mut onhand_store::Tx<'_>| tx.all(&ARRIVING, &[], |row| row.get(0)).await;
        self.app.store.read("test.arriving", read).await.expect("a readable database")
    }

    /// How many imports there are, and of what kind.
    pub(crate) async fn imports(&self) -> Imports {
        let read = async |tx: &mut onhand_store::Tx<'_>| {
            let counts = |row: &onhand_store::Row<'_>| {
                Ok(Imports { all: row.get(0)?, open: row.get(1)?, with_parts: row.get(2)?, changes: row.get(3)? })
            };
            tx.first(&IMPORTS, &[], counts).await
        };
        self.app.store.read("test.imports", read).await.expect("a readable database").expect("a row")
    }

    /// Waits until no order is due to be sourced: that is done after the answers, at its own time.
    async fn planned(&self) {
        for _ in 0..PLANNING_LOOKS {
            let read = async |tx: &mut onhand_store::Tx<'_>| tx.first(&DUE, &[], |row| row.get::<i64>(0)).await;
            if self.app.store.read("test.due", read).await.expect("a readable database") == Some(0) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// All rows of all tables, one line each.
    pub(crate) async fn dump(&self) -> String {
        self.planned().await;
        // Sooner or later every change gets a sequence number, whatever clients ask for meanwhile.
        self.app.feed.sequence().await.expect("a writable database");
        let read = async |tx: &mut onhand_store::Tx<'_>| {
            let mut lines = Vec::new();
            let tables = tx.all(&TABLES, &[], |row| Ok((row.get::<String>(0)?, row.get::<i64>(1)?))).await?;
            for (table, columns) in tables.into_iter().filter(|(name, _)| !PASSING.contains(&name.as_str())) {
                // A statement's text lives as long as the program; a test program is short.
                let sql: &'static str = Box::leak(format!("SELECT * FROM {table}").into_boxed_str());
                let values = |row: &onhand_store::Row<'_>| {
                    (0..columns as usize).map(|index| row.get::<Value<'static>>(index)).collect::<Result<Vec<_>, _>>()
                };
                let rows = tx.all(&Statement::shared("test.rows", sql), &[], values).await?;
                lines.extend(rows.iter().map(|row| format!("{table} {row:?}\n")));
            }
            // A table has no order of its own.
            lines.sort();
            Ok(lines.concat())
        };
        self.app.store.read("test.dump", read).await.expect("a readable database")
    }

    /// Fails if any number is not the sum of what it must be the sum of (`onhand verify`).
    pub(crate) async fn verify(&self) {
        let check = async |tx: &mut onhand_store::Tx<'_>| {
            let mut all = Vec::new();
            for rule in 0..verify::rules() {
                all.extend(verify::check(tx, rule).await?.1);
            }
            Ok(all)
        };
        let differences = self.app.store.read_unbounded("test.verify", check).await.expect("a readable database");
        assert!(differences.is_empty(), "{differences:?}");
    }

    /// How many movements there are.
    pub(crate) async fn movements(&self) -> i64 {
        let read = async |tx: &mut onhand_store::Tx<'_>| verify::extent(tx).await;
        self.app.store.read("test.extent", read).await.expect("a readable database").movements
    }
}
