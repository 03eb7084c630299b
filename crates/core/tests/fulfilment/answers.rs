//! What commands answer, and what they write beside stock: lines with their quantities and states, discrepancies,
//! codes.
//!
//! Promises: an answer is told as a text of all its lines, so that one too many or a wrong quantity is seen.

use onhand_core::commands::ORDER_LINES_MAX;
use onhand_core::fulfilment::{MoveState, PackageCommand, TransferCommand};
use onhand_core::{FulfilmentOutcome, OrderStatus, QUANTITY_MAX, Rejection, ReleaseMode, StockListId, Timestamp};

use crate::shop::Shop;

/// The last command's package: each line as `quantity state`, then what was not found of them, as `quantity?`.
fn package(shop: &Shop) -> String {
    let Some(FulfilmentOutcome::PackageRun(answer)) = &shop.answer else { panic!("{:?}", shop.answer) };
    let line = |line: &onhand_core::fulfilment::PackageItem| format!("{} {}", line.quantity.units(), line.state.name());
    let lines = answer.lines.iter().map(line);
    let missing = answer.discrepancies.iter().map(|one| format!("{}?", one.quantity.unwrap_or_default()));
    format!("{}: {}", answer.package.number, lines.chain(missing).collect::<Vec<_>>().join(", "))
}

/// The last command's transfer, likewise.
fn transfer(shop: &Shop) -> String {
    let Some(FulfilmentOutcome::TransferRun(transfer, lines)) = &shop.answer else { panic!("{:?}", shop.answer) };
    let line =
        |line: &onhand_core::fulfilment::TransferItem| format!("{} {}", line.quantity.units(), line.state.name());
    let lines: Vec<String> = lines.iter().map(line).collect();
    format!("{} {}: {}", transfer.number, transfer.state.name(), lines.join(", "))
}

#[test]
fn a_package_answers_with_its_lines_and_what_was_not_found_of_them() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.level("Y", 1, 9, None);
    shop.level("Z", 1, 9, None);
    shop.order("o", &[("X", 1, 4), ("Y", 1, 2)]);
    shop.order("p", &[("Z", 1, 1)]);
    shop.package("o-1", PackageCommand::Prepare, &[]).expect("prepared");
    assert_eq!(package(&shop), "o-1: 4 Preparing, 2 Preparing");
    // One of four is missing, and no other location has it.
    shop.some("o-1", PackageCommand::NotFound, "o.1", 1).expect("not found");
    assert_eq!(package(&shop), "o-1: 3 Preparing, 2 Preparing, 1 Out of Stock, 1?");
    let made_now = shop
        .working_set
        .fulfilment
        .package_items
        .all()
        .filter(|line| line.created_at.micros() == shop.second() * 1_000_000);
    assert_eq!(made_now.count(), 1, "what is split off is as old as that");
    // Another package says nothing of it.
    shop.package("p-1", PackageCommand::Prepare, &[]).expect("prepared");
    assert_eq!(package(&shop), "p-1: 1 Preparing");
    shop.package("p-1", PackageCommand::NotFound, &[]).expect("not found");
    assert_eq!(package(&shop), "p-1: 1 Out of Stock, 1?");
}

#[test]
fn each_line_that_is_named_has_its_own_number_of_units() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.level("Y", 1, 9, None);
    shop.order("o", &[("X", 1, 4), ("Y", 1, 4)]);
    let named = [("o.1", 1), ("o.2", 3)];
    shop.some_of_each("o-1", PackageCommand::NotFound, &named).expect("not found");
    assert_eq!(package(&shop), "o-1: 3 Waiting, 1 Waiting, 1 Out of Stock, 3 Out of Stock, 1?, 3?");
}

