//! What follows an attempt to deliver an event.
//!
//! Promises: a receiver that is away is tried for three days, in longer and longer pauses, and nothing is left out; an
//! event that a receiver rejects holds up the others for some minutes only. Must not know how it is sent.

use crate::Timestamp;

/// For how long an event is tried again while its receiver is away: three days.
pub const TRIED_SECONDS: i64 = 3 * 24 * 3_600;
/// How often an event is sent to a receiver that rejects it.
pub const REJECTED_TRIES: i64 = 5;
/// After how many events in a row that were rejected for good a receiver is sent no more.
const GIVEN_UP_MAX: i64 = 10;
/// Seconds until the next attempt, after the first, the second and so on; the last for all that follow.
const PAUSES: [i64; 9] = [1, 5, 30, 120, 600, 1_800, 3_600, 7_200, 10_800];

/// How an attempt has ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Attempted {
    /// The receiver has the event.
    Accepted,
    /// The receiver has said that it does not take this.
    Rejected,
    /// The receiver is away, or cannot take anything just now.
    Unavailable,
    /// The receiver has said that there is nobody any more.
    Gone,
}

/// How a receiver stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// Attempts in a row that have failed, of the event that is next.
    pub failures: i64,
    /// Since when every attempt has failed.
    pub failing_since: Option<Timestamp>,
    /// Events in a row that were given up.
    pub given_up: i64,
}

/// What is done next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NextStep {
    /// The next event is sent.
    Next,
    /// The same one is sent again, after so many seconds.
    Again(i64),
    /// This one is kept as undelivered, and the next one is sent.
    GiveUp,
    /// Nothing is sent until a person says so; this one is the first then.
    Pause,
}

impl Standing {
    /// How a receiver stands after an attempt, and what is done next.
    pub fn after(self, attempted: Attempted, now: Timestamp) -> (Self, NextStep) {
        let failed = Self {
            failures: self.failures + 1,
            failing_since: Some(self.failing_since.unwrap_or(now)),
            given_up: self.given_up,
        };
        let again = NextStep::Again(PAUSES[usize::try_from(self.failures).unwrap_or(0).min(PAUSES.len() - 1)]);
        match attempted {
            Attempted::Accepted => (Self::default(), NextStep::Next),
            Attempted::Gone => (failed, NextStep::Pause),
            Attempted::Unavailable if failed.has_failed_for(TRIED_SECONDS, now) => (failed, NextStep::Pause),
            Attempted::Rejected if failed.failures >= REJECTED_TRIES => match self.given_up + 1 {
                given_up if given_up >= GIVEN_UP_MAX => (failed, NextStep::Pause),
                given_up => (Self { failures: 0, given_up, ..failed }, NextStep::GiveUp),
            },
            Attempted::Unavailable | Attempted::Rejected => (failed, again),
        }
    }

    fn has_failed_for(self, seconds: i64, now: Timestamp) -> bool {
        self.failing_since.is_some_and(|since| since <= now.minus_seconds(seconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    #[test]
    fn a_receiver_that_is_away_is_tried_for_three_days() {
        let (mut standing, mut now, mut tries) = (Standing::default(), 1_000, 0);
        loop {
            let (after, step) = standing.after(Attempted::Unavailable, at(now));
            (standing, tries) = (after, tries + 1);
            match step {
                NextStep::Again(seconds) => now += seconds,
                NextStep::Pause => break,
                other => panic!("{other:?}"),
            }
        }
        let tried = now - 1_000;
        assert!((TRIED_SECONDS..TRIED_SECONDS + 10_800).contains(&tried), "{tried}");
        assert!((25..40).contains(&tries), "{tries}");
        assert_eq!(standing.after(Attempted::Accepted, at(now)), (Standing::default(), NextStep::Next));
    }

    #[test]
    fn an_event_that_is_rejected_holds_up_the_others_for_minutes_only() {
        let (mut standing, mut waited, mut steps) = (Standing::default(), 0, Vec::new());
        for _ in 0..REJECTED_TRIES {
            let (after, step) = standing.after(Attempted::Rejected, at(1));
            standing = after;
            steps.push(step);
            waited += if let NextStep::Again(seconds) = step { seconds } else { 0 };
        }
        assert_eq!(steps.last(), Some(&NextStep::GiveUp));
        assert!(waited < 600, "{waited}");
        assert_eq!((standing.failures, standing.given_up), (0, 1));
        // One that rejects everything is left alone.
        let mut given_up = 1;
        let ended = loop {
            let (after, step) = standing.after(Attempted::Rejected, at(1));
            standing = after;
            match step {
                NextStep::GiveUp => given_up += 1,
                NextStep::Again(_) => {}
                other => break other,
            }
        };
        assert_eq!((ended, given_up), (NextStep::Pause, GIVEN_UP_MAX - 1));
    }

    #[test]
    fn a_receiver_that_is_gone_is_left_alone_at_once() {
        assert_eq!(Standing::default().after(Attempted::Gone, at(1)).1, NextStep::Pause);
    }
}
