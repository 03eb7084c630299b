//! What a reader of a format is, and what it reads from.
//!
//! Promises: a table is read through this trait alone. Must not know single formats' insides.

use std::io::{Read, Seek};

use crate::{Row, SheetError};

/// A format that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Text with separators.
    Csv,
    /// A workbook of Excel since 2007 (also XLSM).
    Xlsx,
    /// A workbook of Excel before that.
    Xls,
    /// A spreadsheet of `LibreOffice` and others.
    Ods,
}

/// Where the bytes come from: a file, or bytes in memory.
pub trait Source: Read + Seek + Send {}

impl<S: Read + Seek + Send> Source for S {}

/// What a format has to be able to do.
pub(crate) trait Rows: Send {
    fn format(&self) -> Format;

    /// Reads the next row, which may be blank; `false` if there is none.
    fn next(&mut self, row: &mut Row) -> Result<bool, SheetError>;

    fn encoding(&self) -> Option<&'static str> {
        None
    }

    fn delimiter(&self) -> Option<char> {
        None
    }
}
