//! The files within a workbook.
//!
//! Promises: the directory is read up to a bound, and what is unpacked is counted over all files together; the sizes
//! that the directory declares are not used. A part is unpacked as it is read.

use std::io::{self, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use flate2::read::DeflateDecoder;
use zip::CompressionMethod;
use zip::result::ZipError;

use super::xml::Xml;
use crate::reader::Source;
use crate::{Limits, SheetError};

/// What is read to find the files: some 300 bytes each.
const DIRECTORY_BYTES_MAX: u64 = 2 << 20;
/// What may be unpacked whatever the ratio: a short sheet that repeats itself packs well.
const RATIO_FREE_BYTES: u64 = 10 << 20;

/// The files of a ZIP file, by name.
pub(super) struct Archive {
    source: Box<dyn Source>,
    parts: Vec<Part>,
    /// Bytes that may still be unpacked.
    left: Arc<AtomicU64>,
}

struct Part {
    name: String,
    start: u64,
    packed_bytes: u64,
    deflated: bool,
}

impl Archive {
    pub(super) fn open(mut source: Box<dyn Source>, limits: &Limits) -> Result<Self, SheetError> {
        let bytes = source.seek(SeekFrom::End(0))?;
        let metered = Metered { source, left: DIRECTORY_BYTES_MAX, over: false };
        let mut zip = zip::ZipArchive::new(metered).map_err(damaged)?;
        if zip.len() > limits.entries_max {
            return Err(SheetError::TooLarge(format!("it holds more than {} files", limits.entries_max)));
        }
        let mut parts = Vec::with_capacity(zip.len());
        for index in 0..zip.len() {
            let file = zip.by_index_raw(index).map_err(damaged)?;
            if file.encrypted() {
                return Err(SheetError::Encrypted);
            }
            let deflated = match file.compression() {
                CompressionMethod::Stored => false,
                CompressionMethod::Deflated => true,
                _ => continue,
            };
            let name = String::from_utf8_lossy(file.name_raw()).replace('\\', "/");
            let Some(start) = file.data_start() else { continue };
            parts.push(Part { name, start, packed_bytes: file.compressed_size(), deflated });
        }
        let left = bytes.saturating_mul(limits.ratio_max).saturating_add(RATIO_FREE_BYTES);
        let left = Arc::new(AtomicU64::new(left.min(limits.inflated_bytes_max)));
        Ok(Self { source: zip.into_inner().source, parts, left })
    }

    /// A part by its name; programs differ in the case of names.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        let name = name.trim_start_matches('/');
        self.parts.iter().position(|part| part.name.eq_ignore_ascii_case(name))
    }

    /// A part, to be read to its end before another one is.
    pub(super) fn xml(&mut self, part: usize) -> Result<Xml<Unpacked<&mut Box<dyn Source>>>, SheetError> {
        let part = &self.parts[part];
        Ok(Xml::new(Unpacked::new(&mut self.source, part)?, Arc::clone(&self.left)))
    }

    /// The last part to be read.
    pub(super) fn into_xml(self, part: usize) -> Result<Xml<Unpacked<Box<dyn Source>>>, SheetError> {
        Ok(Xml::new(Unpacked::new(self.source, &self.parts[part])?, self.left))
    }
}

/// The bytes of a part as they were before packing.
pub(super) enum Unpacked<S> {
    Stored(io::Take<S>),
    Deflated(DeflateDecoder<io::Take<S>>),
}

impl<S: Read + Seek> Unpacked<S> {
    fn new(mut source: S, part: &Part) -> io::Result<Self> {
        source.seek(SeekFrom::Start(part.start))?;
        let packed = source.take(part.packed_bytes);
        Ok(if part.deflated { Self::Deflated(DeflateDecoder::new(packed)) } else { Self::Stored(packed) })
    }
}

impl<S: Read> Read for Unpacked<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(source) => source.read(buffer),
            Self::Deflated(source) => source.read(buffer),
        }
    }
}

/// Keeps a directory without end from being read into memory.
struct Metered {
    source: Box<dyn Source>,
    left: u64,
    over: bool,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.over |= count as u64 > self.left;
        self.left = self.left.saturating_sub(count as u64);
        if self.over { Err(io::Error::other("its list of files is too long")) } else { Ok(count) }
    }
}

impl Seek for Metered {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}

fn damaged(fault: ZipError) -> SheetError {
    let why = match fault {
        ZipError::Io(fault) => format!("the workbook cannot be unpacked ({fault})"),
        fault => format!("the workbook cannot be unpacked ({fault}); perhaps it was not uploaded to its end"),
    };
    SheetError::Broken { row: None, why }
}
