//! Migrations: numbered files, run once each, in order.
//!
//! Promises: the schema is append-only, so a file that a database may have run is never edited, and a change of the
//! schema is a new file with the next number; a file that was edited all the same is noticed. A database that a newer
//! program has written is rejected. So is one of the development before the first release, since all its migrations
//! were squashed into the first one and nothing converts it (docs/decisions/0013-one-schema-before-the-first-release.md).
//! A database that is rejected is unchanged. Must not know what the tables are for.

use crate::engine::sqlite;
use crate::sql::{Statement, statements, values};
use crate::{Error, Store, Tx};

#[derive(Clone, Copy)]
struct Migration {
    version: i64,
    name: &'static str,
    text: &'static str,
    /// The statements that only PostgreSQL runs besides.
    postgres: &'static str,
}

/// The files of `schema/`, as `build.rs` lists them. Append-only.
const MIGRATIONS: &[Migration] = include!(concat!(env!("OUT_DIR"), "/migrations.rs"));

/// Says why a database of the time before the first release is rejected.
const DEVELOPMENT: &str = "this database was made by a development version, before the first release: the schema was squashed \
                           into one migration since then, and no program converts older databases; nothing was changed, \
                           start with an empty database";

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

/// What brings an empty embedded database up to date, script by script.
pub(crate) fn scripts() -> impl Iterator<Item = &'static str> {
    std::iter::once(CREATE_TABLE.sqlite()).chain(MIGRATIONS.iter().map(|migration| migration.text))
}

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
    // No program has edited the first migration since it was squashed, so another text is an older one.
    let is_other = |(first, (version, stored)): (&Migration, &(i64, String))| {
        *version == first.version && *stored != checksum(first)
    };
    if migrations.first().zip(done.first()).is_some_and(is_other) {
        return Err(Error::PreconditionFailed(DEVELOPMENT.to_owned()));
    }
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
                session.execute_script(migration.postgres).await?;
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
    use crate::Options;

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

    const NEXT: i64 = MIGRATIONS.len() as i64 + 1;

    /// The migrations and one more, as the next program may have them.
    fn with_next(text: &'static str) -> Vec<Migration> {
        let next = Migration { version: NEXT, name: "next", text, postgres: "" };
        MIGRATIONS.iter().copied().chain([next]).collect()
    }

    #[tokio::test]
    async fn what_is_missing_runs_once_and_an_edited_file_is_noticed() {
        let (_folder, store) = empty().await;
        assert_eq!(migrate(&store).await.expect("nothing to do"), []);
        let next = with_next("CREATE TABLE next (id INTEGER NOT NULL PRIMARY KEY) STRICT;");
        for ran in [&[Step { version: NEXT, name: "next" }][..], &[]] {
            let migrations = next.clone();
            assert_eq!(store.write("t", async move |tx| run(tx, &migrations).await).await.expect("it runs"), ran);
        }
        let edited = with_next("-- another");
        let result = store.write("t", async move |tx| run(tx, &edited).await).await;
        let text = format!("migration {NEXT} was changed after it ran");
        assert!(result.is_err_and(|fault| fault.to_string().contains(&text)));
    }
}
