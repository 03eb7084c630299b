//! Databases of the development before the first release: each engine rejects them with the reason and leaves them as
//! they are.

use std::path::Path;

use onhand_store::{Error, Options, Store};
use onhand_testbed::database;
use rusqlite::Connection;

use crate::{open, run};

/// The migrations that a database of that time has run, and one of its tables. The schema had another first migration
/// then, and up to 24 of them: a database with one is not newer by its number, one with more is.
fn old(migrations: i64) -> String {
    format!(
        "CREATE TABLE schema_migration (version BIGINT NOT NULL PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL);
         WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {migrations})
           INSERT INTO schema_migration SELECT n, 'init', '1e1e9f1e9a65421d' FROM n;
         CREATE TABLE id_range (kind TEXT NOT NULL PRIMARY KEY, next BIGINT NOT NULL);
         INSERT INTO id_range VALUES ('product', 7)"
    )
}

/// Fails unless everything that would open or change the database says why it does not.
fn assert_refused(url: &str) {
    let connect = async || Store::connect(url, &Options::default()).await.expect("it is there");
    let opened = run(async { open(url).await.map(drop) });
    let looked = run(async { connect().await.schema().await.map(drop) });
    let migrated = run(async { connect().await.migrate().await.map(drop) });
    for refused in [opened, looked, migrated] {
        let Err(Error::PreconditionFailed(text)) = refused else { panic!("{refused:?}") };
        assert!(text.contains("a development version") && text.contains("was squashed"), "{text}");
        assert!(text.contains("nothing was changed") && !text.contains('\n'), "{text}");
    }
}

/// The tables of a file, and what is in those of [`old`].
fn content(path: &Path) -> Vec<String> {
    let connection = Connection::open(path).expect("it opens");
    let sql = "SELECT coalesce(sql, name) FROM sqlite_schema UNION ALL SELECT version || name || checksum FROM schema_migration
               UNION ALL SELECT kind || next FROM id_range";
    let mut statement = connection.prepare(sql).expect("they are there");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("texts")
}

#[test]
fn a_file_of_a_development_version_is_refused_and_unchanged() {
    for migrations in [1, 24] {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("onhand.db");
        Connection::open(&path).expect("it opens").execute_batch(&old(migrations)).expect("an old database");
        let before = content(&path);
        assert_refused(&format!("sqlite:{}", path.display()));
        assert_eq!(content(&path), before);
    }
}

#[test]
fn a_server_database_of_a_development_version_is_refused_and_unchanged() {
    for migrations in [1, 24] {
        let database = database();
        database.psql(&old(migrations)).expect("an old database");
        let content = || {
            let sql = "SELECT relname::text || relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace
                       UNION ALL SELECT version || name || checksum FROM schema_migration
                       UNION ALL SELECT kind || next FROM id_range ORDER BY 1";
            database.psql(sql).expect("it answers")
        };
        let before = content();
        assert_refused(database.url());
        assert_eq!(content(), before);
    }
}
