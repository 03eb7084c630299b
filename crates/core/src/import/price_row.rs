//! A row of cells into a row that writes a price.
//!
//! Rules: an empty cell leaves its field as it is, and a row without a price, a retail price and a tax rate has nothing
//! to write. A tax rate is in percent: one that may be a share of one is rejected. Must not know what is stored.

use super::row::check_list;
use super::{Cell, CellError, CellKind, Column, Columns, ListNames, Problem, decimal};
use crate::prices::{Decimal, ExpectedPrice, PriceChange, PriceRow, PriceWrite, currency_code};

impl Columns {
    /// Reads a row of a file of prices for a price list.
    pub fn price_row(&self, cells: &[Cell<'_>], list: ListNames<'_>) -> Result<PriceRow, CellError> {
        let sku = self.sku(cells)?;
        self.read_cell(Column::PriceList, cells, |cell| check_list(cell, list))?;
        let change = PriceChange {
            price: self.read_cell(Column::Price, cells, decimal::decimal)?,
            currency: self.read_cell(Column::Currency, cells, currency)?,
            tax_rate: self.read_cell(Column::TaxRate, cells, tax_rate)?,
            retail_price: self.read_cell(Column::RetailPrice, cells, decimal::decimal)?,
        };
        if change.price.or(change.tax_rate).or(change.retail_price).is_none() {
            return Err(CellError { column: Column::Sku, problem: Problem::NothingToWrite });
        }
        Ok(PriceRow { sku: sku.to_owned(), write: PriceWrite::Change(change), expected: ExpectedPrice::Anything })
    }
}

fn currency(cell: Cell<'_>) -> Result<Option<String>, Problem> {
    let text = cell.trimmed();
    match cell.kind {
        _ if text.is_empty() => Ok(None),
        CellKind::Error => Err(Problem::IsError),
        CellKind::Text | CellKind::Empty => currency_code(text).map(Some).ok_or(Problem::NotACurrency),
        CellKind::Number | CellKind::Styled | CellKind::Date | CellKind::Bool => Err(Problem::NotACurrency),
    }
}

fn tax_rate(cell: Cell<'_>) -> Result<Option<Decimal>, Problem> {
    let text = cell.trimmed();
    let (rate, says_percent) = match text.strip_prefix('%').or_else(|| text.strip_suffix('%')) {
        Some(rest) if matches!(cell.kind, CellKind::Text | CellKind::Empty) => {
            (decimal::decimal(Cell { kind: cell.kind, text: rest })?.ok_or(Problem::NotANumber)?, true)
        }
        _ => match decimal::decimal(cell)? {
            Some(rate) => (rate, false),
            None => return Ok(None),
        },
    };
    // A spreadsheet stores 18 % as 0.18, and 100 % as 1.
    let is_share = !rate.is_zero() && (rate < Decimal::ONE || rate == Decimal::ONE && cell.kind == CellKind::Styled);
    match rate {
        _ if is_share && !says_percent => Err(Problem::RateIsShare),
        rate if rate > Decimal::HUNDRED => Err(Problem::RateTooHigh),
        rate => Ok(Some(rate)),
    }
}
