//! A row of cells into a row of an import.
//!
//! Rules: an empty cell leaves its field as it is, and a row without an amount and without a unit has nothing to write.
//! A SKU is text to the letter: a number that a spreadsheet has made of one cannot be turned back, so it is rejected.
//! Must not know what is stored.

use super::{Cell, CellKind, Column, Columns, amount, normalize};
use crate::commands::{ImportStock, LevelChange, ReservedChange};
use crate::{FUTURE_SECONDS_MAX, QUANTITY_MAX, Quantity, SKU_CHARS_MAX, Timestamp, UnitType};

/// What the amounts of a file are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ImportMode {
    /// New levels.
    #[default]
    Upsert,
    /// New levels, and nothing is left of what the file does not name.
    Replace,
    /// Differences to what is stored.
    Adjust,
}

/// What a list is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ListNames<'n> {
    /// Its name.
    pub name: &'n str,
    /// Its code, if it has one.
    pub code: Option<&'n str>,
}

/// What must be known to read a row.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'n> {
    /// The list the file is for.
    pub list: ListNames<'n>,
    /// What its amounts are.
    pub mode: ImportMode,
    /// The present.
    pub now: Timestamp,
    /// Reads times as the rest of the program does.
    pub times: &'n dyn Times,
}

/// Reads times. Which forms there are, and what a time without an offset means, is not this crate's business.
pub trait Times: std::fmt::Debug + Sync {
    /// The moment at which a level was taken.
    fn moment(&self, text: &str) -> Result<Timestamp, Problem>;
}

/// What is wrong with a row, and in which column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CellError {
    /// The column.
    pub column: Column,
    /// What is wrong with its cell.
    pub problem: Problem,
}

/// What can be wrong with a cell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Problem {
    /// The row has no SKU.
    SkuEmpty,
    /// The SKU has more than [`SKU_CHARS_MAX`] characters.
    SkuTooLong,
    /// The SKU has characters that cannot be seen.
    SkuControl,
    /// The SKU is a number with decimals.
    SkuFraction,
    /// The SKU is a number of so many digits that a spreadsheet does not keep them all.
    SkuRounded,
    /// The SKU is a number that a person sees as something else.
    SkuStyled,
    /// A number in exponent form, as spreadsheets shorten long ones.
    Exponent,
    /// A date: a spreadsheet takes some numbers for one.
    IsDate,
    /// True or false.
    IsBool,
    /// A formula that failed.
    IsError,
    /// No number at all.
    NotANumber,
    /// A number with decimals.
    Decimals,
    /// A number below zero.
    Negative,
    /// A number with a plus before it, where it is no difference.
    Plus,
    /// Signs between digits that may be thousands or decimals.
    Separators,
    /// More than [`QUANTITY_MAX`].
    TooLarge,
    /// No unit that there is.
    UnknownUnit,
    /// No time.
    NotATime,
    /// A time without an offset, and no zone is known for it.
    NoTimeZone,
    /// A time that its zone skipped when the clocks were put forward.
    SkippedTime,
    /// A time that has not come yet.
    InFuture,
    /// Another list than the one the file is for.
    OtherList,
    /// Every cell that could be written is empty.
    NothingToWrite,
    /// A decimal of more digits after the point than are stored.
    TooPrecise,
    /// A tax rate above a hundred percent.
    RateTooHigh,
    /// A tax rate that may be meant as a share of one: 0.18 for 18 percent.
    RateIsShare,
    /// No code of a currency.
    NotACurrency,
}

/// The most digits of a number that every spreadsheet keeps.
const SPREADSHEET_DIGITS_MAX: usize = 15;

impl Columns {
    /// Reads a row.
    pub fn row(&self, cells: &[Cell<'_>], reading: &Reading<'_>) -> Result<ImportStock, CellError> {
        let sku = self.sku(cells)?;
        self.read_cell(Column::List, cells, |cell| check_list(cell, reading.list))?;
        let level = self.read_cell(Column::Stock, cells, |cell| level(cell, reading.mode))?;
        let reserved = self.read_cell(Column::Held, cells, reserved)?;
        let unit = self.read_cell(Column::Unit, cells, unit)?;
        let snapshot_at = self.read_cell(Column::SnapshotAt, cells, |cell| snapshot_at(cell, reading))?;
        if (level, reserved, unit) == (LevelChange::Keep, ReservedChange::Keep, None) {
            return Err(CellError { column: Column::Sku, problem: Problem::NothingToWrite });
        }
        Ok(ImportStock { sku: sku.to_owned(), level, reserved, unit, snapshot_at, expected: None })
    }

    /// The SKU of a row, to the letter but for what surrounds it.
    pub fn sku<'c>(&self, cells: &[Cell<'c>]) -> Result<&'c str, CellError> {
        self.read_cell(Column::Sku, cells, sku)
    }

    pub(super) fn read_cell<'c, T>(
        &self,
        column: Column,
        cells: &[Cell<'c>],
        read: impl FnOnce(Cell<'c>) -> Result<T, Problem>,
    ) -> Result<T, CellError> {
        read(self.cell(column, cells)).map_err(|problem| CellError { column, problem })
    }
}

