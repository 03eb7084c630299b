//! Cart reservations against a naive model: random histories with a moving clock, every outcome and number compared.

use onhand_core::commands::{
    CancelItems, CartChange, CartCommand, CartOutcome, ChangeCart, ConfirmCart, ConfirmedLine, ExpireCarts,
    ReserveCart, WriteStocks,
};
use onhand_core::{
    CartReservationId, CartState, Cause, Command, Context, OrderId, Outcome, Quantity, Rejection, ReservationState,
    StockListId, Timestamp, UserId, WorkingSet, decide,
};
use onhand_testkit::commands;
use proptest::prelude::*;

const LIST: StockListId = StockListId::new(1);
const SKUS: [&str; 2] = ["A", "B"];
const SECOND: i64 = 1_000_000;

#[derive(Clone, Debug)]
enum Step {
    Reserve { reference: u8, units: [i64; 2], seconds: i64 },
    Extend { cart: usize, seconds: i64 },
    Resize { cart: usize, line: i64, units: i64 },
    Release { cart: usize },
    Confirm { cart: usize, number: u8, line: i64 },
    Expire,
    Order { number: u8, units: [i64; 2] },
    Cancel { order: usize },
    Level { sku: usize, level: i64 },
}

fn step() -> impl Strategy<Value = Step> {
    let units = || [1..4_i64, 1..4_i64];
    let (reference, cart, number) = (0..30_u8, 0..8_usize, 0..40_u8);
    prop_oneof![
        6 => (reference, units(), 5..30_i64).prop_map(|(reference, units, seconds)| Step::Reserve { reference, units, seconds }),
        2 => (cart.clone(), 1..40_i64).prop_map(|(cart, seconds)| Step::Extend { cart, seconds }),
        3 => (cart.clone(), 0..4_i64, 0..5_i64).prop_map(|(cart, line, units)| Step::Resize { cart, line, units }),
        2 => cart.clone().prop_map(|cart| Step::Release { cart }),
        4 => (cart, number.clone(), 0..4_i64).prop_map(|(cart, number, line)| Step::Confirm { cart, number, line }),
        4 => Just(Step::Expire),
        3 => (number, units()).prop_map(|(number, units)| Step::Order { number, units }),
        2 => (0..6_usize).prop_map(|order| Step::Cancel { order }),
        3 => (0..2_usize, 0..12_i64).prop_map(|(sku, level)| Step::Level { sku, level }),
    ]
}

struct Cart {
    id: CartReservationId,
    reference: u8,
    state: CartState,
    expires_at: i64,
    units: [i64; 2],
}

struct PlacedOrder {
    id: OrderId,
    number: u8,
    units: [i64; 2],
}

/// The rules and the model side by side.
struct Pair {
    now: i64,
    working_set: WorkingSet,
    level: [i64; 2],
    carts: Vec<Cart>,
    orders: Vec<PlacedOrder>,
}

impl Pair {
    fn new() -> Self {
        let mut working_set = WorkingSet::new(commands::ids(1, 100_000));
        working_set.put_list(commands::stock_list(LIST));
        let mut pair = Self { now: 0, working_set, level: [0, 0], carts: Vec::new(), orders: Vec::new() };
        pair.run(&Step::Level { sku: 0, level: 6 });
        pair.run(&Step::Level { sku: 1, level: 6 });
        pair
    }

    fn decide(&mut self, command: &Command) -> Result<Outcome, Rejection> {
        self.now += 1;
        let context = Context { actor: UserId::new(1), now: Timestamp::from_micros(self.now) };
        let result = decide(&mut self.working_set, command, context);
        let changes = self.working_set.take_changes();
        assert!(result.is_ok() || changes.is_empty(), "a rejection changes nothing: {changes:?}");
        result
    }

    fn cart_command(&mut self, command: CartCommand) -> Result<CartOutcome, Rejection> {
        match self.decide(&Command::Cart(command))? {
            Outcome::Cart(outcome) => Ok(*outcome),
            other => panic!("{other:?}"),
        }
    }

