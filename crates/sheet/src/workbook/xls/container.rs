//! The container of old Office files: streams by name, in chains of sectors.
//!
//! Promises: a chain has at most as many sectors as the file, so that a ring ends; nothing is as long as it claims
//! unless it is there. Knows nothing of workbooks.

use crate::SheetError;
use crate::workbook::xml::broken;

const HEADER_BYTES: usize = 512;
const ENTRY_BYTES: usize = 128;
const MINI_SHIFT: u32 = 6;

pub(super) struct Container<'f> {
    bytes: &'f [u8],
    shift: u32,
    /// The sector after each sector.
    next: Vec<u32>,
    entries: Vec<Entry>,
    /// Streams below this length are in small sectors, within the stream of the first entry.
    mini_below: u64,
    mini_next: Vec<u32>,
}

struct Entry {
    name: String,
    start: u32,
    bytes: u64,
}

impl<'f> Container<'f> {
    pub(super) fn open(bytes: &'f [u8]) -> Result<Self, SheetError> {
        let damaged = || broken("its directory cannot be read; perhaps it was not uploaded to its end");
        let shift = u32::from(u16_at(bytes, 30).ok_or_else(damaged)?);
        if bytes.len() < HEADER_BYTES || !matches!(shift, 9 | 12) {
            return Err(damaged());
        }
        let word = |at| u32_at(bytes, at).unwrap_or_default();
        let mut container = Self {
            bytes,
            shift,
            next: Vec::new(),
            entries: Vec::new(),
            mini_below: u64::from(word(56)),
            mini_next: Vec::new(),
        };
        container.next = container.table();
        container.mini_next = words(&container.chain(word(60)));
        container.entries = container.chain(word(48)).chunks_exact(ENTRY_BYTES).map(Entry::read).collect();
        if container.entries.is_empty() { Err(damaged()) } else { Ok(container) }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name))
    }

    pub(super) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().find(|entry| entry.name.eq_ignore_ascii_case(name))?;
        let mut stream = if entry.bytes < self.mini_below {
            let all = self.chain(self.entries.first()?.start);
            follow(&all, 0, MINI_SHIFT, &self.mini_next, entry.start)
        } else {
            self.chain(entry.start)
        };
        stream.truncate(usize::try_from(entry.bytes).unwrap_or(usize::MAX));
        Some(stream)
    }

    fn sectors(&self) -> usize {
        self.bytes.len() >> self.shift
    }

    fn chain(&self, start: u32) -> Vec<u8> {
        follow(self.bytes, 1 << self.shift, self.shift, &self.next, start)
    }

    /// The table of what follows what; where its own sectors are is in the header, and in sectors that name each other.
    fn table(&self) -> Vec<u32> {
        let in_sector = (1 << self.shift) / 4;
        let mut homes = words(&self.bytes[76..HEADER_BYTES]);
        let mut more = u32_at(self.bytes, 68).unwrap_or(u32::MAX);
        for _ in 0..self.sectors() {
            let Some(sector) = sector(self.bytes, 1 << self.shift, self.shift, more) else { break };
            let mut named = words(sector);
            more = if named.len() == in_sector { named.pop().unwrap_or(u32::MAX) } else { u32::MAX };
            homes.append(&mut named);
        }
        let homes = homes.into_iter().take(self.sectors());
        homes.filter_map(|home| sector(self.bytes, 1 << self.shift, self.shift, home)).flat_map(words).collect()
    }
}

impl Entry {
    fn read(bytes: &[u8]) -> Self {
        let name_bytes = usize::from(u16_at(bytes, 64).unwrap_or_default()).clamp(2, 64) - 2;
        let units: Vec<u16> =
            bytes[..name_bytes].chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        let start = u32_at(bytes, 116).unwrap_or(u32::MAX);
        // The upper half of the length is not always cleared, and no file here needs it.
        Self { name: String::from_utf16_lossy(&units), start, bytes: u64::from(u32_at(bytes, 120).unwrap_or_default()) }
    }
}

/// The bytes of a chain of sectors, each of which is at most once in it.
fn follow(bytes: &[u8], first: usize, shift: u32, next: &[u32], start: u32) -> Vec<u8> {
    let (mut all, mut id) = (Vec::new(), start);
    for _ in 0..=bytes.len() >> shift {
        let Some(sector) = sector(bytes, first, shift, id) else { break };
        all.extend_from_slice(sector);
        id = next.get(id as usize).copied().unwrap_or(u32::MAX);
    }
    all
}

/// A sector; the last one of a file may be short.
fn sector(bytes: &[u8], first: usize, shift: u32, id: u32) -> Option<&[u8]> {
    let start = ((id as usize) << shift) + first;
    let end = (start + (1 << shift)).min(bytes.len());
    bytes.get(start..end).filter(|sector| !sector.is_empty())
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]])).collect()
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at + 2).map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4).map(|word| u32::from_le_bytes([word[0], word[1], word[2], word[3]]))
}
