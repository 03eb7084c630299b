//! Reading imports: the header of a table of stock or of prices, and rows of cells into rows of
//! [`crate::commands::ImportStocks`] or of [`crate::prices`].
//!
//! Promises: no cell is guessed at; a cell that could mean two things is rejected with a [`Problem`] that says which
//! cell and why. No input panics. Must not know file formats, nor in which words a problem is told.

mod amount;
mod columns;
mod decimal;
mod headings;
mod mapping;
mod normalize;
mod price_row;
mod row;
mod subject;
mod totals;

pub use columns::{Column, Columns, Draft, HeaderError, shown_heading};
pub use mapping::{ColumnMapping, FoundHeader, HEADER_ROWS_MAX, HeadRow, Pick, find_header, heading_set};
pub use normalize::{same_name, word as normalized};
pub use row::{CellError, ImportMode, ListNames, Problem, Reading, Times};
pub use subject::Subject;
pub use totals::{LeftOut, RunningSum};

/// What kind of value the file says a cell has. Formats without kinds have text only.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CellKind {
    /// Nothing.
    Empty,
    /// Text.
    Text,
    /// A number, written with `.` before its decimals, and with the zeros before it that a person sees.
    Number,
    /// A number that a person sees otherwise than by its digits: with an exponent, a unit, or signs between them.
    Styled,
    /// A day or a time.
    Date,
    /// True or false.
    Bool,
    /// A formula that failed.
    Error,
}

/// A cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cell<'c> {
    /// Its content.
    pub kind: CellKind,
    /// What a person reads in it.
    pub text: &'c str,
}

impl<'c> Cell<'c> {
    /// The cell of a column that the row does not reach.
    pub const EMPTY: Cell<'static> = Cell { kind: CellKind::Empty, text: "" };

    /// The text without what surrounds it and is not seen.
    fn trimmed(self) -> &'c str {
        normalize::trimmed(self.text)
    }

    fn is_empty(self) -> bool {
        self.trimmed().is_empty()
    }
}
