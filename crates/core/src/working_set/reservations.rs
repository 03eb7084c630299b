//! Reservations in the working set: how they end, and where they go.
//!
//! Promises: a reservation that was changed is written back; on one stock it moves forward only,
//! unless its registration is lost. Must not know stock
//! numbers: a caller that changes a reservation moves its stock, too.

use super::WorkingSet;
use crate::{MovedFrom, OrderItemId, Reservation, ReservationState, StockId, Timestamp};

/// Changing, and looking at what is changed together. Only the decisions call these.
impl WorkingSet {
    /// Settled reservations of a stock, as far as they are loaded.
    pub(crate) fn settled_on(&self, stock: StockId) -> impl Iterator<Item = &Reservation> {
        self.reservations
            .all()
            .filter(move |reservation| reservation.stock == stock && reservation.state == ReservationState::Settled)
    }

    /// Moves a reservation to another state, forward only.
    pub(crate) fn advance_reservation(
        &mut self,
        item: OrderItemId,
        to: ReservationState,
        registered_at: Option<Timestamp>,
    ) {
        let reservation = self.reservations.change(item);
        let forward = match reservation.state {
            ReservationState::Open => to != ReservationState::Open,
            ReservationState::Reported => {
                matches!(to, ReservationState::Settled | ReservationState::Cancelled | ReservationState::Short)
            }
            ReservationState::Settled => to == ReservationState::Short,
            ReservationState::Short => matches!(to, ReservationState::Short | ReservationState::Cancelled),
            ReservationState::Cancelled => false,
        };
        assert!(forward, "a reservation moves forward only: {reservation:?} to {to:?}");
        reservation.state = to;
        reservation.registered_at = registered_at.or(reservation.registered_at);
        let stock = reservation.stock;
        self.reported_of.keep(stock, item, to == ReservationState::Reported);
        self.short_of.keep(stock, item, to == ReservationState::Short);
    }

    /// Opens a reservation again whose registration is lost: the one step back.
    pub(crate) fn reopen_reservation(&mut self, item: OrderItemId) {
        let reservation = self.reservations.change(item);
        (reservation.state, reservation.registered_at) = (ReservationState::Open, None);
        let stock = reservation.stock;
        self.reported_of.keep(stock, item, false);
    }

    /// Notes when the ERP registered the line of a reservation that goes on as it is.
    pub(crate) fn register_reservation(&mut self, item: OrderItemId, registered_at: Option<Timestamp>) {
        self.reservations.change(item).registered_at = registered_at;
    }

    /// Puts a short reservation, and with it its line, on a stock.
    pub(crate) fn move_reservation_to(
        &mut self,
        item: OrderItemId,
        stock: StockId,
        state: ReservationState,
        now: Timestamp,
    ) {
        let reservation = self.reservations.change(item);
        assert!(
            reservation.state == ReservationState::Short,
            "a reservation is deallocated before it is allocated: {reservation:?}"
        );
        let (before, first, is_known) = (reservation.stock, reservation.moved, reservation.registered_at.is_some());
        (reservation.stock, reservation.state) = (stock, state);
        if state != ReservationState::Open {
            reservation.registered_at = Some(now);
        }
        if !is_known && before != stock {
            // The ERP knows where it was ordered; if it is back there, where it has been meanwhile.
            let first = first.filter(|first| first.stock != stock).map(|first| (first.stock, first.list));
            let from = first.or_else(|| Some((before, self.stocks.get(before)?.list)));
            self.reservations.change(item).moved = from.map(|(stock, list)| MovedFrom { stock, list, at: now });
        }
        self.remember_ordered(stock);
        self.reported_of.keep(stock, item, state == ReservationState::Reported);
        self.short_of.keep(before, item, false);
        let list = self.stocks.get(stock).map(|stock| stock.list);
        let behind = |list| self.fulfilment.location_of(list).map(|location| location.id);
        let location =
            list.and_then(|list| behind(list).or_else(|| self.lists.get(&list).and_then(|list| list.location)));
        let line = self.item_mut(item);
        (line.stock, line.location, line.modified_at) = (stock, location, now.later_than(line.modified_at));
        line.reserved_list = list.unwrap_or(line.reserved_list);
    }
}
