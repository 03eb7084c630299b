//! Points in time, as the rules see them: numbers to compare. Must not know calendars, zones or the present.

/// How far a time may lie in the future before it is taken for a mistake: clocks differ by less.
pub const FUTURE_SECONDS_MAX: i64 = 300;

/// Microseconds since 1970-01-01T00:00:00Z. What is printed on the wire has the same precision, so that a client which
/// sends a time back finds it equal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The time `micros` microseconds after this one.
    #[must_use]
    pub const fn plus_micros(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }

    /// The time of a change made now to something that last changed at `before`. It grows with every change, whatever
    /// the clock says: the clocks of two processes differ.
    #[must_use]
    pub fn later_than(self, before: Self) -> Self {
        self.max(before.plus_micros(1))
    }

    /// The time `seconds` before this one.
    #[must_use]
    pub const fn minus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_sub(seconds.saturating_mul(1_000_000)))
    }
}
