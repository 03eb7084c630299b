//! Fulfilment as stories: sourcing, picking, not finding, bringing, counting.
//!
//! Promises: each rule of docs/decisions/0010 has a story here. How states are written is said in `shop.rs`.

mod answers;
mod chosen_lists;
mod counts;
#[path = "../scenarios/database.rs"]
mod database;
mod every_order;
mod moves;
mod naive;
mod shop;
mod transfers;
mod warehouse;

use onhand_core::Rejection;
use onhand_core::fulfilment::{DiscrepancyEnds, PackageCommand, TransferCommand};
use shop::Shop;

const PREPARE: PackageCommand = PackageCommand::Prepare;
const PACK: PackageCommand = PackageCommand::Pack;
const SHIP: PackageCommand = PackageCommand::Ship;
const NOT_FOUND: PackageCommand = PackageCommand::NotFound;
const CANCEL: PackageCommand = PackageCommand::Cancel;

#[test]
fn an_order_goes_from_plan_to_shipped() {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.level("Y", 1, 5, None);
    shop.order("o", &[("X", 1, 2), ("Y", 1, 1)]);
    assert_eq!(shop.story("o"), "approved; open X@1, open Y@1; o-1@1 Waiting [1, 2]");
    shop.package("o-1", PREPARE, &[]).expect("prepared");
    assert_eq!(shop.story("o"), "preparing; open X@1, open Y@1; o-1@1 Preparing [1, 2]");
    shop.package("o-1", PACK, &[]).expect("packed");
    shop.package("o-1", SHIP, &[]).expect("shipped");
    assert_eq!(shop.story("o"), "shipped; open X@1, open Y@1; o-1@1 Shipped [1, 2]");
    // Shipping tells the ERP nothing, so nothing but a release changes the reservation.
    assert_eq!(shop.stock("X", 1), "5-2-0=3");
    shop.release("o.1");
    assert_eq!(shop.stock("X", 1), "5-0-2=3");
    assert!(matches!(shop.cancel("o", &["o.1"]), Err(Rejection::AlreadyShipped(_))));
    shop.assert_sound(&["X", "Y"]);
}

#[test]
fn holds_go_where_packages_leave_from() {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.level("X", 2, 5, None);
    shop.level("Y", 2, 5, None);
    // Two lists, one package: the line ordered from list 1 is reserved at location 2.
    shop.order("o", &[("X", 1, 2), ("Y", 2, 1)]);
    assert_eq!(shop.story("o"), "approved; open X@2, open Y@2; o-1@2 Waiting [1, 2]");
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("5-0-0=5".into(), "5-2-0=3".into()));
    // Sourcing again changes nothing.
    assert_eq!(shop.plan("o", None), [0_usize; 0]);
    assert!(shop.last.fulfilment.is_empty() && shop.last.movements.is_empty());
    shop.assert_sound(&["X", "Y"]);
}

#[test]
fn what_is_not_found_goes_to_the_next_location() {
    let mut shop = Shop::open();
    for list in 1..=3 {
        shop.level("X", list, 5, None);
    }
    shop.level("Y", 1, 5, None);
    shop.order("o", &[("X", 1, 2), ("Y", 1, 1)]);
    shop.package("o-1", PREPARE, &[]).expect("prepared");
    shop.package("o-1", NOT_FOUND, &["o.1"]).expect("not found");
    let story = "preparing; open X@2, open Y@1; o-1@1 Preparing [2]; o-2@2 Waiting [1]";
    assert_eq!(shop.story("o"), story);
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("5-0-0=0!".into(), "5-2-0=3".into()));
    // The same again changes nothing.
    shop.package("o-1", NOT_FOUND, &["o.1"]).expect("said before");
    assert!(shop.last.is_empty());
    // Nor is it allocated there while the discrepancy is active, nor sold.
    assert!(matches!(shop.try_order("p", &[("X", 1, 1)]), Err(Rejection::InsufficientStock(_))));
    shop.package("o-2", NOT_FOUND, &[]).expect("not found");
    let story = "preparing; open X@3, open Y@1; o-1@1 Preparing [2]; o-2@2 Out of Stock []; o-3@3 Waiting [1]";
    assert_eq!(shop.story("o"), story);
    shop.package("o-3", NOT_FOUND, &[]).expect("not found");
    assert!(shop.story("o").starts_with("preparing; short, open Y@1; "), "{}", shop.story("o"));
    assert_eq!(shop.stock("X", 3), "5-0-0=0!");
    shop.assert_sound(&["X", "Y"]);
    // It is sourced again once units are there.
    assert_eq!(shop.plan("o", None), [1]);
    shop.level("X", 2, 7, None);
    assert_eq!(shop.stock("X", 2), "7-0-0=7");
    assert_eq!(shop.plan("o", None), [0_usize; 0]);
    assert!(shop.story("o").ends_with("o-4@2 Waiting [1]"), "{}", shop.story("o"));
    assert_eq!(shop.stock("X", 2), "7-2-0=5");
    shop.assert_sound(&["X", "Y"]);
}

