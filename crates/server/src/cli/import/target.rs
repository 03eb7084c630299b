//! Where imports are done: what the command asks of a server and of a database alike.
//!
//! Promises: nothing but these questions. Must not know how they are answered.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use anyhow::{Context as _, bail};
use bytes::Bytes;
use onhand_core::import::ColumnMapping;

use super::report::Report;
use crate::cli::client::{ListKind, StockClient};
use crate::cli::progress::Progress;

/// Bytes of a file that are in memory at a time.
const BLOCK_BYTES: usize = 128 * 1_024;

/// What is done with a file.
#[derive(Clone, Debug)]
pub(super) struct ImportOptions {
    pub(super) mode: &'static str,
    pub(super) is_dry_run: bool,
    /// What is said of the columns of the file.
    pub(super) mapping: Option<ColumnMapping>,
}

/// What follows an import.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Apply { force: bool },
    Undo,
}

/// Rows that a report shows.
pub(super) const SHOWN: usize = 20;

/// A server or a database.
pub(super) trait ImportTarget {
    /// The client of it.
    fn client(&self) -> &impl StockClient;

    /// Sends a file. What the import is asked for with.
    async fn send(&mut self, list: (ListKind, i64), file: Outgoing, wish: ImportOptions) -> anyhow::Result<String>;

    /// Lets something follow an import. What that is asked for with.
    async fn follow(&mut self, key: &str, step: Step) -> anyhow::Result<String>;

    /// How an import is, with its first rows if they are wanted. `Ok(None)`: that cannot be told just now.
    async fn report(&mut self, key: &str, with_rows: bool) -> anyhow::Result<Option<Report>>;

    /// What keeps the last report from telling more, if anything does.
    fn remark(&self) -> Option<&'static str>;

    /// The flags with which a command comes to the same target again.
    fn flags(&self) -> String;

    /// The work that goes on when the command waits no more.
    fn when_left(&self) -> &'static str;

    /// Leaves it in order.
    async fn close(self);
}

/// A file on its way.
pub(super) struct Outgoing {
    file: File,
    pub(super) name: String,
    pub(super) bytes: u64,
    progress: Progress,
}

impl Outgoing {
    /// Opens a file that must be one.
    pub(super) fn open(path: &Path) -> anyhow::Result<Self> {
        let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
        let about = file.metadata().with_context(|| format!("cannot read {}", path.display()))?;
        if !about.is_file() {
            bail!("{} is not a file", path.display());
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Self { file, name, bytes: about.len(), progress: Progress::begin("sent", true) })
    }

    /// The next block of the file; `None` at the end. A disk is waited for where it is asked: no other task has
    /// anything to do.
    pub(super) fn block(&mut self) -> io::Result<Option<Bytes>> {
        let mut block = vec![0; BLOCK_BYTES];
        let bytes = self.file.read(&mut block)?;
        block.truncate(bytes);
        self.progress.add(bytes as u64, self.bytes);
        Ok((bytes > 0).then(|| block.into()))
    }
}
