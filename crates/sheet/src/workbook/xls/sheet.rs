//! The cells of an XLS sheet.
//!
//! Promises: cells come in the order of rows and columns, whatever order the file has; what a formula came to is read,
//! never the formula.

use super::container::{u16_at, u32_at};
use super::records::{BOF, CONTINUE, EOF, Record, records};
use super::texts;
use crate::workbook::looks::Look;
use crate::workbook::texts::Texts;
use crate::workbook::xml::ends_early;
use crate::{Limits, SheetError};

const FORMULA: u16 = 0x0006;
const NUMBER: u16 = 0x0203;
const LABEL: u16 = 0x0204;
const BOOL_ERR: u16 = 0x0205;
const STRING: u16 = 0x0207;
const MUL_RK: u16 = 0x00BD;
const RICH_STRING: u16 = 0x00D6;
const LABEL_SST: u16 = 0x00FD;
const RK: u16 = 0x027E;

#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) row: u16,
    pub(super) column: u16,
    pub(super) value: Value,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Value {
    Number(f64, Look),
    /// A text by its number.
    Text(u32),
    Bool(bool),
    Error(u8),
}

pub(super) fn read(
    stream: &[u8],
    start: usize,
    looks: &[Look],
    texts: &mut Texts,
    limits: &Limits,
) -> Result<Vec<Cell>, SheetError> {
    let mut cells = Vec::new();
    let mut depth = 0;
    // The cell whose formula came to a text, which follows.
    let mut text_of = None;
    let mut all = records(stream, start);
    while let Some(record) = all.next() {
        match record.kind {
            BOF => depth += 1,
            EOF => depth -= 1,
            // Charts within the sheet have cells of their own.
            _ if depth > 1 => {}
            STRING | LABEL | RICH_STRING => {
                let (place, text) = match record.kind {
                    STRING => (text_of.take(), record.data),
                    _ => (place(record), record.data.get(6..).unwrap_or_default()),
                };
                if let Some((row, column)) = place {
                    let more = all.clone().take_while(|record| record.kind == CONTINUE).map(|record| record.data);
                    let segments: Vec<&[u8]> = std::iter::once(text).chain(more).collect();
                    cells.push(Cell { row, column, value: Value::Text(texts.count()) });
                    texts::add(&segments, texts);
                }
            }
            FORMULA if is_text(record) => text_of = place(record),
            _ => add(record, looks, &mut cells),
        }
        if cells.len() as u64 > limits.whole_cells_max {
            return Err(SheetError::TooLarge(format!(
                "an XLS file may have {} cells. Save it as XLSX",
                limits.whole_cells_max
            )));
        }
        if depth == 0 {
            cells.sort_by_key(|cell| (cell.row, cell.column));
            return Ok(cells);
        }
    }
    Err(ends_early())
}

fn place(record: Record<'_>) -> Option<(u16, u16)> {
    Some((u16_at(record.data, 0)?, u16_at(record.data, 2)?))
}

fn is_text(record: Record<'_>) -> bool {
    record.data.get(12..14) == Some(&[0xFF, 0xFF]) && record.data[6] == 0
}

/// Adds the cells of a record, if it is one that has any.
fn add(record: Record<'_>, looks: &[Look], cells: &mut Vec<Cell>) {
    let data = record.data;
    let Some((row, column)) = place(record) else { return };
    let look = |at| u16_at(data, at).and_then(|style| looks.get(usize::from(style))).copied().unwrap_or_default();
    let float = |at| data.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map(f64::from_le_bytes);
    let value = match record.kind {
        NUMBER => float(6).map(|number| Value::Number(number, look(4))),
        RK => u32_at(data, 6).map(|packed| Value::Number(unpacked(packed), look(4))),
        LABEL_SST => u32_at(data, 6).map(Value::Text),
        BOOL_ERR => {
            data.get(6..8).map(|value| if value[1] == 0 { Value::Bool(value[0] != 0) } else { Value::Error(value[0]) })
        }
        FORMULA if data.get(12..14) == Some(&[0xFF, 0xFF]) => match data[6] {
            1 => Some(Value::Bool(data[8] != 0)),
            2 => Some(Value::Error(data[8])),
            _ => None,
        },
        FORMULA => float(6).map(|number| Value::Number(number, look(4))),
        MUL_RK => {
            // A style and a number for each column, and the last column behind them.
            for (index, column) in (0..data.len().saturating_sub(6) / 6).zip(column..=u16::MAX) {
                let at = 4 + 6 * index;
                let Some(packed) = u32_at(data, at + 2) else { return };
                cells.push(Cell { row, column, value: Value::Number(unpacked(packed), look(at)) });
            }
            None
        }
        _ => None,
    };
    cells.extend(value.map(|value| Cell { row, column, value }));
}

/// A number of 30 bits: whole or the upper half of a binary fraction, perhaps in hundredths.
fn unpacked(packed: u32) -> f64 {
    let bits = packed & !3;
    let number =
        if packed & 2 == 0 { f64::from_bits(u64::from(bits) << 32) } else { f64::from(packed.cast_signed() >> 2) };
    if packed & 1 == 0 { number } else { number / 100.0 }
}