#[test]
fn what_the_erp_has_registered_is_reserved_at_the_new_location() {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.level("X", 2, 5, None);
    shop.order("o", &[("X", 1, 2)]);
    shop.release("o.1");
    assert_eq!(shop.stock("X", 1), "5-0-2=3");
    shop.package("o-1", NOT_FOUND, &[]).expect("not found");
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("5-0-0=0!".into(), "5-2-0=3".into()));
    // No level settles it before the ERP has registered the move; then one that was taken later does.
    shop.level("X", 2, 5, None);
    assert_eq!(shop.stock("X", 2), "5-2-0=3");
    shop.register(&[(1, "M1")], None).expect("registered");
    shop.level("X", 2, 5, Some(2));
    assert_eq!(shop.stock("X", 2), "5-0-2=3");
    shop.level("X", 2, 3, None);
    assert_eq!(
        (shop.stock("X", 2), shop.story("o")),
        ("3-0-0=3".into(), "approved; settled X@2; o-1@1 Out of Stock []; o-2@2 Waiting [1]".into())
    );
    // Settled, and not found either: nothing comes back here, since the level accounts for it already.
    shop.package("o-2", NOT_FOUND, &[]).expect("not found");
    assert_eq!((shop.stock("X", 2), shop.story("o").contains("short")), ("3-0-0=0!".into(), true));
    shop.assert_sound(&["X"]);
}

#[test]
fn a_line_can_be_released_and_cancelled_while_it_is_short() {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.order("o", &[("X", 1, 2)]);
    shop.package("o-1", NOT_FOUND, &[]).expect("not found");
    shop.release("o.1");
    assert_eq!(
        (shop.stock("X", 1), shop.story("o")),
        ("5-0-0=0!".into(), "approved; short; o-1@1 Out of Stock []".into())
    );
    shop.level("X", 1, 4, None);
    shop.plan("o", None);
    assert_eq!((shop.stock("X", 1), shop.story("o").contains("reported X@1")), ("4-0-2=2".into(), true));
    shop.package("o-2", NOT_FOUND, &[]).expect("not found");
    shop.cancel("o", &["o.1"]).expect("cancelled");
    assert_eq!(shop.stock("X", 1), "4-0-0=0!");
    assert!(shop.story("o").starts_with("canceled; cancelled X@1"), "{}", shop.story("o"));
    shop.assert_sound(&["X"]);
}

/// A step after a discrepancy was made at a level of 5.
#[derive(Clone, Copy, Debug)]
enum Then {
    /// The ERP writes this level, taken after it.
    Level(i64),
    /// The ERP writes this level, taken before it.
    OlderLevel(i64),
    Count,
    Remove,
}

