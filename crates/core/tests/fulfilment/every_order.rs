//! Every order of what can happen to one line: the table behind docs/fulfilment.md's moves.
//!
//! Promises: each event happens once at the most, in every order in which it can; after each, no location offers more
//! than it has and has not promised. `ONHAND_EVENTS` says how long the orders are.

use onhand_core::fulfilment::{PackageCommand, TransferCommand, TransferState};

use crate::naive::{Line, Warehouse};

/// Something that happens to the line, or at one of its two lists.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Event {
    /// The ERP registers the line.
    Register,
    /// The ERP registers the line, and says nothing.
    Book,
    /// The ERP says that it had booked the line.
    Say,
    /// Its package is cancelled and it is sourced again, gathered at the other location.
    Move,
    /// It is not found where its package, or its transfer, looks for it.
    NotFound,
    /// Its transfer leaves.
    Ship,
    /// Its transfer arrives.
    Deliver,
    /// Its package leaves.
    Leave,
    Cancel,
    /// The ERP's level of a place, taken before anything happened.
    OlderLevel(i64),
    /// The ERP's level of a place, taken now.
    NewerLevel(i64),
    /// The ERP books every move that it has been told of, and says so.
    Acknowledge,
}

const EVENTS: [Event; 14] = [
    Event::Register,
    Event::Book,
    Event::Say,
    Event::Move,
    Event::NotFound,
    Event::Ship,
    Event::Deliver,
    Event::Leave,
    Event::Cancel,
    Event::OlderLevel(1),
    Event::OlderLevel(2),
    Event::NewerLevel(1),
    Event::NewerLevel(2),
    Event::Acknowledge,
];

/// Five units at the first location, none or five at the second; a line of two of the first, sourced there, or gathered
/// at the second.
#[derive(Clone, Copy, Debug)]
struct Start {
    there: i64,
    gathered: bool,
}

fn begin(start: Start) -> (Warehouse, Line) {
    let mut house = Warehouse::open([5, start.there, 0]);
    let number = house.order(1, 2);
    // Taken before the ERP or a person does anything.
    [1, 2].into_iter().for_each(|place| house.take_level(place));
    house.plan(&number, start.gathered.then_some(2));
    let line = house.lines[0].clone();
    (house, line)
}

/// `false` where it cannot happen.
fn happen(house: &mut Warehouse, line: &Line, event: Event) -> bool {
    match event {
        Event::Register => {
            let may = house.is_to_be_registered(line);
            if may {
                house.release(line);
            }
            may
        }
        Event::Book => {
            let may = house.is_to_be_registered(line);
            if may {
                house.book_and_say_nothing(line);
            }
            may
        }
        Event::Say => {
            let may = !house.erp.unsaid.is_empty();
            if may {
                house.say(0);
            }
            may
        }
        Event::Cancel => house.cancel(line),
        Event::OlderLevel(place) => house.level_from(place).map(|which| house.send_level(which)).is_some(),
        Event::NewerLevel(place) => {
            house.level(place);
            true
        }
        Event::Acknowledge => acknowledge(house),
        Event::Ship => on_transfer(house, TransferCommand::Ship),
        Event::Deliver => on_transfer(house, TransferCommand::Deliver),
        Event::Leave => [PackageCommand::Prepare, PackageCommand::Pack, PackageCommand::Ship]
            .into_iter()
            .all(|command| on_package(house, command)),
        Event::NotFound => on_package(house, PackageCommand::NotFound) || on_transfer(house, TransferCommand::NotFound),
        Event::Move => {
            let elsewhere = house.packages().first().map(|package| 3 - package.location.get());
            let moves = on_package(house, PackageCommand::Cancel);
            if moves {
                house.plan(line.name.trim_end_matches(".1"), elsewhere);
            }
            moves
        }
    }
}

fn acknowledge(house: &mut Warehouse) -> bool {
    let mut any = false;
    while let Some(one) = house.to_be_booked().first().cloned() {
        house.book(&one);
        any = true;
    }
    for place in house.booked() {
        house.acknowledge(place, false);
    }
    any
}

fn on_package(house: &mut Warehouse, command: PackageCommand) -> bool {
    let may = |state| PackageCommand::allowed(state).any(|allowed| allowed == command);
    let package = house.packages().into_iter().find(|package| may(package.state));
    package.map(|package| house.package(&package, command)).is_some()
}

fn on_transfer(house: &mut Warehouse, command: TransferCommand) -> bool {
    let may = |state: TransferState| TransferCommand::allowed(state).any(|allowed| allowed == command);
    let transfer = house.transfers().into_iter().find(|transfer| may(transfer.state));
    transfer.map(|transfer| house.transfer(&transfer, command)).is_some()
}

/// Goes through every order that begins with these events; how many there are.
fn walk(start: Start, so_far: &mut Vec<Event>, length: usize) -> usize {
    let mut orders = 0;
    for event in EVENTS.into_iter().filter(|event| !so_far.contains(event)).collect::<Vec<_>>() {
        let (mut house, line) = begin(start);
        assert!(so_far.iter().all(|before| happen(&mut house, &line, *before)), "it could happen before");
        if !happen(&mut house, &line, event) {
            continue;
        }
        so_far.push(event);
        house.check(&format!("{start:?} {so_far:?}"));
        orders += 1;
        if so_far.len() < length {
            orders += walk(start, so_far, length);
        }
        so_far.pop();
    }
    orders
}

#[test]
fn no_order_of_events_offers_more_than_stands_there() {
    let length = std::env::var("ONHAND_EVENTS").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    let starts = [(5, false), (0, false), (0, true)].map(|(there, gathered)| Start { there, gathered });
    let orders: usize = starts.into_iter().map(|start| walk(start, &mut Vec::new(), length)).sum();
    assert!(orders > 5_000, "only {orders} orders");
}