#[test]
fn an_order_is_split_into_so_many_lines_at_the_most() {
    let skus: Vec<String> = (0..ORDER_LINES_MAX).map(|line| format!("S{line}")).collect();
    for (lines, fits) in [(ORDER_LINES_MAX - 1, true), (ORDER_LINES_MAX, false)] {
        let mut shop = Shop::open();
        skus.iter().for_each(|sku| shop.level(sku, 1, 9, None));
        let ordered: Vec<_> = skus[..lines].iter().map(|sku| (sku.as_str(), 1, 2)).collect();
        shop.order("o", &ordered);
        let split = shop.some("o-1", PackageCommand::NotFound, "o.1", 1);
        assert_eq!(split, if fits { Ok(()) } else { Err(Rejection::TooManyLines) });
        // A whole line needs no other one.
        shop.package("o-1", PackageCommand::NotFound, &["o.2"]).expect("not found");
    }
}

#[test]
fn what_leaves_a_line_as_it_is_does_not_write_it() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.order("o", &[("X", 1, 4)]);
    shop.package("o-1", PackageCommand::Prepare, &[]).expect("prepared");
    assert_eq!((shop.last.items.changed.len(), shop.last.orders.changed.len()), (1, 1));
    // A packed line is one that is being prepared, as before.
    shop.package("o-1", PackageCommand::Pack, &[]).expect("packed");
    assert!(shop.last.items.is_empty() && shop.last.orders.is_empty());
}

#[test]
fn a_discrepancy_of_a_count_has_the_difference_whichever_way() {
    // Location 3 flags what it counts differently.
    for counted in [3, 7] {
        let mut shop = Shop::open();
        shop.level("X", 3, 5, None);
        assert_eq!(shop.count(3, &[("X", counted)]).expect("counted"), [format!("5 {counted} discrepancy")]);
        assert_eq!(shop.last.fulfilment.discrepancies.made[0].quantity, Some(2));
    }
}

#[test]
fn a_move_names_the_transfer_that_waits_for_its_own_line_only() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.level("X", 2, 9, None);
    shop.level("Y", 3, 9, None);
    // A transfer of another picker waits.
    shop.try_order("p", &[("Y", 3, 1)]).expect("it fits");
    shop.plan("p", Some(2));
    shop.order("o", &[("X", 1, 2)]);
    shop.release("o.1");
    shop.package("o-1", PackageCommand::NotFound, &[]).expect("not found");
    assert_eq!(shop.moves(), ["order_item 2 1>2 waiting"]);
    let moved = shop.working_set.fulfilment.moves.all().next().expect("there is one");
    assert_eq!(moved.transfer, None);
}

#[test]
fn what_was_not_found_may_be_said_again_when_the_rest_has_left() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.level("Y", 1, 9, None);
    shop.order("o", &[("X", 1, 4), ("Y", 1, 2)]);
    shop.package("o-1", PackageCommand::Prepare, &[]).expect("prepared");
    shop.package("o-1", PackageCommand::NotFound, &["o.1"]).expect("not found");
    shop.package("o-1", PackageCommand::Pack, &[]).expect("packed");
    shop.package("o-1", PackageCommand::Ship, &[]).expect("shipped");
    shop.package("o-1", PackageCommand::NotFound, &["o.1"]).expect("said before");
    assert!(shop.last.is_empty());
    // Of what has left nothing new can be missing, and another command about what is missing is not one that was given.
    assert!(shop.package("o-1", PackageCommand::NotFound, &["o.1", "o.2"]).is_err());
    assert!(shop.package("o-1", PackageCommand::Prepare, &["o.1"]).is_err());
}

#[test]
fn a_transfer_answers_with_its_lines() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.try_order("o", &[("X", 1, 4)]).expect("it fits");
    shop.plan("o", Some(2));
    shop.not_fetched("o-1-T1", "o.1", 1).expect("not found");
    assert_eq!(transfer(&shop), "o-1-T1 Waiting: 3 Waiting, 1 Out of Stock");
    let lines: Vec<_> =
        shop.working_set.fulfilment.transfer_items.all().map(|line| (line.id, line.created_at)).collect();
    assert!(lines.len() == 2 && lines[0].0 != lines[1].0 && lines[0].1 < lines[1].1, "{lines:?}");
    shop.transfer("o-1-T1", TransferCommand::Ship, &[]).expect("sent");
    assert_eq!(transfer(&shop), "o-1-T1 In Transit: 3 In Transit, 1 Out of Stock");
    let packed = shop.working_set.fulfilment.package_items.all().map(|line| (line.quantity.units(), line.state.name()));
    assert_eq!(packed.collect::<Vec<_>>(), [(3, "Waiting for Transfer"), (1, "Out of Stock")]);
}

