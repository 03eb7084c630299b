//! Importing stocks: rows of a file, each decided for itself (contract 5).
//!
//! Rules: a level in a file is a written level (`stock_row.rs`); a difference is no level, so it settles nothing and
//! changes no time; taking a level back sets the time back with it. A row that expects something of its stock is
//! rejected where that is no longer so. A rejected row changes nothing and keeps no other row from being written. A
//! list that does not exist rejects the whole command as [`Rejection::NotFound`], because no row of it could be meant.
//!
//! Taking an import back is another import, whose rows come from [`ImportedStock::undo`].

use super::expected::{Expected, unexpected};
use super::stock_row::{self, CoveredBySnapshot, FigureTimes, StockChange};
use super::{Context, Outcome, ReadSet};
use crate::rejection::RowRejection;
use crate::{
    Cause, Explanation, IdKind, ImportId, MovementId, QUANTITY_MAX, Quantity, Rejection, Stock, StockId, StockKey,
    StockListId, Timestamp, UnitType, WorkingSet, Written,
};

/// Rows of a file for one list. No row keeps another from being written.
#[derive(Debug)]
pub struct ImportStocks {
    /// On whose account; the movements name it. `None` where a person edits a level by hand: the movements are writes.
    pub import: Option<ImportId>,
    /// The list. The command is rejected when it does not exist.
    pub list: StockListId,
    /// In order; a later row for the same SKU sees the earlier one.
    pub rows: Vec<ImportStock>,
    /// Whether an unknown SKU becomes a product.
    pub create_unknown_products: bool,
    /// What a person says of the levels.
    pub explanation: Option<Explanation>,
}

/// A row of an import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportStock {
    /// The product; its stock is made when the list has none.
    pub sku: String,
    /// The change of the stock level.
    pub level: LevelChange,
    /// The change of the reserved quantity.
    pub reserved: ReservedChange,
    /// The unit; `None` leaves it as it is.
    pub unit: Option<UnitType>,
    /// When a [`LevelChange::Level`] was taken; arrival (less the list's delay) when absent.
    pub snapshot_at: Option<Timestamp>,
    /// What must still be so; `None` writes in any case.
    pub expected: Option<Expected>,
}

/// A change of a stock level.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LevelChange {
    /// It stays.
    Keep,
    /// A new level: it settles reported lines and sets the time of the stored level, as every written level does.
    Level(Quantity),
    /// More or less than what is stored. This is no level, so it settles no line and leaves the stored time as it is.
    Difference(i64),
    /// A level is taken back: more or less by this, and the stored time is again that of the level before.
    Back {
        /// By how much.
        difference: i64,
        /// When the level was taken that is valid again.
        snapshot_at: Option<Timestamp>,
    },
}

/// A change of a reserved quantity.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReservedChange {
    /// It stays.
    Keep,
    /// The whole as the writer sees it; what exceeds the open reservations becomes `external`.
    Whole(Quantity),
    /// More or less of the `external` part. Only orders change open reservations.
    Difference(i64),
}

impl ImportStocks {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut ReadSet) {
        read_set.lists.insert(self.list);
        for row in &self.rows {
            let key = StockKey { list: self.list, sku: row.sku.clone() };
            if matches!(row.level, LevelChange::Level(_)) {
                read_set.reported_of_keys.insert(key.clone());
            }
            read_set.keys.insert(key);
        }
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        match kind {
            IdKind::Product | IdKind::Stock | IdKind::Movement => self.rows.len(),
            _ => 0,
        }
    }
}

/// The result of a row of an import.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportedStock {
    /// The stock, unless there is none.
    pub stock: Option<StockId>,
    /// What the row did with it.
    pub status: RowStatus,
    /// What was written before the row; `None` where there was no stock.
    pub before: Option<Written>,
    /// What is written after it. An unchanged row may have moved `snapshot_at`.
    pub after: Option<Written>,
    /// The movement the row made; `None` where it changed nothing.
    pub movement: Option<MovementId>,
    /// Units of reported lines, and what registered moves kept, that the row's level covers. They are counted nowhere
    /// any more, so giving the old level back would put them on sale a second time: such a row cannot be taken back.
    pub covered: i64,
}

/// What happened to the stock of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RowStatus {
    /// It was made.
    Created,
    /// It was changed.
    Updated,
    /// It was so already.
    Unchanged,
    /// Nothing: this is wrong with the row.
    Rejected(RowRejection),
}

impl ImportedStock {
    /// The row of another import that takes this one back, or `None` where it has moved nothing. It is rejected when
    /// anything newer has changed the stock. What the row wrote goes back by differences; the unit and the time of the
    /// level are what they were, so that a line registered since then is not taken to be in the older level. A stock
    /// that the row made goes back to nothing.
    pub fn undo(&self, sku: &str) -> Result<Option<ImportStock>, RowRejection> {
        let (Some(id), Some(after)) = (self.movement, self.after) else { return Ok(None) };
        if self.covered > 0 {
            return Err(RowRejection::Settled);
        }
        let (on_hand, external, unit, snapshot_at) = self
            .before
            .map_or_else(Default::default, |before| (before.on_hand, before.external, before.unit, before.snapshot_at));
        Ok(Some(ImportStock {
            sku: sku.to_owned(),
            level: LevelChange::Back { difference: on_hand - after.on_hand, snapshot_at },
            reserved: ReservedChange::Difference(external - after.external),
            unit: Some(unit),
            snapshot_at: None,
            expected: Some(Expected::Movement { id, snapshot_at: after.snapshot_at }),
        }))
    }
}

