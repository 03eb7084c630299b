//! Migrations: numbered files, run once each, in order.
//!
//! Promises: a database that a newer program has written is rejected; a file that was changed after it ran is noticed.
//! Migrations are append-only. Must not know what the tables are for.

use crate::engine::sqlite;
use crate::sql::{Statement, statements, values};
use crate::{Error, Store, Tx};

#[derive(Clone, Copy)]
struct Migration {
    version: i64,
    name: &'static str,
    text: &'static str,
    /// The statements that only the server engine runs besides.
    server: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "init",
        text: include_str!("../schema/0001_init.sql"),
        server: include_str!("../schema/0001_init.server.sql"),
    },
    Migration { version: 2, name: "processes", text: include_str!("../schema/0002_processes.sql"), server: "" },
    Migration { version: 3, name: "fewer levels", text: include_str!("../schema/0003_fewer_levels.sql"), server: "" },
    Migration { version: 4, name: "imports", text: include_str!("../schema/0004_imports.sql"), server: "" },
    Migration { version: 5, name: "directory", text: include_str!("../schema/0005_directory.sql"), server: "" },
    Migration { version: 6, name: "feed", text: include_str!("../schema/0006_feed.sql"), server: "" },
    Migration { version: 7, name: "channel sales", text: include_str!("../schema/0007_channel_sales.sql"), server: "" },
    Migration { version: 8, name: "oms", text: include_str!("../schema/0008_oms.sql"), server: "" },
    Migration { version: 9, name: "touched", text: include_str!("../schema/0009_touched.sql"), server: "" },
    Migration {
        version: 10,
        name: "plain bytes",
        text: include_str!("../schema/0010_plain_bytes.sql"),
        server: include_str!("../schema/0010_plain_bytes.server.sql"),
    },
    Migration { version: 11, name: "two levels", text: include_str!("../schema/0011_two_levels.sql"), server: "" },
    Migration { version: 12, name: "time zones", text: include_str!("../schema/0012_time_zones.sql"), server: "" },
    Migration {
        version: 13,
        name: "discrepancies",
        text: include_str!("../schema/0013_discrepancies.sql"),
        server: "",
    },
    Migration { version: 14, name: "channels", text: include_str!("../schema/0014_channels.sql"), server: "" },
    Migration { version: 15, name: "token life", text: include_str!("../schema/0015_token_life.sql"), server: "" },
    Migration { version: 16, name: "moves", text: include_str!("../schema/0016_moves.sql"), server: "" },
    Migration { version: 17, name: "unplanned", text: include_str!("../schema/0017_unplanned.sql"), server: "" },
    Migration { version: 18, name: "parts", text: include_str!("../schema/0018_parts.sql"), server: "" },
    Migration { version: 19, name: "sent times", text: include_str!("../schema/0019_sent_times.sql"), server: "" },
    Migration { version: 20, name: "item codes", text: include_str!("../schema/0020_item_codes.sql"), server: "" },
    Migration {
        version: 21,
        name: "goods movements",
        text: include_str!("../schema/0021_goods_movements.sql"),
        server: "",
    },
    Migration { version: 22, name: "moved holds", text: include_str!("../schema/0022_moved_holds.sql"), server: "" },
    Migration { version: 23, name: "watched", text: include_str!("../schema/0023_watched.sql"), server: "" },
    Migration { version: 24, name: "import files", text: include_str!("../schema/0024_import_files.sql"), server: "" },
];

statements! {
    TABLES = "schema_migration.tables",
        "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = 'schema_migration'",
        on_postgres("SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('schema_migration')");
    LOCK = "schema_migration.lock", "SELECT 1", on_postgres("SELECT 1 FROM (SELECT pg_advisory_xact_lock(7163005)) AS one");
    LIST = "schema_migration.list", "SELECT version, checksum FROM schema_migration ORDER BY version";
    INSERT = "schema_migration.insert", "INSERT INTO schema_migration (version, name, checksum) VALUES (?1, ?2, ?3)";
}

/// Not in the registry: no database has it prepared that has the table.
static CREATE_TABLE: Statement = Statement::shared(
    "schema_migration.create",
    "CREATE TABLE schema_migration (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)",
);

/// One migration.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: &'static str,
}

/// How far a database's schema is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Schema {
    /// The number of its newest migration; 0 where nothing has run.
    pub version: i64,
    /// What has not run yet.
    pub missing: Vec<Step>,
}

/// How far the schema is.
pub(crate) async fn look(store: &Store) -> Result<Schema, Error> {
    let missing = store.watch("migrate.look", async |tx| Ok(steps(&missing(tx, MIGRATIONS).await?))).await?;
    // They run in order, so what has run is what comes before the first that has not.
    let first = missing.first().map_or(i64::MAX, |step| step.version);
    let ran = MIGRATIONS.iter().rev().find(|migration| migration.version < first);
    Ok(Schema { version: ran.map_or(0, |migration| migration.version), missing })
}

/// Brings the schema up to date, in one transaction. A database that is up to date is only read.
pub(crate) async fn migrate(store: &Store) -> Result<Vec<Step>, Error> {
    if look(store).await?.missing.is_empty() {
        return Ok(Vec::new());
    }
    store.migrate_tx(async |tx| run(tx, MIGRATIONS).await).await
}

