//! Which reported lines each level has settled, as far as a part of a stock's history shows it.
//!
//! Promises: a line is named only where the units of the oldest lines add up to what the level settled; where they do
//! not, none is. Must not know the stock, nor what was before the part.

use std::collections::{HashMap, VecDeque};

use onhand_core::{Movement, MovementId, OrderItemId};
use onhand_store::tables::movements::cause_name;

/// The lines that each level of a history settled. The movements are those of one stock, the newest first, with no gap.
pub fn lines(history: &[Movement]) -> HashMap<MovementId, Vec<OrderItemId>> {
    let mut settled = HashMap::new();
    let mut reported: VecDeque<(OrderItemId, i64)> = VecDeque::new();
    // Units of lines that were registered before the part begins. A level settles the oldest first.
    let mut unknown = history.last().map_or(0, |oldest| oldest.reported - oldest.delta.reported);
    for movement in history.iter().rev() {
        let units = movement.delta.reported;
        match cause_name(movement.cause).1 {
            Some(item) if units > 0 => reported.push_back((item, units)),
            Some(item) if units < 0 => match reported.iter().position(|(known, _)| *known == item) {
                Some(at) => _ = reported.remove(at),
                None => unknown += units,
            },
            None if units < 0 => {
                let of_unknown = unknown.clamp(0, -units);
                unknown -= of_unknown;
                if let Some(lines) = taken(&mut reported, -units - of_unknown)
                    && !lines.is_empty()
                {
                    settled.insert(movement.id, lines);
                }
            }
            _ => unknown += units,
        }
    }
    settled
}

/// The oldest lines that make up so many units; none where they do not add up.
fn taken(reported: &mut VecDeque<(OrderItemId, i64)>, units: i64) -> Option<Vec<OrderItemId>> {
    let (mut lines, mut left) = (Vec::new(), units);
    while left > 0 {
        let (item, units) = reported.pop_front()?;
        lines.push(item);
        left -= units;
    }
    (left == 0).then_some(lines)
}

#[cfg(test)]
mod tests {
    use onhand_core::{Cause, Delta, LevelWrite, StockId, Timestamp, UserId};

    use super::*;

    /// What was reported before, what happened, and which lines the last movement settled.
    type Row<'r> = (i64, &'r [(Cause, i64)], &'r [i64]);

    /// A history from causes and changes of `reported`, the oldest first.
    fn history(before: i64, changes: &[(Cause, i64)]) -> Vec<Movement> {
        let mut reported = before;
        let movement = |(id, (cause, units)): (i64, &(Cause, i64))| {
            reported += units;
            Movement {
                id: MovementId::new(id),
                stock: StockId::new(1),
                previous: None,
                cause: *cause,
                delta: Delta { reported: *units, ..Delta::default() },
                on_hand: 0,
                reserved: 0,
                reported,
                actor: UserId::new(1),
                at: Timestamp::from_micros(id),
                level: LevelWrite::default(),
                explanation: None,
            }
        };
        let mut all: Vec<Movement> = (1..).zip(changes).map(movement).collect();
        all.reverse();
        all
    }

    #[test]
    fn a_level_settles_the_oldest_lines() {
        let item = OrderItemId::new;
        let release = |number: i64| Cause::Release(item(number));
        // What was reported before, what happened, and what the last movement settled.
        let table: [Row<'_>; 7] = [
            (0, &[(release(1), 4), (Cause::Write, -4)], &[1]),
            (0, &[(release(1), 4), (release(2), 3), (Cause::Write, -4)], &[1]),
            (0, &[(release(1), 4), (release(2), 3), (Cause::Count, -7)], &[1, 2]),
            (0, &[(release(1), 4), (Cause::Cancel(item(1)), -4), (release(2), 3), (Cause::Write, -3)], &[2]),
            (5, &[(release(1), 4), (Cause::Write, -9)], &[1]),
            (5, &[(release(1), 4), (Cause::Write, -5)], &[]),
            (0, &[(release(1), 4), (Cause::Write, -3)], &[]),
        ];
        for (before, changes, expected) in table {
            let found = lines(&history(before, changes));
            let last = MovementId::new(changes.len() as i64);
            let expected: Vec<OrderItemId> = expected.iter().copied().map(item).collect();
            assert_eq!(found.get(&last).cloned().unwrap_or_default(), expected, "{before}, {changes:?}");
        }
    }
}
