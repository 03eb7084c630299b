//! A column mapping: what a person or a program says of the columns of a file, and which row of it is the header.
//!
//! Promises: what a mapping does not mention is understood as without one. The header is looked for in the first rows
//! only, and a first row that is a header is one, whatever stands below it. Must not know file formats, nor where
//! mappings are kept.

use super::columns::{Draft, is_data};
use super::{Cell, CellKind, Column, Columns, HeaderError, Subject, normalize};

/// Rows among which the header is looked for.
pub const HEADER_ROWS_MAX: usize = 50;

/// A column of a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pick {
    /// By its header.
    Heading(String),
    /// By its number, from 1.
    Number(usize),
}

/// What is said of the columns of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ColumnMapping {
    /// The sheet of a workbook, by its name.
    pub sheet: Option<String>,
    /// The row of the header, as a spreadsheet counts.
    pub header_row: Option<u64>,
    /// What columns are; none of those that are not to be read.
    pub columns: Vec<(Column, Option<Pick>)>,
    /// The warehouse whose rows are meant.
    pub warehouse: Option<String>,
}

impl ColumnMapping {
    /// Whether it says that a column is another one, or is not to be read.
    pub fn says(&self, column: Column) -> bool {
        self.columns.iter().any(|(said, _)| *said == column)
    }
}

/// One of the first rows of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeadRow {
    /// Its number, as a spreadsheet counts.
    pub number: u64,
    /// Its cells.
    pub cells: Vec<(CellKind, String)>,
}

impl HeadRow {
    /// Its cells, as the rules know them.
    pub fn cells(&self) -> Vec<Cell<'_>> {
        self.cells.iter().map(|(kind, text)| Cell { kind: *kind, text }).collect()
    }
}

/// The header of a table, or the row that it most likely is, with what is wrong with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FoundHeader {
    /// What the table was read as.
    pub subject: Subject,
    /// Its place among the first rows.
    pub row: usize,
    /// What was said of the columns: what was asked for, or what was remembered.
    pub mapping: ColumnMapping,
    /// Whether that was remembered.
    pub is_remembered: bool,
    /// The columns.
    pub columns: Result<Columns, HeaderError>,
}

impl FoundHeader {
    /// Whether the row is a header, though not all of it may be understood.
    pub const fn is_header(&self) -> bool {
        matches!(self.columns, Ok(_) | Err(HeaderError::Twice { .. }))
    }

    /// What its columns are taken for, and for what several could be.
    pub fn draft(&self, header: &[Cell<'_>]) -> Option<Draft> {
        Draft::of(header, self.subject, &self.mapping).ok()
    }
}

/// Finds the header among the first rows of a table. Without a mapping, what is remembered of a row's headers counts.
pub fn find_header(
    rows: &[HeadRow],
    subject: Subject,
    mapping: Option<&ColumnMapping>,
    remembered: &dyn Fn(&[Cell<'_>]) -> Option<ColumnMapping>,
) -> Option<FoundHeader> {
    let read = |row: usize, mapping: ColumnMapping, is_remembered| FoundHeader {
        subject,
        row,
        columns: Columns::mapped(&rows[row].cells(), subject, &mapping),
        mapping,
        is_remembered,
    };
    let rows_of = || 0..rows.len().min(HEADER_ROWS_MAX);
    let given = mapping.cloned().unwrap_or_default();
    if let Some(wanted) = given.header_row {
        return match rows_of().find(|row| rows[*row].number == wanted) {
            Some(row) => Some(read(row, given, false)),
            None => rows_of()
                .next()
                .map(|row| FoundHeader { columns: Err(HeaderError::NoSuchRow(wanted)), ..read(row, given, false) }),
        };
    }
    if mapping.is_none() {
        let known = |row: usize| Some(read(row, remembered(&rows[row].cells())?, true));
        if let Some(found) = rows_of().filter_map(known).find(|found| found.columns.is_ok()) {
            return Some(found);
        }
    }
    let has_picked = |found: &FoundHeader| names_picked(&rows[found.row].cells(), &given);
    let mut read_all = rows_of().map(|row| read(row, given.clone(), false));
    if let Some(found) = read_all.find(|found| found.is_header() && has_picked(found)) {
        return Some(found);
    }
    // What is wrong is told of the first row; the row that looks most like a header is where a person begins.
    let first = rows_of().next().map(|row| read(row, given.clone(), false))?;
    Some(FoundHeader {
        row: rows_of().rev().max_by_key(|row| likeness(&rows[*row].cells(), subject)).unwrap_or(0),
        ..first
    })
}

/// Whether the columns that a mapping names by their numbers have a heading in a row: a title above the header has none.
fn names_picked(cells: &[Cell<'_>], mapping: &ColumnMapping) -> bool {
    let is_named = |number: usize| {
        let cell = cells.get(number.saturating_sub(1)).copied().unwrap_or(Cell::EMPTY);
        !cell.is_empty() && !is_data(cell)
    };
    mapping.columns.iter().all(|(_, pick)| match pick {
        Some(Pick::Number(number)) => is_named(*number),
        Some(Pick::Heading(_)) | None => true,
    })
}

/// How much a row looks like a header: known names first, then texts without a number beside them.
fn likeness(cells: &[Cell<'_>], subject: Subject) -> (usize, usize) {
    let known = Draft::of(cells, subject, &ColumnMapping::default())
        .map_or(0, |draft| draft.roles(cells.len()).into_iter().flatten().count());
    let texts =
        if cells.iter().copied().any(is_data) { 0 } else { cells.iter().filter(|cell| !cell.is_empty()).count() };
    (known, texts)
}

/// The headers of a row as a set: the same for the next file of the same program. Their order does not matter.
pub fn heading_set(cells: &[Cell<'_>]) -> Vec<String> {
    let mut headings: Vec<String> =
        cells.iter().filter(|cell| !cell.is_empty()).map(|cell| normalize::word(cell.text)).collect();
    headings.sort();
    headings.dedup();
    headings
}