#[test]
fn the_code_of_a_move_is_kept_whether_it_is_told_with_its_registration_or_after_it() {
    let code = |shop: &Shop| {
        let one = shop.working_set.fulfilment.moves.all().next().expect("there is one").clone();
        (one.state == MoveState::Registered, one.code)
    };
    let moved = || {
        let mut shop = Shop::open();
        shop.level("X", 1, 5, None);
        shop.level("X", 2, 5, None);
        shop.order("o", &[("X", 1, 2)]);
        shop.release("o.1");
        shop.package("o-1", PackageCommand::NotFound, &[]).expect("not found");
        shop
    };
    let mut shop = moved();
    assert_eq!(code(&shop), (false, None));
    shop.register(&[(1, "M1")], None).expect("registered");
    assert_eq!(code(&shop), (true, Some("M1".to_owned())));
    let mut shop = moved();
    shop.release("o.1");
    assert_eq!(code(&shop), (true, None), "the line's own code is not the move's");
    shop.register(&[(1, "M1")], None).expect("registered before");
    assert_eq!(code(&shop), (true, Some("M1".to_owned())));
}

#[test]
fn a_list_that_settles_at_once_settles_a_move_that_is_registered() {
    let mut shop = Shop::open();
    shop.list(2, |list| list.release_mode = ReleaseMode::Immediate);
    shop.level("X", 1, 5, None);
    shop.level("X", 2, 5, None);
    shop.order("o", &[("X", 1, 2)]);
    shop.release("o.1");
    shop.package("o-1", PackageCommand::NotFound, &[]).expect("not found");
    assert_eq!(shop.stock("X", 2), "5-2-0=3");
    // The level is older than the registration; the list does not wait for the next one.
    shop.register(&[(1, "M1")], None).expect("registered");
    assert_eq!(shop.stock("X", 2), "5-0-0=5");
    shop.assert_sound(&["X"]);
}

#[test]
fn what_comes_back_to_a_full_stock_leaves_it_full() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.order("o", &[("X", 1, 4)]);
    for command in [PackageCommand::Prepare, PackageCommand::Pack, PackageCommand::Ship] {
        shop.package("o-1", command, &[]).expect("goes on");
    }
    shop.release("o.1");
    shop.level("X", 1, QUANTITY_MAX - 1, None);
    shop.package("o-1", PackageCommand::Return, &[]).expect("it comes back");
    assert_eq!(shop.stock("X", 1), format!("{QUANTITY_MAX}-0-0={QUANTITY_MAX}"));
}

#[test]
fn a_line_that_was_said_to_have_left_is_not_brought_back_by_its_package() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.order("o", &[("X", 1, 4)]);
    shop.package("o-1", PackageCommand::Prepare, &[]).expect("prepared");
    shop.edit("o.1", Some(OrderStatus::Shipped));
    shop.package("o-1", PackageCommand::Cancel, &[]).expect("cancelled");
    assert_eq!(shop.working_set.item(shop.item("o.1")).map(|line| line.status), Some(OrderStatus::Shipped));
}

#[test]
fn only_an_approved_line_of_a_located_list_is_to_be_planned_again() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.order("o", &[("X", 1, 4)]);
    shop.edit("o.1", None);
    assert_eq!(shop.last.sourcing_due.len(), 1, "approved, at location 1");
    shop.package("o-1", PackageCommand::Prepare, &[]).expect("prepared");
    shop.edit("o.1", Some(OrderStatus::Shipped));
    assert_eq!(shop.last.sourcing_due.len(), 0, "it has left");
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.list(1, |list| list.location = None);
    shop.try_order("o", &[("X", 1, 4)]).expect("it fits");
    shop.edit("o.1", None);
    assert_eq!(shop.last.sourcing_due.len(), 0, "its list is at no location");
}

