//! A real PostgreSQL for tests and benchmarks.
//!
//! Promises: a [`Cluster`] is a server of its own, on a private port of this machine, with its files in a temporary
//! folder; a [`Database`] is a fresh one on a server shared by the whole process. Neither outlives the process that
//! asked for it, however that ends. Needs Linux (it reads /proc) and PostgreSQL's own programs, and works for root too.
//! Must not know what is stored. Every call blocks its thread: within a runtime, hand the slow ones to another.

mod account;
mod cluster;
mod database;
mod programs;
mod psql;
mod watchdog;

pub use cluster::{Cluster, Mode, Settings, Tls};
pub use database::{Database, Template, database};
pub use psql::psql;

/// A superuser URL of a running server that [`database`] uses instead of starting one.
pub const SERVER_VARIABLE: &str = "TEST_POSTGRES_URL";
