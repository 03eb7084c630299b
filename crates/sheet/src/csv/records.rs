//! The rows of a CSV file.
//!
//! Promises: one record is held, of [`Limits::row_bytes_max`] bytes; what is longer is passed over, and the row behind
//! it is read, unless the end of the record is too far away to be its own.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::encoding::{Encoding, Text};
use super::separator;
use crate::formula_injection::plain;
use crate::reader::{Rows, Source};
use crate::{Format, Kind, Limits, Row, RowError, SheetError};

/// How far the end of a record is looked for. Beyond, a quotation mark was left open or there are no lines.
const RECORD_BYTES_MAX: usize = 1 << 20;

/// The table of a CSV file.
pub(crate) struct Records {
    text: Text,
    core: Reader,
    delimiter: u8,
    number: u64,
    /// Whether the last record ended with a carriage return, whose line feed may follow.
    after_return: bool,
    /// The text of the record's fields, one behind the other, and where each ends.
    record: Box<[u8]>,
    ends: Box<[usize]>,
    cell_chars_max: usize,
}

/// What was found of a record.
struct Extent {
    bytes: usize,
    fields: usize,
    fault: Option<RowError>,
}

impl Records {
    pub(crate) fn new(source: Box<dyn Source>, encoding: Encoding, limits: &Limits) -> Result<Self, SheetError> {
        let mut text = Text::new(source, encoding)?;
        let (delimiter, named) = separator::find(text.ready()?);
        text.take(named);
        Ok(Self {
            text,
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            number: 0,
            after_return: false,
            record: vec![0; limits.row_bytes_max].into_boxed_slice(),
            ends: vec![0; limits.columns_max].into_boxed_slice(),
            cell_chars_max: limits.cell_chars_max,
        })
    }

    /// Goes to the first character of a record; each line end before it is a row with nothing in it.
    fn pass_blank_lines(&mut self) -> Result<bool, SheetError> {
        loop {
            match self.text.ready()?.first() {
                None => return Ok(false),
                // The second half of a line end whose first half was counted.
                Some(b'\n') if self.after_return => self.after_return = false,
                Some(first @ (b'\n' | b'\r')) => {
                    self.number += 1;
                    self.after_return = *first == b'\r';
                }
                Some(_) => return Ok(true),
            }
            self.text.take(1);
        }
    }

    fn read_record(&mut self) -> Result<Extent, SheetError> {
        let (mut bytes, mut fields, mut passed) = (0, 0, 0);
        let mut in_columns = None;
        let mut too_long = false;
        loop {
            let input = self.text.ready()?;
            let ended = input.is_empty();
            // A line end behind the last line, so that an open quotation mark shows.
            let input = if ended { b"\n" } else { input };
            let mut beyond = [0; 64];
            let ends = if fields < self.ends.len() { &mut self.ends[fields..] } else { &mut beyond[..] };
            let (result, read, written, ended_fields) = self.core.read_record(input, &mut self.record[bytes..], ends);
            self.after_return = read > 0 && input[read - 1] == b'\r';
            if !ended {
                self.text.take(read);
            }
            (bytes, fields, passed) = (bytes + written, fields + ended_fields, passed + read);
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => break,
                ReadRecordResult::InputEmpty if ended => return Err(self.endless()),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => (bytes, too_long) = (0, true),
                ReadRecordResult::OutputEndsFull => in_columns = in_columns.or(Some(bytes)),
            }
            if passed > RECORD_BYTES_MAX {
                return Err(self.endless());
            }
        }
        let fault = match in_columns {
            _ if too_long => Some(RowError::TooLong { max: self.record.len() }),
            Some(inside) if bytes > inside => Some(RowError::TooWide { max: self.ends.len() }),
            _ => None,
        };
        Ok(Extent { bytes, fields: fields.min(self.ends.len()), fault })
    }

    fn endless(&self) -> SheetError {
        let why = "it begins with a quotation mark that is not closed, or never ends".to_owned();
        SheetError::Broken { row: Some(self.number), why }
    }

    fn fill(&self, row: &mut Row, extent: &Extent) -> Option<RowError> {
        let unreadable = RowError::Unreadable { encoding: self.text.name() };
        let Ok(text) = str::from_utf8(&self.record[..extent.bytes]) else { return Some(unreadable) };
        if text.contains('\0') {
            return Some(RowError::Nul);
        }
        if self.text.damaged() && text.contains(char::REPLACEMENT_CHARACTER) {
            return Some(unreadable);
        }
        let mut start = 0;
        for &end in &self.ends[..extent.fields] {
            // Ends are next to separators, which are characters of their own.
            let cell = text.get(start..end).unwrap_or_default();
            start = end;
            if cell.len() > self.cell_chars_max && cell.chars().count() > self.cell_chars_max {
                return Some(RowError::CellTooLong { max: self.cell_chars_max });
            }
            row.push(Kind::Text, plain(cell));
        }
        row.trim();
        None
    }
}

impl Rows for Records {
    fn format(&self) -> Format {
        Format::Csv
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        if !self.pass_blank_lines()? {
            return Ok(false);
        }
        self.number += 1;
        row.begin(self.number);
        let extent = self.read_record()?;
        let fault = match extent.fault {
            Some(fault) => Some(fault),
            None => self.fill(row, &extent),
        };
        fault.map_or(Ok(true), |fault| Err(SheetError::Row { row: self.number, fault }))
    }

    fn encoding(&self) -> Option<&'static str> {
        Some(self.text.name())
    }

    fn delimiter(&self) -> Option<char> {
        Some(char::from(self.delimiter))
    }
}
