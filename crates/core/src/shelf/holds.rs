//! Holds on the shelf: how they end, and where they go.
//!
//! Promises: a hold that was touched is written back; on one stock it moves forward only. Must not know stock numbers: who
//! changes a hold moves its stock, too.

use super::Shelf;
use crate::{Hold, HoldState, MovedFrom, OrderItemId, StockId, Timestamp};

/// Changing, and looking at what is changed together. Only the decisions call these.
impl Shelf {
    /// Settled holds of a stock, as far as they are here.
    pub(crate) fn settled_on(&self, stock: StockId) -> impl Iterator<Item = &Hold> {
        self.holds.values().filter(move |hold| hold.stock == stock && hold.state == HoldState::Settled)
    }

    /// Moves a hold to another state, forward only.
    pub(crate) fn advance_hold(&mut self, item: OrderItemId, to: HoldState, registered_at: Option<Timestamp>) {
        let hold = self.hold_mut(item);
        let forward = match hold.state {
            HoldState::Open => to != HoldState::Open,
            HoldState::Reported => matches!(to, HoldState::Settled | HoldState::Cancelled | HoldState::Short),
            HoldState::Settled => to == HoldState::Short,
            HoldState::Short => matches!(to, HoldState::Short | HoldState::Cancelled),
            HoldState::Cancelled => false,
        };
        assert!(forward, "a hold moves forward only: {hold:?} to {to:?}");
        hold.state = to;
        hold.registered_at = registered_at.or(hold.registered_at);
        let stock = hold.stock;
        self.reported_of.keep(stock, item, to == HoldState::Reported);
        self.short_of.keep(stock, item, to == HoldState::Short);
    }

    /// Notes when the ERP registered the line of a hold that goes on as it is.
    pub(crate) fn register_hold(&mut self, item: OrderItemId, registered_at: Option<Timestamp>) {
        self.hold_mut(item).registered_at = registered_at;
    }

    /// Puts a short hold, and with it its line, on a stock.
    pub(crate) fn put_hold_on(&mut self, item: OrderItemId, stock: StockId, state: HoldState, now: Timestamp) {
        let hold = self.hold_mut(item);
        assert!(hold.state == HoldState::Short, "a hold is taken off before it is put on: {hold:?}");
        let (before, first, is_known) = (hold.stock, hold.moved, hold.registered_at.is_some());
        (hold.stock, hold.state) = (stock, state);
        if state != HoldState::Open {
            hold.registered_at = Some(now);
        }
        if !is_known && before != stock {
            // The ERP knows where it was ordered; if it is back there, where it has been meanwhile.
            let first = first.filter(|first| first.stock != stock).map(|first| (first.stock, first.list));
            let from = first.or_else(|| Some((before, self.stocks.get(&before)?.list)));
            self.hold_mut(item).moved = from.map(|(stock, list)| MovedFrom { stock, list, at: now });
        }
        self.reported_of.keep(stock, item, state == HoldState::Reported);
        self.short_of.keep(before, item, false);
        let list = self.stocks.get(&stock).map(|stock| stock.list);
        let behind = |list| self.floor.location_of(list).map(|location| location.id);
        let location =
            list.and_then(|list| behind(list).or_else(|| self.lists.get(&list).and_then(|list| list.location)));
        let line = self.item_mut(item);
        (line.stock, line.location, line.modified_at) = (stock, location, now.later_than(line.modified_at));
        line.reserved_list = list.unwrap_or(line.reserved_list);
    }

    pub(super) fn hold_mut(&mut self, item: OrderItemId) -> &mut Hold {
        let hold = self.holds.get_mut(&item).expect("a decision changes holds it has looked at");
        if !self.changes.new_holds.contains(&item) {
            self.changes.holds.entry(item).or_insert(hold.stock);
        }
        hold
    }
}
