//! What the rules of docs/data-model.md do, told as tables of business events.
//!
//! Promises: each row of the reservation table, both orders of arrival of level and release, and every rejection has a
//! scenario here. How a table is written is said in `table.rs`.

mod database;
mod edits;
mod healing;
mod imports;
mod table;
mod undo;
mod words;

use table::check;

#[test]
fn an_order_goes_from_hold_to_settlement() {
    check(
        "
        list 1
        tick 08:00
        stock   A list 1 10                  -> written, A new, A 10-0-0=10
        order   o1 A 4                       -> held, A 10-4-0=6
        release o1.1 E1                      -> o1.1 is E1, A 10-0-4=6
        tick 09:00
        stock   A list 1 6                   -> written, A 6-0-0=6
        cancel  o1                           -> 1 of 1 cancelled, order canceled, no movement
        ",
    );
}

#[test]
fn a_cancellation_gives_back_what_is_not_in_a_figure_yet() {
    check(
        "
        list 1
        stock   A list 1 10                  -> written, A new, A 10-0-0=10
        order   o1 A 4                       -> held, A 10-4-0=6
        cancel  o1                           -> 1 of 1 cancelled, order canceled, A 10-0-0=10
        order   o2 A 3                       -> held, A 10-3-0=7
        release o2.1 E2                      -> o2.1 is E2, A 10-0-3=7
        cancel  o2                           -> 1 of 1 cancelled, order canceled, A 10-0-0=10
        order   o3 A 2                       -> held, A 10-2-0=8
        release o3.1 E3                      -> o3.1 is E3, A 10-0-2=8
        stock   A list 1 8                   -> written, A 8-0-0=8
        cancel  o3                           -> 1 of 1 cancelled, order canceled, no movement
        ",
    );
}

#[test]
fn figure_and_release_may_arrive_in_either_order() {
    check(
        "
        list 1
        tick 08:00
        stock   A list 1 10                                 -> written, A new, A 10-0-0=10
        order   o1 A 4                                      -> held, A 10-4-0=6
        # The ERP registers at 09:00 and counts at 09:30; the release comes first.
        tick 10:00
        release o1.1 E1 registered 09:00                    -> o1.1 is E1, A 10-0-4=6
        stock   A list 1 6 snapshot 09:30                   -> written, A 6-0-0=6
        # The same with the figure first.
        order   o2 A 4                                      -> held, A 6-4-0=2
        tick 12:00
        stock   A list 1 2 snapshot 11:30                   -> written, A 2-4-0=-2
        release o2.1 E2 registered 11:00                    -> o2.1 is E2, A 2-0-0=2
        ",
    );
}

#[test]
fn a_figure_settles_what_was_registered_at_or_before_it() {
    check(
        "
        list 1
        tick 08:00
        stock   A list 1 20                                 -> written, A new, A 20-0-0=20
        order   o1 A 1, A 2, A 4                            -> held, A 20-7-0=13
        tick 10:00
        release o1.1 E1 registered 09:00                    -> o1.1 is E1, A 20-6-1=13
        release o1.2 E2 registered 09:01                    -> o1.2 is E2, A 20-4-3=13
        release o1.3 E3 registered 09:02                    -> o1.3 is E3, A 20-0-7=13
        stock   A list 1 17 snapshot 09:01                  -> written, A 17-0-4=13
        cancel  o1 o1.1                                     -> 1 of 3 cancelled, order approved, no movement
        cancel  o1 o1.3                                     -> 2 of 3 cancelled, order approved, A 17-0-0=17
        # A line registered exactly when the stored figure was taken is in it.
        order   o2 A 1, A 2                                 -> held, A 17-3-0=14
        release o2.1 E4 registered 09:01                    -> o2.1 is E4, A 17-2-0=15
        release o2.2 E5 registered 09:02                    -> o2.2 is E5, A 17-0-2=15
        ",
    );
}

#[test]
fn a_release_without_a_time_comes_after_the_stored_figure() {
    check(
        "
        list 1
        tick 08:00
        # The clock of the client that wrote the level is ahead of ours.
        stock   A list 1 10 snapshot 08:04                  -> written, A new, A 10-0-0=10
        order   o1 A 4                                      -> held, A 10-4-0=6
        release o1.1 E1                                     -> o1.1 is E1, A 10-0-4=6
        tick 08:05
        stock   A list 1 6                                  -> written, A 6-0-0=6
        ",
    );
}

