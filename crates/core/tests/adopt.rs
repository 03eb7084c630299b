//! Orders that another server has taken: what they reserve here, and what that is taken from.

use onhand_core::commands::{AdoptOrder, AdoptedLine, FollowOrder, NewLine, WriteStock};
use onhand_core::{
    ADOPTED, ChannelId, Command, Context, OrderId, OrderItem, OrderItemId, OrderStatus, Outcome, QUANTITY_MAX,
    Quantity, Rejection, ReservationState, Stock, StockListId, Timestamp, UserId, WorkingSet, decide,
};
use onhand_testkit::commands;

const LIST: StockListId = StockListId::new(1);

/// A working set with one list and the stock `A`; each command comes a second after the one before.
struct Shop {
    working_set: WorkingSet,
    now: i64,
}

impl Shop {
    /// With a level, of which this much is reserved elsewhere.
    fn open(level: i64, held: i64) -> Self {
        let mut shop = Self { working_set: WorkingSet::new(commands::ids(1, 100_000)), now: 0 };
        shop.working_set.put_list(commands::stock_list(LIST));
        shop.figures(level, held);
        shop
    }

    fn figures(&mut self, level: i64, held: i64) {
        let reserved = Quantity::new(held);
        self.does(&commands::write(WriteStock { reserved, ..commands::level(LIST, "A", level) }));
    }

    fn decides(&mut self, command: &Command) -> Result<Outcome, Rejection> {
        self.now += 1_000_000;
        let context = Context { actor: UserId::new(1), now: Timestamp::from_micros(self.now) };
        decide(&mut self.working_set, command, context)
    }

    fn does(&mut self, command: &Command) -> Outcome {
        self.decides(command).expect("it is allowed")
    }

    fn adopt(&mut self, number: &str, lines: Vec<(NewLine, bool)>) -> Vec<OrderItem> {
        match self.does(&adopt(number, lines)) {
            Outcome::OrderPlaced(_, items) => items,
            other => panic!("{other:?}"),
        }
    }

    fn stock(&self) -> &Stock {
        self.working_set.stock_by_key(LIST, "A").expect("a stock")
    }

    /// Reserved, of it external, reported, available.
    fn numbers(&self) -> [i64; 4] {
        let stock = self.stock();
        [stock.reserved, stock.external, stock.reported, stock.available()]
    }

    fn state(&self, item: OrderItemId) -> ReservationState {
        self.working_set.reservation(item).expect("a reservation").state
    }
}

fn adopt(number: &str, lines: Vec<(NewLine, bool)>) -> Command {
    let known = lines.iter().enumerate();
    let known = known.map(|(place, (_, is_registered))| AdoptedLine {
        code: format!("{number}-{place}"),
        is_registered: *is_registered,
    });
    let known = known.collect();
    let order = commands::order(number, lines.into_iter().map(|(line, _)| line).collect());
    Command::AdoptOrder(Box::new(AdoptOrder { order, lines: known }))
}

fn line(units: i64) -> NewLine {
    commands::line(LIST, "A", units)
}

#[test]
fn a_line_is_taken_out_of_what_is_external() {
    for (level, held, units, numbers) in [
        (10, 4, 3, [4, 1, 0, 6]),
        (10, 3, 3, [3, 0, 0, 7]),
        // More than the other server has said so far.
        (10, 1, 3, [3, 0, 0, 7]),
        (10, 0, 3, [3, 0, 0, 7]),
        // It is sold, whether there is enough of it or not.
        (2, 5, 5, [5, 0, 0, 0]),
        (2, 0, 5, [5, 0, 0, 0]),
    ] {
        let mut shop = Shop::open(level, held);
        let items = shop.adopt("o", vec![(line(units), false)]);
        assert_eq!(shop.numbers(), numbers, "{level}, of which {held} held, and a line of {units}");
        assert_eq!(shop.state(items[0].id), ReservationState::Open);
        assert!(!items[0].oversold, "the server that took it knows that");
        // What the other server says of the whole changes nothing, however often it is said.
        shop.figures(level, held.max(units));
        shop.figures(level, held.max(units));
        assert_eq!(shop.stock().open_reservations(), units);
        assert_eq!(shop.stock().available(), (level - held.max(units)).max(0));
    }
}

