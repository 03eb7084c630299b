//! XLSX: one of the sheets that a person sees.
//!
//! Promises: keeps the shared texts, two bytes for each style, and one row.

mod cells;
mod package;
mod strings;
mod styles;

use super::archive::{Archive, Unpacked};
use super::texts::Texts;
use super::xml::Xml;
use crate::reader::{Rows, Source};
use crate::{Format, Limits, Row, SheetError};
use cells::Cells;

/// The table of an XLSX file.
pub(crate) struct Xlsx {
    xml: Xml<Unpacked<Box<dyn Source>>>,
    cells: Cells,
}

impl Xlsx {
    pub(super) fn open(mut archive: Archive, limits: &Limits, number: usize) -> Result<Self, SheetError> {
        let package = package::read(&mut archive)?;
        let sheet = package.sheets.get(number).and_then(|sheet| archive.find(&sheet.target));
        let sheet = sheet.ok_or(SheetError::NoSheet)?;
        let strings = match package.strings.and_then(|name| archive.find(&name)) {
            Some(part) => strings::read(archive.xml(part)?, limits)?,
            None => Texts::default(),
        };
        let looks = match package.styles.and_then(|name| archive.find(&name)) {
            Some(part) => styles::read(archive.xml(part)?)?,
            None => Vec::new(),
        };
        let cells = Cells::new(strings, looks, package.epoch, limits);
        Ok(Self { xml: archive.into_xml(sheet)?, cells })
    }
}

/// The names of its sheets.
pub(super) fn names(mut archive: Archive) -> Result<Vec<String>, SheetError> {
    Ok(package::read(&mut archive)?.sheets.into_iter().map(|sheet| sheet.name).collect())
}

impl Rows for Xlsx {
    fn format(&self) -> Format {
        Format::Xlsx
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        self.cells.next(&mut self.xml, row)
    }
}
