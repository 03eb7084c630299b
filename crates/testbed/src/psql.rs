//! SQL through the client that comes with the server.
//!
//! Promises: a call works the same from a test with a runtime and from one without, takes one process of a few
//! milliseconds, and obeys no user's environment or start file.

use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

/// Runs SQL and returns its rows as text: columns parted by `|`, a line each. Several statements are one transaction.
pub fn psql(url: &str, sql: &str) -> anyhow::Result<String> {
    let output = command(url).args(["-c", sql]).stdin(Stdio::null()).output().context("starting psql")?;
    ensure!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}

/// The client, told to print bare rows and to stop at the first fault.
pub(crate) fn command(url: &str) -> Command {
    let mut command = Command::new(crate::programs::psql());
    // A PGDATABASE or a PGOPTIONS of the person who runs the tests is not meant for us.
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.args(["-XqAt", "-v", "ON_ERROR_STOP=1", url]);
    command
}
