//! One row of a table, whose buffers are used again for the next one.
//!
//! Promises: cells are in the order of their columns without gaps, and the last one is not empty.

use crate::{Limits, RowError};

/// What a cell holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Nothing.
    Empty,
    /// Text. Every cell of a CSV file that has something in it is text, as written.
    Text,
    /// A number. Digits, with a point before decimals; with an exponent only if its digits are not all known. Where the
    /// program shows zeros before them, they are there.
    Number,
    /// A number that a person sees otherwise than by its digits: with an exponent, a unit, or signs between them. Its
    /// text is that of a number all the same.
    Styled,
    /// A day or a moment: `2026-11-21` or `2026-11-21T13:05:00`; a time of day or a duration: `13:05:00`.
    Date,
    /// `TRUE` or `FALSE`.
    Bool,
    /// A formula that failed, as the program shows it: `#N/A`.
    Error,
}

/// One cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cell<'r> {
    /// What it holds.
    pub kind: Kind,
    /// What a person reads in it.
    pub text: &'r str,
}

/// A row; make one and hand it to every [`Sheet::next`](crate::Sheet::next).
#[derive(Debug, Default)]
pub struct Row {
    number: u64,
    text: String,
    /// The kind of each cell, and where its text ends.
    cells: Vec<(Kind, usize)>,
}

impl Row {
    /// A row without cells.
    pub fn new() -> Self {
        Self::default()
    }

    /// Its number as a spreadsheet program counts, from 1: blank rows count, and lines within a cell do not.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// How many cells it has, up to the last one with something in it.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Whether there is nothing in it. A row that [`Sheet::next`](crate::Sheet::next) gave has something.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The cell of a column, counted from 0.
    pub fn cell(&self, column: usize) -> Option<Cell<'_>> {
        let &(kind, end) = self.cells.get(column)?;
        let start = column.checked_sub(1).map_or(0, |before| self.cells[before].1);
        Some(Cell { kind, text: &self.text[start..end] })
    }

    /// All cells, from the first column.
    pub fn cells(&self) -> impl ExactSizeIterator<Item = Cell<'_>> {
        let mut start = 0;
        self.cells.iter().map(move |&(kind, end)| {
            let text = &self.text[start..end];
            start = end;
            Cell { kind, text }
        })
    }

    pub(crate) fn begin(&mut self, number: u64) {
        self.number = number;
        self.text.clear();
        self.cells.clear();
    }

    pub(crate) fn copy(&mut self, other: &Self, number: u64) {
        self.number = number;
        self.text.clone_from(&other.text);
        self.cells.clone_from(&other.cells);
    }

    /// Adds a cell behind the others; the text of an empty one is dropped.
    pub(crate) fn push(&mut self, kind: Kind, text: &str) {
        if kind == Kind::Empty || text.is_empty() {
            self.cells.push((Kind::Empty, self.text.len()));
        } else {
            self.text.push_str(text);
            self.cells.push((kind, self.text.len()));
        }
    }

    /// Adds a cell in a column that is not before the last one, with empty ones between.
    pub(crate) fn place(&mut self, column: usize, kind: Kind, text: &str, limits: &Limits) -> Result<(), RowError> {
        if text.is_empty() || kind == Kind::Empty {
            return Ok(());
        }
        if column >= limits.columns_max {
            return Err(RowError::TooWide { max: limits.columns_max });
        }
        if text.len() > limits.cell_chars_max && text.chars().count() > limits.cell_chars_max {
            return Err(RowError::CellTooLong { max: limits.cell_chars_max });
        }
        if self.text.len() + text.len() > limits.row_bytes_max {
            return Err(RowError::TooLong { max: limits.row_bytes_max });
        }
        if text.contains('\0') {
            return Err(RowError::Nul);
        }
        while self.cells.len() < column {
            self.push(Kind::Empty, "");
        }
        self.push(kind, text);
        Ok(())
    }

    /// Drops empty cells at the end; all of them if the rest is white space.
    pub(crate) fn trim(&mut self) {
        if self.text.trim().is_empty() {
            self.begin(self.number);
        }
        while let Some((Kind::Empty, _)) = self.cells.last() {
            self.cells.pop();
        }
    }
}