#[test]
fn what_ends_a_discrepancy() {
    use DiscrepancyEnds::{AnyLevel, ChangedLevel, RemovalOnly};
    // At a location that says so, after these steps, the discrepancy is this, and the stock that.
    let table: [(DiscrepancyEnds, &[Then], &str, &str); 14] = [
        (ChangedLevel, &[Then::Level(5)], "active", "5-0-0=0!"),
        (ChangedLevel, &[Then::Level(5), Then::Level(5)], "active", "5-0-0=0!"),
        (ChangedLevel, &[Then::Level(4)], "level", "4-0-0=4"),
        (ChangedLevel, &[Then::Level(5), Then::Level(4)], "level", "4-0-0=4"),
        // What was taken before it says nothing of it.
        (ChangedLevel, &[Then::OlderLevel(4), Then::Level(5)], "active", "5-0-0=0!"),
        (ChangedLevel, &[Then::OlderLevel(4)], "active", "4-0-0=0!"),
        (ChangedLevel, &[Then::Count], "counted", "5-0-0=5"),
        (ChangedLevel, &[Then::Remove], "removed", "5-0-0=5"),
        (ChangedLevel, &[Then::Remove, Then::Level(4)], "removed", "4-0-0=4"),
        (AnyLevel, &[Then::Level(5)], "level", "5-0-0=5"),
        (AnyLevel, &[Then::OlderLevel(5)], "active", "5-0-0=0!"),
        (AnyLevel, &[Then::Count], "counted", "5-0-0=5"),
        (RemovalOnly, &[Then::Level(4), Then::Level(5), Then::Count], "active", "5-0-0=0!"),
        (RemovalOnly, &[Then::Level(4), Then::Remove], "removed", "4-0-0=4"),
    ];
    for (ends, steps, wanted, stock) in table {
        let mut shop = Shop::open();
        shop.ends(1, ends);
        shop.level("X", 1, 5, None);
        shop.order("o", &[("X", 1, 1)]);
        shop.package("o-1", NOT_FOUND, &[]).expect("not found");
        shop.cancel("o", &["o.1"]).expect("so that nobody waits for it");
        for step in steps {
            match step {
                Then::Level(level) => shop.level("X", 1, *level, None),
                Then::OlderLevel(level) => shop.level("X", 1, *level, Some(2)),
                Then::Count => drop(shop.count(1, &[("X", 5)]).expect("counted")),
                Then::Remove => drop(shop.remove_all()),
            }
        }
        let now = (shop.ended(), shop.stock("X", 1));
        assert_eq!(now, (vec![wanted], stock.to_owned()), "{ends:?} {steps:?}");
    }
}

#[test]
fn a_discrepancy_says_what_it_is_about_and_its_end_is_a_movement() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.order("o", &[("X", 1, 3)]);
    shop.package("o-1", NOT_FOUND, &[]).expect("not found");
    let made = shop.last.fulfilment.discrepancies.made[0].clone();
    assert_eq!((made.quantity, made.level, made.list.get(), made.created_by.get()), (Some(3), Some(9), 1, 1));
    shop.cancel("o", &["o.1"]).expect("so that nobody waits for it");
    // What is available changes though no number does.
    assert_eq!((shop.remove_all(), shop.last.movements.len(), shop.stock("X", 1)), (1, 1, "9-0-0=9".into()));
    assert!(!shop.last.fulfilment.is_empty(), "of fulfilment, only the discrepancy has changed");
    assert_eq!((shop.remove_all(), shop.last.is_empty()), (0, true), "it has ended, and stays as it ended");
    assert_eq!(shop.count(3, &[("X", 2)]).expect("counted"), ["0 2 discrepancy"]);
    assert_eq!(shop.last.fulfilment.discrepancies.made[0].quantity, Some(2));
}

#[test]
fn counts_know_what_has_left_and_what_has_not() {
    let mut shop = Shop::open();
    for list in [1, 3] {
        shop.level("X", list, 10, None);
        shop.level("Y", list, 10, None);
    }
    shop.order("o", &[("X", 1, 2)]);
    assert_eq!(shop.count(1, &[("X", 10)]).expect("counted"), ["10 10 confirmed"]);
    for command in [PREPARE, PACK, SHIP] {
        shop.package("o-1", command, &[]).expect("goes on");
    }
    // It has left, and the ERP does not know.
    assert_eq!(shop.count(1, &[("X", 8)]).expect("counted"), ["8 8 confirmed"]);
    shop.release("o.1");
    shop.level("X", 1, 8, None);
    assert_eq!(shop.count(1, &[("X", 8)]).expect("counted"), ["8 8 confirmed"]);
    // The ERP has taken it out of the level, and it is still here.
    shop.order("p", &[("X", 1, 3)]);
    shop.release("p.1");
    shop.level("X", 1, 5, None);
    assert_eq!(shop.count(1, &[("X", 8)]).expect("counted"), ["8 8 confirmed"]);
    assert_eq!(shop.count(1, &[("X", 7)]).expect("counted"), ["8 7 adjusted"]);
    assert_eq!(shop.stock("X", 1), "4-0-0=4");
    // A location that flags discrepancies.
    assert_eq!(shop.count(3, &[("X", 9), ("Y", 10)]).expect("counted"), ["10 9 discrepancy", "10 10 confirmed"]);
    assert_eq!((shop.stock("X", 3), shop.stock("Y", 3)), ("10-0-0=0!".into(), "10-0-0=10".into()));
    assert_eq!(shop.count(3, &[("X", 9)]).expect("counted"), ["10 9 discrepancy"]);
    assert_eq!(shop.remove_all(), 1, "the newer count ended the older one's");
    // Faults change nothing.
    assert!(matches!(shop.count(9, &[("X", 1)]), Err(Rejection::UnknownLocation(_))));
    assert!(matches!(shop.count(1, &[("X", 1), ("Q", 1)]), Err(Rejection::Rows(faults)) if faults.len() == 1));
    shop.assert_sound(&["X", "Y"]);
}