#[test]
fn an_older_figure_is_refused_and_one_without_a_time_is_not() {
    check(
        "
        list 1
        tick 08:00
        stock   A list 1 10 snapshot 07:30                  -> written, A new, A 10-0-0=10
        stock   A list 1 11 snapshot 07:29                  -> refused: row 1: older than 07:30
        stock   A list 1 12 snapshot 07:30                  -> written, A 12-0-0=12
        stock   A list 1 - held 2 snapshot 06:00            -> written, A 12-2(2)-0=10
        tick 08:30
        stock   A list 1 13                                 -> written, A 13-2(2)-0=11
        stock   A list 1 14 snapshot 08:29                  -> refused: row 1: older than 08:30
        stock   A list 1 15; A list 1 16 snapshot 08:29     -> refused: row 2: older than 08:30
        stock   B list 1 5 snapshot 08:10; B list 1 6 snapshot 08:09 -> refused: row 2: older than 08:10
        stock   A list 1 17 snapshot 08:31; A list 1 18 by-id snapshot 08:30 -> refused: row 2: older than 08:31
        stock   B list 1 5; B list 1 6 snapshot 08:09       -> refused: row 2: older than 08:30
        ",
    );
}

#[test]
fn a_list_may_say_how_old_its_figures_are() {
    check(
        "
        list 1 delay 600
        tick 09:00
        stock   A list 1 10                                 -> written, A new, A 10-0-0=10
        stock   A list 1 10 snapshot 08:49                  -> refused: row 1: older than 08:50
        order   o1 A 3, A 1                                 -> held, A 10-4-0=6
        tick 10:00
        release o1.1 E1 registered 09:50                    -> o1.1 is E1, A 10-1-3=6
        release o1.2 E2 registered 09:51                    -> o1.2 is E2, A 10-0-4=6
        # What arrives at 10:00 was counted at 09:50: it has the first line and not the second.
        stock   A list 1 7                                  -> written, A 7-0-1=6
        # A figure that arrives late and without a time is as old as the list says.
        stock   A list 1 8 snapshot 09:58                   -> written, A 8-0-0=8
        stock   A list 1 9                                  -> refused: row 1: older than 09:58
        stock   A list 1 9 by-id                            -> refused: row 1: older than 09:58
        stock   B list 1 5 snapshot 09:51; B list 1 6       -> refused: row 2: older than 09:51
        import  i1 list 1 A 9; B 5                          -> imported, A older than 09:58, B created, B 5-0-0=5
        stock   A list 1 - held 2                           -> written, A 8-2(2)-0=6
        stock   A list 1 9 snapshot 09:57                   -> refused: row 1: older than 09:58
        tick 10:07
        stock   A list 1 9                                  -> refused: row 1: older than 09:58
        tick 10:08
        stock   A list 1 9                                  -> written, A 9-2(2)-0=7
        ",
    );
}

/// Of two levels without a time the later arrival is the newer one, whatever clocks and the list's delay say.
#[test]
fn figures_without_a_time_do_not_refuse_each_other() {
    check(
        "
        list 1 delay 600
        tick 09:00
        stock   A list 1 10; A list 1 9                     -> written, A new, A 9-0-0=9
        stock   A list 1 8                                  -> written, A 8-0-0=8
        stock   A list 1 6 snapshot 08:49                   -> refused: row 1: older than 08:50
        tick 09:01
        list 1 delay 3600
        stock   A list 1 5                                  -> written, A 5-0-0=5
        # What was sent with a time is compared; without a delay nothing that arrives now is old.
        stock   A list 1 4 snapshot 09:04                   -> written, A 4-0-0=4
        stock   A list 1 3                                  -> refused: row 1: older than 09:04
        list 1 delay 0
        stock   A list 1 2                                  -> written, A 2-0-0=2
        list 1 delay 3600
        stock   A list 1 1                                  -> written, A 1-0-0=1
        ",
    );
}

