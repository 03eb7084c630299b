//! Outgoing lines: what follows what, and what that does to stock.

use onhand_core::commands::{TellOutgoing, WriteStock};
use onhand_core::{
    CLAIM_SECONDS, Command, Context, DataSourceId, GIVE_UP_SECONDS, LATE_SECONDS, OrderItem, OrderItemId, OrderStatus,
    Outcome, OutgoingEffect, OutgoingError, OutgoingEvent, OutgoingLine, OutgoingState, Rejection, RemoteLine,
    ReservationState, StockList, StockListId, Timestamp, UserId, WorkingSet, decide,
};
use onhand_testkit::commands;

const SECOND: i64 = 1_000_000;
/// The moment at which lines of the table are told something; they are pending since the moment 0.
const NOW: i64 = 100 * SECOND;

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

fn error(code: &str) -> OutgoingError {
    OutgoingError::new(code, "It is so.")
}

fn placed() -> OutgoingEvent {
    OutgoingEvent::Placed(RemoteLine { order: 7, item: 8, at: at(5) })
}

/// An event by the word that the table has for it.
fn event(word: &str, of: OutgoingState) -> OutgoingEvent {
    match word {
        "cancelled-here" => OutgoingEvent::CancelledHere,
        "sending" => OutgoingEvent::Sending,
        "placed" => placed(),
        "cancelled-there" => OutgoingEvent::CancelledThere,
        "missing" => OutgoingEvent::Missing,
        "refused" => OutgoingEvent::Refused(error("refused")),
        "cancel-refused" => OutgoingEvent::CancelRefused(error("cancel_refused")),
        "left" => OutgoingEvent::Left,
        "unknown" => OutgoingEvent::Unknown { of, error: error("unknown"), next: at(NOW + 3 * SECOND) },
        other => panic!("{other}"),
    }
}

const EVENTS: [&str; 9] = [
    "cancelled-here",
    "sending",
    "placed",
    "cancelled-there",
    "missing",
    "refused",
    "cancel-refused",
    "unknown",
    "left",
];

/// For each state, the number of requests that may have placed the line, and what each event of [`EVENTS`] does: the next
/// state, the seconds until something is to be done (`-` for never), and what that means for the line here. `.` is an event
/// without a meaning.
const TABLE: &str = "
pending 0 | cancelled -        | pending 20 | placed 10 release | cancelled - cancel | .                 | refused - cancel  | .        | pending 3    | .
pending 1 | cancelling 0       | pending 20 | placed 10 release | cancelled - cancel | .                 | refused - cancel  | .        | pending 3    | .
pending 2 | cancelling 0       | pending 20 | placed 10 release | cancelled - cancel | .                 | refused 60 cancel | .        | pending 3    | .
placed 1  | cancelling 0       | .          | placed 50         | cancelled - cancel | pending 0 reserve | .                 | .        | placed 3     | placed -
cancelling 0 | .               | .          | cancelling 0      | cancelled -        | cancelled -       | cancelled -       | failed - | cancelling 3 | .
cancelling 1 | .               | .          | cancelling 0      | cancelled -        | cancelled 60      | cancelled -       | failed - | cancelling 3 | .
cancelling 2 | .               | .          | cancelling 0      | cancelled -        | cancelled 60      | cancelled 60      | failed - | cancelling 3 | .
refused 2 | .                  | .          | cancelling 0      | refused -          | refused -         | .                 | .        | refused 3    | .
cancelled 1 | .                | .          | cancelling 0      | cancelled -        | cancelled -       | .                 | .        | cancelled 3  | .
failed 1  | .                  | .          | cancelling 0      | failed -           | failed -          | .                 | .        | failed 3     | .
";

fn line(state: OutgoingState, attempts: i64) -> OutgoingLine {
    OutgoingLine { state, attempts, ..OutgoingLine::new(DataSourceId::new(1), "", at(0)) }
}

