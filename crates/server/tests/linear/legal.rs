//! Small histories written by hand: the legal one is accepted, and the same one with a fault in it is not.

use crate::checker::{Call, Verdict, check};
use crate::model::{Answer, History, Numbers, Request, Stock};

type Told = Call<Request, Answer>;

fn verdict(start: i64, calls: &[Told]) -> Verdict {
    check(&Stock::new(start), &History::from(calls))
}

fn assert_legal(start: i64, calls: &[Told]) {
    let verdict = verdict(start, calls);
    assert!(verdict.is_linearizable(), "{verdict:?}");
}

fn assert_illegal(start: i64, calls: &[Told]) {
    let verdict = verdict(start, calls);
    assert!(verdict.is_violation(), "{verdict:?}");
}

fn call((begun, end): (u64, u64), request: Request, answer: Answer) -> Told {
    Call { begun, request, answer: Some((end, answer)) }
}

fn held(at: (u64, u64), line: u32, units: i64) -> Told {
    call(at, Request::Place(vec![(line, units)]), Answer::Done)
}

fn short(at: (u64, u64), units: i64, available: i64) -> Told {
    call(at, Request::Ask(units), Answer::Short { available })
}

fn released(at: (u64, u64), line: u32) -> Told {
    call(at, Request::Release(line), Answer::Done)
}

fn cancelled(at: (u64, u64), line: u32) -> Told {
    call(at, Request::Cancel(vec![line]), Answer::Done)
}

fn numbers([stock, held, reported]: [i64; 3]) -> Answer {
    Answer::Numbers(Numbers { stock, held, reported, available: (stock - held - reported).max(0) })
}

/// Stock, reserved, reported.
fn read(at: (u64, u64), shown: [i64; 3]) -> Told {
    call(at, Request::Read, numbers(shown))
}

fn written(at: (u64, u64), figure: i64, shown: [i64; 3]) -> Told {
    call(at, Request::Write { figure: Some(figure), held: None }, numbers(shown))
}

fn unanswered(call: Told) -> Told {
    Call { answer: None, ..call }
}

#[test]
fn no_update_is_lost() {
    let both = [held((1, 8), 1, 1), held((2, 9), 2, 1)];
    assert_legal(5, &[both.as_slice(), &[read((10, 11), [5, 2, 0])]].concat());
    assert_illegal(5, &[both.as_slice(), &[read((10, 11), [5, 1, 0])]].concat());
}

#[test]
fn one_unit_is_sold_once() {
    assert_legal(1, &[held((1, 8), 1, 1), short((2, 9), 1, 0)]);
    assert_illegal(1, &[held((1, 8), 1, 1), held((2, 9), 2, 1)]);
}

#[test]
fn a_read_after_a_write_sees_it() {
    assert_legal(5, &[written((1, 4), 7, [7, 0, 0]), read((3, 6), [5, 0, 0])]);
    assert_illegal(5, &[written((1, 4), 7, [7, 0, 0]), read((5, 6), [5, 0, 0])]);
}

#[test]
fn an_order_is_refused_for_a_reason() {
    assert_legal(5, &[held((1, 6), 1, 4), short((2, 3), 2, 1)]);
    assert_illegal(5, &[held((4, 6), 1, 4), short((2, 3), 2, 1)]);
    assert_illegal(5, &[short((2, 3), 2, 0)]);
    assert_illegal(5, &[short((2, 3), 2, 5)]);
}

#[test]
fn an_acknowledged_order_is_there() {
    assert_legal(5, &[unanswered(held((1, 0), 1, 2)), read((3, 4), [5, 0, 0]), read((5, 6), [5, 2, 0])]);
    assert_illegal(5, &[held((1, 2), 1, 2), read((3, 4), [5, 0, 0])]);
    assert_illegal(5, &[held((1, 4), 1, 2), read((2, 3), [5, 2, 0]), read((5, 6), [5, 0, 0])]);
}

#[test]
fn a_release_counts_once() {
    let twice = [held((1, 2), 1, 2), held((1, 2), 2, 2), released((3, 8), 1), released((4, 9), 1)];
    assert_legal(9, &[twice.as_slice(), &[read((10, 11), [9, 2, 2])]].concat());
    assert_illegal(9, &[twice.as_slice(), &[read((10, 11), [9, 0, 4])]].concat());
}

#[test]
fn a_hold_is_given_back_once() {
    let ended = [held((1, 2), 1, 2), released((3, 8), 1), cancelled((4, 9), 1)];
    assert_legal(9, &[ended.as_slice(), &[read((10, 11), [9, 0, 0])]].concat());
    assert_illegal(9, &[ended.as_slice(), &[read((10, 11), [9, 0, 2])]].concat());
}

#[test]
fn nobody_goes_back_in_time() {
    let write = written((1, 9), 7, [7, 0, 0]);
    assert_legal(5, &[write.clone(), read((2, 3), [5, 0, 0]), read((4, 5), [7, 0, 0])]);
    assert_illegal(5, &[write, read((2, 3), [7, 0, 0]), read((4, 5), [5, 0, 0])]);
}

