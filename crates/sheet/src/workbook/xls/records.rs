//! What an XLS file says about itself before its sheets: texts, formats, where the sheets are.
//!
//! Promises: a record is as long as its bytes are there; what is not needed is passed over.

use std::collections::HashMap;

use super::container::{u16_at, u32_at};
use super::texts;
use crate::SheetError;
use crate::workbook::SHEETS_MAX;
use crate::workbook::dates::Epoch;
use crate::workbook::looks::Look;
use crate::workbook::texts::Texts;
use crate::workbook::xml::{broken, ends_early};

const BIFF8: u16 = 0x0600;

pub(super) const BOF: u16 = 0x0809;
pub(super) const EOF: u16 = 0x000A;
pub(super) const CONTINUE: u16 = 0x003C;
const FILE_PASS: u16 = 0x002F;
const DATE_MODE: u16 = 0x0022;
const FORMAT: u16 = 0x041E;
const XF: u16 = 0x00E0;
const BOUND_SHEET: u16 = 0x0085;
const SST: u16 = 0x00FC;

/// A piece of the stream.
#[derive(Clone, Copy)]
pub(super) struct Record<'s> {
    pub(super) kind: u16,
    pub(super) data: &'s [u8],
}

/// The records from a place of the stream; a short one is the last.
pub(super) fn records(stream: &[u8], start: usize) -> impl Iterator<Item = Record<'_>> + Clone {
    let mut rest = stream.get(start..).unwrap_or_default();
    std::iter::from_fn(move || {
        let (kind, bytes) = (u16_at(rest, 0)?, usize::from(u16_at(rest, 2)?));
        let data = rest.get(4..4 + bytes)?;
        rest = &rest[4 + bytes..];
        Some(Record { kind, data })
    })
}

/// The workbook around its sheets.
pub(super) struct Book {
    /// The sheets that a person sees, in their order.
    pub(super) sheets: Vec<ListedSheet>,
    pub(super) looks: Vec<Look>,
    pub(super) texts: Texts,
    pub(super) epoch: Epoch,
}

/// A sheet as the workbook lists it.
pub(super) struct ListedSheet {
    pub(super) name: String,
    /// Where its records begin.
    pub(super) start: usize,
}

pub(super) fn read(stream: &[u8]) -> Result<Book, SheetError> {
    let mut all = records(stream, 0);
    let first = all.next().filter(|record| record.kind == BOF).ok_or_else(|| broken("it has no beginning"))?;
    if u16_at(first.data, 0) != Some(BIFF8) {
        return Err(SheetError::NotATable("a workbook of Excel 95 or older"));
    }
    let mut book = Book { sheets: Vec::new(), looks: Vec::new(), texts: Texts::default(), epoch: Epoch::Of1900 };
    let (mut written_out, mut ended) = (HashMap::new(), false);
    while let Some(record) = all.next() {
        let short = |at| u16_at(record.data, at).unwrap_or_default();
        match record.kind {
            FILE_PASS => return Err(SheetError::Encrypted),
            DATE_MODE if short(0) == 1 => book.epoch = Epoch::Of1904,
            FORMAT => {
                let mut code = Texts::default();
                texts::add(&[record.data.get(2..).unwrap_or_default()], &mut code);
                written_out.insert(short(0), Look::of_code(code.get(0).unwrap_or_default()));
            }
            XF => {
                let id = short(2);
                book.looks.push(written_out.get(&id).copied().unwrap_or_else(|| Look::of_builtin(u32::from(id))));
            }
            BOUND_SHEET if book.sheets.len() < SHEETS_MAX && is_shown(record) => book.sheets.extend(listed(record)),
            SST => {
                let more = all.clone().take_while(|record| record.kind == CONTINUE).map(|record| record.data);
                let segments: Vec<&[u8]> = std::iter::once(record.data).chain(more).collect();
                texts::add_all(&segments, &mut book.texts);
            }
            EOF => {
                ended = true;
                break;
            }
            _ => {}
        }
    }
    if !ended {
        return Err(ends_early());
    }
    if book.sheets.is_empty() {
        return Err(SheetError::NoSheet);
    }
    Ok(book)
}

/// A sheet's place, and its name: its length is one byte, and then one says whether its letters have two bytes each.
fn listed(record: Record<'_>) -> Option<ListedSheet> {
    let start = u32_at(record.data, 0)? as usize;
    let letters = record.data.get(8..).unwrap_or_default();
    let units: Vec<u16> = match record.data.get(7) {
        Some(flags) if flags & 1 == 1 => {
            letters.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect()
        }
        _ => letters.iter().map(|letter| u16::from(*letter)).collect(),
    };
    let most = record.data.get(6).copied().map_or(0, usize::from).min(units.len());
    Some(ListedSheet { name: String::from_utf16_lossy(&units[..most]), start })
}

/// Whether a sheet is a worksheet, not a chart, and neither hidden nor very hidden.
fn is_shown(record: Record<'_>) -> bool {
    matches!(record.data.get(4..6), Some(&[state, 0]) if state % 4 == 0)
}
