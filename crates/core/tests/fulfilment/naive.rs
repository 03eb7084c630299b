//! A naive warehouse beside the rules: units that stand somewhere, people who move them, and an ERP that hears of it
//! late or never.
//!
//! Promises: [`Warehouse::check`] fails where a location offers more than it has and has not promised. Must not know
//! what chooses the next event.

use std::collections::{BTreeMap, HashMap};

use onhand_core::fulfilment::{
    MoveKind, MoveState, Package, PackageCommand, PackageState, StockMove, Transfer, TransferCommand, TransferState,
};
use onhand_core::{OrderItemId, OrderStatus, ReservationState, Stock, StockListId, StockMoveId};

use crate::shop::Shop;

pub(crate) const PLACES: [i64; 3] = [1, 2, 3];
const SKU: &str = "X";

/// A line of an order, with its units.
#[derive(Clone)]
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) item: OrderItemId,
    units: i64,
}

/// A level on its way.
pub(crate) struct Level {
    place: i64,
    units: i64,
    /// The second in which it was taken.
    taken: i64,
}

/// The ERP: what it thinks stands where, and what it has booked and not said so yet.
#[derive(Default)]
pub(crate) struct Erp {
    books: BTreeMap<i64, i64>,
    /// Where it has booked the sale of a line.
    sales: HashMap<OrderItemId, i64>,
    /// Moves that it has booked, with the second in which it did.
    booked: HashMap<StockMoveId, i64>,
    pub(crate) levels: Vec<Level>,
    /// Lines that it has booked and not said so: line, place, the second in which it did.
    pub(crate) unsaid: Vec<(Line, i64, i64)>,
}

pub(crate) struct Warehouse {
    pub(crate) shop: Shop,
    pub(crate) erp: Erp,
    /// What stands at each place.
    standing: BTreeMap<i64, i64>,
    /// What stood there from a second on.
    stood: Vec<(i64, BTreeMap<i64, i64>)>,
    pub(crate) lines: Vec<Line>,
    orders: usize,
    /// What has happened, for a failure to tell.
    told: Vec<String>,
}

/// Looking.
impl Warehouse {
    /// With so many units at each place, which the ERP knows.
    pub(crate) fn open(units: [i64; 3]) -> Self {
        let (mut shop, mut erp) = (Shop::open(), Erp::default());
        let standing: BTreeMap<i64, i64> = PLACES.into_iter().zip(units).collect();
        for (place, units) in &standing {
            shop.level(SKU, *place, *units, None);
            erp.books.insert(*place, *units);
        }
        let stood = vec![(shop.second(), standing.clone())];
        Self { shop, erp, standing, stood, lines: Vec::new(), orders: 0, told: Vec::new() }
    }

    pub(crate) fn offered(&self, place: i64) -> i64 {
        self.shop.working_set.stock_by_key(StockListId::new(place), SKU).map_or(0, Stock::available)
    }

    /// What is promised to an order and has not left.
    fn promised(&self, place: i64) -> i64 {
        let fulfilment = &self.shop.working_set.fulfilment;
        let on_its_way = |item: OrderItemId| {
            let waits = fulfilment.line_with(item).is_some_and(|line| line.state == PackageState::WaitingForTransfer);
            waits
                && fulfilment.transfer_items.all().any(|one| one.item == item && one.state == TransferState::InTransit)
        };
        let here = |item: OrderItemId| {
            let (Some(line), Some(reservation)) =
                (self.shop.working_set.item(item), self.shop.working_set.reservation(item))
            else {
                return false;
            };
            let claims = matches!(
                reservation.state,
                ReservationState::Open | ReservationState::Reported | ReservationState::Settled
            );
            let list = self.shop.working_set.stock(reservation.stock).map(|stock| stock.list.get());
            claims && line.status < OrderStatus::Shipped && line.status != OrderStatus::Cancelled && list == Some(place)
        };
        self.lines.iter().filter(|line| here(line.item) && !on_its_way(line.item)).map(|line| line.units).sum()
    }

    pub(crate) fn check(&self, about: &str) {
        for place in PLACES {
            let free = (self.standing[&place] - self.promised(place)).max(0);
            let (offered, told) = (self.offered(place), self.told.join("\n"));
            assert!(offered <= free, "{about}: place {place} offers {offered} of {free} free\n{told}");
        }
        self.shop.assert_sound(&[SKU]);
        for line in &self.lines {
            let waits = self.shop.working_set.fulfilment.waiting_moves_of(line.item).next().is_some();
            let state = self.shop.working_set.reservation(line.item).map(|reservation| reservation.state);
            let is_open = matches!(state, Some(ReservationState::Open | ReservationState::Short));
            assert!(!waits || is_open, "{about}: {} {state:?}", line.name);
        }
    }

