//! Texts in XLS records: of one byte or two for a letter, and changing between them where a record ends.
//!
//! Promises: a text that is not there in full is what is there of it.

use super::container::{u16_at, u32_at};
use crate::workbook::texts::Texts;

const WIDE: u8 = 1;
const HAS_EXTRA: u8 = 4;
const HAS_RUNS: u8 = 8;

/// The bytes of a record and of those that continue it.
struct Segments<'s> {
    rest: &'s [&'s [u8]],
    at: usize,
}

impl<'s> Segments<'s> {
    /// What is left of the current one.
    fn current(&self) -> &'s [u8] {
        self.rest.first().map_or(&[], |segment| &segment[self.at.min(segment.len())..])
    }

    fn next_segment(&mut self) -> bool {
        self.rest = self.rest.get(1..).unwrap_or_default();
        self.at = 0;
        !self.rest.is_empty()
    }

    /// Some bytes that are in one segment, as all numbers are.
    fn take(&mut self, bytes: usize) -> Option<&'s [u8]> {
        while self.current().is_empty() {
            if !self.next_segment() {
                return None;
            }
        }
        let taken = self.current().get(..bytes)?;
        self.at += bytes;
        Some(taken)
    }

    fn skip(&mut self, mut bytes: usize) {
        while bytes > self.current().len() {
            bytes -= self.current().len();
            if !self.next_segment() {
                return;
            }
        }
        self.at += bytes;
    }

    /// One text; `None` if not even its length is there.
    fn text(&mut self, into: &mut Texts) -> Option<()> {
        let head = self.take(3)?;
        let (mut letters, mut flags) = (usize::from(u16_at(head, 0)?), head[2]);
        let runs = if flags & HAS_RUNS == 0 { 0 } else { usize::from(u16_at(self.take(2)?, 0)?) };
        let extra = if flags & HAS_EXTRA == 0 { 0 } else { u32_at(self.take(4)?, 0)? as usize };
        let mut units: Vec<u16> = Vec::with_capacity(letters);
        while letters > 0 {
            let width = 1 + usize::from(flags & WIDE);
            let here = (self.current().len() / width).min(letters);
            let bytes = &self.current()[..here * width];
            if width == 2 {
                units.extend(bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])));
            } else {
                units.extend(bytes.iter().map(|byte| u16::from(*byte)));
            }
            self.at += bytes.len();
            letters -= here;
            if letters > 0 {
                if !self.next_segment() {
                    break;
                }
                flags = self.take(1)?[0];
            }
        }
        self.skip(4 * runs + extra);
        into.add(&String::from_utf16_lossy(&units));
        Some(())
    }
}

/// Adds the text at the start of some segments.
pub(super) fn add(segments: &[&[u8]], into: &mut Texts) {
    // A text without its length is an empty one.
    if (Segments { rest: segments, at: 0 }).text(into).is_none() {
        into.add("");
    }
}

/// Adds the texts of the table of texts.
pub(super) fn add_all(segments: &[&[u8]], into: &mut Texts) {
    let mut segments = Segments { rest: segments, at: 0 };
    let count = segments.take(8).and_then(|head| u32_at(head, 4)).unwrap_or_default();
    for _ in 0..count {
        if segments.text(into).is_none() {
            break;
        }
    }
}
