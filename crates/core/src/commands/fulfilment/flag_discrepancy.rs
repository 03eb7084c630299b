//! Marking stocks: a discrepancy takes a stock off sale, and what clears it puts it back.
//!
//! Promises: a stock's `discrepancy_at` is the time of its newest active discrepancy, and changes with a movement, so
//! that every reader that follows stock hears of it. Must not know packages.

use super::Context;
use crate::fulfilment::{Discrepancy, DiscrepancyEnds, EndedBy, Reason};
use crate::{DiscrepancyId, IdKind, PackageItemId, StockId, StockLocationId, Timestamp, TransferItemId, WorkingSet};

/// What a discrepancy is about.
#[derive(Clone, Copy, Default)]
pub(super) struct Subject {
    pub(super) units: i64,
    pub(super) package_item: Option<PackageItemId>,
    pub(super) transfer_item: Option<TransferItemId>,
}

/// Makes a discrepancy of a stock at a location. The caller's movement says why.
pub(super) fn flag(
    working_set: &mut WorkingSet,
    (stock, location): (StockId, StockLocationId),
    reason: Reason,
    subject: Subject,
    context: Context,
) -> DiscrepancyId {
    let id = DiscrepancyId::new(working_set.ids.next_in_bucket(IdKind::Discrepancy, stock.bucket()));
    let row = working_set.set_discrepancy(stock, Some(context.now));
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
    working_set.fulfilment.discrepancies.make(id, discrepancy);
    id
}

/// A count ends the discrepancies of a stock that were reported before its moment. Returns whether there were any; the
/// caller's movement says why.
pub(super) fn end_by_count(working_set: &mut WorkingSet, stock: StockId, moment: Timestamp, context: Context) -> bool {
    let ends = |ends, one: &Discrepancy| ends != DiscrepancyEnds::RemovalOnly && one.created_at < moment;
    end(working_set, stock, EndedBy::Count, ends, context)
}

/// The ERP has written a level that it took at that moment: ends the discrepancies that it knows of. Whether there were
/// any; the caller's movement says why.
pub(in crate::commands) fn end_by_level(
    working_set: &mut WorkingSet,
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
    end(working_set, stock, EndedBy::Level, ends, context)
}

fn end(
    working_set: &mut WorkingSet,
    stock: StockId,
    by: EndedBy,
    ends: impl Fn(DiscrepancyEnds, &Discrepancy) -> bool,
    context: Context,
) -> bool {
    if working_set.stock(stock).is_none_or(|stock| stock.discrepancy_at.is_none()) {
        return false;
    }
    let choice = |one: &Discrepancy| {
        working_set.fulfilment.locations.get(one.location).map(|location| location.discrepancy_ends).unwrap_or_default()
    };
    let old: Vec<_> =
        working_set.fulfilment.active_of(stock).filter(|one| ends(choice(one), one)).map(|one| one.id).collect();
    for id in &old {
        set_ended(working_set, *id, by, context);
    }
    let any = !old.is_empty();
    if any {
        remember(working_set, stock);
    }
    any
}

/// Ends a discrepancy.
pub(super) fn set_ended(working_set: &mut WorkingSet, id: DiscrepancyId, by: EndedBy, context: Context) {
    let row = working_set.fulfilment.discrepancies.change(id);
    (row.is_active, row.ended) = (false, Some((by, context.actor)));
    row.modified_at = context.now.later_than(row.modified_at);
}

/// Brings a stock's time of its newest active discrepancy up to date.
pub(super) fn remember(working_set: &mut WorkingSet, stock: StockId) {
    let newest = working_set.fulfilment.active_of(stock).map(|one| one.created_at).max();
    working_set.set_discrepancy(stock, newest);
}
