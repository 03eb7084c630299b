//! Copying the write-ahead log back into the file, beside the writer and while the writer rests.
//!
//! Promises: the log stays bounded: what the thread beside the writer has not copied when the log is at its longest,
//! the writer copies itself. A writer that rests leaves an empty log, so that the file has everything. Nothing is less
//! durable for it: the log is flushed before a commit is answered, and what is copied stays in the log until the file
//! is flushed. Must not know what is written.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::file::{Files, log_of};
use super::thread::{Idle, Workers};
use super::{BUSY, error, open};
use crate::Error;

/// Pages that the log grows by before they are copied: the more, the fewer pages are copied that are written again
/// soon.
pub(super) const PAGES: i32 = 24_000;
/// How many times that it may grow before the writer copies the rest itself: while it never pauses, the log could not
/// begin anew otherwise.
const GROWTH: i32 = 3;
/// In how many steps the copier is asked before the log is at its longest: the writer, which everybody waits for, copies
/// what came after the last of them.
const LAST_STEPS: i32 = 8;
/// How long the writer rests before the log is copied; after as long again it is emptied.
pub(super) const REST: Duration = Duration::from_secs(5);
/// How long the end of the writer waits for other processes that read.
const END_BUSY: Duration = Duration::from_secs(5);
/// How long the thread beside the writer may take to end: it may be copying a long log.
const COPIER_END: Duration = Duration::from_mins(1);

/// Has the log of this writer copied back from now on, whenever it has grown by so many pages, and when it rests.
pub(super) fn install_checkpoints(
    writer: &mut Connection,
    files: &Arc<Files>,
    every: i32,
) -> Result<Box<dyn Idle>, Error> {
    let path = files.path();
    let copier = Arc::new(Workers::start("onhand-copier", vec![open(path, OpenFlags::default())?])?);
    let mut growth = Growth { every, asked_at: 0 };
    let beside = copier.clone();
    let hook = move |log: &mut Wal, pages: i32| {
        match growth.to(pages) {
            CopiedBy::Nobody => {}
            CopiedBy::Copier => _ = beside.send(Box::new(copy)),
            // Where the other thread is at it just now, the next commit tries again.
            CopiedBy::Writer => _ = log.checkpoint(),
        }
        Ok(())
    };
    writer.wal_hook(Some(hook)).map_err(error)?;
    Ok(Box::new(Resting { files: files.clone(), log: log_of(path), copier, is_copied: false }))
}

/// Who copies the log after a commit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum CopiedBy {
    Nobody,
    Copier,
    Writer,
}

/// How far the log has grown, in pages.
struct Growth {
    every: i32,
    /// How long it was when the copier was asked last.
    asked_at: i32,
}

impl Growth {
    /// A commit made the log so long.
    fn to(&mut self, pages: i32) -> CopiedBy {
        if pages < self.asked_at {
            // It has begun anew.
            self.asked_at = 0;
        }
        let step = match pages < (GROWTH - 1) * self.every {
            true => self.every,
            false => self.every / LAST_STEPS,
        };
        if pages >= GROWTH * self.every {
            return CopiedBy::Writer;
        }
        if pages < self.asked_at + step {
            return CopiedBy::Nobody;
        }
        self.asked_at = pages;
        CopiedBy::Copier
    }
}

/// Copies what is in the log by now. What a reader still looks at, and what fails, is copied another time.
fn copy(connection: &mut Connection) {
    let _ = connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::PASSIVE);
}

/// A writer that rests: first the thread beside it copies the log, which keeps no transaction from writing, then it
/// empties the log, which is quick.
struct Resting {
    files: Arc<Files>,
    log: PathBuf,
    copier: Arc<Workers>,
    is_copied: bool,
}

impl Idle for Resting {
    fn rest(&mut self, writer: &mut Connection) {
        // Also what other processes have written: all processes share the log.
        let is_empty = std::fs::metadata(&self.log).map_or(true, |log| log.len() == 0);
        if is_empty || !self.is_copied {
            self.is_copied = !is_empty && self.copier.send(Box::new(copy));
            return;
        }
        // Current readers are not waited for; the next rest tries again.
        if empty(writer, Duration::ZERO).is_ok_and(|emptied| emptied) {
            self.is_copied = false;
        }
    }

