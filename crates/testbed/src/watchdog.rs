//! A process that outlives us by a moment and clears up.
//!
//! Promises: a script runs to its end once this process is gone or lets go of it, even after SIGKILL, since the system
//! then closes the pipe that the script waits on. Must not know what is cleared up.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use anyhow::Context as _;

/// Waits for the owner's end; what is typed at a terminal is not meant for it.
const WAIT: &str = "trap '' HUP INT TERM; cat >/dev/null\n";

/// A script that waits for our end.
pub(crate) struct Watchdog(Child);

impl Watchdog {
    /// Keeps a shell script, with its arguments, for our end.
    pub(crate) fn keep(script: &str, arguments: &[&str]) -> anyhow::Result<Self> {
        let mut shell = Command::new("sh");
        shell.args(["-c", &format!("{WAIT}{script}"), "watchdog"]).args(arguments).current_dir("/").process_group(0);
        let shell = shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        shell.spawn().map(Self).context("starting sh")
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // Closes its input before it waits.
        let _ = self.0.wait();
    }
}
