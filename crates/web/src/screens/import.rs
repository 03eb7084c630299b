//! One import: progress while it runs, the preview or the result of its rows, applying and undoing.
//!
//! Promises: a row that failed says which column and why. Must not know how a row was decided.

use std::borrow::Cow;

use askama::Template;
use onhand_core::import::Column;

use super::import_columns::column_text;
use super::imports::ImportLine;
use crate::form::Pager;
use crate::number::Whole;
use crate::texts::Texts;
use crate::words::file_name;
use crate::{Frame, ImportTask};

/// The page `/imports/{id}`; `as_rows()` is its region. Query: `rows` (a word of [`Filter`]) and `after`.
///
/// Forms: "apply" posts `force` to [`crate::link::apply_import`]; "undo" posts to [`crate::link::undo_import`]; each
/// posts `idempotency_key` and `back` as well.
#[derive(Clone, Debug, Template)]
#[template(path = "import.html", blocks = ["rows"])]
pub struct Import {
    /// The frame.
    pub frame: Frame,
    /// What it is and how far.
    pub line: ImportLine,
    /// The stock list; 0 for an import of prices.
    pub list: i64,
    /// The size of the file in bytes.
    pub bytes: i64,
    /// The format of the file: `csv`, `xlsx`, `xls`, `ods`; empty until it was looked at.
    pub format: String,
    /// The zone of times without an offset; may be empty.
    pub time_zone: String,
    /// The columns of the file, in their order.
    pub columns: Vec<ColumnUse>,
    /// What else there is to say of how the file was read.
    pub layout: LayoutNotes,
    /// Whether its columns can be chosen.
    pub can_map: bool,
    /// Rows per second, while it runs.
    pub per_second: Option<i64>,
    /// Why the file as a whole could not be imported; may be empty.
    pub error: String,
    /// What the server lacks just now; may be empty.
    pub delayed: String,
    /// The sums of its rows, once there are any.
    pub sums: Option<RowSums>,
    /// Which rows are shown.
    pub filter: Filter,
    /// The rows of this page.
    pub rows: Vec<ImportRow>,
    /// Where the page is.
    pub pager: Pager,
    /// How many stocks were written since the preview.
    pub stale: i64,
    /// Whether it is a preview that can be applied.
    pub can_apply: bool,
    /// How many rows can be taken back at the most; none if it cannot be undone.
    pub undo: Option<i64>,
    /// The import that applied this preview, or that took this import back.
    pub followed_by: Option<i64>,
    /// The preview that this import applies, or the import that it takes back.
    pub source: Option<i64>,
}

/// What there is to say of how a file was read, beside its columns.
#[derive(Clone, Debug, Default)]
pub struct LayoutNotes {
    /// The sheet, if the workbook has several; may be empty.
    pub sheet: String,
    /// The row of the header, if it is not the first one.
    pub header_row: Option<i64>,
    /// The warehouse whose rows alone are read; may be empty.
    pub warehouse: String,
    /// Whether the columns are as they were chosen for an earlier file.
    pub is_remembered: bool,
    /// Whether something has to be chosen before the file can be read.
    pub is_asked: bool,
    /// Rows that were left out because they are sums of others.
    pub totals: i64,
    /// Rows that were left out because they are of other warehouses.
    pub others: i64,
}

/// A column of the file and what it is taken for.
#[derive(Clone, Debug)]
pub struct ColumnUse {
    /// Its heading.
    pub heading: String,
    /// What it is; none if it is not read.
    pub column: Option<Column>,
}

/// The sums of the rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowSums {
    /// Rows that make a stock.
    pub new: i64,
    /// Rows that change a stock.
    pub changed: i64,
    /// Rows that change nothing.
    pub same: i64,
    /// Rows that failed.
    pub wrong: i64,
    /// How the rows change levels, where they are few enough to be looked at.
    pub changes: Option<ChangeSums>,
}

/// How rows change levels.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChangeSums {
    /// Rows whose level becomes larger.
    pub more: i64,
    /// Rows whose level becomes smaller.
    pub less: i64,
    /// Rows whose level becomes 0.
    pub to_zero: i64,
    /// Rows whose level changes by half or more.
    pub large: i64,
    /// Rows whose level becomes ten times as large or more.
    pub ten_times: i64,
    /// All units before and after.
    pub units: (i64, i64),
}

impl RowSums {
    fn total(&self) -> i64 {
        self.new + self.changed + self.same + self.wrong
    }