    fn reserved(&self, sku: usize) -> i64 {
        let of_carts = self.carts.iter().filter(|cart| cart.state == CartState::Open).map(|cart| cart.units[sku]);
        of_carts.chain(self.orders.iter().map(|order| order.units[sku])).sum()
    }

    fn available(&self, sku: usize) -> i64 {
        (self.level[sku] - self.reserved(sku)).max(0)
    }

    fn fits(&self, units: [i64; 2]) -> bool {
        (0..2).all(|sku| units[sku] <= self.available(sku))
    }

    /// Why a cart reservation is not open now, in the words of a rejection; whether it is the one of the index.
    fn ended(&self, cart: usize) -> Option<Rejection> {
        let Some(cart) = self.carts.get(cart) else { return Some(Rejection::NotFound) };
        let is_over = cart.state == CartState::Open && self.now + 1 >= cart.expires_at;
        let state = if is_over { CartState::Expired } else { cart.state };
        let order = self.working_set.cart(cart.id).and_then(|cart| cart.order);
        (state != CartState::Open).then_some(Rejection::CartEnded { state, order })
    }

    fn id(&self, cart: usize) -> CartReservationId {
        self.carts.get(cart).map_or(CartReservationId::new(7), |cart| cart.id)
    }

    fn run(&mut self, step: &Step) {
        match step {
            Step::Reserve { reference, units, seconds } => self.reserve(*reference, *units, seconds * SECOND),
            Step::Extend { cart, seconds } => self.extend(*cart, seconds * SECOND),
            Step::Resize { cart, line, units } => self.resize(*cart, *line, *units),
            Step::Release { cart } => self.release(*cart),
            Step::Confirm { cart, number, line } => self.confirm(*cart, *number, *line),
            Step::Expire => self.expire(),
            Step::Order { number, units } => self.order(*number, *units),
            Step::Cancel { order } => self.cancel(*order),
            Step::Level { sku, level } => self.write_level(*sku, *level),
        }
        self.assert_numbers();
    }

    fn reserve(&mut self, reference: u8, units: [i64; 2], lasts: i64) {
        let is_taken = self.carts.iter().any(|cart| cart.reference == reference);
        let (fits, expires_at) = (self.fits(units), self.now + lasts);
        let lines = (0..2).map(|sku| commands::line(LIST, SKUS[sku], units[sku])).collect();
        let done = self.cart_command(CartCommand::Reserve(ReserveCart {
            reference: format!("R{reference}"),
            channel: None,
            expires_at: Timestamp::from_micros(expires_at),
            sourcing: None,
            lines,
        }));
        match done {
            Ok(CartOutcome::Cart(cart)) => {
                assert!(fits && !is_taken);
                self.carts.push(Cart { id: cart.id, reference, state: CartState::Open, expires_at, units });
            }
            Err(Rejection::CartReferenceTaken) => assert!(is_taken),
            Err(Rejection::InsufficientStock(_)) => assert!(!fits && !is_taken),
            other => panic!("{other:?}"),
        }
    }

    fn extend(&mut self, cart: usize, lasts: i64) {
        let (ended, expires_at) = (self.ended(cart), self.now + lasts);
        let edit = CartChange::Edit { expires_at: Some(Timestamp::from_micros(expires_at)), lines: Vec::new() };
        let done = self.cart_command(CartCommand::Change(ChangeCart { cart: self.id(cart), change: edit }));
        assert_eq!(done.as_ref().err(), ended.as_ref());
        if done.is_ok() {
            self.carts[cart].expires_at = expires_at;
        }
    }

