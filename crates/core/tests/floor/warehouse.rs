//! A naive warehouse beside the rules: units that stand somewhere, people who move them, and an ERP that hears of it late or
//! never. Whatever happens in whatever order, no place offers more than stands there and is promised to nobody.

use std::collections::{BTreeMap, HashMap};

use onhand_core::floor::{
    MoveKind, MoveState, PackageCommand, PackageState, StockMove, TransferCommand, TransferState,
};
use onhand_core::{HoldState, OrderItemId, OrderStatus, Stock, StockListId, StockMoveId};

use crate::shop::Shop;

const PLACES: [i64; 3] = [1, 2, 3];
const SKU: &str = "X";

/// Repeatable chance (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn one<T: Clone>(&mut self, of: &[T]) -> Option<T> {
        (!of.is_empty()).then(|| of[self.below(of.len())].clone())
    }
}

/// The ERP: what it thinks stands where, and what it has booked and not said so yet.
#[derive(Default)]
struct Erp {
    books: BTreeMap<i64, i64>,
    /// Where it has booked the sale of a line.
    sales: HashMap<OrderItemId, i64>,
    /// Moves that it has booked, with the second in which it did.
    booked: HashMap<StockMoveId, i64>,
    /// Levels on their way: place, level, the second in which it was taken.
    levels: Vec<(i64, i64, i64)>,
    /// Lines that it has booked and not said so: name, place, the second in which it did.
    unsaid: Vec<(String, OrderItemId, i64, i64)>,
}

struct World {
    chance: Chance,
    shop: Shop,
    erp: Erp,
    /// What stands at each place.
    standing: BTreeMap<i64, i64>,
    /// What stood there from a second on.
    stood: Vec<(i64, BTreeMap<i64, i64>)>,
    /// Lines by name, with their units.
    lines: Vec<(String, OrderItemId, i64)>,
    orders: usize,
    /// What has happened, for a failure to tell.
    told: Vec<String>,
}

impl World {
    fn open(seed: u64) -> Self {
        let mut shop = Shop::open();
        let mut world = Erp::default();
        let mut standing = BTreeMap::new();
        let mut chance = Chance(seed);
        for place in PLACES {
            let units = 3 + chance.below(6) as i64;
            shop.figure(SKU, place, units, None);
            standing.insert(place, units);
            world.books.insert(place, units);
        }
        let (lines, orders, told) = (Vec::new(), 0, Vec::new());
        let stood = vec![(shop.second(), standing.clone())];
        Self { chance, shop, erp: world, standing, stood, lines, orders, told }
    }

    fn offered(&self, place: i64) -> i64 {
        self.shop.shelf.stock_by_key(StockListId::new(place), SKU).map_or(0, Stock::available)
    }

    /// What is promised to somebody and has not left.
    fn promised(&self, place: i64) -> i64 {
        let floor = &self.shop.shelf.floor;
        let on_its_way = |item: OrderItemId| {
            let waits = floor.line_with(item).is_some_and(|line| line.state == PackageState::WaitingForTransfer);
            waits && floor.transfer_items.all().any(|one| one.item == item && one.state == TransferState::InTransit)
        };
        let here = |item: OrderItemId| {
            let (Some(line), Some(hold)) = (self.shop.shelf.item(item), self.shop.shelf.hold(item)) else {
                return false;
            };
            let claims = matches!(hold.state, HoldState::Open | HoldState::Reported | HoldState::Settled);
            let list = self.shop.shelf.stock(hold.stock).map(|stock| stock.list.get());
            claims && line.status < OrderStatus::Shipped && line.status != OrderStatus::Cancelled && list == Some(place)
        };
        self.lines.iter().filter(|(_, item, _)| here(*item) && !on_its_way(*item)).map(|(.., units)| units).sum()
    }

    fn check(&self, seed: u64) {
        for place in PLACES {
            let free = (self.standing[&place] - self.promised(place)).max(0);
            assert!(
                self.offered(place) <= free,
                "seed {seed}: place {place} offers {} of {free} free\n{}",
                self.offered(place),
                self.told.join("\n")
            );
        }
        self.shop.assert_sound(&[SKU]);
        for (name, item, _) in &self.lines {
            let waits = self.shop.shelf.floor.waiting_moves_of(*item).next().is_some();
            let state = self.shop.shelf.hold(*item).map(|hold| hold.state);
            assert!(
                !waits || matches!(state, Some(HoldState::Open | HoldState::Short)),
                "seed {seed}: {name} {state:?}"
            );
        }
    }

    fn tell(&mut self, what: &str) {
        self.stood.push((self.shop.second(), self.standing.clone()));
        self.told.push(format!("{what} | {}", PLACES.map(|place| self.shop.stock(SKU, place)).join(" ")));
    }

