//! XML a piece at a time.
//!
//! Promises: no piece (a tag, a text between tags) is longer than a bound, and all parts of a workbook together are not
//! either, so that memory does not follow from what a file contains. Knows nothing of workbooks.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_xml::Reader;
pub(super) use quick_xml::events::{BytesStart, Event};

use crate::SheetError;

/// The longest cell, if each of its characters is written as `_x000D_`, and some.
const PIECE_BYTES_MAX: usize = 256 << 10;
const BUFFER_BYTES: usize = 32 << 10;

pub(super) struct Xml<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
}

impl<R: Read> Xml<R> {
    /// Reads from `source`, and takes what it gives from the bytes that are `left`.
    pub(super) fn new(source: R, left: Arc<AtomicU64>) -> Self {
        let bounded = Bounded {
            source,
            buffer: vec![0; BUFFER_BYTES].into_boxed_slice(),
            start: 0,
            end: 0,
            piece_left: 0,
            left,
            over: None,
        };
        let mut reader = Reader::from_reader(bounded);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = false;
        Self { reader, buffer: Vec::new() }
    }

    /// The next piece; the end of the file is one too, again and again.
    pub(super) fn next(&mut self) -> Result<Event<'_>, SheetError> {
        self.buffer.clear();
        self.reader.get_mut().piece_left = PIECE_BYTES_MAX;
        self.reader.read_event_into(&mut self.buffer).map_err(|fault| self.reader.get_mut().fault(fault))
    }

    /// Passes over an element whose start was the last piece.
    pub(super) fn skip(&mut self) -> Result<(), SheetError> {
        self.within(|_| Ok(()))
    }

    /// Adds the text of an element whose start was the last piece; what makes it longer than `bytes_max` is left out,
    /// but one character, so that it shows.
    pub(super) fn text(&mut self, into: &mut String, bytes_max: usize) -> Result<(), SheetError> {
        self.within(|piece| add_text(piece, into, bytes_max))
    }

    /// Takes what stands between the tags of an element, to its end.
    fn within(&mut self, mut take: impl FnMut(&Event<'_>) -> Result<(), SheetError>) -> Result<(), SheetError> {
        let mut depth = 1;
        while depth > 0 {
            match self.next()? {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth -= 1,
                Event::Eof => return Err(ends_early()),
                piece => take(&piece)?,
            }
        }
        Ok(())
    }
}

/// Adds a piece if it is text.
pub(super) fn add_text(event: &Event<'_>, into: &mut String, bytes_max: usize) -> Result<(), SheetError> {
    let piece = match event {
        Event::Text(text) => text.xml10_content(),
        Event::CData(text) => text.xml10_content(),
        Event::GeneralRef(name) => match quick_xml::escape::resolve_xml_entity(name.as_ref()) {
            Some(text) => Cow::Borrowed(text),
            None => {
                let letter = name.resolve_char_ref().ok().flatten();
                let letter = letter.ok_or_else(|| broken("a character is written in a way that is not known"))?;
                Cow::Owned(letter.to_string())
            }
        },
        _ => return Ok(()),
    };
    if into.len() <= bytes_max {
        let room = (bytes_max + 1 - into.len()).min(piece.len());
        into.push_str(&piece[..piece.ceil_char_boundary(room)]);
    }
    Ok(())
}

/// An attribute of an element by its name without a prefix.
pub(super) fn attribute<'s>(start: &'s BytesStart<'_>, name: &str) -> Option<Cow<'s, str>> {
    let mut all = start.attributes();
    let found = all.with_checks(false).flatten().find(|one| one.key.local_name().as_ref() == name)?;
    found.normalized_value(quick_xml::XmlVersion::Implicit1_0).ok()
}

pub(super) fn broken(why: &str) -> SheetError {
    SheetError::Broken { row: None, why: why.to_owned() }
}

pub(super) fn ends_early() -> SheetError {
    broken("it ends early; perhaps it was not uploaded to its end")
}

/// Bytes for the reader, no more of them than one piece and the whole may have.
struct Bounded<R> {
    source: R,
    buffer: Box<[u8]>,
    start: usize,
    end: usize,
    piece_left: usize,
    left: Arc<AtomicU64>,
    over: Option<&'static str>,
}

impl<R: Read> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.piece_left == 0 {
            self.over = Some("a cell or a tag in it has no end");
            return Err(io::Error::other("a bound was met"));
        }
        if self.start == self.end {
            let count = self.source.read(&mut self.buffer)?;
            (self.start, self.end) = (0, count);
            let left = self.left.fetch_sub((count as u64).min(self.left.load(Ordering::Relaxed)), Ordering::Relaxed);
            if left < count as u64 {
                self.over = Some("unpacked, it takes far more space than a stock list does");
                return Err(io::Error::other("a bound was met"));
            }
        }
        let end = self.end.min(self.start + self.piece_left);
        Ok(&self.buffer[self.start..end])
    }

    fn consume(&mut self, bytes: usize) {
        self.start += bytes;
        self.piece_left -= bytes;
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(into)?;
        self.consume(count);
        Ok(count)
    }
}

impl<R> Bounded<R> {
    fn fault(&self, fault: quick_xml::Error) -> SheetError {
        if let Some(what) = self.over {
            return SheetError::TooLarge(what.to_owned());
        }
        match fault {
            quick_xml::Error::Io(fault) => match fault.kind() {
                // What cannot be unpacked is the file's fault, what cannot be read is not.
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => ends_early(),
                kind => SheetError::Io(io::Error::new(kind, fault)),
            },
            fault => broken(&format!("it is no XML where it must be ({fault})")),
        }
    }
}
