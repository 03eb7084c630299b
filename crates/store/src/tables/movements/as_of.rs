//! Movements as of an instant: the newest movement that a stock had then.
//!
//! Promises: times grow along the history of a stock, so the first movement that is not later than the instant is the
//! one. Every statement reads a bounded number of rows. Must not know numbers.

use std::collections::{BTreeMap, HashMap};

use onhand_core::{Movement, MovementId, Stock, StockId, Timestamp};

use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

/// Movements that are walked before the index of times is looked at: most stocks have fewer since any time of interest.
const FIRST_STEPS: i64 = 200;
/// Movements that are walked in one statement.
const STEPS_MAX: i64 = 10_000;
/// Movements of all stocks before the instant that are looked at: a stock that moves often is among them.
const NEIGHBOURS_MAX: i64 = 2_000;
/// Rounds in which the histories of many stocks are walked together.
const ROUNDS_MAX: usize = 64;

statements! {
    /// Along the previous movements of a stock, as far as they are later than an instant, so many at the most: where the
    /// walk ends.
    WALK = "movements.walk",
        "WITH RECURSIVE walked AS (
         SELECT id, previous_id, at, bucket, CAST(1 AS BIGINT) AS step FROM movement WHERE id = ?1 AND bucket = ?2
         UNION ALL
         SELECT m.id, m.previous_id, m.at, m.bucket, walked.step + 1
         FROM walked JOIN movement m ON m.id = walked.previous_id AND m.bucket = walked.bucket
         WHERE walked.at > ?3 AND walked.step < ?4 AND m.bucket = ?2)
         SELECT id, previous_id, at FROM walked WHERE at <= ?3 OR step = ?4 OR previous_id IS NULL";
    /// When a stock last moved, if it is among those that moved last before an instant.
    LAST = "movements.last",
        "SELECT MAX(at) FROM (SELECT at, stock_id FROM movement WHERE at <= ?1 ORDER BY at DESC LIMIT ?3) AS few
         WHERE stock_id = ?2";
    AT = "movements.at", "SELECT id FROM movement WHERE at = ?1 AND stock_id = ?2 AND bucket = ?3";
}

/// A movement that a walk has come to: its id, the one before it, its time.
type WalkEnd = (MovementId, Option<MovementId>, Timestamp);

fn read(row: &Row<'_>) -> Result<WalkEnd, Error> {
    let previous = row.get::<Option<i64>>(1)?.map(MovementId::new);
    Ok((MovementId::new(row.get(0)?), previous, Timestamp::from_micros(row.get(2)?)))
}

/// The newest movement of a stock at an instant; `None` if there was no such stock yet.
pub async fn as_of(tx: &mut Tx<'_>, stock: &Stock, instant: Timestamp) -> Result<Option<Movement>, Error> {
    let Some(mut from) = stock.movement.filter(|_| stock.created_at <= instant) else { return Ok(None) };
    let mut steps = FIRST_STEPS;
    loop {
        let bounds = values![from.get(), from.bucket(), instant.micros(), steps];
        let Some((id, previous, at)) = tx.first(&WALK, &bounds, read).await? else { return Ok(None) };
        if at <= instant {
            return super::by_id(tx, id).await;
        }
        let Some(previous) = previous else { return Ok(None) };
        if steps == FIRST_STEPS
            && let Some(id) = among_neighbours(tx, stock.id, instant).await?
        {
            return super::by_id(tx, id).await;
        }
        (from, steps) = (previous, STEPS_MAX);
    }
}

async fn among_neighbours(tx: &mut Tx<'_>, stock: StockId, instant: Timestamp) -> Result<Option<MovementId>, Error> {
    let bounds = values![instant.micros(), stock.get(), NEIGHBOURS_MAX];
    let last: Option<Option<i64>> = tx.first(&LAST, &bounds, |row| row.get(0)).await?;
    let Some(at) = last.flatten() else { return Ok(None) };
    tx.first(&AT, &values![at, stock.get(), stock.bucket()], |row| row.get(0).map(MovementId::new)).await
}

/// The same of many stocks; those that were not there yet are left out.
pub async fn as_of_all(
    tx: &mut Tx<'_>,
    stocks: &[Stock],
    instant: Timestamp,
) -> Result<HashMap<StockId, Movement>, Error> {
    let there = |stock: &&Stock| stock.created_at <= instant;
    let newest = stocks.iter().filter(there).filter_map(|stock| Some((stock.movement?, stock)));
    let mut open: BTreeMap<MovementId, &Stock> = newest.collect();
    let mut found = HashMap::new();
    for _ in 0..ROUNDS_MAX {
        if open.is_empty() {
            break;
        }
        let reached = super::by_ids(tx, open.keys()).await?;
        let mut rest = BTreeMap::new();
        for movement in reached {
            let Some(stock) = open.get(&movement.id).copied() else { continue };
            match movement.previous {
                _ if movement.at <= instant => _ = found.insert(stock.id, movement),
                Some(previous) => _ = rest.insert(previous, stock),
                None => {}
            }
        }
        open = rest;
    }
    for (from, stock) in open {
        let from = Stock { movement: Some(from), ..stock.clone() };
        found.extend(as_of(tx, &from, instant).await?.map(|movement| (stock.id, movement)));
    }
    Ok(found)
}
