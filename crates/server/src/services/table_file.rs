//! Files of tables that are written row by row: CSV, a workbook, or a JSON array that its caller writes.
//!
//! Promises: a file goes to a sink while it is made; what a sink does not take any more ends the work. Must not know
//! what the rows are or where the bytes go.

use std::io::{self, Seek as _, Write};

use onhand_sheet::{CsvWriter, Out, WriteFault, XlsxWriter};

use super::ServiceError;

/// The name of a workbook's only sheet.
const SHEET_NAME: &str = "Onhand";

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// A workbook.
    Xlsx,
    /// A JSON array.
    Json,
}

impl Format {
    /// Its word, which is also what the names of such files end with.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Json => "json",
        }
    }
}

/// Where the bytes of a file go.
pub trait Sink: Write {
    /// Whether nothing takes them any more.
    fn is_closed(&self) -> bool {
        false
    }
}

/// A table in a file being made.
pub enum TableFile<'s> {
    /// Rows go out as they are written.
    Csv(CsvWriter<&'s mut dyn Sink>),
    /// Rows go into a file on disk, because a workbook is packed whole.
    Xlsx(Box<XlsxWriter>, &'s mut dyn Sink),
}

impl<'s> TableFile<'s> {
    /// Begins one. A CSV file starts with the mark by which Excel knows UTF-8.
    pub fn begin(sink: &'s mut dyn Sink, format: Format) -> Result<Self, ServiceError> {
        Ok(match format {
            Format::Xlsx => Self::Xlsx(Box::new(XlsxWriter::new(SHEET_NAME).map_err(unwritten)?), sink),
            Format::Csv | Format::Json => Self::Csv(CsvWriter::with_bom(sink)?),
        })
    }

    /// Writes a row; the header is the first one.
    pub fn row<'t>(&mut self, cells: impl IntoIterator<Item = Out<'t>>) -> Result<(), ServiceError> {
        match self {
            Self::Csv(csv) => Ok(csv.row(cells)?),
            // Nothing has been sent so far that could have failed.
            Self::Xlsx(_, sink) if sink.is_closed() => Err(io::Error::from(io::ErrorKind::BrokenPipe).into()),
            Self::Xlsx(book, _) => book.row(cells).map_err(unwritten),
        }
    }

    /// Ends it.
    pub fn finish(self) -> Result<(), ServiceError> {
        match self {
            Self::Csv(csv) => _ = csv.finish()?,
            Self::Xlsx(book, mut sink) => {
                let mut packed = tempfile::tempfile()?;
                book.finish(&mut packed).map_err(unwritten)?;
                packed.rewind()?;
                io::copy(&mut packed, &mut sink)?;
            }
        }
        Ok(())
    }
}

fn unwritten(fault: WriteFault) -> ServiceError {
    match fault {
        WriteFault::TooLarge | WriteFault::CellTooLong => {
            ServiceError::rule("too_large_for_xlsx", format!("This does not fit: {fault}. Ask for format=csv."))
        }
        WriteFault::Io(fault) => fault.into(),
        other => ServiceError::internal(other.to_string()),
    }
}
