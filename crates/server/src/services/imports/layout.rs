//! The layout of a file: its sheet, its header, what its columns are, and what has to be asked about them.
//!
//! Promises: what was stored by one version of the program is read by the next; every text and every list in it has a
//! limit. Must not know how a file is read or how a layout is shown.

use onhand_core::import::{Cell, Column, Columns, Draft, HeadRow, shown_heading};
use serde::{Deserialize, Serialize};

/// The first rows that are kept, the columns of them, and the characters of a cell.
const SAMPLE_ROWS: usize = 12;
const SAMPLE_COLUMNS: usize = 40;
const SAMPLE_CHARS: usize = 40;
/// The first column of a result.
pub const RESULT_BEGINS: &str = "import_row";
/// Sheets that are named.
pub const SHEETS_MAX: usize = 40;
/// Warehouses that are named.
pub const WAREHOUSES_MAX: usize = 60;
/// The characters of a warehouse that count.
pub const WAREHOUSE_CHARS_MAX: usize = 128;

/// The layout of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    /// The number of the sheet, from 0, among those that are not hidden.
    pub sheet: usize,
    /// The names of those sheets; none of text.
    pub sheets: Vec<String>,
    /// The row of the header, as a spreadsheet counts; 0 if there is none.
    pub header_row: u64,
    /// The columns of the header.
    pub columns: Vec<LayoutColumn>,
    /// The warehouse whose rows are meant, if not those of all.
    pub warehouse: Option<String>,
    /// The warehouses that the file has rows of, where it has a column of them.
    pub warehouses: Vec<String>,
    /// Where the choice of columns comes from.
    pub origin: MappingOrigin,
    /// What has to be chosen; nothing if the file was understood.
    pub questions: Vec<Question>,
    /// The first rows of the sheet.
    pub rows: Vec<SampleRow>,
    /// Whether the file was understood.
    pub is_understood: bool,
    /// Rows that are left out because they are sums of others.
    pub total_rows: i64,
    /// Rows that are left out because they are about other warehouses.
    pub other_warehouse_rows: i64,
    /// What the headings are remembered by.
    pub headings: String,
}

/// A column of a header.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct LayoutColumn {
    /// Its heading; may be empty.
    pub heading: String,
    /// What it is taken for, by its name on the wire; nothing if it is not read.
    pub column: Option<String>,
}

impl LayoutColumn {
    /// What it is taken for.
    pub fn role(&self) -> Option<Column> {
        let name = self.column.as_deref()?;
        Column::ALL.into_iter().find(|column| column.name() == name)
    }
}

/// Where the choice of columns comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MappingOrigin {
    /// The names of the columns.
    #[default]
    Headings,
    /// An earlier file of the list that had the same headings.
    Remembered,
    /// The sender of this file.
    Given,
}

impl MappingOrigin {
    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Headings => "headings",
            Self::Remembered => "remembered",
            Self::Given => "given",
        }
    }
}

/// Something that has to be chosen.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Question {
    /// What: `sheet`, or a column by its name on the wire; `warehouse` is the choice of one.
    pub about: String,
    /// The choices.
    pub choices: Vec<String>,
}

/// One of the first rows.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct SampleRow {
    /// Its number, as a spreadsheet counts.
    pub row: u64,
    /// Its first cells, cut.
    pub cells: Vec<String>,
}

/// What must be known to read the rows of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Understood {
    /// The number of the sheet, from 0.
    pub sheet: usize,
    /// The row of the header.
    pub header_row: u64,
    /// The columns.
    pub columns: Columns,
    /// Headings that mean nothing here.
    pub ignored: Vec<String>,
    /// How many columns are of the file itself: those behind them are of the result of an earlier import.
    pub width: usize,
}

impl Layout {
    /// How the rows are read, if the file was understood.
    pub fn understood(&self) -> Option<Understood> {
        let places = self.columns.iter().enumerate().filter_map(|(place, column)| Some((column.role()?, place)));
        let ignored = self.columns.iter().filter(|column| column.column.is_none() && !column.heading.is_empty());
        self.is_understood.then(|| Understood {
            sheet: self.sheet,
            header_row: self.header_row,
            columns: Columns::known(places, self.warehouse.clone()),
            ignored: ignored.map(|column| column.heading.clone()).collect(),
            width: self.columns.iter().position(|column| column.heading == RESULT_BEGINS).unwrap_or(usize::MAX),
        })
    }

    /// Notes the header and its columns, as far as they are known.
    pub fn note_header(&mut self, header: &HeadRow, draft: Option<&Draft>) {
        let cells = header.cells();
        self.header_row = header.number;
        let picked =
            draft.map_or(0, |draft| draft.roles(256).iter().rposition(Option::is_some).map_or(0, |last| last + 1));
        let count = cells.len().max(picked);
        let roles = draft.map_or_else(|| vec![None; count], |draft| draft.roles(count));
        let heading =
            |place: usize| cells.get(place).map_or_else(String::new, |cell: &Cell<'_>| shown_heading(cell.text));
        let column = |(place, role): (usize, Option<Column>)| LayoutColumn {
            heading: heading(place),
            column: role.map(|role| role.name().to_owned()),
        };
        self.columns = roles.into_iter().enumerate().map(column).collect();
        let question = |(column, places): &(Column, Vec<usize>)| Question {
            about: column.name().to_owned(),
            choices: places.iter().map(|place| heading(*place)).collect(),
        };
        self.questions = draft.map_or_else(Vec::new, |draft| draft.conflicts.iter().map(question).collect());
    }

    /// Notes the first rows, from a little before the header on.
    pub fn note_rows(&mut self, rows: &[HeadRow], header: usize) {
        let first = if header < SAMPLE_ROWS / 2 { 0 } else { header - 2 };
        let cell =
            |(_, text): &(_, String)| text.chars().filter(|letter| !letter.is_control()).take(SAMPLE_CHARS).collect();
        let sample = |row: &HeadRow| SampleRow {
            row: row.number,
            cells: row.cells.iter().take(SAMPLE_COLUMNS).map(cell).collect(),
        };
        self.rows = rows.iter().skip(first).take(SAMPLE_ROWS).map(sample).collect();
    }

    /// The name of the sheet; empty for text.
    pub fn sheet_name(&self) -> &str {
        self.sheets.get(self.sheet).map_or("", String::as_str)
    }

    /// The form that is stored.
    pub fn encode(&self) -> String {
        serde_json::to_string(self).expect("plain data has a form in memory")
    }

    /// The layout that was stored, if it can be read.
    pub fn decode(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}
