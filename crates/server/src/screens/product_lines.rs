//! The lines on a product's page: who reserves it, what is reported, discrepancies, packages, what channels were sent.
//!
//! Promises: an order that its person may not open has no link. Must not know how the numbers came about.

use onhand_core::fulfilment::{Discrepancy, Package, PackageItem};
use onhand_core::{OrderItemId, Timestamp};
use onhand_web::screens::product::{CartLine, DiscrepancyLine, External, PackedLine, ReportedLine, Reserving, Told};

use super::naming;
use super::visit::Visit;
use crate::auth::Permission;
use crate::services::origins::Origins;
use crate::services::reserving::{ReservingCart, ReservingLine};
use crate::services::why::Why;

/// From when on a line that waits for the ERP is old.
const OLD_SECONDS: i64 = 24 * 3_600;

/// An order, as far as the person may open it.
fn linked(visit: &Visit, order: Option<i64>) -> Option<i64> {
    order.filter(|_| visit.may(Permission::ReadOrders))
}

fn number(line: &ReservingLine) -> String {
    line.order.as_ref().map_or_else(String::new, |order| order.number.clone())
}

/// The numbers of the orders of some lines, each once.
pub(super) fn numbers(origins: &Origins, lines: &[OrderItemId]) -> Vec<String> {
    let mut numbers: Vec<String> = Vec::new();
    for order in lines.iter().filter_map(|line| origins.order_of(*line)) {
        if !numbers.contains(&order.number) {
            numbers.push(order.number.clone());
        }
    }
    numbers
}

/// A line that reserves the stock.
pub(super) fn reserving(visit: &Visit, channels: &[(i64, String)], why: &Why, one: &ReservingLine) -> Reserving {
    let old: Timestamp = visit.app.clock.now().minus_seconds(OLD_SECONDS);
    let short = (why.stock.reserved + why.stock.reported - why.stock.on_hand).max(0);
    let units = one.reservation.quantity.units();
    Reserving {
        order: linked(visit, one.order.as_ref().map(|order| order.id.get())),
        line: one.line.id.get(),
        number: number(one),
        // Whose another channel's order is, is not told either.
        channel: match &one.order {
            Some(order) => naming::channel_name(channels, order.channel),
            None => Some("–".to_owned()),
        },
        quantity: units,
        since: one.line.created_at,
        is_old: one.line.created_at < old,
        oversold_by: if one.line.oversold { short.min(units) } else { 0 },
    }
}

/// A cart that reserves the stock.
pub(super) fn cart(channels: &[(i64, String)], one: &ReservingCart) -> CartLine {
    CartLine {
        reference: one.cart.as_ref().map_or_else(String::new, |cart| cart.reference.clone()),
        // Whose another channel's cart is, is not told either.
        channel: match &one.cart {
            Some(cart) => naming::channel_name(channels, cart.channel),
            None => Some("–".to_owned()),
        },
        quantity: one.units,
        since: one.since,
        until: one.cart.as_ref().map(|cart| cart.expires_at),
    }
}

/// A line that the ERP has registered.
pub(super) fn reported(visit: &Visit, one: &ReservingLine) -> Option<ReportedLine> {
    Some(ReportedLine {
        order: linked(visit, one.order.as_ref().map(|order| order.id.get())),
        number: number(one),
        quantity: one.reservation.quantity.units(),
        since: one.reservation.registered_at?,
        code: one.code.clone(),
    })
}

/// The external reservation, and who wrote it if that is among the newest movements.
pub(super) fn external(why: &Why) -> Option<External> {
    let written = why.newest.iter().find(|movement| movement.delta.external != 0);
    (why.stock.external > 0).then(|| External {
        quantity: why.stock.external,
        by: written.map_or_else(String::new, |movement| why.origins.person(movement).to_owned()),
        at: written.map(|movement| movement.at),
    })
}

/// An active discrepancy.
pub(super) fn discrepancy(one: &Discrepancy) -> DiscrepancyLine {
    DiscrepancyLine { reason: one.reason, quantity: one.quantity, at: one.created_at }
}

/// A package that still waits for units.
pub(super) fn packed(visit: &Visit, (line, package): &(PackageItem, Package)) -> PackedLine {
    PackedLine {
        order: linked(visit, Some(line.order.get())),
        number: package.number.clone(),
        state: package.state.name().to_owned(),
        quantity: line.quantity.units(),
    }
}

/// What channels were sent, in the order of their names.
pub(super) fn told(channels: &[(i64, String)], why: &Why) -> Vec<Told> {
    let of = |(id, name): &(i64, String)| {
        let told = why.told.iter().find(|told| told.channel.get() == *id)?;
        Some(Told {
            channel: name.clone(),
            quantity: told.available,
            at: told.version,
            behind_since: told.behind_since,
        })
    };
    channels.iter().filter_map(of).collect()
}
