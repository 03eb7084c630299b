//! Sums of stock lists: what a list has of each number, counted in the background and kept with its time.
//!
//! Promises: a step of counting reads a bounded number of stocks and locks nothing, and no order waits for it or writes
//! what it writes. A step also finds the stocks whose states do not follow from their numbers: after a change of the
//! list's low-stock threshold they are brought up to date by [`refresh`]. Must not know when sums are wanted.

use onhand_core::{Stock, StockId, StockListId, StockState, StockStates, Timestamp};

use super::product_stocks;
use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// Stocks that one step counts.
pub const STEP_STOCKS: i64 = 20_000;
/// Stocks that are brought up to date in one transaction.
pub const REFRESHED_MAX: i64 = 1_000;

statements! {
    STEP = "stock_sums.step",
        "SELECT COUNT(*), MAX(id), CAST(COALESCE(SUM(CASE WHEN discrepancy_at IS NULL AND on_hand > reserved + reported
         THEN on_hand - reserved - reported ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(SUM(reserved), 0) AS BIGINT),
         CAST(COALESCE(SUM(reported), 0) AS BIGINT), CAST(COALESCE(SUM(on_hand), 0) AS BIGINT),
         CAST(COALESCE(SUM(states & 1), 0) AS BIGINT), CAST(COALESCE(SUM((states & 2) / 2), 0) AS BIGINT),
         CAST(COALESCE(SUM((states & 4) / 4), 0) AS BIGINT), CAST(COALESCE(SUM((states & 8) / 8), 0) AS BIGINT),
         MAX(snapshot_at), CAST(COALESCE(SUM(CASE WHEN states <>
         CASE WHEN discrepancy_at IS NOT NULL OR on_hand - reserved - reported <= 0 THEN 1
         WHEN on_hand - reserved - reported <= ?4 THEN 2 ELSE 0 END
         + CASE WHEN on_hand - reserved - reported < 0 THEN 4 ELSE 0 END
         + CASE WHEN discrepancy_at IS NULL THEN 0 ELSE 8 END THEN 1 ELSE 0 END), 0) AS BIGINT)
         FROM (SELECT id, on_hand, reserved, reported, discrepancy_at, snapshot_at, states FROM stock
         WHERE stock_list_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3) AS step";
    LOW_STOCK = "stock_sums.low_stock", "SELECT low_stock FROM stock_list WHERE id = ?1";
    KEEP = "stock_sums.keep",
        "INSERT INTO stock_list_sums (stock_list_id, begun_at, at, stocks, available, reserved, reported, on_hand, sold_out,
         low, oversold, off_sale, newest_level_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
         ON CONFLICT (stock_list_id) DO UPDATE SET begun_at = excluded.begun_at, at = excluded.at, stocks = excluded.stocks,
         available = excluded.available, reserved = excluded.reserved, reported = excluded.reported,
         on_hand = excluded.on_hand, sold_out = excluded.sold_out, low = excluded.low, oversold = excluded.oversold,
         off_sale = excluded.off_sale, newest_level_at = excluded.newest_level_at";
    OF_LIST = "stock_sums.of_list",
        "SELECT stock_list_id, begun_at, at, stocks, available, reserved, reported, on_hand, sold_out, low, oversold,
         off_sale, newest_level_at FROM stock_list_sums WHERE stock_list_id = ?1";
    /// Lists whose sums are older than a time, or than their list; and those that have none. A transaction that had read
    /// the list's threshold before it changed has ended some seconds later.
    DUE = "stock_sums.due",
        "SELECT l.id FROM stock_list l LEFT JOIN stock_list_sums s ON s.stock_list_id = l.id
         WHERE s.stock_list_id IS NULL OR s.begun_at < ?1 OR s.begun_at <= l.modified_at + 5000000 LIMIT ?2";
}

/// The sums of a list.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StockSums {
    /// Stocks.
    pub stocks: i64,
    /// Available units.
    pub available: i64,
    /// Reserved units.
    pub reserved: i64,
    /// Reported units.
    pub reported: i64,
    /// The sum of the stock levels.
    pub on_hand: i64,
    /// Stocks in each state, in the order of [`StockState::ALL`].
    pub states: [i64; StockState::ALL.len()],
    /// The newest snapshot time of a level.
    pub newest_level_at: Option<Timestamp>,
}

impl StockSums {
    /// How many stocks are in a state.
    pub fn of_state(&self, state: StockState) -> i64 {
        StockState::ALL.into_iter().zip(self.states).find(|(one, _)| *one == state).map_or(0, |(_, count)| count)
    }

    /// Adds those of other stocks.
    pub fn add(&mut self, other: &Self) {
        self.stocks += other.stocks;
        self.available += other.available;
        self.reserved += other.reserved;
        self.reported += other.reported;
        self.on_hand += other.on_hand;
        self.states.iter_mut().zip(other.states).for_each(|(sum, more)| *sum += more);
        self.newest_level_at = self.newest_level_at.max(other.newest_level_at);
    }
}

