//! The binary: run to its end, or as a server with its log.
//!
//! Promises: no setting of the person who runs the tests reaches it; a server that a test forgets is killed. Must not
//! know what is asked of it.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Lines};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

pub(crate) const PASSWORD: &str = "operations-password";

/// What takes longer than this to end by itself never does.
const ENDED_MAX: Duration = Duration::from_secs(30);

/// The program with a database and some arguments.
pub(crate) fn onhand(database: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_onhand"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ONHAND_")) {
        command.env_remove(name);
    }
    command
        .env("ONHAND_DATABASE", database)
        .env("NO_PROXY", "127.0.0.1")
        .env("RUST_BACKTRACE", "1")
        .args(arguments)
        .stdin(Stdio::null());
    command
}

/// The URL of a database in a folder.
pub(crate) fn file(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("onhand.db").display())
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a command to its end.
pub(crate) fn told(command: &mut Command) -> Told {
    let output = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("it writes text");
    Told { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Runs a command that must succeed; what it printed.
pub(crate) fn done(database: &str, arguments: &[&str]) -> String {
    let told = told(&mut onhand(database, arguments));
    assert_eq!(told.code, Some(0), "{arguments:?}: {told:?}");
    told.out
}

/// A running server.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    log: Option<Lines<BufReader<ChildStderr>>>,
    _out: BufReader<ChildStdout>,
}

impl Server {
    /// Starts a server and waits until it says where it listens.
    pub(crate) fn start(database: &str, arguments: &[&str]) -> Self {
        Starting::begin(database, arguments).listening()
    }

    /// The next line of its log that has these words.
    pub(crate) fn logged(&mut self, words: &str) -> String {
        find(&mut self.log, words)
    }

    /// Its log is not read from here on: its pipe is closed.
    pub(crate) fn close_log(&mut self) {
        self.log = None;
    }

    /// The number of its process.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as a failing machine would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it is ours");
    }

    /// Waits until it ends by itself.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("it is ours") {
                return status;
            }
            assert!(begun.elapsed() < ENDED_MAX, "it does not end");
            std::thread::park_timeout(Duration::from_millis(10));
        }
    }

    /// Stops it; in how many lines of its log that are not read yet these words were.
    pub(crate) fn stop_and_count(mut self, words: &str) -> usize {
        let log = self.log.take().expect("it is piped");
        let reading = std::thread::spawn(move || log.map_while(Result::ok).collect::<Vec<_>>());
        assert!(self.stop().success());
        let lines = reading.join().expect("it is read");
        lines.iter().filter(|line| line.contains(words)).count()
    }

    /// Tells it to stop, and waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        let sent = Command::new("kill").arg(self.child.id().to_string()).status();
        assert!(sent.expect("kill runs").success(), "it runs");
        self.child.wait().expect("it is ours")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A server that may not listen yet.
pub(crate) struct Starting {
    child: Child,
    log: Option<Lines<BufReader<ChildStderr>>>,
}

impl Starting {
    pub(crate) fn begin(database: &str, arguments: &[&str]) -> Self {
        Self::begin_logging(database, arguments, Stdio::piped())
    }

    /// The same, with its log going elsewhere.
    pub(crate) fn begin_logging(database: &str, arguments: &[&str], log: Stdio) -> Self {
        Self::begin_within(database, arguments, log, &[])
    }

    /// The same, with more in its environment.
    pub(crate) fn begin_within(database: &str, arguments: &[&str], log: Stdio, more: &[(&str, &OsStr)]) -> Self {
        let mut command = onhand(database, &["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments.iter().map(OsStr::new)).env("ONHAND_LOG", "warn").env("ONHAND_ADMIN_PASSWORD", PASSWORD);
        command.envs(more.iter().copied());
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().expect("the program starts");
        let log = child.stderr.take().map(|log| BufReader::new(log).lines());
        Self { child, log }
    }

    /// The next line of its log that has these words.
    pub(crate) fn logged(&mut self, words: &str) -> String {
        find(&mut self.log, words)
    }

    /// Waits until it says where it listens.
    pub(crate) fn listening(mut self) -> Server {
        let mut out = BufReader::new(self.child.stdout.take().expect("it is piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("the program speaks");
        let address = line.trim().rsplit_once("http://").and_then(|(_, address)| address.parse().ok());
        let Some(address) = address else {
            let log: Vec<_> = self.log.into_iter().flatten().map_while(Result::ok).collect();
            panic!("no address in {line:?}: {log:#?}");
        };
        Server { child: self.child, address, log: self.log, _out: out }
    }
}

fn find(log: &mut Option<Lines<BufReader<ChildStderr>>>, words: &str) -> String {
    let found = log.as_mut().expect("it is piped").map_while(Result::ok).find(|line| line.contains(words));
    found.unwrap_or_else(|| panic!("it ended without a word of {words:?}"))
}