#[test]
fn a_list_may_choose_the_literal_reading_of_a_release() {
    check(
        "
        list 1 immediate
        stock   A list 1 10                  -> written, A new, A 10-0-0=10
        order   o1 A 4                       -> held, A 10-4-0=6
        release o1.1 E1                      -> o1.1 is E1, A 10-0-0=10
        cancel  o1                           -> 1 of 1 cancelled, order canceled, no movement
        ",
    );
}

#[test]
fn what_others_hold_is_what_exceeds_our_own_holds() {
    check(
        "
        list 1
        stock   A list 1 10 held 3           -> written, A new, A 10-3(3)-0=7
        order   o1 A 8                       -> refused: short A 8 of 7
        order   o1 A 4                       -> held, A 10-7(3)-0=3
        # The written figure is the whole: 4 are ours, so 1 is left for others.
        stock   A list 1 - held 5            -> written, A 10-5(1)-0=5
        # An ERP that always sends 0 must not sell held units.
        stock   A list 1 - held 0            -> written, A 10-4-0=6
        stock   A list 1 - held 3            -> written, no movement
        stock   A list 1 - held 4            -> written, no movement
        stock   A list 1 - held 6            -> written, A 10-6(2)-0=4
        # Others' holds stay when ours end.
        release o1.1 E1                      -> o1.1 is E1, A 10-2(2)-4=4
        stock   A list 1 6 held 2            -> written, A 6-2(2)-0=4
        # More may be held elsewhere than there is; nothing more is sold.
        stock   A list 1 - held 9            -> written, A 6-9(9)-0=-3
        order   o2 A 1                       -> refused: short A 1 of 0
        ",
    );
}

#[test]
fn all_lines_are_held_or_none() {
    check(
        "
        list 1
        list 2
        stock   A list 1 5; B list 1 1; A list 2 2 -> written, A new, B new, A new, A 5-0-0=5, B 1-0-0=1, A@2 2-0-0=2
        order   o1 A 4, B 2                  -> refused: short B 2 of 1
        order   o1 A 6, B 2, A@2 1           -> refused: short A 6 of 5, B 2 of 1
        order   o1 A 5, B 1, A@2 2           -> held, A 5-5-0=0, B 1-1-0=0, A@2 2-2-0=0
        # The same SKU twice in one order counts twice, and lists do not help each other out.
        stock   A list 1 10                  -> written, A 10-5-0=5
        order   o2 A 3, B 1, A 3             -> refused: short A 6 of 5, B 1 of 0
        order   o2 A 3, A 2                  -> held, A 10-10-0=0
        order   o3 #A 1                      -> refused: short A 1 of 0
        # A product that the list has never heard of has nothing to sell.
        product C
        order   o3 C 1                       -> refused: short C 1 of 0
        ",
    );
}

#[test]
fn a_marketplace_may_oversell_and_the_line_is_marked() {
    check(
        "
        list 1
        list 2
        channel market accept
        channel shop   refuse
        product C
        stock   A list 1 5                        -> written, A new, A 5-0-0=5
        order   o1 via shop A 6                   -> refused: short A 6 of 5
        order   o1 via market A 3, A 3, A 1       -> held, o1.2 oversold, o1.3 oversold, A 5-7-0=-2
        order   o2 via market A 1, C 2            -> held, o2.1 oversold, o2.2 oversold, A 5-8-0=-3, C 0-2-0=-2
        order   o3 A 1                            -> refused: short A 1 of 0
        order   o4 via market #C@2 1              -> held, o4.1 oversold, C@2 0-1-0=-1
        # A figure that covers everything makes room again; that it was oversold is history and stays.
        stock   A list 1 20                       -> written, A 20-8-0=12
        order   o5 via market A 12                -> held, A 20-20-0=0
        cancel  o1                                -> 3 of 3 cancelled, order canceled, A 20-13-0=7
        ",
    );
}

