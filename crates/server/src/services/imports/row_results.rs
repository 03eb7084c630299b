//! Results of rows, as they are stored: enough to show them, to apply what a preview said, and to take it back.
//!
//! Promises: what was written by one version of the program is read by the next; a form that is not understood is an
//! error. Must not know files or tables.

use anyhow::Context as _;
use onhand_core::commands::{ImportStock, LevelChange, ReservedChange};
use onhand_core::{Quantity, Timestamp, UnitType, Written};
use onhand_store::imports::Counts;
use serde::{Deserialize, Serialize};

use super::messages::RowText;
use super::price_results::PriceResult;

/// The form of the bytes; a new one gets a new number.
const FORM: u8 = 1;
/// The form of the bytes of rows that write prices.
const PRICES_FORM: u8 = 2;

/// The result of one row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RowResult {
    /// The row in the file, as a person counts; none where a stock was not in the file (mode `replace`).
    pub row: Option<u64>,
    /// The SKU as read; empty where it could not be.
    pub sku: String,
    /// How it ended.
    pub end: ResultStatus,
    /// What it wanted; none where that could not be read.
    pub wanted: Option<RequestedChange>,
    /// The stock before it.
    pub before: Option<StockValues>,
    /// The stock after it.
    pub after: Option<StockValues>,
    /// The stock.
    pub stock: Option<i64>,
    /// The movement it made.
    pub movement: Option<i64>,
    /// Units of reported lines that it settled.
    pub settled: i64,
    /// The price that it wrote; none where it was about a stock, or was not understood. Stored beside the rows.
    #[serde(skip)]
    pub price: Option<Box<PriceResult>>,
}

/// How a row ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ResultStatus {
    /// It made the stock.
    Created,
    /// It changed the stock.
    Updated,
    /// The stock was like that.
    Unchanged,
    /// It failed.
    Failed {
        /// The name of the column at fault; empty where it is the row as a whole.
        column: String,
        /// Why, for programs.
        code: String,
        /// Why, for people.
        error: String,
    },
}

/// What a row wants of a stock.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RequestedChange {
    level: ValueChange,
    reserved: ValueChange,
    is_kilogram: Option<bool>,
    snapshot_at: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
enum ValueChange {
    Keep,
    Whole(i64),
    Difference(i64),
}

/// What an import can write of a stock.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct StockValues {
    /// The stock level.
    pub on_hand: i64,
    /// Sold elsewhere.
    pub external: i64,
    /// Whether one unit is a kilogram.
    pub is_kilogram: bool,
    /// When the level was taken.
    pub snapshot_at: Option<i64>,
}

impl RowResult {
    /// A row that failed.
    pub fn failed(row: Option<u64>, sku: impl Into<String>, why: RowText) -> Self {
        Self::ended(row, sku, why.into())
    }

    /// A row of which nothing is known but how it ended.
    pub fn ended(row: Option<u64>, sku: impl Into<String>, end: ResultStatus) -> Self {
        Self {
            row,
            sku: sku.into(),
            end,
            wanted: None,
            before: None,
            after: None,
            stock: None,
            movement: None,
            settled: 0,
            price: None,
        }
    }

    /// The word for how it ended.
    pub const fn word(&self) -> &'static str {
        match self.end {
            ResultStatus::Created => "created",
            ResultStatus::Updated => "updated",
            ResultStatus::Unchanged => "unchanged",
            ResultStatus::Failed { .. } => "failed",
        }
    }

    /// Whether it changed something, or would.
    pub const fn is_change(&self) -> bool {
        matches!(self.end, ResultStatus::Created | ResultStatus::Updated)
    }
}

impl From<RowText> for ResultStatus {
    fn from(why: RowText) -> Self {
        Self::Failed { column: why.column.to_owned(), code: why.code.to_owned(), error: why.text }
    }
}

impl From<&ImportStock> for RequestedChange {
    fn from(row: &ImportStock) -> Self {
        Self {
            level: match row.level {
                LevelChange::Keep => ValueChange::Keep,
                LevelChange::Level(units) => ValueChange::Whole(units.units()),
                // What was undone is not applied again, so the time that goes back with it need not be known.
                LevelChange::Difference(units) | LevelChange::Back { difference: units, .. } => {
                    ValueChange::Difference(units)
                }
            },
            reserved: match row.reserved {
                ReservedChange::Keep => ValueChange::Keep,
                ReservedChange::Whole(units) => ValueChange::Whole(units.units()),
                ReservedChange::Difference(units) => ValueChange::Difference(units),
            },
            is_kilogram: row.unit.map(|unit| unit == UnitType::Kilogram),
            snapshot_at: row.snapshot_at.map(Timestamp::micros),
        }
    }
}