pub(super) fn import_stocks(
    working_set: &mut WorkingSet,
    command: &ImportStocks,
    context: Context,
) -> Result<Outcome, Rejection> {
    working_set.list(command.list).ok_or(Rejection::NotFound)?;
    Ok(Outcome::StocksImported(
        command.rows.iter().map(|row| import_stock(working_set, command, row, context)).collect(),
    ))
}

fn import_stock(
    working_set: &mut WorkingSet,
    command: &ImportStocks,
    row: &ImportStock,
    context: Context,
) -> ImportedStock {
    let stored = working_set.stock_by_key(command.list, &row.sku);
    let before = stored.map(Stock::written);
    // Where there is a stock, there is its product.
    let may_be_made = command.create_unknown_products || stored.is_some();
    let fault = stock_row::unknown_product(working_set, &row.sku, may_be_made)
        .or_else(|| unexpected(stored, row.expected))
        .or_else(|| stale_snapshot(working_set, command, row, context))
        .or_else(|| out_of_range(stored, row));
    if let Some(fault) = fault {
        let (stock, status) = (stored.map(|stock| stock.id), RowStatus::Rejected(fault));
        return ImportedStock { stock, status, before, after: before, movement: None, covered: 0 };
    }
    let (id, created) = working_set.found_or_created(command.list, &row.sku, context.now);
    let covered = match row.level {
        LevelChange::Level(level) => stock_row::take_snapshot(working_set, id, (level, row.snapshot_at), context),
        LevelChange::Back { snapshot_at, .. } => {
            working_set.stock_mut(id).snapshot_at = snapshot_at;
            CoveredBySnapshot::default()
        }
        LevelChange::Keep | LevelChange::Difference(_) => CoveredBySnapshot::default(),
    };
    let stock = working_set.stock(id).expect("found or created above");
    let on_hand = match row.level {
        LevelChange::Keep => 0,
        LevelChange::Level(level) => level.units() - stock.on_hand,
        LevelChange::Difference(difference) | LevelChange::Back { difference, .. } => difference,
    };
    let external = match row.reserved {
        ReservedChange::Keep => 0,
        ReservedChange::Whole(reserved) => stock_row::external_change(working_set, stock, reserved),
        ReservedChange::Difference(difference) => difference,
    };
    if on_hand != 0 && !matches!(row.level, LevelChange::Level(_)) {
        working_set.stock_mut(id).adjusted_at = Some(context.now);
    }
    let snapshot_before = before.and_then(|before| before.snapshot_at);
    let change = StockChange { on_hand, external, snapshot_before, covered, unit: row.unit, extra_field: None };
    let cause = command.import.map_or(Cause::Write, Cause::Import);
    let changed = stock_row::change_stock(working_set, (id, created), change, cause, context);
    if changed {
        working_set.explain(id, command.explanation.as_ref());
    }
    let stock = working_set.stock(id).expect("found or created above");
    ImportedStock {
        stock: Some(id),
        status: match (created, changed) {
            (true, _) => RowStatus::Created,
            (false, true) => RowStatus::Updated,
            (false, false) => RowStatus::Unchanged,
        },
        before,
        after: Some(stock.written()),
        movement: stock.movement.filter(|_| changed),
        covered: covered.units,
    }
}

fn stale_snapshot(
    working_set: &WorkingSet,
    command: &ImportStocks,
    row: &ImportStock,
    context: Context,
) -> Option<RowRejection> {
    match row.level {
        LevelChange::Level(_) => {
            let stored = FigureTimes::of(working_set.stock_by_key(command.list, &row.sku));
            stored.stale(working_set, command.list, row.snapshot_at, context)
        }
        LevelChange::Keep | LevelChange::Difference(_) | LevelChange::Back { .. } => None,
    }
}

/// Whether a difference leads out of what can be stored. The whole of `reserved` is bounded too, not only its external
/// part.
fn out_of_range(stored: Option<&Stock>, row: &ImportStock) -> Option<RowRejection> {
    let (on_hand, external, open) =
        stored.map_or((0, 0, 0), |stock| (stock.on_hand, stock.external, stock.open_reservations()));
    let on_hand = match row.level {
        LevelChange::Difference(difference) | LevelChange::Back { difference, .. } => {
            on_hand.saturating_add(difference)
        }
        LevelChange::Keep | LevelChange::Level(_) => on_hand,
    };
    let external = match row.reserved {
        ReservedChange::Difference(difference) => external.saturating_add(difference),
        ReservedChange::Keep | ReservedChange::Whole(_) => external,
    };
    if on_hand < 0 || external < 0 {
        return Some(RowRejection::BelowZero);
    }
    (on_hand > QUANTITY_MAX || external > QUANTITY_MAX - open).then_some(RowRejection::TooLarge)
}