#[test]
fn a_line_oversells_by_so_many_at_the_most() {
    check(
        "
        list 1
        channel market accept
        stock   A list 1 10                       -> written, A new, A 10-0-0=10
        order   o1 via market A 1011              -> refused: oversells by more than 1000: A 1011 of 10
        order   o1 via market A 5, A 1006         -> refused: oversells by more than 1000: A 1006 of 5
        order   o1 via market A 1010, A 1000      -> held, o1.1 oversold, o1.2 oversold, A 10-2010-0=-2000
        order   o2 via market A 1000              -> held, o2.1 oversold, A 10-3010-0=-3000
        order   o3 via market A 1001              -> refused: oversells by more than 1000: A 1001 of 0
        ",
    );
}

#[test]
fn repeating_changes_nothing() {
    check(
        "
        list 1
        stock   A list 1 10                  -> written, A new, A 10-0-0=10
        stock   A list 1 10                  -> written, no movement
        order   o1 A 4, A 1                  -> held, A 10-5-0=5
        release o1.1 E1                      -> o1.1 is E1, A 10-1-4=5
        release o1.1 E1                      -> o1.1 is E1, no movement
        release o1.1 E1 keep                 -> o1.1 is E1, no movement
        release o1.1 E9                      -> refused: mapped to E1
        release o1.1 E9 keep                 -> refused: mapped to E1
        # Another kind of remote system has a code of its own, and nothing is released twice.
        release o1.1 M7 type market          -> o1.1 is M7, no movement
        release o1.1 M8 type market          -> refused: mapped to M7
        cancel  o1                           -> 2 of 2 cancelled, order canceled, A 10-0-0=10
        cancel  o1                           -> 2 of 2 cancelled, order canceled, no movement
        cancel  o1 o1.2 o1.2                 -> 2 of 2 cancelled, order canceled, no movement
        status  o1.1 canceled                -> o1.1 canceled, no movement
        ",
    );
}

#[test]
fn a_code_of_the_erp_is_one_lines_unless_the_list_allows_others() {
    check(
        "
        list 1
        list 2 codes-shared
        stock   A list 1 10; A list 2 10     -> written, A new, A new, A 10-0-0=10, A@2 10-0-0=10
        order   o1 A 1, A 2                  -> held, A 10-3-0=7
        order   o2 A@2 1, A@2 2              -> held, A@2 10-3-0=7
        release o1.1 E1                      -> o1.1 is E1, A 10-2-1=7
        release o1.2 E1                      -> refused: code taken
        release o1.2 E1 keep                 -> refused: code taken
        release o1.1 E1                      -> o1.1 is E1, no movement
        # Another system's codes are its own.
        release o1.2 E1 type market          -> o1.2 is E1, no movement
        release o1.2 M1 type market          -> refused: mapped to E1
        # The list that the line is in decides.
        release o2.1 E1                      -> o2.1 is E1, A@2 10-2-1=7
        release o2.2 E1                      -> o2.2 is E1, A@2 10-0-3=7
        release o1.2 E2                      -> o1.2 is E2, A 10-0-3=7
        ",
    );
}

#[test]
fn only_the_erp_releases() {
    check(
        "
        list 1
        stock   A list 1 10                  -> written, A new, A 10-0-0=10
        order   o1 A 4                       -> held, A 10-4-0=6
        release o1.1 M7 type market          -> o1.1 is M7, no movement
        release o1.1 E1 keep                 -> o1.1 is E1, no movement
        release o1.1 E1                      -> o1.1 is E1, A 10-0-4=6
        stock   A list 1 6                   -> written, A 6-0-0=6
        ",
    );
}

#[test]
fn a_line_that_has_left_waits_for_the_next_figure_only() {
    check(
        "
        list 1
        list 2 immediate
        channel market accept
        tick    09:00
        stock   A list 1 10; A list 2 10     -> written, A new, A new, A 10-0-0=10, A@2 10-0-0=10
        order   o1 status shipped A 2        -> held, A 10-0-2=8
        order   o2 status delivered A 9      -> refused: short A 9 of 8
        order   o2 status delivered A 8      -> held, A 10-0-10=0
        cancel  o2                           -> refused: shipped: o2.1
        # The next level settles them.
        stock   A list 1 0                   -> written, A 0-0-0=0
        # Their registration may still come, and changes nothing.
        release o1.1 E1                      -> o1.1 is E1, no movement
        # The literal reading of a release is that of a line which has left, too.
        order   o3 status shipped A@2 2      -> held, no movement
        order   o4 via market status shipped A 1 -> held, o4.1 oversold, A 0-0-1=-1
        # Called back, it can be cancelled; what it took is given back by the rule for registered lines.
        status  o4.1 approved                -> o4.1 approved, no movement
        cancel  o4                           -> 1 of 1 cancelled, order canceled, A 0-0-0=0
        ",
    );
}