    /// Packages that have a way to go.
    pub(crate) fn packages(&self) -> Vec<Package> {
        self.shop.working_set.fulfilment.packages.all().filter(|one| one.state.is_open()).cloned().collect()
    }

    /// Transfers that have a way to go.
    pub(crate) fn transfers(&self) -> Vec<Transfer> {
        self.shop.working_set.fulfilment.transfers.all().filter(|one| one.state.is_open()).cloned().collect()
    }

    /// Seconds at which it is known what stood where.
    pub(crate) fn moments(&self) -> Vec<i64> {
        self.stood.iter().map(|(second, _)| *second).collect()
    }

    fn ago(&self, second: i64) -> i64 {
        self.shop.second() + 1 - second
    }

    fn tell(&mut self, what: &str) {
        self.stood.push((self.shop.second(), self.standing.clone()));
        self.told.push(format!("{what} | {}", PLACES.map(|place| self.shop.stock(SKU, place)).join(" ")));
    }

    fn moves(&mut self, place: i64, units: i64) {
        *self.standing.get_mut(&place).expect("a place") += units;
    }

    fn books(&mut self, place: i64, units: i64) {
        *self.erp.books.get_mut(&place).expect("a place") += units;
    }
}

/// What people do.
impl Warehouse {
    /// An order of one line of so many units, which are offered.
    pub(crate) fn order(&mut self, place: i64, units: i64) -> String {
        self.orders += 1;
        let number = format!("o{}", self.orders);
        self.shop.try_order(&number, &[(SKU, place, units)]).expect("it is offered");
        let name = format!("{number}.1");
        let item = self.shop.item(&name);
        self.lines.push(Line { name, item, units });
        self.tell(&format!("{number} of {units} from {place}"));
        number
    }

    pub(crate) fn plan(&mut self, number: &str, gather: Option<i64>) {
        self.shop.plan(number, gather);
        self.tell(&format!("plan {number} {gather:?}"));
    }

    pub(crate) fn package(&mut self, package: &Package, command: PackageCommand) {
        let lines = self.shop.working_set.fulfilment.lines_of(package.id).filter(|line| line.state.is_open());
        let units: i64 = lines.map(|line| line.quantity.units()).sum();
        self.shop.package(&package.number, command, &[]).expect("it is allowed");
        if command == PackageCommand::Ship {
            self.moves(package.location.get(), -units);
        }
        self.tell(&format!("{} {command:?}", package.number));
    }

    pub(crate) fn transfer(&mut self, transfer: &Transfer, command: TransferCommand) {
        let lines = self.shop.working_set.fulfilment.fetched_by(transfer.id).filter(|line| line.state.is_open());
        let units: i64 = lines.map(|line| line.quantity.units()).sum();
        self.shop.transfer(&transfer.number, command, &[]).expect("it is allowed");
        match command {
            TransferCommand::Ship => self.moves(transfer.source.get(), -units),
            TransferCommand::Deliver => self.moves(transfer.destination.get(), units),
            TransferCommand::NotFound | TransferCommand::Cancel => {}
        }
        self.tell(&format!("{} {command:?}", transfer.number));
    }

    /// Whether it could be cancelled.
    pub(crate) fn cancel(&mut self, line: &Line) -> bool {
        let cancelled = self.shop.cancel(line.name.trim_end_matches(".1"), &[&line.name]).is_ok();
        if cancelled {
            self.tell(&format!("cancel {}", line.name));
        }
        cancelled
    }

    /// A person counts a location, now or at an earlier second, and counts rightly.
    pub(crate) fn count(&mut self, place: i64, moment: Option<i64>) {
        let at = moment.unwrap_or_else(|| self.shop.second());
        let (_, stood) = self.stood.iter().rev().find(|(second, _)| *second <= at).expect("it begins with one");
        let counted = stood[&place];
        let ago = moment.map(|second| self.ago(second));
        let lines = self.shop.count_ago(place, &[(SKU, counted)], ago).expect("counted");
        self.tell(&format!("count of {place}, {ago:?} ago: {lines:?}"));
    }
}

/// What the ERP does.
impl Warehouse {
    /// Whether the ERP can register a line that it does not know yet.
    pub(crate) fn is_to_be_registered(&self, line: &Line) -> bool {
        let Some(row) = self.shop.working_set.item(line.item) else { return false };
        let is_known = self.erp.sales.contains_key(&line.item) || row.status == OrderStatus::Cancelled;
        !is_known
            && self
                .shop
                .working_set
                .reservation(line.item)
                .is_some_and(|reservation| reservation.state != ReservationState::Short)
    }

