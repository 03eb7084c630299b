//! The result file of an import: the uploaded rows as they were, and behind them the result of each.
//!
//! Promises: a result whose failed rows were corrected can be sent as a new file: the columns behind the rows mean
//! nothing to an import, and a cell that was rejected is not made acceptable by being written down again. Must not know
//! where the file goes.

use std::collections::VecDeque;

use onhand_core::ImportId;
use onhand_core::import::{Column, Columns, Subject};
use onhand_sheet::{Cell, Kind, Limits, Out, Row, Sheet, SheetError};
use onhand_store::imports::{self, ImportRow, Kind as Imported, State, Task};

use super::layout::{Layout, RESULT_BEGINS, Understood};
use super::price_results::PriceTexts;
use super::row_results::{self, ResultStatus, RowResult, StockValues};
use super::{file, follow, spool};
use crate::services::ServiceError;
use crate::services::reads::Reads;
use crate::services::table_file::{Format, Sink, TableFile};

/// What a result can be.
pub const FORMATS: &[Format] = &[Format::Csv, Format::Xlsx];
/// The columns behind those of the file, of stock and of prices.
const COLUMNS: [&str; 6] =
    [RESULT_BEGINS, "import_result", "import_error_column", "import_error", "import_old_stock", "import_new_stock"];
const PRICE_COLUMNS: [&str; 6] =
    [RESULT_BEGINS, "import_result", "import_error_column", "import_error", "import_old_price", "import_new_price"];
/// The result of a row that was not looked at, because the import ended before.
const NOT_DONE: &str = "not_done";
/// The result of a row that is a sum of others, or about another warehouse.
const LEFT_OUT: &str = "left_out";

/// What the result file of an import is called, without what says its format, if the import has come to an end that has
/// results.
pub fn file_name(import: &ImportRow) -> Result<String, ServiceError> {
    match import.state {
        State::Completed => {}
        State::Failed if import.counts.sum() > 0 => {}
        State::Failed => return Err(ServiceError::rule("import_failed", import.error.clone().unwrap_or_default())),
        state => return Err(follow::not_completed(state)),
    }
    let name = match import.file_name.rsplit_once('.') {
        Some((stem, _)) => stem,
        None if import.file_name.is_empty() => "import",
        None => &import.file_name,
    };
    Ok(format!("{name}_{}_result", import.task.word()))
}

/// Writes the result file of an import.
pub fn write(reads: &Reads, import: &ImportRow, (sink, format): (&mut dyn Sink, Format)) -> Result<(), ServiceError> {
    let mut table = TableFile::begin(sink, format)?;
    let mut results = RowResults { reads, import: import.id, number: 0, waiting: VecDeque::new() };
    let source = match import.task {
        Task::Import | Task::Preview => Some(import.id),
        Task::Apply => import.source,
        Task::Undo => None,
    };
    let (mut file, mut layout) = (None, None);
    let columns = if import.kind == Imported::Prices { PRICE_COLUMNS } else { COLUMNS };
    if let Some(source) = source {
        let reading = reads.read("imports.reading", async move |tx| imports::reading(tx, source).await)?;
        layout = reading.layout.as_deref().and_then(Layout::decode);
        file = Some(reads.wait(|store| spool::fetch(store, reading.file_of.unwrap_or(source)))?);
    }
    // Of an import that has come to its end, a row without a result is one that was left out.
    let without = if import.state == State::Completed { LEFT_OUT } else { NOT_DONE };
    // What is applied is forgotten before what applies it: then there is no file any more.
    let is_there = |file: &tempfile::NamedTempFile| file.as_file().metadata().is_ok_and(|about| about.len() > 0);
    match file.filter(is_there) {
        Some(file) => {
            let understood = layout.and_then(|layout| layout.understood());
            Uploaded::open(file.path(), understood, (columns, without))?.write(&mut table, &mut results)?;
        }
        None => {
            table.row([Column::Sku.name()].into_iter().chain(columns).map(Out::Text))?;
            while let Some(row) = results.next()? {
                table.row([Out::Text(&row.sku)].into_iter().chain(behind(Some(&row), without)))?;
            }
        }
    }
    table.finish()
}

