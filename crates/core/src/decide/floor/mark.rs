//! Marking stocks: a discrepancy takes a stock off sale, and what clears it puts it back.
//!
//! Promises: a stock's `discrepancy_at` is the time of its newest active discrepancy, and changes with a movement, so that
//! everybody who follows stock hears of it. Must not know packages.

use super::outcome::FloorOutcome;
use crate::floor::{Discrepancy, DiscrepancyEnds, EndedBy, Reason, RemoveDiscrepancies};
use crate::{
    Cause, Context, Delta, DiscrepancyId, IdKind, PackageItemId, Shelf, StockId, StockLocationId, Timestamp,
    TransferItemId,
};

/// What a discrepancy is about.
#[derive(Clone, Copy, Default)]
pub(super) struct Subject {
    pub(super) units: i64,
    pub(super) package_item: Option<PackageItemId>,
    pub(super) transfer_item: Option<TransferItemId>,
}

/// Makes a discrepancy of a stock at a location. The caller's movement says why.
pub(super) fn mark(
    shelf: &mut Shelf,
    (stock, location): (StockId, StockLocationId),
    reason: Reason,
    subject: Subject,
    context: Context,
) -> DiscrepancyId {
    let id = DiscrepancyId::new(shelf.ids.take_in(IdKind::Discrepancy, stock.bucket()));
    let row = shelf.stock_mut(stock);
    row.discrepancy_at = Some(context.now);
    let discrepancy = Discrepancy {
        id,
        stock,
        location,
        list: row.list,
        product: row.product,
        sku: row.sku.clone(),
        reason,
        quantity: Some(subject.units),
        level: Some(row.on_hand),
        is_active: true,
        created_by: context.actor,
        ended: None,
        package_item: subject.package_item,
        transfer_item: subject.transfer_item,
        created_at: context.now,
        modified_at: context.now,
    };
    shelf.floor.discrepancies.make(id, discrepancy);
    id
}

/// Somebody has counted: ends the discrepancies of a stock that were reported before that moment. Whether there were any;
/// the caller's movement says why.
pub(super) fn end_by_count(shelf: &mut Shelf, stock: StockId, moment: Timestamp, context: Context) -> bool {
    let ends = |ends, one: &Discrepancy| ends != DiscrepancyEnds::RemovalOnly && one.created_at < moment;
    end(shelf, stock, EndedBy::Count, ends, context)
}

/// The ERP has written a level that it took at that moment: ends the discrepancies that it knows of. Whether there were
/// any; the caller's movement says why.
pub(in crate::decide) fn end_by_level(
    shelf: &mut Shelf,
    stock: StockId,
    (level, taken): (i64, Timestamp),
    context: Context,
) -> bool {
    let ends = |ends, one: &Discrepancy| {
        let is_known = match ends {
            DiscrepancyEnds::ChangedLevel => one.level != Some(level),
            DiscrepancyEnds::AnyLevel => true,
            DiscrepancyEnds::RemovalOnly => false,
        };
        is_known && one.created_at < taken
    };
    end(shelf, stock, EndedBy::Level, ends, context)
}

fn end(
    shelf: &mut Shelf,
    stock: StockId,
    by: EndedBy,
    ends: impl Fn(DiscrepancyEnds, &Discrepancy) -> bool,
    context: Context,
) -> bool {
    if shelf.stock(stock).is_none_or(|stock| stock.discrepancy_at.is_none()) {
        return false;
    }
    let choice = |one: &Discrepancy| {
        shelf.floor.locations.get(one.location).map(|location| location.discrepancy_ends).unwrap_or_default()
    };
    let old: Vec<_> = shelf.floor.active_of(stock).filter(|one| ends(choice(one), one)).map(|one| one.id).collect();
    for id in &old {
        set_ended(shelf, *id, by, context);
    }
    let any = !old.is_empty();
    if any {
        remember(shelf, stock);
    }
    any
}

fn set_ended(shelf: &mut Shelf, id: DiscrepancyId, by: EndedBy, context: Context) {
    let row = shelf.floor.discrepancies.change(id);
    (row.is_active, row.ended) = (false, Some((by, context.actor)));
    row.modified_at = context.now.later_than(row.modified_at);
}

fn remember(shelf: &mut Shelf, stock: StockId) {
    let newest = shelf.floor.active_of(stock).map(|one| one.created_at).max();
    shelf.stock_mut(stock).discrepancy_at = newest;
}

/// Ends discrepancies; their stocks are on sale again. One that has ended stays as it ended.
pub(super) fn remove_discrepancies(shelf: &mut Shelf, command: &RemoveDiscrepancies, context: Context) -> FloorOutcome {
    let mut removed = 0;
    for id in &command.ids {
        let Some(stock) = shelf.floor.discrepancies.get(*id).filter(|one| one.is_active).map(|one| one.stock) else {
            continue;
        };
        set_ended(shelf, *id, EndedBy::Removal, context);
        remember(shelf, stock);
        shelf.move_stock(stock, Delta::default(), Cause::Found, context.actor, context.now);
        removed += 1;
    }
    FloorOutcome::Removed(removed)
}
