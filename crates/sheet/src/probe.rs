//! What is true of every file, as functions that panic if it is not: for tests with hostile files and for fuzzing.
//!
//! Promises: [`file()`] returns for any bytes, in time and memory that follow from their number, or something is wrong
//! here.

use std::io::Cursor;

use crate::{CsvWriter, Format, Limits, Out, Row, SheetError, read};

/// What was found in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// What the file was taken for; `None` if it was rejected at once.
    pub format: Option<Format>,
    /// Rows that could be read.
    pub rows: usize,
    /// Rows that could not.
    pub lost: usize,
    /// Whether it was read to its end.
    pub whole: bool,
}

/// Narrow bounds, so that small files reach them.
pub fn limits() -> Limits {
    Limits {
        rows_max: 1_000,
        columns_max: 16,
        cell_chars_max: 200,
        row_bytes_max: 1_000,
        entries_max: 20,
        inflated_bytes_max: 1 << 20,
        ratio_max: 100,
        shared_strings_bytes_max: 64 << 10,
        whole_bytes_max: 1 << 20,
        whole_cells_max: 10_000,
    }
}

/// Reads a file to its end and looks at each row; then writes what was read as CSV, which must come back as it was.
pub fn file(bytes: &[u8]) -> Found {
    let limits = limits();
    let mut found = Found { format: None, rows: 0, lost: 0, whole: false };
    let (mut row, mut rows) = (Row::new(), Vec::new());
    let Ok(mut sheet) = read(Box::new(Cursor::new(bytes.to_vec())), &limits) else { return found };
    found.format = Some(sheet.format());
    loop {
        match sheet.next(&mut row) {
            Ok(true) => {
                found.rows += 1;
                rows.push(checked(&row, &limits));
            }
            Ok(false) => {
                found.whole = true;
                break;
            }
            Err(fault) => {
                assert!(!fault.to_string().is_empty(), "every fault has a sentence");
                if fault.lost_row().is_none() {
                    assert!(matches!(sheet.next(&mut row), Ok(false)), "a fault of the file is its end");
                    break;
                }
                found.lost += 1;
            }
        }
        assert!((found.rows + found.lost) as u64 <= limits.rows_max, "more rows than may be");
    }
    comes_back(&rows, &limits);
    found
}

fn checked(row: &Row, limits: &Limits) -> Vec<String> {
    let cells: Vec<String> = row.cells().map(|cell| cell.text.to_owned()).collect();
    assert!((1..=limits.columns_max).contains(&cells.len()), "{} columns", cells.len());
    assert_eq!(cells.len(), row.len());
    assert!(cells.last().is_some_and(|cell| !cell.is_empty()), "the last cell has something");
    assert!(cells.iter().all(|cell| cell.chars().count() <= limits.cell_chars_max && !cell.contains('\0')));
    assert!(cells.concat().len() <= limits.row_bytes_max, "a row is too long");
    assert!(!cells.concat().trim().is_empty(), "a row has something");
    cells
}

fn comes_back(rows: &[Vec<String>], limits: &Limits) {
    let mut writer = CsvWriter::new(Vec::new());
    for row in rows {
        writer.row(row.iter().map(|cell| Out::Text(cell))).expect("memory takes whatever is written");
    }
    let file = writer.finish().expect("memory takes whatever is written");
    // What is written has marks that were not read.
    let limits = Limits { row_bytes_max: 2 * limits.row_bytes_max, cell_chars_max: 300, ..limits.clone() };
    let mut row = Row::new();
    let mut sheet = match read(Box::new(Cursor::new(file)), &limits) {
        Ok(sheet) => sheet,
        Err(SheetError::Empty) if rows.is_empty() => return,
        // Text that begins like a web page or a document is taken for one.
        Err(SheetError::NotATable(_)) => return,
        Err(fault) => panic!("what was written cannot be read: {fault}"),
    };
    for expected in rows {
        assert!(sheet.next(&mut row).expect("what was written is read"), "a row is missing");
        assert!(row.cells().map(|cell| cell.text).eq(expected), "{expected:?} came back as {row:?}");
    }
    assert!(matches!(sheet.next(&mut row), Ok(false) | Err(SheetError::Empty)), "a row came of nothing");
}