#[test]
fn illegal_commands_name_the_legal_ones() {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.order("o", &[("X", 1, 1)]);
    let allowed = |refused: Result<(), Rejection>| match refused {
        Err(Rejection::IllegalCommand { allowed, .. }) => allowed.join(" "),
        other => panic!("{other:?}"),
    };
    assert_eq!(allowed(shop.package("o-1", SHIP, &[])), "prepare not-found cancel");
    shop.package("o-1", PREPARE, &[]).expect("prepared");
    shop.package("o-1", PREPARE, &[]).expect("said before");
    assert!(shop.last.is_empty());
    shop.package("o-1", PACK, &[]).expect("packed");
    assert_eq!(allowed(shop.package("o-1", NOT_FOUND, &[])), "ship cancel unpack");
    shop.package("o-1", SHIP, &[]).expect("shipped");
    for command in [PREPARE, PACK, NOT_FOUND, CANCEL] {
        assert_eq!(allowed(shop.package("o-1", command, &[])), "return");
    }
    assert_eq!(shop.package("nobody's", PREPARE, &[]), Err(Rejection::NotFound));
}

#[test]
fn cancelled_packages_leave_holds_where_they_are_and_cancelled_lines_leave_packages() {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.level("Y", 1, 5, None);
    shop.order("o", &[("X", 1, 1), ("Y", 1, 1)]);
    shop.package("o-1", PREPARE, &[]).expect("prepared");
    shop.package("o-1", CANCEL, &[]).expect("cancelled");
    assert_eq!(shop.story("o"), "approved; open X@1, open Y@1; o-1@1 Cancelled []");
    shop.plan("o", None);
    assert_eq!(shop.story("o"), "approved; open X@1, open Y@1; o-1@1 Cancelled []; o-2@1 Waiting [1, 2]");
    shop.package("o-2", PREPARE, &[]).expect("prepared");
    shop.cancel("o", &["o.1"]).expect("cancelled");
    assert_eq!(shop.story("o"), "preparing; cancelled X@1, open Y@1; o-1@1 Cancelled []; o-2@1 Preparing [2]");
    shop.cancel("o", &["o.2"]).expect("cancelled");
    assert_eq!(shop.story("o"), "canceled; cancelled X@1, cancelled Y@1; o-1@1 Cancelled []; o-2@1 Cancelled []");
    shop.assert_sound(&["X", "Y"]);
}

