//! Times that grow: a channel tells two versions apart by them, so no change may leave one as it was.

use onhand_core::command::{
    CancelItems, EditItem, EditOrder, ItemEdit, NewLine, PlaceOrder, ProductRef, StockTarget, WriteStock, WriteStocks,
};
use onhand_core::{
    Command, Context, IdKind, IdSource, MovesSettle, OrderStatus, Outcome, Quantity, ReleaseMode, Shelf, StockKey,
    StockList, StockListId, Timestamp, UserId, decide,
};

const LIST: StockListId = StockListId::new(1);
/// The clock stands still.
const NOW: Context = Context { actor: UserId::new(1), now: Timestamp::from_micros(1_000) };

fn shelf() -> Shelf {
    let mut ids = IdSource::default();
    IdKind::ALL.into_iter().for_each(|kind| ids.refill(kind, 1, 1_000));
    let mut shelf = Shelf::new(ids);
    let release_mode = ReleaseMode::UntilNextWrite;
    shelf.put_list(StockList {
        id: LIST,
        release_mode,
        snapshot_delay_seconds: 0,
        location: None,
        moves_settle: MovesSettle::Acknowledged,
        is_item_code_unique: true,
    });
    shelf
}

fn run(shelf: &mut Shelf, command: &Command) -> Outcome {
    let outcome = decide(shelf, command, NOW).expect("it is accepted");
    // The next command comes in a batch of its own.
    shelf.take_changes();
    outcome
}

fn figure(units: i64) -> Command {
    let row = WriteStock {
        target: StockTarget::Key(StockKey { list: LIST, sku: "SHIRT".to_owned() }),
        on_hand: Quantity::new(units),
        held: None,
        unit: None,
        extra_field: None,
        snapshot_at: None,
    };
    Command::WriteStocks(WriteStocks { rows: vec![row], create_unknown_products: true })
}

fn order() -> Command {
    let line = || NewLine {
        product: ProductRef::Sku("SHIRT".to_owned()),
        list: LIST,
        quantity: Quantity::new(1).expect("a quantity"),
        status: OrderStatus::Approved,
        price: None,
        extra_field: "{}".to_owned(),
        attributes: "{}".to_owned(),
        details: "{}".to_owned(),
    };
    Command::PlaceOrder(PlaceOrder {
        number: "N".to_owned(),
        channel: None,
        currency: "try".to_owned(),
        status: OrderStatus::Approved,
        is_send: false,
        date_placed: None,
        extra_field: "{}".to_owned(),
        details: "{}".to_owned(),
        lines: vec![line(), line()],
    })
}

#[test]
fn a_stocks_time_grows_with_every_change_though_the_clock_stands_still() {
    let mut shelf = shelf();
    let mut last = Timestamp::from_micros(0);
    for command in [figure(5), figure(6), order(), figure(7)] {
        run(&mut shelf, &command);
        let stock = shelf.stock_by_key(LIST, "SHIRT").expect("it is there");
        assert!(stock.modified_at > last, "{command:?}");
        last = stock.modified_at;
    }
    run(&mut shelf, &figure(7));
    assert_eq!(shelf.stock_by_key(LIST, "SHIRT").expect("it is there").modified_at, last, "nothing has changed");
}

#[test]
fn an_orders_time_grows_with_every_change_though_the_clock_stands_still() {
    let mut shelf = shelf();
    run(&mut shelf, &figure(5));
    let Outcome::OrderPlaced(placed, items) = run(&mut shelf, &order()) else { panic!("an order") };
    assert_eq!(placed.modified_at, NOW.now, "what is answered is what a channel commits");
    let shipped = ItemEdit { status: Some(OrderStatus::Preparing), ..ItemEdit::default() };
    let commands = [
        Command::EditOrder(EditOrder { order: placed.id, is_send: Some(true) }),
        Command::EditItem(EditItem { item: items[0].id, edit: shipped }),
        Command::CancelItems(CancelItems {
            order: placed.id,
            all: false,
            items: vec![items[1].id],
            details: Vec::new(),
        }),
    ];
    let mut last = placed.modified_at;
    for command in commands {
        run(&mut shelf, &command);
        let order = shelf.order(placed.id).expect("it is there");
        assert!(order.modified_at > last, "{command:?}");
        last = order.modified_at;
    }
    run(&mut shelf, &Command::EditOrder(EditOrder { order: placed.id, is_send: Some(true) }));
    assert_eq!(shelf.order(placed.id).expect("it is there").modified_at, last, "nothing has changed");
}
