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

pub(crate) use xls::Xls;

use crate::reader::{Rows, Source};
use crate::{Limits, SheetError};
use archive::Archive;

/// Opens the workbook in a ZIP file.
pub(crate) fn unpack(source: Box<dyn Source>, limits: &Limits) -> Result<Box<dyn Rows>, SheetError> {
    let archive = Archive::open(source, limits)?;
    let has = |name: &str| archive.find(name).is_some();
    if has("[Content_Types].xml") {
        if has("xl/workbook.bin") {
            return Err(SheetError::NotATable("a workbook in Excel's binary format (XLSB)"));
        }
        if has("word/document.xml") || has("ppt/presentation.xml") {
            return Err(SheetError::NotATable("a text document or a presentation"));
        }
        return Ok(Box::new(xlsx::Xlsx::open(archive, limits)?));
    }
    if has("content.xml") && has("META-INF/manifest.xml") {
        return Ok(Box::new(ods::Ods::open(archive, limits)?));
    }
    Err(SheetError::NotATable("a compressed file"))
}
