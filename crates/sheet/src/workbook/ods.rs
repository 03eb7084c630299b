//! ODS: one of the sheets that a person sees.
//!
//! Promises: a row or a cell that the file says is there a million times is kept once, and counts as often as it is
//! given.

use std::collections::HashSet;

use super::SHEETS_MAX;
use super::archive::{Archive, Unpacked};
use super::xml::{BytesStart, Event, Xml, add_text, attribute, ends_early};
use super::{looks, numbers};
use crate::formula_injection::plain;
use crate::reader::{Rows, Source};
use crate::{Format, Kind, Limits, Row, RowError, SheetError};

/// Styles of sheets that are hidden.
const HIDDEN_MAX: usize = 10_000;

type Content = Xml<Unpacked<Box<dyn Source>>>;

/// The table of an ODS file.
pub(crate) struct Ods {
    xml: Content,
    limits: Limits,
    /// The row of the file that was read last, how often it is still to be given, and its last number.
    repeated: Row,
    fault: Option<RowError>,
    left: u64,
    number: u64,
    text: String,
}

/// What a cell is, by its tag.
struct Tag {
    times: usize,
    kind: Kind,
    /// Its value, if that is not its text.
    value: Option<String>,
}

impl Ods {
    pub(super) fn open(archive: Archive, limits: &Limits, number: usize) -> Result<Self, SheetError> {
        let mut xml = content(archive)?;
        let mut before = number;
        let found = find_sheet(&mut xml, |_| match before.checked_sub(1) {
            Some(left) => {
                before = left;
                false
            }
            None => true,
        })?;
        if !found {
            return Err(SheetError::NoSheet);
        }
        let (limits, repeated, text) = (limits.clone(), Row::new(), String::new());
        Ok(Self { xml, limits, repeated, fault: None, left: 0, number: 0, text })
    }

    /// Goes to the next row of the file and reads it; `false` at the end of the sheet.
    fn read(&mut self) -> Result<bool, SheetError> {
        let row = self.number + 1;
        let here = |fault: SheetError| fault.at_row(row);
        loop {
            match self.xml.next().map_err(here)? {
                Event::Start(start) if start.name().as_ref() == "table:table-row" => {
                    self.left = u64::from(times(&start, "number-rows-repeated"));
                    break;
                }
                Event::Start(start) if start.name().as_ref() == "table:shapes" => self.xml.skip().map_err(here)?,
                Event::End(end) if end.name().as_ref() == "table:table" => return Ok(false),
                Event::Eof => return Err(here(ends_early())),
                _ => {}
            }
        }
        self.repeated.begin(0);
        self.fault = self.row().map_err(here)?;
        self.repeated.trim();
        Ok(true)
    }

    fn row(&mut self) -> Result<Option<RowError>, SheetError> {
        let (mut fault, mut column) = (None, 0_usize);
        loop {
            let tag = match self.xml.next()? {
                Event::Start(start) => match start.name().as_ref() {
                    "table:table-cell" | "table:covered-table-cell" => tag(&start),
                    _ => {
                        self.xml.skip()?;
                        continue;
                    }
                },
                Event::End(_) => return Ok(fault),
                Event::Eof => return Err(ends_early()),
                _ => continue,
            };
            self.text.clear();
            paragraphs(&mut self.xml, &mut self.text, &self.limits)?;
            let added = self.add(&tag, column);
            fault = fault.or(added.err());
            column = column.saturating_add(tag.times);
        }
    }

    /// Adds a cell as often as it is there; what is too far right ends that.
    fn add(&mut self, tag: &Tag, column: usize) -> Result<(), RowError> {
        let (mut number, mut kind) = (String::new(), tag.kind);
        let text = match (&tag.value, tag.kind) {
            (None, Kind::Text) => plain(&self.text),
            (None, _) => self.text.as_str(),
            (Some(value), Kind::Number) => {
                if !numbers::add(value, &mut number) {
                    return Err(RowError::Damaged("a number"));
                }
                kind = looks::shown(&mut number, &self.text);
                number.as_str()
            }
            (Some(value), Kind::Text) => plain(value),
            (Some(value), _) => value,
        };
        if tag.kind == Kind::Empty || text.is_empty() {
            return Ok(());
        }
        (0..tag.times).try_for_each(|time| self.repeated.place(column + time, kind, text, &self.limits))
    }
}

impl Rows for Ods {
    fn format(&self) -> Format {
        Format::Ods
    }

    fn next(&mut self, row: &mut Row) -> Result<bool, SheetError> {
        if self.left == 0 && !self.read()? {
            return Ok(false);
        }
        if self.repeated.is_empty() && self.fault.is_none() {
            // Nothing, however often.
            self.number += self.left - 1;
            self.left = 1;
        }
        self.left -= 1;
        self.number += 1;
        row.copy(&self.repeated, self.number);
        self.fault.map_or(Ok(true), |fault| Err(SheetError::Row { row: self.number, fault }))
    }
}

/// The names of its sheets. To know them, all of it is read.
pub(super) fn names(archive: Archive) -> Result<Vec<String>, SheetError> {
    let (mut xml, mut names) = (content(archive)?, Vec::new());
    find_sheet(&mut xml, |name| {
        names.push(name);
        names.len() == SHEETS_MAX
    })?;
    Ok(names)
}

