//! Some units of a line are not where a transfer looks for them.

use onhand_core::Rejection;
use onhand_core::fulfilment::TransferCommand;

use crate::shop::Shop;

/// A line of four X, gathered at location 2 from location 1, beside one of Y from there; location 3 has X, too.
fn four_to_fetch() -> Shop {
    let mut shop = Shop::open();
    shop.level("X", 1, 9, None);
    shop.level("X", 3, 1, None);
    shop.level("Y", 1, 5, None);
    shop.try_order("o", &[("X", 1, 4), ("Y", 1, 1)]).expect("it fits");
    shop.plan("o", Some(2));
    let story = "approved; open X@1, open Y@1; o-1@2 Waiting for Transfer [1, 2]; o-1-T1 1>2 Waiting";
    assert_eq!(shop.story("o"), story);
    shop
}

#[test]
fn a_transfer_goes_on_with_the_units_that_were_found() {
    let mut shop = four_to_fetch();
    shop.not_fetched("o-1-T1", "o.1", 1).expect("one is missing");
    // The missing one is a line of its own and comes from elsewhere; the others, and the other line, stay.
    let story = "approved; open X@1, open Y@1, open X@3; o-1@2 Waiting for Transfer [1, 2, 3]; o-1-T1 1>2 Waiting; \
                 o-1-T2 3>2 Waiting";
    assert_eq!(shop.story("o"), story);
    assert_eq!((shop.stock("X", 1), shop.stock("X", 3)), ("9-3-0=0!".into(), "1-1-0=0".into()));
    assert_eq!(shop.last.fulfilment.discrepancies.made[0].quantity, Some(1));
    // Another one, which no location has.
    shop.not_fetched("o-1-T1", "o.1", 1).expect("another one is missing");
    assert_eq!(shop.stock("X", 1), "9-2-0=0!");
    assert!(shop.story("o").contains("short"), "{}", shop.story("o"));
    for (transfer, command) in [
        ("o-1-T1", TransferCommand::Ship),
        ("o-1-T1", TransferCommand::Deliver),
        ("o-1-T2", TransferCommand::Ship),
        ("o-1-T2", TransferCommand::Deliver),
    ] {
        shop.transfer(transfer, command, &[]).expect("goes on");
    }
    assert!(shop.story("o").contains("o-1@2 Waiting [1, 2, 3]"), "{}", shop.story("o"));
    assert_eq!((shop.stock("X", 1), shop.stock("X", 2)), ("9-0-2=0!".into(), "3-3-0=0".into()));
    assert_eq!(shop.moves(), ["transfer 2 1>2 waiting", "transfer 1 1>2 waiting", "transfer 1 3>2 waiting"]);
    shop.assert_sound(&["X", "Y"]);
}

#[test]
fn all_units_of_a_line_are_the_whole_line() {
    let mut shop = four_to_fetch();
    shop.not_fetched("o-1-T1", "o.1", 4).expect("all are missing");
    // As if the line had been named: the transfer ends, and its other line is gathered anew.
    assert!(shop.story("o").contains("o-1-T1 1>2 Out of Stock"), "{}", shop.story("o"));
    assert!(shop.story("o").contains("short, open Y@1"), "{}", shop.story("o"));
    shop.assert_sound(&["X", "Y"]);
}

#[test]
fn a_transfer_has_no_more_units_than_it_has() {
    let mut shop = four_to_fetch();
    assert!(matches!(shop.not_fetched("o-1-T1", "o.1", 5), Err(Rejection::TooManyUnits { units: 4, .. })));
    shop.transfer("o-1-T1", TransferCommand::Ship, &[]).expect("sent");
    assert!(matches!(shop.not_fetched("o-1-T1", "o.1", 1), Err(Rejection::IllegalCommand { .. })));
    assert_eq!(shop.stock("X", 1), "9-0-4=5");
}
