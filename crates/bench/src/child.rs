//! Server processes: started for a run, watched, stopped.
//!
//! Promises: a server that was started does not outlive the run; a stop is the one an operator would use (SIGTERM) and
//! waits for the process to end. Must not know what a server answers.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use anyhow::{Context as _, bail, ensure};

/// A running server.
pub(crate) struct Process {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Kept open: a server that prints into a closed pipe would notice.
    _output: BufReader<ChildStdout>,
}

impl Process {
    /// Starts a server and waits until it prints where it listens.
    pub(crate) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| format!("{command:?}"))?;
        let mut output = BufReader::new(child.stdout.take().context("the output was piped")?);
        let mut line = String::new();
        loop {
            line.clear();
            if output.read_line(&mut line)? == 0 {
                bail!("{command:?} ended without listening: {}", child.wait()?);
            }
            if let Some((_, address)) = line.split_once("listens on http://") {
                return Ok(Self { child, address: address.trim().parse()?, _output: output });
            }
        }
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Stops it as an operator does.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM)?;
        let ended = self.child.wait()?;
        ensure!(ended.success(), "the server ended with {ended}");
        Ok(())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // After a stop there is nothing left to kill; after a failed run nothing may be left behind.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The server's binary: beside this one, built first when cargo runs us (it knows when there is nothing to do).
pub(crate) fn server_binary(given: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(given) = given {
        return Ok(given.to_owned());
    }
    let binary = std::env::current_exe()?.with_file_name("onhand");
    // The folder is called like the profile, but for one.
    let folder = binary.parent().and_then(Path::file_name).and_then(OsStr::to_str).unwrap_or_default();
    let profile = if folder == "debug" { "dev" } else { folder };
    if let Some(cargo) = std::env::var_os("CARGO") {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let arguments = ["build", "--profile", profile, "-p", "onhand"];
        let built = Command::new(cargo).args(arguments).current_dir(root).status()?;
        ensure!(built.success(), "the server could not be built");
    }
    let build = format!("cargo build --profile {profile} -p onhand");
    ensure!(binary.exists(), "there is no {}; build it with: {build}", binary.display());
    Ok(binary)
}
