//! Migrations: numbered files, run once each, in order.
//!
//! Promises: a database that a newer program has written is refused; a file that was changed after it ran is noticed.
//! Migrations are append-only. Must not know what the tables are for.

use crate::engine::sqlite;
use crate::sql::{Statement, values};
use crate::{Error, Store, Tx};

struct Migration {
    version: i64,
    name: &'static str,
    text: &'static str,
}

const MIGRATIONS: &[Migration] =
    &[Migration { version: 1, name: "init", text: include_str!("../schema/0001_init.sql") }];

const CREATE_TABLE: Statement = Statement::shared(
    "schema_migration.create",
    "CREATE TABLE IF NOT EXISTS schema_migration
     (version INTEGER NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL)",
);
const LIST: Statement =
    Statement::shared("schema_migration.list", "SELECT version, checksum FROM schema_migration ORDER BY version");
const INSERT: Statement = Statement::shared(
    "schema_migration.insert",
    "INSERT INTO schema_migration (version, name, checksum) VALUES (?1, ?2, ?3)",
);

/// Brings the schema up to date in one transaction.
pub(crate) async fn migrate(store: &Store) -> Result<(), Error> {
    store.write("migrate", async |tx| run(tx, MIGRATIONS).await).await
}

async fn run(tx: &mut Tx<'_>, migrations: &[Migration]) -> Result<(), Error> {
    tx.execute(&CREATE_TABLE, &[]).await?;
    let done = tx.all(&LIST, &[], |row| Ok((row.get::<i64>(0)?, row.get::<String>(1)?))).await?;
    let known = migrations.last().map_or(0, |migration| migration.version);
    if let Some((found, _)) = done.last().filter(|(version, _)| *version > known) {
        return Err(Error::NewerSchema { found: *found, known });
    }
    for migration in migrations {
        let checksum = format!("{:016x}", onhand_core::fingerprint(migration.text.as_bytes()));
        match done.iter().find(|(version, _)| *version == migration.version) {
            Some((_, stored)) if *stored == checksum => {}
            Some(_) => {
                let text = format!("migration {} was changed after it ran on this database", migration.version);
                return Err(Error::Internal(text));
            }
            None => {
                match tx {
                    Tx::Sqlite(connection) => sqlite::execute_script(connection, migration.text)?,
                }
                tx.execute(&INSERT, &values![migration.version, migration.name, checksum]).await?;
            }
        }
    }
    Ok(())
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
        assert!(matches!(newer.await, Err(Error::NewerSchema { found: 99, known: 1 })));
    }

    #[tokio::test]
    async fn a_changed_file_is_noticed_and_a_repeat_is_quiet() {
        let (_folder, store) = empty().await;
        migrate(&store).await.expect("nothing to do");
        let changed = [Migration { version: 1, name: "init", text: "-- another" }];
        let result = store.write("t", async move |tx| run(tx, &changed).await).await;
        assert!(result.is_err_and(|fault| fault.to_string().contains("changed after it ran")));
    }
}