/// Sums with the time of which they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CountedSums {
    /// The list.
    pub list: StockListId,
    /// When the counting began.
    pub begun_at: Timestamp,
    /// When it ended.
    pub at: Timestamp,
    /// The sums.
    pub sums: StockSums,
}

/// What a step has counted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CountedPart {
    /// The sums of its stocks.
    pub sums: StockSums,
    /// Its last stock; none where it has no stock.
    pub last: Option<StockId>,
    /// How many of its stocks are not in the states that follow from their numbers.
    pub stale: i64,
}

/// Up to how many available units the stocks of a list are low; none where there is no such list.
pub async fn low_stock(tx: &mut Tx<'_>, list: StockListId) -> Result<Option<i64>, Error> {
    tx.first(&LOW_STOCK, &values![list.get()], |row| row.get(0)).await
}

/// Counts the stocks of a list behind one, at most [`STEP_STOCKS`].
pub async fn step(tx: &mut Tx<'_>, list: StockListId, after: StockId, low_stock: i64) -> Result<CountedPart, Error> {
    let read = |row: &Row<'_>| {
        let sums = StockSums {
            stocks: row.get(0)?,
            available: row.get(2)?,
            reserved: row.get(3)?,
            reported: row.get(4)?,
            on_hand: row.get(5)?,
            states: [row.get(6)?, row.get(7)?, row.get(8)?, row.get(9)?],
            newest_level_at: row.get::<Option<i64>>(10)?.map(Timestamp::from_micros),
        };
        Ok(CountedPart { sums, last: row.get::<Option<i64>>(1)?.map(StockId::new), stale: row.get(11)? })
    };
    let none = || Error::Internal("adding up has one answer".to_owned());
    tx.first(&STEP, &values![list.get(), after.get(), STEP_STOCKS, low_stock], read).await?.ok_or_else(none)
}

/// The stocks of a step that are not in the states that follow from their numbers.
pub async fn stale(tx: &mut Tx<'_>, list: StockListId, after: StockId, low_stock: i64) -> Result<Vec<StockId>, Error> {
    let (mut stale, mut after) = (Vec::new(), after.get());
    for _ in 0..STEP_STOCKS / REFRESHED_MAX {
        let part = product_stocks::of_list(tx, list, after, REFRESHED_MAX).await?;
        let Some(last) = part.last() else { break };
        after = last.id.get();
        let is_stale = |stock: &&Stock| stock.states != StockStates::of(stock, low_stock);
        stale.extend(part.iter().filter(is_stale).map(|stock| stock.id));
    }
    Ok(stale)
}

/// Brings stocks into the states that follow from their numbers, while nobody else changes them. Returns how many were
/// not in them.
pub async fn refresh(tx: &mut Tx<'_>, stocks: &[StockId]) -> Result<usize, Error> {
    let locked = product_stocks::lock(tx, &stocks.iter().copied().collect()).await?;
    let due = locked.iter().map(|(stock, list)| (stock, StockStates::of(stock, list.low_stock)));
    let due: Vec<_> = due.filter(|(stock, states)| stock.states != *states).collect();
    product_stocks::set_states(tx, due.iter().map(|(stock, states)| (stock.id, *states))).await?;
    Ok(due.len())
}

/// Keeps the sums of a list.
pub async fn keep(tx: &mut Tx<'_>, counted: &CountedSums) -> Result<(), Error> {
    let sums = &counted.sums;
    let [sold_out, low, oversold, off_sale] = sums.states;
    let row = values![
        counted.list.get(),
        counted.begun_at.micros(),
        counted.at.micros(),
        sums.stocks,
        sums.available,
        sums.reserved,
        sums.reported,
        sums.on_hand,
        sold_out,
        low,
        oversold,
        off_sale,
        sums.newest_level_at.map(Timestamp::micros),
    ];
    tx.execute(&KEEP, &row).await.map(drop)
}

/// The kept sums of some lists, in any order; those of lists that were never counted are left out.
pub async fn of_lists(tx: &mut Tx<'_>, lists: &[StockListId]) -> Result<Vec<CountedSums>, Error> {
    let read = |row: &Row<'_>| {
        Ok(CountedSums {
            list: StockListId::new(row.get(0)?),
            begun_at: Timestamp::from_micros(row.get(1)?),
            at: Timestamp::from_micros(row.get(2)?),
            sums: StockSums {
                stocks: row.get(3)?,
                available: row.get(4)?,
                reserved: row.get(5)?,
                reported: row.get(6)?,
                on_hand: row.get(7)?,
                states: [row.get(8)?, row.get(9)?, row.get(10)?, row.get(11)?],
                newest_level_at: row.get::<Option<i64>>(12)?.map(Timestamp::from_micros),
            },
        })
    };
    tx.all_bulk(&OF_LIST, lists.iter().map(|list| values![list.get()]), read).await
}

/// Lists, at most so many, that have no sums, or whose sums were begun before a time, or before the list last
/// changed, or too soon after that.
pub async fn due(tx: &mut Tx<'_>, before: Timestamp, limit: i64) -> Result<Vec<StockListId>, Error> {
    tx.all(&DUE, &values![before.micros(), limit], |row| row.get(0).map(StockListId::new)).await
}
