//! Fields that no stock depends on: what an edit changes, and that an edit which changes nothing records nothing.

use onhand_core::commands::{CancelItems, EditItem, EditOrder, ItemEdit, NewLine, PlaceOrder, ProductRef, TextEdit};
use onhand_core::{
    Changes, Command, Context, MoveRegistration, Order, OrderId, OrderItem, OrderItemId, OrderStatus, Outcome,
    Rejection, ReservationState, StockList, StockListId, StockLocationId, Timestamp, UserId, WorkingSet, decide,
};
use onhand_testkit::commands;

use crate::table::check;

/// A working set with two stocks of 100 units, of which list 2 belongs to a location; time goes on by a second with
/// each command.
struct Shop {
    working_set: WorkingSet,
    now: i64,
    last: Changes,
}

/// An empty working set that makes ids from this number on.
fn working_set(first: i64) -> WorkingSet {
    WorkingSet::new(commands::ids(first, 100_000))
}

fn list(id: i64) -> StockList {
    let location = (id == 2).then_some(StockLocationId::new(1));
    StockList { location, move_registration: MoveRegistration::default(), ..commands::stock_list(StockListId::new(id)) }
}

fn line(list: i64) -> NewLine {
    NewLine {
        price: Some("9.90".to_owned()),
        extra_field: "extra".to_owned(),
        attributes: "attributes".to_owned(),
        details: "details".to_owned(),
        ..commands::line(StockListId::new(list), "A", 1)
    }
}

impl Shop {
    fn open() -> Self {
        let mut shop = Self { working_set: working_set(1), now: 0, last: Changes::default() };
        for id in [1, 2] {
            shop.working_set.put_list(list(id));
            shop.level(id, 100);
        }
        shop
    }

    fn level(&mut self, list: i64, units: i64) {
        self.does(&commands::write(commands::level(StockListId::new(list), "A", units)));
    }

    fn decides(&mut self, command: &Command) -> Result<Outcome, Rejection> {
        self.now += 1_000_000;
        let context = Context { actor: UserId::new(1), now: Timestamp::from_micros(self.now) };
        let decided = decide(&mut self.working_set, command, context);
        self.last = self.working_set.take_changes();
        decided
    }

    fn does(&mut self, command: &Command) -> Outcome {
        self.decides(command).expect("it is allowed")
    }

    fn place(&mut self, number: &str, lines: Vec<NewLine>, date_placed: Option<i64>) -> (Order, Vec<OrderItem>) {
        let placed = self.does(&Command::PlaceOrder(PlaceOrder {
            is_send: true,
            date_placed: date_placed.map(Timestamp::from_micros),
            extra_field: "extra".to_owned(),
            details: "details".to_owned(),
            ..commands::order(number, lines)
        }));
        let Outcome::OrderPlaced(order, items) = placed else { panic!("{placed:?}") };
        (order, items)
    }

    /// An order of so many lines from a list; its lines.
    fn order(&mut self, list: i64, lines: usize) -> (OrderId, Vec<OrderItemId>) {
        let (order, items) = self.place(&format!("o{}", self.now), (0..lines).map(|_| line(list)).collect(), None);
        (order.id, items.iter().map(|item| item.id).collect())
    }

    fn edit(&mut self, item: OrderItemId, edit: ItemEdit) -> Result<OrderItem, Rejection> {
        match self.decides(&Command::EditItem(EditItem { item, edit }))? {
            Outcome::ItemEdited(item) => Ok(*item),
            other => panic!("{other:?}"),
        }
    }

    fn cancel(&mut self, order: OrderId, items: &[OrderItemId], details: &[OrderItemId]) {
        let details = details.iter().map(|item| (*item, appended("!"))).collect();
        let (all, items) = (false, items.to_vec());
        self.does(&Command::CancelItems(CancelItems { order, all, items, details }));
    }

    fn details(&self, items: &[OrderItemId]) -> Vec<&str> {
        items.iter().map(|item| self.working_set.item(*item).expect("a line").details.as_str()).collect()
    }

    fn times(&self, item: OrderItemId) -> (Timestamp, Timestamp) {
        let item = self.working_set.item(item).expect("a line");
        (item.modified_at, self.working_set.order(item.order).expect("an order").modified_at)
    }
}

