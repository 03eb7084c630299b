//! Following: a package follows its lines, an order line its package, an order its lines.
//!
//! Promises: a line whose units have left is never brought back; what is cancelled stays cancelled. Must not know
//! stock.

use super::Context;
use crate::fulfilment::{PackageState, TransferState};
use crate::{OrderId, OrderItemId, OrderStatus, PackageId, PackageItemId, TransferId, WorkingSet};

/// Brings a line of a package into a state, and the order line with it.
pub(super) fn set_line(working_set: &mut WorkingSet, line: PackageItemId, state: PackageState, context: Context) {
    let row = working_set.fulfilment.package_items.change(line);
    (row.state, row.modified_at) = (state, context.now.later_than(row.modified_at));
    row.is_done = !state.has_line();
    let item = row.item;
    set_status(working_set, item, state.line_status(), context);
}

/// An order line that is cancelled, or has left already, is not changed.
fn set_status(working_set: &mut WorkingSet, item: OrderItemId, status: OrderStatus, context: Context) {
    let Some(row) = working_set.item(item) else { return };
    let waits = status == OrderStatus::Approved && row.status < OrderStatus::Preparing;
    if row.status == status || row.status == OrderStatus::Cancelled || row.status.is_shipped() || waits {
        return;
    }
    let order = row.order;
    let row = working_set.item_mut(item);
    (row.status, row.modified_at) = (status, context.now.later_than(row.modified_at));
    // Readers that follow orders learn of changed lines through them.
    working_set.order_mut(order, context.now);
}

/// Brings an order into the state that its lines say.
pub(super) fn follow_lines(working_set: &mut WorkingSet, order: OrderId, context: Context) {
    let lines: Vec<_> =
        working_set.items_of(order).into_iter().filter_map(|id| Some(working_set.item(id)?.status)).collect();
    let Some(row) = working_set.order(order) else { return };
    let status = OrderStatus::following(row.status, &lines);
    if status != row.status {
        working_set.order_mut(order, context.now).status = status;
    }
}

/// Brings a package into the state that its lines say: closed when no line is left in it, out of stock if one was not
/// found, cancelled otherwise; waiting when everything it waited for has arrived.
pub(super) fn follow_package(working_set: &mut WorkingSet, package: PackageId, context: Context) {
    let Some(row) = working_set.fulfilment.packages.get(package).filter(|row| row.state.is_open()) else { return };
    let states: Vec<PackageState> = working_set.fulfilment.lines_of(package).map(|line| line.state).collect();
    let state = if states.iter().any(|state| state.is_open()) {
        let waits = states.contains(&PackageState::WaitingForTransfer);
        match row.state {
            PackageState::Waiting if waits => PackageState::WaitingForTransfer,
            PackageState::WaitingForTransfer if !waits => PackageState::Waiting,
            state => state,
        }
    } else if states.contains(&PackageState::OutOfStock) {
        PackageState::OutOfStock
    } else {
        PackageState::Cancelled
    };
    if state != row.state {
        set_package(working_set, package, state, context);
    }
}

pub(super) fn set_package(working_set: &mut WorkingSet, package: PackageId, state: PackageState, context: Context) {
    let row = working_set.fulfilment.packages.change(package);
    (row.state, row.modified_at) = (state, context.now.later_than(row.modified_at));
}

/// Brings a transfer and its open lines into a state.
pub(super) fn set_transfer(working_set: &mut WorkingSet, transfer: TransferId, state: TransferState, context: Context) {
    let row = working_set.fulfilment.transfers.change(transfer);
    (row.state, row.modified_at) = (state, context.now.later_than(row.modified_at));
    let lines: Vec<_> =
        working_set.fulfilment.fetched_by(transfer).filter(|line| line.state.is_open()).map(|l| l.id).collect();
    for line in lines {
        let row = working_set.fulfilment.transfer_items.change(line);
        (row.state, row.modified_at) = (state, context.now.later_than(row.modified_at));
    }
}