#[test]
fn a_line_that_was_paid_back_asks_for_nothing() {
    check(
        "
        list 1
        product C
        stock   A list 1 1                   -> written, A new, A 1-0-0=1
        order   o1 status refunded A 5, C 1  -> held, C 0-0-0=0
        order   o2 A 1                       -> held, A 1-1-0=0
        cancel  o1                           -> refused: shipped: o1.1 o1.2
        ",
    );
}

#[test]
fn a_line_of_another_order_refuses_a_cancellation() {
    check(
        "
        list 1
        stock   A list 1 10                  -> written, A new, A 10-0-0=10
        order   o1 A 4, A 1                  -> held, A 10-5-0=5
        order   o2 A 1                       -> held, A 10-6-0=4
        cancel  o1 all o2.1                  -> refused: not in the order: o2.1
        cancel  o1 all o1.1 o2.1             -> refused: not in the order: o2.1
        cancel  o1 because o2.1              -> refused: not in the order: o2.1
        cancel  o1 o1.1 because o2.1         -> refused: not in the order: o2.1
        cancel  o1 all o1.2                  -> 2 of 2 cancelled, order canceled, A 10-1-0=9
        ",
    );
}

#[test]
fn a_release_after_a_cancellation_only_stores_the_code() {
    check(
        "
        list 1
        stock   A list 1 10                  -> written, A new, A 10-0-0=10
        order   o1 A 4                       -> held, A 10-4-0=6
        cancel  o1                           -> 1 of 1 cancelled, order canceled, A 10-0-0=10
        release o1.1 E1                      -> o1.1 is E1, no movement
        release o1.1 E2                      -> refused: mapped to E1
        ",
    );
}

#[test]
fn a_code_may_come_before_the_release() {
    check(
        "
        list 1
        stock   A list 1 10                  -> written, A new, A 10-0-0=10
        order   o1 A 4                       -> held, A 10-4-0=6
        release o1.1 E1 keep                 -> o1.1 is E1, no movement
        release o1.1 E2                      -> refused: mapped to E1
        stock   A list 1 9                   -> written, A 9-4-0=5
        release o1.1 E1                      -> o1.1 is E1, A 9-0-4=5
        sent    o1 true                      -> sent true, no movement
        ",
    );
}

#[test]
fn some_lines_can_be_cancelled_and_shipped_ones_cannot() {
    check(
        "
        list 1
        stock   A list 1 10; B list 1 10     -> written, A new, B new, A 10-0-0=10, B 10-0-0=10
        order   o1 A 4, B 3, A 2             -> held, A 10-6-0=4, B 10-3-0=7
        order   o2 B 1                       -> held, B 10-4-0=6
        cancel  o1 o1.2                      -> 1 of 3 cancelled, order approved, B 10-1-0=9
        cancel  o1 o2.1                      -> refused: not in the order: o2.1
        cancel  o1 o1.1 o2.1                 -> refused: not in the order: o2.1
        status  o1.3 shipped                 -> o1.3 shipped, no movement
        cancel  o1                           -> refused: shipped: o1.3
        cancel  o1 o1.1 o1.3                 -> refused: shipped: o1.3
        status  o1.3 canceled                -> refused: shipped: o1.3
        cancel  o1 o1.1                      -> 2 of 3 cancelled, order approved, A 10-2-0=8
        # Shipping says nothing of stock: the ERP's release does.
        release o1.3 E3                      -> o1.3 is E3, A 10-0-2=8
        status  o2.1 canceled                -> o2.1 canceled, B 10-0-0=10
        ",
    );
}

