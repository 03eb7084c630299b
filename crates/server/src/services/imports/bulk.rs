//! Bulk edits: one change of many stocks of a list, as a dry run that is applied and undone like that of a file.
//!
//! Promises: a request costs the same however many stocks it is about, because a worker makes the rows in bounded
//! steps. A set level is written if nobody has written the stock since the dry run; a difference is added to what is
//! there when it is applied. Must not know how stocks are selected on a screen.

use onhand_core::commands::{ImportStock, LevelChange, ReservedChange};
use onhand_core::{QUANTITY_MAX, Quantity, Stock, StockId, StockListId, StockState, Timestamp, UnitType};
use onhand_store::imports::{self, ImportRow, Kind, State, Task};
use onhand_store::query::{CursorKey, Sort, Window};
use onhand_store::tables::product_stocks;
use onhand_store::{Error, Tx, Value};
use serde::{Deserialize, Serialize};

use super::receive;
use crate::services::levels::LevelEdit;
use crate::services::stock_filter::StockFilter;
use crate::services::stock_tables;
use crate::services::{Requester, ServiceError, Services};

/// The most stocks that are named one by one.
pub const STOCKS_MAX: usize = 1_000;

/// Which stocks of a list are changed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Selection {
    /// These.
    Stocks(Vec<StockId>),
    /// All that a filter leaves.
    Filter(StockFilter),
}

impl Selection {
    /// All stocks of a list that a table with this filter shows.
    pub async fn of_view(services: &Services, list: StockListId, filter: StockFilter) -> Result<Self, ServiceError> {
        Ok(match stock_tables::by_words(services, list, &filter).await? {
            Some(stocks) => Self::Stocks(stocks),
            None => Self::Filter(filter),
        })
    }
}

/// A bulk edit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BulkEdit {
    /// Which stocks.
    pub selection: Selection,
    /// What becomes of their levels.
    pub edit: LevelEdit,
}

/// A bulk edit as it is stored with its dry run.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    #[serde(skip_serializing_if = "Option::is_none")]
    stocks: Option<Vec<i64>>,
    #[serde(skip_serializing_if = "String::is_empty")]
    prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changed_since: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    set: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    add: Option<i64>,
}

/// A part of the stocks of a bulk edit.
pub struct SelectedPart {
    /// The stocks.
    pub stocks: Vec<Stock>,
    /// Where it goes on, if it does.
    pub next: Option<CursorKey>,
}

impl BulkEdit {
    fn text(&self) -> String {
        let (set, add) = match self.edit {
            LevelEdit::Set(level) => (Some(level.units()), None),
            LevelEdit::Add(units) => (None, Some(units)),
        };
        let stored = match &self.selection {
            Selection::Stocks(ids) => {
                Stored { stocks: Some(ids.iter().map(|id| id.get()).collect()), set, add, ..Stored::default() }
            }
            Selection::Filter(filter) => Stored {
                prefix: filter.prefix.clone(),
                state: filter.state.map(|state| state.word().to_owned()),
                unit: filter.unit.map(|unit| unit.word().to_owned()),
                changed_since: filter.changed_since.map(Timestamp::micros),
                set,
                add,
                ..Stored::default()
            },
        };
        serde_json::to_string(&stored).expect("plain data has a form in memory")
    }

    /// A bulk edit from its stored form. None if that is not understood: a filter of which a part is not known would
    /// leave more stocks than were meant.
    pub fn read(text: &str) -> Option<Self> {
        let stored: Stored = serde_json::from_str(text).ok()?;
        let edit = match (stored.set, stored.add) {
            (Some(level), None) => LevelEdit::Set(Quantity::new(level)?),
            (None, Some(units)) => LevelEdit::Add(units),
            _ => return None,
        };
        let selection = match stored.stocks {
            Some(ids) => Selection::Stocks(ids.into_iter().map(StockId::new).collect()),
            None => Selection::Filter(StockFilter {
                prefix: stored.prefix,
                state: stored.state.map(|word| StockState::from_word(&word).ok_or(())).transpose().ok()?,
                unit: stored.unit.map(|word| UnitType::from_word(&word).ok_or(())).transpose().ok()?,
                changed_since: stored.changed_since.map(Timestamp::from_micros),
            }),
        };
        Some(Self { selection, edit })
    }

    /// Whether its rows are added to what is there when they are applied, whoever has written meanwhile.
    pub const fn is_difference(&self) -> bool {
        matches!(self.edit, LevelEdit::Add(_))
    }

    /// The row that changes a stock.
    pub fn row(&self, stock: &Stock) -> ImportStock {
        let level = match self.edit {
            LevelEdit::Set(level) => LevelChange::Level(level),
            LevelEdit::Add(units) => LevelChange::Difference(units),
        };
        let sku = stock.sku.clone();
        ImportStock { sku, level, reserved: ReservedChange::Keep, unit: None, snapshot_at: None, expected: None }
    }

