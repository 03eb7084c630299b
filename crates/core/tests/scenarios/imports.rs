//! What rows of a file do to a list, told as tables of business events.

use crate::table::check;

#[test]
fn each_row_of_a_file_is_decided_for_itself() {
    check(
        "
        list 1
        product P
        import  i1 list 1 A 10; B 5                    -> imported, A created, B created, A 10-0-0=10, B 5-0-0=5
        import  i2 list 1 A 12; B 5; C -1; P 3         -> imported, A updated, B unchanged, C below zero, P created, A 12-0-0=12, P 3-0-0=3
        import  i3 list 1 N 1 known; A 13; P 4         -> imported, N unknown product N, A updated, P updated, A 13-0-0=13, P 4-0-0=4
        import  i4 list 1 A 13                         -> imported, A unchanged, no movement
        import  i5 list 1 A - kg; B - held 2           -> imported, A updated, B updated, A 13-0-0=13, B 5-2(2)-0=3
        import  i6 list 1 A - kg                       -> imported, A unchanged, no movement
        # A later row of the same file sees the earlier one.
        import  i7 list 1 A 20; A +1; A -30            -> imported, A updated, A updated, A below zero, A 21-0-0=21
        import  i8 list 7 A 1; B 2                     -> refused: not found
        ",
    );
}

#[test]
fn a_figure_in_a_file_is_a_figure() {
    check(
        "
        list 1
        tick 08:00
        import  i1 list 1 A 10 snapshot 07:30               -> imported, A created, A 10-0-0=10
        import  i2 list 1 A 11 snapshot 07:29               -> imported, A older than 07:30, no movement
        order   o1 A 4, A 1                                 -> held, A 10-5-0=5
        release o1.1 E1 registered 07:50                    -> o1.1 is E1, A 10-1-4=5
        release o1.2 E2 registered 07:55                    -> o1.2 is E2, A 10-0-5=5
        # An older time in a row without a figure is of no account.
        import  i3 list 1 A - held 1 snapshot 07:00         -> imported, A updated, A 10-1(1)-5=4
        import  i4 list 1 A 6 snapshot 07:50                -> imported, A updated settling 4, A 6-1(1)-1=4
        # The same level, taken later: it settles the other line.
        import  i5 list 1 A 6 snapshot 07:56                -> imported, A updated settling 1, A 6-1(1)-0=5
        import  i6 list 1 A 6 snapshot 07:57                -> imported, A unchanged, no movement
        stock   A list 1 7 snapshot 07:56                   -> refused: row 1: older than 07:57
        import  i7 list 1 A 8; A 9 snapshot 07:59           -> imported, A updated, A older than 08:00, A 8-1(1)-0=7
        ",
    );
}

#[test]
fn a_difference_is_no_figure() {
    check(
        "
        list 1
        tick 08:00
        import  i1 list 1 A 10 snapshot 07:30               -> imported, A created, A 10-0-0=10
        order   o1 A 4                                      -> held, A 10-4-0=6
        release o1.1 E1 registered 07:40                    -> o1.1 is E1, A 10-0-4=6
        # It settles nothing, and moves no time: a figure of 07:31 is still newer.
        import  i2 list 1 A +5                              -> imported, A updated, A 15-0-4=11
        import  i3 list 1 A -15                             -> imported, A updated, A 0-0-4=-4
        import  i4 list 1 A -1                              -> imported, A below zero, no movement
        import  i5 list 1 A +0                              -> imported, A unchanged, no movement
        import  i6 list 1 A 3 snapshot 07:31                -> imported, A updated, A 3-0-4=-1
        import  i7 list 1 A +2147483644                     -> imported, A updated, A 2147483647-0-4=2147483643
        import  i8 list 1 A +1; B +2147483648; B -1         -> imported, A too large, B too large, B below zero, no movement
        import  i9 list 1 A +9223372036854775807; A -9223372036854775808 -> imported, A too large, A below zero, no movement
        # A stock that is not there counts as nothing.
        import  j1 list 1 B +3; C -0                        -> imported, B created, C created, B 3-0-0=3, C 0-0-0=0
        ",
    );
}

#[test]
fn what_others_hold_is_written_whole_or_by_a_difference() {
    check(
        "
        list 1
        import  i1 list 1 A 10 held 3                -> imported, A created, A 10-3(3)-0=7
        order   o1 A 4                               -> held, A 10-7(3)-0=3
        import  i2 list 1 A - held 5                 -> imported, A updated, A 10-5(1)-0=5
        import  i3 list 1 A - held 0                 -> imported, A updated, A 10-4-0=6
        import  i4 list 1 A - held 2                 -> imported, A unchanged, no movement
        # A difference is one of the external part: open holds are out of its reach.
        import  i5 list 1 A - held -1                -> imported, A below zero, no movement
        import  i6 list 1 A - held +2                -> imported, A updated, A 10-6(2)-0=4
        import  i7 list 1 A -1 held -2               -> imported, A updated, A 9-4-0=5
        import  i8 list 1 A - held +2147483643       -> imported, A updated, A 9-2147483647(2147483643)-0=-2147483638
        import  i9 list 1 A - held +1                -> imported, A too large, no movement
        ",
    );
}

