//! Allotting: order lines to locations, and their holds with them.
//!
//! Promises: a line's hold is on the stock of the location that its package leaves from, or of the one it is fetched from;
//! leaving a stock and arriving on another are two movements. A stock with an active discrepancy is given nothing. Must
//! not know why lines are to be allotted.

use std::collections::{BTreeSet, HashMap};

use super::{follow, moves};
use crate::decide::stock_row;
use crate::floor::{
    Coordinates, Package, PackageItem, PackageState, StockLocation, Transfer, TransferItem, TransferState,
};
use crate::plan::{self, Plan, PlanLine, PlanPlace};
use crate::{
    Cause, Context, Delta, HoldState, IdKind, OrderId, OrderItem, OrderItemId, PackageId, PackageItemId, Shelf,
    StockId, StockLocationId, TransferId, TransferItemId,
};

/// Takes a line's hold off its stock: it is short until it is put somewhere. `kept` units stay off sale there.
pub(super) fn take_off(shelf: &mut Shelf, item: OrderItemId, (cause, kept): (Cause, i64), context: Context) {
    let Some(hold) = shelf.hold(item) else { return };
    let (stock, units) = (hold.stock, hold.quantity.units());
    let delta = match hold.state {
        HoldState::Open => Delta { held: -units, reported: kept, ..Delta::default() },
        HoldState::Reported => Delta { reported: kept - units, ..Delta::default() },
        HoldState::Settled => Delta { reported: kept, ..Delta::default() },
        HoldState::Short | HoldState::Cancelled => return,
    };
    if delta != Delta::default() || matches!(cause, Cause::NotFound(_)) {
        shelf.move_stock(stock, delta, cause, context.actor, context.now);
    }
    shelf.advance_hold(item, HoldState::Short, None);
}

/// Puts a line's hold on a stock, and `brought` units with it. What the ERP has registered in another list is reserved here
/// until it has registered that, too.
pub(super) fn put_on(
    shelf: &mut Shelf,
    item: OrderItemId,
    stock: StockId,
    (cause, brought): (Cause, i64),
    context: Context,
) {
    let Some(hold) = shelf.hold(item).filter(|hold| hold.state == HoldState::Short) else { return };
    let (units, is_registered) = (hold.quantity.units(), hold.registered_at.is_some());
    let state = if is_registered { moves::arrive_registered(shelf, item, stock, context) } else { HoldState::Open };
    let (held, reported) = match state {
        HoldState::Open => (units, 0),
        HoldState::Reported => (0, units),
        HoldState::Settled | HoldState::Cancelled | HoldState::Short => (0, 0),
    };
    let delta = Delta { on_hand: brought, held, reported, ..Delta::default() };
    if delta != Delta::default() {
        shelf.move_stock(stock, delta, cause, context.actor, context.now);
    }
    shelf.put_hold_on(item, stock, state, context.now);
}

/// Lines of one order to be allotted.
pub(super) struct Allotment {
    pub(super) order: OrderId,
    pub(super) near: Option<Coordinates>,
    pub(super) context: Context,
}

impl Allotment {
    /// Plans lines and makes their packages. The lines that no location has.
    pub(super) fn spread(&self, shelf: &mut Shelf, items: &[OrderItemId]) -> Vec<OrderItemId> {
        let plan = self.plan(shelf, items, None);
        for (location, positions) in plan.packages {
            let package = self.make_package(shelf, location);
            for item in positions.into_iter().map(|position| items[position]) {
                self.hold_at(shelf, item, location);
                self.add_line(shelf, package, item, PackageState::Waiting);
            }
        }
        plan.short.into_iter().map(|position| items[position]).collect()
    }

    /// Plans lines so that all leave from one location in a package: what is not there is fetched. The lines that no
    /// location has.
    pub(super) fn gather(
        &self,
        shelf: &mut Shelf,
        items: &[OrderItemId],
        at: StockLocationId,
        package: Option<PackageId>,
    ) -> Vec<OrderItemId> {
        let here = self.plan(shelf, items, Some((at, true)));
        let missing: Vec<OrderItemId> = here.short.iter().map(|position| items[*position]).collect();
        let there = self.plan(shelf, &missing, Some((at, false)));
        if here.packages.is_empty() && there.packages.is_empty() {
            return missing;
        }
        let package = package.unwrap_or_else(|| self.make_package(shelf, at));
        for item in here.packages.into_iter().flat_map(|(_, positions)| positions).map(|position| items[position]) {
            self.hold_at(shelf, item, at);
            self.add_line(shelf, package, item, PackageState::Waiting);
        }
        for (source, positions) in there.packages {
            let transfer = self.make_transfer(shelf, package, source);
            for item in positions.into_iter().map(|position| missing[position]) {
                self.hold_at(shelf, item, source);
                let line = self.add_line(shelf, package, item, PackageState::WaitingForTransfer);
                self.add_fetched(shelf, transfer, line);
            }
        }
        follow::follow_package(shelf, package, self.context);
        there.short.into_iter().map(|position| missing[position]).collect()
    }

    /// Asks the plan. With `only` it is asked about one location, or about all but that one.
    fn plan(&self, shelf: &Shelf, items: &[OrderItemId], only: Option<(StockLocationId, bool)>) -> Plan {
        let lines: Vec<&OrderItem> = items.iter().filter_map(|item| shelf.item(*item)).collect();
        let fits = |location: &&StockLocation| match only {
            Some((one, inside)) => (location.id == one) == inside && (inside || location.is_open),
            None => location.is_open,
        };
        let places: Vec<PlanPlace> =
            shelf.floor.locations.all().filter(fits).map(|l| self.place(shelf, l, &lines)).collect();
        let lines: Vec<PlanLine> =
            lines.iter().map(|line| PlanLine { sku: line.sku.clone(), units: line.quantity.units() }).collect();
        plan::plan(&lines, &places)
    }