    /// How many rows a filter leaves, where that is known.
    pub fn of(&self, filter: Filter) -> Option<i64> {
        let changes = |of: fn(ChangeSums) -> i64| self.changes.map(of);
        match filter {
            Filter::All => Some(self.total()),
            Filter::More => changes(|sums| sums.more),
            Filter::Less => changes(|sums| sums.less),
            Filter::New => Some(self.new),
            Filter::ToZero => changes(|sums| sums.to_zero),
            Filter::Large => changes(|sums| sums.large),
            Filter::Wrong => Some(self.wrong),
        }
    }
}

/// Which rows are shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Filter {
    /// All.
    #[default]
    All,
    /// Those whose level becomes larger.
    More,
    /// Those whose level becomes smaller.
    Less,
    /// Those that make a stock.
    New,
    /// Those whose level becomes 0.
    ToZero,
    /// Those whose level changes by half or more.
    Large,
    /// Those that failed.
    Wrong,
}

impl Filter {
    /// Every filter, in the order of the tabs.
    pub const ALL: [Self; 7] = [Self::All, Self::More, Self::Less, Self::New, Self::ToZero, Self::Large, Self::Wrong];

    /// Its word in the address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::More => "more",
            Self::Less => "less",
            Self::New => "new",
            Self::ToZero => "to-zero",
            Self::Large => "large",
            Self::Wrong => "wrong",
        }
    }

    /// The filter with this word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|filter| filter.word() == word)
    }

    fn text(self, t: Texts) -> &'static str {
        match self {
            Self::All => t.all(),
            Self::More => t.rows_more(),
            Self::Less => t.rows_less(),
            Self::New => t.rows_new(),
            Self::ToZero => t.rows_to_zero(),
            Self::Large => t.rows_large(),
            Self::Wrong => t.rows_wrong(),
        }
    }

    fn is_bad(self) -> bool {
        self == Self::Wrong
    }

    fn address(self, import: impl Whole) -> String {
        crate::link::import_rows(import, if self == Self::All { "" } else { self.word() }, "")
    }
}

/// A row.
#[derive(Clone, Debug)]
pub struct ImportRow {
    /// Its number, as a spreadsheet counts.
    pub row: i64,
    /// Its SKU as it stands in the file; may be empty.
    pub sku: String,
    /// The product, if it is known.
    pub product: Option<i64>,
    /// The level before; none for a stock that is made.
    pub before: Option<i64>,
    /// The price before; empty for a stock, and for a price that is made.
    pub was: String,
    /// What the file says, as it stands in its cell.
    pub cell: String,
    /// The level after; none for a row that failed.
    pub after: Option<i64>,
    /// What is available before and after.
    pub available: Option<(i64, i64)>,
    /// The column that is wrong; may be empty.
    pub column: String,
    /// What is wrong, or what is strange about it; may be empty.
    pub remark: String,
    /// Whether the row failed.
    pub is_wrong: bool,
    /// Whether its stock was written since the preview.
    pub is_stale: bool,
}

impl ImportRow {
    fn difference(&self) -> Option<i64> {
        Some(self.after? - self.before?)
    }

    fn is_to_zero(&self) -> bool {
        self.after == Some(0) && self.before.is_some_and(|before| before != 0)
    }

    /// How many times as much the level becomes, from 10 times on: often a typing error.
    fn times(&self) -> Option<i64> {
        let (before, after) = (self.before?, self.after?);
        Some(after.checked_div(before)?).filter(|times| *times >= 10)
    }
}

impl ColumnUse {
    fn text(&self, t: Texts) -> String {
        match self.column {
            None => self.heading.clone(),
            Some(column) => t.mapped(&self.heading, column_text(t, column)),
        }
    }
}

impl Import {
    fn title(&self) -> Cow<'_, str> {
        file_name(self.frame.texts(), &self.line.file)
    }

    fn by(&self) -> String {
        let (t, name) = (self.frame.t, &self.line.by);
        match self.line.task {
            ImportTask::Preview => t.previewed_by(name),
            ImportTask::Import => t.sent_by(name),
            ImportTask::Apply => t.applied_by_name(name),
            ImportTask::Undo => t.undone_by_name(name),
        }
    }

    fn is_preview(&self) -> bool {
        self.line.task == ImportTask::Preview
    }

    fn is_undo(&self) -> bool {
        self.line.task == ImportTask::Undo
    }

    fn changed(&self) -> i64 {
        self.line.created + self.line.updated
    }
}
