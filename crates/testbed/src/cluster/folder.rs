//! A server's own folder: its data, its socket, its log, and the files it is given.
//!
//! Promises: it is the server's user's alone, that user gets into it, and its name is short enough for a socket.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use tempfile::TempDir;

use super::{Settings, Tls};
use crate::account::Account;

/// A socket's whole name has at most 107 bytes; ours adds the folder's own name and the socket's.
const PARENT_BYTES_MAX: usize = 70;
const LOG_LINES_MAX: usize = 10;
/// A file system in memory. A database is 300 files, and on disk some file systems take many times as long to make
/// them once as many were dropped a moment ago.
const MEMORY: &str = "/dev/shm";
/// What a quick server may come to need; containers have 64 MiB there.
const MEMORY_FREE_BYTES_MIN: u64 = 2 << 30;

const CERTIFICATE: &str = "server.crt";
const KEY: &str = "server.key";
const AUTHORITY: &str = "authority.crt";

/// Makes the folder, in the given one or in the first that will do.
pub(super) fn make(account: Account, settings: &Settings) -> anyhow::Result<TempDir> {
    let memory = || (!settings.durable && is_roomy(MEMORY)).then(|| MEMORY.into());
    let usual = || memory().into_iter().chain([std::env::temp_dir(), "/tmp".into(), "/var/tmp".into()]).collect();
    let parents: Vec<PathBuf> = settings.folder.as_ref().map_or_else(usual, |folder| vec![folder.clone()]);
    let fits = |parent: &PathBuf| parent.as_os_str().len() <= PARENT_BYTES_MAX && account.enters(parent);
    let parents = parents.into_iter().filter_map(|parent| parent.canonicalize().ok());
    let parent = parents.into_iter().find(fits).context("no temporary folder is open to the server's user")?;
    let folder = tempfile::Builder::new().prefix("onhand-pg-").tempdir_in(parent)?;
    account.give(folder.path())?;
    Ok(folder)
}

fn is_roomy(folder: &str) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|room| room.f_bavail * room.f_frsize >= MEMORY_FREE_BYTES_MIN)
}

/// Writes what the server is given, and says where the password is.
pub(super) fn write(account: Account, folder: &Path, password: &str, tls: Option<&Tls>) -> anyhow::Result<PathBuf> {
    let write = |name: &str, text: &str| -> anyhow::Result<PathBuf> {
        let path = folder.join(name);
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path)?.write_all(text.as_bytes())?;
        account.give(&path)?;
        Ok(path)
    };
    if let Some(tls) = tls {
        write(CERTIFICATE, &tls.certificate)?;
        write(KEY, &tls.key)?;
        tls.authority.as_ref().map(|authority| write(AUTHORITY, authority)).transpose()?;
    }
    write("password", password)
}

/// The options that name the files of TLS: from the data, which is beside them.
pub(super) fn tls_options(tls: &Tls) -> Vec<String> {
    let mut options =
        vec!["ssl=on".to_owned(), format!("ssl_cert_file=../{CERTIFICATE}"), format!("ssl_key_file=../{KEY}")];
    options.extend(tls.authority.as_ref().map(|_| format!("ssl_ca_file=../{AUTHORITY}")));
    options
}

/// The end of a log.
pub(super) fn last_lines(log: &Path) -> String {
    let log = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(LOG_LINES_MAX)..].join("\n")
}