/// What an event does to a line, in the words of the table.
fn told(line: &mut OutgoingLine, event: &OutgoingEvent, now: i64) -> String {
    let before = line.clone();
    let Some(effect) = line.tell(event, at(now)) else {
        assert_eq!(*line, before, "{event:?} has no meaning, and changes nothing");
        return ".".to_owned();
    };
    let next = line.next_try_at.map(|next| ((next.micros() - now) / SECOND).to_string());
    let effect = match effect {
        OutgoingEffect::Nothing => "",
        OutgoingEffect::Release(registered) => {
            assert_eq!(registered, at(5));
            " release"
        }
        OutgoingEffect::Cancel => " cancel",
        OutgoingEffect::Reserve => " reserve",
    };
    format!("{} {}{effect}", line.state.word(), next.unwrap_or_else(|| "-".to_owned()))
}

#[test]
fn what_follows_what() {
    let rows: Vec<&str> = TABLE.lines().filter(|row| !row.is_empty()).collect();
    for row in &rows {
        let mut cells = row.split('|').map(str::trim);
        let (state, attempts) = cells.next().and_then(|cell| cell.split_once(' ')).expect("a state and a number");
        let state = OutgoingState::from_word(state).expect("a state");
        let expected: Vec<&str> = cells.collect();
        let found =
            EVENTS.map(|word| told(&mut line(state, attempts.parse().expect("a number")), &event(word, state), NOW));
        assert_eq!(found.to_vec(), expected, "{row}");
    }
    for state in OutgoingState::ALL {
        assert!(rows.iter().any(|row| row.starts_with(state.word())), "{state:?} has no row");
    }
}

#[test]
fn a_line_is_given_up_when_it_is_old_and_not_there() {
    let give_up = GIVE_UP_SECONDS * SECOND;
    let mut young = line(OutgoingState::Pending, 3);
    assert_eq!(told(&mut young, &OutgoingEvent::Missing, give_up - 1), ".");
    let expected = format!("failed {LATE_SECONDS} cancel");
    let mut old = line(OutgoingState::Pending, 3);
    assert_eq!(told(&mut old, &OutgoingEvent::Missing, give_up), expected);
    assert_eq!(old.error.as_ref().map(|error| error.code.as_str()), Some("timed_out"));
    // One of which nothing is known is kept, however old it is.
    let mut unknown = line(OutgoingState::Pending, 3);
    let (of, next) = (OutgoingState::Pending, at(2 * give_up));
    let event = OutgoingEvent::Unknown { of, error: error("no_answer"), next };
    assert_eq!(told(&mut unknown, &event, 2 * give_up), "pending 0");
    // One that was lost waits anew.
    let mut lost = line(OutgoingState::Placed, 1);
    assert_eq!(told(&mut lost, &OutgoingEvent::Missing, 2 * give_up), "pending 0 reserve");
    assert_eq!(told(&mut lost, &OutgoingEvent::Missing, 2 * give_up + 1), ".");
}

#[test]
fn a_line_that_is_being_sent_is_nobody_elses() {
    let mut sent = line(OutgoingState::Pending, 0);
    assert_eq!(told(&mut sent, &OutgoingEvent::Sending, NOW), format!("pending {CLAIM_SECONDS}"));
    assert_eq!(told(&mut sent, &OutgoingEvent::Sending, NOW + SECOND), ".");
    assert_eq!(
        told(&mut sent, &OutgoingEvent::Sending, NOW + CLAIM_SECONDS * SECOND),
        format!("pending {CLAIM_SECONDS}")
    );
    assert_eq!(sent.attempts, 2);
}

#[test]
fn what_ended_keeps_its_reason() {
    let mut refused = line(OutgoingState::Pending, 2);
    told(&mut refused, &OutgoingEvent::Refused(error("insufficient_stock")), NOW);
    told(&mut refused, &event("unknown", OutgoingState::Refused), NOW);
    told(&mut refused, &placed(), NOW);
    assert_eq!((refused.state, refused.remote_order), (OutgoingState::Cancelling, Some(7)), "it arrived late");
    assert_eq!(refused.error.map(|error| error.code), Some("insufficient_stock".to_owned()));
    let mut again = line(OutgoingState::Pending, 1);
    told(&mut again, &event("unknown", OutgoingState::Pending), NOW);
    told(&mut again, &placed(), NOW);
    assert_eq!(again.error, None, "what was unknown is known");
    assert_eq!(told(&mut again, &event("unknown", OutgoingState::Pending), NOW), ".", "that was before");
}

