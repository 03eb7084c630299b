//! Moves that the ERP has to hear of: what it has not heard of stays off sale, whatever levels it sends.

use onhand_core::Rejection;
use onhand_core::fulfilment::{PackageCommand, TransferCommand};
use onhand_core::rejection::MoveRejection;

use crate::shop::Shop;

/// A registered line of two that was not found at location 1, whose package waits at location 2; five are in each list.
fn moved() -> Shop {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.level("X", 2, 5, None);
    shop.order("o", &[("X", 1, 2)]);
    shop.release("o.1");
    shop.package("o-1", PackageCommand::NotFound, &[]).expect("not found");
    assert_eq!(shop.moves(), ["order_item 2 1>2 waiting"]);
    shop
}

/// A line of two from location 1, gathered at location 2, whose transfer has left; five are in list 1.
fn shipped(registered: bool) -> Shop {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.try_order("o", &[("X", 1, 2)]).expect("it fits");
    if registered {
        shop.release("o.1");
    }
    shop.plan("o", Some(2));
    shop.transfer("o-1-T1", TransferCommand::Ship, &[]).expect("sent");
    shop
}

#[test]
fn a_registered_line_that_moves_is_reserved_until_its_move_is_registered() {
    let mut shop = moved();
    // The ERP has not heard of it: five of list 2 are in its books.
    for _ in 0..3 {
        shop.level("X", 2, 5, None);
        assert_eq!(shop.stock("X", 2), "5-2-0=3");
    }
    assert!(matches!(shop.try_order("p", &[("X", 2, 5)]), Err(Rejection::InsufficientStock(_))));
    shop.register(&[(1, "M1")], None).expect("registered");
    assert_eq!((shop.stock("X", 2), shop.moves()), ("5-0-2=3".into(), vec!["order_item 2 1>2 registered".into()]));
    shop.level("X", 2, 3, None);
    assert_eq!(shop.stock("X", 2), "3-0-0=3");
    shop.assert_sound(&["X"]);
}

#[test]
fn registering_is_repeated_without_effect_and_refused_with_another_code() {
    let mut shop = moved();
    assert_eq!(
        shop.register(&[(9, "M1")], None),
        Err(Rejection::Moves(vec![(0, MoveRejection::Unknown(stock_move(7)))]))
    );
    let twice = shop.register(&[(1, "M1"), (1, "M2")], None);
    let another = |row| Err(Rejection::Moves(vec![(row, MoveRejection::AnotherCode { code: "M1".to_owned() })]));
    assert_eq!(twice, another(1));
    assert_eq!(shop.stock("X", 2), "5-2-0=3", "all or none");
    shop.register(&[(1, "M1"), (1, "M1")], None).expect("registered");
    assert_eq!(shop.stock("X", 2), "5-0-2=3");
    shop.register(&[(1, "M1")], Some(0)).expect("registered before");
    assert!(shop.last.is_empty());
    assert_eq!(shop.register(&[(1, "M2")], None), another(0));
}

fn stock_move(id: i64) -> onhand_core::StockMoveId {
    onhand_core::StockMoveId::new(id)
}

#[test]
fn a_level_that_came_first_has_a_move_that_was_registered_before_it() {
    let mut shop = moved();
    // The ERP registers the move and sends its level; we hear of the level first.
    shop.level("X", 2, 3, None);
    assert_eq!(shop.stock("X", 2), "3-2-0=1");
    shop.register(&[(1, "M1")], Some(2)).expect("registered");
    assert_eq!(shop.stock("X", 2), "3-0-0=3");
    // Without a time it is registered when it arrives, so that nothing is sold twice.
    let mut shop = moved();
    shop.level("X", 2, 3, None);
    shop.register(&[(1, "M1")], None).expect("registered");
    assert_eq!(shop.stock("X", 2), "3-0-2=1");
    shop.level("X", 2, 3, None);
    assert_eq!(shop.stock("X", 2), "3-0-0=3");
    // Nor can anything be registered before it has happened: the clock that says so is slow.
    let mut shop = moved();
    shop.register(&[(1, "M1")], Some(60)).expect("registered");
    assert_eq!(shop.stock("X", 2), "5-0-2=3");
}

