//! Allocation: order lines and their reservations are assigned to locations.
//!
//! Promises: a line's reservation is on the stock of the location that its package leaves from, or of the one it is
//! fetched from; leaving a stock and arriving on another are two movements. A stock with an active discrepancy is given
//! no lines. Must not know why lines are to be allocated.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Context, moves, order_status};
use crate::fulfilment::sourcing::{self, Candidate, SourcingLine, SourcingPlan};
use crate::fulfilment::{
    Coordinates, Package, PackageItem, PackageState, StockLocation, Transfer, TransferItem, TransferState,
};
use crate::{
    Cause, Delta, IdKind, OrderId, OrderItem, OrderItemId, PackageId, PackageItemId, ReservationState, StockId,
    StockLocationId, TransferId, TransferItemId, WorkingSet,
};

/// The most ids of a kind that allocating so many lines can use up.
pub(super) fn ids_needed(kind: IdKind, lines: usize) -> usize {
    match kind {
        IdKind::Package
        | IdKind::PackageItem
        | IdKind::Transfer
        | IdKind::TransferItem
        | IdKind::Stock
        | IdKind::Discrepancy
        | IdKind::OrderItem => lines,
        // Each line leaves a stock and arrives on another, and the ERP may have to hear of the line and of its units.
        IdKind::Movement | IdKind::StockMove => 2 * lines,
        _ => 0,
    }
}

/// Deallocates a line: its reservation leaves its stock, and the line is short until it is allocated again. `kept`
/// units stay off sale there.
pub(super) fn deallocate(
    working_set: &mut WorkingSet,
    item: OrderItemId,
    (cause, kept): (Cause, i64),
    context: Context,
) {
    let Some(reservation) = working_set.reservation(item) else { return };
    let (stock, units) = (reservation.stock, reservation.quantity.units());
    let delta = match reservation.state {
        ReservationState::Open => Delta { reserved: -units, reported: kept, ..Delta::default() },
        ReservationState::Reported => Delta { reported: kept - units, ..Delta::default() },
        ReservationState::Settled => Delta { reported: kept, ..Delta::default() },
        ReservationState::Short | ReservationState::Cancelled => return,
    };
    if delta != Delta::default() || matches!(cause, Cause::NotFound(_)) {
        working_set.move_stock(stock, delta, cause, context.actor, context.now);
    }
    working_set.advance_reservation(item, ReservationState::Short, None);
}

/// Allocates a line: its reservation is put on a stock, and `brought` units with it. What the ERP has registered in
/// another list is reserved here until it has registered that, too.
pub(super) fn allocate(
    working_set: &mut WorkingSet,
    item: OrderItemId,
    stock: StockId,
    (cause, brought): (Cause, i64),
    context: Context,
) {
    let Some(reservation) =
        working_set.reservation(item).filter(|reservation| reservation.state == ReservationState::Short)
    else {
        return;
    };
    let (units, is_registered) = (reservation.quantity.units(), reservation.registered_at.is_some());
    let state = if is_registered {
        moves::arrive_registered(working_set, item, stock, context)
    } else {
        ReservationState::Open
    };
    let (reserved, reported) = match state {
        ReservationState::Open => (units, 0),
        ReservationState::Reported => (0, units),
        ReservationState::Settled | ReservationState::Cancelled | ReservationState::Short => (0, 0),
    };
    let delta = Delta { on_hand: brought, reserved, reported, ..Delta::default() };
    if delta != Delta::default() {
        working_set.move_stock(stock, delta, cause, context.actor, context.now);
    }
    working_set.move_reservation_to(item, stock, state, context.now);
}

/// Lines by the location that they leave from.
type LocatedLines = Vec<(StockLocationId, Vec<OrderItemId>)>;

/// The open location of the list that was chosen for a line when it was ordered, if the line is still reserved there.
fn chosen_location(working_set: &WorkingSet, item: OrderItemId) -> Option<StockLocationId> {
    let line = working_set.item(item).filter(|line| line.sourced.is_some())?;
    let reservation = working_set.reservation(item).filter(|reservation| claims(reservation.state))?;
    let list = working_set.stock(reservation.stock)?.list;
    let location = working_set.fulfilment.location_of(list).filter(|location| location.is_open)?;
    (list == line.list).then_some(location.id)
}

/// Lines of one order to be allocated.
pub(super) struct Allocation {
    pub(super) order: OrderId,
    pub(super) near: Option<Coordinates>,
    pub(super) context: Context,
}

