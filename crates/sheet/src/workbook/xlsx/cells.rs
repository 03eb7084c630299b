//! The rows of a sheet.
//!
//! Promises: what a formula came to is read, never the formula. A cell that cannot be read loses its row only; so does
//! one that is further right than a table goes.

use std::io::Read;

use super::strings::{rich_text, unescaped};
use crate::formula_injection::plain;
use crate::limits::{SHEET_COLUMNS_MAX, SHEET_ROWS_MAX};
use crate::workbook::dates::{self, Epoch};
use crate::workbook::looks::Look;
use crate::workbook::numbers;
use crate::workbook::texts::Texts;
use crate::workbook::xml::{BytesStart, Event, Xml, attribute, ends_early};
use crate::{Kind, Limits, Row, RowError, SheetError};

pub(super) struct Cells {
    texts: Texts,
    looks: Vec<Look>,
    epoch: Epoch,
    limits: Limits,
    /// The row that was read last.
    number: u64,
    /// The text of the cell that is read, and what it becomes.
    raw: String,
    text: String,
}

/// What the tag of a cell says.
struct Tag {
    column: usize,
    look: Look,
    kind: Held,
}

/// What the text of a cell is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Held {
    Number,
    SharedText,
    Text,
    Bool,
    Error,
    Date,
}

impl Cells {
    pub(super) fn new(texts: Texts, looks: Vec<Look>, epoch: Epoch, limits: &Limits) -> Self {
        let limits = limits.clone();
        Self { texts, looks, epoch, limits, number: 0, raw: String::new(), text: String::new() }
    }

    pub(super) fn next(&mut self, xml: &mut Xml<impl Read>, row: &mut Row) -> Result<bool, SheetError> {
        loop {
            match xml.next().map_err(|fault| fault.at_row(self.number + 1))? {
                Event::Start(start) if start.local_name().as_ref() == "row" => {
                    let number = attribute(&start, "r").and_then(|number| number.parse().ok());
                    self.number = number.unwrap_or(self.number + 1).min(SHEET_ROWS_MAX);
                    row.begin(self.number);
                    return match self.row(xml, row) {
                        Ok(None) => Ok(true),
                        Ok(Some(fault)) => Err(SheetError::Row { row: self.number, fault }),
                        Err(fault) => Err(fault.at_row(self.number)),
                    };
                }
                Event::End(end) if end.local_name().as_ref() == "sheetData" => return Ok(false),
                Event::Eof => return Err(ends_early().at_row(self.number + 1)),
                _ => {}
            }
        }
    }

    /// Reads to the end of a row, also if one of its cells is at fault.
    fn row(&mut self, xml: &mut Xml<impl Read>, row: &mut Row) -> Result<Option<RowError>, SheetError> {
        let (mut fault, mut column) = (None, 0);
        loop {
            match xml.next()? {
                Event::Start(start) if start.local_name().as_ref() == "c" => {
                    let tag = self.tag(&start, column);
                    let kind = tag.as_ref().map_or(Held::Text, |tag| tag.kind);
                    self.value(xml, kind)?;
                    let added = tag.and_then(|tag| {
                        column = tag.column + 1;
                        self.add(&tag, row)
                    });
                    fault = fault.or(added.err());
                }
                Event::Start(_) => xml.skip()?,
                Event::End(_) => break,
                Event::Eof => return Err(ends_early()),
                _ => {}
            }
        }
        row.trim();
        Ok(fault)
    }

    fn tag(&self, start: &BytesStart<'_>, next: usize) -> Result<Tag, RowError> {
        let mut tag = Tag { column: next, look: Look::Number, kind: Held::Number };
        for one in start.attributes().with_checks(false).flatten() {
            match one.key.as_ref() {
                "r" => tag.column = column(&one.value).ok_or(RowError::Damaged("the place of a cell"))?,
                "s" => {
                    let look = one.value.parse::<usize>().ok().and_then(|style| self.looks.get(style));
                    tag.look = look.copied().unwrap_or_default();
                }
                "t" => {
                    tag.kind = match one.value.as_ref() {
                        "n" => Held::Number,
                        "s" => Held::SharedText,
                        "str" | "inlineStr" => Held::Text,
                        "b" => Held::Bool,
                        "e" => Held::Error,
                        "d" => Held::Date,
                        _ => return Err(RowError::Damaged("the kind of a cell")),
                    }
                }
                _ => {}
            }
        }
        if tag.column < next {
            return Err(RowError::Damaged("the order of its cells"));
        }
        Ok(tag)
    }

    /// Reads the text of a cell to its end.
    fn value(&mut self, xml: &mut Xml<impl Read>, kind: Held) -> Result<(), SheetError> {
        self.raw.clear();
        let chars_max = self.limits.cell_chars_max;
        loop {
            match xml.next()? {
                Event::Start(start) => match start.local_name().as_ref() {
                    "v" if kind == Held::Text => {
                        self.text.clear();
                        xml.text(&mut self.text, 8 * chars_max)?;
                        self.raw.push_str(&unescaped(&self.text));
                    }
                    "v" => xml.text(&mut self.raw, 8 * chars_max)?,
                    "is" => rich_text(xml, &mut self.raw, chars_max)?,
                    _ => xml.skip()?,
                },
                Event::End(_) => return Ok(()),
                Event::Eof => return Err(ends_early()),
                _ => {}
            }
        }
    }

    fn add(&mut self, tag: &Tag, row: &mut Row) -> Result<(), RowError> {
        self.text.clear();
        let (kind, text) = match tag.kind {
            _ if self.raw.is_empty() => return Ok(()),
            Held::SharedText => {
                let index = self.raw.trim().parse().ok();
                let text = index.and_then(|index| self.texts.get(index));
                (Kind::Text, plain(text.ok_or(RowError::Damaged("the text of a cell"))?))
            }
            Held::Text => (Kind::Text, plain(&self.raw)),
            Held::Bool => match self.raw.trim() {
                "1" | "true" | "TRUE" => (Kind::Bool, "TRUE"),
                "0" | "false" | "FALSE" => (Kind::Bool, "FALSE"),
                _ => return Err(RowError::Damaged("a cell that is true or false")),
            },
            Held::Error => (Kind::Error, self.raw.as_str()),
            Held::Date => (Kind::Date, self.raw.as_str()),
            Held::Number => {
                let value = self.raw.trim().parse().ok().filter(|_| tag.look.is_time());
                if value.is_some_and(|value| dates::add(value, self.epoch, tag.look, &mut self.text)) {
                    (Kind::Date, self.text.as_str())
                } else if numbers::add(&self.raw, &mut self.text) {
                    (tag.look.show(&mut self.text), self.text.as_str())
                } else {
                    return Err(RowError::Damaged("a number"));
                }
            }
        };
        row.place(tag.column, kind, text, &self.limits)
    }
}

/// The column of a place such as `AB12`, from 0.
fn column(place: &str) -> Option<usize> {
    let letters = place.bytes().take_while(u8::is_ascii_alphabetic);
    let number =
        letters.take(4).fold(0, |number, letter| number * 26 + usize::from(letter.to_ascii_uppercase() - b'@'));
    (1..=SHEET_COLUMNS_MAX).contains(&number).then(|| number - 1)
}