#[test]
fn a_change_set_is_applied_to_what_was_looked_at() {
    check(
        "
        list 1
        tick 08:00
        stock   A list 1 10; B list 1 10; C list 1 10 -> written, A new, B new, C new, A 10-0-0=10, B 10-0-0=10, C 10-0-0=10
        look list 1 A B C
        # An order that comes meanwhile has not written anything.
        order   o1 A 4                               -> held, A 10-4-0=6
        release o1.1 E1                              -> o1.1 is E1, A 10-0-4=6
        import  i1 list 1 A 7 expect seen            -> imported, A updated settling 4, A 7-0-0=7
        # A write has, even one that only says that the figure still stands.
        stock   B list 1 10                          -> written, no movement
        stock   C list 1 10 extra {}                 -> written, no movement
        import  i2 list 1 A 8 expect seen; B 8 expect seen -> imported, A written since, B written since, no movement
        look list 1 A B
        stock   A list 1 - held 1; B list 1 - kg     -> written, A 7-1(1)-0=6, B 10-0-0=10
        import  i3 list 1 A 8 expect seen; B 8 expect seen -> imported, A written since, B written since, no movement
        # What was not there may have come, and the other way round.
        import  i4 list 1 A 8 expect none; N 1 expect none -> imported, A written since, N created, N 1-0-0=1
        import  i5 list 1 N 2 expect none            -> imported, N written since, no movement
        ",
    );
}

#[test]
fn an_import_is_taken_back_where_nothing_newer_has_happened() {
    check(
        "
        list 1
        tick 08:00
        stock   A list 1 10 held 2; B list 1 5       -> written, A new, B new, A 10-2(2)-0=8, B 5-0-0=5
        import  i1 list 1 A 7 held 5 kg; B 5; N 3 held 1 kg -> imported, A updated, B unchanged, N created, A 7-5(5)-0=2, N 3-1(1)-0=2
        undo    i1                                   -> imported, A updated, N updated, A 10-2(2)-0=8, N 0-0-0=0
        # Once is enough.
        undo    i1                                   -> imported, A touched since, N touched since, no movement
        # The unit is back as well.
        import  i2 list 1 A - kg                     -> imported, A updated, A 10-2(2)-0=8
        undo    i2                                   -> imported, A updated, A 10-2(2)-0=8
        import  i3 list 1 A - kg                     -> imported, A updated, A 10-2(2)-0=8
        # Taking back is an import like any other, and can be taken back.
        import  i4 list 1 A 7                        -> imported, A updated, A 7-2(2)-0=5
        undo    i4                                   -> imported, A updated, A 10-2(2)-0=8
        undo    undo-i4                              -> imported, A updated, A 7-2(2)-0=5
        ",
    );
}

#[test]
fn what_has_been_touched_since_is_left() {
    check(
        "
        list 1
        tick 08:00
        stock   A list 1 10; B list 1 10; C list 1 10 -> written, A new, B new, C new, A 10-0-0=10, B 10-0-0=10, C 10-0-0=10
        import  i1 list 1 A 20; B 20; C 20; N 1      -> imported, A updated, B updated, C updated, N created, A 20-0-0=20, B 20-0-0=20, C 20-0-0=20, N 1-0-0=1
        order   o1 A 15                              -> held, A 20-15-0=5
        stock   B list 1 21                          -> written, B 21-0-0=21
        # The same figure again is a newer one: a person has counted.
        stock   C list 1 20                          -> written, no movement
        undo    i1                                   -> imported, A touched since, B touched since, C touched since, N updated, N 0-0-0=0
        ",
    );
}

#[test]
fn a_figure_that_settled_lines_is_not_taken_back() {
    check(
        "
        list 1
        tick 08:00
        stock   A list 1 10; B list 1 10             -> written, A new, B new, A 10-0-0=10, B 10-0-0=10
        order   o1 A 4                               -> held, A 10-4-0=6
        release o1.1 E1                              -> o1.1 is E1, A 10-0-4=6
        import  i1 list 1 A 6; B 6                   -> imported, A updated settling 4, B updated, A 6-0-0=6, B 6-0-0=6
        # With 10 on hand and nothing reported, the 4 would be sold twice.
        undo    i1                                   -> imported, A left: settled, B updated, B 10-0-0=10
        ",
    );
}

#[test]
fn taking_a_figure_back_takes_its_time_back_and_settles_nothing() {
    check(
        "
        list 1
        tick 08:00
        stock   A list 1 10                          -> written, A new, A 10-0-0=10
        order   o1 A 4, A 1                          -> held, A 10-5-0=5
        tick 09:00
        release o1.2 E2                              -> o1.2 is E2, A 10-4-1=5
        import  i1 list 1 A +5                       -> imported, A updated, A 15-4-1=10
        undo    i1                                   -> imported, A updated, A 10-4-1=5
        import  i2 list 1 A 20 snapshot 08:59        -> imported, A updated, A 20-4-1=15
        undo    i2                                   -> imported, A updated, A 10-4-1=5
        # The figure is that of 08:00 again, and a line registered after that is not in it.
        release o1.1 E1 registered 08:30             -> o1.1 is E1, A 10-0-5=5
        stock   A list 1 8 snapshot 07:59            -> refused: row 1: older than 08:00
        stock   A list 1 8 snapshot 08:58            -> written, A 8-0-1=7
        ",
    );
}
