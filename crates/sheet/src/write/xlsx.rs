//! XLSX as spreadsheet programs read it.
//!
//! Promises: rows leave memory as they come, into a temporary file; texts are texts whatever they look like, and whole
//! numbers that a spreadsheet program cannot hold are texts too, so that no digit is lost.

use std::error::Error;
use std::io::{self, Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rust_xlsxwriter::{Workbook, Worksheet, XlsxError};

use super::Out;
use crate::formula_injection::marked;
use crate::limits::{SHEET_COLUMNS_MAX, SHEET_ROWS_MAX};

/// Up to here a spreadsheet program shows every digit of a whole number.
const DIGITS_MAX: u64 = 999_999_999_999_999;

/// Why a workbook cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteFault {
    /// More rows or columns than the format has.
    #[error("a workbook has at most {SHEET_ROWS_MAX} rows and {SHEET_COLUMNS_MAX} columns")]
    TooLarge,
    /// A text longer than the format allows.
    #[error("a cell of a workbook has at most 32,767 characters")]
    CellTooLong,
    /// The temporary file or the target refused.
    #[error("the workbook could not be written: {0}")]
    Io(#[from] io::Error),
}

/// Writes a table as the only sheet of an XLSX file.
pub struct XlsxWriter {
    book: Workbook,
    row: u32,
}

impl XlsxWriter {
    /// A workbook whose sheet has this name: up to 31 characters, none of `[]:*?/\`.
    pub fn new(sheet: &str) -> Result<Self, WriteFault> {
        let mut book = Workbook::new();
        book.add_worksheet_with_constant_memory().map_err(fault)?.set_name(sheet).map_err(fault)?;
        Ok(Self { book, row: 0 })
    }

    /// Writes a row; the header is the first one.
    pub fn row<'t>(&mut self, cells: impl IntoIterator<Item = Out<'t>>) -> Result<(), WriteFault> {
        let (book, row) = (&mut self.book, self.row);
        written(|| {
            let sheet = book.worksheet_from_index(0).map_err(fault)?;
            for (column, cell) in cells.into_iter().enumerate() {
                let column = u16::try_from(column).map_err(|_| WriteFault::TooLarge)?;
                write(sheet, row, column, cell).map_err(fault)?;
            }
            Ok(())
        })?;
        self.row += 1;
        Ok(())
    }

    /// Packs the workbook and writes it.
    pub fn finish(mut self, to: impl Write + Seek + Send) -> Result<(), WriteFault> {
        written(|| self.book.save_to_writer(to).map_err(fault))
    }
}

/// Does something that writes. The library panics where its temporary file refuses, with the system's own fault in the
/// text.
fn written(work: impl FnOnce() -> Result<(), WriteFault>) -> Result<(), WriteFault> {
    // A writer that has panicked is not used any more.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map_or("", String::as_str);
        let number = text.split_once("code: ").and_then(|(_, rest)| rest.split(',').next()?.parse().ok());
        let unknown = || io::Error::other("the temporary file cannot be written");
        Err(WriteFault::Io(number.map_or_else(unknown, io::Error::from_raw_os_error)))
    })
}

fn write(sheet: &mut Worksheet, row: u32, column: u16, cell: Out<'_>) -> Result<(), XlsxError> {
    match cell {
        Out::Empty | Out::Text("") => return Ok(()),
        Out::Int(number) if number.unsigned_abs() <= DIGITS_MAX => sheet.write_number(row, column, number as f64)?,
        Out::Int(number) => sheet.write_string(row, column, number.to_string())?,
        Out::Decimal(text) => match text.parse::<f64>() {
            Ok(number) => sheet.write_number(row, column, number)?,
            Err(_) => sheet.write_string(row, column, text)?,
        },
        Out::Time(text) => sheet.write_string(row, column, text)?,
        Out::Text(text) => match marked(text) {
            "" => sheet.write_string(row, column, text)?,
            mark => sheet.write_string(row, column, format!("{mark}{text}"))?,
        },
    };
    Ok(())
}

fn fault(fault: XlsxError) -> WriteFault {
    match fault {
        XlsxError::RowColumnLimitError => WriteFault::TooLarge,
        XlsxError::MaxStringLengthExceeded => WriteFault::CellTooLong,
        XlsxError::IoError(fault) => WriteFault::Io(fault),
        fault => WriteFault::Io(refused(&fault).unwrap_or_else(|| io::Error::other(fault.to_string()))),
    }
}

/// What the system has refused, if that is behind a fault.
fn refused(fault: &XlsxError) -> Option<io::Error> {
    let mut cause: Option<&(dyn Error + 'static)> = Some(fault);
    while let Some(fault) = cause {
        if let Some(number) = fault.downcast_ref::<io::Error>().and_then(io::Error::raw_os_error) {
            return Some(io::Error::from_raw_os_error(number));
        }
        cause = fault.source();
    }
    None
}
