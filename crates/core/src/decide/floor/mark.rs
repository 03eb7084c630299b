//! Marking stocks: a discrepancy takes a stock off sale, and what clears it puts it back.
//!
//! Promises: a stock's `discrepancy_at` is the time of its newest active discrepancy, and changes with a movement, so that
//! everybody who follows stock hears of it. Must not know packages.

use super::outcome::FloorOutcome;
use crate::floor::{Discrepancy, Reason, RemoveDiscrepancies};
use crate::{
    Cause, Context, Delta, DiscrepancyId, IdKind, PackageItemId, Shelf, StockId, StockLocationId, Timestamp,
    TransferItemId,
};

/// What a discrepancy is about.
#[derive(Clone, Copy, Default)]
pub(super) struct Subject {
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
    let sku = row.sku.clone();
    let discrepancy = Discrepancy {
        id,
        stock,
        location,
        sku,
        reason,
        is_active: true,
        package_item: subject.package_item,
        transfer_item: subject.transfer_item,
        created_at: context.now,
        modified_at: context.now,
    };
    shelf.floor.discrepancies.make(id, discrepancy);
    id
}

/// Clears the discrepancies of a stock that were reported before a moment. Whether there were any; the caller's movement
/// says why.
pub(in crate::decide) fn clear_before(shelf: &mut Shelf, stock: StockId, moment: Timestamp, context: Context) -> bool {
    if shelf.stock(stock).is_none_or(|stock| stock.discrepancy_at.is_none()) {
        return false;
    }
    let old: Vec<_> = shelf.floor.active_of(stock).filter(|one| one.created_at < moment).map(|one| one.id).collect();
    for id in &old {
        let row = shelf.floor.discrepancies.change(*id);
        (row.is_active, row.modified_at) = (false, context.now);
    }
    let any = !old.is_empty();
    if any {
        remember(shelf, stock);
    }
    any
}

fn remember(shelf: &mut Shelf, stock: StockId) {
    let newest = shelf.floor.active_of(stock).map(|one| one.created_at).max();
    shelf.stock_mut(stock).discrepancy_at = newest;
}

/// Removes discrepancies; a stock that had an active one is on sale again.
pub(super) fn remove_discrepancies(shelf: &mut Shelf, command: &RemoveDiscrepancies, context: Context) -> FloorOutcome {
    let mut removed = 0;
    for id in &command.ids {
        let Some(one) = shelf.floor.discrepancies.get(*id) else { continue };
        let (stock, was_active) = (one.stock, one.is_active);
        shelf.floor.discrepancies.remove(*id);
        removed += 1;
        if was_active {
            remember(shelf, stock);
            shelf.move_stock(stock, Delta::default(), Cause::Found, context.actor, context.now);
        }
    }
    FloorOutcome::Removed(removed)
}
