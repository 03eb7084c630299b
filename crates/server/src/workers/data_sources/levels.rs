//! Levels of another installation become levels here, through the writer like those of an ERP.
//!
//! Promises: a level is never stored for newer than it is; a product that does not exist here is not made; a level that
//! is what is stored already is not written, unless its time says something of lines that were sold here; nothing of a
//! source is written that was changed since. Must not know how levels are asked for.

use std::collections::{BTreeMap, BTreeSet};

use onhand_core::commands::{SourceVersion, StockTarget, WriteStock, WriteStocks};
use onhand_core::rejection::RowRejection;
use onhand_core::{Command, Explanation, Outcome, Quantity, Rejection, Stock, StockId, StockKey, Timestamp, UnitType};
use onhand_store::Tx;
use onhand_store::tables::data_sources::{self, DataSource};
use onhand_store::tables::{product_stocks, products};

use super::Shared;
use super::asking::SourceFault;
use super::rows::RemoteLevel;
use crate::services::data_sources::clock;
use crate::services::{Requester, ServiceError};

/// Rows of one command: orders wait for no more than these.
const WRITTEN_TOGETHER: usize = 100;
/// Stocks that are looked at together when what is gone becomes nothing.
const LOOKED_AT_TOGETHER: i64 = 500;
/// How often rows that were rejected are sent again with what the rejection says.
const ROUNDS_MAX: usize = 3;

/// Writes levels of one source.
pub(super) struct Levels<'l> {
    /// What all sources of this process work with.
    pub(super) shared: &'l Shared,
    /// The source.
    pub(super) source: &'l DataSource,
    /// By how many microseconds its clock is ahead.
    pub(super) clock_offset: i64,
}

/// A level that is to be written.
struct NewLevel {
    target: NewTarget,
    on_hand: i64,
    unit: Option<UnitType>,
    at: Timestamp,
}

enum NewTarget {
    Sku(String),
    Stock(StockId),
}

/// How new levels are compared with stored ones.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Trust {
    /// One that is older than the stored one is left out: a newer answer has been written already.
    Newest,
    /// What was asked for now is what there is, whatever was known before: the other side may have been restored.
    Anyway,
}

