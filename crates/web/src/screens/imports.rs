//! The list of imports. Must not know what is in a file.

use std::borrow::Cow;

use askama::Template;
use onhand_core::Timestamp;

use crate::bar::Meter;
use crate::form::Pager;
use crate::texts::Texts;
use crate::words::file_name;
use crate::{Frame, ImportMode, ImportState, ImportTask, link, number};

/// The page `/imports`; `as_rows()` is its region. Query: `view` (`all`, `running`, `failed`, `mine`) and `after`.
#[derive(Clone, Debug, Template)]
#[template(path = "imports.html", blocks = ["rows"])]
pub struct Imports {
    /// The frame.
    pub frame: Frame,
    /// The open view: `all`, `running`, `failed` or `mine`.
    pub view: String,
    /// The imports, the newest first.
    pub rows: Vec<ImportLine>,
    /// Where the page is.
    pub pager: Pager,
    /// Whether no file has been sent at all.
    pub is_empty: bool,
}

impl Imports {
    fn address(view: &str) -> String {
        let view = if view == "all" { "" } else { view };
        link::with_query(link::imports(), &[("view", view)])
    }

    fn views(&self) -> [(&'static str, &'static str); 4] {
        let t = self.frame.t;
        [("all", t.all()), ("running", t.imports_running()), ("failed", t.imports_failed()), ("mine", t.imports_mine())]
    }
}

/// An import in one line.
#[derive(Clone, Debug)]
pub struct ImportLine {
    /// Its id.
    pub id: i64,
    /// The name of the file; may be empty for rows that were typed.
    pub file: String,
    /// The name of its list.
    pub list: String,
    /// When it was sent.
    pub at: Timestamp,
    /// Who sent it.
    pub by: String,
    /// What its rows mean.
    pub mode: ImportMode,
    /// What it is for.
    pub task: ImportTask,
    /// How far it is.
    pub state: ImportState,
    /// Rows in all; 0 while that is not known.
    pub total: i64,
    /// Rows that have a result.
    pub processed: i64,
    /// Rows that make a stock.
    pub created: i64,
    /// Rows that change a stock.
    pub updated: i64,
    /// Rows that change nothing.
    pub unchanged: i64,
    /// Rows that failed.
    pub failed: i64,
}

impl ImportLine {
    /// What it is called.
    pub fn name(&self, t: Texts) -> Cow<'_, str> {
        file_name(t, &self.file)
    }

    /// How far it is, in hundredths.
    pub fn percent(&self) -> i64 {
        number::share(self.processed, self.total)
    }

    /// How far it is, as a line.
    pub fn meter(&self) -> Meter {
        Meter(self.percent())
    }
}
