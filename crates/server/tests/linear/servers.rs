//! Server processes on one database, and the way to them.
//!
//! Promises: clients see which processes live at any moment; a process that was killed is started again in its place,
//! at another address. Must not know what is asked.

use std::net::SocketAddr;

use onhand_testkit::program::{Server, assert_quiet_log, file};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::ONHAND;

/// The key with which tokens are kept.
const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// Where each process listens; `None` while it is dead.
pub(crate) type Addresses = Vec<Option<SocketAddr>>;

/// All processes on one database.
pub(crate) struct Servers {
    url: String,
    folder: TempDir,
    processes: Vec<Option<Server>>,
    addresses: watch::Sender<Addresses>,
}

impl Servers {
    /// One process on a database file of its own.
    pub(crate) fn embedded() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::start(file(folder.path()), folder, 1)
    }

    /// So many processes on a server's database.
    pub(crate) fn on(url: &str, processes: usize) -> Self {
        Self::start(url.to_owned(), tempfile::tempdir().expect("a temporary folder"), processes)
    }

    fn start(url: String, folder: TempDir, processes: usize) -> Self {
        let addresses = watch::Sender::new(vec![None; processes]);
        let mut servers = Self { url, folder, processes: (0..processes).map(|_| None).collect(), addresses };
        (0..processes).for_each(|index| servers.start_again(index));
        servers
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self, index: usize) {
        // First the signal, so that clients meet a process that is gone.
        self.processes[index].take().expect("it lives").kill();
        self.addresses.send_modify(|addresses| addresses[index] = None);
    }

    /// Starts a process in its place.
    pub(crate) fn start_again(&mut self, index: usize) {
        let process = ONHAND.start_logging(&self.url, &["--secret-key", KEY], self.folder.path());
        self.addresses.send_modify(|addresses| addresses[index] = Some(process.address));
        self.processes[index] = Some(process);
    }

    /// Where they are, now and later.
    pub(crate) fn addresses(&self) -> watch::Receiver<Addresses> {
        self.addresses.subscribe()
    }

    /// The numbers add up, and no process has met anything it did not expect.
    pub(crate) fn assert_sound(&self) {
        ONHAND.verified(&self.url);
        // Where the database is away, a client is told so, and the log says why.
        assert_quiet_log(self.folder.path(), &["answered 503"]);
    }
}
