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

/// Opens a file. Its format is found by what is in it.
pub fn open(path: &Path, limits: &Limits) -> Result<Sheet, SheetError> {
    read(Box::new(File::open(path)?), limits)
}

/// Opens a table that is in memory, or in a file that is open already.
pub fn read(mut source: Box<dyn Source>, limits: &Limits) -> Result<Sheet, SheetError> {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    source.by_ref().take(HEAD_BYTES as u64).read_to_end(&mut head)?;
    source.seek(SeekFrom::Start(0))?;
    let rows: Box<dyn Rows> = match look(&head)? {
        Looks::Text(encoding) => Box::new(csv::Records::new(source, encoding, limits)?),
        Looks::Zip => workbook::unpack(source, limits)?,
        Looks::Ole => Box::new(workbook::Xls::open(source, limits)?),
    };
    Ok(Sheet { rows, rows_max: limits.rows_max, seen: 0, over: false })
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
