//! Undoing one write of a level, from the movement that it made.
//!
//! Promises: a write is undone under the rules of a row of an import ([`ImportStock`], `ImportedStock::undo`): nothing
//! has happened to the stock since, and nothing was settled. The free field stays as it is. Must not know who asks.

use super::{Expected, ImportStock, LevelChange, ReservedChange};
use crate::{Cause, Movement, Stock};

/// Why a movement cannot be undone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UndoFault {
    /// It is no write of a level: what an order, a count or a move has done is undone there.
    NoWrite,
    /// The level settled reported lines, so that giving the old one back would put their units on sale a second time.
    Settled,
    /// Something has happened to the stock since.
    TouchedSince,
}

/// The row that undoes a movement of a stock with this SKU. Whether something has happened since, the row expects to
/// be decided with it.
pub fn undo_row(movement: &Movement, sku: &str) -> Result<ImportStock, UndoFault> {
    let (delta, level) = (movement.delta, movement.level);
    let is_write = matches!(movement.cause, Cause::Write | Cause::Import(_));
    let moves = delta.on_hand != 0 || delta.external != 0 || level.unit_before.is_some();
    if !is_write || !(moves || delta.reported != 0) {
        return Err(UndoFault::NoWrite);
    }
    if delta.reported != 0 {
        return Err(UndoFault::Settled);
    }
    Ok(ImportStock {
        sku: sku.to_owned(),
        level: LevelChange::Back { difference: -delta.on_hand, snapshot_at: level.snapshot_before },
        reserved: ReservedChange::Difference(-delta.external),
        unit: level.unit_before,
        snapshot_at: None,
        expected: Some(Expected::Movement { id: movement.id, snapshot_at: level.snapshot_after }),
    })
}

/// Why a movement cannot be undone as its stock is now, if it cannot.
pub fn undo_fault(stock: &Stock, movement: &Movement) -> Option<UndoFault> {
    let is_newest = stock.movement == Some(movement.id) && stock.snapshot_at == movement.level.snapshot_after;
    undo_row(movement, &stock.sku).err().or_else(|| (!is_newest).then_some(UndoFault::TouchedSince))
}
