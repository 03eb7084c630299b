//! XLS: one of the sheets that a person sees.
//!
//! Promises: the file is in memory whole, up to a bound, since its rows need not be in order; a cell takes a few bytes
//! beside it, and a text that many cells show is kept once. What Excel 95 and older wrote is rejected.

mod container;
mod records;
mod sheet;
mod texts;

use std::io::Read;

use super::dates::{self, Epoch};
use super::numbers;
use super::texts::Texts;
use crate::formula_injection::plain;
use crate::reader::{Rows, Source};
use crate::{Format, Kind, Limits, Row, RowError, SheetError};
use container::Container;
use records::Book;
use sheet::{Cell, Value};

/// The table of an XLS file.
pub(crate) struct Xls {
    cells: Vec<Cell>,
    next: usize,
    texts: Texts,
    epoch: Epoch,
    limits: Limits,
}

impl Xls {
    pub(crate) fn open(source: Box<dyn Source>, limits: &Limits, number: usize) -> Result<Self, SheetError> {
        let stream = stream(source, limits)?;
        let Book { sheets, looks, mut texts, epoch } = records::read(&stream)?;
        let start = sheets.get(number).ok_or(SheetError::NoSheet)?.start;
        let cells = sheet::read(&stream, start, &looks, &mut texts, limits)?;
        Ok(Self { cells, next: 0, texts, epoch, limits: limits.clone() })
    }

    fn show<'t>(&'t self, value: Value, text: &'t mut String) -> Result<(Kind, &'t str), RowError> {
        Ok(match value {
            Value::Number(number, look) => {
                if look.is_time() && dates::add(number, self.epoch, look, text) {
                    (Kind::Date, text)
                } else {
                    numbers::add_value(number, text);
                    (look.show(text), text)
                }
            }
            Value::Text(index) => {
                let shown = self.texts.get(index as usize).ok_or(RowError::Damaged("the text of a cell"))?;
                (Kind::Text, plain(shown))
            }
            Value::Bool(true) => (Kind::Bool, "TRUE"),
            Value::Bool(false) => (Kind::Bool, "FALSE"),
            Value::Error(code) => (Kind::Error, error(code)),
        })
    }
}

/// The names of the sheets of a file.
pub(crate) fn names(source: Box<dyn Source>, limits: &Limits) -> Result<Vec<String>, SheetError> {
    let book = records::read(&stream(source, limits)?)?;
    Ok(book.sheets.into_iter().map(|sheet| sheet.name).collect())
}

/// The stream of a file that has the workbook.
fn stream(source: Box<dyn Source>, limits: &Limits) -> Result<Vec<u8>, SheetError> {
    let mut bytes = Vec::new();
    source.take(limits.whole_bytes_max + 1).read_to_end(&mut bytes)?;
    if contains_wide(&bytes, "EncryptedPackage") {
        return Err(SheetError::Encrypted);
    }
    if bytes.len() as u64 > limits.whole_bytes_max {
        let max = limits.whole_bytes_max >> 20;
        return Err(SheetError::TooLarge(format!("an XLS file may have {max} MB. Save it as XLSX")));
    }
    let container = Container::open(&bytes)?;
    if container.has("WordDocument") || container.has("PowerPoint Document") {
        return Err(SheetError::NotATable("a text document or a presentation"));
    }
    container.stream("Workbook").ok_or(SheetError::NotATable("a workbook of Excel 95 or older"))
}

impl Rows for Xls {
    fn format(&self) -> Format {
        Format::Xls
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        let rest = &self.cells[self.next..];
        let Some(first) = rest.first() else { return Ok(false) };
        let cells = &rest[..rest.iter().take_while(|cell| cell.row == first.row).count()];
        self.next += cells.len();
        let number = u64::from(first.row) + 1;
        row.begin(number);
        let mut text = String::new();
        for (index, cell) in cells.iter().enumerate() {
            // What was said last of a cell holds.
            if cells.get(index + 1).is_some_and(|next| next.column == cell.column) {
                continue;
            }
            text.clear();
            let added = self.show(cell.value, &mut text);
            let added = added.and_then(|(kind, text)| row.place(usize::from(cell.column), kind, text, &self.limits));
            added.map_err(|fault| SheetError::Row { row: number, fault })?;
        }
        row.trim();
        Ok(true)
    }
}

fn error(code: u8) -> &'static str {
    match code {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        _ => "#ERROR!",
    }
}

/// Whether a name of the container's directory is among the bytes: an encrypted file may be too large to be read whole.
fn contains_wide(bytes: &[u8], name: &str) -> bool {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|window| window == name)
}
