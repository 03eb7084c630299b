//! Old movements: reading those that are to be rolled up, part by part, and writing what is left of them.
//!
//! Promises: a part is a bounded number of entries of the index of times; it is written once, whichever process does it,
//! and whole or not at all. A job goes on where it stopped. Must not know which period becomes one movement.

use std::collections::BTreeMap;

use onhand_core::{Movement, MovementId, RolledUp, StockId, Timestamp};

use super::{by_ids, rolled_up_of};
use crate::engine::Row;
use crate::sql::{statements, values};
use crate::{Error, Tx};

statements! {
    PROGRESS = "retention.progress", "SELECT at, stock_id FROM retention WHERE name = ?1";
    /// Nothing is written if somebody else went on meanwhile.
    ADVANCE = "retention.advance",
        "INSERT INTO retention (name, at, stock_id) VALUES (?1, ?2, ?3)
         ON CONFLICT (name) DO UPDATE SET at = excluded.at, stock_id = excluded.stock_id
         WHERE retention.at = ?4 AND retention.stock_id = ?5";
    /// The times of a stock are all different, so no part ends between two movements that have the same place.
    OLD = "movements.old",
        "SELECT id, stock_id, at FROM movement WHERE (at, stock_id) > (?1, ?2) AND at < ?3
         ORDER BY at, stock_id LIMIT ?4";
    /// The columns of an index stay as they are.
    ROLL_UP = "movements.roll_up",
        "UPDATE movement SET cause = 'rolled_up', previous_id = ?3, on_hand_delta = ?4, reserved_delta = ?5,
         external_reservation_delta = ?6, reported_delta = ?7, actor_id = ?8, rolled_up = ?9, item_id = NULL,
         import_id = NULL, snapshot_before = NULL, snapshot_after = NULL, unit_before = NULL, adjustment_reason = NULL,
         note = NULL, cart_reservation_id = NULL, stock_transfer_id = NULL WHERE id = ?1 AND bucket = ?2";
    REMOVE = "movements.remove", "DELETE FROM movement WHERE id = ?1 AND bucket = ?2";
}

/// A job that goes over all movements once, as they become old.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Job {
    /// The movements of a day become one.
    Days,
    /// All become one.
    Opening,
}

impl Job {
    /// The job that rolls up the same movements.
    const fn other(self) -> Self {
        match self {
            Self::Days => Self::Opening,
            Self::Opening => Self::Days,
        }
    }

    /// What its progress is stored as.
    const fn name(self) -> &'static str {
        match self {
            Self::Days => "movements_to_days",
            Self::Opening => "movements_to_opening",
        }
    }
}

/// How far a job is: everything up to this movement is done, in the order of times and then of stocks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Progress {
    /// Its time, in microseconds.
    pub at: i64,
    /// Its stock.
    pub stock: i64,
}

/// What a job has to look at next.
#[derive(Clone, Debug, Default)]
pub struct OldMovements {
    /// Where it begins.
    pub from: Progress,
    /// Where it ends.
    pub to: Progress,
    /// How far the other job was, which rolls up the same movements.
    pub other: Progress,
    /// Of each stock the movements that follow each other, the oldest first. The first one is the last that was done
    /// before, if there is one.
    pub histories: Vec<Vec<Movement>>,
}

/// How far a job is.
pub async fn progress(tx: &mut Tx<'_>, job: Job) -> Result<Progress, Error> {
    let read = |row: &Row<'_>| Ok(Progress { at: row.get(0)?, stock: row.get(1)? });
    Ok(tx.first(&PROGRESS, &values![job.name()], read).await?.unwrap_or_default())
}

/// The next part of a job: of movements that are older than a time, so many at the most. `None` if there are none.
pub async fn next(tx: &mut Tx<'_>, job: Job, before: Timestamp, limit: i64) -> Result<Option<OldMovements>, Error> {
    let (from, other) = (progress(tx, job).await?, progress(tx, job.other()).await?);
    let read =
        |row: &Row<'_>| Ok((MovementId::new(row.get(0)?), Progress { at: row.get(2)?, stock: row.get::<i64>(1)? }));
    let found = tx.all(&OLD, &values![from.at, from.stock, before.micros(), limit], read).await?;
    let Some((_, to)) = found.last().copied() else { return Ok(None) };
    let mut histories: BTreeMap<StockId, Vec<Movement>> = BTreeMap::new();
    for movement in by_ids(tx, found.iter().map(|(id, _)| id)).await? {
        histories.entry(movement.stock).or_default().push(movement);
    }
    histories.values_mut().for_each(|history| history.sort_by_key(|movement| movement.at));
    let before: Vec<MovementId> = histories.values().filter_map(|history| history.first()?.previous).collect();
    for movement in by_ids(tx, &before).await? {
        if let Some(history) = histories.get_mut(&movement.stock) {
            history.insert(0, movement);
        }
    }
    Ok(Some(OldMovements { from, to, other, histories: histories.into_values().collect() }))
}

/// Writes what is left of a part. Whether it was written: it was not if another process has gone on meanwhile, with this
/// job or with the other one. The caller holds a lease in this transaction that all processes take for both jobs.
pub async fn write(tx: &mut Tx<'_>, job: Job, part: &OldMovements, rolled_up: &RolledUp) -> Result<bool, Error> {
    let (from, to) = (part.from, part.to);
    if progress(tx, job.other()).await? != part.other {
        return Ok(false);
    }
    let advanced = tx.execute(&ADVANCE, &values![job.name(), to.at, to.stock, from.at, from.stock]).await?;
    if advanced == 0 {
        return Ok(false);
    }
    let removed = rolled_up.removed.iter().map(|id| values![id.get(), id.bucket()]);
    tx.execute_bulk(&REMOVE, removed).await?;
    let changed = rolled_up.changed.iter().map(|movement| {
        values![
            movement.id.get(),
            movement.id.bucket(),
            movement.previous.map(MovementId::get),
            movement.delta.on_hand,
            movement.delta.reserved,
            movement.delta.external,
            movement.delta.reported,
            movement.actor.get(),
            rolled_up_of(movement.cause),
        ]
    });
    tx.execute_bulk(&ROLL_UP, changed).await?;
    Ok(true)
}