#[test]
fn errors_are_short_and_plain() {
    let long = OutgoingError::new("insufficient stock\r\n", &"Ü\u{1b}".repeat(1_000));
    assert_eq!((long.code.as_str(), long.text.chars().count()), ("insufficientstock", 300));
    assert!(long.text.chars().all(|sign| sign == 'Ü'));
    assert_eq!(OutgoingError::new("-", "").code, "unknown");
}

/// A list whose stock another installation has; time goes on by a second with each command.
struct Shop {
    working_set: WorkingSet,
    now: i64,
}

const LIST: StockListId = StockListId::new(1);

impl Shop {
    fn open(units: i64) -> Self {
        let mut shop = Self { working_set: WorkingSet::new(commands::ids(1, 10_000)), now: 0 };
        let source = Some(DataSourceId::new(1));
        shop.working_set.put_list(StockList { source, ..commands::stock_list(LIST) });
        shop.level(units, 0);
        shop
    }

    fn decides(&mut self, command: &Command) -> Result<Outcome, Rejection> {
        self.now += SECOND;
        let context = Context { actor: UserId::new(1), now: at(self.now) };
        decide(&mut self.working_set, command, context)
    }

    /// The source says how many it has, and had at that moment.
    fn level(&mut self, units: i64, snapshot: i64) {
        let row = WriteStock { snapshot_at: Some(at(snapshot)), ..commands::level(LIST, "A", units) };
        self.decides(&commands::write(row)).expect("it is written");
    }

    fn order(&mut self, units: i64) -> OrderItem {
        let number = format!("o{}", self.now);
        let order = commands::order(&number, vec![commands::line(LIST, "A", units)]);
        match self.decides(&Command::PlaceOrder(order)).expect("it fits") {
            Outcome::OrderPlaced(_, items) => items[0].clone(),
            other => panic!("{other:?}"),
        }
    }

    fn tell(&mut self, item: &OrderItem, event: OutgoingEvent) -> Option<OrderItem> {
        self.tell_as(item, None, event)
    }

    /// The same of a line that a product mapping gives a SKU there.
    fn tell_as(&mut self, item: &OrderItem, sku: Option<&str>, event: OutgoingEvent) -> Option<OrderItem> {
        let (order, item, code) = (item.order, item.id, format!("code-{}", item.id.get()));
        let sku = sku.map(str::to_owned);
        match self
            .decides(&Command::TellOutgoing(TellOutgoing { order, item, code, sku, event }))
            .expect("it may be told")
        {
            Outcome::OutgoingTold(told) => told.map(|item| *item),
            other => panic!("{other:?}"),
        }
    }

    /// The line is sent now, and was registered then.
    fn place(&mut self, item: &OrderItem, registered: i64) {
        self.tell(item, OutgoingEvent::Sending).expect("it is to be sent");
        let line = RemoteLine { order: 7, item: 8, at: at(registered) };
        self.tell(item, OutgoingEvent::Placed(line)).expect("it was sent");
    }

    fn cancel(&mut self, item: &OrderItem) {
        self.decides(&commands::cancel(item.order, vec![item.id])).expect("it is cancelled");
    }

    fn numbers(&self) -> (i64, i64, i64) {
        let stock = self.working_set.stock_by_key(LIST, "A").expect("a stock");
        (stock.reserved, stock.reported, stock.available())
    }

    fn line(&self, item: OrderItemId) -> (OutgoingState, OrderStatus, ReservationState) {
        let item = self.working_set.item(item).expect("a line");
        let reservation = self.working_set.reservation(item.id).expect("its reservation");
        (item.outgoing.as_ref().expect("it is placed elsewhere").state, item.status, reservation.state)
    }
}