    fn resize(&mut self, cart: usize, line: i64, units: i64) {
        let ended = self.ended(cart);
        let lines = vec![(line, Quantity::new(units).expect("a quantity"))];
        let edit = CartChange::Edit { expires_at: None, lines };
        let done = self.cart_command(CartCommand::Change(ChangeCart { cart: self.id(cart), change: edit }));
        if let Some(ended) = ended {
            assert_eq!(done, Err(ended));
            return;
        }
        let Some(at) = usize::try_from(line - 1).ok().filter(|at| *at < 2) else {
            assert_eq!(done, Err(Rejection::NotInCart(vec![line])));
            return;
        };
        let more = units - self.carts[cart].units[at];
        match done {
            Ok(_) => self.carts[cart].units[at] = units,
            Err(Rejection::CartEmpty) => assert!(units == 0 && self.carts[cart].units[1 - at] == 0),
            Err(Rejection::InsufficientStock(_)) => assert!(more > self.available(at) && more > 0),
            other => panic!("{other:?}"),
        }
    }

    fn release(&mut self, cart: usize) {
        let was_released = self.carts.get(cart).is_some_and(|cart| cart.state == CartState::Released);
        let ended = self.ended(cart).filter(|_| !was_released);
        let release = ChangeCart { cart: self.id(cart), change: CartChange::Release };
        let done = self.cart_command(CartCommand::Change(release));
        assert_eq!(done.as_ref().err(), ended.as_ref());
        if done.is_ok() {
            self.carts[cart].state = CartState::Released;
        }
    }

    fn confirm(&mut self, cart: usize, number: u8, line: i64) {
        let (ended, is_taken) = (self.ended(cart), self.orders.iter().any(|order| order.number == number));
        let said = ConfirmedLine {
            number: line,
            price: Some("9.90".to_owned()),
            extra_field: "{}".to_owned(),
            attributes: "{}".to_owned(),
            details: "{}".to_owned(),
        };
        let order = commands::order(&format!("N{number}"), Vec::new());
        let confirm = ConfirmCart { cart: self.id(cart), order, lines: vec![said] };
        let done = self.cart_command(CartCommand::Confirm(Box::new(confirm)));
        if let Some(ended) = ended {
            assert_eq!(done, Err(ended));
            return;
        }
        let units = self.carts[cart].units;
        let has_line = (1..=2).contains(&line) && units[line as usize - 1] > 0;
        match done {
            Ok(CartOutcome::Confirmed(stored, order, items)) => {
                assert!(has_line && !is_taken);
                assert_eq!((stored.state, stored.order), (CartState::Confirmed, Some(order.id)));
                let ordered: Vec<i64> = items.iter().map(|item| item.quantity.units()).collect();
                assert_eq!(ordered, units.into_iter().filter(|units| *units > 0).collect::<Vec<_>>());
                let open = |item: &onhand_core::OrderItem| {
                    self.working_set.reservation(item.id).expect("it reserves").state == ReservationState::Open
                };
                assert!(items.iter().all(open));
                assert_eq!(items.iter().filter(|item| item.price.is_some()).count(), 1);
                self.carts[cart].state = CartState::Confirmed;
                self.orders.push(PlacedOrder { id: order.id, number, units });
            }
            Err(Rejection::OrderNumberTaken) => assert!(is_taken && has_line),
            Err(Rejection::NotInCart(_)) => assert!(!has_line),
            other => panic!("{other:?}"),
        }
    }

    fn expire(&mut self) {
        let carts = self.carts.iter().map(|cart| (cart.id, 2)).collect();
        let CartOutcome::Expired(ended) =
            self.cart_command(CartCommand::Expire(ExpireCarts { carts })).expect("nothing is rejected")
        else {
            panic!("another outcome");
        };
        let now = self.now;
        let over = self.carts.iter_mut().filter(|cart| cart.state == CartState::Open && now >= cart.expires_at);
        let over: Vec<_> = over
            .map(|cart| {
                cart.state = CartState::Expired;
                cart.id
            })
            .collect();
        assert_eq!(ended, over);
    }