impl RequestedChange {
    /// The row of a command that wants this.
    pub fn row(&self, sku: String) -> Option<ImportStock> {
        Some(ImportStock {
            sku,
            level: match self.level {
                ValueChange::Keep => LevelChange::Keep,
                ValueChange::Whole(units) => LevelChange::Level(Quantity::new(units)?),
                ValueChange::Difference(units) => LevelChange::Difference(units),
            },
            reserved: match self.reserved {
                ValueChange::Keep => ReservedChange::Keep,
                ValueChange::Whole(units) => ReservedChange::Whole(Quantity::new(units)?),
                ValueChange::Difference(units) => ReservedChange::Difference(units),
            },
            unit: self.is_kilogram.map(unit),
            snapshot_at: self.snapshot_at.map(Timestamp::from_micros),
            expected: None,
        })
    }
}

const fn unit(is_kilogram: bool) -> UnitType {
    if is_kilogram { UnitType::Kilogram } else { UnitType::Piece }
}

impl From<&Written> for StockValues {
    fn from(written: &Written) -> Self {
        Self {
            on_hand: written.on_hand,
            external: written.external,
            is_kilogram: written.unit == UnitType::Kilogram,
            snapshot_at: written.snapshot_at.map(Timestamp::micros),
        }
    }
}

impl StockValues {
    /// As the rules know it.
    pub fn written(&self) -> Written {
        Written {
            on_hand: self.on_hand,
            external: self.external,
            unit: unit(self.is_kilogram),
            snapshot_at: self.snapshot_at.map(Timestamp::from_micros),
        }
    }

    /// Its unit, as the rules know it.
    pub const fn unit(&self) -> UnitType {
        unit(self.is_kilogram)
    }
}

/// How many rows ended how.
pub fn counts(rows: &[RowResult]) -> Counts {
    let mut counts = Counts::default();
    for row in rows {
        *match row.end {
            ResultStatus::Created => &mut counts.created,
            ResultStatus::Updated => &mut counts.updated,
            ResultStatus::Unchanged => &mut counts.unchanged,
            ResultStatus::Failed { .. } => &mut counts.failed,
        } += 1;
    }
    counts
}

/// The bytes that are stored.
pub fn encode(rows: &[RowResult]) -> Vec<u8> {
    let plain = "plain data has a form in memory";
    if rows.iter().all(|row| row.price.is_none()) {
        return postcard::to_extend(rows, vec![FORM]).expect(plain);
    }
    let prices: Vec<Option<&PriceResult>> = rows.iter().map(|row| row.price.as_deref()).collect();
    postcard::to_extend(&(rows, prices), vec![PRICES_FORM]).expect(plain)
}

/// The rows that were stored.
pub fn decode(bytes: &[u8]) -> anyhow::Result<Vec<RowResult>> {
    if let Some(bytes) = bytes.strip_prefix(&[PRICES_FORM]) {
        let (mut rows, prices): (Vec<RowResult>, Vec<Option<Box<PriceResult>>>) = postcard::from_bytes(bytes)?;
        rows.iter_mut().zip(prices).for_each(|(row, price)| row.price = price);
        return Ok(rows);
    }
    let rows = bytes.strip_prefix(&[FORM]).context("row results in a form of another version")?;
    Ok(postcard::from_bytes(rows)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_results_come_back_as_they_were() {
        let row = ImportStock {
            sku: "0042".to_owned(),
            level: LevelChange::Difference(-3),
            reserved: ReservedChange::Keep,
            unit: Some(UnitType::Kilogram),
            snapshot_at: Some(Timestamp::from_micros(7)),
            expected: None,
        };
        let figures = StockValues { on_hand: 9, external: 1, is_kilogram: true, snapshot_at: None };
        let failed = RowResult::failed(
            Some(2),
            "A",
            RowText { column: "stock", code: "bad_cell", text: "no number".to_owned() },
        );
        let updated = RowResult {
            end: ResultStatus::Updated,
            wanted: Some(RequestedChange::from(&row)),
            before: Some(figures.clone()),
            movement: Some(11),
            ..failed.clone()
        };
        let rows = vec![failed, updated];
        assert_eq!(decode(&encode(&rows)).unwrap(), rows);
        assert_eq!(rows[1].wanted.as_ref().unwrap().row("0042".to_owned()), Some(row));
        assert_eq!(StockValues::from(&figures.written()), figures);
        assert_eq!(counts(&rows), Counts { updated: 1, failed: 1, ..Counts::default() });
        assert!(decode(b"\xff").is_err() && decode(b"").is_err());
    }
}
