//! The naive model: what has been accepted, in order, and every number worked out from the beginning each time.
//!
//! Promises: nothing is kept but the list of events, so nothing can be forgotten to be updated. It says when a line is
//! open, reported or settled by what happened, never by what a step changes. Must not use any rule of `onhand-core`.

use std::collections::BTreeSet;

pub(crate) use crate::verdict::{Became, Change, Fault, ImportRow, Imported, Numbers, Row, Standing, Verdict, Written};

/// A stock: list and SKU, both counted from 0.
pub(crate) type Key = (usize, usize);

/// How many lists and SKUs there are; SKUs 0 and 1 are products from the start. One more of each is unknown.
pub(crate) const LISTS: usize = 2;
pub(crate) const SKUS: usize = 3;
const PRODUCTS: usize = 2;
/// The documented maximum, as the vendor's documents print it (contract 4.1).
const MAXIMUM: i64 = 2_147_483_647;

/// What a list is told to do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListRule {
    pub(crate) immediate: bool,
    pub(crate) delay: i64,
    /// Whether a line's code of the ERP is no other line's.
    pub(crate) unique: bool,
}

/// The entry point of an order.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EntryPoint {
    Own,
    Accepting,
    Refusing,
    Unknown,
}

/// What a line is when its order comes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Begin {
    Ordered,
    Gone,
    PaidBack,
}

/// What happened to one line or one stock. Lines and orders are counted from 0 in the order of their making.
#[derive(Clone, Debug)]
enum Event {
    Held {
        line: usize,
    },
    Mapped {
        line: usize,
        kind: u8,
        code: u8,
    },
    Released {
        line: usize,
        registered: i64,
    },
    Cancelled {
        line: usize,
    },
    Marked {
        line: usize,
        shipped: bool,
    },
    PaidBack {
        line: usize,
    },
    /// A person has settled it without a level.
    Settled {
        line: usize,
    },
    Written {
        key: Key,
        level: Option<i64>,
        reserved: Option<i64>,
        taken: i64,
        is_sent: bool,
    },
    Adjusted {
        key: Key,
        on_hand: i64,
        external: i64,
    },
    /// The level is again one taken then.
    TakenBack {
        key: Key,
        taken: Option<i64>,
    },
}

#[derive(Clone, Copy, Debug)]
struct Line {
    order: usize,
    key: Key,
    quantity: i64,
}

/// All that was accepted.
#[derive(Debug)]
pub(crate) struct Naive {
    rules: [ListRule; LISTS],
    events: Vec<Event>,
    lines: Vec<Line>,
    orders: usize,
    numbers: BTreeSet<(u8, u8)>,
    /// How much had happened when the stocks were last looked at.
    looked: usize,
    /// The rows of each import: the stock, the result, and how much had happened after it.
    imports: Vec<Vec<(Key, Imported, usize)>>,
}

/// Working out.
impl Naive {
    pub(crate) fn new(rules: [ListRule; LISTS]) -> Self {
        let (events, lines, imports, numbers) = Default::default();
        Self { rules, events, lines, orders: 0, numbers, looked: 0, imports }
    }

    pub(crate) fn lines(&self) -> usize {
        self.lines.len()
    }

    pub(crate) fn orders(&self) -> usize {
        self.orders
    }

    pub(crate) fn standing_now(&self, line: usize) -> Standing {
        self.standing(line, self.events.len())
    }

    pub(crate) fn numbers_now(&self, key: Key) -> Option<Numbers> {
        self.exists(key, self.events.len()).then(|| self.numbers(key, self.events.len()))
    }