#[test]
fn a_figure_settles_what_was_released_before_it() {
    let released_first = [held((1, 2), 1, 2), released((3, 4), 1), written((5, 6), 9, [9, 0, 0])];
    assert_legal(9, &released_first);
    let figure_first = [held((1, 2), 1, 2), written((3, 4), 9, [9, 2, 0]), released((5, 6), 1)];
    assert_legal(9, &[figure_first.as_slice(), &[read((7, 8), [9, 0, 2])]].concat());
    assert_illegal(9, &[figure_first.as_slice(), &[read((7, 8), [9, 0, 0])]].concat());
    let at_once = [held((1, 2), 1, 2), written((3, 6), 9, [9, 0, 0]), released((4, 7), 1)];
    assert_legal(9, &[at_once.as_slice(), &[read((8, 9), [9, 0, 0])]].concat());
    assert_illegal(9, &[at_once.as_slice(), &[read((8, 9), [9, 0, 2])]].concat());
}

#[test]
fn an_order_is_held_whole() {
    let lost = unanswered(call((1, 0), Request::Place(vec![(1, 2), (2, 1)]), Answer::Done));
    assert_legal(9, &[lost.clone(), read((2, 3), [9, 3, 0])]);
    assert_illegal(9, &[lost.clone(), read((2, 3), [9, 2, 0])]);
    assert_illegal(2, &[lost, read((2, 3), [2, 3, 0])]);
}

#[test]
fn what_others_sold_is_counted_beside_the_holds() {
    let sold = |held, shown| call((3, 4), Request::Write { figure: None, held: Some(held) }, numbers(shown));
    assert_legal(9, &[held((1, 2), 1, 2), sold(5, [9, 5, 0]), cancelled((5, 6), 1), read((7, 8), [9, 3, 0])]);
    assert_legal(9, &[held((1, 2), 1, 2), sold(0, [9, 2, 0])]);
    assert_illegal(9, &[held((1, 2), 1, 2), sold(0, [9, 0, 0])]);
}

/// What a data source does: its moment is known, and not when it takes effect.
fn done(begun: u64, request: Request) -> Told {
    Call { begun, request, answer: None }
}

#[test]
fn a_pending_line_is_placed_and_counted_once() {
    let placed = [held((1, 2), 1, 2), done(3, Request::Register { name: 1, at: 50 })];
    let level = done(4, Request::Level { value: 7, at: 50 });
    for (shown, is_legal) in [
        // Nothing has been heard yet; the answer; the level; both.
        ([9, 2, 0], true),
        ([9, 0, 2], true),
        ([7, 2, 0], true),
        ([7, 0, 0], true),
        // Counted twice, and not at all.
        ([7, 0, 2], false),
        ([9, 0, 0], false),
    ] {
        let calls = [placed.as_slice(), &[level.clone(), read((5, 6), shown)]].concat();
        let verdict = verdict(9, &calls);
        assert_eq!(
            (verdict.is_linearizable(), verdict.is_violation()),
            (is_legal, !is_legal),
            "{shown:?}: {verdict:?}"
        );
    }
    let early = done(3, Request::Level { value: 9, at: 49 });
    let calls = [placed.as_slice(), &[early, read((5, 6), [9, 0, 2]), read((7, 8), [9, 0, 0])]].concat();
    assert_illegal(9, &calls);
}

#[test]
fn a_refused_line_is_freed_once() {
    let refused = [held((1, 2), 1, 2), held((1, 2), 2, 2), done(3, Request::Refuse(1)), cancelled((4, 9), 1)];
    assert_legal(9, &[refused.as_slice(), &[read((10, 11), [9, 2, 0])]].concat());
    assert_illegal(9, &[refused.as_slice(), &[read((10, 11), [9, 0, 0])]].concat());
    assert_legal(
        9,
        &[held((1, 2), 1, 2), done(3, Request::Refuse(1)), read((4, 5), [9, 2, 0]), read((6, 7), [9, 0, 0])],
    );
    assert_illegal(9, &[held((1, 2), 1, 2), done(5, Request::Refuse(1)), read((3, 4), [9, 0, 0])]);
    assert_illegal(
        9,
        &[held((1, 2), 1, 2), done(3, Request::Refuse(1)), read((4, 5), [9, 0, 0]), read((6, 7), [9, 2, 0])],
    );
}

#[test]
fn a_level_of_a_data_source_never_goes_back() {
    let levels = [done(1, Request::Level { value: 7, at: 20 }), done(1, Request::Level { value: 5, at: 30 })];
    assert_legal(9, &[levels.as_slice(), &[read((2, 3), [7, 0, 0]), read((4, 5), [5, 0, 0])]].concat());
    assert_illegal(9, &[levels.as_slice(), &[read((2, 3), [5, 0, 0]), read((4, 5), [7, 0, 0])]].concat());
}
