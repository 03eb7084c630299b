//! Cancelling an order line: its package and its transfer go on without it.
//!
//! Must not know stock: the caller gives the reservation back.

use super::{Context, moves, order_status, unplanned};
use crate::fulfilment::{PackageState, TransferState, UnplannedReason};
use crate::{OrderItemId, StockId, WorkingSet};

/// An order line is about to be cancelled: if its units are on their way, the stock and the units to be kept there.
pub(in crate::commands) fn keep_on_its_way(working_set: &mut WorkingSet, item: OrderItemId) -> Option<(StockId, i64)> {
    let line = working_set.fulfilment.line_with(item).filter(|line| line.state == PackageState::WaitingForTransfer)?.id;
    moves::keep_on_its_way(working_set, line)
}

/// An order line is cancelled: its package and its transfer go without it, and the order has the status that its other
/// lines give it. An order that never had a package is left alone: its status was not derived here.
pub(in crate::commands) fn leave_order(working_set: &mut WorkingSet, item: OrderItemId, context: Context) {
    leave_package(working_set, item, context);
    let Some(order) = working_set.item(item).map(|item| item.order) else { return };
    if working_set.fulfilment.packages_of(order).next().is_some() {
        order_status::follow_lines(working_set, order, context);
    }
    unplanned::note(working_set, order, &[], UnplannedReason::NoStock, context);
}

fn leave_package(working_set: &mut WorkingSet, item: OrderItemId, context: Context) {
    let Some(line) = working_set.fulfilment.line_with(item).filter(|line| line.state.is_open()) else { return };
    let (line, package) = (line.id, line.package);
    let row = working_set.fulfilment.package_items.change(line);
    (row.state, row.is_done, row.modified_at) =
        (PackageState::Cancelled, true, context.now.later_than(row.modified_at));
    let waiting = |state: TransferState| state == TransferState::Waiting;
    let fetched =
        working_set.fulfilment.transfer_items.all().find(|one| one.package_item == line && waiting(one.state));
    if let Some((one, transfer)) = fetched.map(|one| (one.id, one.transfer)) {
        let row = working_set.fulfilment.transfer_items.change(one);
        (row.state, row.modified_at) = (TransferState::Cancelled, context.now.later_than(row.modified_at));
        if !working_set.fulfilment.fetched_by(transfer).any(|line| line.state.is_open()) {
            order_status::set_transfer(working_set, transfer, TransferState::Cancelled, context);
        }
    }
    order_status::follow_package(working_set, package, context);
}