    fn numbers(&self, key: Key, upto: usize) -> Numbers {
        let sum = |wanted| {
            let lines = (0..self.lines.len()).filter(|line| self.lines[*line].key == key);
            lines.filter(|line| self.is(*line, wanted, upto)).map(|line| self.lines[line].quantity).sum::<i64>()
        };
        let written = |read: fn(&Event) -> Option<i64>| {
            let of_key = |at: &usize| matches!(&self.events[*at], Event::Written { key: other, .. } if *other == key);
            (0..upto).rev().filter(of_key).find_map(|at| read(&self.events[at]).map(|value| (at, value)))
        };
        let adjusted = |from: usize, read: fn(&Event) -> i64| {
            let of_key = |event: &&Event| matches!(event, Event::Adjusted { key: other, .. } if *other == key);
            self.events[from..upto].iter().filter(of_key).map(read).sum::<i64>()
        };
        let on_hand = written(|event| if let Event::Written { level, .. } = event { *level } else { None });
        let outside = written(|event| if let Event::Written { reserved, .. } = event { *reserved } else { None });
        let external = outside.map_or(0, |(at, reserved)| {
            let lines = (0..self.lines.len()).filter(|line| self.lines[*line].key == key);
            let ours = lines.filter(|line| self.is(*line, Standing::Open, at)).map(|line| self.lines[line].quantity);
            (reserved - ours.sum::<i64>()).max(0)
        });
        let since = |written: Option<(usize, i64)>| written.map_or(0, |(at, _)| at);
        let by = |event: &Event| if let Event::Adjusted { external, .. } = event { *external } else { 0 };
        let external = external + adjusted(since(outside), by);
        let by = |event: &Event| if let Event::Adjusted { on_hand, .. } = event { *on_hand } else { 0 };
        Numbers {
            on_hand: on_hand.map_or(0, |(_, level)| level) + adjusted(since(on_hand), by),
            reserved: sum(Standing::Open) + external,
            external,
            reported: sum(Standing::Reported),
        }
    }

    /// Whether a line was reserved before the event `upto` and stood like this.
    fn is(&self, line: usize, wanted: Standing, upto: usize) -> bool {
        let reserved = self.first(upto, |event| matches!(event, Event::Held { line: other } if *other == line));
        reserved.is_some() && self.standing(line, upto) == wanted
    }

    fn standing(&self, line: usize, upto: usize) -> Standing {
        let key = self.lines[line].key;
        let cancelled = self.first(upto, |event| matches!(event, Event::Cancelled { line: other } if *other == line));
        let alive = cancelled.unwrap_or(upto);
        if self.first(upto, |event| matches!(event, Event::PaidBack { line: other } if *other == line)).is_some() {
            return Standing::Settled;
        }
        let released = self.events[..alive].iter().enumerate().find_map(|(at, event)| match event {
            Event::Released { line: other, registered } if *other == line => Some((at, *registered)),
            _ => None,
        });
        let Some((released, registered)) = released else {
            return if cancelled.is_some() { Standing::Cancelled } else { Standing::Open };
        };
        let settles = |at| self.newest_figure(key, at).is_some_and(|taken| registered <= taken);
        let by_hand = self.first(alive, |event| matches!(event, Event::Settled { line: other } if *other == line));
        let settled = self.rules[key.0].immediate || by_hand.is_some() || (released..=alive).any(settles);
        match (settled, cancelled) {
            (true, _) => Standing::Settled,
            (false, Some(_)) => Standing::Cancelled,
            (false, None) => Standing::Reported,
        }
    }

    fn first(&self, upto: usize, wanted: impl Fn(&Event) -> bool) -> Option<usize> {
        self.events[..upto].iter().position(wanted)
    }

    /// The time of the newest level, if it came with it.
    fn newest_sent(&self, key: Key) -> Option<i64> {
        let end = self.events.len();
        let is_sent = self.events.iter().rev().find_map(|event| match event {
            Event::Written { key: other, level: Some(_), is_sent, .. } if *other == key => Some(*is_sent),
            _ => None,
        });
        self.newest_figure(key, end).filter(|_| is_sent == Some(true))
    }

    /// When the newest level before the event `upto` was taken.
    fn newest_figure(&self, key: Key, upto: usize) -> Option<i64> {
        self.events[..upto].iter().fold(None, |newest, event| match event {
            Event::Written { key: other, level: Some(_), taken, .. } if *other == key => newest.max(Some(*taken)),
            Event::TakenBack { key: other, taken } if *other == key => *taken,
            _ => newest,
        })
    }

    fn exists(&self, key: Key, upto: usize) -> bool {
        self.events[..upto].iter().any(|event| match event {
            Event::Held { line } => self.lines[*line].key == key,
            Event::Written { key: other, .. } | Event::Adjusted { key: other, .. } => *other == key,
            _ => false,
        })
    }

    fn written(&self, key: Key, upto: usize) -> Option<Written> {
        let Numbers { on_hand, external, .. } = self.numbers(key, upto);
        self.exists(key, upto).then(|| (on_hand, external, self.newest_figure(key, upto)))
    }

    /// Whether anything has happened to a stock since `from`, be it that it came to nothing in the end.
    fn touched(&self, key: Key, from: usize) -> bool {
        let now = self.events.len();
        let moved = (from..now).any(|at| self.numbers(key, at) != self.numbers(key, at + 1));
        moved || self.newest_figure(key, from) != self.newest_figure(key, now)
    }