    fn order(&mut self) {
        let place = PLACES[self.chance.below(3)];
        let offered = self.offered(place);
        if offered == 0 {
            return;
        }
        let units = 1 + self.chance.below(offered as usize) as i64;
        self.orders += 1;
        let number = format!("o{}", self.orders);
        self.shop.try_order(&number, &[(SKU, place, units)]).expect("it is offered");
        let name = format!("{number}.1");
        self.lines.push((name.clone(), self.shop.item(&name), units));
        if self.chance.below(3) > 0 {
            let gather = (self.chance.below(2) == 0).then(|| PLACES[self.chance.below(3)]);
            self.shop.plan(&number, gather);
        }
        self.tell(&format!("{number} of {units} from {place}"));
    }

    fn plan(&mut self) {
        let Some((name, ..)) = self.chance.one(&self.lines) else { return };
        let number = name.trim_end_matches(".1").to_owned();
        let gather = (self.chance.below(2) == 0).then(|| PLACES[self.chance.below(3)]);
        self.shop.plan(&number, gather);
        self.tell(&format!("plan {number} {gather:?}"));
    }

    fn package(&mut self) {
        let all = self.shop.shelf.floor.packages.all().filter(|one| one.state.is_open());
        let all: Vec<_> = all.map(|one| (one.id, one.number.clone(), one.location.get(), one.state)).collect();
        let Some((id, number, place, state)) = self.chance.one(&all) else { return };
        let allowed: Vec<_> = PackageCommand::allowed(state).collect();
        let command = self.chance.one(&allowed).expect("an open package has a command");
        let lines = self.shop.shelf.floor.lines_of(id).filter(|line| line.state.is_open());
        let units: i64 = lines.map(|line| line.quantity.units()).sum();
        self.shop.package(&number, command, &[]).expect("it is allowed");
        if command == PackageCommand::Ship {
            *self.standing.get_mut(&place).expect("a place") -= units;
        }
        self.tell(&format!("{number} {command:?}"));
    }

    fn transfer(&mut self) {
        let all = self.shop.shelf.floor.transfers.all().filter(|one| one.state.is_open());
        let all: Vec<_> = all.map(|one| (one.id, one.number.clone(), one.source, one.destination, one.state)).collect();
        let Some((id, number, source, destination, state)) = self.chance.one(&all) else { return };
        let allowed: Vec<_> = TransferCommand::allowed(state).collect();
        let command = self.chance.one(&allowed).expect("an open transfer has a command");
        let lines = self.shop.shelf.floor.fetched_by(id).filter(|line| line.state.is_open());
        let units: i64 = lines.map(|line| line.quantity.units()).sum();
        self.shop.transfer(&number, command, &[]).expect("it is allowed");
        match command {
            TransferCommand::Ship => *self.standing.get_mut(&source.get()).expect("a place") -= units,
            TransferCommand::Deliver => *self.standing.get_mut(&destination.get()).expect("a place") += units,
            TransferCommand::NotFound | TransferCommand::Cancel => {}
        }
        self.tell(&format!("{number} {command:?}"));
    }

    fn cancel(&mut self) {
        let Some((name, ..)) = self.chance.one(&self.lines) else { return };
        if self.shop.cancel(name.trim_end_matches(".1"), &[&name]).is_ok() {
            self.tell(&format!("cancel {name}"));
        }
    }

    /// The ERP registers a line where it is reserved now.
    fn release(&mut self) {
        let Some((name, item, units)) = self.chance.one(&self.lines) else { return };
        let Some(line) = self.shop.shelf.item(item) else { return };
        let is_known = self.erp.sales.contains_key(&item) || line.status == OrderStatus::Cancelled;
        if is_known || self.shop.shelf.hold(item).is_none_or(|hold| hold.state == HoldState::Short) {
            return;
        }
        let place = line.reserved_list.get();
        *self.erp.books.get_mut(&place).expect("a place") -= units;
        self.erp.sales.insert(item, place);
        if self.chance.below(3) == 0 {
            self.shop.pass();
            self.erp.unsaid.push((name.clone(), item, place, self.shop.second()));
            self.tell(&format!("{name} is booked at {place}"));
        } else {
            self.shop.release(&name);
            self.tell(&format!("release {name} at {place}"));
        }
    }

    /// The ERP says that it had booked a line, unless that has moved meanwhile.
    fn release_late(&mut self) {
        if self.erp.unsaid.is_empty() {
            return;
        }
        let (name, item, place, booked) = self.erp.unsaid.remove(self.chance.below(self.erp.unsaid.len()));
        if self.shop.shelf.item(item).is_some_and(|line| line.reserved_list.get() == place) {
            let ago = self.shop.second() + 1 - booked;
            self.shop.release_at(&name, Some(ago));
            self.tell(&format!("release {name} at {place}, {ago} ago"));
        }
    }

