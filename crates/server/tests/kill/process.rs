//! The program as an operator runs it: the real binary on a real database, with signals.
//!
//! Promises: a process that a test forgets is killed with it; what the program logged can be looked at. Must not know
//! what is asked of it.

use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_onhand");
pub(crate) const PASSWORD: &str = "kill-test-password";
/// A stop that takes longer than this is a hang.
const STOP_MAX: Duration = Duration::from_mins(2);

/// A running server.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    _stdout: BufReader<ChildStdout>,
}

impl Process {
    /// Starts the server on the database in this folder and waits until it says where it listens.
    pub(crate) fn start(folder: &Path) -> Self {
        Self::start_on(&file(folder), folder)
    }

    /// Starts the server on a database; the folder is for its log.
    pub(crate) fn start_on(url: &str, folder: &Path) -> Self {
        Self::start_with(url, folder, &[])
    }

    /// The same, with further arguments.
    pub(crate) fn start_with(url: &str, folder: &Path, arguments: &[&str]) -> Self {
        let log = OpenOptions::new().create(true).append(true).open(folder.join("log")).expect("a log file");
        let mut child = onhand(url)
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "warn"])
            .args(arguments)
            .env("ONHAND_ADMIN_PASSWORD", PASSWORD)
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .expect("the program starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("the program speaks");
        let address = line.trim().rsplit_once("http://").map(|(_, address)| address.parse().expect("an address"));
        let address = address.unwrap_or_else(|| panic!("no address in {line:?}; the log: {}", log_of(folder)));
        Self { child, address, _stdout: stdout }
    }

    /// SIGKILL: nothing of the process runs any more when this returns.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        let status = self.child.wait().expect("it is ours");
        assert!(!status.success(), "it was killed before it could end by itself");
    }

    /// SIGTERM; returns at once.
    pub(crate) fn terminate(&self) {
        self.signal("TERM");
    }

    /// Any signal; returns at once.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success(), "it runs");
    }

    /// Waits until the process has ended by itself.
    pub(crate) fn wait(mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                return status;
            }
            assert!(begun.elapsed() < STOP_MAX, "the program does not stop");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The database file of a folder.
pub(crate) fn file(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("onhand.db").display())
}

fn onhand(url: &str) -> Command {
    let mut command = Command::new(BINARY);
    command.env("ONHAND_DATABASE", url);
    command
}

/// `onhand verify` must have nothing to say.
pub(crate) fn assert_verified(folder: &Path) {
    assert_verified_on(&file(folder));
}

/// The same, of any database.
pub(crate) fn assert_verified_on(url: &str) {
    let output = onhand(url).arg("verify").output().expect("the program runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("0 differences"), "{told}");
}

/// What all processes on this folder have logged.
pub(crate) fn log_of(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}

/// No process has panicked or met an error it did not expect.
pub(crate) fn assert_quiet_log(folder: &Path) {
    let log = log_of(folder);
    let bad = log.lines().find(|line| line.contains("panicked") || line.contains("ERROR"));
    assert_eq!(bad, None, "{log}");
}
