//! Random walks through a warehouse: in every order of events, no location offers more than it has and has not
//! promised.

use onhand_core::fulfilment::{PackageCommand, TransferCommand};
use onhand_testkit::chance::Chance;

use crate::naive::{PLACES, Warehouse};

struct World {
    chance: Chance,
    house: Warehouse,
}

impl World {
    fn open(seed: u64) -> Self {
        let mut chance = Chance(seed);
        let units = PLACES.map(|_| 3 + chance.below(6) as i64);
        Self { chance, house: Warehouse::open(units) }
    }

    fn place(&mut self) -> i64 {
        PLACES[self.chance.below(PLACES.len())]
    }

    fn order(&mut self) {
        let place = self.place();
        let offered = self.house.offered(place);
        if offered > 0 {
            let units = 1 + self.chance.below(offered as usize) as i64;
            let number = self.house.order(place, units);
            if self.chance.below(3) > 0 {
                self.plan_at_some_place(&number);
            }
        }
    }

    fn plan(&mut self) {
        if let Some(line) = self.chance.one(&self.house.lines) {
            self.plan_at_some_place(line.name.trim_end_matches(".1"));
        }
    }

    fn plan_at_some_place(&mut self, number: &str) {
        let gather = self.chance.once_in(2).then(|| self.place());
        self.house.plan(number, gather);
    }

    fn package(&mut self) {
        if let Some(package) = self.chance.one(&self.house.packages()) {
            let allowed: Vec<_> = PackageCommand::allowed(package.state).collect();
            let command = self.chance.one(&allowed).expect("an open package has a command");
            self.house.package(&package, command);
        }
    }

    fn transfer(&mut self) {
        if let Some(transfer) = self.chance.one(&self.house.transfers()) {
            let allowed: Vec<_> = TransferCommand::allowed(transfer.state).collect();
            let command = self.chance.one(&allowed).expect("an open transfer has a command");
            self.house.transfer(&transfer, command);
        }
    }

    fn cancel(&mut self) {
        if let Some(line) = self.chance.one(&self.house.lines) {
            self.house.cancel(&line);
        }
    }

    fn release(&mut self) {
        let line = self.chance.one(&self.house.lines);
        let Some(line) = line.filter(|line| self.house.is_to_be_registered(line)) else { return };
        match self.chance.below(3) {
            0 => self.house.book_and_say_nothing(&line),
            _ => self.house.release(&line),
        }
    }

    fn say(&mut self) {
        if !self.house.erp.unsaid.is_empty() {
            let which = self.chance.below(self.house.erp.unsaid.len());
            self.house.say(which);
        }
    }

    fn hear_cancelled(&mut self) {
        for line in self.house.lines.clone() {
            if self.chance.below(3) == 0 {
                self.house.hear_cancelled(&line);
            }
        }
    }

    fn book(&mut self) {
        if let Some(one) = self.chance.one(&self.house.to_be_booked()) {
            self.house.book(&one);
        }
    }

    fn acknowledge(&mut self) {
        if let Some(place) = self.chance.one(&self.house.booked()) {
            let as_of_then = self.chance.once_in(2);
            self.house.acknowledge(place, as_of_then);
        }
    }

    fn take_level(&mut self) {
        let place = self.place();
        match self.chance.once_in(2) {
            true => self.house.level(place),
            false => self.house.take_level(place),
        }
    }

    fn send_level(&mut self) {
        if !self.house.erp.levels.is_empty() {
            let which = self.chance.below(self.house.erp.levels.len());
            self.house.send_level(which);
        }
    }

    fn count(&mut self) {
        let place = self.place();
        let moment = if self.chance.once_in(2) { None } else { self.chance.one(&self.house.moments()) };
        self.house.count(place, moment);
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
            13 => self.say(),
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
            world.house.check(&format!("seed {seed}"));
        }
    }
}