#[test]
fn a_registered_line_reserves_nothing() {
    let mut shop = Shop::open(10, 4);
    let items = shop.adopt("o", vec![(line(3), true), (line(1), false)]);
    assert_eq!(shop.numbers(), [4, 3, 0, 6]);
    let states = [shop.state(items[0].id), shop.state(items[1].id)];
    assert_eq!(states, [ReservationState::Settled, ReservationState::Open]);
    let shipped = NewLine { status: OrderStatus::Shipped, ..line(2) };
    let items = shop.adopt("p", vec![(shipped, false)]);
    assert_eq!((shop.numbers(), shop.state(items[0].id)), ([4, 3, 0, 6], ReservationState::Settled));
}

#[test]
fn a_line_is_found_again_and_released_like_any_other() {
    let mut shop = Shop::open(10, 3);
    let item = shop.adopt("o", vec![(line(3), false)])[0].id;
    let code = shop.working_set.mappings.of(item, ADOPTED).map(|mapping| mapping.code.clone());
    assert_eq!(code.as_deref(), Some("o-0"));
    shop.does(&Command::ReleaseItem(commands::release(item, "E1")));
    assert_eq!(shop.numbers(), [0, 0, 3, 7]);
    shop.figures(7, 0);
    assert_eq!(shop.numbers(), [0, 0, 0, 7]);
}

#[test]
fn a_number_is_adopted_once_and_a_rejection_changes_nothing() {
    let mut shop = Shop::open(10, 3);
    shop.adopt("o", vec![(line(3), false)]);
    assert_eq!(shop.decides(&adopt("o", vec![(line(3), false)])), Err(Rejection::OrderNumberTaken));
    let foreign = commands::line(StockListId::new(9), "A", 1);
    assert!(matches!(shop.decides(&adopt("p", vec![(foreign, false)])), Err(Rejection::Rows(_))));
    let unknown = commands::line(LIST, "B", 1);
    assert!(matches!(shop.decides(&adopt("p", vec![(unknown, false)])), Err(Rejection::Rows(_))));
    let most = adopt("p", vec![(line(QUANTITY_MAX), false)]);
    assert_eq!(shop.decides(&most), Err(Rejection::ReservedTooLarge));
    let Command::AdoptOrder(mut order) = adopt("p", vec![(line(1), false)]) else { unreachable!() };
    order.order.channel = Some(ChannelId::new(7));
    let of_nobody = Command::AdoptOrder(order);
    assert_eq!(shop.decides(&of_nobody), Err(Rejection::UnknownChannel(ChannelId::new(7))));
    assert_eq!(shop.numbers(), [3, 0, 0, 7]);
}

#[test]
fn an_order_takes_the_state_that_it_has_there() {
    let mut shop = Shop::open(10, 3);
    let order = shop.adopt("o", vec![(line(3), false)])[0].order;
    let follow = |order, status, is_send| Command::FollowOrder(FollowOrder { order, status, is_send });
    let seen = |outcome| match outcome {
        Outcome::OrderEdited(order, _) => (order.status, order.is_send, order.modified_at),
        other => panic!("{other:?}"),
    };
    let (status, is_send, changed) = seen(shop.does(&follow(order, OrderStatus::Preparing, true)));
    assert_eq!((status, is_send), (OrderStatus::Preparing, true));
    assert_eq!(seen(shop.does(&follow(order, OrderStatus::Preparing, true))).2, changed, "nothing has changed");
    // It is cancelled by its lines.
    assert_eq!(seen(shop.does(&follow(order, OrderStatus::Cancelled, true))).0, OrderStatus::Preparing);
    assert_eq!(shop.numbers(), [3, 0, 0, 7]);
    let unknown = follow(OrderId::new(5), OrderStatus::Approved, false);
    assert_eq!(shop.decides(&unknown), Err(Rejection::NotFound));
}