impl Allocation {
    /// Sources lines and makes their packages. A line whose list was chosen when it was ordered leaves from there as long
    /// as it can: the answer that its customer was given stands. Returns the lines that no location has.
    pub(super) fn allocate_lines(&self, working_set: &mut WorkingSet, items: &[OrderItemId]) -> Vec<OrderItemId> {
        let (mut packages, rest) = self.leave_where_chosen(working_set, items);
        let plan = self.assign(working_set, &rest, None);
        for (location, positions) in plan.packages {
            let lines = positions.into_iter().map(|position| rest[position]);
            match packages.iter_mut().find(|(chosen, _)| *chosen == location) {
                Some((_, packed)) => packed.extend(lines),
                None => packages.push((location, lines.collect())),
            }
        }
        for (location, lines) in packages {
            let package = self.make_package(working_set, location);
            for item in lines {
                self.hold_at(working_set, item, location);
                self.add_line(working_set, package, item, PackageState::Waiting);
            }
        }
        plan.short.into_iter().map(|position| rest[position]).collect()
    }

    /// The lines that can leave from the list that was chosen for them, by location, and all others.
    fn leave_where_chosen(&self, working_set: &WorkingSet, items: &[OrderItemId]) -> (LocatedLines, Vec<OrderItemId>) {
        let mut chosen: BTreeMap<StockLocationId, Vec<OrderItemId>> = BTreeMap::new();
        let mut rest = Vec::new();
        for item in items {
            match chosen_location(working_set, *item) {
                Some(location) => chosen.entry(location).or_default().push(*item),
                None => rest.push(*item),
            }
        }
        let mut packages = Vec::new();
        for (location, lines) in chosen {
            let plan = self.assign(working_set, &lines, Some((location, true)));
            rest.extend(plan.short.iter().map(|position| lines[*position]));
            let positions = plan.packages.into_iter().flat_map(|(_, positions)| positions);
            let leaving: Vec<OrderItemId> = positions.map(|position| lines[position]).collect();
            packages.extend((!leaving.is_empty()).then_some((location, leaving)));
        }
        (packages, rest)
    }

    /// Sources lines so that all leave from one location in a package: what is not there is fetched. Returns the lines
    /// that no location has.
    pub(super) fn consolidate(
        &self,
        working_set: &mut WorkingSet,
        items: &[OrderItemId],
        at: StockLocationId,
        package: Option<PackageId>,
    ) -> Vec<OrderItemId> {
        let here = self.assign(working_set, items, Some((at, true)));
        let missing: Vec<OrderItemId> = here.short.iter().map(|position| items[*position]).collect();
        let there = self.assign(working_set, &missing, Some((at, false)));
        if here.packages.is_empty() && there.packages.is_empty() {
            return missing;
        }
        let package = package.unwrap_or_else(|| self.make_package(working_set, at));
        for item in here.packages.into_iter().flat_map(|(_, positions)| positions).map(|position| items[position]) {
            self.hold_at(working_set, item, at);
            self.add_line(working_set, package, item, PackageState::Waiting);
        }
        for (source, positions) in there.packages {
            let transfer = self.make_transfer(working_set, package, source);
            for item in positions.into_iter().map(|position| missing[position]) {
                self.hold_at(working_set, item, source);
                let line = self.add_line(working_set, package, item, PackageState::WaitingForTransfer);
                self.add_fetched(working_set, transfer, line);
            }
        }
        order_status::follow_package(working_set, package, self.context);
        there.short.into_iter().map(|position| missing[position]).collect()
    }

    /// Asks the plan. With `only` it is asked about one location, or about all but that one.
    fn assign(
        &self,
        working_set: &WorkingSet,
        items: &[OrderItemId],
        only: Option<(StockLocationId, bool)>,
    ) -> SourcingPlan {
        let lines: Vec<&OrderItem> = items.iter().filter_map(|item| working_set.item(*item)).collect();
        let fits = |location: &&StockLocation| match only {
            Some((one, inside)) => (location.id == one) == inside && (inside || location.is_open),
            None => location.is_open,
        };
        let places: Vec<Candidate> =
            working_set.fulfilment.locations.all().filter(fits).map(|l| self.place(working_set, l, &lines)).collect();
        let lines: Vec<SourcingLine> =
            lines.iter().map(|line| SourcingLine { sku: line.sku.clone(), units: line.quantity.units() }).collect();
        sourcing::assign(&lines, &places)
    }

    /// What a location offers for these lines: what is available there, and what they have reserved there themselves.
    fn place(&self, working_set: &WorkingSet, location: &StockLocation, lines: &[&OrderItem]) -> Candidate {
        let skus: BTreeSet<&str> = lines.iter().map(|line| line.sku.as_str()).collect();
        let mut offers = HashMap::new();
        for sku in skus {
            let stock = working_set.stock_by_key(location.list, sku).filter(|stock| stock.discrepancy_at.is_none());
            if let Some(stock) = stock {
                let own = |line: &&&OrderItem| {
                    working_set
                        .reservation(line.id)
                        .is_some_and(|reservation| claims(reservation.state) && reservation.stock == stock.id)
                };
                let oldest = lines.iter().filter(own).map(|line| line.id).min();
                let own: i64 = lines.iter().filter(own).map(|line| line.quantity.units()).sum();
                // Of lines that wait for more than there is, the older ones come first.
                let younger =
                    oldest.map_or(0, |oldest| working_set.fulfilment.younger_claims(stock.id, self.order, oldest));
                offers.insert(sku.to_owned(), stock.available_unclamped() + own + younger);
            }
        }
        let distance = self.near.zip(location.at).map(|(from, to)| from.metres_to(to));
        Candidate { location: location.id, priority: location.priority, distance, offers }
    }