fn sku(cell: Cell<'_>) -> Result<&str, Problem> {
    let text = cell.trimmed();
    let problem = match cell.kind {
        _ if text.is_empty() => Some(Problem::SkuEmpty),
        CellKind::Date => Some(Problem::IsDate),
        CellKind::Bool => Some(Problem::IsBool),
        CellKind::Error => Some(Problem::IsError),
        CellKind::Number => wrong_number(text),
        CellKind::Styled => wrong_number(text).or(Some(Problem::SkuStyled)),
        CellKind::Empty | CellKind::Text => amount::is_shortened(text).then_some(Problem::Exponent),
    };
    match problem {
        Some(problem) => Err(problem),
        None if text.chars().any(char::is_control) => Err(Problem::SkuControl),
        None if text.len() > SKU_CHARS_MAX && text.chars().nth(SKU_CHARS_MAX).is_some() => Err(Problem::SkuTooLong),
        None => Ok(text),
    }
}

/// Why a number is not the SKU that was typed.
fn wrong_number(text: &str) -> Option<Problem> {
    if text.contains(['e', 'E']) {
        return Some(Problem::Exponent);
    }
    if text.contains(['.', ',']) {
        return Some(Problem::SkuFraction);
    }
    let significant = text.trim_start_matches('0').bytes().filter(u8::is_ascii_digit).count();
    (significant > SPREADSHEET_DIGITS_MAX).then_some(Problem::SkuRounded)
}

pub(super) fn check_list(cell: Cell<'_>, list: ListNames<'_>) -> Result<(), Problem> {
    let text = cell.trimmed();
    let named = |name: &str| normalize::same_name(text, name);
    let is_it = text.is_empty() || named(list.name) || list.code.is_some_and(named);
    if is_it { Ok(()) } else { Err(Problem::OtherList) }
}

fn level(cell: Cell<'_>, mode: ImportMode) -> Result<LevelChange, Problem> {
    match (mode, amount::amount(cell)?) {
        (_, None) => Ok(LevelChange::Keep),
        (ImportMode::Upsert | ImportMode::Replace, Some(written)) => Ok(LevelChange::Level(quantity(written)?)),
        (ImportMode::Adjust, Some(written)) if written.units.abs() > QUANTITY_MAX => Err(Problem::TooLarge),
        (ImportMode::Adjust, Some(written)) => Ok(LevelChange::Difference(written.units)),
    }
}

/// The reserved quantity is the whole in every mode: only the level can be a difference.
fn reserved(cell: Cell<'_>) -> Result<ReservedChange, Problem> {
    match amount::amount(cell)? {
        None => Ok(ReservedChange::Keep),
        Some(written) => Ok(ReservedChange::Whole(quantity(written)?)),
    }
}

fn quantity(written: amount::Amount) -> Result<Quantity, Problem> {
    match written {
        amount::Amount { plus: true, .. } => Err(Problem::Plus),
        amount::Amount { units: ..0, .. } => Err(Problem::Negative),
        amount::Amount { units, .. } => Quantity::new(units).ok_or(Problem::TooLarge),
    }
}

fn unit(cell: Cell<'_>) -> Result<Option<UnitType>, Problem> {
    match cell.trimmed() {
        "" => Ok(None),
        // What our own files say, and most others.
        "qty" => Ok(Some(UnitType::Piece)),
        "kg" => Ok(Some(UnitType::Kilogram)),
        other => unit_named(&normalize::word(other)),
    }
}

fn unit_named(word: &str) -> Result<Option<UnitType>, Problem> {
    match word {
        "qty" | "quantity" | "piece" | "pieces" | "pc" | "pcs" | "adet" | "ad" => Ok(Some(UnitType::Piece)),
        "kg" | "kilo" | "kilogram" | "kilograms" => Ok(Some(UnitType::Kilogram)),
        _ => Err(Problem::UnknownUnit),
    }
}

fn snapshot_at(cell: Cell<'_>, reading: &Reading<'_>) -> Result<Option<Timestamp>, Problem> {
    let text = cell.trimmed();
    if text.is_empty() {
        return Ok(None);
    }
    match cell.kind {
        CellKind::Number | CellKind::Styled | CellKind::Bool => return Err(Problem::NotATime),
        CellKind::Error => return Err(Problem::IsError),
        CellKind::Empty | CellKind::Text | CellKind::Date => {}
    }
    let time = reading.times.moment(text)?;
    if time > reading.now.minus_seconds(-FUTURE_SECONDS_MAX) {
        return Err(Problem::InFuture);
    }
    Ok(Some(time))
}