    fn has_product(&self, sku: usize) -> bool {
        sku < PRODUCTS || (0..LISTS).any(|list| self.exists((list, sku), self.events.len()))
    }

    fn is_dead(&self, line: usize) -> bool {
        self.events.iter().any(|event| matches!(event, Event::Cancelled { line: other } if *other == line))
    }

    fn is_shipped(&self, line: usize) -> bool {
        let last = self.events.iter().rev().find_map(|event| match event {
            Event::Marked { line: other, shipped } if *other == line => Some(*shipped),
            _ => None,
        });
        last.unwrap_or(false) && !self.is_dead(line)
    }

    fn lines_of(&self, order: usize) -> Vec<usize> {
        (0..self.lines.len()).filter(|line| self.lines[*line].order == order).collect()
    }

    pub(crate) fn order_of(&self, line: usize) -> usize {
        self.lines[line].order
    }
}

/// Taking commands.
impl Naive {
    pub(crate) fn place(&mut self, entry: EntryPoint, number: u8, wanted: &[(Key, i64, Begin)], now: i64) -> Verdict {
        let channel = match entry {
            EntryPoint::Own => 0,
            EntryPoint::Accepting => 1,
            EntryPoint::Refusing => 2,
            EntryPoint::Unknown => return Verdict::UnknownChannel,
        };
        if self.numbers.contains(&(channel, number)) {
            return Verdict::NumberTaken;
        }
        let mut faults = Vec::new();
        for (row, ((list, sku), ..)) in wanted.iter().enumerate() {
            if *list >= LISTS {
                faults.push((row, Fault::List));
            }
            if !self.has_product(*sku) {
                faults.push((row, Fault::Product));
            }
        }
        if !faults.is_empty() {
            return Verdict::Rows(faults);
        }
        if let Some(refused) = self.unfit(entry, wanted) {
            return refused;
        }
        self.numbers.insert((channel, number));
        let order = self.orders;
        self.orders += 1;
        let reservation = |(key, quantity, begin): &(Key, i64, Begin)| {
            let oversold = self.numbers(*key, self.events.len()).available_unclamped() < *quantity;
            self.lines.push(Line { order, key: *key, quantity: *quantity });
            let line = self.lines.len() - 1;
            let registered = self.newest_figure(*key, self.events.len()).map_or(now, |newest| now.max(newest + 1));
            self.events.extend(match begin {
                Begin::Ordered => vec![Event::Held { line }],
                Begin::Gone => vec![Event::Released { line, registered }, Event::Held { line }],
                Begin::PaidBack => vec![Event::PaidBack { line }, Event::Held { line }],
            });
            if *begin != Begin::Ordered {
                self.events.push(Event::Marked { line, shipped: true });
            }
            oversold && *begin != Begin::PaidBack
        };
        Verdict::Placed(wanted.iter().map(reservation).collect())
    }

    /// Why an order does not fit, if it does not.
    fn unfit(&self, entry: EntryPoint, wanted: &[(Key, i64, Begin)]) -> Option<Verdict> {
        let mut asked: Vec<(Key, i64)> = Vec::new();
        for (key, units, _) in wanted.iter().filter(|(.., begin)| *begin != Begin::PaidBack) {
            match asked.iter_mut().find(|(other, _)| other == key) {
                Some((_, sum)) => *sum += units,
                None => asked.push((*key, *units)),
            }
        }
        let now = |key: &Key| self.numbers(*key, self.events.len());
        let short = asked.iter().map(|(key, asked)| (*key, *asked, now(key).available_unclamped().max(0)));
        let short: Vec<_> = short.filter(|(_, asked, available)| asked > available).collect();
        if entry != EntryPoint::Accepting && !short.is_empty() {
            return Some(Verdict::Short(short));
        }
        asked.iter().any(|(key, asked)| now(key).reserved + asked > MAXIMUM).then_some(Verdict::TooLarge)
    }

    /// Whether the ERP has given a code to a line.
    fn is_given(&self, code: u8) -> bool {
        self.events.iter().any(|event| matches!(event, Event::Mapped { kind: 0, code: of, .. } if *of == code))
    }

