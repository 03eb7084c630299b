//! A PostgreSQL server of our own.
//!
//! Promises: after [`Cluster::start`] it answers; it keeps its port and its data through every stop and start; it stops
//! and its folder goes when it is dropped, and soon after this process ended in any other way.

mod folder;
mod postmaster;

use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, PoisonError};

use anyhow::{Context as _, bail, ensure};

use crate::account::Account;
use crate::programs::Programs;
use crate::watchdog::Watchdog;
use postmaster::Postmaster;

/// The superuser, and its password.
const USER: &str = "onhand";
const PASSWORD: &str = "onhand";
/// Below the ports that the system gives to outgoing connections: one of those could take ours during a restart.
const PORTS: std::ops::Range<u16> = 20_000..32_768;
/// A free port may be taken before the server has it.
const PORT_TRIES_MAX: usize = 10;

/// How a server is set up.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Whether it keeps what it acknowledged through a crash of the machine, as in production. Otherwise it is quick.
    pub durable: bool,
    /// Further options, each `name=value`; they win over ours.
    pub options: Vec<String>,
    /// TLS, if it is offered.
    pub tls: Option<Tls>,
    /// Where its own folder is made, for example a small file system. If it is not said: where temporary files are, or
    /// in memory for a quick one.
    pub folder: Option<PathBuf>,
}

/// What a server needs for TLS, as PEM texts.
#[derive(Clone, Debug)]
pub struct Tls {
    /// The server's certificate, and those between it and the authority.
    pub certificate: String,
    /// Its private key.
    pub key: String,
    /// Who signs the certificates of clients, if any.
    pub authority: Option<String>,
}

/// How a server is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// When all clients have gone.
    Smart,
    /// Clients are cut off, their transactions rolled back.
    Fast,
    /// As in a crash: the next start recovers.
    Immediate,
}

/// A running server.
pub struct Cluster {
    programs: Programs,
    account: Account,
    folder: PathBuf,
    port: u16,
    options: Vec<String>,
    running: Mutex<Option<Postmaster>>,
    /// Removes the folder; stops the server too if we cannot.
    _watchdog: Watchdog,
}

impl Cluster {
    /// Makes a new server and waits until it answers.
    pub fn start(settings: &Settings) -> anyhow::Result<Self> {
        let programs = Programs::find()?;
        let account = Account::of_the_server()?;
        let folder = folder::make(account, settings)?;
        let path = folder.path().to_str().context("the temporary folder's name is text")?;
        let watchdog = Watchdog::keep(include_str!("../stop_and_remove.sh"), &[path])?;
        let mut cluster = Self {
            programs,
            account,
            folder: folder.keep(),
            port: 0,
            options: options(settings),
            running: Mutex::default(),
            _watchdog: watchdog,
        };
        cluster.initialise(settings)?;
        cluster.settle()?;
        Ok(cluster)
    }

    /// A superuser's URL of a database, `postgres` being there from the start.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}:{PASSWORD}@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs SQL in a database, as [`crate::psql()`] does.
    pub fn psql(&self, database: &str, sql: &str) -> anyhow::Result<String> {
        crate::psql(&self.url(database), sql)
    }

    /// A program of the server's own version, such as `pgbench`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.programs.named(name)
    }

    /// The server's first process, whose children all others are. None while it is stopped.
    pub fn process(&self) -> Option<u32> {
        self.running().as_ref().map(Postmaster::number)
    }

    /// Stops the server, if it runs, and waits for its end. A paused one goes on first.
    pub fn stop(&self, mode: Mode) -> anyhow::Result<()> {
        let mut running = self.running();
        running.as_mut().map_or(Ok(()), |server| server.stop(mode))?;
        *running = None;
        Ok(())
    }

    /// Starts a stopped server on its port and data, and waits until it answers.
    pub fn start_again(&self) -> anyhow::Result<()> {
        let mut running = self.running();
        ensure!(running.is_none(), "the server was not stopped");
        *running = Some(self.launch(self.port)?);
        Ok(())
    }

    /// Stops and starts.
    pub fn restart(&self, mode: Mode) -> anyhow::Result<()> {
        self.stop(mode)?;
        self.start_again()
    }

    /// Lets the server stand still with all its connections, as a stalled machine does: nothing is refused or answered.
    pub fn pause(&self) -> anyhow::Result<()> {
        self.running().as_ref().context("the server was stopped")?.pause()
    }

    /// Lets a paused server go on.
    pub fn resume(&self) -> anyhow::Result<()> {
        self.running().as_ref().context("the server was stopped")?.resume()
    }

    fn running(&self) -> MutexGuard<'_, Option<Postmaster>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn initialise(&self, settings: &Settings) -> anyhow::Result<()> {
        let password = folder::write(self.account, &self.folder, PASSWORD, settings.tls.as_ref())?;
        let mut initdb = self.account.command(&self.programs.initdb());
        initdb.current_dir(&self.folder).arg("--pgdata").arg(self.data()).arg("--pwfile").arg(password);
        initdb.args(["--username", USER, "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"]);
        if !settings.durable {
            initdb.arg("--no-sync");
        }
        // Not into pipes: they break when we are killed, and it would not end in order.
        let log = std::fs::File::create(self.log())?;
        let ended = initdb.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).status();
        ensure!(ended.context("starting initdb")?.success(), "initdb: {}", folder::last_lines(&self.log()));
        Ok(())
    }

    /// Finds the port to stay on.
    fn settle(&mut self) -> anyhow::Result<()> {
        for _ in 0..PORT_TRIES_MAX {
            let port = free_port()?;
            match self.launch(port) {
                Ok(server) => {
                    (self.port, self.running) = (port, Mutex::new(Some(server)));
                    return Ok(());
                }
                // Another process was quicker.
                Err(_) if !is_free(port) => {}
                Err(fault) => return Err(fault),
            }
        }
        bail!("no port stayed free")
    }

    fn launch(&self, port: u16) -> anyhow::Result<Postmaster> {
        let mut postgres = self.account.command(&self.programs.postgres());
        postgres.current_dir(&self.folder).arg("-D").arg(self.data());
        let own = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("port={port}"),
            format!("unix_socket_directories={}", self.folder.display()),
        ];
        for option in own.iter().chain(&self.options) {
            postgres.args(["-c", option]);
        }
        Postmaster::start(postgres, &self.data(), &self.log())
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What the server says, from the beginning on.
    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // In order, before the fields are dropped: one that is killed leaves shared memory behind.
        let _ = self.stop(Mode::Immediate);
    }
}

/// The options of a server but for its addresses.
fn options(settings: &Settings) -> Vec<String> {
    let ours: &[&str] = match settings.durable {
        true => &["shared_buffers=256MB", "max_wal_size=2GB"],
        false => &["fsync=off", "full_page_writes=off", "synchronous_commit=off", "max_wal_size=256MB"],
    };
    let tls = settings.tls.as_ref().map(folder::tls_options).unwrap_or_default();
    ours.iter().map(|option| (*option).to_owned()).chain(tls).chain(settings.options.iter().cloned()).collect()
}

/// Tried from a random one upwards, so that servers started together rarely meet.
fn free_port() -> anyhow::Result<u16> {
    use std::hash::BuildHasher as _;
    let random = std::hash::RandomState::new().hash_one(std::process::id());
    let start = PORTS.start + (random % PORTS.len() as u64) as u16;
    (start..PORTS.end).chain(PORTS.start..start).find(|port| is_free(*port)).context("every port is taken")
}

fn is_free(port: u16) -> bool {
    TcpListener::bind(("127.0.0.1", port)).is_ok()
}