impl Levels<'_> {
    /// Writes levels that were asked for at some time, and notes the stocks that they are of. How many were of SKUs that
    /// are not known here.
    pub(super) async fn write(
        &self,
        levels: Vec<RemoteLevel>,
        asked: Timestamp,
        trust: Trust,
        seen: &mut BTreeSet<StockId>,
    ) -> Result<i64, SourceFault> {
        // Of two rows of one SKU, the later one is the newer one.
        let levels: BTreeMap<String, RemoteLevel> =
            levels.into_iter().map(|level| (level.sku.clone(), level)).collect();
        let list = self.source.stock_list;
        let keys: BTreeSet<StockKey> = levels.keys().map(|sku| StockKey { list, sku: sku.clone() }).collect();
        let look = async move |tx: &mut Tx<'_>| {
            let stocks = product_stocks::by_keys(tx, &keys).await?;
            let is_there = |sku: &str| stocks.iter().any(|stock| stock.sku == sku);
            let others: Vec<&str> = keys.iter().map(|key| key.sku.as_str()).filter(|sku| !is_there(sku)).collect();
            let known = products::keys_by_sku(tx, &others).await?;
            Ok((stocks, known.into_iter().map(|product| product.sku).collect::<BTreeSet<String>>()))
        };
        let (stocks, known) = self.shared.services.store.read("data_sources.compare", look).await.map_err(here)?;
        seen.extend(stocks.iter().map(|stock| stock.id));
        let stocks: BTreeMap<&str, &Stock> = stocks.iter().map(|stock| (stock.sku.as_str(), stock)).collect();
        let (mut new, mut unknown) = (Vec::new(), 0);
        for level in levels.into_values() {
            match stocks.get(level.sku.as_str()) {
                None if !known.contains(&level.sku) => unknown += 1,
                stock => new.extend(self.due(stock.copied(), level, asked)),
            }
        }
        for some in self.begun(new).await? {
            seen.extend(self.submit(some, trust).await?);
        }
        Ok(unknown)
    }

    /// What has to be written for a level, if anything.
    fn due(&self, stock: Option<&Stock>, level: RemoteLevel, asked: Timestamp) -> Option<NewLevel> {
        let now = self.shared.services.clock.now();
        let on_hand = (level.available - self.source.safety_stock).max(0);
        let at = match level.modified_at {
            Some(at) => clock::remote_time(at, self.clock_offset, now),
            None => clock::read_at(asked),
        };
        let unit = level.unit.filter(|unit| stock.is_none_or(|stock| stock.unit != *unit));
        let is_due = match stock {
            None => on_hand > 0,
            Some(stock) => {
                let settles = level.modified_at.is_some() || stock.reserved > 0 || stock.reported > 0;
                stock.on_hand != on_hand
                    || unit.is_some()
                    || settles && stock.snapshot_at.is_none_or(|stored| stored < at)
            }
        };
        let target = stock.map_or(NewTarget::Sku(level.sku), |stock| NewTarget::Stock(stock.id));
        is_due.then_some(NewLevel { target, on_hand, unit, at })
    }

    /// Makes every level of the list nothing, but those of some stocks. Nothing is certain of the others any more. Their
    /// times stay: a level that comes back may be as old as the one that went.
    pub(super) async fn empty(&self, but: &BTreeSet<StockId>) -> Result<(), SourceFault> {
        let (list, mut after) = (self.source.stock_list, 0);
        loop {
            let look = async move |tx: &mut Tx<'_>| product_stocks::of_list(tx, list, after, LOOKED_AT_TOGETHER).await;
            let part = self.shared.services.store.read("stocks.of_list", look).await.map_err(here)?;
            let Some(last) = part.last() else { return Ok(()) };
            after = last.id.get();
            let now = self.shared.services.clock.now();
            let gone = part.iter().filter(|stock| stock.on_hand > 0 && !but.contains(&stock.id));
            let nothing = |stock: &Stock| {
                let at = stock.snapshot_at.unwrap_or(now);
                NewLevel { target: NewTarget::Stock(stock.id), on_hand: 0, unit: None, at }
            };
            for some in self.begun(gone.map(nothing).collect()).await? {
                self.submit(some, Trust::Anyway).await?;
            }
        }
    }

    /// Has the writer write some levels; the stocks that were written.
    async fn submit(&self, mut levels: Vec<NewLevel>, trust: Trust) -> Result<Vec<StockId>, SourceFault> {
        // Few sources at once, so that orders come in between.
        let _turn = self.shared.writing.acquire().await.map_err(|_| SourceFault::Changed)?;
        for _ in 0..ROUNDS_MAX {
            if levels.is_empty() {
                break;
            }
            let rows = levels.iter().map(|level| self.row(level)).collect();
            // What waits in the writer's queue while the source is paused or moved must not be written after that.
            let version = SourceVersion { source: self.source.id, modified_at: self.source.modified_at };
            let command = WriteStocks { rows, create_unknown_products: false, source: Some(version) };
            let command = Command::WriteStocks(command);
            match self.shared.services.submit(&Requester::itself(), command).await {
                Ok(Outcome::StocksWritten(written)) => {
                    metrics::counter!("onhand_data_source_levels_total").increment(written.len() as u64);
                    return Ok(written.into_iter().map(|written| written.stock.id).collect());
                }
                Ok(_) => return Err(SourceFault::Here("levels were answered like something else".to_owned())),
                Err(ServiceError::Rejection(Rejection::Rows(faults))) => {
                    levels = after_rejection(levels, &faults, trust);
                }
                Err(ServiceError::Rejection(Rejection::SourceChanged)) => return Err(SourceFault::Changed),
                // A stock was removed meanwhile: the next answer is compared with what there is then.
                Err(ServiceError::Rejection(Rejection::NotFound)) => return Ok(Vec::new()),
                Err(fault) => return Err(here(fault)),
            }
        }
        Ok(Vec::new())
    }

    fn row(&self, level: &NewLevel) -> WriteStock {
        let key = |sku: &String| StockKey { list: self.source.stock_list, sku: sku.clone() };
        WriteStock {
            target: match &level.target {
                NewTarget::Sku(sku) => StockTarget::Key(key(sku)),
                NewTarget::Stock(id) => StockTarget::Id(*id),
            },
            on_hand: Quantity::new(level.on_hand),
            reserved: None,
            unit: level.unit,
            extra_field: None,
            snapshot_at: Some(level.at),
            expected: None,
            explanation: Explanation::of(None, format!("data source {}", self.source.name)),
        }
    }

    /// Levels in parts that are written together. Before the first, it is noted that the list may have levels of the
    /// source.
    async fn begun(&self, levels: Vec<NewLevel>) -> Result<Vec<Vec<NewLevel>>, SourceFault> {
        if levels.is_empty() {
            return Ok(Vec::new());
        }
        let source = self.source.clone();
        let body = async move |tx: &mut Tx<'_>| data_sources::begin_levels(tx, &source).await;
        match self.shared.services.store.write("data_sources.begin_levels", body).await.map_err(here)? {
            true => Ok(chunks(levels)),
            false => Err(SourceFault::Changed),
        }
    }
}