    /// The place behind a stock, in the order in which the stocks are gone through.
    pub fn place(&self, sku: &str, stock: StockId) -> CursorKey {
        let is_by_sku = match &self.selection {
            Selection::Stocks(_) => false,
            Selection::Filter(filter) => filter.listing(StockListId::new(0), false, after(None, 1)).sort != Sort::BY_ID,
        };
        let value = if is_by_sku { Value::from(sku.to_owned()) } else { Value::Int(stock.get()) };
        CursorKey { value, id: stock.get() }
    }

    /// The stocks behind a place, at most so many.
    pub async fn part(
        &self,
        tx: &mut Tx<'_>,
        list: StockListId,
        place: Option<CursorKey>,
        limit: i64,
    ) -> Result<SelectedPart, Error> {
        match &self.selection {
            Selection::Stocks(ids) => {
                let behind = place.map_or(0, |place| place.id);
                let mut stocks = product_stocks::by_ids(tx, ids).await?;
                stocks.retain(|stock| stock.list == list && stock.id.get() > behind);
                stocks.sort_by_key(|stock| stock.id);
                Ok(SelectedPart { stocks, next: None })
            }
            Selection::Filter(filter) => {
                let page = product_stocks::page(tx, &filter.listing(list, false, after(place, limit))).await?;
                Ok(SelectedPart { stocks: page.rows, next: page.next })
            }
        }
    }

    /// How many stocks it is about, where that is known without looking at them.
    pub async fn size(&self, tx: &mut Tx<'_>, list: StockListId) -> Result<i64, Error> {
        match &self.selection {
            Selection::Stocks(ids) => Ok(ids.len() as i64),
            Selection::Filter(filter) if filter.is_all() => product_stocks::count_of_list(tx, list).await,
            Selection::Filter(_) => Ok(0),
        }
    }

    /// What it is called among the files.
    fn name(&self) -> String {
        match self.edit {
            LevelEdit::Set(level) => format!("Bulk edit: = {}", level.units()),
            LevelEdit::Add(units) => format!("Bulk edit: {units:+}"),
        }
    }
}

const fn after(key: Option<CursorKey>, limit: i64) -> Window {
    Window::After { key, limit }
}

/// Begins the dry run of a bulk edit of a list. The import that it is.
pub async fn begin(
    services: &Services,
    requester: &Requester,
    list: StockListId,
    bulk: BulkEdit,
) -> Result<ImportRow, ServiceError> {
    let bulk = checked(services, list, bulk).await?;
    let mode = if bulk.is_difference() { "adjust" } else { "upsert" };
    let new = ImportRow {
        mode: mode.to_owned(),
        state: State::Waiting,
        file_name: bulk.name(),
        selection: Some(bulk.text()),
        ..receive::arriving(services, requester, (Kind::Stocks, Task::Preview), Some(list))
    };
    let body = async move |tx: &mut Tx<'_>| imports::insert(tx, &new).await;
    let import = services.store.write("imports.insert", body).await?;
    services.import_queue.wake();
    Ok(import)
}

async fn checked(services: &Services, list: StockListId, bulk: BulkEdit) -> Result<BulkEdit, ServiceError> {
    if let LevelEdit::Add(units) = bulk.edit
        && (units == 0 || units.unsigned_abs() > QUANTITY_MAX.unsigned_abs())
    {
        return Err(ServiceError::field("add", format!("A difference is not 0, and at most {QUANTITY_MAX}.")));
    }
    let Selection::Stocks(mut ids) = bulk.selection else { return Ok(bulk) };
    ids.sort_unstable();
    ids.dedup();
    if !(1..=STOCKS_MAX).contains(&ids.len()) {
        return Err(ServiceError::field("stocks", format!("Name 1 to {STOCKS_MAX} product stocks, or use a filter.")));
    }
    let wanted = ids.clone();
    let body = async move |tx: &mut Tx<'_>| product_stocks::by_ids(tx, &wanted).await;
    let found = services.store.read("stocks.by_ids", body).await?;
    let is_here = |id: &StockId| found.iter().any(|stock| stock.id == *id && stock.list == list);
    match ids.iter().find(|id| !is_here(id)) {
        Some(id) => Err(ServiceError::field("stocks", format!("The list has no product stock {}.", id.get()))),
        None => Ok(BulkEdit { selection: Selection::Stocks(ids), ..bulk }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bulk_edit_comes_back_as_it_was() {
        let filter = StockFilter {
            prefix: "İPEK-".to_owned(),
            state: Some(StockState::Low),
            unit: Some(UnitType::Kilogram),
            changed_since: Some(Timestamp::from_micros(7)),
        };
        let stocks = Selection::Stocks(vec![StockId::new(1), StockId::new(9)]);
        for selection in [stocks, Selection::Filter(filter), Selection::Filter(StockFilter::default())] {
            for edit in [LevelEdit::Set(Quantity::new(0).expect("an amount")), LevelEdit::Add(-3)] {
                let bulk = BulkEdit { selection: selection.clone(), edit };
                assert_eq!(BulkEdit::read(&bulk.text()), Some(bulk));
            }
        }
        for text in ["", "{}", r#"{"set":-1}"#, r#"{"set":1,"add":1}"#, r#"{"add":1,"state":"unheard"}"#] {
            assert_eq!(BulkEdit::read(text), None, "{text}");
        }
    }
}
