//! Planted violations: a real recording with one thing in it that no stock could have answered.
//!
//! Promises: what is planted is illegal whatever the order of the other calls, so the checker must reject it. A plant
//! looks for its place by chance, and says so where there is none.

use std::collections::BTreeSet;

use onhand_testkit::chance::Chance;

use crate::checker::Call;
use crate::model::{Answer, History, Numbers, Request};
use crate::shop::START;

/// Makes a violation of its kind.
pub(crate) type Plant = fn(&History, &mut Chance) -> Option<History>;

/// Every kind. They rely on a last read after everything else, on an answer to every call, and on nothing sold
/// elsewhere: such a write says how much is reserved whatever is, and so hides what came before it.
pub(crate) const PLANTS: [(&str, Plant); 9] = [
    ("an order is acknowledged and missing", missing),
    ("an order that was held is told that there is nothing", turned_away),
    ("an order that was refused is told that it is held", oversold),
    ("an order is held that no client asked for", lost),
    ("an order is answered contrary to what there is", contrary),
    ("a read shows an older figure than one that was acknowledged before it", stale),
    ("a read shows a figure before a client writes it", early),
    ("a read shows a figure that no client writes", invented),
    ("releases count twice", released_twice),
];

/// The kinds for a stock that a data source feeds. They rely on a last read after everything else.
pub(crate) const PLANTS_SOURCED: &[(&str, Plant)] = &[
    ("a line is freed that nobody has freed", freed_by_nobody),
    ("a line is freed twice", freed_twice),
    ("a refused line stays reserved", kept),
    ("a unit is lost", unit_lost),
    ("a placed line counts again when a level has it", counted_twice),
];

/// A name that no line of a recording has.
const NOBODYS: u32 = u32::MAX;

/// One of the calls for which there is a reason.
fn pick<'h, T>(
    history: &'h History,
    chance: &mut Chance,
    reason: impl Fn(&'h Call<Request, Answer>) -> Option<T>,
) -> Option<(usize, T)> {
    let mut found: Vec<(usize, T)> =
        history.iter().enumerate().filter_map(|(index, call)| Some((index, reason(call)?))).collect();
    (!found.is_empty()).then(|| found.swap_remove(chance.below(found.len())))
}

fn changed(history: &History, index: usize, change: impl FnOnce(&mut Call<Request, Answer>)) -> History {
    let mut history = history.clone();
    change(&mut history[index]);
    history
}

fn told(call: &Call<Request, Answer>) -> (u64, Answer) {
    call.answer.expect("every call was answered")
}

/// The numbers that a call saw, and when it ended.
fn seen(call: &Call<Request, Answer>) -> Option<(u64, Numbers)> {
    match (&call.request, call.answer) {
        (Request::Read, Some((end, Answer::Numbers(numbers)))) => Some((end, numbers)),
        _ => None,
    }
}

/// Calls that may have put this level there.
fn writers(history: &History, figure: i64) -> impl Iterator<Item = &Call<Request, Answer>> {
    let writes =
        move |call: &&Call<_, _>| matches!(call.request, Request::Write { figure: Some(one), .. } if one == figure);
    history.iter().filter(writes)
}

/// An order all of whose lines are reserved to the end: it must be in the last read.
fn lasting(history: &History, chance: &mut Chance) -> Option<(usize, i64)> {
    let mut ended = BTreeSet::new();
    for call in history {
        match &call.request {
            Request::Release(name) => _ = ended.insert(*name),
            Request::Cancel(names) => ended.extend(names),
            _ => {}
        }
    }
    pick(history, chance, |call| match &call.request {
        Request::Place(lines) if lines.iter().all(|(name, _)| !ended.contains(name)) => {
            Some(lines.iter().map(|(_, units)| units).sum())
        }
        _ => None,
    })
}

fn missing(history: &History, chance: &mut Chance) -> Option<History> {
    let (index, lines) = pick(history, chance, |call| match &call.request {
        Request::Place(lines) => Some(lines.len() as u32),
        _ => None,
    })?;
    let mut again = history[index].clone();
    again.request = Request::Place((0..lines).map(|line| (NOBODYS - line, 1)).collect());
    Some([history.as_slice(), &[again]].concat())
}

fn turned_away(history: &History, chance: &mut Chance) -> Option<History> {
    let (index, units) = lasting(history, chance)?;
    Some(changed(history, index, |call| {
        call.request = Request::Ask(units);
        call.answer = Some((told(call).0, Answer::Short { available: 0 }));
    }))
}

fn oversold(history: &History, chance: &mut Chance) -> Option<History> {
    let (index, units) = pick(history, chance, |call| match (&call.request, told(call).1) {
        (Request::Ask(units), Answer::Short { .. }) => Some(*units),
        _ => None,
    })?;
    Some(changed(history, index, |call| {
        call.request = Request::Place(vec![(NOBODYS, units)]);
        call.answer = Some((told(call).0, Answer::Done));
    }))
}

fn lost(history: &History, chance: &mut Chance) -> Option<History> {
    let (index, _) = lasting(history, chance)?;
    let mut history = history.clone();
    history.remove(index);
    Some(history)
}

/// At a moment when no other client asks for anything: after the last read.
fn contrary(history: &History, _: &mut Chance) -> Option<History> {
    let (end, last) = seen(history.last()?)?;
    let answer = if last.available > 0 { Answer::Short { available: 0 } } else { Answer::Fits };
    let call = Call { begun: end + 1, request: Request::Ask(1), answer: Some((end + 2, answer)) };
    Some([history.as_slice(), &[call]].concat())
}