fn appended(text: &'static str) -> TextEdit {
    TextEdit::new(move |old| format!("{old}{text}"))
}

fn status(status: OrderStatus) -> ItemEdit {
    ItemEdit { status: Some(status), ..ItemEdit::default() }
}

#[test]
fn an_order_keeps_what_was_sent_with_it() {
    let mut shop = Shop::open();
    let (order, items) = shop.place("o", vec![line(1)], Some(7));
    let told = (order.currency.as_str(), order.is_send, order.date_placed.micros(), order.details.as_str());
    assert_eq!(told, ("try", true, 7, "details"));
    assert_eq!(order.created_at.micros(), shop.now);
    let told = (items[0].price.as_deref(), items[0].extra_field.as_str(), items[0].attributes.as_str());
    assert_eq!(told, (Some("9.90"), "extra", "attributes"));
    assert!(shop.last.sourcing_due.is_empty(), "no location stands behind its list");
    let (order, _) = shop.place("p", vec![line(1)], None);
    assert_eq!(order.date_placed.micros(), shop.now);
    let (order, _) = shop.place("q", vec![line(1), line(2)], None);
    assert_eq!(shop.last.sourcing_due.get(&order.id), Some(&true), "one line from a location is enough");
}

#[test]
fn a_working_set_that_was_loaded_decides_like_the_one_where_all_of_it_happened() {
    let mut shop = Shop::open();
    let (order, items) = shop.order(1, 1);
    shop.does(&Command::ReleaseItem(commands::release(items[0], "E1")));
    let mut loaded = working_set(200_000);
    loaded.put_list(list(1));
    let item = shop.working_set.item(items[0]).expect("a line").clone();
    loaded.put_product(shop.working_set.product(&ProductRef::Id(item.product)).expect("a product").clone());
    loaded.put_stock(shop.working_set.stock(item.stock).expect("a stock").clone());
    loaded.put_order(shop.working_set.order(order).expect("an order").clone());
    loaded.put_reservation(shop.working_set.reservation(item.id).expect("a hold").clone());
    let stock = item.stock;
    loaded.put_item(item);
    shop.working_set = loaded;
    assert_eq!(shop.working_set.stock(stock).map(|stock| (stock.on_hand, stock.reported)), Some((100, 1)));
    shop.level(1, 99);
    assert_eq!(shop.working_set.stock(stock).map(|stock| (stock.on_hand, stock.reported)), Some((99, 0)));
    assert_eq!(
        shop.working_set.reservation(items[0]).map(|reservation| reservation.state),
        Some(ReservationState::Settled)
    );
}

#[test]
fn details_change_of_the_named_lines_that_are_cancelled_now() {
    let mut shop = Shop::open();
    let (order, items) = shop.order(1, 3);
    shop.cancel(order, &items[..2], &[items[0]]);
    assert_eq!(shop.details(&items), ["details!", "details", "details"]);
    shop.cancel(order, &items, &items);
    assert_eq!(shop.details(&items), ["details!", "details", "details!"]);
    shop.cancel(order, &items, &items);
    assert_eq!(shop.details(&items), ["details!", "details", "details!"]);
    assert!(shop.last.is_empty());
}

#[test]
fn each_field_of_a_line_is_edited_alone() {
    let mut shop = Shop::open();
    let (_, items) = shop.order(1, 1);
    let item = items[0];
    let edits = [
        (ItemEdit { extra_field: Some(appended("1")), ..ItemEdit::default() }, ["extra1", "attributes", "details"]),
        (ItemEdit { attributes: Some("new".to_owned()), ..ItemEdit::default() }, ["extra1", "new", "details"]),
        (ItemEdit { details: Some(appended("2")), ..ItemEdit::default() }, ["extra1", "new", "details2"]),
    ];
    for (edit, wanted) in edits {
        let before = shop.times(item);
        let told = shop.edit(item, edit).expect("edited");
        assert_eq!([told.extra_field.as_str(), &told.attributes, &told.details], wanted);
        assert_eq!(shop.working_set.item(item), Some(&told));
        assert_eq!(told.status, OrderStatus::Approved);
        let after = shop.times(item);
        assert!(before.0 < after.0 && before.1 < after.1, "a client that follows orders is told of their lines");
    }
    assert!(shop.last.movements.is_empty() && shop.last.sourcing_due.is_empty());
}

