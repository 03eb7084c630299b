//! What undoing one write does, told as tables of business events.

use crate::table::check;

#[test]
fn a_write_is_undone_with_its_numbers_its_unit_and_its_time() {
    check(
        "
        list 1
        tick 08:00
        stock      A list 1 10 held 2                -> written, A new, A 10-2(2)-0=8
        stock      A list 1 7 held 5 kg              -> written, A 7-5(5)-0=2
        undo-write A                                 -> imported, A updated, A 10-2(2)-0=8
        # What undoes is a write, too, and can be undone.
        undo-write A                                 -> imported, A updated, A 7-5(5)-0=2
        import     i1 list 1 A +3                    -> imported, A updated, A 10-5(5)-0=5
        undo-write A                                 -> imported, A updated, A 7-5(5)-0=2
        # A stock that the write made goes back to nothing.
        stock      N list 1 4                        -> written, N new, N 4-0-0=4
        undo-write N                                 -> imported, N updated, N 0-0-0=0
        ",
    );
}

#[test]
fn a_write_is_left_where_something_has_happened_since() {
    check(
        "
        list 1
        tick 08:00
        stock      A list 1 10; B list 1 10          -> written, A new, B new, A 10-0-0=10, B 10-0-0=10
        stock      A list 1 20; B list 1 20          -> written, A 20-0-0=20, B 20-0-0=20
        order      o1 A 15                           -> held, A 20-15-0=5
        undo-write A                                 -> imported, told TouchedSince, A touched since, no movement
        # The same level again is a newer one: a person has counted.
        stock      B list 1 20                       -> written, no movement
        undo-write B                                 -> imported, told TouchedSince, B touched since, no movement
        ",
    );
}

#[test]
fn a_write_that_settled_lines_is_not_undone() {
    check(
        "
        list 1
        tick 08:00
        stock      A list 1 10                       -> written, A new, A 10-0-0=10
        order      o1 A 4                            -> held, A 10-4-0=6
        release    o1.1 E1                           -> o1.1 is E1, A 10-0-4=6
        stock      A list 1 6                        -> written, A 6-0-0=6
        # With 10 on hand and nothing reported, the 4 would be sold twice.
        undo-write A                                 -> imported, told Settled, no movement
        # A write of the free field alone has moved nothing.
        stock      A list 1 - extra {}               -> written, no movement
        ",
    );
}

#[test]
fn undoing_a_level_gives_its_time_back() {
    check(
        "
        list 1
        tick 08:00
        stock      A list 1 10                       -> written, A new, A 10-0-0=10
        order      o1 A 4                            -> held, A 10-4-0=6
        tick 09:00
        stock      A list 1 20 snapshot 08:59        -> written, A 20-4-0=16
        undo-write A                                 -> imported, A updated, A 10-4-0=6
        # The level is that of 08:00 again, and a line registered after that is not in it.
        release    o1.1 E1 registered 08:30          -> o1.1 is E1, A 10-0-4=6
        stock      A list 1 8 snapshot 07:59         -> refused: row 1: older than 08:00
        stock      A list 1 8 snapshot 08:58         -> written, A 8-0-0=8
        ",
    );
}
