//! The files of a database: which ones are open, and whether they are still the ones that their names mean.
//!
//! Promises: a new file is its owner's alone, and so are its log and the log's index, which SQLite gives the same
//! rights; a file that was removed or replaced is noticed by its device and inode. Must not know what is in it.

use std::ffi::OsString;
use std::fs::{Metadata, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::Error;

/// What the write-ahead log is called, after the database.
const LOG_SUFFIX: &str = "-wal";
/// The rights of a new file: hashes of passwords and tokens are in it, and what customers have bought.
pub(crate) const RIGHTS: u32 = 0o600;
/// The rights of those who are neither the owner nor of the group.
const OTHERS: u32 = 0o007;

/// The name of a database's write-ahead log.
pub(super) fn log_of(path: &Path) -> PathBuf {
    let mut log = OsString::from(path);
    log.push(LOG_SUFFIX);
    log.into()
}

/// Makes the file if it is not there. Rights of one that is there are the operator's: they are left, and questioned in
/// the log.
pub(super) fn prepare(path: &Path) -> Result<(), Error> {
    let fault = |fault| Error::Unavailable(format!("{}: {fault}", path.display()));
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.mode() & OTHERS != 0 => {
            let (file, mode) = (path.display(), metadata.mode() & 0o777);
            tracing::warn!(%file, mode = format!("{mode:o}"), "other users of this machine may read the database: chmod 600");
        }
        // The file that a name means is not opened beside SQLite: closing it again would end SQLite's locks.
        Err(gone) if gone.kind() == ErrorKind::NotFound => {
            OpenOptions::new().append(true).create(true).mode(RIGHTS).open(path).map_err(fault)?;
        }
        _ => {}
    }
    Ok(())
}

/// A file by what no other one is at the same time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Identity {
    device: u64,
    inode: u64,
}

impl From<&Metadata> for Identity {
    fn from(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino() }
    }
}

/// A file that was open at some time under this name.
struct Known {
    path: PathBuf,
    identity: OnceLock<Identity>,
}

impl Known {
    fn new(path: PathBuf) -> Self {
        Self { path, identity: OnceLock::new() }
    }

    /// Whether the name still means the file that it meant when this was first asked while it was there.
    fn check(&self) -> Result<(), Error> {
        let path = self.path.display();
        match std::fs::metadata(&self.path) {
            Ok(metadata) if *self.identity.get_or_init(|| (&metadata).into()) == (&metadata).into() => Ok(()),
            Ok(_) => Err(Error::Lost(format!("{path} was replaced by another file while it was open"))),
            Err(fault) if fault.kind() == ErrorKind::NotFound && self.identity.get().is_none() => Ok(()),
            Err(fault) if fault.kind() == ErrorKind::NotFound => {
                Err(Error::Lost(format!("{path} was removed while it was open")))
            }
            Err(fault) => Err(Error::Unavailable(format!("{path}: {fault}"))),
        }
    }
}

/// The files of an open database.
pub(super) struct Files {
    database: Known,
    log: Known,
}

impl Files {
    /// Of a database that was just opened.
    pub(super) fn new(path: &Path) -> Result<Self, Error> {
        let files = Self { database: Known::new(path.to_owned()), log: Known::new(log_of(path)) };
        files.check()?;
        Ok(files)
    }

    /// The database.
    pub(super) fn path(&self) -> &Path {
        &self.database.path
    }

    /// Whether both names still mean the files that are open: what is written to others is lost.
    pub(super) fn check(&self) -> Result<(), Error> {
        self.database.check()?;
        self.log.check()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_removed_or_replaced_is_noticed() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("t.db");
        std::fs::write(&path, "").expect("written");
        let files = Files::new(&path).expect("they are there");
        std::fs::write(log_of(&path), "").expect("written");
        files.check().expect("the log may come later");
        std::fs::write(&path, "more").expect("written");
        files.check().expect("it is the same file");

        let other = folder.path().join("other.db");
        std::fs::rename(&path, &other).expect("renamed");
        assert!(matches!(files.check(), Err(Error::Lost(_))));
        std::fs::copy(&other, &path).expect("copied");
        assert!(matches!(files.check(), Err(Error::Lost(_))), "another file of this name");
        std::fs::rename(&other, &path).expect("renamed");
        files.check().expect("it is back");
        std::fs::remove_file(log_of(&path)).expect("removed");
        assert!(matches!(files.check(), Err(Error::Lost(_))), "the log has what is not in the file yet");
    }
}