    /// `registered` is when the ERP says it was; without it, it is `now`, or after the newest level if that is later.
    pub(crate) fn release(
        &mut self,
        line: usize,
        (kind, code): (u8, u8),
        stock: bool,
        registered: Option<i64>,
        now: i64,
    ) -> Verdict {
        if line >= self.lines.len() {
            return Verdict::NotFound;
        }
        let known = self.events.iter().find_map(|event| match event {
            Event::Mapped { line: other, kind: of, code } if (*other, *of) == (line, kind) => Some(*code),
            _ => None,
        });
        match known {
            Some(known) if known != code => return Verdict::OtherCode(known),
            Some(_) => {}
            None if kind == 0 && self.rules[self.lines[line].key.0].unique && self.is_given(code) => {
                return Verdict::ItemCodeTaken;
            }
            None => self.events.push(Event::Mapped { line, kind, code }),
        }
        if stock && kind == 0 {
            let newest = self.newest_figure(self.lines[line].key, self.events.len());
            let registered = registered.unwrap_or(newest.map_or(now, |newest| now.max(newest + 1)));
            self.events.push(Event::Released { line, registered });
        }
        Verdict::Released { line, code }
    }

    pub(crate) fn cancel(&mut self, order: usize, whole: bool, named: &[usize]) -> Verdict {
        if order >= self.orders {
            return Verdict::NotFound;
        }
        let all = self.lines_of(order);
        let chosen = if whole { all.clone() } else { named.to_vec() };
        let foreign: BTreeSet<usize> = named.iter().copied().filter(|line| !all.contains(line)).collect();
        let foreign: Vec<usize> = foreign.into_iter().collect();
        if !foreign.is_empty() {
            return Verdict::NotInOrder(foreign);
        }
        let left: Vec<usize> = chosen.iter().copied().filter(|line| self.is_shipped(*line)).collect();
        if !left.is_empty() {
            return Verdict::Shipped(left);
        }
        self.events.extend(chosen.into_iter().map(|line| Event::Cancelled { line }));
        let dead: Vec<bool> = all.into_iter().map(|line| self.is_dead(line)).collect();
        let whole = dead.iter().all(|dead| *dead);
        Verdict::Cancelled(dead, whole)
    }

    pub(crate) fn mark(&mut self, line: usize, to: Standing, shipped: bool) -> Verdict {
        if line >= self.lines.len() {
            return Verdict::NotFound;
        }
        match (to == Standing::Cancelled, self.is_dead(line), self.is_shipped(line)) {
            (false, true, _) => return Verdict::Dead,
            (true, _, true) => return Verdict::Shipped(vec![line]),
            (true, _, false) => self.events.push(Event::Cancelled { line }),
            (false, false, _) => self.events.push(Event::Marked { line, shipped }),
        }
        Verdict::Marked
    }

    pub(crate) fn settle(&mut self, line: usize) -> Verdict {
        if line >= self.lines.len() || self.standing_now(line) != Standing::Reported {
            return Verdict::Settled(Vec::new());
        }
        self.events.push(Event::Settled { line });
        Verdict::Settled(vec![line])
    }

    pub(crate) fn write(&mut self, rows: &[Row], create_unknown: bool, now: i64) -> Verdict {
        if rows.iter().any(|row| row.by_id && !self.exists(row.key, self.events.len())) {
            return Verdict::NotFound;
        }
        let taken = |row: &Row| row.snapshot.unwrap_or(now - self.rules[row.key.0].delay);
        let mut faults = Vec::new();
        for (index, row) in rows.iter().enumerate() {
            if row.key.0 >= LISTS {
                faults.push((index, Fault::List));
            } else if !row.by_id && !create_unknown && !self.has_product(row.key.1) {
                faults.push((index, Fault::Product));
            } else if row.level.is_some() {
                let earlier = rows[..index].iter().filter(|other| other.key == row.key && other.level.is_some());
                let is_sent = earlier
                    .clone()
                    .next_back()
                    .map_or(self.newest_sent(row.key).is_some(), |row| row.snapshot.is_some());
                let is_compared = row.snapshot.is_some() || is_sent && self.rules[row.key.0].delay > 0;
                let newest = earlier.map(taken).chain(self.newest_figure(row.key, self.events.len())).max();
                let newest = newest.filter(|_| is_compared);
                faults.extend(newest.filter(|newest| taken(row) < *newest).map(|at| (index, Fault::Older(at))));
            }
        }
        if !faults.is_empty() {
            return Verdict::Rows(faults);
        }
        let mut written = Vec::new();
        for row in rows {
            let created = !self.exists(row.key, self.events.len());
            let taken = row.snapshot.unwrap_or(now - self.rules[row.key.0].delay);
            let is_sent = row.snapshot.is_some();
            self.events.push(Event::Written { key: row.key, level: row.level, reserved: row.reserved, taken, is_sent });
            written.push((created, self.numbers(row.key, self.events.len())));
        }
        Verdict::Written(written)
    }
}