/// How a line is left, by which commands, and what the order is once it is cancelled.
type Left = (&'static str, &'static [(&'static str, PackageCommand)], &'static str);

#[test]
fn an_order_follows_its_other_lines_when_a_short_or_unplanned_one_is_cancelled() {
    let table: [Left; 4] = [
        ("short", &[("o-1", PREPARE), ("o-1", NOT_FOUND), ("o-2", PREPARE), ("o-2", PACK), ("o-2", SHIP)], "shipped; "),
        ("short", &[("o-1", PREPARE), ("o-1", NOT_FOUND), ("o-2", PREPARE)], "preparing; "),
        ("open X@1", &[("o-1", CANCEL), ("o-2", PREPARE), ("o-2", PACK), ("o-2", SHIP)], "shipped; "),
        ("open X@1", &[("o-1", CANCEL)], "approved; "),
    ];
    for (state, commands, wanted) in table {
        let mut shop = Shop::open();
        shop.level("X", 1, 5, None);
        shop.level("Y", 2, 5, None);
        shop.order("o", &[("X", 1, 1), ("Y", 2, 1)]);
        for (package, command) in commands {
            shop.package(package, *command, &[]).expect("fits");
        }
        assert!(shop.story("o").contains(&format!("; {state}, ")), "{}", shop.story("o"));
        shop.cancel("o", &["o.1"]).expect("cancelled");
        assert!(shop.story("o").starts_with(wanted), "after {commands:?}: {}", shop.story("o"));
        shop.assert_sound(&["X", "Y"]);
    }
}

/// What puts three units of X on sale again at location 1, where five were and no picker found any.
fn comes_back(shop: &mut Shop, by: &str) {
    match by {
        "level" => shop.level("X", 1, 3, None),
        "count" => drop(shop.count(1, &[("X", 3)]).expect("counted")),
        "removal" => assert_eq!(shop.remove_all(), 3),
        other => panic!("{other}"),
    }
}

#[test]
fn what_comes_back_goes_to_short_lines_first_the_oldest_first() {
    for by in ["level", "count", "removal"] {
        let mut shop = Shop::open();
        shop.level("X", 1, 5, None);
        // Two units, two, and one; all were sourced when no unit of the first is found.
        shop.order("o", &[("X", 1, 2)]);
        shop.order("p", &[("X", 1, 2)]);
        shop.order("q", &[("X", 1, 1)]);
        for package in ["q-1", "p-1", "o-1"] {
            shop.package(package, NOT_FOUND, &[]).expect("not found");
        }
        if by == "removal" {
            assert_eq!(shop.ended(), ["active"; 3]);
        }
        assert_eq!(shop.unplanned(), ["o.1 short", "p.1 short", "q.1 short"]);
        comes_back(&mut shop, by);
        let planned: Vec<_> = shop.last.sourcing_due.iter().filter(|(_, due)| **due).collect();
        if by == "removal" {
            assert_eq!((shop.stock("X", 1).as_str(), planned.len()), ("5-5-0=0", 3), "by {by}");
            continue;
        }
        // The oldest is served, the next does not fit, the youngest does; nothing is left for a new order.
        assert_eq!((shop.stock("X", 1).as_str(), planned.len()), ("3-3-0=0", 2), "by {by}");
        assert!(matches!(shop.try_order("r", &[("X", 1, 1)]), Err(Rejection::InsufficientStock(_))), "by {by}");
        for order in ["o", "p", "q"] {
            shop.plan(order, None);
        }
        assert_eq!(shop.unplanned(), ["p.1 short"], "by {by}");
        // A cancellation gives back what the one that is left needs.
        shop.cancel("o", &["o.1"]).expect("cancelled");
        assert_eq!(shop.stock("X", 1), "3-3-0=0", "by {by}");
        shop.plan("p", None);
        assert!(shop.unplanned().is_empty() && shop.story("p").contains("Waiting [1]"), "{}", shop.story("p"));
        shop.assert_sound(&["X"]);
    }
}

#[test]
fn a_location_may_offer_what_comes_back_to_all_orders() {
    let mut shop = Shop::open();
    shop.location(1, |location| location.short_lines_first = false);
    shop.level("X", 1, 5, None);
    shop.order("o", &[("X", 1, 2)]);
    shop.package("o-1", NOT_FOUND, &[]).expect("not found");
    shop.level("X", 1, 3, None);
    assert_eq!((shop.stock("X", 1), shop.unplanned()), ("3-0-0=3".into(), vec!["o.1 short".to_owned()]));
    // Nor is anything reserved where nothing is sent from.
    shop.location(1, |location| (location.short_lines_first, location.is_open) = (true, false));
    shop.level("X", 1, 4, None);
    assert_eq!(shop.stock("X", 1), "4-0-0=4");
    shop.location(1, |location| location.is_open = true);
    shop.level("X", 1, 3, None);
    assert_eq!(shop.stock("X", 1), "3-2-0=1");
    shop.assert_sound(&["X"]);
}

#[test]
fn lines_in_no_package_are_noted_with_the_reason() {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.level("Y", 1, 5, None);
    shop.order("o", &[("X", 1, 1), ("Y", 1, 1)]);
    assert!(shop.unplanned().is_empty());
    shop.package("o-1", CANCEL, &[]).expect("cancelled");
    assert_eq!(shop.unplanned(), ["o.1 package_cancelled", "o.2 package_cancelled"]);
    shop.cancel("o", &["o.2"]).expect("cancelled");
    assert_eq!(shop.unplanned(), ["o.1 package_cancelled"]);
    shop.location(1, |location| location.is_open = false);
    shop.plan("o", None);
    assert_eq!(shop.unplanned(), ["o.1 location_inactive"]);
    shop.location(1, |location| location.is_open = true);
    shop.plan("o", None);
    assert!(shop.unplanned().is_empty());
    // A transfer that is cancelled, and one whose units no location has.
    shop.level("X", 3, 5, None);
    shop.try_order("p", &[("X", 3, 1), ("Y", 1, 1)]).expect("it fits");
    shop.plan("p", Some(2));
    shop.transfer("p-1-T1", TransferCommand::Cancel, &[]).expect("cancelled");
    assert_eq!(shop.unplanned().len(), 2, "{:?}", shop.unplanned());
    assert!(shop.unplanned()[0].ends_with("transfer_cancelled"), "{:?}", shop.unplanned());
}

#[test]
fn of_lines_that_wait_for_more_than_there_is_the_oldest_comes_first() {
    let mut shop = Shop::open();
    shop.level("X", 1, 3, None);
    for order in ["o", "p", "q"] {
        shop.try_order(order, &[("X", 1, 1)]).expect("it fits");
    }
    // Two of three are not there after all, before anything was sourced.
    shop.level("X", 1, 0, None);
    for order in ["q", "p", "o"] {
        assert_eq!(shop.plan(order, None), [1]);
    }
    assert_eq!(shop.unplanned(), ["o.1 no_stock", "p.1 no_stock", "q.1 no_stock"]);
    shop.level("X", 1, 1, None);
    assert_eq!(shop.plan("q", None), [1], "older lines wait for it");
    assert_eq!(shop.plan("o", None), [0_usize; 0]);
    assert_eq!(shop.plan("p", None), [1]);
    shop.level("X", 1, 2, None);
    assert_eq!(shop.plan("q", None), [1]);
    assert_eq!(shop.plan("p", None), [0_usize; 0]);
    assert_eq!(shop.unplanned(), ["q.1 no_stock"]);
    shop.assert_sound(&["X"]);
}

#[test]
fn an_order_is_gathered_at_one_location() {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.level("Y", 2, 5, None);
    shop.try_order("o", &[("X", 1, 1), ("Y", 2, 2)]).expect("it fits");
    assert_eq!(shop.plan("o", Some(2)), [0_usize; 0]);
    assert_eq!(shop.story("o"), "approved; open X@1, open Y@2; o-1@2 Waiting for Transfer [2, 1]; o-1-T1 1>2 Waiting");
    assert!(matches!(shop.package("o-1", PREPARE, &[]), Err(Rejection::IllegalCommand { .. })));
    assert!(matches!(shop.transfer("o-1-T1", TransferCommand::Deliver, &[]), Err(Rejection::IllegalCommand { .. })));
    shop.transfer("o-1-T1", TransferCommand::Ship, &[]).expect("sent");
    // The reservation has moved and its unit stays off sale; no location has more on sale than before.
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("5-0-1=4".into(), "1-1-0=0".into()));
    assert_eq!(shop.count(1, &[("X", 4)]).expect("counted"), ["4 4 confirmed"], "it has left");
    assert_eq!(shop.count(2, &[("X", 0)]).expect("counted"), ["0 0 confirmed"], "it is still on its way");
    shop.transfer("o-1-T1", TransferCommand::Deliver, &[]).expect("received");
    assert_eq!(shop.story("o"), "approved; open X@2, open Y@2; o-1@2 Waiting [2, 1]; o-1-T1 1>2 Delivered");
    assert_eq!(shop.count(2, &[("X", 1)]).expect("counted"), ["1 1 confirmed"]);
    for command in [PREPARE, PACK, SHIP] {
        shop.package("o-1", command, &[]).expect("goes on");
    }
    assert!(shop.story("o").starts_with("shipped; "));
    shop.assert_sound(&["X", "Y"]);
}

#[test]
fn what_is_not_found_for_a_transfer_is_fetched_elsewhere() {
    let mut shop = Shop::open();
    for sku in ["X", "Y"] {
        shop.level(sku, 1, 5, None);
        shop.level(sku, 3, 5, None);
    }
    shop.try_order("o", &[("X", 1, 1), ("Y", 1, 1)]).expect("it fits");
    shop.plan("o", Some(2));
    shop.transfer("o-1-T1", TransferCommand::NotFound, &["o.1"]).expect("not found");
    // The one that was flagged comes from elsewhere; the other one may come from the same place.
    let story =
        "approved; open X@3, open Y@3; o-1@2 Waiting for Transfer [1, 2]; o-1-T1 1>2 Out of Stock; o-1-T2 3>2 Waiting";
    assert_eq!(shop.story("o"), story);
    assert_eq!((shop.stock("X", 1), shop.stock("Y", 1)), ("5-0-0=0!".into(), "5-0-0=5".into()));
    shop.transfer("o-1-T2", TransferCommand::NotFound, &[]).expect("not found");
    let story = "approved; short, open Y@1; o-1@2 Waiting for Transfer [2]; o-1-T1 1>2 Out of Stock; o-1-T2 3>2 Out of Stock; \
                 o-1-T3 1>2 Waiting";
    assert_eq!(shop.story("o"), story);
    shop.transfer("o-1-T3", TransferCommand::Cancel, &[]).expect("cancelled");
    assert!(shop.story("o").starts_with("approved; short, open Y@1; o-1@2 Out of Stock []"), "{}", shop.story("o"));
    shop.assert_sound(&["X", "Y"]);
}

const TAKE_OVER: PackageCommand = PackageCommand::TakeOver;
const UNPACK: PackageCommand = PackageCommand::Unpack;
const RETURN: PackageCommand = PackageCommand::Return;

#[test]
fn of_a_line_of_which_some_units_are_missing_the_others_stay() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.level("X", 2, 1, None);
    shop.order("o", &[("X", 1, 4)]);
    shop.package("o-1", PREPARE, &[]).expect("prepared");
    // One is missing, and the next location has one.
    shop.some("o-1", NOT_FOUND, "o.1", 1).expect("not found");
    let story = "preparing; open X@1, open X@2; o-1@1 Preparing [1]; o-2@2 Waiting [2]";
    assert_eq!(shop.story("o"), story);
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("9-3-0=0!".into(), "1-1-0=0".into()));
    assert_eq!(shop.last.fulfilment.discrepancies.made[0].quantity, Some(1));
    // Another one is missing, and no location has it.
    shop.some("o-1", NOT_FOUND, "o.1", 1).expect("not found");
    let story = "preparing; open X@1, open X@2, short; o-1@1 Preparing [1]; o-2@2 Waiting [2]";
    assert_eq!(shop.story("o"), story);
    assert_eq!((shop.stock("X", 1), shop.unplanned()), ("9-2-0=0!".into(), vec!["o.3 short".to_owned()]));
    // Both that are left: the line itself is not found.
    shop.some("o-1", NOT_FOUND, "o.1", 2).expect("not found");
    assert!(shop.story("o").contains("o-1@1 Out of Stock []"), "{}", shop.story("o"));
    assert_eq!(shop.unplanned(), ["o.1 short", "o.3 short"]);
    shop.assert_sound(&["X"]);
}