    fn order(&mut self, number: u8, units: [i64; 2]) {
        let is_taken = self.orders.iter().any(|order| order.number == number);
        let fits = self.fits(units);
        let lines = (0..2).map(|sku| commands::line(LIST, SKUS[sku], units[sku])).collect();
        match self.decide(&Command::PlaceOrder(commands::order(&format!("N{number}"), lines))) {
            Ok(Outcome::OrderPlaced(order, _)) => {
                assert!(fits && !is_taken);
                self.orders.push(PlacedOrder { id: order.id, number, units });
            }
            Err(Rejection::OrderNumberTaken) => assert!(is_taken),
            Err(Rejection::InsufficientStock(_)) => assert!(!fits),
            other => panic!("{other:?}"),
        }
    }

    fn cancel(&mut self, order: usize) {
        let Some(order) = self.orders.get_mut(order) else { return };
        order.units = [0, 0];
        let (order, items, details) = (order.id, Vec::new(), Vec::new());
        self.decide(&Command::CancelItems(CancelItems { order, all: true, items, details })).expect("it is there");
    }

    fn write_level(&mut self, sku: usize, level: i64) {
        let rows = vec![commands::level(LIST, SKUS[sku], level)];
        let write = WriteStocks { rows, create_unknown_products: true, source: None };
        self.decide(&Command::WriteStocks(write)).expect("a level is written");
        self.level[sku] = level;
    }

    fn assert_numbers(&self) {
        for (at, sku) in SKUS.iter().enumerate() {
            let Some(stock) = self.working_set.stock_by_key(LIST, sku) else { continue };
            assert_eq!((stock.on_hand, stock.reserved), (self.level[at], self.reserved(at)), "{sku}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn histories_of_carts_agree_with_the_naive_model(
        steps in prop::collection::vec((step(), 0..6_i64), 1..60),
    ) {
        let mut pair = Pair::new();
        for (step, seconds) in steps {
            pair.now += seconds * SECOND;
            pair.run(&step);
        }
    }
}

#[test]
fn a_confirmed_cart_leaves_no_gap_and_one_movement_for_each_line() {
    let mut pair = Pair::new();
    pair.run(&Step::Reserve { reference: 1, units: [3, 3], seconds: 10 });
    // Nothing else is left of the SKU, so whoever comes between would be rejected.
    pair.run(&Step::Level { sku: 0, level: 3 });
    let order = commands::order("N1", Vec::new());
    let confirm = ConfirmCart { cart: pair.id(0), order, lines: Vec::new() };
    pair.now += 1;
    let context = Context { actor: UserId::new(1), now: Timestamp::from_micros(pair.now) };
    let command = Command::Cart(CartCommand::Confirm(Box::new(confirm)));
    decide(&mut pair.working_set, &command, context).expect("its units are reserved");
    let changes = pair.working_set.take_changes();
    let causes: Vec<_> = changes.movements.iter().map(|movement| (movement.cause, movement.delta.reserved)).collect();
    let items: Vec<_> = changes.items.made.iter().map(|item| (Cause::CartConfirmed(item.id), 0)).collect();
    assert_eq!(causes, items, "the units stay reserved");
    assert!(changes.items.made.iter().all(|item| !item.oversold));
}

#[test]
fn what_a_level_took_away_from_a_cart_is_oversold_once_it_is_ordered() {
    let mut pair = Pair::new();
    pair.run(&Step::Reserve { reference: 1, units: [3, 1], seconds: 10 });
    pair.run(&Step::Level { sku: 0, level: 2 });
    let confirm = ConfirmCart { cart: pair.id(0), order: commands::order("N1", Vec::new()), lines: Vec::new() };
    let done = pair.cart_command(CartCommand::Confirm(Box::new(confirm)));
    let Ok(CartOutcome::Confirmed(_, _, items)) = done else { panic!("{done:?}") };
    assert_eq!(items.iter().map(|item| item.oversold).collect::<Vec<_>>(), [true, false]);
}