/// The level of before a write that was over when the read began, if no client wrote it again.
fn stale(history: &History, chance: &mut Chance) -> Option<History> {
    let (index, figure) = pick(history, chance, |call| {
        seen(call)?;
        let over = |write: &&Call<_, _>| told(write).0 < call.begun;
        let figures = history.iter().filter(over).filter_map(|write| match write.request {
            Request::Write { figure: Some(figure), .. } => Some((write.begun, figure)),
            _ => None,
        });
        // The newest write that is surely over, and a level that surely came before it.
        let (begun, newest) = figures.clone().max()?;
        let gone = |figure: i64| writers(history, figure).all(|write| told(write).0 < begun);
        figures.map(|(_, figure)| figure).find(|figure| *figure != newest && gone(*figure))
    })?;
    show(history, index, figure)
}

fn early(history: &History, chance: &mut Chance) -> Option<History> {
    let (index, first) = pick(history, chance, |call| {
        let (_, numbers) = seen(call).filter(|(_, numbers)| numbers.stock != START)?;
        writers(history, numbers.stock).map(|write| write.begun).min()
    })?;
    Some(changed(history, index, |call| {
        (call.begun, call.answer) = (first - 2, Some((first - 1, told(call).1)));
    }))
}

fn invented(history: &History, chance: &mut Chance) -> Option<History> {
    let (index, _) = pick(history, chance, seen)?;
    show(history, index, 1_000_000_000)
}

fn show(history: &History, index: usize, figure: i64) -> Option<History> {
    let (end, mut numbers) = seen(&history[index])?;
    numbers.stock = figure;
    numbers.available = (figure - numbers.held - numbers.reported).max(0);
    Some(changed(history, index, |call| call.answer = Some((end, Answer::Numbers(numbers)))))
}

/// More is reported than was ever released.
fn released_twice(history: &History, _: &mut Chance) -> Option<History> {
    let (end, mut numbers) = seen(history.last()?)?;
    let released = |name: &u32| history.iter().any(|call| call.request == Request::Release(*name));
    let lines =
        history.iter().filter_map(|call| if let Request::Place(lines) = &call.request { Some(lines) } else { None });
    let units: i64 = lines.flatten().filter(|(name, _)| released(name)).map(|(_, units)| units).sum();
    numbers.reported = 2 * units;
    numbers.available = (numbers.stock - numbers.held - numbers.reported).max(0);
    let last = history.len() - 1;
    (units > 0).then(|| changed(history, last, |call| call.answer = Some((end, Answer::Numbers(numbers)))))
}

/// Refusals that have taken effect, on lines that no client has cancelled: their names and units.
fn refused(history: &History, chance: &mut Chance) -> Option<(u32, i64)> {
    let is_cancelled =
        |name: u32| history.iter().any(|call| matches!(&call.request, Request::Cancel(names) if names.contains(&name)));
    let (_, name) = pick(history, chance, |call| match call.request {
        Request::Refuse(name) if call.answer.is_some() && !is_cancelled(name) => Some(name),
        _ => None,
    })?;
    Some((name, units_of(history, name)?))
}

fn units_of(history: &History, name: u32) -> Option<i64> {
    let lines = history.iter().filter_map(|call| match &call.request {
        Request::Place(lines) => Some(lines),
        _ => None,
    });
    lines.flatten().find(|(line, _)| *line == name).map(|(_, units)| *units)
}

/// The same history, in which the last read shows other numbers.
fn last_read(history: &History, change: impl FnOnce(&mut Numbers)) -> Option<History> {
    let last = history.iter().rposition(|call| call.request == Request::Read)?;
    let (end, mut numbers) = seen(&history[last])?;
    change(&mut numbers);
    Some(changed(history, last, |call| call.answer = Some((end, Answer::Numbers(numbers)))))
}

/// The data source has never refused it.
fn freed_by_nobody(history: &History, chance: &mut Chance) -> Option<History> {
    let (name, _) = refused(history, chance)?;
    Some(history.iter().filter(|call| call.request != Request::Refuse(name)).cloned().collect())
}

fn freed_twice(history: &History, chance: &mut Chance) -> Option<History> {
    let (_, units) = refused(history, chance)?;
    last_read(history, |numbers| (numbers.held, numbers.available) = (numbers.held - units, numbers.available + units))
}

fn kept(history: &History, chance: &mut Chance) -> Option<History> {
    let (_, units) = refused(history, chance)?;
    last_read(history, |numbers| (numbers.held, numbers.available) = (numbers.held + units, numbers.available - units))
}

fn unit_lost(history: &History, _: &mut Chance) -> Option<History> {
    last_read(history, |numbers| (numbers.stock, numbers.available) = (numbers.stock - 1, numbers.available - 1))
}

fn counted_twice(history: &History, chance: &mut Chance) -> Option<History> {
    let (_, name) = pick(history, chance, |call| match call.request {
        Request::Register { name, .. } if call.answer.is_some() => Some(name),
        _ => None,
    })?;
    let units = units_of(history, name)?;
    last_read(history, |numbers| {
        (numbers.reported, numbers.available) = (numbers.reported + units, numbers.available - units);
    })
}
