//! Rows that are no stock of the list: sums below the data, and rows about other warehouses.
//!
//! Promises: a row is a sum only if it says so, or if it has no SKU and its amount is the sum of those above it; a row
//! with a SKU and anything else in it is none. Must not know how a row that is left out is told.

use super::{Cell, CellKind, Column, Columns, amount, normalize};
use crate::commands::{ImportStock, LevelChange};

/// What programs write beside a sum.
const SUMS: [&str; 12] = [
    "toplam",
    "geneltoplam",
    "aratoplam",
    "toplamstok",
    "toplammiktar",
    "toplamadet",
    "total",
    "totals",
    "grandtotal",
    "subtotal",
    "sum",
    "overalltotal",
];
/// Letters that those begin with, and the bytes that they have at the most with what stands around them.
const BEGINNINGS: [char; 4] = ['t', 'g', 'a', 's'];
const SUM_BYTES_MAX: usize = 40;

/// Why a row is left out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeftOut {
    /// It is the sum of other rows.
    Total,
    /// It is about another warehouse than the one that is meant.
    OtherWarehouse,
}

/// The amounts of the rows so far, added up.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RunningSum {
    units: i64,
    rows: u64,
}

impl RunningSum {
    /// Adds a row that was read.
    pub fn add(&mut self, row: &ImportStock) {
        match row.level {
            LevelChange::Level(level) => self.add_units(level.units()),
            LevelChange::Difference(units) => self.add_units(units),
            LevelChange::Keep | LevelChange::Back { .. } => {}
        }
    }

    const fn add_units(&mut self, units: i64) {
        self.units = self.units.saturating_add(units);
        self.rows += 1;
    }
}

impl Columns {
    /// Why a row is left out, if it is. One of another warehouse is added up as well: a sum below may be of all.
    pub fn left_out(&self, cells: &[Cell<'_>], sum: &mut RunningSum) -> Option<LeftOut> {
        if self.is_sum(cells, *sum) {
            return Some(LeftOut::Total);
        }
        let wanted = self.warehouse.as_deref()?;
        if normalize::same_name(self.cell(Column::Warehouse, cells).text, wanted) {
            return None;
        }
        if let Some(units) = self.units(cells) {
            sum.add_units(units);
        }
        Some(LeftOut::OtherWarehouse)
    }

    fn units(&self, cells: &[Cell<'_>]) -> Option<i64> {
        amount::amount(self.cell(Column::Stock, cells)).ok().flatten().map(|amount| amount.units)
    }

    fn is_sum(&self, cells: &[Cell<'_>], sum: RunningSum) -> bool {
        let sku = self.cell(Column::Sku, cells);
        // Beside a sum there may be the unit of what was added up.
        let is_unit = |place: usize| self.place(Column::Unit) == Some(place);
        let texts = || {
            let cells = cells.iter().enumerate().filter(|(place, _)| !is_unit(*place)).map(|(_, cell)| cell);
            cells.filter(|cell| cell.kind == CellKind::Text && !is_number(**cell))
        };
        if !sku.is_empty() {
            return says_sum(sku.trimmed()) && texts().all(|cell| cell.trimmed() == sku.trimmed());
        }
        let is_of_above = || sum.rows > 1 && self.units(cells) == Some(sum.units) && texts().next().is_none();
        cells.iter().any(|cell| says_sum(cell.trimmed())) || is_of_above()
    }
}

fn is_number(cell: Cell<'_>) -> bool {
    cell.trimmed().bytes().all(|byte| byte.is_ascii_digit() || b".,-+ ".contains(&byte))
}

/// Whether a text says that its row is a sum. Most SKUs have a digit and are passed over by that.
fn says_sum(text: &str) -> bool {
    let begins = |letter: char| BEGINNINGS.contains(&letter.to_ascii_lowercase());
    if text.len() > SUM_BYTES_MAX || !text.contains(begins) || text.bytes().any(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let word: String = normalize::word(text).chars().filter(|letter| letter.is_alphabetic()).collect();
    SUMS.contains(&word.as_str()) || word.ends_with("toplami") || word.ends_with("toplam")
}
