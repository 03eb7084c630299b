//! A file of stock or of prices as rows: what it is, how many there are, and what each wants.
//!
//! Promises: bounded memory, whatever the file is: the rows of a small one are kept, a large one is read twice. Of a
//! SKU that is there several times the last good row counts, and the others say so. Must not know what is stored.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::path::{Path, PathBuf};

use onhand_core::Timestamp;
use onhand_core::commands::ImportStock;
use onhand_core::import::{
    Cell, CellError, CellKind, Column, Columns, ImportMode, LeftOut, ListNames, Problem, Reading, RunningSum, Times,
    same_name,
};
use onhand_sheet::{Format, Kind, Limits, Row, Sheet, SheetError};

use super::layout::{Understood, WAREHOUSE_CHARS_MAX, WAREHOUSES_MAX};
use super::messages::{self, RowText};
use super::row_results::RowResult;
use super::trouble::Trouble;
use crate::wire::scalar;
use crate::zone::{NoMoment, Twice, Zone};

/// What must be known to read a file.
#[derive(Clone, Debug)]
pub struct Plan<R> {
    /// Where it is.
    pub path: PathBuf,
    /// Where in it the rows are, and what its columns are.
    pub understood: Understood,
    /// The name of the list.
    pub list_name: String,
    /// Its code.
    pub list_code: Option<String>,
    /// What reads its rows.
    pub reader: R,
}

/// Reads the rows of files of one subject.
pub trait RowReader: Send + Sync + 'static {
    /// What a row is read as.
    type Row: Send + 'static;

    /// Reads a row.
    fn read(&self, columns: &Columns, cells: &[Cell<'_>], list: ListNames<'_>) -> Result<Self::Row, CellError>;

    /// The SKU of a row.
    fn sku(row: &Self::Row) -> &str;

    /// What is wrong with a cell, in a sentence.
    fn told(fault: CellError) -> String;

    /// Adds a row to the sum of those so far.
    fn add(row: &Self::Row, sum: &mut RunningSum);

    /// Whether the SKUs of all rows have to be known at the end.
    fn notes_all(&self) -> bool;
}

/// Reads rows of stock.
#[derive(Clone, Debug)]
pub struct StockReader {
    /// What the amounts are.
    pub mode: ImportMode,
    /// When the file was sent: the same each time it is read.
    pub now: Timestamp,
    /// What times without an offset mean.
    pub times: LocalTimes,
}

impl RowReader for StockReader {
    type Row = ImportStock;

    fn read(&self, columns: &Columns, cells: &[Cell<'_>], list: ListNames<'_>) -> Result<ImportStock, CellError> {
        columns.row(cells, &Reading { list, mode: self.mode, now: self.now, times: &self.times })
    }

    fn sku(row: &ImportStock) -> &str {
        &row.sku
    }

    fn told(fault: CellError) -> String {
        messages::cell(fault)
    }

    fn add(row: &ImportStock, sum: &mut RunningSum) {
        sum.add(row);
    }

    fn notes_all(&self) -> bool {
        self.mode == ImportMode::Replace
    }
}

/// Times of a file: without an offset they are of the zone in which it was sent.
#[derive(Clone, Debug)]
pub struct LocalTimes(pub Option<Zone>);

impl Times for LocalTimes {
    /// Of two moments the earlier: a level that is taken for newer than it is would settle lines it does not know.
    fn moment(&self, text: &str) -> Result<Timestamp, Problem> {
        let written = scalar::written_time(text).ok_or(Problem::NotATime)?;
        written.decisive(self.0.as_ref(), Twice::Earlier).map_err(|why| match why {
            NoMoment::NoZone => Problem::NoTimeZone,
            NoMoment::Skipped | NoMoment::Twice => Problem::SkippedTime,
        })
    }
}

/// What a file turned out to be.
#[derive(Debug)]
pub struct Survey {
    /// Its format.
    pub format: &'static str,
    /// How its text is encoded, where that is a question.
    pub encoding: Option<&'static str>,
    /// Its rows, without the header and without those that are left out.
    pub total: i64,
    /// Rows that are left out.
    pub left_out: LeftOutRows,
    /// The warehouses that it has rows of, where it has a column of them; [`WAREHOUSES_MAX`] at the most.
    pub warehouses: Vec<String>,
    /// The last good row of each SKU that is there again, and of a few that are not.
    last: HashMap<Box<str>, u64>,
    /// Every SKU of the file, be its row good or not; nothing unless the mode asks for them.
    named: HashSet<Box<str>>,
    /// Rows of which it is not known what SKU they mean.
    pub unnamed: i64,
}

/// How many rows are left out, and why.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct LeftOutRows {
    /// Sums of other rows.
    pub totals: i64,
    /// Rows about other warehouses.
    pub other_warehouses: i64,
}