#[test]
fn an_edit_that_changes_nothing_records_nothing() {
    let mut shop = Shop::open();
    let (order, items) = shop.order(2, 1);
    let before = shop.times(items[0]);
    for edit in [
        ItemEdit::default(),
        status(OrderStatus::Approved),
        ItemEdit { attributes: Some("attributes".to_owned()), ..ItemEdit::default() },
        ItemEdit { details: Some(appended("")), extra_field: Some(appended("")), ..ItemEdit::default() },
    ] {
        shop.edit(items[0], edit).expect("allowed");
        assert!(shop.last.is_empty(), "{:?}", shop.last);
    }
    for is_send in [None, Some(true)] {
        shop.does(&Command::EditOrder(EditOrder { order, is_send }));
        assert!(shop.last.is_empty(), "{:?}", shop.last);
    }
    assert_eq!(shop.times(items[0]), before);
    shop.does(&Command::EditOrder(EditOrder { order, is_send: Some(false) }));
    assert!(shop.last.orders.changed_rows().any(|changed| changed.id == order));
    assert!(!shop.working_set.order(order).expect("an order").is_send);
}

#[test]
fn a_line_goes_on_after_it_was_shipped_and_comes_back_from_nowhere() {
    let mut shop = Shop::open();
    let (_, items) = shop.order(1, 2);
    for next in [OrderStatus::Preparing, OrderStatus::Shipped, OrderStatus::Delivered] {
        assert_eq!(shop.edit(items[0], status(next)).expect("it goes on").status, next);
    }
    assert_eq!(shop.edit(items[0], status(OrderStatus::Cancelled)), Err(Rejection::AlreadyShipped(vec![items[0]])));
    shop.edit(items[1], status(OrderStatus::Cancelled)).expect("cancelled");
    assert_eq!(shop.edit(items[1], status(OrderStatus::Approved)), Err(Rejection::Cancelled));
    // Its other fields can still be written, alone or with the state that it has.
    let note = ItemEdit { details: Some(appended("!")), ..status(OrderStatus::Cancelled) };
    assert_eq!(shop.edit(items[1], note).expect("written").details, "details!");
}

#[test]
fn a_line_from_a_location_is_planned_when_it_becomes_approved_and_not_otherwise() {
    let mut shop = Shop::open();
    for (list, is_planned) in [(1, false), (2, true)] {
        let (order, items) = shop.order(list, 1);
        shop.edit(items[0], status(OrderStatus::CancellationWaiting)).expect("edited");
        assert!(shop.last.sourcing_due.is_empty());
        shop.edit(items[0], status(OrderStatus::Approved)).expect("edited");
        assert_eq!(shop.last.sourcing_due.get(&order), is_planned.then_some(&true));
    }
}

/// What a writer has seen is compared when the write is decided: also with what orders have changed since.
#[test]
fn a_write_may_expect_the_whole_row() {
    check(
        "
        list 1
        stock   A list 1 10 seen 1-0-0=1          -> refused: row 1: changed since
        stock   A list 1 10 seen 0-0-0=0          -> written, A new, A 10-0-0=10
        order   o1 A 4                            -> held, A 10-4-0=6
        stock   A list 1 9 seen 10-0-0=10         -> refused: row 1: changed since
        stock   A list 1 9 seen 10-4-0=6          -> written, A 9-4-0=5
        release o1.1 E1                           -> o1.1 is E1, A 9-0-4=5
        stock   A list 1 8 seen 9-4-0=5           -> refused: row 1: changed since
        # Each row is compared with what was there before the command.
        stock   A list 1 - held 1 seen 9-0-4=5; A list 1 - held 2 seen 9-0-4=5 -> written, A 9-2(2)-4=3
        stock   A list 1 8; A list 1 7 seen 8-0-0=8 -> refused: row 2: changed since
        ",
    );
}