fn content(mut archive: Archive) -> Result<Content, SheetError> {
    let manifest = archive.find("META-INF/manifest.xml").ok_or(SheetError::NoSheet)?;
    refuse_encrypted(&mut archive, manifest)?;
    let content = archive.find("content.xml").ok_or(SheetError::NoSheet)?;
    archive.into_xml(content)
}

fn refuse_encrypted(archive: &mut Archive, manifest: usize) -> Result<(), SheetError> {
    let mut xml = archive.xml(manifest)?;
    loop {
        match xml.next()? {
            Event::Start(start) if start.local_name().as_ref() == "encryption-data" => {
                return Err(SheetError::Encrypted);
            }
            Event::Eof => return Ok(()),
            _ => {}
        }
    }
}

/// Goes into the first sheet that is wanted by its name and not hidden, which its style says; whether there is one.
fn find_sheet(xml: &mut Content, mut is_wanted: impl FnMut(String) -> bool) -> Result<bool, SheetError> {
    let (mut hidden, mut style) = (HashSet::new(), None);
    let mut is_sheets = false;
    loop {
        match xml.next()? {
            Event::Start(start) => match start.name().as_ref() {
                "style:style" => style = attribute(&start, "name").map(std::borrow::Cow::into_owned),
                "style:table-properties" if attribute(&start, "display").is_some_and(|shown| shown == "false") => {
                    hidden.extend(style.take());
                    if hidden.len() > HIDDEN_MAX {
                        return Err(SheetError::TooLarge(format!("it has more than {HIDDEN_MAX} hidden sheets")));
                    }
                }
                "office:spreadsheet" => is_sheets = true,
                "table:table" => {
                    let is_shown = attribute(&start, "style-name").is_none_or(|style| !hidden.contains(style.as_ref()));
                    let name = attribute(&start, "name").map(std::borrow::Cow::into_owned);
                    if is_shown && is_wanted(name.unwrap_or_default()) {
                        return Ok(true);
                    }
                    xml.skip()?;
                }
                _ => {}
            },
            Event::Eof if is_sheets => return Ok(false),
            Event::Eof => return Err(SheetError::NotATable("a text document or a presentation")),
            _ => {}
        }
    }
}

fn times(start: &BytesStart<'_>, name: &str) -> u32 {
    attribute(start, name).and_then(|times| times.parse().ok()).unwrap_or(1).max(1)
}

fn tag(start: &BytesStart<'_>) -> Tag {
    let mut tag = Tag { times: times(start, "number-columns-repeated") as usize, kind: Kind::Empty, value: None };
    let value = |name| attribute(start, name).map(std::borrow::Cow::into_owned);
    let mut is_error = false;
    for one in start.attributes().with_checks(false).flatten() {
        match one.key.as_ref() {
            "office:value-type" => {
                (tag.kind, tag.value) = match one.value.as_ref() {
                    "float" | "percentage" | "currency" => (Kind::Number, value("value")),
                    "date" => (Kind::Date, value("date-value").map(day)),
                    "time" => (Kind::Date, value("time-value").map(|time| clock(&time).unwrap_or(time))),
                    "boolean" => (Kind::Bool, value("boolean-value").map(|value| value.to_uppercase())),
                    _ => (Kind::Text, value("string-value")),
                }
            }
            "calcext:value-type" => is_error = one.value == "error",
            _ => {}
        }
    }
    if is_error {
        (tag.kind, tag.value) = (Kind::Error, None);
    }
    tag
}

/// A day is a day, also when it is written as its first moment.
fn day(moment: String) -> String {
    match moment.strip_suffix("T00:00:00") {
        Some(day) => day.to_owned(),
        None => moment,
    }
}

/// `PT13H05M00S` as `13:05:00`.
fn clock(time: &str) -> Option<String> {
    let (hours, rest) = time.strip_prefix("PT")?.split_once('H')?;
    let (minutes, rest) = rest.split_once('M')?;
    let seconds = rest.strip_suffix('S')?.split('.').next()?;
    Some(format!("{hours}:{minutes}:{seconds}"))
}

/// Adds the text of a cell to its end. Notes and drawings have texts of their own, which are left out.
fn paragraphs(xml: &mut Content, into: &mut String, limits: &Limits) -> Result<(), SheetError> {
    let bytes_max = 4 * limits.cell_chars_max;
    let (mut depth, mut paragraph) = (0, 0);
    loop {
        match xml.next()? {
            Event::Start(start) => {
                let (name, count) = (start.name(), times(&start, "c") as usize);
                let within = name.as_ref().starts_with("text:");
                let room = (bytes_max + 1).saturating_sub(into.len());
                match name.as_ref() {
                    "text:p" => {
                        paragraph += 1;
                        if paragraph > 1 && room > 0 {
                            into.push('\n');
                        }
                    }
                    "text:s" => into.extend(std::iter::repeat_n(' ', count.min(room))),
                    "text:tab" if room > 0 => into.push('\t'),
                    "text:line-break" if room > 0 => into.push('\n'),
                    _ => {}
                }
                if within {
                    depth += 1;
                } else {
                    xml.skip()?;
                }
            }
            Event::End(_) if depth == 0 => return Ok(()),
            Event::End(_) => depth -= 1,
            Event::Eof => return Err(ends_early()),
            // Between paragraphs there is nothing but the file's own lines.
            event if depth > 0 => add_text(&event, into, bytes_max)?,
            _ => {}
        }
    }
}
