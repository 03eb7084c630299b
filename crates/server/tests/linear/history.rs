//! What the clients wrote down, and what of it concerns one stock.
//!
//! Promises: one entry per operation, however often it had to be sent; an operation on several stocks is one call on
//! each of them, between the same two moments. Must not know the wire.

use crate::checker::Call;
use crate::model::{Answer, History, Numbers, Request};

/// An order line, as the clients name it: the server's own names are not known when an answer is lost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Line {
    pub(crate) name: u32,
    /// Which of the stocks.
    pub(crate) stock: usize,
    pub(crate) units: i64,
}

/// A row of a write.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Row {
    pub(crate) stock: usize,
    pub(crate) figure: Option<i64>,
    pub(crate) held: Option<i64>,
}

/// An operation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Act {
    Place {
        number: String,
        lines: Vec<Line>,
    },
    /// A cart reserves what an order of these lines would.
    Reserve {
        reference: String,
        lines: Vec<Line>,
    },
    /// That cart becomes an order of this number, which changes no number of a stock.
    Confirm {
        number: String,
        reference: String,
        lines: Vec<Line>,
    },
    /// That cart gives back what it reserves.
    GiveBack {
        reference: String,
        lines: Vec<Line>,
    },
    Release {
        line: Line,
    },
    Cancel {
        lines: Vec<Line>,
    },
    Write(Vec<Row>),
    Read,
    /// The data source has taken a line, at a time of its clock.
    Register {
        line: Line,
        at: i64,
    },
    /// The data source has refused a line.
    Refuse {
        line: Line,
    },
    /// What the data source had of a stock, at a time of its clock.
    Level {
        stock: usize,
        value: i64,
        at: i64,
    },
}

/// An answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Told {
    Done,
    /// The cart has become an order, or was given back.
    Ended,
    /// The order does not fit: these stocks are short, and this is what they have.
    Short(Vec<(usize, i64)>),
    /// Numbers by stock.
    Numbers(Vec<(usize, Numbers)>),
}

/// A line of a client's journal.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// Nanoseconds since the recording began.
    pub(crate) begun: u64,
    pub(crate) act: Act,
    /// When the answer had come in whole.
    pub(crate) answer: Option<(u64, Told)>,
}

/// The history of one stock.
pub(crate) fn of_stock(entries: &[Entry], stock: usize) -> History {
    entries.iter().filter_map(|entry| call(entry, stock)).collect()
}

fn call(entry: &Entry, stock: usize) -> Option<Call<Request, Answer>> {
    let told = entry.answer.as_ref().map(|(_, told)| told);
    let request = request(&entry.act, told, stock)?;
    let answer = match told {
        None => None,
        Some(Told::Done | Told::Ended) => Some(Answer::Done),
        Some(Told::Short(short)) => {
            let here = short.iter().find(|(index, _)| *index == stock);
            Some(here.map_or(Answer::Fits, |&(_, available)| Answer::Short { available }))
        }
        Some(Told::Numbers(all)) => {
            let (_, numbers) = all.iter().find(|(index, _)| *index == stock)?;
            Some(Answer::Numbers(*numbers))
        }
    };
    let answer = entry.answer.as_ref().zip(answer).map(|((end, _), answer)| (*end, answer));
    Some(Call { begun: entry.begun, request, answer })
}

fn request(act: &Act, told: Option<&Told>, stock: usize) -> Option<Request> {
    let here = |lines: &[Line]| -> Vec<(u32, i64)> {
        lines.iter().filter(|line| line.stock == stock).map(|line| (line.name, line.units)).collect()
    };
    match act {
        Act::Place { lines, .. } | Act::Reserve { lines, .. } => {
            let lines = here(lines);
            let asked = lines.iter().map(|(_, units)| units).sum();
            // What was rejected has made no lines, here or elsewhere.
            let request = if let Some(Told::Short(_)) = told { Request::Ask(asked) } else { Request::Place(lines) };
            (asked > 0).then_some(request)
        }
        Act::Release { line } => (line.stock == stock).then_some(Request::Release(line.name)),
        Act::Confirm { .. } => None,
        // What became an order is that order's.
        Act::GiveBack { .. } if told == Some(&Told::Ended) => None,
        Act::Cancel { lines } | Act::GiveBack { lines, .. } => {
            let names: Vec<u32> = here(lines).into_iter().map(|(name, _)| name).collect();
            (!names.is_empty()).then_some(Request::Cancel(names))
        }
        Act::Write(rows) => {
            let row = rows.iter().find(|row| row.stock == stock)?;
            Some(Request::Write { figure: row.figure, held: row.held })
        }
        // A read without an answer tells nothing.
        Act::Read => told.map(|_| Request::Read),
        Act::Register { line, at } => (line.stock == stock).then_some(Request::Register { name: line.name, at: *at }),
        Act::Refuse { line } => (line.stock == stock).then_some(Request::Refuse(line.name)),
        Act::Level { stock: of, value, at } => (*of == stock).then_some(Request::Level { value: *value, at: *at }),
    }
}
