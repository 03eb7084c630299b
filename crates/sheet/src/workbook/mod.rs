//! Workbooks: which one a container holds, and what their formats have in common.
//!
//! Promises: a container is unpacked no further than its bounds, counted while unpacking; nothing it says about sizes
//! is believed. Must not know what the cells mean.

mod archive;
mod dates;
mod looks;
mod numbers;
mod ods;
mod texts;
mod xls;
mod xlsx;
mod xml;

pub(crate) use xls::{Xls, names as xls_names};

use crate::reader::{Rows, Source};
use crate::{Limits, SheetError};
use archive::Archive;

/// As many sheets as a workbook may have: further ones are passed over.
const SHEETS_MAX: usize = 4_096;

/// Opens a sheet of the workbook in a ZIP file.
pub(crate) fn unpack(source: Box<dyn Source>, limits: &Limits, number: usize) -> Result<Box<dyn Rows>, SheetError> {
    let archive = Archive::open(source, limits)?;
    Ok(match holds(&archive)? {
        Holds::Xlsx => Box::new(xlsx::Xlsx::open(archive, limits, number)?),
        Holds::Ods => Box::new(ods::Ods::open(archive, limits, number)?),
    })
}

/// The names of the sheets of the workbook in a ZIP file.
pub(crate) fn packed_names(source: Box<dyn Source>, limits: &Limits) -> Result<Vec<String>, SheetError> {
    let archive = Archive::open(source, limits)?;
    match holds(&archive)? {
        Holds::Xlsx => xlsx::names(archive),
        Holds::Ods => ods::names(archive),
    }
}

/// The workbooks that are ZIP files.
enum Holds {
    Xlsx,
    Ods,
}

fn holds(archive: &Archive) -> Result<Holds, SheetError> {
    let has = |name: &str| archive.find(name).is_some();
    if has("[Content_Types].xml") {
        if has("xl/workbook.bin") {
            return Err(SheetError::NotATable("a workbook in Excel's binary format (XLSB)"));
        }
        if has("word/document.xml") || has("ppt/presentation.xml") {
            return Err(SheetError::NotATable("a text document or a presentation"));
        }
        return Ok(Holds::Xlsx);
    }
    if has("content.xml") && has("META-INF/manifest.xml") {
        return Ok(Holds::Ods);
    }
    Err(SheetError::NotATable("a compressed file"))
}
