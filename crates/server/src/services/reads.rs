//! Reads of work that has a thread of its own, such as a file that is made while it is sent.
//!
//! Promises: the thread waits for the store, and tasks that answer requests do not. Must not know what is read.

use onhand_store::{Error, Store, Tx};
use tokio::runtime::Handle;

/// Where such a thread reads from.
pub struct Reads {
    store: Store,
    runtime: Handle,
}

impl Reads {
    /// Reads from a store. It is called where tasks run.
    pub fn of(store: &Store) -> Self {
        Self { store: store.clone(), runtime: Handle::current() }
    }

    /// Reads from the store, waiting for it.
    pub fn read<T, F>(&self, name: &'static str, body: F) -> Result<T, Error>
    where
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, Error> + Clone + Send + 'static,
        T: Send + 'static,
    {
        self.runtime.block_on(self.store.read(name, body))
    }

    /// Waits for something else that is read from the store.
    pub fn wait<'r, T, F: Future<Output = T>>(&'r self, what: impl FnOnce(&'r Store) -> F) -> T {
        self.runtime.block_on(what(&self.store))
    }
}
