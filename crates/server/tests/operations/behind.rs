//! What is done to a database server behind the program's back.
//!
//! Promises: the only file of these tests with SQL.

use onhand_testbed::{Database, psql};
use onhand_testkit::wait;

/// Takes the lock under which migrations run.
pub(crate) const MIGRATING: &str = "SELECT pg_advisory_lock(7163005)";

/// Lets no transaction write movements, which a copy writes after stocks.
pub(crate) const WRITING_MOVEMENTS: &str = "LOCK TABLE movement IN SHARE MODE";

/// Runs SQL and returns its rows as text.
pub(crate) fn run(database: &Database, sql: &str) -> String {
    database.psql(sql).unwrap_or_else(|fault| panic!("{fault:#}"))
}

/// How many product stocks and orders there are.
pub(crate) fn stocks_and_orders(database: &Database) -> String {
    run(database, "SELECT (SELECT count(*) FROM stock), (SELECT count(*) FROM sales_order)")
}

/// Pretends that a later program has written the database.
pub(crate) fn age(database: &Database) {
    run(database, "INSERT INTO schema_migration (version, name, checksum) VALUES (99, 'later', '0')");
}

/// Pretends that Citus is there and knows two tables.
pub(crate) fn distribute_in_part(database: &Database) {
    let extension = "INSERT INTO pg_extension (oid, extname, extowner, extnamespace, extrelocatable, extversion)
        SELECT 1, 'citus', oid, 'pg_catalog'::regnamespace, false, '0' FROM pg_roles WHERE rolname = current_user";
    let known = "CREATE TABLE pg_dist_partition (logicalrelid regclass);
        INSERT INTO pg_dist_partition VALUES ('stock'), ('reservation')";
    run(database, &format!("{extension}; {known}"));
}

/// Pretends that the newest migration has not run.
pub(crate) fn forget_newest_migration(database: &Database) {
    run(database, "DELETE FROM schema_migration WHERE version = (SELECT max(version) FROM schema_migration)");
}

/// The migrations that have run.
pub(crate) fn migrations(database: &Database) -> String {
    run(database, "SELECT string_agg(version::text, ' ' ORDER BY version) FROM schema_migration")
}

/// How many tables there are.
pub(crate) fn tables(database: &Database) -> String {
    run(database, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
}

/// Lets no transaction write from the next connection on, as on a standby.
pub(crate) fn make_read_only(database: &Database) {
    let sql = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on',
               current_database()); END $$";
    run(database, sql);
}

/// The URL of a role that may read and not write. Roles are the whole server's; it goes when this is dropped.
pub(crate) struct Reader<'d> {
    pub(crate) url: String,
    name: String,
    database: &'d Database,
}

impl<'d> Reader<'d> {
    pub(crate) fn new(database: &'d Database) -> Self {
        let place = database.url().rsplit_once('@').expect("a superuser's URL").1;
        let name = format!("reader_of_{}", place.rsplit_once('/').expect("it names a database").1);
        run(
            database,
            &format!(
                "CREATE ROLE {name} LOGIN PASSWORD 'reader'; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}"
            ),
        );
        Self { url: format!("postgres://{name}:reader@{place}"), name, database }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        run(self.database, &format!("DROP OWNED BY {0}; DROP ROLE {0}", self.name));
    }
}

/// Keeps locks in a session of its own while `meanwhile` runs: SQL of one transaction, which is cut off afterwards.
pub(crate) fn hold<T>(database: &Database, sql: &str, meanwhile: impl FnOnce() -> T) -> T {
    std::thread::scope(|scope| {
        let held = format!("{sql}; SELECT pg_sleep(600)");
        scope.spawn(move || psql(database.url(), &held).expect_err("it is cut off"));
        let _holder = Holder(database);
        await_true(database, &format!("SELECT count(*) = 1 {HOLDING}"));
        meanwhile()
    })
}

/// Where the session is that keeps the locks.
const HOLDING: &str = "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";

/// Cuts it off, also where a case fails meanwhile.
struct Holder<'d>(&'d Database);

impl Drop for Holder<'_> {
    fn drop(&mut self) {
        let _ = self.0.psql(&format!("SELECT pg_terminate_backend(pid, 10000) {HOLDING}"));
    }
}

/// Waits until so many sessions wait for a lock of this kind.
pub(crate) fn await_waiting(database: &Database, kind: &str, sessions: usize) {
    await_true(
        database,
        &format!(
            "SELECT count(*) = {sessions} FROM pg_locks JOIN pg_stat_activity USING (pid)
             WHERE NOT granted AND locktype = '{kind}' AND datname = current_database()"
        ),
    );
}

fn await_true(database: &Database, question: &str) {
    wait::until(|| if run(database, question) == "t" { Ok(()) } else { Err(question) });
}
