//! A copy of an open database file, made while others write it.
//!
//! Promises: the copy is the database as it was at one moment, flushed to disk, without a log of its own. Must not know
//! what is in it.

use std::fs::File;
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::{error, open, pragma};
use crate::Error;

/// Pages copied between two reports: some megabytes.
const PAGES: i32 = 1_024;

/// Copies what this connection sees into a file; `told` is called with how many bytes of how many are copied.
pub(super) fn run(source: &mut Connection, target: &Path, mut told: impl FnMut(u64, u64)) -> Result<(), Error> {
    // One snapshot for all steps: what is committed meanwhile neither gets in nor begins the copy anew.
    let snapshot = source.transaction().map_err(error)?;
    let page_bytes: i64 = snapshot.query_row("PRAGMA page_size", [], |row| row.get(0)).map_err(error)?;
    let page_bytes = page_bytes.unsigned_abs();
    snapshot.query_row("SELECT COUNT(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)).map_err(error)?;
    let mut copy = open(target, OpenFlags::default())?;
    // A copy that breaks off is thrown away, so it needs no journal.
    pragma(&copy, "journal_mode", "OFF")?;
    pragma(&copy, "synchronous", "OFF")?;
    let backup = Backup::new(&snapshot, &mut copy).map_err(error)?;
    loop {
        let step = backup.step(PAGES).map_err(error)?;
        let progress = backup.progress();
        let (all, left) = (progress.pagecount.unsigned_abs(), progress.remaining.unsigned_abs());
        told(u64::from(all - left) * page_bytes, u64::from(all) * page_bytes);
        match step {
            StepResult::Done => break,
            StepResult::More => {}
            _ => return Err(Error::Unavailable("the database file is locked by another process".to_owned())),
        }
    }
    drop(backup);
    copy.close().map_err(|(_, fault)| error(fault))?;
    drop(snapshot);
    let flushed = File::open(target).and_then(|file| file.sync_all());
    flushed.map_err(|fault| Error::Unavailable(format!("{}: {fault}", target.display())))
}