#[test]
fn what_is_split_off_is_registered_like_its_line() {
    for settled in [false, true] {
        let mut shop = Shop::open();
        shop.level("X", 1, 9, None);
        shop.level("X", 2, 9, None);
        shop.order("o", &[("X", 1, 4)]);
        shop.release("o.1");
        if settled {
            shop.level("X", 1, 5, None);
        }
        shop.some("o-1", NOT_FOUND, "o.1", 1).expect("not found");
        let (here, state) = if settled { ("5-0-0=0!", "settled") } else { ("9-0-3=0!", "reported") };
        assert_eq!(shop.stock("X", 1), here);
        assert!(shop.story("o").contains(&format!("{state} X@1")), "{}", shop.story("o"));
        shop.assert_sound(&["X"]);
    }
}

#[test]
fn wrong_numbers_of_units_change_nothing() {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.order("o", &[("X", 1, 4)]);
    assert!(matches!(shop.some("o-1", NOT_FOUND, "o.1", 5), Err(Rejection::TooManyUnits { units: 4, .. })));
    assert_eq!(shop.story("o"), "approved; open X@1; o-1@1 Waiting [1]");
}

#[test]
fn one_picker_has_a_package_until_another_takes_it_over() {
    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.order("o", &[("X", 1, 1)]);
    shop.by(7).package("o-1", PREPARE, &[]).expect("prepared");
    shop.package("o-1", PREPARE, &[]).expect("said before");
    assert!(shop.last.is_empty());
    for command in [PREPARE, PACK, NOT_FOUND] {
        let refused = shop.by(8).package("o-1", command, &[]);
        assert!(matches!(refused, Err(Rejection::PackageTaken(by)) if by.get() == 7), "{refused:?}");
    }
    shop.package("o-1", TAKE_OVER, &[]).expect("taken over");
    shop.package("o-1", TAKE_OVER, &[]).expect("said before");
    assert!(shop.last.is_empty());
    assert!(matches!(shop.by(7).package("o-1", PACK, &[]), Err(Rejection::PackageTaken(by)) if by.get() == 8));
    shop.by(8).package("o-1", PACK, &[]).expect("packed");
    // Closed, it belongs to no picker: any picker opens it, and goes on.
    shop.by(9).package("o-1", UNPACK, &[]).expect("opened");
    assert_eq!(shop.story("o"), "preparing; open X@1; o-1@1 Preparing [1]");
    assert!(matches!(shop.package("o-1", PACK, &[]), Err(Rejection::PackageTaken(by)) if by.get() == 8));
    shop.by(8).package("o-1", PACK, &[]).expect("packed");
    shop.by(9).package("o-1", SHIP, &[]).expect("shipped");
    assert!(matches!(shop.package("o-1", UNPACK, &[]), Err(Rejection::IllegalCommand { .. })));
    assert!(matches!(shop.package("o-1", TAKE_OVER, &[]), Err(Rejection::IllegalCommand { .. })));
}