#[test]
fn a_repeated_release_registers_the_lines_moves() {
    let mut shop = moved();
    // The first release arrives again: it speaks of list 1.
    shop.release_at("o.1", Some(4));
    assert_eq!((shop.stock("X", 2), shop.last.is_empty()), ("5-2-0=3".into(), true));
    shop.release("o.1");
    assert_eq!((shop.stock("X", 2), shop.moves()), ("5-0-2=3".into(), vec!["order_item 2 1>2 registered".into()]));
    shop.release("o.1");
    assert!(shop.last.is_empty(), "once is enough");
    // Its code may still be told.
    shop.register(&[(1, "M1")], None).expect("registered");
    assert_eq!(shop.stock("X", 2), "5-0-2=3");
    shop.assert_sound(&["X"]);
}

#[test]
fn each_move_of_a_line_is_registered() {
    let mut shop = moved();
    shop.level("X", 3, 5, None);
    shop.package("o-2", PackageCommand::NotFound, &[]).expect("not found");
    assert_eq!(shop.moves(), ["order_item 2 1>2 waiting", "order_item 2 2>3 waiting"]);
    assert_eq!((shop.stock("X", 2), shop.stock("X", 3)), ("5-0-0=0!".into(), "5-2-0=3".into()));
    // The later one first, and levels between.
    shop.register(&[(2, "M2")], None).expect("registered");
    shop.level("X", 3, 5, None);
    assert_eq!(shop.stock("X", 3), "5-2-0=3");
    shop.register(&[(1, "M1")], None).expect("registered");
    assert_eq!(shop.stock("X", 3), "5-0-2=3");
    shop.level("X", 3, 3, None);
    assert_eq!(shop.stock("X", 3), "3-0-0=3");
    // There and back again.
    let mut shop = moved();
    shop.level("X", 1, 6, None);
    shop.package("o-2", PackageCommand::NotFound, &[]).expect("not found");
    assert_eq!(shop.moves(), ["order_item 2 1>2 waiting", "order_item 2 2>1 waiting"]);
    shop.level("X", 1, 6, None);
    assert_eq!(shop.stock("X", 1), "6-2-0=4");
    shop.release("o.1");
    assert_eq!((shop.stock("X", 1), shop.moves()[1].as_str()), ("6-0-2=4".into(), "order_item 2 2>1 registered"));
    shop.assert_sound(&["X"]);
}

#[test]
fn a_settled_line_that_moves_is_reserved_again() {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.level("X", 2, 5, None);
    shop.order("o", &[("X", 1, 2)]);
    shop.release("o.1");
    shop.level("X", 1, 3, None);
    assert!(shop.story("o").contains("settled X@1"), "{}", shop.story("o"));
    shop.package("o-1", PackageCommand::NotFound, &[]).expect("not found");
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("3-0-0=0!".into(), "5-2-0=3".into()));
    shop.level("X", 2, 5, None);
    assert_eq!(shop.stock("X", 2), "5-2-0=3");
    // Not found after all of it is registered and settled: the same again.
    shop.register(&[(1, "M1")], None).expect("registered");
    shop.level("X", 2, 3, None);
    shop.level("X", 3, 5, None);
    shop.package("o-2", PackageCommand::NotFound, &[]).expect("not found");
    shop.level("X", 3, 5, None);
    assert_eq!((shop.stock("X", 3), shop.moves().len()), ("5-2-0=3".into(), 2));
    shop.assert_sound(&["X"]);
}