/// Memory that the rows of a file may take, about, in bytes.
const KEPT_BYTES: usize = 24 << 20;

/// About how much memory a row takes.
fn bytes<R: RowReader>(row: &FileRow<R::Row>) -> usize {
    match row {
        Ok((_, row)) => size_of::<FileRow<R::Row>>() + R::sku(row).len(),
        Err(ended) => 2 * size_of::<RowResult>() + ended.sku.len(),
    }
}

impl Survey {
    /// Whether a row of the file, be it good or not, is about this SKU. Known of [`ImportMode::Replace`] only.
    pub fn names(&self, sku: &str) -> bool {
        self.named.contains(sku)
    }
}

/// A row of a file.
pub type FileRow<T> = Result<(u64, T), Box<RowResult>>;
/// All rows of a file, if they are not too many to be kept.
pub type KeptRows<T> = Option<Vec<FileRow<T>>>;

impl<R: RowReader> Plan<R> {
    fn list(&self) -> ListNames<'_> {
        ListNames { name: &self.list_name, code: self.list_code.as_deref() }
    }

    /// Reads the whole file once; keeps its rows if they are not too many. What is wrong with the file as a whole is
    /// said in a sentence; that it has no rows is for the caller to say.
    pub fn survey(&self) -> Result<(Survey, KeptRows<R::Row>), Trouble> {
        let mut rows = SheetRows::open(self)?;
        let (mut last, mut named, mut total, mut unnamed) = (HashMap::new(), HashSet::new(), 0, 0);
        // Most SKUs are there once, so that a number for each is enough to find those that are not.
        let (hasher, mut seen) = (RandomState::new(), HashSet::new());
        let is_whole = self.reader.notes_all();
        let (mut kept, mut left) = (Some(Vec::new()), KEPT_BYTES);
        while let Some(row) = rows.next(self)? {
            total += 1;
            let (sku, number) = match &row {
                Ok((number, row)) => (R::sku(row), Some(*number)),
                Err(row) => (row.sku.as_str(), None),
            };
            unnamed += i64::from(sku.is_empty());
            if let Some(number) = number.filter(|_| !seen.insert(hasher.hash_one(sku))) {
                last.insert(sku.into(), number);
            }
            if is_whole {
                named.insert(sku.into());
            }
            left = left.saturating_sub(bytes::<R>(&row));
            kept = kept.filter(|_| left > 0);
            if let Some(kept) = &mut kept {
                kept.push(row);
            }
        }
        let survey = Survey {
            format: format_name(rows.sheet.format()),
            encoding: rows.sheet.encoding(),
            total,
            left_out: rows.left_out,
            warehouses: rows.warehouses,
            last,
            named,
            unnamed,
        };
        Ok((survey, kept))
    }

    /// The rows, kept or read again, some at a time, from a chunk on. Ends when `take` says so.
    pub fn chunks(
        &self,
        survey: &Survey,
        kept: KeptRows<R::Row>,
        (rows_each, first): (usize, i64),
        mut take: impl FnMut(i64, Vec<FileRow<R::Row>>) -> bool,
    ) -> Result<(), Trouble> {
        let mut kept = kept.map(Vec::into_iter);
        let mut rows = if kept.is_none() { Some(SheetRows::open(self)?) } else { None };
        let mut next = || match (&mut kept, &mut rows) {
            (Some(kept), _) => Ok(kept.next()),
            (None, Some(rows)) => rows.next(self),
            (None, None) => Ok(None),
        };
        for number in 0.. {
            let mut chunk = Vec::with_capacity(rows_each);
            while chunk.len() < rows_each
                && let Some(row) = next()?
            {
                chunk.push(row.and_then(|row| only_last::<R>(survey, row)));
            }
            if chunk.is_empty() || (number >= first && !take(number, chunk)) {
                break;
            }
        }
        Ok(())
    }
}

fn only_last<R: RowReader>(survey: &Survey, (number, row): (u64, R::Row)) -> FileRow<R::Row> {
    match survey.last.get(R::sku(&row)) {
        Some(last) if *last != number => {
            let text = format!("The SKU is in row {last} again, and the last one counts.");
            Err(Box::new(RowResult::failed(
                Some(number),
                R::sku(&row),
                RowText { column: "product__sku", code: "duplicate", text },
            )))
        }
        _ => Ok((number, row)),
    }
}

