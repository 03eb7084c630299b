//! Times that grow: a channel tells two versions apart by them, so no change may leave one as it was.

use onhand_core::commands::{EditItem, EditOrder, ItemEdit};
use onhand_core::{Command, Context, OrderStatus, Outcome, StockListId, Timestamp, UserId, WorkingSet, decide};
use onhand_testkit::commands;

const LIST: StockListId = StockListId::new(1);
/// The clock stands still.
const NOW: Context = Context { actor: UserId::new(1), now: Timestamp::from_micros(1_000) };

fn working_set() -> WorkingSet {
    let mut working_set = WorkingSet::new(commands::ids(1, 1_000));
    working_set.put_list(commands::stock_list(LIST));
    working_set
}

fn run(working_set: &mut WorkingSet, command: &Command) -> Outcome {
    let outcome = decide(working_set, command, NOW).expect("it is accepted");
    // The next command comes in a batch of its own.
    working_set.take_changes();
    outcome
}

fn level(units: i64) -> Command {
    commands::write(commands::level(LIST, "SHIRT", units))
}

fn order() -> Command {
    let line = || commands::line(LIST, "SHIRT", 1);
    Command::PlaceOrder(commands::order("N", vec![line(), line()]))
}

#[test]
fn a_stocks_time_grows_with_every_change_though_the_clock_stands_still() {
    let mut working_set = working_set();
    let mut last = Timestamp::from_micros(0);
    for command in [level(5), level(6), order(), level(7)] {
        run(&mut working_set, &command);
        let stock = working_set.stock_by_key(LIST, "SHIRT").expect("it is there");
        assert!(stock.modified_at > last, "{command:?}");
        last = stock.modified_at;
    }
    run(&mut working_set, &level(7));
    assert_eq!(working_set.stock_by_key(LIST, "SHIRT").expect("it is there").modified_at, last, "nothing has changed");
}

#[test]
fn an_orders_time_grows_with_every_change_though_the_clock_stands_still() {
    let mut working_set = working_set();
    run(&mut working_set, &level(5));
    let Outcome::OrderPlaced(placed, items) = run(&mut working_set, &order()) else { panic!("an order") };
    assert_eq!(placed.modified_at, NOW.now, "what is answered is what a channel commits");
    let shipped = ItemEdit { status: Some(OrderStatus::Preparing), ..ItemEdit::default() };
    let commands = [
        Command::EditOrder(EditOrder { order: placed.id, is_send: Some(true) }),
        Command::EditItem(EditItem { item: items[0].id, edit: shipped }),
        commands::cancel(placed.id, vec![items[1].id]),
    ];
    let mut last = placed.modified_at;
    for command in commands {
        run(&mut working_set, &command);
        let order = working_set.order(placed.id).expect("it is there");
        assert!(order.modified_at > last, "{command:?}");
        last = order.modified_at;
    }
    run(&mut working_set, &Command::EditOrder(EditOrder { order: placed.id, is_send: Some(true) }));
    assert_eq!(working_set.order(placed.id).expect("it is there").modified_at, last, "nothing has changed");
}
