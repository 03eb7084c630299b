//! The rules of one product stock, told once more and as plainly as they can be (docs/data-model.md).
//!
//! Promises: a sequential stock for the checker. It has no clock: a level and a release that carry no time of their own
//! count from their arrival, which is their place in the order; so a level settles all that was released before it and
//! nothing else. Calls that carry their own times are left out for that reason. A stock that a data source feeds is the
//! other kind: what the other installation does carries that installation's time, and nobody here sees the moment at
//! which it takes effect. Must not use the rules it checks.

use crate::checker::{self, Object};

/// A product stock: what was written last, what others sold, and the lines that still count.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub(crate) struct Stock {
    on_hand: i64,
    external: i64,
    /// Units of the lines that are reserved, and of those that are reported.
    open: i64,
    reported: i64,
    /// When the level was taken, by the clock of the data source; 0 without one.
    level_at: i64,
    /// In the order of their names, so that the same lines are the same state.
    lines: Vec<Line>,
}

/// An order line that is reserved, or reported and not yet in a level.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Line {
    name: u32,
    units: i64,
    /// When it was registered, by the clock of the data source; 0 where the ERP has registered it.
    reported: Option<i64>,
}

/// What can be asked of one stock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Request {
    /// An order of these lines, by name and units: all are reserved or none.
    Place(Vec<(u32, i64)>),
    /// An order of so many units that another of its stocks rejects.
    Ask(i64),
    /// The ERP has registered a line.
    Release(u32),
    Cancel(Vec<u32>),
    /// A new level, a new quantity sold elsewhere, or both.
    Write {
        figure: Option<i64>,
        held: Option<i64>,
    },
    /// The data source has taken a line at a time of its clock.
    Register {
        name: u32,
        at: i64,
    },
    /// The data source has refused a line.
    Refuse(u32),
    /// What the data source had at a time of its clock.
    Level {
        value: i64,
        at: i64,
    },
    Read,
}

/// What the stock answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Answer {
    /// The order is placed, the line released or cancelled.
    Done,
    /// There is enough here.
    Fits,
    /// There is not: this is what there is.
    Short {
        available: i64,
    },
    Numbers(Numbers),
    /// What a data source does, where there is nothing for it to be done to.
    Nothing,
}

fn done(is_done: bool) -> Answer {
    if is_done { Answer::Done } else { Answer::Nothing }
}

/// What a read shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Numbers {
    pub(crate) stock: i64,
    pub(crate) held: i64,
    pub(crate) reported: i64,
    pub(crate) available: i64,
}

/// A history of one product stock.
pub(crate) type History = checker::History<Stock>;

impl Stock {
    /// A stock with this level and nothing sold.
    pub(crate) fn new(on_hand: i64) -> Self {
        Self { on_hand, ..Self::default() }
    }

    pub(crate) fn numbers(&self) -> Numbers {
        let (stock, held, reported) = (self.on_hand, self.open + self.external, self.reported);
        Numbers { stock, held, reported, available: (stock - held - reported).max(0) }
    }

    fn place(&mut self, lines: &[(u32, i64)]) -> Answer {
        let asked = lines.iter().map(|(_, units)| units).sum();
        if let Answer::Short { available } = self.ask(asked) {
            return Answer::Short { available };
        }
        self.open += asked;
        self.lines.extend(lines.iter().map(|&(name, units)| Line { name, units, reported: None }));
        self.lines.sort_unstable_by_key(|line| line.name);
        Answer::Done
    }

    fn ask(&self, units: i64) -> Answer {
        let available = self.numbers().available;
        if units > available { Answer::Short { available } } else { Answer::Fits }
    }

    /// A line that was reported, settled or cancelled before stays what it is.
    fn release(&mut self, name: u32, at: i64) -> bool {
        let Some(line) = self.lines.iter_mut().find(|line| line.name == name && line.reported.is_none()) else {
            return false;
        };
        line.reported = Some(at);
        self.open -= line.units;
        self.reported += line.units;
        true
    }

    /// A line that the data source has registered is in every level that was taken there since.
    fn register(&mut self, name: u32, at: i64) -> bool {
        let is_new = self.release(name, at);
        self.settle(self.level_at);
        is_new
    }

    /// A level that is older than the stored one says nothing.
    fn level(&mut self, value: i64, at: i64) {
        if at > self.level_at {
            (self.on_hand, self.level_at) = (value, at);
            self.settle(at);
        }
    }

    /// Lines that were registered up to a time are in the level.
    fn settle(&mut self, until: i64) {
        let is_in = |line: &Line| line.reported.is_some_and(|at| at <= until);
        self.reported -= self.lines.iter().filter(|line| is_in(line)).map(|line| line.units).sum::<i64>();
        self.lines.retain(|line| !is_in(line));
    }

    /// What is settled already is not given back: the next level says.
    fn cancel(&mut self, name: u32) {
        if let Some(index) = self.lines.iter().position(|line| line.name == name) {
            let line = self.lines.remove(index);
            *(if line.reported.is_some() { &mut self.reported } else { &mut self.open }) -= line.units;
        }
    }

    fn write(&mut self, figure: Option<i64>, held: Option<i64>) -> Answer {
        if let Some(figure) = figure {
            self.on_hand = figure;
            self.settle(i64::MAX);
        }
        if let Some(held) = held {
            self.external = (held - self.open).max(0);
        }
        Answer::Numbers(self.numbers())
    }
}

impl Object for Stock {
    type Request = Request;
    type Answer = Answer;

    fn apply(&mut self, request: &Request) -> Answer {
        match request {
            Request::Place(lines) => self.place(lines),
            Request::Ask(units) => self.ask(*units),
            Request::Release(name) => {
                self.release(*name, 0);
                Answer::Done
            }
            Request::Cancel(names) => {
                names.iter().for_each(|name| self.cancel(*name));
                Answer::Done
            }
            Request::Write { figure, held } => self.write(*figure, *held),
            // Of these it is known whether they have done something.
            Request::Register { name, at } => done(self.register(*name, *at)),
            // It is freed once, whoever frees it.
            Request::Refuse(name) => {
                let lines = self.lines.len();
                self.cancel(*name);
                done(self.lines.len() < lines)
            }
            Request::Level { value, at } => {
                self.level(*value, *at);
                Answer::Done
            }
            Request::Read => Answer::Numbers(self.numbers()),
        }
    }

    fn only_looks(request: &Request) -> bool {
        matches!(request, Request::Ask(_) | Request::Read)
    }

    /// A line is registered or freed once, and a level that is stored is not newer than itself.
    fn is_done_once(request: &Request) -> bool {
        matches!(request, Request::Register { .. } | Request::Refuse(_) | Request::Level { .. })
    }
}