fn unreadable(fault: impl std::fmt::Display) -> ServiceError {
    ServiceError::internal(format!("the stored file or its result cannot be read: {fault}"))
}

/// The results of rows, in their order, chunk by chunk.
struct RowResults<'r> {
    reads: &'r Reads,
    import: ImportId,
    number: i64,
    waiting: VecDeque<RowResult>,
}

impl RowResults<'_> {
    fn fill(&mut self) -> Result<(), ServiceError> {
        while self.waiting.is_empty() {
            let (import, number) = (self.import, self.number);
            let chunk = self.reads.read("imports.chunk", async move |tx| imports::chunk(tx, import, number).await)?;
            let Some(chunk) = chunk else { break };
            self.waiting = row_results::decode(&chunk.results).map_err(unreadable)?.into();
            self.number += 1;
        }
        Ok(())
    }

    fn next(&mut self) -> Result<Option<RowResult>, ServiceError> {
        self.fill()?;
        Ok(self.waiting.pop_front())
    }

    /// The result of a row of the file. Rows are asked for in their order.
    fn of(&mut self, number: u64) -> Result<Option<RowResult>, ServiceError> {
        self.fill()?;
        Ok(self.waiting.pop_front_if(|row| row.row == Some(number)))
    }
}

/// The file as it was uploaded.
struct Uploaded {
    sheet: Sheet,
    row: Row,
    /// The cells that are shown: all columns that any row reaches, but those of a result that was sent again.
    shown: Vec<usize>,
    sku: Option<usize>,
    amounts: [Option<usize>; 2],
    /// The columns behind those of the file.
    columns: [&'static str; 6],
    /// The result of a row that has none.
    without: &'static str,
}

impl Uploaded {
    /// Reads the file to its end for its width, then begins anew behind the header.
    fn open(
        path: &std::path::Path,
        understood: Option<Understood>,
        (ours, without): ([&'static str; 6], &'static str),
    ) -> Result<Self, ServiceError> {
        let (mut width, number) = (0, understood.as_ref().map_or(0, |understood| understood.sheet));
        let mut row = Row::new();
        let mut sheet = onhand_sheet::open_sheet(path, &Limits::default(), number).map_err(unreadable)?;
        while next(&mut sheet, &mut row)?.is_some() {
            width = width.max(row.len());
        }
        let (sheet, row) = match &understood {
            Some(understood) => {
                file::behind_header(path, understood).map_err(|fault| unreadable(format!("{fault:?}")))?
            }
            None => {
                let mut sheet = onhand_sheet::open(path, &Limits::default()).map_err(unreadable)?;
                next(&mut sheet, &mut row)?;
                (sheet, row)
            }
        };
        let is_ours = |column: &usize| row.cell(*column).is_some_and(|cell| ours.contains(&cell.text.trim()));
        let shown = (0..width).filter(|column| !is_ours(column)).collect();
        let columns = understood
            .map(|understood| understood.columns)
            .or_else(|| Columns::read(&file::cells(&row), Subject::Stocks).ok());
        let place = |column| columns.as_ref().and_then(|columns| columns.place(column));
        let (sku, amounts) = (place(Column::Sku), [place(Column::Stock), place(Column::Held)]);
        Ok(Self { sheet, row, shown, sku, amounts, columns: ours, without })
    }

    fn write(mut self, table: &mut TableFile<'_>, results: &mut RowResults<'_>) -> Result<(), ServiceError> {
        let header = self.shown.iter().map(|column| self.row.cell(*column).map_or(Out::Empty, out));
        table.row(header.chain(self.columns.map(Out::Text)))?;
        while let Some((number, is_read)) = next(&mut self.sheet, &mut self.row)? {
            let result = results.of(number)?;
            let cells = self.shown.iter().map(|column| match is_read {
                true => self.cell(*column, result.as_ref()),
                false => Out::Empty,
            });
            let [_, rest @ ..] = behind(result.as_ref(), self.without);
            table.row(cells.chain([Out::Int(number.cast_signed())]).chain(rest))?;
        }
        while let Some(result) = results.next()? {
            let cells = self.shown.iter().map(|column| self.emptied(*column, &result));
            table.row(cells.chain(behind(Some(&result), self.without)))?;
        }
        Ok(())
    }

    fn cell(&self, column: usize, result: Option<&RowResult>) -> Out<'_> {
        let Some(cell) = self.row.cell(column) else { return Out::Empty };
        let unread = result.is_some_and(|row| row.sku.is_empty());
        if Some(column) == self.sku && unread && cell.kind != Kind::Text {
            return Out::Empty; // what is left of it is no SKU, and as text it would be taken for one
        }
        match cell.text.parse() {
            Ok(units) if self.amounts.contains(&Some(column)) && is_plain(units, cell.text) => Out::Int(units),
            _ => out(cell),
        }
    }