    /// Moves a line's reservation to the stock of a location that offers its units.
    fn hold_at(&self, working_set: &mut WorkingSet, item: OrderItemId, location: StockLocationId) {
        let place = working_set.fulfilment.locations.get(location).map(|location| location.list);
        let sku = working_set.item(item).map(|line| line.sku.clone()).unwrap_or_default();
        let Some(stock) = place.and_then(|list| working_set.stock_by_key(list, &sku)).map(|stock| stock.id) else {
            return;
        };
        if working_set
            .reservation(item)
            .is_some_and(|reservation| reservation.stock == stock && claims(reservation.state))
        {
            return;
        }
        deallocate(working_set, item, (Cause::Sourcing(item), 0), self.context);
        allocate(working_set, item, stock, (Cause::Sourcing(item), 0), self.context);
    }

    fn make_package(&self, working_set: &mut WorkingSet, location: StockLocationId) -> PackageId {
        let id = PackageId::new(working_set.ids.next_in_bucket(IdKind::Package, self.order.bucket()));
        let count = working_set.fulfilment.packages_of(self.order).count();
        let number =
            working_set.order(self.order).map(|order| format!("{}-{}", order.number, count + 1)).unwrap_or_default();
        let (created_at, modified_at) = (self.context.now, self.context.now);
        let state = PackageState::Waiting;
        let (order, assigned_to) = (self.order, None);
        let package = Package { id, order, number, location, state, assigned_to, created_at, modified_at };
        working_set.fulfilment.packages.make(id, package);
        id
    }

    fn add_line(
        &self,
        working_set: &mut WorkingSet,
        package: PackageId,
        item: OrderItemId,
        state: PackageState,
    ) -> PackageItemId {
        let id = PackageItemId::new(working_set.ids.next_in_bucket(IdKind::PackageItem, self.order.bucket()));
        let location = working_set.fulfilment.packages.get(package).expect("made or found by the caller").location;
        let line = working_set.item(item).expect("only lines that are there are sourced");
        let (sku, quantity) = (line.sku.clone(), line.quantity);
        let (created_at, modified_at) = (self.context.now, self.context.now);
        let (order, is_done) = (self.order, false);
        let row =
            PackageItem { id, package, order, location, item, sku, quantity, state, is_done, created_at, modified_at };
        working_set.fulfilment.package_items.make(id, row);
        id
    }

    fn make_transfer(&self, working_set: &mut WorkingSet, package: PackageId, source: StockLocationId) -> TransferId {
        let id = TransferId::new(working_set.ids.next_in_bucket(IdKind::Transfer, self.order.bucket()));
        let count = working_set.fulfilment.transfers_of(package).count();
        let row = working_set.fulfilment.packages.get(package).expect("made or found by the caller");
        let (number, destination) = (format!("{}-T{}", row.number, count + 1), row.location);
        let (created_at, modified_at) = (self.context.now, self.context.now);
        let (order, state) = (self.order, TransferState::Waiting);
        let transfer = Transfer { id, order, package, number, source, destination, state, created_at, modified_at };
        working_set.fulfilment.transfers.make(id, transfer);
        id
    }

    fn add_fetched(&self, working_set: &mut WorkingSet, transfer: TransferId, package_item: PackageItemId) {
        let id = TransferItemId::new(working_set.ids.next_in_bucket(IdKind::TransferItem, self.order.bucket()));
        let line = working_set.fulfilment.package_items.get(package_item).expect("made by the caller");
        let row = TransferItem {
            id,
            transfer,
            order: self.order,
            package_item,
            item: line.item,
            sku: line.sku.clone(),
            quantity: line.quantity,
            state: TransferState::Waiting,
            created_at: self.context.now,
            modified_at: self.context.now,
        };
        working_set.fulfilment.transfer_items.make(id, row);
    }
}

/// Whether a reservation in this state has units of its stock set apart, in Onhand's numbers or in the ERP's level.
fn claims(state: ReservationState) -> bool {
    matches!(state, ReservationState::Open | ReservationState::Reported | ReservationState::Settled)
}

/// The stock of a SKU at a location, made where the location has none.
pub(super) fn stock_at(
    working_set: &mut WorkingSet,
    location: StockLocationId,
    sku: &str,
    context: Context,
) -> Option<StockId> {
    let list = working_set.fulfilment.locations.get(location)?.list;
    Some(working_set.found_or_created(list, sku, context.now).0)
}
