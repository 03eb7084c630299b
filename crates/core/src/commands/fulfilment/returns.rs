//! Returns: what was shipped from here comes back and is for sale again.
//!
//! Units that the ERP's level still counts come back by giving up what was reserved for them; of units that it has
//! taken out already, the level grows, until the ERP's next one says. The line is refunded. Must not know whether money
//! goes back.

use super::split::part;
use super::{Context, SomeUnits};
use crate::fulfilment::{PackageItem, PackageState};
use crate::{Cause, Delta, OrderItemId, OrderStatus, QUANTITY_MAX, ReservationState, WorkingSet};

/// Whether a line can come back: it has been shipped, and has not come back before.
pub(super) fn may(working_set: &WorkingSet, line: &PackageItem) -> bool {
    let ended = |status| matches!(status, OrderStatus::Refunded | OrderStatus::Cancelled);
    line.state == PackageState::Shipped && working_set.item(line.item).is_some_and(|item| !ended(item.status))
}

/// Takes lines back.
pub(super) fn give_back(working_set: &mut WorkingSet, lines: &[SomeUnits], context: Context) {
    for one in lines {
        let line = part(working_set, *one, context);
        let row = working_set.fulfilment.package_items.change(line);
        // No count has to think of it any more.
        (row.is_done, row.modified_at) = (true, context.now);
        let item = row.item;
        put_back(working_set, item, context);
        let row = working_set.item_mut(item);
        (row.status, row.modified_at) = (OrderStatus::Refunded, context.now);
        let order = row.order;
        working_set.order_mut(order, context.now);
    }
}

fn put_back(working_set: &mut WorkingSet, item: OrderItemId, context: Context) {
    let Some(reservation) = working_set.reservation(item) else { return };
    let (stock, units, state) = (reservation.stock, reservation.quantity.units(), reservation.state);
    let level = working_set.stock(stock).map_or(0, |stock| stock.on_hand);
    let delta = match state {
        ReservationState::Open => Delta { reserved: -units, ..Delta::default() },
        ReservationState::Reported => Delta { reported: -units, ..Delta::default() },
        ReservationState::Settled => Delta { on_hand: units.min(QUANTITY_MAX - level), ..Delta::default() },
        ReservationState::Short | ReservationState::Cancelled => return,
    };
    working_set.fulfilment.goods_movements.add(stock, units, context.now);
    working_set.move_stock(stock, delta, Cause::Return(item), context.actor, context.now);
    if state != ReservationState::Settled {
        working_set.advance_reservation(item, ReservationState::Cancelled, None);
    }
}
