//! The writer lock: which process changes stock in an embedded database.
//!
//! Promises: one process at a time has the lock of a file, and loses it however it ends. Must not know tables, and
//! keeps no process from reading or writing: an operation that needs the lock asks for it.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use crate::Error;
use crate::engine::sqlite::RIGHTS;

/// The name of the lock's own file, after the database's. A lock on the database's file would be in SQLite's way.
const SUFFIX: &str = "-lock";

/// Says that no other process changes stock in the same file.
#[derive(Debug)]
pub struct WriterLock {
    /// Open as long as the process has the lock. It is not removed: another process may wait for this very file.
    file: Option<(File, PathBuf)>,
}

impl WriterLock {
    /// The lock of a database that needs none.
    pub(crate) const fn nothing() -> Self {
        Self { file: None }
    }

    /// Whether the lock's file is still the one that its name means: otherwise another process can take the lock, too,
    /// and this is [`Error::Lost`].
    pub fn check(&self) -> Result<(), Error> {
        let Some((file, path)) = &self.file else { return Ok(()) };
        let open = file.metadata().map(|metadata| (metadata.dev(), metadata.ino()));
        let named = std::fs::metadata(path).map(|metadata| (metadata.dev(), metadata.ino()));
        match (open, named) {
            (Ok(open), Ok(named)) if open == named => Ok(()),
            _ => Err(Error::Lost(format!("{} was removed or replaced while it was locked", path.display()))),
        }
    }

    /// Takes the lock of a file, if no other process has it.
    pub(crate) fn take(database: &Path) -> Result<Option<Self>, Error> {
        let mut path = OsString::from(database);
        path.push(SUFFIX);
        let fault = |fault| Error::Unavailable(format!("{}: {fault}", Path::new(&path).display()));
        let file = OpenOptions::new().create(true).append(true).mode(RIGHTS).open(&path).map_err(fault)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { file: Some((file, path.into())) })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(other)) => Err(fault(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_has_it_until_it_is_dropped() {
        let folder = tempfile::tempdir().unwrap();
        let (one, other) = (folder.path().join("one.db"), folder.path().join("other.db"));
        let lock = WriterLock::take(&one).unwrap();
        assert!(lock.is_some());
        assert!(WriterLock::take(&one).unwrap().is_none(), "it is locked");
        assert!(WriterLock::take(&other).unwrap().is_some(), "another file is another matter");
        lock.as_ref().unwrap().check().unwrap();
        std::fs::rename(folder.path().join("one.db-lock"), folder.path().join("gone")).unwrap();
        assert!(matches!(lock.as_ref().unwrap().check(), Err(Error::Lost(_))));
        std::fs::rename(folder.path().join("gone"), folder.path().join("one.db-lock")).unwrap();
        drop(lock);
        assert!(WriterLock::take(&one).unwrap().is_some(), "it was given back");
    }
}