#[test]
fn a_cancelled_line_stays_dead() {
    check(
        "
        list 1
        stock   A list 1 10                  -> written, A new, A 10-0-0=10
        order   o1 A 4, A 1                  -> held, A 10-5-0=5
        status  o1.1 canceled                -> o1.1 canceled, A 10-1-0=9
        status  o1.1 approved                -> refused: cancelled
        status  o1.1 shipped                 -> refused: cancelled
        status  o1.2 cancellation_waiting    -> o1.2 cancellation_waiting, no movement
        status  o1.2 canceled                -> o1.2 canceled, A 10-0-0=10
        cancel  o1                           -> 2 of 2 cancelled, order canceled, no movement
        ",
    );
}

#[test]
fn names_that_lead_nowhere_are_refused() {
    check(
        "
        list 1
        channel market accept
        product C
        stock   A list 1 10                  -> written, A new, A 10-0-0=10
        order   o1 via nobody A 1            -> refused: unknown channel
        order   o1 A 1, B 1, A@7 1, B@7 1    -> refused: row 2: unknown product B, row 3: unknown list 7, row 4: unknown list 7, row 4: unknown product B
        order   o1 via market B 1            -> refused: row 1: unknown product B
        order   o1 #B 1                      -> refused: row 1: unknown product id 99
        order   o1 A 1                       -> held, A 10-1-0=9
        order   o2 number o1 A 1             -> refused: number taken
        order   o2 number o1 B 1             -> refused: number taken
        order   o2 via market number o1 A 1  -> held, A 10-2-0=8
        release o9.1 E1                      -> refused: not found
        cancel  o9                           -> refused: not found
        cancel  o1 o9.1                      -> refused: not in the order: ?
        status  o9.1 shipped                 -> refused: not found
        sent    o9 true                      -> refused: not found
        stock   B list 1 5 known             -> refused: row 1: unknown product B
        stock   A list 1 5; B list 1 5 known; A list 7 1 -> refused: row 2: unknown product B, row 3: unknown list 7
        stock   B list 1 5 by-id             -> refused: not found
        stock   C list 1 5 known             -> written, C new, C 5-0-0=5
        stock   A list 1 5 by-id             -> written, A 5-2-0=3
        ",
    );
}

#[test]
fn a_held_quantity_has_the_documented_maximum() {
    check(
        "
        list 1
        channel market accept
        stock   A list 1 max                 -> written, A new, A 2147483647-0-0=2147483647
        order   o1 via market A max          -> held, A 2147483647-2147483647-0=0
        order   o2 via market A 1            -> refused: held too large
        order   o2 A 1                       -> refused: short A 1 of 0
        cancel  o1                           -> 1 of 1 cancelled, order canceled, A 2147483647-0-0=2147483647
        order   o3 via market A max, A 1     -> refused: held too large
        stock   A list 1 0 held max          -> written, A 0-2147483647(2147483647)-0=-2147483647
        order   o4 via market A 1            -> refused: held too large
        ",
    );
}

#[test]
fn a_write_may_expect_a_level() {
    check(
        "
        list 1
        stock   A list 1 10 expected 3            -> refused: row 1: level is 0
        stock   A list 1 10 expected 0            -> written, A new, A 10-0-0=10
        order   o1 A 4                            -> held, A 10-4-0=6
        # An order changes no level.
        stock   A list 1 9 expected 10            -> written, A 9-4-0=5
        stock   A list 1 8 expected 10            -> refused: row 1: level is 9
        stock   A list 1 - held 6 expected 8      -> refused: row 1: level is 9
        stock   A list 1 7 expected 9; A list 1 6 expected 7 -> written, A 6-4-0=2
        stock   A list 1 5 expected 6; A list 1 4 expected 6 -> refused: row 2: level is 5
        ",
    );
}

#[test]
fn other_fields_of_a_stock_are_kept_or_moved_on_their_own() {
    check(
        r#"
        list 1
        stock   A list 1 -                   -> written, A new, A 0-0-0=0
        stock   A list 1 -                   -> written, no movement
        stock   A list 1 10 kg               -> written, A 10-0-0=10
        stock   A list 1 - kg                -> written, no movement
        stock   A list 1 - extra {"a":1}     -> written, A 10-0-0=10
        stock   A list 1 - extra {"a":1}     -> written, no movement
        stock   A list 1 4; A list 1 7       -> written, A 7-0-0=7
        stock   A list 1 4; A list 1 7       -> written, A 7-0-0=7
        "#,
    );
}