/// The rows that are sent again: without those that cannot be written, and with the stored time where it is in the way
/// and does not count.
fn after_rejection(levels: Vec<NewLevel>, faults: &[(usize, RowRejection)], trust: Trust) -> Vec<NewLevel> {
    let again = |(number, level): (usize, NewLevel)| {
        let fault = faults.iter().find(|(row, _)| *row == number).map(|(_, fault)| fault);
        match (fault, trust) {
            (None, _) => Some(level),
            (Some(RowRejection::StaleSnapshot { stored }), Trust::Anyway) => Some(NewLevel { at: *stored, ..level }),
            _ => None,
        }
    };
    levels.into_iter().enumerate().filter_map(again).collect()
}

fn chunks(mut levels: Vec<NewLevel>) -> Vec<Vec<NewLevel>> {
    let mut chunks = Vec::new();
    while !levels.is_empty() {
        let rest = levels.split_off(levels.len().min(WRITTEN_TOGETHER));
        chunks.push(std::mem::replace(&mut levels, rest));
    }
    chunks
}

/// Something has failed on this side.
pub(super) fn here(fault: impl std::fmt::Display) -> SourceFault {
    SourceFault::Here(fault.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(number: i64) -> NewLevel {
        let at = Timestamp::from_micros(number);
        NewLevel { target: NewTarget::Stock(StockId::new(number)), on_hand: number, unit: None, at }
    }

    #[test]
    fn rejected_rows_hold_up_no_others() {
        let stored = Timestamp::from_micros(99);
        let faults = [
            (0, RowRejection::StaleSnapshot { stored }),
            (2, RowRejection::UnknownList(onhand_core::StockListId::new(1))),
        ];
        let times = |trust| {
            let left = after_rejection((0..4).map(level).collect(), &faults, trust);
            left.iter().map(|level| (level.on_hand, level.at.micros())).collect::<Vec<_>>()
        };
        assert_eq!(times(Trust::Newest), [(1, 1), (3, 3)]);
        assert_eq!(times(Trust::Anyway), [(0, 99), (1, 1), (3, 3)]);
    }

    #[test]
    fn chunks_are_bounded_and_lose_nothing() {
        let parts: Vec<usize> = chunks((0..250).map(level).collect()).iter().map(Vec::len).collect();
        assert_eq!(parts, [WRITTEN_TOGETHER, WRITTEN_TOGETHER, 50]);
        assert!(chunks(Vec::new()).is_empty());
    }
}
