//! Server processes: started for a run, watched, stopped.
//!
//! Promises: a server that was started does not outlive the run; a stop is the one an operator would use (SIGTERM) and
//! waits for the process to end. Must not know what a server answers.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::ensure;
use onhand_testkit::program::{Server, Starting};

/// Starts a server and waits until it prints where it listens.
pub(crate) fn start(command: &mut Command) -> anyhow::Result<Server> {
    let starting = Starting::of(command.stdin(Stdio::null()).stdout(Stdio::piped()));
    starting.try_listening().map_err(|fault| anyhow::anyhow!("{command:?}: {fault}"))
}

/// Stops it as an operator does.
pub(crate) fn stop(server: Server) -> anyhow::Result<()> {
    let ended = server.stop();
    ensure!(ended.success(), "the server ended with {ended}");
    Ok(())
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