    fn end(&mut self, writer: &mut Connection) {
        let _ = writer.wal_hook(None::<fn(&mut Wal, i32) -> rusqlite::Result<()>>);
        self.copier.end(COPIER_END);
        if matches!(self.files.check(), Err(Error::Lost(_))) {
            leave(writer);
        }
    }
}

/// Leaves files that have lost their names: what the log has goes into the file that is open, and nothing is removed by
/// a name that may mean another program's file by now.
fn leave(writer: &Connection) {
    let _ = empty(writer, Duration::ZERO);
    let _ = writer.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
}

/// Copies the whole log and empties it; whether no other transaction was in the way for so long.
pub(super) fn empty(writer: &Connection, patience: Duration) -> Result<bool, Error> {
    writer.busy_timeout(patience).map_err(error)?;
    let done = writer.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::TRUNCATE);
    writer.busy_timeout(BUSY).map_err(error)?;
    match done {
        Ok(_) => Ok(true),
        Err(fault) if fault.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => Ok(false),
        Err(fault) => Err(error(fault)),
    }
}

/// The same at the end of the writer, where it is an error if a transaction is in the way.
pub(super) fn empty_at_end(writer: &Connection) -> Result<(), Error> {
    match empty(writer, END_BUSY)? {
        true => Ok(()),
        false => Err(Error::Unavailable("another process reads the database file".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn files(path: &Path) -> Arc<Files> {
        Arc::new(Files::new(path).expect("they are there"))
    }

    #[test]
    fn little_is_left_for_the_writer_to_copy() {
        let mut growth = Growth { every: 80, asked_at: 0 };
        let mut asked = Vec::new();
        for pages in 1..240 {
            match growth.to(pages) {
                CopiedBy::Nobody => {}
                CopiedBy::Copier => asked.push(pages),
                CopiedBy::Writer => panic!("at {pages} pages"),
            }
        }
        assert_eq!(asked, [80, 160, 170, 180, 190, 200, 210, 220, 230]);
        assert_eq!((growth.to(240), growth.to(241)), (CopiedBy::Writer, CopiedBy::Writer));
        assert_eq!(
            (growth.to(3), growth.to(82), growth.to(83)),
            (CopiedBy::Nobody, CopiedBy::Copier, CopiedBy::Nobody)
        );
    }

    #[test]
    fn the_log_stays_short_however_much_is_written() {
        const EVERY: i32 = 40;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("t.db");
        let mut writer = open(&path, OpenFlags::default()).expect("opens");
        writer.pragma_update(None, "journal_mode", "WAL").expect("a log");
        let _idle = install_checkpoints(&mut writer, &files(&path), EVERY).expect("a hook");
        writer.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT) STRICT").expect("a table");
        let text = "text".repeat(1_000);
        for _ in 0..1_000 {
            writer.execute("INSERT INTO t (text) VALUES (?1)", [&text]).expect("written");
        }
        let log = std::fs::metadata(folder.path().join("t.db-wal")).expect("the log").len();
        // A commit of some pages may come while the other thread is at it.
        assert!(log < 4_200 * 10 * EVERY as u64, "{log} bytes");
        let kept: i64 = writer.query_row("SELECT COUNT(*) FROM t", [], |row| row.get(0)).expect("read");
        assert_eq!(kept, 1_000);
    }

    #[test]
    fn a_writer_that_rests_leaves_an_empty_log() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("t.db");
        let mut writer = open(&path, OpenFlags::default()).expect("opens");
        writer.pragma_update(None, "journal_mode", "WAL").expect("a log");
        let mut idle = install_checkpoints(&mut writer, &files(&path), PAGES).expect("a hook");
        let reader = super::super::open_reader(&path).expect("opens");
        writer.execute_batch("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT").expect("a table");
        let length = || std::fs::metadata(log_of(&path)).expect("the log").len();
        assert!(length() > 0);
        reader.execute_batch("BEGIN; SELECT * FROM t").expect("read");
        writer.execute_batch("INSERT INTO t VALUES (1)").expect("written");
        idle.rest(&mut writer);
        idle.rest(&mut writer);
        assert!(length() > 0, "a reader needs it");
        reader.execute_batch("COMMIT").expect("read");
        for _ in 0..1_000 {
            idle.rest(&mut writer);
            if length() == 0 {
                return;
            }
            std::thread::yield_now();
        }
        panic!("it is never emptied");
    }
}