#[test]
fn a_placed_line_is_counted_once_whichever_comes_first() {
    // The level that accounts for it comes after the answer.
    let mut shop = Shop::open(5);
    let item = shop.order(2);
    assert_eq!((shop.numbers(), shop.line(item.id).0), ((2, 0, 3), OutgoingState::Pending));
    shop.place(&item, 10);
    assert_eq!((shop.numbers(), shop.line(item.id).0), ((0, 2, 3), OutgoingState::Placed));
    shop.level(5, 9);
    assert_eq!(shop.numbers(), (0, 2, 3), "a level that is older");
    shop.level(3, 10);
    assert_eq!(shop.numbers(), (0, 0, 3));

    // It comes before the answer.
    let mut shop = Shop::open(5);
    let item = shop.order(2);
    shop.tell(&item, OutgoingEvent::Sending).expect("it is to be sent");
    shop.level(3, 10);
    assert_eq!(shop.numbers(), (2, 0, 1));
    shop.tell(&item, OutgoingEvent::Placed(RemoteLine { order: 7, item: 8, at: at(10) })).expect("it was sent");
    assert_eq!((shop.numbers(), shop.line(item.id).2), ((0, 0, 3), ReservationState::Settled));
}

#[test]
fn a_line_remembers_the_level_that_it_was_sent_at() {
    let mut shop = Shop::open(5);
    let item = shop.order(1);
    shop.level(4, 77);
    let sent = shop.tell(&item, OutgoingEvent::Sending).and_then(|item| item.outgoing).expect("it is to be sent");
    assert_eq!(sent.level_at, Some(at(77)));
}

/// Whatever becomes of a product mapping: a request that was lost may have placed the line under its first SKU.
#[test]
fn a_line_keeps_the_sku_that_it_was_first_sent_with() {
    let sku = |item: Option<OrderItem>| item.and_then(|item| item.outgoing).expect("it goes out").sku;
    let unknown = || OutgoingEvent::Unknown { of: OutgoingState::Pending, error: error("no_answer"), next: at(0) };
    let mut shop = Shop::open(5);
    let (item, own) = (shop.order(1), shop.order(1));
    // Before it is sent, nothing is kept.
    assert_eq!(sku(shop.tell_as(&item, Some("early"), unknown())), None);
    assert_eq!(sku(shop.tell_as(&item, Some("first"), OutgoingEvent::Sending)).as_deref(), Some("first"));
    shop.tell(&item, unknown());
    for later in [Some("second"), None] {
        assert_eq!(sku(shop.tell_as(&item, later, OutgoingEvent::Sending)).as_deref(), Some("first"));
        shop.tell(&item, unknown());
    }
    let placed = OutgoingEvent::Placed(RemoteLine { order: 7, item: 8, at: at(10) });
    shop.tell(&item, placed).expect("it was sent");
    // It is lost there, and is sent again.
    assert_eq!(sku(shop.tell_as(&item, Some("second"), OutgoingEvent::Missing)).as_deref(), Some("first"));
    assert_eq!(sku(shop.tell_as(&item, Some("second"), OutgoingEvent::Sending)).as_deref(), Some("first"));

    // One that was sent under its own SKU keeps that.
    assert_eq!(sku(shop.tell(&own, OutgoingEvent::Sending)), None);
    shop.tell(&own, unknown());
    assert_eq!(sku(shop.tell_as(&own, Some("second"), OutgoingEvent::Sending)), None);
}

#[test]
fn a_refused_line_frees_its_units_and_its_order_is_newer() {
    let mut shop = Shop::open(5);
    let item = shop.order(2);
    shop.tell(&item, OutgoingEvent::Sending);
    let before = shop.working_set.order(item.order).expect("an order").modified_at;
    let told = shop.tell(&item, OutgoingEvent::Refused(error("insufficient_stock"))).expect("it is told");
    assert_eq!((shop.numbers(), told.status), ((0, 0, 5), OrderStatus::Cancelled));
    assert_eq!(shop.line(item.id).0, OutgoingState::Refused);
    let order = shop.working_set.order(item.order).expect("an order");
    assert_eq!(order.status, OrderStatus::Cancelled);
    assert!(order.modified_at > before);
}