    fn book_sale(&mut self, line: &Line) -> i64 {
        let place = self.shop.working_set.item(line.item).expect("a line").reserved_list.get();
        self.books(place, -line.units);
        self.erp.sales.insert(line.item, place);
        place
    }

    /// The ERP registers a line where it is reserved now.
    pub(crate) fn release(&mut self, line: &Line) {
        let place = self.book_sale(line);
        self.shop.release(&line.name);
        self.tell(&format!("release {} at {place}", line.name));
    }

    /// The same, and says so later.
    pub(crate) fn book_and_say_nothing(&mut self, line: &Line) {
        let place = self.book_sale(line);
        self.shop.pass();
        self.erp.unsaid.push((line.clone(), place, self.shop.second()));
        self.tell(&format!("{} is booked at {place}", line.name));
    }

    /// The ERP says that it had booked a line, wherever that is now.
    pub(crate) fn say(&mut self, which: usize) {
        let (line, place, booked) = self.erp.unsaid.remove(which);
        let ago = self.ago(booked);
        self.shop.release_at(&line.name, Some(ago));
        self.tell(&format!("release {} at {place}, {ago} ago", line.name));
    }

    /// The ERP hears that a line is cancelled.
    pub(crate) fn hear_cancelled(&mut self, line: &Line) {
        let cancelled = self.shop.working_set.item(line.item).is_some_and(|row| row.status == OrderStatus::Cancelled);
        if cancelled && let Some(place) = self.erp.sales.remove(&line.item) {
            self.books(place, line.units);
            self.tell(&format!("the ERP hears that {} is cancelled", line.name));
        }
    }

    /// The moves that the ERP can book next: of a line, in their order.
    pub(crate) fn to_be_booked(&self) -> Vec<StockMove> {
        let waits = |one: &&StockMove| one.state == MoveState::Waiting && !self.erp.booked.contains_key(&one.id);
        let mut first: Vec<StockMove> = Vec::new();
        for one in self.shop.working_set.fulfilment.moves.all().filter(waits) {
            if first.iter().all(|other| other.item != one.item || other.kind != one.kind) {
                first.push(one.clone());
            }
        }
        let is_known = |one: &StockMove| {
            one.kind == MoveKind::Transfer || self.erp.sales.get(&one.item) == Some(&one.from_list.get())
        };
        first.into_iter().filter(is_known).collect()
    }

    pub(crate) fn book(&mut self, one: &StockMove) {
        let (from, to, units) = (one.from_list.get(), one.to_list.get(), one.quantity.units());
        let sign = if one.kind == MoveKind::Transfer { 1 } else { -1 };
        if one.kind == MoveKind::OrderItem {
            self.erp.sales.insert(one.item, to);
        }
        self.books(from, -sign * units);
        self.books(to, sign * units);
        self.erp.booked.insert(one.id, self.shop.second() + 1);
        self.shop.pass();
        self.tell(&format!("the ERP books {} {from}>{to}", one.kind.word()));
    }

    /// The moves that the ERP has booked, as their places among all.
    pub(crate) fn booked(&self) -> Vec<usize> {
        let all = self.shop.working_set.fulfilment.moves.all().enumerate();
        all.filter(|(_, one)| self.erp.booked.contains_key(&one.id)).map(|(place, _)| place).collect()
    }

    /// The ERP says that it has booked a move, now or as of then. It may say so again.
    pub(crate) fn acknowledge(&mut self, place: usize, as_of_then: bool) {
        let id = self.shop.working_set.fulfilment.moves.all().nth(place).expect("one of them").id;
        let ago = as_of_then.then(|| self.ago(self.erp.booked[&id]));
        self.shop.register(&[(place + 1, "M")], ago).expect("it may be repeated");
        self.tell(&format!("registered {place} {ago:?}"));
    }

    /// The ERP takes a level and sends it at once.
    pub(crate) fn level(&mut self, place: i64) {
        let level = self.erp.books[&place].max(0);
        self.shop.level(SKU, place, level, None);
        self.tell(&format!("level {level} of {place}"));
    }

    /// The ERP takes a level, to be sent later.
    pub(crate) fn take_level(&mut self, place: i64) {
        self.shop.pass();
        let level = self.erp.books[&place].max(0);
        self.erp.levels.push(Level { place, units: level, taken: self.shop.second() });
    }

    pub(crate) fn send_level(&mut self, which: usize) {
        let Level { place, units: level, taken } = self.erp.levels.remove(which);
        let ago = self.ago(taken);
        let is_written = self.shop.try_level(SKU, place, level, Some(ago));
        self.tell(&format!("level {level} of {place}, {ago} ago: {is_written}"));
    }

    /// The first level on its way from a place.
    pub(crate) fn level_from(&self, place: i64) -> Option<usize> {
        self.erp.levels.iter().position(|level| level.place == place)
    }
}
