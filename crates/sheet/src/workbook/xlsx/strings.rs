//! Texts as XLSX writes them, and the table of those that cells share.
//!
//! Promises: the table stays within its bound, and a text within that of a cell.

use std::borrow::Cow;
use std::io::Read;

use crate::workbook::texts::Texts;
use crate::workbook::xml::{Event, Xml, attribute, ends_early};
use crate::{Limits, SheetError};

pub(super) fn read(mut xml: Xml<impl Read>, limits: &Limits) -> Result<Texts, SheetError> {
    // Texts count their letters in four bytes.
    let max = limits.shared_strings_bytes_max.min(u64::from(u32::MAX)) as usize;
    let mut texts = Texts::default();
    loop {
        match xml.next()? {
            Event::Start(start) if start.local_name().as_ref() == "si" => {
                texts.add_with(|text| rich_text(&mut xml, text, limits.cell_chars_max))?;
                if texts.bytes() > max {
                    return Err(SheetError::TooLarge(format!("its texts take more than {} MB", max >> 20)));
                }
            }
            Event::Eof => return Ok(texts),
            _ => {}
        }
    }
}

/// Adds the text within an element: the runs of one that changes its font, without hints for its pronunciation. A text
/// longer than a cell is cut where that shows.
pub(super) fn rich_text(xml: &mut Xml<impl Read>, into: &mut String, chars_max: usize) -> Result<(), SheetError> {
    let (mut depth, start) = (1, into.len());
    let mut run = String::new();
    while depth > 0 {
        match xml.next()? {
            Event::Start(element) => match element.local_name().as_ref() {
                "rPh" => xml.skip()?,
                "t" => {
                    let keeps_spaces = attribute(&element, "space").is_some_and(|space| space == "preserve");
                    run.clear();
                    xml.text(&mut run, 8 * chars_max)?;
                    let run = if keeps_spaces { &run } else { run.trim_matches([' ', '\t', '\r', '\n']) };
                    if into.len() - start <= 4 * chars_max {
                        into.push_str(&unescaped(run));
                    }
                }
                _ => depth += 1,
            },
            Event::End(_) => depth -= 1,
            Event::Eof => return Err(ends_early()),
            _ => {}
        }
    }
    Ok(())
}

/// Text with the characters that XML has no way to write: `_x000D_` is a carriage return, `_x005F_` the first character
/// of what only looks so.
pub(super) fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let unit = |rest: &str| {
        let digits = rest.strip_prefix("_x")?.get(..5)?.strip_suffix('_')?;
        let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        hexadecimal.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
    };
    let (mut result, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("_x") {
        result.push_str(&rest[..at]);
        rest = &rest[at..];
        // Characters beyond the first plane are two in a row.
        let mut units = Vec::new();
        while let Some(one) = unit(rest) {
            units.push(one);
            rest = &rest[7..];
        }
        if units.is_empty() {
            result.push_str("_x");
            rest = &rest[2..];
        }
        result.push_str(&String::from_utf16_lossy(&units));
    }
    result.push_str(rest);
    Cow::Owned(result)
}
