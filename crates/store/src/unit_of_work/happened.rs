//! What has happened in a batch beside changes of stocks and orders: what other programs may want to be told.
//!
//! Promises: an order without packages, and a stock that stays in its states, says nothing here. Must not know whether
//! anybody is told.

use onhand_core::events::EventType;
use onhand_core::fulfilment::{Discrepancy, Package, Transfer};
use onhand_core::{CartReservation, CartState, Changes, ChannelId};

use crate::outbox::{OutboxEvent, Said};

/// The events of a batch.
pub(super) fn events(changes: &Changes) -> impl Iterator<Item = OutboxEvent> {
    let crossed = changes.stocks.changed.iter().flat_map(|(before, after)| {
        let said = EventType::of_states(before.states, after.states);
        said.map(|event| of(event, after.id.get(), after.list.get(), after.modified_at))
    });
    let fulfilment = &changes.fulfilment;
    let packages = fulfilment.packages.made.iter().map(|one| package(EventType::PackageCreated, one));
    let moved = fulfilment.packages.changed.iter().filter(|(before, after)| before.state != after.state);
    let packages = packages.chain(moved.map(|(_, after)| package(EventType::PackageTransitioned, after)));
    let transfers = fulfilment.transfers.made.iter().map(|one| transfer(EventType::TransferCreated, one));
    let moved = fulfilment.transfers.changed.iter().filter(|(before, after)| before.state != after.state);
    let transfers = transfers.chain(moved.map(|(_, after)| transfer(EventType::TransferTransitioned, after)));
    let found = fulfilment.discrepancies.made.iter().map(|one| discrepancy(EventType::DiscrepancyCreated, one));
    let ended = fulfilment.discrepancies.changed.iter().filter(|(before, after)| before.is_active && !after.is_active);
    let discrepancies = found.chain(ended.map(|(_, after)| discrepancy(EventType::DiscrepancyCleared, after)));
    let carts = changes.carts.changed.iter().filter(|(before, after)| before.state != after.state);
    let carts = carts.filter_map(|(_, after)| cart(after));
    crossed.chain(packages).chain(transfers).chain(discrepancies).chain(carts)
}

fn of(event: EventType, object: i64, scope: i64, at: onhand_core::Timestamp) -> OutboxEvent {
    OutboxEvent { said: Said::Happened(event), object, scope, at }
}

fn package(event: EventType, one: &Package) -> OutboxEvent {
    of(event, one.id.get(), 0, one.modified_at)
}

fn transfer(event: EventType, one: &Transfer) -> OutboxEvent {
    of(event, one.id.get(), 0, one.modified_at)
}

/// That it was confirmed is said of its order.
fn cart(one: &CartReservation) -> Option<OutboxEvent> {
    let event = match one.state {
        CartState::Expired => EventType::ReservationExpired,
        CartState::Released => EventType::ReservationReleased,
        CartState::Open | CartState::Confirmed => return None,
    };
    Some(of(event, one.id.get(), one.channel.map_or(0, ChannelId::get), one.modified_at))
}

fn discrepancy(event: EventType, one: &Discrepancy) -> OutboxEvent {
    of(event, one.id.get(), one.list.get(), one.modified_at)
}
