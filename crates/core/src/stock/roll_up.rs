//! Rolling up: the movements of a period become one, so that the history of a stock does not grow for ever.
//!
//! Promises: the sums of a history stay what they are, and so do the numbers at the end of every period; what is left is a
//! chain as before, and its newest movement has kept its id. Must not know how long a period is, or how old a movement has
//! to be.

use super::{Cause, Delta, LevelWrite, Movement};
use crate::{MovementId, Timestamp, UserId};

/// What rolling up changes in the history of a stock.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RolledUp {
    /// Movements that stand for others besides themselves now, each under the id that it had.
    pub changed: Vec<Movement>,
    /// Movements for which another one stands now.
    pub removed: Vec<MovementId>,
}

impl RolledUp {
    /// Adds what is changed in the history of another stock.
    pub fn add(&mut self, more: Self) {
        self.changed.extend(more.changed);
        self.removed.extend(more.removed);
    }
}

/// Rolls up a part of the history of a stock: movements that follow each other, the oldest first. Those of one period
/// become one; one that is alone in its period stays as it is.
pub fn roll_up<P: PartialEq>(history: &[Movement], period: impl Fn(Timestamp) -> P) -> RolledUp {
    let mut rolled_up = RolledUp::default();
    for together in history.chunk_by(|older, newer| period(older.at) == period(newer.at)) {
        let [removed @ .., newest] = together else { continue };
        if let Some(oldest) = removed.first() {
            rolled_up.removed.extend(removed.iter().map(|movement| movement.id));
            rolled_up.changed.push(sum(together, (oldest, newest)));
        }
    }
    rolled_up
}

/// The one movement that stands for all of them.
fn sum(together: &[Movement], (oldest, newest): (&Movement, &Movement)) -> Movement {
    let mut delta = Delta::default();
    for movement in together {
        delta.on_hand += movement.delta.on_hand;
        delta.reserved += movement.delta.reserved;
        delta.external += movement.delta.external;
        delta.reported += movement.delta.reported;
    }
    let is_of_one = together.iter().all(|movement| movement.actor == newest.actor);
    Movement {
        previous: oldest.previous,
        cause: Cause::RolledUp(together.iter().map(stands_for).sum()),
        delta,
        actor: if is_of_one { newest.actor } else { UserId::new(0) },
        level: LevelWrite::default(),
        explanation: None,
        ..newest.clone()
    }
}

/// How many movements there have been in the place of one.
const fn stands_for(movement: &Movement) -> i64 {
    match movement.cause {
        Cause::RolledUp(movements) => movements,
        _ => 1,
    }
}
