//! Product stocks that another server has.
//!
//! Promises: the same is available here as there, as far as the lines that are reserved here leave it; a stock that
//! says the same is not written. Must not know orders.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use onhand_core::commands::{StockTarget, WriteStock, WriteStocks};
use onhand_core::{
    Command, MovementId, Outcome, Quantity, Rejection, RemoteFigures, Stock, StockKey, StockListId, Timestamp,
    UnitType, WrittenStock,
};
use onhand_store::Tx;
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::tables::product_stocks;
use tokio::task::JoinSet;

use super::{Adopted, NotTaken};
use crate::services::imports::messages;
use crate::services::{Requester, ServiceError, Services};

/// Stocks that are written by one command: other commands wait for one of these at most.
const CHUNK_ROWS: usize = 250;

/// A product stock as the other server has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StockContent {
    /// Its list here.
    pub list: StockListId,
    /// Its product.
    pub sku: String,
    /// Its numbers there.
    pub figures: RemoteFigures,
    /// Its unit.
    pub unit: UnitType,
    /// JSON object text, if the other server shows it.
    pub extra_field: Option<String>,
}

impl StockContent {
    fn key(&self) -> StockKey {
        StockKey { list: self.list, sku: self.sku.clone() }
    }

    /// Whether a stock here says the same. What is reported is settled by a level, so it is written.
    fn is(&self, stock: &Stock) -> bool {
        let external = (self.figures.held() - stock.open_reservations()).max(0);
        stock.on_hand == self.figures.on_hand()
            && stock.external == external
            && stock.reported == 0
            && stock.unit == self.unit
            && self.extra_field.as_ref().is_none_or(|text| *text == stock.extra_field)
    }

    fn write(&self) -> WriteStock {
        WriteStock {
            target: StockTarget::Key(self.key()),
            on_hand: Quantity::new(self.figures.on_hand()),
            reserved: Quantity::new(self.figures.held()),
            unit: Some(self.unit),
            extra_field: self.extra_field.clone(),
            snapshot_at: None,
            expected: None,
            explanation: None,
        }
    }
}

/// The stocks here of some rows, each in its row's place.
pub async fn here(services: &Services, rows: &[StockContent]) -> Result<Vec<Option<Stock>>, ServiceError> {
    let keys: BTreeSet<StockKey> = rows.iter().map(StockContent::key).collect();
    let body = async move |tx: &mut Tx<'_>| product_stocks::by_keys(tx, &keys).await;
    let found = services.store.read("stocks.by_keys", body).await?;
    let mut found: HashMap<(StockListId, String), Stock> =
        found.into_iter().map(|stock| ((stock.list, stock.sku.clone()), stock)).collect();
    Ok(rows.iter().map(|row| found.remove(&(row.list, row.sku.clone()))).collect())
}

/// The stocks that have changed here since a time, so many at the most.
pub async fn changed_since(services: &Services, since: Timestamp, limit: i64) -> Result<Vec<Stock>, ServiceError> {
    let newer = Condition { column: "modified_at", op: Op::Gt, values: vec![since.micros().into()] };
    let window = Window::After { key: None, limit };
    let listing = ListQuery { conditions: vec![newer], sort: Sort::BY_ID, window };
    let body = async move |tx: &mut Tx<'_>| product_stocks::page(tx, &listing).await;
    Ok(services.store.read("stocks.page", body).await?.rows)
}

/// A row, what was done with it, and its stock here after that.
pub type PutStock = (StockContent, Result<(Adopted, Stock), NotTaken>);

/// Puts stocks here; `here` are those that there are, each in its row's place.
pub async fn put(
    services: &Arc<Services>,
    requester: &Requester,
    rows: Vec<StockContent>,
    here: Vec<Option<Stock>>,
) -> Result<Vec<PutStock>, ServiceError> {
    let (mut done, mut wanted) = (Vec::with_capacity(rows.len()), Vec::new());
    for (row, stock) in rows.into_iter().zip(here) {
        match stock {
            Some(stock) if row.is(&stock) => done.push((row, Ok((Adopted::Same, stock)))),
            stock => wanted.push((row, stock.and_then(|stock| stock.movement))),
        }
    }
    let mut writing = JoinSet::new();
    while !wanted.is_empty() {
        let chunk: Vec<WantedStock> = wanted.drain(..wanted.len().min(CHUNK_ROWS)).collect();
        let (services, requester) = (Arc::clone(services), requester.clone());
        writing.spawn(async move { write(&services, &requester, chunk).await });
    }
    while let Some(written) = writing.join_next().await {
        done.extend(written.map_err(|fault| ServiceError::internal(fault.to_string()))??);
    }
    Ok(done)
}

/// A row, and the newest movement of its stock before it is written.
type WantedStock = (StockContent, Option<MovementId>);

/// Writes a chunk: all rows that are not rejected.
async fn write(
    services: &Services,
    requester: &Requester,
    mut rows: Vec<WantedStock>,
) -> Result<Vec<PutStock>, ServiceError> {
    let mut done = Vec::with_capacity(rows.len());
    while !rows.is_empty() {
        let written = rows.iter().map(|(row, _)| row.write()).collect();
        let command = WriteStocks { rows: written, create_unknown_products: true, source: None };
        match services.submit(requester, Command::WriteStocks(command)).await {
            Ok(Outcome::StocksWritten(written)) => {
                let put = |((row, before), written): (WantedStock, WrittenStock)| {
                    let adopted = match (written.created, written.stock.movement == before) {
                        (true, _) => Adopted::Made,
                        (false, true) => Adopted::Same,
                        (false, false) => Adopted::Changed,
                    };
                    (row, Ok((adopted, written.stock)))
                };
                done.extend(rows.drain(..).zip(written).map(put));
            }
            Err(ServiceError::Rejection(Rejection::Rows(faults))) if !faults.is_empty() => {
                for (place, fault) in faults.into_iter().rev() {
                    let (row, _) = rows.remove(place);
                    let why = NotTaken::new(row.sku.clone(), messages::row(&fault).text);
                    done.push((row, Err(why)));
                }
            }
            Ok(other) => return Err(ServiceError::internal(format!("stocks were answered with {other:?}"))),
            Err(fault) => return Err(fault),
        }
    }
    Ok(done)
}
