//! Properties of a database server only: access, certificates, several processes at once, machines behind it.
//!
//! Promises: every case runs on a real PostgreSQL of its own. What holds on every engine is in the conformance suite.

mod access;
mod citus;
mod cluster;
mod copy;
mod development;
mod tls;

use std::future::Future;

use onhand_store::{Error, Options, Store};

/// Runs a case.
pub(crate) fn run<T>(case: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(case)
}

/// Opens a database, without any patience.
pub(crate) async fn open(url: &str) -> Result<Store, Error> {
    Store::open(url, &Options::default()).await
}
