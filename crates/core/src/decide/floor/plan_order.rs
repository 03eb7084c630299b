//! Planning an order: what of it is in no package yet goes into packages.
//!
//! A line takes part when it is approved and its list, or the list its hold is on, is a location's; a line that no location
//! has keeps its hold where it is and stays unplanned. Planning again leaves packages alone.

use super::allot::Allotment;
use super::outcome::{FloorOutcome, OrderPlan, packed};
use super::{follow, unplanned};
use crate::floor::{PlanOrder, UnplannedReason};
use crate::{Context, OrderItemId, Refusal, Shelf};

pub(super) fn plan_order(shelf: &mut Shelf, command: &PlanOrder, context: Context) -> Result<FloorOutcome, Refusal> {
    let order = shelf.order(command.order).ok_or(Refusal::NotFound)?.id;
    if let Some(location) = command.gather_at {
        shelf.floor.locations.get(location).ok_or(Refusal::UnknownLocation(location))?;
    }
    let items: Vec<OrderItemId> =
        shelf.items_of(order).into_iter().filter(|item| is_to_be_planned(shelf, *item)).collect();
    let allotment = Allotment { order, near: command.near, context };
    let left = match command.gather_at {
        None => allotment.spread(shelf, &items),
        Some(location) => allotment.gather(shelf, &items, location, None),
    };
    for item in &left {
        unplanned::note(shelf, order, &[*item], unplanned::reason_of_plan(shelf, *item), context);
    }
    unplanned::note(shelf, order, &[], UnplannedReason::NoStock, context);
    shelf.mark_plan(order, false);
    follow::follow_lines(shelf, order, context);
    let packages: Vec<_> = shelf.floor.packages_of(order).map(|package| package.id).collect();
    let packages = packages.into_iter().map(|package| packed(shelf, package)).collect();
    Ok(FloorOutcome::Planned(OrderPlan { order, packages, unplanned: left }))
}

fn is_to_be_planned(shelf: &Shelf, item: OrderItemId) -> bool {
    let Some(line) = shelf.item(item) else { return false };
    let stock = shelf.stock(line.stock).map(|stock| stock.list);
    let is_located = [Some(line.list), stock].into_iter().flatten().any(|list| shelf.floor.location_of(list).is_some());
    is_located && unplanned::is_open(shelf, item)
}
