//! Tables in files: CSV, XLSX, XLS and ODS read row by row, CSV and XLSX written.
//!
//! Promises: the format is found by content, never by name; memory is bounded by [`Limits`], whatever the file is; no
//! file makes this crate panic; text that is written comes back unchanged, and is never run as a formula. Must not
//! know: what the rows mean, where a file comes from, and the other crates of this workspace.

mod csv;
mod error;
mod format;
mod formula_injection;
mod limits;
pub mod probe;
mod reader;
mod row;
mod sheet;
mod workbook;
mod write;

pub use error::{RowError, SheetError};
pub use limits::Limits;
pub use reader::{Format, Source};
pub use row::{Cell, Kind, Row};
pub use sheet::{Sheet, open, open_sheet, read, read_sheet, sheet_names};
pub use write::{CsvWriter, Out, WriteFault, XlsxWriter};
