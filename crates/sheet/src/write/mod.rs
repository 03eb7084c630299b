//! Writing tables: one kind of cell for all formats, a writer for each.
//!
//! Promises: text comes back as it was when it is read by this crate, and is run as a formula by none; rows go out as
//! they come, so that memory does not grow with them.

mod csv;
mod xlsx;

pub use csv::CsvWriter;
pub use xlsx::{WriteFault, XlsxWriter};

/// A cell to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Out<'t> {
    /// Nothing.
    Empty,
    /// Text, whatever it looks like.
    Text(&'t str),
    /// A whole number.
    Int(i64),
    /// A decimal number by its digits, `-1.250`; the caller has made it from a number.
    Decimal(&'t str),
    /// A moment by its text, `2026-11-21T13:05:00Z`: a workbook has no time zones, so it is a text there too.
    Time(&'t str),
}
