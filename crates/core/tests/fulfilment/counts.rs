//! Counts of an earlier moment, and what is newer than a count.

use onhand_core::fulfilment::{PackageCommand, TransferCommand};

use crate::shop::Shop;

const PREPARE: PackageCommand = PackageCommand::Prepare;
const PACK: PackageCommand = PackageCommand::Pack;
const SHIP: PackageCommand = PackageCommand::Ship;
const RETURN: PackageCommand = PackageCommand::Return;

type Then = fn(&mut Shop);

/// Ten of X at location 1, of which an order of two has left since; how long ago there were ten.
fn two_have_left() -> (Shop, i64) {
    let mut shop = Shop::open();
    shop.level("X", 1, 10, None);
    let then = shop.second();
    shop.order("o", &[("X", 1, 2)]);
    for command in [PREPARE, PACK, SHIP] {
        shop.package("o-1", command, &[]).expect("goes on");
    }
    let ago = shop.second() + 1 - then;
    (shop, ago)
}

#[test]
fn a_count_is_compared_with_what_stood_there_at_its_moment() {
    // What was counted when there were ten, its result, and the stock after it.
    for (counted, wanted, stock) in [
        (10, "10 10 confirmed", "10-2-0=8"),
        (9, "10 9 adjusted", "9-2-0=7"),
        (13, "10 13 adjusted", "13-2-0=11"),
        (0, "10 0 adjusted", "0-2-0=0"),
    ] {
        let (mut shop, ago) = two_have_left();
        assert_eq!(shop.count_ago(1, &[("X", counted)], Some(ago)).expect("counted"), [wanted]);
        assert_eq!(shop.stock("X", 1), stock, "its difference is today's");
        shop.assert_sound(&["X"]);
    }
    // A count of now knows that they have left.
    let (mut shop, _) = two_have_left();
    assert_eq!(shop.count(1, &[("X", 10)]).expect("counted"), ["8 10 adjusted"]);
}

#[test]
fn what_has_arrived_since_or_come_back_was_not_there() {
    let (mut shop, ago) = two_have_left();
    shop.package("o-1", RETURN, &[]).expect("it comes back");
    assert_eq!(shop.count_ago(1, &[("X", 10)], Some(ago + 1)).expect("counted"), ["10 10 confirmed"]);
    assert_eq!(shop.count_ago(1, &[("X", 8)], Some(3)).expect("counted"), ["8 8 confirmed"]);

    let mut shop = Shop::open();
    shop.level("X", 1, 5, None);
    shop.level("X", 2, 5, None);
    let before = shop.second();
    shop.try_order("p", &[("X", 1, 2)]).expect("it fits");
    shop.plan("p", Some(2));
    // Location 2 has both itself, so nothing is fetched.
    assert_eq!(shop.stock("X", 2), "5-2-0=3");
    shop.try_order("q", &[("X", 1, 4)]).expect("it fits");
    shop.plan("q", Some(2));
    shop.transfer("q-1-T1", TransferCommand::Ship, &[]).expect("sent");
    let on_the_way = shop.second();
    shop.transfer("q-1-T1", TransferCommand::Deliver, &[]).expect("received");
    let ago = |shop: &Shop, then: i64| Some(shop.second() + 1 - then);
    for (then, here, there) in [(before, 5, 5), (on_the_way, 1, 5), (on_the_way + 1, 1, 9)] {
        let (one, two) = (ago(&shop, then), ago(&shop, then).map(|ago| ago + 1));
        let confirmed = |counted: i64| [format!("{counted} {counted} confirmed")];
        assert_eq!(shop.count_ago(1, &[("X", here)], one).expect("counted"), confirmed(here), "{then}");
        assert_eq!(shop.count_ago(2, &[("X", there)], two).expect("counted"), confirmed(there), "{then}");
    }
    shop.assert_sound(&["X"]);
}

