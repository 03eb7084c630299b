//! A row that writes one product stock: every entry point that writes stock levels uses these rules.
//!
//! Promises: a level settles the reported lines that were registered at or before it was taken; a reserved quantity
//! below the open reservations is raised to them, what exceeds them is `external`, unless the list ignores it; a row that changes nothing makes no
//! movement. Must not know which rows are rejected, nor the effect of the other rows of a command.

use super::Context;
use super::fulfilment::{flag_discrepancy, moves};
use crate::rejection::RowRejection;
use crate::stock::ProductRef;
use crate::{
    Cause, Delta, LevelWrite, Quantity, ReservationState, Stock, StockId, StockListId, Timestamp, UnitType, WorkingSet,
};

/// What a row changes on a stock that is in the working set.
#[derive(Default)]
pub(super) struct StockChange {
    /// Change of `on_hand`.
    pub(super) on_hand: i64,
    /// Change of `external`, and with it of `reserved`.
    pub(super) external: i64,
    /// When the level was taken that was stored before the row.
    pub(super) snapshot_before: Option<Timestamp>,
    /// What the row's level covers, from [`take_snapshot`].
    pub(super) covered: CoveredBySnapshot,
    /// The new unit.
    pub(super) unit: Option<UnitType>,
    /// The new free field.
    pub(super) extra_field: Option<String>,
}

/// What a level covers.
#[derive(Clone, Copy, Default)]
pub(super) struct CoveredBySnapshot {
    /// Units of reported lines, and what registered moves kept: they leave `reported`.
    pub(super) units: i64,
    /// Whether discrepancies were reported before it was taken: they are cleared.
    pub(super) cleared: bool,
}

/// Whether the row names a product that does not exist and may not be made.
pub(super) fn unknown_product(
    working_set: &WorkingSet,
    sku: &str,
    create_unknown_products: bool,
) -> Option<RowRejection> {
    if create_unknown_products {
        return None;
    }
    let product = ProductRef::Sku(sku.to_owned());
    working_set.product(&product).is_none().then_some(RowRejection::UnknownProduct(product))
}

/// When a level was taken: as given, or its arrival less the list's delay.
pub(super) fn taken(
    working_set: &WorkingSet,
    list: StockListId,
    given: Option<Timestamp>,
    context: Context,
) -> Timestamp {
    let delay = working_set.list(list).map_or(0, |list| list.snapshot_delay_seconds);
    given.unwrap_or_else(|| context.now.minus_seconds(delay))
}

/// Times of a stored level.
#[derive(Clone, Copy, Default)]
pub(super) struct FigureTimes {
    /// When it was taken.
    taken: Option<Timestamp>,
    /// Whether that time came with it.
    is_sent: bool,
}

impl FigureTimes {
    pub(super) fn of(stock: Option<&Stock>) -> Self {
        stock.map_or_else(Self::default, |stock| Self { taken: stock.snapshot_at, is_sent: stock.is_snapshot_sent })
    }

    /// The times after a level that was taken at some time, which is `given` if it came with it. No time goes back.
    pub(super) fn after(self, taken: Timestamp, given: Option<Timestamp>) -> Self {
        Self { taken: self.taken.max(Some(taken)), is_sent: given.is_some() }
    }

    /// The fault of a level that is older than the stored one. A level with a time is compared with the stored time,
    /// given or inferred. A level without one is as old as its list's delay says, and compared with a time that was
    /// sent: of two arrivals, the later one is the newer level. Without a delay it is as new as can be.
    pub(super) fn stale(
        self,
        working_set: &WorkingSet,
        list: StockListId,
        given: Option<Timestamp>,
        context: Context,
    ) -> Option<RowRejection> {
        let has_delay = working_set.list(list).is_some_and(|list| list.snapshot_delay_seconds > 0);
        let stored = self.taken.filter(|_| given.is_some() || self.is_sent && has_delay)?;
        (taken(working_set, list, given, context) < stored).then_some(RowRejection::StaleSnapshot { stored })
    }
}

/// Stores when a level was taken, settles the lines it covers and ends the discrepancies that it knows of.
pub(super) fn take_snapshot(
    working_set: &mut WorkingSet,
    id: StockId,
    (level, given): (Quantity, Option<Timestamp>),
    context: Context,
) -> CoveredBySnapshot {
    let stock = working_set.stock(id).expect("found or created by the caller");
    let taken = taken(working_set, stock.list, given, context);
    // A level without a time of its own may be older by its arrival; it cannot move the stored time back.
    let times = FigureTimes::of(Some(stock)).after(taken, given);
    let snapshot = times.taken.unwrap_or(taken);
    let row = working_set.stock_mut(id);
    (row.snapshot_at, row.is_snapshot_sent) = (Some(snapshot), times.is_sent);
    (row.counted_at, row.adjusted_at) = (None, None);
    let mut units = moves::end_kept_by_level(working_set, id, snapshot);
    for item in working_set.reported_of(id) {
        let reservation = working_set.reservation(item).expect("the working set indexes reservations that it has");
        if reservation.registered_at.is_some_and(|registered| registered <= snapshot) {
            units += reservation.quantity.units();
            working_set.advance_reservation(item, ReservationState::Settled, None);
        }
    }
    CoveredBySnapshot {
        units,
        cleared: flag_discrepancy::end_by_level(working_set, id, (level.units(), taken), context),
    }
}

/// By how much `external` changes when the whole reserved quantity is written. A list that ignores what is written keeps
/// none, also none that was there before.
pub(super) fn external_change(working_set: &WorkingSet, stock: &Stock, reserved: Quantity) -> i64 {
    let ignores = working_set.list(stock.list).is_some_and(|list| list.ignores_written_reserved);
    let wanted = if ignores { 0 } else { (reserved.units() - stock.open_reservations()).max(0) };
    wanted - stock.external
}

/// Changes the stock. `false`, and no movement, where the row leaves everything as it is; a stock that was made for the
/// row begins with a movement in any case.
pub(super) fn change_stock(
    working_set: &mut WorkingSet,
    (id, created): (StockId, bool),
    change: StockChange,
    cause: Cause,
    context: Context,
) -> bool {
    let stock = working_set.stock(id).expect("found or created by the caller");
    let fields_change = change.unit.is_some_and(|unit| unit != stock.unit)
        || change.extra_field.as_ref().is_some_and(|text| *text != stock.extra_field);
    let StockChange { on_hand, external, covered, .. } = change;
    let delta = Delta { on_hand, reserved: external, external, reported: -covered.units };
    let changes = created || fields_change || covered.cleared || delta != Delta::default();
    if changes {
        let stock = working_set.stock_mut(id);
        let level = LevelWrite {
            snapshot_before: change.snapshot_before,
            snapshot_after: stock.snapshot_at,
            unit_before: change.unit.filter(|unit| *unit != stock.unit).map(|_| stock.unit),
        };
        stock.unit = change.unit.unwrap_or(stock.unit);
        stock.extra_field = change.extra_field.unwrap_or_else(|| std::mem::take(&mut stock.extra_field));
        working_set.move_stock(id, delta, cause, context.actor, context.now);
        working_set.remember_level(level);
    }
    changes
}