#[test]
fn a_cancelled_line_is_not_sent_and_a_sent_one_is_cancelled_there() {
    let mut shop = Shop::open(5);
    let (unsent, sent) = (shop.order(1), shop.order(1));
    shop.cancel(&unsent);
    assert_eq!(shop.line(unsent.id).0, OutgoingState::Cancelled);
    assert_eq!(shop.tell(&unsent, OutgoingEvent::Sending), None);

    shop.tell(&sent, OutgoingEvent::Sending);
    shop.cancel(&sent);
    assert_eq!((shop.line(sent.id).0, shop.numbers()), (OutgoingState::Cancelling, (0, 0, 5)));
    // The answer that was on its way.
    shop.tell(&sent, placed()).expect("its order there is known");
    assert_eq!((shop.line(sent.id).0, shop.numbers()), (OutgoingState::Cancelling, (0, 0, 5)));
    shop.tell(&sent, OutgoingEvent::CancelledThere).expect("it is told");
    assert_eq!(shop.line(sent.id).0, OutgoingState::Cancelled);
}

#[test]
fn a_placed_line_that_is_cancelled_gives_back_what_no_level_accounts_for() {
    let mut shop = Shop::open(5);
    let item = shop.order(2);
    shop.place(&item, 10);
    shop.cancel(&item);
    assert_eq!((shop.line(item.id).0, shop.numbers()), (OutgoingState::Cancelling, (0, 0, 5)));

    let mut shop = Shop::open(5);
    let item = shop.order(2);
    shop.place(&item, 10);
    shop.level(3, 20);
    shop.tell(&item, OutgoingEvent::CancelledThere).expect("it is told");
    assert_eq!((shop.line(item.id).0, shop.numbers()), (OutgoingState::Cancelled, (0, 0, 3)), "its next level has it");
    assert_eq!(shop.line(item.id).1, OrderStatus::Cancelled);
}

#[test]
fn a_line_that_was_lost_there_is_reserved_until_it_is_placed_again() {
    for (levels, left) in [(&[][..], 3), (&[(3, 20)], 3), (&[(3, 20), (5, 30)], 5)] {
        let mut shop = Shop::open(5);
        let item = shop.order(2);
        shop.place(&item, 10);
        levels.iter().for_each(|(units, snapshot)| shop.level(*units, *snapshot));
        assert_eq!(shop.numbers().2, left);
        shop.tell(&item, OutgoingEvent::Missing).expect("it is told");
        let reserved = (2, 0, if levels.is_empty() { 3 } else { left - 2 });
        assert_eq!((shop.numbers(), shop.line(item.id).0), (reserved, OutgoingState::Pending));
        shop.place(&item, 40);
        assert_eq!(shop.numbers(), (0, 2, reserved.2));
        shop.level(3, 50);
        assert_eq!(shop.numbers(), (0, 0, 3));
    }
}

#[test]
fn a_line_that_was_registered_by_hand_is_placed_all_the_same() {
    let mut shop = Shop::open(5);
    let item = shop.order(2);
    shop.decides(&Command::ReleaseItem(commands::release(item.id, "by hand"))).expect("it is released");
    shop.place(&item, 10);
    assert_eq!((shop.numbers(), shop.line(item.id).0), ((0, 2, 3), OutgoingState::Placed));
}

#[test]
fn a_line_that_has_left_or_is_of_another_list_goes_nowhere() {
    let mut shop = Shop::open(5);
    let mut shipped = commands::line(LIST, "A", 1);
    shipped.status = OrderStatus::Shipped;
    let order = commands::order("shipped", vec![shipped]);
    let placed = shop.decides(&Command::PlaceOrder(order)).expect("it fits");
    let Outcome::OrderPlaced(_, items) = placed else { panic!("{placed:?}") };
    assert_eq!(items[0].outgoing, None);
    let (item, code, event) = (items[0].id, "code".to_owned(), OutgoingEvent::Sending);
    let told =
        shop.decides(&Command::TellOutgoing(TellOutgoing { order: items[0].order, item, code, sku: None, event }));
    assert_eq!(told, Err(Rejection::NotFound));
}