/// Taking files.
impl Naive {
    pub(crate) fn look(&mut self) {
        self.looked = self.events.len();
    }

    pub(crate) fn imports(&self) -> usize {
        self.imports.len()
    }

    pub(crate) fn import(&mut self, list: usize, rows: &[ImportRow], create_unknown: bool, now: i64) -> Verdict {
        if list >= LISTS {
            return Verdict::NotFound;
        }
        let mut done = Vec::new();
        for row in rows {
            let key = (list, row.sku);
            let taken = row.snapshot.unwrap_or(now - self.rules[list].delay);
            let fault = self.import_fault(key, row, taken, create_unknown);
            let (level, reserved, is_sent) = (row.level.set(), row.reserved.set(), row.snapshot.is_some());
            let mut events = vec![Event::Written { key, level, reserved, taken, is_sent }];
            events.push(Event::Adjusted { key, on_hand: row.level.by(), external: row.reserved.by() });
            done.push(self.import_row(key, fault, events));
        }
        self.imported(done)
    }

    fn import_fault(&self, key: Key, row: &ImportRow, taken: i64, create_unknown: bool) -> Option<Fault> {
        let now = self.events.len();
        let newest = match row.snapshot {
            Some(_) => self.newest_figure(key, now),
            None => self.newest_sent(key).filter(|_| self.rules[key.0].delay > 0),
        };
        let numbers = self.numbers(key, now);
        let stale = row.level.set().is_some() && newest.is_some_and(|newest| taken < newest);
        let (on_hand, external) = (numbers.on_hand + row.level.by(), numbers.external + row.reserved.by());
        if !create_unknown && !self.has_product(key.1) {
            Some(Fault::Product)
        } else if row.expects && self.written(key, self.looked) != self.written(key, now) {
            Some(Fault::Stale)
        } else if stale {
            newest.map(Fault::Older)
        } else if on_hand < 0 || external < 0 {
            Some(Fault::Below)
        } else {
            let reserved = numbers.reserved + row.reserved.by();
            (on_hand > MAXIMUM || reserved > MAXIMUM).then_some(Fault::TooLarge)
        }
    }

    fn import_row(&mut self, key: Key, fault: Option<Fault>, events: Vec<Event>) -> (Key, Imported, usize) {
        let start = self.events.len();
        let (before, numbers) = (self.written(key, start), self.numbers(key, start));
        if fault.is_none() {
            self.events.extend(events);
        }
        let end = self.events.len();
        let became = match (fault, before) {
            (Some(fault), _) => Became::Refused(fault),
            (None, None) => Became::Created,
            (None, Some(_)) if self.numbers(key, end) == numbers => Became::Unchanged,
            (None, Some(_)) => Became::Updated,
        };
        let settled = numbers.reported - self.numbers(key, end).reported;
        (key, Imported { became, before, after: self.written(key, end), settled }, end)
    }

    fn imported(&mut self, done: Vec<(Key, Imported, usize)>) -> Verdict {
        let verdict = Verdict::Imported(done.iter().map(|(_, row, _)| row.clone()).collect());
        self.imports.push(done);
        verdict
    }

    /// Takes an import back, and says which of its rows there is nothing to be done about: true where it settled lines.
    pub(crate) fn undo(&mut self, import: usize) -> (Vec<Option<bool>>, Verdict) {
        let (mut left, mut done) = (Vec::new(), Vec::new());
        for (key, row, end) in self.imports.get(import).cloned().unwrap_or_default() {
            let moved = matches!(row.became, Became::Created | Became::Updated);
            left.push((!moved || row.settled > 0).then_some(moved));
            let (Some(after), true, 0) = (row.after, moved, row.settled) else { continue };
            let before = row.before.unwrap_or_default();
            let fault = self.touched(key, end).then_some(Fault::Touched);
            let back = Event::Adjusted { key, on_hand: before.0 - after.0, external: before.1 - after.1 };
            done.push(self.import_row(key, fault, vec![back, Event::TakenBack { key, taken: before.2 }]));
        }
        (left, self.imported(done))
    }
}
