//! A table in a file, whatever its format: opened, then read a row at a time.
//!
//! Promises: blank rows are skipped; after a fault of a row the next call goes on, after any other there are no more
//! rows.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use crate::format::{HEAD_BYTES, Looks, look};
use crate::reader::{Rows, Source};
use crate::{Format, Limits, Row, SheetError, csv, workbook};

/// A table that is being read.
pub struct Sheet {
    rows: Box<dyn Rows>,
    rows_max: u64,
    /// Rows given or lost so far.
    seen: u64,
    over: bool,
}

/// Opens a file. Its format is found by what is in it. Of a workbook, the first sheet that is not hidden is read.
pub fn open(path: &Path, limits: &Limits) -> Result<Sheet, SheetError> {
    open_sheet(path, limits, 0)
}

/// Opens a file at one of its sheets that are not hidden, counted from 0. Text has one.
pub fn open_sheet(path: &Path, limits: &Limits, number: usize) -> Result<Sheet, SheetError> {
    read_sheet(Box::new(File::open(path)?), limits, number)
}

/// Opens a table that is in memory, or in a file that is open already.
pub fn read(source: Box<dyn Source>, limits: &Limits) -> Result<Sheet, SheetError> {
    read_sheet(source, limits, 0)
}

/// The same, at one of its sheets.
pub fn read_sheet(mut source: Box<dyn Source>, limits: &Limits, number: usize) -> Result<Sheet, SheetError> {
    let rows: Box<dyn Rows> = match looks(&mut source)? {
        Looks::Text(_) if number > 0 => return Err(SheetError::NoSheet),
        Looks::Text(encoding) => Box::new(csv::Records::new(source, encoding, limits)?),
        Looks::Zip => workbook::unpack(source, limits, number)?,
        Looks::Ole => Box::new(workbook::Xls::open(source, limits, number)?),
    };
    Ok(Sheet { rows, rows_max: limits.rows_max, seen: 0, over: false })
}

/// The names of the sheets of a workbook that are not hidden, in their order; none of text.
pub fn sheet_names(mut source: Box<dyn Source>, limits: &Limits) -> Result<Vec<String>, SheetError> {
    match looks(&mut source)? {
        Looks::Text(_) => Ok(Vec::new()),
        Looks::Zip => workbook::packed_names(source, limits),
        Looks::Ole => workbook::xls_names(source, limits),
    }
}

fn looks(source: &mut Box<dyn Source>) -> Result<Looks, SheetError> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    source.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    source.seek(SeekFrom::Start(0))?;
    look(&head)
}

impl Sheet {
    /// The format it was found to have.
    pub fn format(&self) -> Format {
        self.rows.format()
    }

    /// The encoding of a CSV file, as far as it was read: text without any special letter is UTF-8 as well as anything.
    pub fn encoding(&self) -> Option<&'static str> {
        self.rows.encoding()
    }

    /// What separates the cells of a CSV file.
    pub fn delimiter(&self) -> Option<char> {
        self.rows.delimiter()
    }

    /// Reads the next row that is not blank; `false` if there is none.
    ///
    /// [`SheetError::Row`] loses that row only: call again for the one behind it. After any other fault the table is
    /// over. A table without any row is [`SheetError::Empty`]. What `row` holds after a fault is not defined.
    pub fn next(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        while !self.over {
            let read = self.rows.next(row);
            match read {
                Ok(true) if row.is_empty() => continue,
                Ok(true) => {}
                Ok(false) => {
                    self.over = true;
                    return if self.seen == 0 { Err(SheetError::Empty) } else { Ok(false) };
                }
                Err(ref fault) => self.over = fault.lost_row().is_none(),
            }
            self.seen += 1;
            if self.seen > self.rows_max && !self.over {
                self.over = true;
                return Err(SheetError::TooManyRows { max: self.rows_max });
            }
            return read;
        }
        Ok(false)
    }
}
