//! One run of a server: its first process and those it made.
//!
//! Promises: a start ends when the server answers, or with the last lines of its log; a stop ends when it is gone.

use std::fs::OpenOptions;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use super::Mode;
use super::folder::last_lines;

/// Recovery after a crash is the longest start.
const START_MAX: Duration = Duration::from_mins(1);
const STOP_MAX: Duration = Duration::from_mins(1);
const PAUSE_MAX: Duration = Duration::from_secs(10);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The first process of a running server.
pub(super) struct Postmaster(Child);

impl Postmaster {
    /// Starts it on its data and waits until it answers.
    pub(super) fn start(mut command: Command, data: &Path, log: &Path) -> anyhow::Result<Self> {
        let output = OpenOptions::new().create(true).append(true).open(log)?;
        // What is typed at a terminal is not meant for it.
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::null()).stderr(output);
        let mut server = Self(command.spawn().with_context(|| format!("{command:?}"))?);
        let id = server.0.id().to_string();
        let mut ended = None;
        // Its first line is the process, its eighth the state: it is what pg_ctl waits for.
        let ready = within(START_MAX, || {
            let state = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
            let mut lines = state.lines();
            ended = server.0.try_wait().ok().flatten();
            ended.is_some() || (lines.next() == Some(&id) && lines.nth(6).map(str::trim) == Some("ready"))
        });
        if ready && ended.is_none() {
            return Ok(server);
        }
        let how = ended.map_or("it hangs".to_owned(), |status| status.to_string());
        bail!("the server did not start ({how}):\n{}", last_lines(log));
    }

    /// Ends it; a paused one goes on, with this to do first.
    pub(super) fn stop(&mut self, mode: Mode) -> anyhow::Result<()> {
        if self.0.try_wait()?.is_some() {
            return Ok(());
        }
        let signal = match mode {
            Mode::Smart => Signal::TERM,
            Mode::Fast => Signal::INT,
            Mode::Immediate => Signal::QUIT,
        };
        kill_process(self.id(), signal)?;
        self.resume()?;
        if !within(STOP_MAX, || matches!(self.0.try_wait(), Ok(Some(_)))) {
            bail!("the server did not stop within {} seconds", STOP_MAX.as_secs());
        }
        Ok(())
    }

    /// Stops every process where it is: the first one before the others, so that no more are made.
    pub(super) fn pause(&self) -> anyhow::Result<()> {
        stand_still(self.id())?;
        self.children()?.into_iter().try_for_each(stand_still)
    }

    /// Lets every process go on.
    pub(super) fn resume(&self) -> anyhow::Result<()> {
        self.children()?.into_iter().chain([self.id()]).try_for_each(|process| tell(process, Signal::CONT))
    }

    /// Its process number.
    pub(super) fn number(&self) -> u32 {
        self.0.id()
    }

    fn id(&self) -> Pid {
        Pid::from_child(&self.0)
    }

    /// A process for each connection, and the server's own.
    fn children(&self) -> anyhow::Result<Vec<Pid>> {
        let id = self.id();
        let children = std::fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
        children.split_whitespace().map(|id| Pid::from_raw(id.parse()?).context("0 is no process")).collect()
    }
}

impl Drop for Postmaster {
    fn drop(&mut self) {
        // Not after a stop, when there is nothing left; after a failed one nothing may be left.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Sends a signal, unless the process has just ended.
fn tell(process: Pid, signal: Signal) -> anyhow::Result<()> {
    match kill_process(process, signal) {
        Err(Errno::SRCH) => Ok(()),
        told => Ok(told?),
    }
}

/// Stops a process, or finds it ended.
fn stand_still(process: Pid) -> anyhow::Result<()> {
    tell(process, Signal::STOP)?;
    // The state follows the name, which is in brackets and may hold anything.
    let state = || std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?.rsplit_once(") ")?.1.chars().next();
    let still = within(PAUSE_MAX, || state().is_none_or(|state| "TZX".contains(state)));
    ensure!(still, "process {process} does not stand still");
    Ok(())
}

/// Looks again and again until something holds, for so long at most: the server reports its state to no process.
fn within(limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if holds() {
            return true;
        }
        if start.elapsed() > limit {
            return false;
        }
        std::thread::park_timeout(LOOK_AGAIN);
    }
}
