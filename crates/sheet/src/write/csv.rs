//! CSV as spreadsheet programs read it.
//!
//! Promises: what could be taken for a separator, a formula or the file's own marks is written so that it is not.

use std::io::{self, Write};

use super::Out;
use crate::formula_injection::hidden;

/// Writes a table as CSV with commas, in UTF-8. Hand it a buffered `Write`.
#[derive(Debug)]
pub struct CsvWriter<W: Write> {
    out: W,
}

impl<W: Write> CsvWriter<W> {
    /// A table without a mark at its start: for programs.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// A table with a mark at its start that tells Excel that it is UTF-8.
    pub fn with_bom(mut out: W) -> io::Result<Self> {
        out.write_all("\u{FEFF}".as_bytes())?;
        Ok(Self { out })
    }

    /// Writes a row; the header is the first one.
    pub fn row<'t>(&mut self, cells: impl IntoIterator<Item = Out<'t>>) -> io::Result<()> {
        for (column, cell) in cells.into_iter().enumerate() {
            if column > 0 {
                self.out.write_all(b",")?;
            }
            match cell {
                Out::Empty => {}
                Out::Int(number) => write!(self.out, "{number}")?,
                Out::Decimal(text) | Out::Time(text) => self.out.write_all(text.as_bytes())?,
                Out::Text(text) => self.text(text)?,
            }
        }
        self.out.write_all(b"\r\n")
    }

    /// Ends the table and gives back what it was written to, flushed.
    pub fn finish(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }

    fn text(&mut self, text: &str) -> io::Result<()> {
        let mark = hidden(text).as_bytes();
        if !needs_quotes(text) {
            self.out.write_all(mark)?;
            return self.out.write_all(text.as_bytes());
        }
        self.out.write_all(b"\"")?;
        self.out.write_all(mark)?;
        for (part, piece) in text.split('"').enumerate() {
            if part > 0 {
                self.out.write_all(b"\"\"")?;
            }
            self.out.write_all(piece.as_bytes())?;
        }
        self.out.write_all(b"\"")
    }
}

/// Whether a text is not itself without quotation marks: for the separators of other programs too, for spaces that some
/// drop, and for what is a mark at the start of a file: a name of the separator, or the mark of an encoding.
fn needs_quotes(text: &str) -> bool {
    text.contains([',', ';', '\t', '"', '\r', '\n'])
        || text.starts_with([' ', '\u{FEFF}'])
        || text.ends_with(' ')
        || text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("sep="))
}
