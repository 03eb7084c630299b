//! The program as an operator runs it: a command that ends, or a server with its log.
//!
//! Promises: no setting of the person who runs the tests reaches it; a server that a test forgets is killed with it.
//! Must not know what is asked of a server.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Lines, Read as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};

use tempfile::TempDir;

use crate::wait;

/// The password of the first administrator of every database.
pub const PASSWORD: &str = "operations-password";

/// The program, by the path of its binary.
#[derive(Clone, Copy, Debug)]
pub struct Program(&'static str);

/// A command that has ended.
#[derive(Debug)]
pub struct Ended {
    /// Its exit code.
    pub code: Option<i32>,
    /// What it printed.
    pub out: String,
    /// What it said of errors.
    pub err: String,
}

impl Ended {
    /// Runs a command to its end.
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the program starts");
        let text = |bytes| String::from_utf8(bytes).expect("it writes text");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Program {
    /// The program of this binary.
    pub const fn at(path: &'static str) -> Self {
        Self(path)
    }

    /// A command with a database and some arguments.
    pub fn command(self, database: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(self.0);
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("ONHAND_")) {
            command.env_remove(name);
        }
        command.env("ONHAND_DATABASE", database).env("NO_PROXY", "127.0.0.1").env("RUST_BACKTRACE", "1");
        command.args(arguments).stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(self, database: &str, arguments: &[&str]) -> Ended {
        Ended::of(&mut self.command(database, arguments))
    }

    /// Runs a command that must succeed; what it printed.
    pub fn done(self, database: &str, arguments: &[&str]) -> String {
        let ended = self.run(database, arguments);
        assert_eq!(ended.code, Some(0), "{arguments:?}: {ended:?}");
        ended.out
    }

    /// `onhand verify` must find nothing; what it printed.
    pub fn verified(self, database: &str) -> String {
        let printed = self.done(database, &["verify"]);
        assert_eq!(printed.lines().last(), Some("0 differences"), "{printed}");
        printed
    }

    /// The command of a server, whose log can be read.
    pub fn serve(self, database: &str, arguments: &[&str]) -> Command {
        let mut command = self.command(database, &["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments.iter().map(OsStr::new)).env("ONHAND_LOG", "warn").env("ONHAND_ADMIN_PASSWORD", PASSWORD);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Starts a server and waits until it says where it listens.
    pub fn start(self, database: &str, arguments: &[&str]) -> Server {
        Starting::of(&mut self.serve(database, arguments)).listening()
    }

    /// The same, with its log added to the one of a folder.
    pub fn start_logging(self, database: &str, arguments: &[&str], folder: &Path) -> Server {
        let log = OpenOptions::new().create(true).append(true).open(folder.join("log")).expect("a log file");
        let starting = Starting::of(self.serve(database, arguments).stderr(log));
        starting.try_listening().unwrap_or_else(|fault| panic!("{fault}; the log: {}", log_of(folder)))
    }
}

/// A folder that goes when it is dropped, and the URL of a database file in it.
pub fn new_file() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = file(folder.path());
    (folder, url)
}

/// The URL of the database file in a folder.
pub fn file(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("onhand.db").display())
}

/// What all servers have logged into a folder.
pub fn log_of(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("log")).unwrap_or_default()
}

/// No server has panicked, or logged an error into a folder in a line without one of the expected words.
pub fn assert_quiet_log(folder: &Path, expected: &[&str]) {
    let log = log_of(folder);
    let is_expected = |line: &str| expected.iter().any(|words| line.contains(words));
    let bad = log.lines().find(|line| line.contains("panicked") || line.contains("ERROR") && !is_expected(line));
    assert_eq!(bad, None, "{log}");
}

/// A process that is killed with what owns it.
#[derive(Debug)]
struct Owned(Child);

impl Drop for Owned {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Owned,
    /// Where it listens.
    pub address: SocketAddr,
    log: Option<Lines<BufReader<ChildStderr>>>,
    _out: BufReader<ChildStdout>,
}

impl Server {
    /// The next line of its log that has these words.
    pub fn logged(&mut self, words: &str) -> String {
        find(&mut self.log, words)
    }

    /// Its log is not read from here on: its pipe is closed.
    pub fn close_log(&mut self) {
        self.log = None;
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.0.id()
    }

    /// Any signal; returns at once.
    pub fn signal(&self, name: &str) {
        let sent = Command::new("kill").args([&format!("-{name}"), &self.id().to_string()]).status();
        assert!(sent.expect("kill runs").success(), "it runs");
    }

    /// SIGKILL: nothing of the process runs any more when this returns.
    pub fn kill(mut self) {
        self.child.0.kill().expect("it runs");
        let status = self.child.0.wait().expect("it is ours");
        assert!(!status.success(), "it was killed before it could end by itself");
    }

    /// Waits until it ends by itself.
    pub fn ended(&mut self) -> ExitStatus {
        wait::until(|| self.child.0.try_wait().expect("it is ours").ok_or("it does not end"))
    }

    /// Tells it to stop, and waits until it has.
    pub fn stop(mut self) -> ExitStatus {
        self.signal("TERM");
        self.ended()
    }

    /// Stops it; in how many lines of its log that are not read yet these words were.
    pub fn stop_and_count(mut self, words: &str) -> usize {
        let log = self.log.take().expect("it is piped");
        let reading = std::thread::spawn(move || log.map_while(Result::ok).collect::<Vec<_>>());
        assert!(self.stop().success());
        let lines = reading.join().expect("it is read");
        lines.iter().filter(|line| line.contains(words)).count()
    }
}

/// A server that may not listen yet.
#[derive(Debug)]
pub struct Starting {
    child: Owned,
    log: Option<Lines<BufReader<ChildStderr>>>,
}

impl Starting {
    /// Starts what [`Program::serve`] has made.
    pub fn of(command: &mut Command) -> Self {
        let mut child = Owned(command.spawn().expect("the program starts"));
        let log = child.0.stderr.take().map(|log| BufReader::new(log).lines());
        Self { child, log }
    }

    /// The next line of its log that has these words.
    pub fn logged(&mut self, words: &str) -> String {
        find(&mut self.log, words)
    }

    /// Waits until it says where it listens.
    pub fn listening(self) -> Server {
        self.try_listening().unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// The same; why it has ended, where it has.
    pub fn try_listening(mut self) -> Result<Server, String> {
        let mut out = BufReader::new(self.child.0.stdout.take().expect("it is piped"));
        let address = out.by_ref().lines().map_while(Result::ok).find_map(|line| address(&line));
        let Some(address) = address else {
            let log: Vec<_> = self.log.into_iter().flatten().map_while(Result::ok).collect();
            return Err(format!("it ended without listening: {log:#?}"));
        };
        Ok(Server { child: self.child, address, log: self.log, _out: out })
    }
}

/// Where a line says that the server listens.
fn address(line: &str) -> Option<SocketAddr> {
    line.trim().rsplit_once("http://")?.1.parse().ok()
}

fn find(log: &mut Option<Lines<BufReader<ChildStderr>>>, words: &str) -> String {
    let found = log.as_mut().expect("it is piped").map_while(Result::ok).find(|line| line.contains(words));
    found.unwrap_or_else(|| panic!("it ended without a word of {words:?}"))
}