fn steps(migrations: &[&Migration]) -> Vec<Step> {
    migrations.iter().map(|migration| Step { version: migration.version, name: migration.name }).collect()
}

/// The migrations that have not run yet.
async fn missing<'m>(tx: &mut Tx<'_>, migrations: &'m [Migration]) -> Result<Vec<&'m Migration>, Error> {
    if tx.first(&TABLES, &[], |row| row.get::<i64>(0)).await? == Some(0) {
        return Ok(migrations.iter().collect());
    }
    let done = tx.all(&LIST, &[], |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?))).await?;
    let known = migrations.last().map_or(0, |migration| migration.version);
    if let Some((found, _)) = done.last().filter(|(version, _)| *version > known) {
        return Err(Error::NewerSchema { found: *found, known });
    }
    let mut missing = Vec::new();
    for migration in migrations {
        match done.iter().find(|(version, _)| *version == migration.version) {
            None => missing.push(migration),
            Some((_, stored)) if *stored == checksum(migration) => {}
            Some(_) => {
                let text = format!("migration {} was changed after it ran on this database", migration.version);
                return Err(Error::Internal(text));
            }
        }
    }
    Ok(missing)
}

async fn run(tx: &mut Tx<'_>, migrations: &[Migration]) -> Result<Vec<Step>, Error> {
    // Several processes may start at once; what one has done meanwhile is not missing any more.
    tx.first(&LOCK, &[], |row| row.get::<i64>(0)).await?;
    let missing = missing(tx, migrations).await?;
    if missing.len() == migrations.len() {
        tx.execute(&CREATE_TABLE, &[]).await?;
    }
    for migration in &missing {
        match tx {
            Tx::Sqlite(connection) => sqlite::execute_script(connection, migration.text)?,
            Tx::Postgres(session) => {
                session.execute_script(&postgres_schema(migration.text)).await?;
                session.execute_script(migration.server).await?;
            }
        }
        tx.execute(&INSERT, &values![migration.version, migration.name, checksum(migration)]).await?;
        tracing::info!(version = migration.version, name = migration.name, "migrated");
    }
    Ok(steps(&missing))
}

fn checksum(migration: &Migration) -> String {
    format!("{:016x}", onhand_core::fingerprint(migration.text.as_bytes()))
}

/// The schema in PostgreSQL's words. Text compares byte by byte, as it does in the embedded engine.
fn postgres_schema(text: &str) -> String {
    text.replace(" STRICT, WITHOUT ROWID;", ";")
        .replace(" STRICT;", ";")
        .replace(" INTEGER", " BIGINT")
        .replace(" BLOB", " BYTEA")
        .replace(" TEXT", " TEXT COLLATE \"C\"")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Options, verify};

    async fn empty() -> (tempfile::TempDir, Store) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite:{}", folder.path().join("t.db").display());
        let store = Store::open(&url, &Options::default()).await.expect("opens");
        (folder, store)
    }

    #[tokio::test]
    async fn a_newer_schema_is_refused() {
        let (_folder, store) = empty().await;
        let newer = store.write("t", async |tx| {
            tx.execute(&INSERT, &values![99, "later", "0"]).await?;
            run(tx, MIGRATIONS).await
        });
        assert!(matches!(newer.await, Err(Error::NewerSchema { found: 99, .. })));
    }

    /// Counts of a database from before there were fewer levels are right afterwards.
    #[tokio::test]
    async fn counts_with_five_levels_become_counts_with_two() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("t.db");
        let threads = sqlite::SqliteEngine::open(&path, std::time::Duration::from_mins(1)).expect("opens");
        let old = async |tx: &mut Tx<'_>| {
            run(tx, &MIGRATIONS[..2]).await?;
            let Tx::Sqlite(connection) = tx else { unreachable!("it is a file") };
            // Ids of three different blocks on the lowest level, and of two on each level above.
            for id in [1_i64, 70_000, 1 << 29] {
                sqlite::execute_script(
                    connection,
                    &format!("INSERT INTO channel VALUES ({id}, 'c{id}', 'refuse', 1, 0, 0)"),
                )?;
                for (level, shift) in [62, 28, 24, 20, 16].into_iter().enumerate() {
                    let block = id >> shift;
                    let count = format!(
                        "INSERT INTO tally VALUES ('channel', {level}, {block}, 1)
                         ON CONFLICT (scope, level, block) DO UPDATE SET n = n + 1"
                    );
                    sqlite::execute_script(connection, &count)?;
                }
            }
            Ok(())
        };
        threads.write(old).await.expect("an old database");
        drop(threads);
        let store = Store::open(&format!("sqlite:{}", path.display()), &Options::default()).await.expect("migrates");
        let counts = verify::rules() - 1;
        let (name, found) =
            store.read_unbounded("t", async move |tx| verify::check(tx, counts).await).await.expect("checked");
        assert_eq!((name, found), ("kept counts are right", vec![]));
    }

    #[tokio::test]
    async fn a_changed_file_is_noticed_and_a_repeat_is_quiet() {
        let (_folder, store) = empty().await;
        assert_eq!(migrate(&store).await.expect("nothing to do"), []);
        let mut changed = MIGRATIONS.to_vec();
        changed[0].text = "-- another";
        let result = store.write("t", async move |tx| run(tx, &changed).await).await;
        assert!(result.is_err_and(|fault| fault.to_string().contains("changed after it ran")));
    }
}