#[test]
fn cancelling_gives_a_moved_line_back_and_leaves_nothing_to_register() {
    let mut shop = moved();
    shop.cancel("o", &["o.1"]).expect("cancelled");
    assert_eq!((shop.stock("X", 2), shop.moves()), ("5-0-0=5".into(), vec!["order_item 2 1>2 cancelled".into()]));
    // The ERP may have registered it meanwhile: that changes nothing here.
    shop.register(&[(1, "M1")], None).expect("heard");
    assert_eq!((shop.stock("X", 2), shop.moves()), ("5-0-0=5".into(), vec!["order_item 2 1>2 cancelled".into()]));
    let mut shop = moved();
    shop.register(&[(1, "M1")], None).expect("registered");
    shop.cancel("o", &["o.1"]).expect("cancelled");
    assert_eq!((shop.stock("X", 2), shop.moves()), ("5-0-0=5".into(), vec!["order_item 2 1>2 registered".into()]));
    shop.assert_sound(&["X"]);
}

#[test]
fn a_transfer_that_has_left_keeps_its_units_off_sale_at_its_source() {
    let mut shop = shipped(false);
    assert_eq!(shop.moves(), ["transfer 2 1>2 waiting"]);
    for _ in 0..2 {
        shop.level("X", 1, 5, None);
        assert_eq!(shop.stock("X", 1), "5-0-2=3");
    }
    shop.transfer("o-1-T1", TransferCommand::Deliver, &[]).expect("received");
    shop.level("X", 1, 5, None);
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("5-0-2=3".into(), "2-2-0=0".into()));
    shop.register(&[(1, "T1")], None).expect("registered");
    assert_eq!(shop.stock("X", 1), "5-0-2=3", "until a level that was taken after it");
    shop.level("X", 1, 5, Some(2));
    assert_eq!(shop.stock("X", 1), "5-0-2=3");
    shop.level("X", 1, 3, None);
    assert_eq!(shop.stock("X", 1), "3-0-0=3");
    // The level first.
    let mut shop = shipped(false);
    shop.level("X", 1, 3, None);
    assert_eq!(shop.stock("X", 1), "3-0-2=1");
    shop.register(&[(1, "T1")], Some(1)).expect("registered");
    assert_eq!(shop.stock("X", 1), "3-0-0=3");
    shop.assert_sound(&["X"]);
}

#[test]
fn a_transfer_of_a_registered_line_moves_its_sale_and_its_goods() {
    let mut shop = shipped(true);
    assert_eq!(shop.moves(), ["transfer 2 1>2 waiting", "order_item 2 1>2 waiting"]);
    let transfers: Vec<_> = shop.working_set.fulfilment.moves.all().map(|one| one.transfer).collect();
    assert!(transfers[0].is_some() && transfers[0] == transfers[1], "{transfers:?}");
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("5-0-2=3".into(), "2-2-0=0".into()));
    // The ERP moves the sale first, and its levels come before it says so.
    shop.level("X", 1, 5, None);
    shop.level("X", 2, 0, None);
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("5-0-2=3".into(), "0-2-0=0".into()));
    shop.release("o.1");
    assert_eq!(shop.moves(), ["transfer 2 1>2 waiting", "order_item 2 1>2 registered"]);
    shop.register(&[(1, "T1")], None).expect("registered");
    shop.level("X", 1, 3, None);
    shop.level("X", 2, 0, None);
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("3-0-0=3".into(), "0-0-0=0".into()));
    assert!(shop.story("o").contains("settled X@2"), "{}", shop.story("o"));
    shop.assert_sound(&["X"]);
}

