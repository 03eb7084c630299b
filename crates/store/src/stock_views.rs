//! Views of a stock list: the stocks in one state, and those that changed since a time.
//!
//! Promises: a part of a view costs what its rows cost, however long the list is and however many stocks are in the
//! view; numbers of stocks are counted up to a bound. The states are a column of the stock that is written only when it
//! changes, with an index per state: PostgreSQL goes on updating stocks without touching an index (an index with the
//! reserved quantity in its condition would end that), no row is the one that all orders count in, and an order that
//! crosses no border does nothing more than before. Must not know how a view is drawn.

use std::collections::{BTreeSet, HashMap};

use onhand_core::{MovementId, Stock, StockId, StockListId, StockState, Timestamp};

use crate::engine::Row;
use crate::query::{Condition, Op};
use crate::sql::{statements, values};
use crate::tables::product_stocks;
use crate::{Error, Tx};

/// Up to how many stocks of a state are counted.
pub const COUNTED_MAX: i64 = 1_000;
/// Changes that are looked at for one part of the stocks changed since a time.
pub const CHANGES_MAX: i64 = 5_000;
/// How many of them at once.
const TOGETHER: i64 = 500;

statements! {
    COUNTS = "stocks.states",
        "SELECT (SELECT COUNT(*) FROM (SELECT sku FROM stock WHERE stock_list_id = ?1 AND (states & 1) <> 0 ORDER BY sku LIMIT ?2) AS a),
         (SELECT COUNT(*) FROM (SELECT sku FROM stock WHERE stock_list_id = ?1 AND (states & 2) <> 0 ORDER BY sku LIMIT ?2) AS b),
         (SELECT COUNT(*) FROM (SELECT sku FROM stock WHERE stock_list_id = ?1 AND (states & 4) <> 0 ORDER BY sku LIMIT ?2) AS c),
         (SELECT COUNT(*) FROM (SELECT sku FROM stock WHERE stock_list_id = ?1 AND (states & 8) <> 0 ORDER BY sku LIMIT ?2) AS d)";
    CHANGES = "stocks.changes",
        "SELECT at, stock_id, id FROM movement WHERE at >= ?1 AND (at, stock_id, bucket, id) < (?2, ?3, ?4, ?5)
         ORDER BY at DESC, stock_id DESC, bucket DESC, id DESC LIMIT ?6";
}

/// The condition that a stock is in a state. Together with one list and the order of SKUs it is an index.
pub const fn in_state(state: StockState) -> Condition {
    let column = match state {
        StockState::SoldOut => "(states & 1) <> 0",
        StockState::Low => "(states & 2) <> 0",
        StockState::Oversold => "(states & 4) <> 0",
        StockState::OffSale => "(states & 8) <> 0",
    };
    Condition { column, op: Op::Holds, values: Vec::new() }
}

/// How many stocks of a list are in each state, in the order of [`StockState::ALL`]: up to [`COUNTED_MAX`], and one more
/// where there are more.
pub async fn counts(tx: &mut Tx<'_>, list: StockListId) -> Result<[i64; StockState::ALL.len()], Error> {
    let read = |row: &Row<'_>| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]);
    Ok(tx.first(&COUNTS, &values![list.get(), COUNTED_MAX + 1], read).await?.unwrap_or_default())
}

/// A place among the changes of stocks, the newest first: before it come the changes that are later.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ChangePlace {
    /// The time of the change.
    pub at: Timestamp,
    /// The stock that changed.
    pub stock: StockId,
    /// The change.
    pub movement: MovementId,
}

impl ChangePlace {
    /// Before every change.
    pub const FIRST: Self = Self {
        at: Timestamp::from_micros(i64::MAX),
        stock: StockId::new(i64::MAX),
        movement: MovementId::new(i64::MAX),
    };
}

/// Stocks of a list that changed since a time.
#[derive(Clone, Debug, Default)]
pub struct ChangedStocks {
    /// The stocks, each with the place of its newest change.
    pub stocks: Vec<(Stock, ChangePlace)>,
    /// Behind which change the rest begins, if there may be one.
    pub next: Option<ChangePlace>,
}

/// Stocks of a list, at most so many, that a condition leaves and whose newest change is not before `since` and comes
/// behind `after`. Few may be found and more may follow: at most [`CHANGES_MAX`] changes are looked at.
pub async fn changed(
    tx: &mut Tx<'_>,
    (list, since): (StockListId, Timestamp),
    (after, limit): (ChangePlace, i64),
    leaves: impl Fn(&Stock) -> bool,
) -> Result<ChangedStocks, Error> {
    let (mut found, mut place) = (Vec::new(), after);
    for _ in 0..CHANGES_MAX / TOGETHER {
        let changes = changes(tx, since, place).await?;
        let stocks: BTreeSet<StockId> = changes.iter().map(|change| change.stock).collect();
        let stocks = product_stocks::by_ids(tx, &stocks.into_iter().collect::<Vec<_>>()).await?;
        let stocks: HashMap<StockId, Stock> = stocks.into_iter().map(|stock| (stock.id, stock)).collect();
        for change in &changes {
            // A stock is found at its newest change, and so only once.
            let is_newest = |stock: &&Stock| stock.movement == Some(change.movement);
            let stock = stocks.get(&change.stock).filter(is_newest);
            let stock = stock.filter(|stock| stock.list == list && leaves(stock));
            found.extend(stock.map(|stock| (stock.clone(), *change)));
            if found.len() as i64 == limit {
                return Ok(ChangedStocks { stocks: found, next: Some(*change) });
            }
        }
        match changes.last().filter(|_| changes.len() as i64 == TOGETHER) {
            Some(last) => place = *last,
            None => return Ok(ChangedStocks { stocks: found, next: None }),
        }
    }
    Ok(ChangedStocks { stocks: found, next: Some(place) })
}

/// The changes behind a place.
async fn changes(tx: &mut Tx<'_>, since: Timestamp, after: ChangePlace) -> Result<Vec<ChangePlace>, Error> {
    let (stock, movement) = (after.stock, after.movement);
    let values = values![since.micros(), after.at.micros(), stock.get(), stock.bucket(), movement.get(), TOGETHER];
    let read = |row: &Row<'_>| {
        Ok(ChangePlace {
            at: Timestamp::from_micros(row.get(0)?),
            stock: StockId::new(row.get(1)?),
            movement: MovementId::new(row.get(2)?),
        })
    };
    tx.all(&CHANGES, &values, read).await
}
