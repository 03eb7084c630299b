//! Sourcing an order: the lines that are in no package yet go into packages.
//!
//! A line takes part when it is approved and its list, or the list that it is reserved in, is a location's; a line that
//! no location has keeps its reservation where it is and stays unplanned. A line that is placed with a data source is
//! sent from there. Sourcing again leaves packages alone.

use super::allocate::{self, Allocation};
use super::outcome::{FulfilmentOutcome, OrderSourcing, packed};
use super::{Context, FulfilmentReadSet, order_status, unplanned};
use crate::fulfilment::{Coordinates, UnplannedReason};
use crate::{IdKind, OrderId, OrderItemId, Rejection, StockLocationId, WorkingSet};

/// The lines of an order that are in no package yet are sourced.
#[derive(Debug)]
pub struct SourceOrder {
    /// The order.
    pub order: OrderId,
    /// The location that all of it is gathered at; `None` leaves the choice to sourcing.
    pub gather_at: Option<StockLocationId>,
    /// Where the customer is.
    pub near: Option<Coordinates>,
    /// How many lines the order has. Lines are never added.
    pub lines: usize,
}

impl SourceOrder {
    /// Adds what this command looks at.
    pub(super) fn read_set(&self, read_set: &mut FulfilmentReadSet) {
        read_set.orders.insert(self.order);
        read_set.sourced_orders.insert(self.order);
    }

    /// The most ids of a kind that deciding this command can use up.
    pub(super) fn ids_needed(&self, kind: IdKind) -> usize {
        allocate::ids_needed(kind, self.lines)
    }
}

pub(super) fn source_order(
    working_set: &mut WorkingSet,
    command: &SourceOrder,
    context: Context,
) -> Result<FulfilmentOutcome, Rejection> {
    let order = working_set.order(command.order).ok_or(Rejection::NotFound)?.id;
    if let Some(location) = command.gather_at {
        working_set.fulfilment.locations.get(location).ok_or(Rejection::UnknownLocation(location))?;
    }
    let items: Vec<OrderItemId> =
        working_set.items_of(order).into_iter().filter(|item| is_to_be_sourced(working_set, *item)).collect();
    let allocation = Allocation { order, near: command.near, context };
    let left = match command.gather_at {
        None => allocation.allocate_lines(working_set, &items),
        Some(location) => allocation.consolidate(working_set, &items, location, None),
    };
    for item in &left {
        unplanned::note(working_set, order, &[*item], unplanned::reason_of_sourcing(working_set, *item), context);
    }
    unplanned::note(working_set, order, &[], UnplannedReason::NoStock, context);
    working_set.set_sourcing_due(order, false);
    order_status::follow_lines(working_set, order, context);
    let packages: Vec<_> = working_set.fulfilment.packages_of(order).map(|package| package.id).collect();
    let packages = packages.into_iter().map(|package| packed(working_set, package)).collect();
    Ok(FulfilmentOutcome::Sourced(OrderSourcing { order, packages, unplanned: left }))
}

fn is_to_be_sourced(working_set: &WorkingSet, item: OrderItemId) -> bool {
    let Some(line) = working_set.item(item) else { return false };
    let stock = working_set.stock(line.stock).map(|stock| stock.list);
    let is_located =
        [Some(line.list), stock].into_iter().flatten().any(|list| working_set.fulfilment.location_of(list).is_some());
    is_located && line.outgoing.is_none() && unplanned::is_open(working_set, item)
}