    /// Somebody has counted a place, now or some time ago, and counted rightly.
    fn count(&mut self) {
        let place = PLACES[self.chance.below(3)];
        let now = self.chance.below(2) == 0;
        let moment = if now { self.shop.second() } else { self.stood[self.chance.below(self.stood.len())].0 };
        let (_, stood) = self.stood.iter().rev().find(|(second, _)| *second <= moment).expect("it begins with one");
        let counted = stood[&place];
        let ago = (!now).then(|| self.shop.second() + 1 - moment);
        let lines = self.shop.count_ago(place, &[(SKU, counted)], ago).expect("counted");
        self.tell(&format!("count of {place}, {ago:?} ago: {lines:?}"));
    }

    /// The ERP hears of a cancellation, or never.
    fn hear_cancelled(&mut self) {
        for (name, item, units) in self.lines.clone() {
            let cancelled = self.shop.shelf.item(item).is_some_and(|line| line.status == OrderStatus::Cancelled);
            if cancelled
                && self.chance.below(3) == 0
                && let Some(place) = self.erp.sales.remove(&item)
            {
                *self.erp.books.get_mut(&place).expect("a place") += units;
                self.tell(&format!("the ERP hears that {name} is cancelled"));
            }
        }
    }

    /// The ERP books a move: of a line, in their order.
    fn book(&mut self) {
        let waits = |one: &&StockMove| one.state == MoveState::Waiting && !self.erp.booked.contains_key(&one.id);
        let mut waiting: Vec<StockMove> = Vec::new();
        for one in self.shop.shelf.floor.moves.all().filter(waits) {
            let first = waiting.iter().all(|other| other.item != one.item || other.kind != one.kind);
            if first {
                waiting.push(one.clone());
            }
        }
        let Some(one) = self.chance.one(&waiting) else { return };
        let (from, to, units) = (one.from_list.get(), one.to_list.get(), one.quantity.units());
        let sign = if one.kind == MoveKind::Transfer { 1 } else { -1 };
        if one.kind == MoveKind::OrderItem {
            if self.erp.sales.get(&one.item) != Some(&from) {
                return;
            }
            self.erp.sales.insert(one.item, to);
        }
        *self.erp.books.get_mut(&from).expect("a place") -= sign * units;
        *self.erp.books.get_mut(&to).expect("a place") += sign * units;
        self.erp.booked.insert(one.id, self.shop.second() + 1);
        self.shop.pass();
        self.tell(&format!("the ERP books {} {from}>{to}", one.kind.word()));
    }

    /// The ERP says that it has booked a move, or repeats its release, now or as of then.
    fn acknowledge(&mut self) {
        let all: Vec<StockMoveId> = self.shop.shelf.floor.moves.all().map(|one| one.id).collect();
        let booked: Vec<usize> = (0..all.len()).filter(|place| self.erp.booked.contains_key(&all[*place])).collect();
        let Some(place) = self.chance.one(&booked) else { return };
        let then = self.erp.booked[&all[place]];
        let ago = (self.chance.below(2) == 0).then(|| self.shop.second() + 1 - then);
        self.shop.register(&[(place + 1, "M")], ago).expect("it may be repeated");
        self.tell(&format!("registered {place} {ago:?}"));
    }

    /// The ERP takes a level, to be sent at once or later.
    fn take_level(&mut self) {
        let place = PLACES[self.chance.below(3)];
        let level = self.erp.books[&place].max(0);
        if self.chance.below(2) == 0 {
            self.shop.figure(SKU, place, level, None);
            self.tell(&format!("level {level} of {place}"));
        } else {
            self.shop.pass();
            self.erp.levels.push((place, level, self.shop.second()));
        }
    }

    fn send_level(&mut self) {
        if self.erp.levels.is_empty() {
            return;
        }
        let (place, level, taken) = self.erp.levels.remove(self.chance.below(self.erp.levels.len()));
        let ago = self.shop.second() + 1 - taken;
        let is_written = self.shop.try_figure(SKU, place, level, Some(ago));
        self.tell(&format!("level {level} of {place}, {ago} ago: {is_written}"));
    }

    fn step(&mut self, hears: bool) {
        match self.chance.below(if hears { 18 } else { 14 }) {
            0 | 1 => self.order(),
            2 => self.plan(),
            3..=5 => self.package(),
            6 | 7 => self.transfer(),
            8 => self.cancel(),
            9 => self.release(),
            10 => self.take_level(),
            11 => self.send_level(),
            12 => self.count(),
            13 => self.release_late(),
            14 | 15 => self.book(),
            16 => self.acknowledge(),
            _ => self.hear_cancelled(),
        }
    }
}

#[test]
fn no_place_offers_more_than_stands_there() {
    for seed in 0..600 {
        let mut world = World::open(seed);
        for _ in 0..80 {
            // One ERP in three never hears of moves.
            world.step(seed % 3 > 0);
            world.check(seed);
        }
    }
}