    /// The cells of a stock that became 0 because the file does not name it: sent again, they say the same.
    fn emptied<'o>(&self, column: usize, result: &'o RowResult) -> Out<'o> {
        match Some(column) {
            place if place == self.sku => Out::Text(&result.sku),
            place if place == self.amounts[0] => Out::Int(0),
            _ => Out::Empty,
        }
    }
}

/// The number of the next row, and whether it could be read.
fn next(sheet: &mut Sheet, row: &mut Row) -> Result<Option<(u64, bool)>, ServiceError> {
    match sheet.next(row) {
        Ok(true) => Ok(Some((row.number(), true))),
        Ok(false) => Ok(None),
        Err(SheetError::Row { row, .. }) => Ok(Some((row, false))),
        Err(fault) => Err(unreadable(fault)),
    }
}

fn is_plain(units: i64, text: &str) -> bool {
    units.to_string() == text
}

fn out(cell: Cell<'_>) -> Out<'_> {
    match cell.kind {
        Kind::Empty => Out::Empty,
        // Zeros before a number are a part of what was read, and a number would lose them.
        Kind::Number if cell.text.len() > 1 && cell.text.starts_with('0') && !cell.text.contains('.') => {
            Out::Text(cell.text)
        }
        Kind::Number | Kind::Styled if !cell.text.contains(['e', 'E']) => Out::Decimal(cell.text),
        Kind::Date => Out::Time(cell.text),
        Kind::Text | Kind::Number | Kind::Styled | Kind::Bool | Kind::Error => Out::Text(cell.text),
    }
}

/// The cells of [`COLUMNS`], or of [`PRICE_COLUMNS`].
fn behind<'o>(result: Option<&'o RowResult>, without: &'static str) -> [Out<'o>; 6] {
    let Some(result) = result else {
        return [Out::Empty, Out::Text(without), Out::Empty, Out::Empty, Out::Empty, Out::Empty];
    };
    let (column, error, is_failed) = match &result.end {
        ResultStatus::Failed { column, error, .. } => (Out::Text(column), Out::Text(error), true),
        ResultStatus::Created | ResultStatus::Updated | ResultStatus::Unchanged => (Out::Empty, Out::Empty, false),
    };
    let (before, after) = values(result);
    let row = result.row.map_or(Out::Empty, |row| Out::Int(row.cast_signed()));
    [row, Out::Text(result.word()), column, error, before, if is_failed { Out::Empty } else { after }]
}

/// The level, or the price, before a row and after it.
fn values(result: &RowResult) -> (Out<'_>, Out<'_>) {
    let stock =
        |figures: &Option<StockValues>| figures.as_ref().map_or(Out::Empty, |figures| Out::Int(figures.on_hand));
    match &result.price {
        Some(result) => (price(result.before.as_ref()), price(result.after.as_ref())),
        None => (stock(&result.before), stock(&result.after)),
    }
}

fn price(values: Option<&PriceTexts>) -> Out<'_> {
    values.map_or(Out::Empty, |values| Out::Decimal(&values.price))
}
