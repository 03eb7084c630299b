//! Rolling up against what it promises: sums, ends of periods and the chain stay, whatever parts it is done in.

use onhand_core::{
    Cause, Delta, LevelWrite, Movement, MovementId, OrderItemId, RolledUp, StockId, Timestamp, UserId, roll_up,
};
use proptest::prelude::*;

const HOUR: i64 = 3_600 * 1_000_000;

/// What happens to a stock: hours since what happened before, by how much its numbers change, and who did it.
type Step = (i64, [i64; 4], i64);

fn history(steps: &[Step]) -> Vec<Movement> {
    let (mut at, mut numbers, mut previous) = (1, [0; 3], None);
    let movement = |(number, (hours, by, actor)): (i64, &Step)| {
        at += hours * HOUR + 1;
        let [on_hand, reserved, external, reported] = *by;
        numbers = [numbers[0] + on_hand, numbers[1] + reserved, numbers[2] + reported];
        let id = MovementId::new(number * 256);
        Movement {
            id,
            stock: StockId::new(256),
            previous: previous.replace(id),
            cause: if number % 2 == 0 { Cause::Write } else { Cause::Order(OrderItemId::new(number)) },
            delta: Delta { on_hand, reserved, external, reported },
            on_hand: numbers[0],
            reserved: numbers[1],
            reported: numbers[2],
            actor: UserId::new(*actor),
            at: Timestamp::from_micros(at),
            level: LevelWrite { snapshot_before: Some(Timestamp::from_micros(at)), ..LevelWrite::default() },
            explanation: None,
        }
    };
    (1..).zip(steps).map(movement).collect()
}

fn day(at: Timestamp) -> i64 {
    at.micros() / (24 * HOUR)
}

/// Writes what was rolled up, as a database would.
fn apply(history: &mut Vec<Movement>, rolled_up: RolledUp) {
    history.retain(|movement| !rolled_up.removed.contains(&movement.id));
    for changed in rolled_up.changed {
        let place = history.iter_mut().find(|movement| movement.id == changed.id).expect("it is there");
        *place = changed;
    }
}

/// Rolls up a history in parts, each with the movement that was left before it.
fn in_parts<P: PartialEq>(history: &mut Vec<Movement>, parts: &[usize], period: impl Fn(Timestamp) -> P) {
    let mut done = Timestamp::from_micros(0);
    for part in parts.iter().copied().chain([usize::MAX]) {
        let from = history.iter().position(|movement| movement.at > done).unwrap_or(history.len());
        let to = from.saturating_add(part).min(history.len());
        let Some(last) = history[from..to].last() else { continue };
        done = last.at;
        let rolled_up = roll_up(&history[from.saturating_sub(1)..to], &period);
        apply(history, rolled_up);
    }
}

fn sums(history: &[Movement]) -> [i64; 4] {
    let sum = |of: fn(&Delta) -> i64| history.iter().map(|movement| of(&movement.delta)).sum();
    [sum(|by| by.on_hand), sum(|by| by.reserved), sum(|by| by.external), sum(|by| by.reported)]
}

fn as_of(history: &[Movement], instant: i64) -> Option<[i64; 3]> {
    let newest = history.iter().rev().find(|movement| movement.at.micros() <= instant)?;
    Some([newest.on_hand, newest.reserved, newest.reported])
}

fn is_chain(history: &[Movement]) -> bool {
    let links = history.iter().map(|movement| movement.previous);
    let expected = std::iter::once(None).chain(history.iter().map(|movement| Some(movement.id)));
    let adds_up = history.windows(2).all(|two| {
        let (before, after) = (&two[0], &two[1]);
        after.on_hand == before.on_hand + after.delta.on_hand
            && after.reserved == before.reserved + after.delta.reserved
            && after.reported == before.reported + after.delta.reported
    });
    links.zip(expected).all(|(link, expected)| link == expected) && adds_up
}

fn stands_for(movement: &Movement) -> i64 {
    match movement.cause {
        Cause::RolledUp(movements) => movements,
        _ => 1,
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_but_what_happened_within_a_day(
        steps in proptest::collection::vec((0..40_i64, prop::array::uniform4(-5..9_i64), 1..3_i64), 1..60),
        parts in proptest::collection::vec(1..9_usize, 0..12),
    ) {
        let before = history(&steps);
        let mut after = before.clone();
        in_parts(&mut after, &parts, day);
        prop_assert!(is_chain(&after), "{after:?}");
        prop_assert_eq!(sums(&after), sums(&before));
        prop_assert_eq!(after.last().map(|newest| newest.id), before.last().map(|newest| newest.id));
        prop_assert_eq!(after.iter().map(stands_for).sum::<i64>(), before.len() as i64);
        prop_assert!(after.windows(2).all(|two| day(two[0].at) < day(two[1].at)), "a day has one movement");
        for end in 1..=day(before[before.len() - 1].at) + 1 {
            let instant = end * 24 * HOUR - 1;
            prop_assert_eq!(as_of(&after, instant), as_of(&before, instant), "at the end of day {}", end);
        }
        // What is alone on its day stays as it was made.
        for movement in after.iter().filter(|movement| stands_for(movement) == 1) {
            prop_assert!(before.contains(movement));
        }
        in_parts(&mut after, &parts, |_| ());
        prop_assert_eq!((after.len(), sums(&after)), (1, sums(&before)));
        prop_assert_eq!(stands_for(&after[0]), before.len() as i64);
        prop_assert!(is_chain(&after));
    }
}

#[test]
fn one_of_several_says_who_did_it_if_that_was_one_person() {
    for (actors, expected) in [([2, 2, 2], 2), ([2, 3, 2], 0)] {
        let steps = actors.map(|actor| (1, [1, 0, 0, 0], actor));
        let RolledUp { changed, removed } = roll_up(&history(&steps), day);
        assert_eq!((changed.len(), removed.len(), changed[0].actor), (1, 2, UserId::new(expected)));
        assert_eq!((changed[0].cause, changed[0].level), (Cause::RolledUp(3), LevelWrite::default()));
    }
}