/// The rows behind the header.
struct SheetRows<'p> {
    sheet: Sheet,
    understood: &'p Understood,
    row: Row,
    sum: RunningSum,
    left_out: LeftOutRows,
    warehouses: Vec<String>,
}

impl<'p> SheetRows<'p> {
    fn open<R>(plan: &'p Plan<R>) -> Result<Self, Trouble> {
        let understood = &plan.understood;
        let (sheet, row) = behind_header(&plan.path, understood)?;
        let (sum, left_out) = (RunningSum::default(), LeftOutRows::default());
        Ok(Self { sheet, understood, row, sum, left_out, warehouses: Vec::new() })
    }

    fn next<R: RowReader>(&mut self, plan: &Plan<R>) -> Result<Option<FileRow<R::Row>>, Trouble> {
        let columns = &self.understood.columns;
        loop {
            match self.sheet.next(&mut self.row) {
                Ok(false) => return Ok(None),
                Ok(true) => {}
                Err(SheetError::Row { row, fault }) => {
                    let why = RowText { column: "", code: "unreadable", text: format!("The row is left out: {fault}") };
                    return Ok(Some(Err(Box::new(RowResult::failed(Some(row), "", why)))));
                }
                Err(fault) => return Err(fault.into()),
            }
            let (number, cells) = (self.row.number(), cells(&self.row));
            let own = &cells[..cells.len().min(self.understood.width)];
            match columns.left_out(own, &mut self.sum) {
                Some(LeftOut::Total) => self.left_out.totals += 1,
                Some(LeftOut::OtherWarehouse) => {
                    self.left_out.other_warehouses += 1;
                    note_warehouse(&mut self.warehouses, columns.cell(Column::Warehouse, &cells).text);
                }
                None => {
                    note_warehouse(&mut self.warehouses, columns.cell(Column::Warehouse, &cells).text);
                    let row = plan.reader.read(columns, &cells, plan.list()).map_err(|fault| {
                        let why = RowText { column: fault.column.name(), code: "bad_cell", text: R::told(fault) };
                        Box::new(RowResult::failed(Some(number), columns.sku(&cells).unwrap_or_default(), why))
                    });
                    row.iter().for_each(|row| R::add(row, &mut self.sum));
                    return Ok(Some(row.map(|row| (number, row))));
                }
            }
        }
    }
}

/// Notes the warehouse of a row, unless it is known or there are too many.
fn note_warehouse(known: &mut Vec<String>, text: &str) {
    let text = text.trim();
    if text.is_empty() || known.len() == WAREHOUSES_MAX || known.iter().any(|one| one == text) {
        return;
    }
    if known.iter().all(|one| !same_name(one, text)) {
        known.push(text.chars().take(WAREHOUSE_CHARS_MAX).collect());
    }
}

/// Opens a file and reads up to its header. Of what stands before that, nothing is told.
pub(super) fn behind_header(path: &Path, understood: &Understood) -> Result<(Sheet, Row), Trouble> {
    let mut sheet = onhand_sheet::open_sheet(path, &Limits::default(), understood.sheet)?;
    let mut row = Row::new();
    loop {
        match sheet.next(&mut row) {
            Ok(true) if row.number() < understood.header_row => {}
            Ok(_) => return Ok((sheet, row)),
            Err(SheetError::Row { row, .. }) if row < understood.header_row => {}
            Err(fault) => return Err(fault.into()),
        }
    }
}

/// The cells of a row, as the rules know them.
pub fn cells(row: &Row) -> Vec<Cell<'_>> {
    row.cells().map(|cell| Cell { kind: kind(cell.kind), text: cell.text }).collect()
}

const fn kind(kind: Kind) -> CellKind {
    match kind {
        Kind::Empty => CellKind::Empty,
        Kind::Text => CellKind::Text,
        Kind::Number => CellKind::Number,
        Kind::Styled => CellKind::Styled,
        Kind::Date => CellKind::Date,
        Kind::Bool => CellKind::Bool,
        Kind::Error => CellKind::Error,
    }
}

/// The wire's word for a format.
pub(super) const fn format_name(format: Format) -> &'static str {
    match format {
        Format::Csv => "csv",
        Format::Xlsx => "xlsx",
        Format::Xls => "xls",
        Format::Ods => "ods",
    }
}
