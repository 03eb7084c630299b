//! The clocks of other installations, which differ from ours.
//!
//! Promises: two times of one clock keep their order, to the microsecond, however that clock differs from ours. Pure
//! functions. Must not know requests.

use onhand_core::Timestamp;

/// What a measurement may differ from the stored offset without being believed: a `Date` has whole seconds, and answers
/// take time.
const AGREEMENT_MICROS: i64 = 2_000_000;
/// Requests that took longer than this measure nothing.
const ROUND_TRIP_MICROS_MAX: i64 = 10_000_000;
/// How far a time may lie ahead of ours once it is corrected: what is left by [`AGREEMENT_MICROS`].
const AHEAD_MICROS_MAX: i64 = 4_000_000;
/// How much older than its request a level is taken to be that has no time of its own. What was registered before that
/// was committed before the level was read: a registration has the time at which it was decided, and its commit comes
/// later, by seconds at the most.
const READ_MARGIN_MICROS: i64 = 15_000_000;

/// By how many microseconds another clock is ahead of ours, from an answer: its `Date`, and when it was asked for and had
/// come by our clock. `None` if it has no date, or took too long to say.
pub fn measured(date: Option<Timestamp>, asked: Timestamp, come: Timestamp) -> Option<i64> {
    let round_trip = come.micros() - asked.micros();
    // A date is the beginning of the second in which the answer was made.
    let middle = date?.micros() + 500_000 - (asked.micros() + round_trip / 2);
    (0..=ROUND_TRIP_MICROS_MAX).contains(&round_trip).then_some(middle)
}

/// The offset to store after a measurement: the stored one, or none, where they are good enough.
pub fn offset_after(stored: i64, measured: i64) -> i64 {
    let agrees = |offset: i64| (measured.saturating_sub(offset)).abs() <= AGREEMENT_MICROS;
    match (agrees(stored), agrees(0)) {
        (true, _) => stored,
        (false, true) => 0,
        (false, false) => measured / 1_000_000 * 1_000_000,
    }
}

/// A time of another installation by our clock.
///
/// What decides whether a level accounts for a sold line is the order of two times over there: when the line was
/// registered, and the version of the stock that the level was read from. Both are of one clock, and both are corrected
/// here by the offset that is stored with the source (`clock_offset`). The offset is measured in whole seconds, and a stored
/// one is kept as long as a measurement agrees with it: one that moved with every measurement would turn times round.
///
/// A time that lies in the future all the same is a mistake over there, and is
/// taken for the present.
pub fn remote_time(at: Timestamp, offset: i64, now: Timestamp) -> Timestamp {
    let ours = Timestamp::from_micros(at.micros().saturating_sub(offset));
    if ours > now.plus_micros(AHEAD_MICROS_MAX) { now } else { ours }
}

/// When a line was registered over there, by our clock. `known` is when the level was taken that was stored here before
/// the line was sent: that level cannot account for the line, whatever the clocks say.
pub fn registered_at(at: Timestamp, offset: i64, known: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let ours = remote_time(at, offset, now);
    known.map_or(ours, |known| ours.max(known.plus_micros(1)))
}

/// When a level was taken that comes without a time, by the moment at which it was asked for.
pub fn read_at(asked: Timestamp) -> Timestamp {
    Timestamp::from_micros(asked.micros().saturating_sub(READ_MARGIN_MICROS))
}

/// What another installation's clock shows when ours shows this.
pub fn over_there(at: Timestamp, offset: i64) -> Timestamp {
    Timestamp::from_micros(at.micros().saturating_add(offset))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn at(micros: i64) -> Timestamp {
        Timestamp::from_micros(micros)
    }

    #[test]
    fn a_clock_that_agrees_is_not_corrected() {
        for measured in [0, 1, -1, 1_999_999, -2_000_000] {
            assert_eq!(offset_after(0, measured), 0);
            assert_eq!(offset_after(HOUR, HOUR + measured), HOUR, "a stored offset stays");
        }
        for (stored, measured, expected) in [
            (0, HOUR + 300_000, HOUR),
            (0, -HOUR - 300_000, -HOUR),
            (HOUR, 500_000, 0),
            (HOUR, 3_000_000, 3_000_000),
            (i64::MIN, i64::MAX, i64::MAX / 1_000_000 * 1_000_000),
        ] {
            assert_eq!(offset_after(stored, measured), expected, "{stored} {measured}");
        }
    }

    #[test]
    fn an_offset_is_measured_within_its_bounds() {
        // The other clock is ahead; the answer is made at any moment of the request, and its date has whole seconds.
        for ahead in [-HOUR, 0, 7_000_000, HOUR] {
            for (asked, made, come) in [(10_000_000, 10_000_000, 10_400_000), (10_700_000, 11_600_000, 11_600_000)] {
                let date = Some(at((made + ahead).div_euclid(1_000_000) * 1_000_000));
                let measured = measured(date, at(asked), at(come)).expect("it was quick");
                assert!((measured - ahead).abs() <= 1_000_000, "{ahead}: {measured}");
            }
        }
        assert_eq!(measured(Some(at(0)), at(0), at(ROUND_TRIP_MICROS_MAX + 1)), None);
        assert_eq!(measured(Some(at(0)), at(5), at(4)), None, "our clock was put back meanwhile");
        assert_eq!(measured(None, at(0), at(1)), None, "it does not say");
    }

    #[test]
    fn times_of_one_clock_keep_their_order() {
        let now = at(100 * HOUR);
        for offset in [0, HOUR, -HOUR, 3_000_000] {
            let (sold, level) = (now.plus_micros(offset - 5), now.plus_micros(offset - 4));
            assert!(remote_time(sold, offset, now) < remote_time(level, offset, now));
            assert_eq!(remote_time(level, offset, now), registered_at(level, offset, None, now));
        }
        assert_eq!(remote_time(at(i64::MAX), 0, now), now, "a year that is far away");
        assert_eq!(remote_time(at(i64::MIN), HOUR, now), at(i64::MIN));
    }

    #[test]
    fn a_level_that_was_there_before_does_not_account_for_a_line() {
        let now = at(100 * HOUR);
        let known = now.minus_seconds(10);
        let early = now.minus_seconds(3_600);
        assert_eq!(registered_at(early, 0, Some(known), now), known.plus_micros(1), "their clock was put back");
        assert_eq!(registered_at(now, 0, Some(known), now), now);
    }

    #[test]
    fn a_level_without_a_time_is_older_than_its_request() {
        let asked = at(HOUR);
        assert!(read_at(asked) < asked.minus_seconds(10));
    }
}
