//! Copying the write-ahead log back into the file, beside the writer.
//!
//! Promises: the log stays bounded: what the thread beside the writer has not copied when the log is at its longest, the
//! writer copies itself. Nothing is less durable for it: the log is flushed before a commit is answered, and what is copied
//! stays in the log until the file is flushed. Must not know what is written.

use std::path::Path;

use rusqlite::hooks::Wal;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB, OpenFlags};

use super::{error, open, start};
use crate::Error;

/// Pages that the log grows by before they are copied: the more, the fewer pages are copied that are written again soon.
pub(super) const PAGES: i32 = 24_000;
/// How many times that it may grow before the writer copies the rest itself: while it never pauses, the log could not begin
/// anew otherwise.
const GROWTH: i32 = 3;

/// Has the log of this writer copied back from now on, whenever it has grown by so many pages.
pub(super) fn keep_short(writer: &mut Connection, path: &Path, every: i32) -> Result<(), Error> {
    let copier = start("onhand-copier", vec![open(path, OpenFlags::default())?])?;
    let mut asked_at = 0;
    let hook = move |log: &mut Wal, pages: i32| {
        if pages < asked_at {
            // It has begun anew.
            asked_at = 0;
        }
        if pages >= GROWTH * every {
            // Where the other thread is at it just now, the next commit tries again.
            let _ = log.checkpoint();
        } else if pages >= asked_at + every {
            asked_at = pages;
            let _ = copier.send(Box::new(copy));
        }
        Ok(())
    };
    writer.wal_hook(Some(hook)).map_err(error)
}

/// Copies what is in the log by now. What a reader still looks at, and what fails, is copied another time.
fn copy(connection: &mut Connection) {
    let _ = connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::PASSIVE);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_stays_short_however_much_is_written() {
        const EVERY: i32 = 40;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("t.db");
        let mut writer = open(&path, OpenFlags::default()).expect("opens");
        writer.pragma_update(None, "journal_mode", "WAL").expect("a log");
        keep_short(&mut writer, &path, EVERY).expect("a hook");
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
}