#[test]
fn a_list_may_let_its_next_level_settle_moves() {
    let mut shop = Shop::open();
    (1..=2).for_each(|list| shop.register_moves_at_once(list));
    shop.level("X", 1, 5, None);
    shop.level("X", 2, 5, None);
    shop.order("o", &[("X", 1, 2)]);
    shop.release("o.1");
    shop.package("o-1", PackageCommand::NotFound, &[]).expect("not found");
    assert_eq!((shop.stock("X", 2), shop.moves()), ("5-0-2=3".into(), vec!["order_item 2 1>2 registered".into()]));
    shop.level("X", 2, 5, Some(3));
    assert_eq!(shop.stock("X", 2), "5-0-2=3");
    shop.level("X", 2, 3, None);
    assert_eq!(shop.stock("X", 2), "3-0-0=3");
    // On to a list that wants to be told.
    shop.level("X", 3, 5, None);
    shop.package("o-2", PackageCommand::NotFound, &[]).expect("not found");
    shop.level("X", 3, 5, None);
    assert_eq!((shop.stock("X", 3), shop.moves()[1].as_str()), ("5-2-0=3".into(), "order_item 2 2>3 waiting"));
    // A transfer from such a list.
    shop.level("Y", 1, 5, None);
    shop.try_order("p", &[("Y", 1, 2)]).expect("it fits");
    shop.plan("p", Some(2));
    shop.transfer("p-1-T1", TransferCommand::Ship, &[]).expect("sent");
    assert_eq!(shop.stock("Y", 1), "5-0-2=3");
    shop.level("Y", 1, 5, None);
    assert_eq!(shop.stock("Y", 1), "5-0-0=5");
    shop.assert_sound(&["X", "Y"]);
}

#[test]
fn what_is_on_its_way_to_a_cancelled_line_is_off_sale_until_it_is_there() {
    for registered in [false, true] {
        let mut shop = shipped(registered);
        shop.cancel("o", &["o.1"]).expect("cancelled");
        assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("5-0-2=3".into(), "2-0-2=0".into()));
        assert!(shop.story("o").ends_with("o-1@2 Cancelled []; o-1-T1 1>2 In Transit"), "{}", shop.story("o"));
        // Levels of the destination do not put it on sale, either.
        shop.level("X", 2, 2, None);
        assert_eq!(shop.stock("X", 2), "2-0-2=0");
        assert_eq!(shop.count(2, &[("X", 0)]).expect("counted"), ["0 0 confirmed"], "it is still on its way");
        shop.assert_sound(&["X"]);
        shop.transfer("o-1-T1", TransferCommand::Deliver, &[]).expect("received");
        assert_eq!(shop.stock("X", 2), "2-0-0=2");
        assert!(shop.story("o").ends_with("o-1@2 Cancelled []; o-1-T1 1>2 Delivered"), "{}", shop.story("o"));
        shop.transfer("o-1-T1", TransferCommand::Deliver, &[]).expect("received before");
        assert!(shop.last.is_empty());
        shop.assert_sound(&["X"]);
    }
}

#[test]
fn what_is_on_its_way_to_a_cancelled_package_is_packed_when_it_is_there() {
    let mut shop = shipped(false);
    shop.package("o-1", PackageCommand::Cancel, &[]).expect("cancelled");
    assert_eq!(shop.stock("X", 2), "2-2-2=0");
    // It is nowhere yet, so it goes into no package there; what stands at its source goes.
    assert_eq!(shop.plan("o", None), [0_usize; 0]);
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("5-2-2=1".into(), "2-0-2=0".into()));
    assert!(shop.story("o").contains("open X@1; o-1@2 Cancelled []; o-2@1 Waiting [1]"), "{}", shop.story("o"));
    shop.transfer("o-1-T1", TransferCommand::Deliver, &[]).expect("received");
    assert_eq!(shop.stock("X", 2), "2-0-0=2");
    assert!(shop.story("o").contains("o-1@2 Cancelled []; o-2@1 Waiting [1]"), "{}", shop.story("o"));
    shop.assert_sound(&["X"]);
    // Where no location has it, it is sourced once it has arrived.
    let mut shop = shipped(false);
    shop.level("X", 1, 2, None);
    shop.package("o-1", PackageCommand::Cancel, &[]).expect("cancelled");
    assert_eq!(shop.plan("o", None), [1]);
    shop.transfer("o-1-T1", TransferCommand::Deliver, &[]).expect("received");
    assert!(shop.story("o").contains("open X@2; o-1@2 Cancelled []; o-1-T1"), "{}", shop.story("o"));
    assert_eq!((shop.stock("X", 2), shop.plan("o", None)), ("2-2-0=0".into(), vec![]));
    assert!(shop.story("o").contains("o-2@2 Waiting [1]"), "{}", shop.story("o"));
    shop.assert_sound(&["X"]);
}
