//! Which format a file has, by its first bytes.
//!
//! Promises: reads nothing itself; what is no table is named as what it is, so that the message helps.

use crate::{SheetError, csv::Encoding};

/// What the first bytes say; a container has to be looked into.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Looks {
    Text(Encoding),
    Zip,
    Ole,
}

/// How many bytes are looked at.
pub(crate) const HEAD_BYTES: usize = 4096;

/// Beginnings of files that people take for tables.
const OTHERS: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "an image"),
    (b"\xFF\xD8\xFF", "an image"),
    (b"GIF8", "an image"),
    (b"\x1F\x8B", "a compressed file"),
    (b"7z\xBC\xAF", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"{\\rtf", "a text document"),
    (b"<?xml", "an XML document"),
    (b"<!doctype", "a web page, which some programs save under the name of a workbook"),
    (b"<html", "a web page, which some programs save under the name of a workbook"),
    (b"<table", "a web page, which some programs save under the name of a workbook"),
];

pub(crate) fn look(head: &[u8]) -> Result<Looks, SheetError> {
    if head.starts_with(b"PK\x03\x04") || head.starts_with(b"PK\x05\x06") {
        return Ok(Looks::Zip);
    }
    if head.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        return Ok(Looks::Ole);
    }
    let encoding = Encoding::of(head);
    let text = &head[encoding.bom_bytes()..];
    if text.is_empty() {
        return Err(SheetError::Empty);
    }
    let start = &text[text.iter().take_while(|byte| byte.is_ascii_whitespace()).count()..];
    let begins = |with: &[u8]| start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    if let Some((_, name)) = OTHERS.iter().find(|(with, _)| begins(with)) {
        return Err(SheetError::NotATable(name));
    }
    // A single NUL is a fault of its row; a file full of them is no text.
    let zeros = text.split(|byte| *byte == 0).count() - 1;
    if !encoding.is_wide() && zeros > text.len() / 50 + 1 {
        return Err(SheetError::NotATable("a program's own file"));
    }
    Ok(Looks::Text(encoding))
}
