//! Returns: what was shipped from here comes back and is for sale again.
//!
//! Units that the ERP's level still counts come back by giving up what was reserved for them; of units that it has taken
//! out already, the level grows, until the ERP's next one says. The line is refunded. Must not know whether money goes back.

use super::split::part;
use crate::floor::{PackageItem, PackageState, SomeUnits};
use crate::{Cause, Context, Delta, HoldState, OrderItemId, OrderStatus, QUANTITY_MAX, Shelf};

/// Whether a line can come back: it has been shipped, and has not come back before.
pub(super) fn may(shelf: &Shelf, line: &PackageItem) -> bool {
    let ended = |status| matches!(status, OrderStatus::Refunded | OrderStatus::Cancelled);
    line.state == PackageState::Shipped && shelf.item(line.item).is_some_and(|item| !ended(item.status))
}

/// Takes lines back.
pub(super) fn give_back(shelf: &mut Shelf, lines: &[SomeUnits], context: Context) {
    for one in lines {
        let line = part(shelf, *one, context);
        let row = shelf.floor.package_items.change(line);
        // No count has to think of it any more.
        (row.is_done, row.modified_at) = (true, context.now);
        let item = row.item;
        put_back(shelf, item, context);
        let row = shelf.item_mut(item);
        (row.status, row.modified_at) = (OrderStatus::Refunded, context.now);
        let order = row.order;
        shelf.order_mut(order, context.now);
    }
}

fn put_back(shelf: &mut Shelf, item: OrderItemId, context: Context) {
    let Some(hold) = shelf.hold(item) else { return };
    let (stock, units, state) = (hold.stock, hold.quantity.units(), hold.state);
    let level = shelf.stock(stock).map_or(0, |stock| stock.on_hand);
    let delta = match state {
        HoldState::Open => Delta { held: -units, ..Delta::default() },
        HoldState::Reported => Delta { reported: -units, ..Delta::default() },
        HoldState::Settled => Delta { on_hand: units.min(QUANTITY_MAX - level), ..Delta::default() },
        HoldState::Short | HoldState::Cancelled => return,
    };
    shelf.floor.goods.add(stock, units, context.now);
    shelf.move_stock(stock, delta, Cause::Return(item), context.actor, context.now);
    if state != HoldState::Settled {
        shelf.advance_hold(item, HoldState::Cancelled, None);
    }
}
