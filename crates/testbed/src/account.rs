//! Who runs the server: PostgreSQL refuses to run as root.
//!
//! Promises: for root, the user `postgres` where there is one, else `nobody`; for any other user, that user.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, ensure};

/// Another user and group than ours, if there must be one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Account(Option<(u32, u32)>);

impl Account {
    pub(crate) fn of_the_server() -> anyhow::Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self(None));
        }
        let ids = |name| anyhow::Ok((id("-u", name)?, id("-g", name)?));
        ids("postgres").or_else(|_| ids("nobody")).map(|other| Self(Some(other)))
    }

    /// A command that will run as this user, without any other group of ours.
    pub(crate) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if let Some((user, group)) = self.0 {
            command.uid(user).gid(group);
        }
        command
    }

    /// Makes a file or folder this user's.
    pub(crate) fn give(self, path: &Path) -> anyhow::Result<()> {
        match self.0 {
            Some((user, group)) => std::os::unix::fs::chown(path, Some(user), Some(group)).context("giving it away"),
            None => Ok(()),
        }
    }

    /// Whether this user gets into a folder, through all the folders above it.
    pub(crate) fn enters(self, folder: &Path) -> bool {
        let mut entering = self.command(Path::new("test"));
        entering.arg("-x").arg(folder).current_dir("/").stderr(Stdio::null());
        entering.status().is_ok_and(|status| status.success())
    }
}

/// The number of a user or its group.
fn id(which: &str, name: &str) -> anyhow::Result<u32> {
    let output = Command::new("id").args([which, name]).output().context("id")?;
    ensure!(output.status.success(), "there is no user {name}");
    Ok(std::str::from_utf8(&output.stdout)?.trim().parse()?)
}
