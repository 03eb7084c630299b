//! Fresh databases on a server that the whole process shares.
//!
//! Promises: each is empty, or a copy of a template that was prepared once in this process; no other has its name;
//! it goes when it is dropped, and what is left of this process's databases goes with the process.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::watchdog::Watchdog;
use crate::{Cluster, SERVER_VARIABLE, Settings};

/// The prefix of all our databases.
const PREFIX: &str = "onhand_test";
/// A database that every server has, to stand on while others are made.
const FOOTING: &str = "postgres";

/// A database of its own; gone when dropped.
#[derive(Debug)]
pub struct Database {
    name: String,
    url: String,
}

/// A new empty database. Panics with what is wrong if there can be none.
pub fn database() -> Database {
    Server::shared().create(None)
}

impl Database {
    /// A superuser's URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Runs SQL in it, as [`crate::psql()`] does.
    pub fn psql(&self, sql: &str) -> anyhow::Result<String> {
        crate::psql(&self.url, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // A server that is gone has taken it along.
        let _ = Server::shared().psql(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// A database to copy, prepared once per process.
///
/// ```no_run
/// static MIGRATED: onhand_testbed::Template = onhand_testbed::Template::new(|url| { /* migrate it */ });
/// let database = MIGRATED.database();
/// ```
pub struct Template {
    prepare: fn(&str),
    name: OnceLock<String>,
}

impl Template {
    /// To be prepared by this, given its URL, when the first copy is asked for. It runs on a thread of its own, so that
    /// it may start a runtime whatever thread asks.
    pub const fn new(prepare: fn(&str)) -> Self {
        Self { prepare, name: OnceLock::new() }
    }

    /// A new copy. Panics with what is wrong if there can be none.
    pub fn database(&self) -> Database {
        let server = Server::shared();
        let name = self.name.get_or_init(|| {
            let template = server.create(None);
            let prepared = std::thread::scope(|scope| scope.spawn(|| (self.prepare)(template.url())).join());
            prepared.unwrap_or_else(|fault| std::panic::resume_unwind(fault));
            server.close(&template.name);
            // It stays until the process ends.
            std::mem::ManuallyDrop::new(template).name.clone()
        });
        server.create(Some(name))
    }
}

/// The server of this process.
struct Server {
    /// Of the footing.
    url: String,
    /// Of the names of this process's databases.
    prefix: String,
    made: AtomicU32,
    /// Never dropped, as nothing static is; its watchdog sees the process end.
    _cluster: Option<Cluster>,
    _watchdog: Watchdog,
}

impl Server {
    fn shared() -> &'static Self {
        static SERVER: OnceLock<Server> = OnceLock::new();
        SERVER.get_or_init(|| Self::find().unwrap_or_else(|fault| panic!("no PostgreSQL for the tests: {fault:#}")))
    }

    fn find() -> anyhow::Result<Self> {
        let (url, cluster) = match std::env::var(SERVER_VARIABLE) {
            Ok(url) => (with_database(&url, FOOTING), None),
            Err(_) => {
                let cluster = Cluster::start(&Settings::default())?;
                (cluster.url(FOOTING), Some(cluster))
            }
        };
        // The server may be another machine's, or outlive many processes with our number.
        let prefix = format!("{PREFIX}_{}_{:08x}_", std::process::id(), random());
        let psql = crate::programs::psql();
        let watchdog = Watchdog::keep(include_str!("drop_databases.sh"), &[&psql.to_string_lossy(), &url, &prefix])?;
        Ok(Self { url, prefix, made: AtomicU32::new(0), _cluster: cluster, _watchdog: watchdog })
    }

    fn create(&self, template: Option<&str>) -> Database {
        let name = format!("{}{}", self.prefix, self.made.fetch_add(1, Ordering::Relaxed));
        let template = template.map(|template| format!(" TEMPLATE {template}")).unwrap_or_default();
        // Copying files leaves no log of what was copied, which would be the greater part of the work.
        self.psql(&format!("CREATE DATABASE {name}{template} STRATEGY file_copy"))
            .unwrap_or_else(|fault| panic!("no database for a test: {fault:#}"));
        Database { url: with_database(&self.url, &name), name }
    }

    /// Cuts all connections: a database is copied only while none is open, and who prepared it may leave late.
    fn close(&self, name: &str) {
        let closed = self.psql(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")).and_then(|_| {
            self.psql(&format!(
                "SELECT count(pg_terminate_backend(pid, 10000)) FROM pg_stat_activity WHERE datname = '{name}'"
            ))
        });
        closed.unwrap_or_else(|fault| panic!("a template stays open: {fault:#}"));
    }

    fn psql(&self, sql: &str) -> anyhow::Result<String> {
        crate::psql(&self.url, sql)
    }
}

fn random() -> u32 {
    use std::hash::BuildHasher as _;
    std::hash::RandomState::new().hash_one(std::process::id()) as u32
}

/// The URL of another database of the same server.
fn with_database(url: &str, database: &str) -> String {
    let (address, query) = url.find('?').map_or((url, ""), |at| url.split_at(at));
    let start = address.find("://").map_or(0, |at| at + "://".len());
    let end = address[start..].find('/').map_or(address.len(), |at| start + at);
    format!("{}/{database}{query}", &address[..end])
}

#[cfg(test)]
mod tests {
    use super::with_database;

    #[test]
    fn only_the_database_of_a_url_is_replaced() {
        for (url, expected) in [
            ("postgres://u:p@h:1/a", "postgres://u:p@h:1/b"),
            ("postgres://h", "postgres://h/b"),
            ("postgres://h/", "postgres://h/b"),
            ("postgres://h/a?sslmode=require&x=/", "postgres://h/b?sslmode=require&x=/"),
            ("postgresql://?host=/run/postgresql", "postgresql:///b?host=/run/postgresql"),
        ] {
            assert_eq!(with_database(url, "b"), expected);
        }
    }
}
