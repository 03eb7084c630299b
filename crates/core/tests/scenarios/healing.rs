//! What ends by itself or by hand that no level ends: units that were written as sold, lines that stay reported.

use crate::table::check;

#[test]
fn a_list_that_ignores_what_is_written_of_sold_units_keeps_none() {
    check(
        "
        list 1
        stock   A list 1 10 held 3           -> written, A new, A 10-3(3)-0=7
        order   o1 A 2                       -> held, A 10-5(3)-0=5
        list 1 ignores-held
        # Nothing happens by itself; the next write that says something of it heals the row.
        stock   A list 1 11                  -> written, A 11-5(3)-0=6
        stock   A list 1 11 held 9           -> written, A 11-2-0=9
        stock   A list 1 11 held 9           -> written, no movement
        import  i1 list 1 A - held 7         -> imported, A unchanged, no movement
        import  i2 list 1 A - held +1        -> imported, A updated, A 11-3(1)-0=8
        list 1
        stock   A list 1 11 held 9           -> written, A 11-9(7)-0=2
        ",
    );
}

#[test]
fn a_reported_line_settles_by_its_age_where_the_list_says_so() {
    check(
        "
        list 1 settles-after 01:00
        list 2
        tick 08:00
        stock   A list 1 10; A list 2 10     -> written, A new, A new, A 10-0-0=10, A@2 10-0-0=10
        order   o1 A 4                       -> held, A 10-4-0=6
        order   o2 A@2 1                     -> held, A@2 10-1-0=9
        release o1.1 E1                      -> o1.1 is E1, A 10-0-4=6
        release o2.1 E2                      -> o2.1 is E2, A@2 10-0-1=9
        tick 08:59
        settle  o1.1 o2.1                    -> settled, no movement
        tick 09:01
        settle  o1.1 o2.1                    -> settled o1.1, A 10-0-0=10
        settle  o1.1 o2.1                    -> settled, no movement
        # A level finds nothing left to settle, and neither does a cancellation.
        stock   A list 1 6                   -> written, A 6-0-0=6
        cancel  o1                           -> 1 of 1 cancelled, order canceled, no movement
        # A person needs no setting, and settles what is reported only.
        order   o3 A 2                       -> held, A 6-2-0=4
        settle  o2.1 o3.1 by-hand            -> settled o2.1, A@2 10-0-0=10
        ",
    );
}
