//! What is wrong with a file, in sentences for the person who made it.
//!
//! Promises: a fault of one row ([`SheetError::Row`]) leaves the rest readable; any other one ends the reading.

use std::io;

/// Why a file, or a row of it, cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// No row has anything in it.
    #[error("The file is empty.")]
    Empty,
    /// A workbook that asks for a password.
    #[error("The workbook is protected with a password. Save it without one and upload it again.")]
    Encrypted,
    /// No format that is read here; the text says what it looks like.
    #[error("The file is no table: it looks like {0}. Save it as XLSX or CSV and upload it again.")]
    NotATable(&'static str),
    /// A workbook with nothing but charts, or with nothing.
    #[error("The workbook has no sheet with rows.")]
    NoSheet,
    /// More rows than [`rows_max`](crate::Limits::rows_max).
    #[error("The file has more than {max} rows. Split it and upload the parts one after another.")]
    TooManyRows {
        /// The bound.
        max: u64,
    },
    /// The file asks for more memory than it may have; the text says what is too large.
    #[error("The file is too large to be read: {0}.")]
    TooLarge(String),
    /// The file is damaged where reading cannot go on.
    #[error("The file is damaged{}: {why}.", at(*.row))]
    Broken {
        /// The row that was to be read, if any.
        row: Option<u64>,
        /// What is damaged.
        why: String,
    },
    /// One row cannot be read. The next call goes on behind it.
    #[error("Row {row}: {fault}")]
    Row {
        /// As a spreadsheet program counts it, from 1.
        row: u64,
        /// What is wrong with it.
        fault: RowError,
    },
    /// The file could not be read for a reason outside of it.
    #[error("The file could not be read: {0}.")]
    Io(#[from] io::Error),
}

/// Why one row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// More columns than [`columns_max`](crate::Limits::columns_max).
    #[error("it has something in more than {max} columns.")]
    TooWide {
        /// The bound.
        max: usize,
    },
    /// A cell longer than [`cell_chars_max`](crate::Limits::cell_chars_max).
    #[error("a cell has more than {max} characters.")]
    CellTooLong {
        /// The bound.
        max: usize,
    },
    /// More text than [`row_bytes_max`](crate::Limits::row_bytes_max).
    #[error("it has more than {max} bytes of text. Is a quotation mark missing?")]
    TooLong {
        /// The bound.
        max: usize,
    },
    /// A part of a workbook's row that cannot be understood; the text says which.
    #[error("{0} is damaged.")]
    Damaged(&'static str),
    /// A character that no text has.
    #[error("it contains a NUL character, which no text has.")]
    Nul,
    /// Bytes that are no characters in the encoding of the file.
    #[error("it contains bytes that are no characters in {encoding}.")]
    Unreadable {
        /// The name of the encoding.
        encoding: &'static str,
    },
}

impl SheetError {
    /// The row that alone is lost; `None` if reading has ended with this fault.
    pub fn lost_row(&self) -> Option<u64> {
        match self {
            Self::Row { row, .. } => Some(*row),
            _ => None,
        }
    }

    /// Where the file is damaged, for one who knows.
    pub(crate) fn at_row(self, row: u64) -> Self {
        match self {
            Self::Broken { row: None, why } => Self::Broken { row: Some(row), why },
            fault => fault,
        }
    }
}

fn at(row: Option<u64>) -> String {
    row.map(|row| format!(" at row {row}")).unwrap_or_default()
}
