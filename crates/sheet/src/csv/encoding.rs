//! The characters of a file in whatever encoding, as UTF-8, a piece at a time.
//!
//! Promises: nothing is read ahead to find the encoding. A file without a mark at its start is ASCII until its first
//! other byte; what stands there decides. Bytes that are no UTF-8 are taken for Windows-1254: it differs from 1252 in
//! six letters only (Ğğ İı Şş, where 1252 has Icelandic ones), and stock lists here are Turkish more often than
//! Icelandic.

use std::io::{self, Read};

use encoding_rs::{CoderResult, Decoder, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1254};

use crate::reader::Source;

/// What the first bytes say about the encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// By its mark at the start, or by the zeros in every second byte.
    Known { encoding: &'static encoding_rs::Encoding, bom_bytes: usize },
    /// UTF-8 or Windows-1254: the first byte beyond ASCII will tell.
    Open,
}

impl Encoding {
    pub(crate) fn of(head: &[u8]) -> Self {
        if let Some((encoding, bom_bytes)) = encoding_rs::Encoding::for_bom(head) {
            return Self::Known { encoding, bom_bytes };
        }
        let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
        let (even, odd, most) = (zeros(0), zeros(1), head.len() / 4);
        if odd > most && even == 0 {
            Self::Known { encoding: UTF_16LE, bom_bytes: 0 }
        } else if even > most && odd == 0 {
            Self::Known { encoding: UTF_16BE, bom_bytes: 0 }
        } else {
            Self::Open
        }
    }

    pub(crate) fn bom_bytes(self) -> usize {
        match self {
            Self::Known { bom_bytes, .. } => bom_bytes,
            Self::Open => 0,
        }
    }

    /// Whether zeros are part of ordinary letters.
    pub(crate) fn is_wide(self) -> bool {
        matches!(self, Self::Known { encoding, .. } if encoding != UTF_8)
    }
}

/// A piece of the file.
const RAW_BYTES: usize = 64 << 10;
/// Room for what a piece becomes: a letter of one byte becomes three at most, and one of two becomes three.
const TEXT_BYTES: usize = 3 * RAW_BYTES + 16;

/// The characters of a file.
pub(crate) struct Text {
    source: Box<dyn Source>,
    raw: Box<[u8]>,
    /// Bytes of `raw` that are still to be decoded, from its start.
    kept: usize,
    decoder: Option<Decoder>,
    decoded: Box<[u8]>,
    start: usize,
    end: usize,
    ended: bool,
    /// Whether bytes have been met that are no characters; each became U+FFFD.
    damaged: bool,
}

impl Text {
    pub(crate) fn new(mut source: Box<dyn Source>, encoding: Encoding) -> io::Result<Self> {
        let mut bom = [0; 3];
        source.read_exact(&mut bom[..encoding.bom_bytes()])?;
        let decoder = match encoding {
            Encoding::Known { encoding, .. } => Some(encoding.new_decoder_without_bom_handling()),
            Encoding::Open => None,
        };
        let (raw, decoded) = (vec![0; RAW_BYTES].into_boxed_slice(), vec![0; TEXT_BYTES].into_boxed_slice());
        Ok(Self { source, raw, kept: 0, decoder, decoded, start: 0, end: 0, ended: false, damaged: false })
    }

    /// What is decoded and not yet taken; empty at the end of the file only. Whole characters, but for the first after
    /// a [`Text::take`] within one.
    pub(crate) fn ready(&mut self) -> io::Result<&[u8]> {
        while self.start == self.end && !self.ended {
            self.fill()?;
        }
        Ok(&self.decoded[self.start..self.end])
    }

    /// Drops the first bytes of what is ready.
    pub(crate) fn take(&mut self, bytes: usize) {
        self.start += bytes;
    }

    pub(crate) fn damaged(&self) -> bool {
        self.damaged
    }

    pub(crate) fn name(&self) -> &'static str {
        self.decoder.as_ref().map_or(UTF_8, Decoder::encoding).name()
    }

    fn fill(&mut self) -> io::Result<()> {
        let count = loop {
            match self.source.read(&mut self.raw[self.kept..]) {
                Err(fault) if fault.kind() == io::ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.ended = count == 0;
        let raw = self.kept + count;
        (self.start, self.end) = (0, 0);
        if self.decoder.is_none() {
            let ascii = encoding_rs::Encoding::ascii_valid_up_to(&self.raw[..raw]);
            self.decoded[..ascii].copy_from_slice(&self.raw[..ascii]);
            self.end = ascii;
            let encoding = match std::str::from_utf8(&self.raw[ascii..raw]) {
                Ok("") => return Ok(()),
                // The piece ends within its only letter beyond ASCII: the next piece will tell.
                Err(fault) if fault.valid_up_to() == 0 && fault.error_len().is_none() && !self.ended => {
                    self.raw.copy_within(ascii..raw, 0);
                    self.kept = raw - ascii;
                    return Ok(());
                }
                Err(fault) if fault.error_len().is_some() || self.ended => WINDOWS_1254,
                _ => UTF_8,
            };
            self.decoder = Some(encoding.new_decoder_without_bom_handling());
            self.decode(ascii, raw);
        } else {
            self.decode(0, raw);
        }
        self.kept = 0;
        Ok(())
    }

    fn decode(&mut self, from: usize, to: usize) {
        let decoder = self.decoder.as_mut().expect("it is chosen before anything is decoded");
        let text = &mut self.decoded[self.end..];
        let (result, _, written, damaged) = decoder.decode_to_utf8(&self.raw[from..to], text, self.ended);
        debug_assert_eq!(result, CoderResult::InputEmpty, "the room suffices for a whole piece");
        self.end += written;
        self.damaged |= damaged;
    }
}