    /// What a location offers for these lines: what is left there, and what they hold there themselves.
    fn place(&self, shelf: &Shelf, location: &StockLocation, lines: &[&OrderItem]) -> PlanPlace {
        let skus: BTreeSet<&str> = lines.iter().map(|line| line.sku.as_str()).collect();
        let mut offers = HashMap::new();
        for sku in skus {
            let stock = shelf.stock_by_key(location.list, sku).filter(|stock| stock.discrepancy_at.is_none());
            if let Some(stock) = stock {
                let own = |line: &&&OrderItem| {
                    shelf.hold(line.id).is_some_and(|hold| claims(hold.state) && hold.stock == stock.id)
                };
                let oldest = lines.iter().filter(own).map(|line| line.id).min();
                let own: i64 = lines.iter().filter(own).map(|line| line.quantity.units()).sum();
                // Of lines that wait for more than there is, the older ones come first.
                let younger = oldest.map_or(0, |oldest| shelf.floor.younger_claims(stock.id, self.order, oldest));
                offers.insert(sku.to_owned(), stock.headroom() + own + younger);
            }
        }
        let distance = self.near.zip(location.at).map(|(from, to)| from.apart(to));
        PlanPlace { location: location.id, priority: location.priority, distance, offers }
    }

    /// Brings a line's hold to the stock of a location that offers it.
    fn hold_at(&self, shelf: &mut Shelf, item: OrderItemId, location: StockLocationId) {
        let place = shelf.floor.locations.get(location).map(|location| location.list);
        let sku = shelf.item(item).map(|line| line.sku.clone()).unwrap_or_default();
        let Some(stock) = place.and_then(|list| shelf.stock_by_key(list, &sku)).map(|stock| stock.id) else { return };
        if shelf.hold(item).is_some_and(|hold| hold.stock == stock && claims(hold.state)) {
            return;
        }
        take_off(shelf, item, (Cause::Plan(item), 0), self.context);
        put_on(shelf, item, stock, (Cause::Plan(item), 0), self.context);
    }

    fn make_package(&self, shelf: &mut Shelf, location: StockLocationId) -> PackageId {
        let id = PackageId::new(shelf.ids.take_in(IdKind::Package, self.order.bucket()));
        let count = shelf.floor.packages_of(self.order).count();
        let number = shelf.order(self.order).map(|order| format!("{}-{}", order.number, count + 1)).unwrap_or_default();
        let (created_at, modified_at) = (self.context.now, self.context.now);
        let state = PackageState::Waiting;
        let (order, assigned_to) = (self.order, None);
        let package = Package { id, order, number, location, state, assigned_to, created_at, modified_at };
        shelf.floor.packages.make(id, package);
        id
    }

    fn add_line(&self, shelf: &mut Shelf, package: PackageId, item: OrderItemId, state: PackageState) -> PackageItemId {
        let id = PackageItemId::new(shelf.ids.take_in(IdKind::PackageItem, self.order.bucket()));
        let location = shelf.floor.packages.get(package).expect("made or found by the caller").location;
        let line = shelf.item(item).expect("only lines that are there are planned");
        let (sku, quantity) = (line.sku.clone(), line.quantity);
        let (created_at, modified_at) = (self.context.now, self.context.now);
        let (order, is_done) = (self.order, false);
        let row =
            PackageItem { id, package, order, location, item, sku, quantity, state, is_done, created_at, modified_at };
        shelf.floor.package_items.make(id, row);
        id
    }

    fn make_transfer(&self, shelf: &mut Shelf, package: PackageId, source: StockLocationId) -> TransferId {
        let id = TransferId::new(shelf.ids.take_in(IdKind::Transfer, self.order.bucket()));
        let count = shelf.floor.transfers_of(package).count();
        let row = shelf.floor.packages.get(package).expect("made or found by the caller");
        let (number, destination) = (format!("{}-T{}", row.number, count + 1), row.location);
        let (created_at, modified_at) = (self.context.now, self.context.now);
        let (order, state) = (self.order, TransferState::Waiting);
        let transfer = Transfer { id, order, package, number, source, destination, state, created_at, modified_at };
        shelf.floor.transfers.make(id, transfer);
        id
    }

    fn add_fetched(&self, shelf: &mut Shelf, transfer: TransferId, package_item: PackageItemId) {
        let id = TransferItemId::new(shelf.ids.take_in(IdKind::TransferItem, self.order.bucket()));
        let line = shelf.floor.package_items.get(package_item).expect("made by the caller");
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
        shelf.floor.transfer_items.make(id, row);
    }
}

/// Whether a hold in this state has units of its stock set apart, in our numbers or in the ERP's figure.
fn claims(state: HoldState) -> bool {
    matches!(state, HoldState::Open | HoldState::Reported | HoldState::Settled)
}

/// The stock of a SKU at a location, made where the location has none.
pub(super) fn stock_at(shelf: &mut Shelf, location: StockLocationId, sku: &str, context: Context) -> Option<StockId> {
    let list = shelf.floor.locations.get(location)?.list;
    Some(stock_row::found_or_created(shelf, list, sku, context).0)
}