#[test]
fn what_is_newer_than_a_count_stands() {
    // What has happened since.
    let table: [(&str, Then); 5] = [
        ("a level", |shop| shop.level("X", 1, 10, None)),
        ("a level of the same amount", |shop| shop.level("X", 1, 10, Some(1))),
        ("a count", |shop| drop(shop.count(1, &[("X", 8)]))),
        ("a difference of a file", |shop| shop.adjust("X", 1, 4)),
        ("a count that has found a difference", |shop| drop(shop.count(1, &[("X", 9)]))),
    ];
    for (what, then) in table {
        let (mut shop, ago) = two_have_left();
        then(&mut shop);
        let before = shop.stock("X", 1);
        let lines = shop.count_ago(1, &[("X", 3)], Some(ago + 1)).expect("it is recorded");
        assert!(lines[0].ends_with(" 3 superseded"), "{what}: {lines:?}");
        assert_eq!((shop.stock("X", 1), shop.last.movements.len()), (before, 0), "{what}");
    }
    // A level that was taken before it and arrives after that which it knows of is older: the count is compared with
    // it.
    let (mut shop, ago) = two_have_left();
    shop.level("X", 1, 12, Some(ago - 1));
    assert_eq!(shop.count_ago(1, &[("X", 10)], Some(3)).expect("counted"), ["12 10 adjusted"]);
    assert_eq!(shop.stock("X", 1), "10-2-0=8");
}

#[test]
fn a_count_ends_only_what_was_reported_before_its_moment() {
    let mut shop = Shop::open();
    shop.level("X", 1, 10, None);
    let then = shop.second();
    shop.order("o", &[("X", 1, 2)]);
    shop.package("o-1", PackageCommand::NotFound, &[]).expect("not found");
    shop.cancel("o", &["o.1"]).expect("so that nobody waits for it");
    let ago = shop.second() + 1 - then;
    assert_eq!(shop.count_ago(1, &[("X", 9)], Some(ago)).expect("counted"), ["10 9 adjusted"]);
    assert_eq!((shop.ended(), shop.stock("X", 1)), (vec!["active"], "9-0-0=0!".into()));
    assert_eq!(shop.count(1, &[("X", 9)]).expect("counted"), ["9 9 confirmed"]);
    assert_eq!(shop.ended(), ["counted"]);
}

/// Units that the ERP has booked as sold and that wait to be brought elsewhere are found by who counts, and are not for
/// sale.
#[test]
fn what_waits_to_be_fetched_is_found_and_not_offered() {
    let mut shop = Shop::open();
    shop.level("X", 1, 10, None);
    shop.try_order("o", &[("X", 1, 2)]).expect("it fits");
    shop.plan("o", Some(2));
    shop.release("o.1");
    shop.level("X", 1, 8, None);
    assert_eq!(shop.stock("X", 1), "8-0-0=8");
    let then = shop.second();
    assert_eq!(shop.count(1, &[("X", 10)]).expect("counted"), ["10 10 confirmed"]);
    shop.transfer("o-1-T1", TransferCommand::Ship, &[]).expect("sent");
    let ago = shop.second() + 1 - then;
    assert!(shop.count_ago(1, &[("X", 9)], Some(ago)).expect("counted")[0].ends_with("superseded"));
    shop.assert_sound(&["X"]);
}

/// The ERP had registered the line before it took its level, and says so only after a count.
#[test]
fn a_line_that_was_counted_is_not_given_back_by_a_release_that_comes_late() {
    let mut shop = Shop::open();
    shop.level("X", 1, 10, None);
    shop.order("o", &[("X", 1, 2)]);
    let registered = shop.second();
    shop.level("X", 1, 8, None);
    // Ten stand there: two for the line, eight for others.
    assert_eq!(shop.count(1, &[("X", 10)]).expect("counted"), ["8 10 adjusted"]);
    assert_eq!(shop.stock("X", 1), "10-2-0=8");
    let ago = shop.second() + 1 - registered;
    shop.release_at("o.1", Some(ago));
    assert_eq!(shop.stock("X", 1), "10-0-2=8", "the level does not say what stands there any more");
    shop.level("X", 1, 8, None);
    assert_eq!(shop.stock("X", 1), "8-0-0=8");
    shop.assert_sound(&["X"]);
}