#[test]
fn a_count_without_a_time_comes_after_a_level_of_a_fast_clock() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, Some(-60));
    shop.count(1, &[("X", 9)]).expect("counted");
    let stock = shop.working_set.stock_by_key(StockListId::new(1), "X").expect("it is here");
    assert_eq!(stock.counted_at, stock.snapshot_at.map(|level| level.plus_micros(1)));
}

#[test]
fn what_a_transfer_did_not_find_may_be_said_again_when_the_rest_has_arrived() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.level("Y", 1, 9, None);
    shop.try_order("o", &[("X", 1, 4), ("Y", 1, 2)]).expect("it fits");
    shop.plan("o", Some(2));
    shop.not_fetched("o-1-T1", "o.1", 1).expect("not found");
    let made = &shop.last.fulfilment.discrepancies.made;
    assert!(made.len() == 1 && made[0].transfer_item.is_some(), "{made:?}");
    shop.transfer("o-1-T1", TransferCommand::Ship, &[]).expect("sent");
    shop.transfer("o-1-T1", TransferCommand::Deliver, &[]).expect("received");
    shop.transfer("o-1-T1", TransferCommand::NotFound, &["o.3"]).expect("said before");
    assert!(shop.last.is_empty());
    assert!(shop.transfer("o-1-T1", TransferCommand::NotFound, &["o.2"]).is_err());
    assert!(shop.transfer("o-1-T1", TransferCommand::Ship, &["o.3"]).is_err());
}

#[test]
fn what_is_split_off_is_as_new_as_that() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.try_order("o", &[("X", 1, 4)]).expect("it fits");
    shop.plan("o", Some(2));
    shop.not_fetched("o-1-T1", "o.1", 1).expect("not found");
    let now = shop.second() * 1_000_000;
    let fulfilment = &shop.working_set.fulfilment;
    let items =
        [shop.item("o.1"), shop.item("o.2")].map(|item| shop.working_set.item(item).expect("a line").modified_at);
    let packed = fulfilment.package_items.all().map(|line| line.modified_at);
    let fetched = fulfilment.transfer_items.all().map(|line| line.modified_at);
    let times: Vec<i64> = items.into_iter().chain(packed).chain(fetched).map(Timestamp::micros).collect();
    // A row that changes twice in one command is later by a microsecond.
    assert!(times.len() == 6 && times.iter().all(|at| (now..now + 10).contains(at)), "{times:?}");
}

#[test]
fn a_line_that_waits_for_its_payment_goes_on_waiting_when_its_package_is_cancelled() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.order("o", &[("X", 1, 4)]);
    shop.edit("o.1", Some(OrderStatus::Waiting));
    shop.package("o-1", PackageCommand::Cancel, &[]).expect("cancelled");
    let status = shop.working_set.item(shop.item("o.1")).map(|line| line.status);
    assert_eq!(status, Some(OrderStatus::Waiting));
}

#[test]
fn only_a_short_line_is_noted_as_short_when_its_status_changes() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.try_order("o", &[("X", 1, 4)]).expect("it fits");
    shop.edit("o.1", Some(OrderStatus::Waiting));
    shop.edit("o.1", Some(OrderStatus::Approved));
    assert_eq!(shop.unplanned(), [""; 0], "it is reserved");
    shop.plan("o", None);
    shop.package("o-1", PackageCommand::NotFound, &[]).expect("not found");
    assert_eq!(shop.unplanned(), ["o.1 short"]);
    shop.edit("o.1", Some(OrderStatus::Shipped));
    assert_eq!(shop.unplanned(), [""; 0], "it waits for nothing");
    shop.edit("o.1", Some(OrderStatus::Approved));
    assert_eq!(shop.unplanned(), ["o.1 short"]);
}