#[test]
fn what_comes_back_is_for_sale_again_once() {
    // What the ERP has done before, the stock when it has shipped, when one of four has come back, and when all have.
    let table = [
        ("nothing", "9-4-0=5", "9-3-0=6", "9-0-0=9"),
        ("registered", "9-0-4=5", "9-0-3=6", "9-0-0=9"),
        ("written", "5-0-0=5", "6-0-0=6", "9-0-0=9"),
    ];
    for (erp, shipped, one_back, all_back) in table {
        let mut shop = Shop::open();
        shop.level("X", 1, 9, None);
        shop.order("o", &[("X", 1, 4)]);
        for command in [PREPARE, PACK, SHIP] {
            shop.package("o-1", command, &[]).expect("goes on");
        }
        if erp != "nothing" {
            shop.release("o.1");
        }
        if erp == "written" {
            shop.level("X", 1, 5, None);
        }
        assert_eq!(shop.stock("X", 1), shipped, "{erp}");
        shop.some("o-1", RETURN, "o.1", 1).expect("it comes back");
        assert_eq!((shop.stock("X", 1).as_str(), shop.last.movements.len()), (one_back, 1), "{erp}");
        assert!(shop.story("o").starts_with("shipped; "), "{}", shop.story("o"));
        shop.package("o-1", RETURN, &[]).expect("the rest, too");
        assert_eq!(shop.stock("X", 1), all_back, "{erp}");
        assert!(shop.story("o").starts_with("refunded; "), "{}", shop.story("o"));
        shop.package("o-1", RETURN, &[]).expect("said before");
        assert!(shop.last.movements.is_empty());
        assert_eq!(shop.count(1, &[("X", 9)]).expect("counted"), ["9 9 confirmed"], "{erp}");
        shop.assert_sound(&["X"]);
    }
}
