//! Lines whose list was chosen when they were ordered: sourcing follows that answer as long as it can.

use onhand_core::fulfilment::PackageCommand;

use crate::shop::Shop;

/// Location 3 is nearest and has the worst priority.
fn ordered() -> Shop {
    let mut shop = Shop::open();
    for list in 1..=3 {
        shop.level("X", list, 5, None);
        shop.level("Y", list, 5, None);
    }
    shop
}

#[test]
fn a_line_leaves_from_the_list_that_was_chosen_for_it() {
    let mut shop = ordered();
    shop.order("named", &[("X", 3, 2)]);
    assert_eq!(shop.story("named"), "approved; open X@1; named-1@1 Waiting [1]");
    shop.chosen_order("o", &[("X", 0, 2), ("Y", 0, 1)], [1, 2, 3]);
    assert_eq!(shop.story("o"), "approved; open X@3, open Y@3; o-1@3 Waiting [1, 2]");
    // A line that names its list is sourced as ever, and shares no package with what is elsewhere.
    shop.chosen_order("p", &[("X", 0, 1), ("Y", 2, 1)], [1, 2, 3]);
    assert_eq!(shop.story("p"), "approved; open X@3, open Y@1; p-1@3 Waiting [1]; p-2@1 Waiting [2]");
    shop.assert_sound(&["X", "Y"]);
}

#[test]
fn a_line_that_is_not_found_where_it_was_chosen_is_sourced_again() {
    let mut shop = ordered();
    shop.chosen_order("o", &[("X", 0, 2), ("Y", 0, 1)], [1, 2, 3]);
    shop.package("o-1", PackageCommand::Prepare, &[]).expect("prepared");
    shop.package("o-1", PackageCommand::NotFound, &["o.1"]).expect("reported");
    let story = shop.story("o");
    assert!(story.contains("open X@1") && story.contains("open Y@3"), "{story}");
    shop.assert_sound(&["X", "Y"]);
}

#[test]
fn a_location_that_has_closed_meanwhile_sends_nothing() {
    let mut shop = ordered();
    shop.try_chosen_order("o", &[("X", 0, 2)], [1, 2, 3]).expect("it fits");
    shop.close(3);
    shop.plan("o", None);
    assert_eq!(shop.story("o"), "approved; open X@1; o-1@1 Waiting [1]");
    shop.assert_sound(&["X", "Y"]);
}
