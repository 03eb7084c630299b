//! Time zones: which moment a local time, one without an offset, means.
//!
//! Promises: a zone has a name of the IANA database that this program knows; its rules are those of the machine where
//! it has them, else the program's own. A local time that means no moment, or two, is never guessed at where stock
//! depends on it. Must not know where local times come from.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};
use onhand_core::Timestamp;

/// The most characters that the name of a zone has.
pub const NAME_CHARS_MAX: usize = 64;

/// What is said of a name that is none.
pub const UNKNOWN: &str = "This is no time zone. Use a name of the IANA database, like Europe/Istanbul.";

/// The program's own zones: their names are the ones that there are, whatever the machine has.
static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone {
    name: String,
    rules: TimeZone,
}

/// Which moment is meant by a local time that comes twice because the clocks are put back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Twice {
    /// The first.
    Earlier,
    /// The second.
    Later,
    /// Neither: it is rejected.
    Refused,
}

/// Why a local time means no moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoMoment {
    /// No zone is known for it.
    #[error(
        "This time has no offset, and neither the stock list nor the installation has a time zone. Send it with its \
         offset, like 2026-01-31T09:30:00+03:00, or set the time_zone of the stock list or ONHAND_TIME_ZONE."
    )]
    NoZone,
    /// The clocks of the zone were put forward over it.
    #[error(
        "There is no such time in this time zone: its clocks were put forward then. Send the time with its offset."
    )]
    Skipped,
    /// The clocks of the zone were put back, so that it came twice.
    #[error("This time came twice in this time zone: its clocks were put back then. Send the time with its offset.")]
    Twice,
}

impl FromStr for Zone {
    type Err = &'static str;

    /// Case does not matter in a name; a zone has its name as the database writes it.
    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let own = BUNDLED.get(name.trim()).map_err(|_| UNKNOWN)?;
        let name = own.iana_name().filter(|name| *name != "Etc/Unknown").ok_or(UNKNOWN)?.to_owned();
        let rules = jiff::tz::db().get(&name).unwrap_or(own);
        Ok(Self { name, rules })
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Zone {
    /// Where clocks show the time that is stored.
    pub fn utc() -> Self {
        Self { name: "UTC".to_owned(), rules: TimeZone::UTC }
    }

    /// The day that it is here at a moment. `None` at the ends of the calendar.
    pub fn day_of(&self, moment: Timestamp) -> Option<Date> {
        let moment = jiff::Timestamp::from_microsecond(moment.micros()).ok()?;
        Some(moment.to_zoned(self.rules.clone()).date())
    }

    /// By how many seconds it is ahead of UTC at a moment.
    pub fn offset_seconds(&self, moment: Timestamp) -> i32 {
        let moment = jiff::Timestamp::from_microsecond(moment.micros());
        moment.map_or(0, |moment| self.rules.to_offset(moment).seconds())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The moment that a local time means here.
    pub fn moment(&self, local: DateTime, twice: Twice) -> Result<Timestamp, NoMoment> {
        let offset = match self.rules.to_ambiguous_timestamp(local).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset,
            AmbiguousOffset::Gap { .. } => return Err(NoMoment::Skipped),
            AmbiguousOffset::Fold { before, after } => match twice {
                Twice::Earlier => before,
                Twice::Later => after,
                Twice::Refused => return Err(NoMoment::Twice),
            },
        };
        moment_at(local, offset).ok_or(NoMoment::Skipped)
    }

    /// The same for a time that only describes: one that comes twice is the first, and one that is skipped is as long
    /// after the clocks were put forward as it seems to be. `None` at the ends of the calendar.
    pub fn about(&self, local: DateTime) -> Option<Timestamp> {
        let moment = self.rules.to_ambiguous_timestamp(local).compatible().ok()?;
        Some(Timestamp::from_micros(moment.as_microsecond()))
    }

    /// The first moment of a day here.
    pub fn begin_of(&self, day: Date) -> Option<Timestamp> {
        let moment = self.rules.to_zoned(day.to_datetime(jiff::civil::Time::midnight())).ok()?.start_of_day().ok()?;
        Some(Timestamp::from_micros(moment.timestamp().as_microsecond()))
    }
}

/// The moment of a local time that is so far ahead of UTC. `None` at the ends of the calendar.
pub fn moment_at(local: DateTime, offset: Offset) -> Option<Timestamp> {
    Some(Timestamp::from_micros(offset.to_timestamp(local).ok()?.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> Zone {
        name.parse().expect("a zone")
    }

    fn moment(zone: &str, local: &str, twice: Twice) -> Result<String, NoMoment> {
        let local = local.parse().expect("a local time");
        self::zone(zone).moment(local, twice).map(crate::wire::scalar::time_text)
    }

    #[test]
    fn zones_are_known_by_their_names() {
        assert_eq!(zone("europe/istanbul").name(), "Europe/Istanbul");
        assert_eq!(zone(" UTC ").name(), "UTC");
        for wrong in
            ["", "Istanbul", "+03:00", "Etc/Unknown", "../../etc/passwd", "Europe/Atlantis", "EST5EDT4", "local"]
        {
            assert_eq!(wrong.parse::<Zone>(), Err(UNKNOWN), "{wrong}");
        }
    }

    #[test]
    fn a_local_time_is_the_moment_that_the_zone_says() {
        let cases = [
            ("Europe/Istanbul", "2026-01-31T09:30:00", "2026-01-31T06:30:00.000000Z"),
            ("Europe/Istanbul", "2016-01-31T09:30:00", "2016-01-31T07:30:00.000000Z"),
            ("Europe/Berlin", "2026-07-01T09:30:00.25", "2026-07-01T07:30:00.250000Z"),
            ("America/New_York", "2026-01-31T20:00:00", "2026-02-01T01:00:00.000000Z"),
            ("Asia/Kathmandu", "2026-01-31T00:00:00", "2026-01-30T18:15:00.000000Z"),
        ];
        for (zone, local, expected) in cases {
            assert_eq!(moment(zone, local, Twice::Refused).as_deref(), Ok(expected), "{zone} {local}");
        }
    }

    #[test]
    fn a_time_that_was_skipped_or_came_twice_is_not_guessed_at() {
        for twice in [Twice::Earlier, Twice::Later, Twice::Refused] {
            assert_eq!(moment("Europe/Berlin", "2026-03-29T02:30:00", twice), Err(NoMoment::Skipped));
        }
        let fold = |twice| moment("Europe/Berlin", "2026-10-25T02:30:00", twice);
        assert_eq!(fold(Twice::Earlier).as_deref(), Ok("2026-10-25T00:30:00.000000Z"));
        assert_eq!(fold(Twice::Later).as_deref(), Ok("2026-10-25T01:30:00.000000Z"));
        assert_eq!(fold(Twice::Refused), Err(NoMoment::Twice));
        let about = |local: &str| zone("Europe/Berlin").about(local.parse().expect("a local time"));
        assert_eq!(about("2026-03-29T02:30:00"), about("2026-03-29T03:30:00"));
    }

    #[test]
    fn a_day_begins_where_its_first_moment_is() {
        let begin = |zone: &str, day: &str| {
            let begin = self::zone(zone).begin_of(day.parse().expect("a day"));
            crate::wire::scalar::time_text(begin.expect("not at the end of the calendar"))
        };
        assert_eq!(begin("Europe/Istanbul", "2026-01-31"), "2026-01-30T21:00:00.000000Z");
        // The clocks of Beirut are put forward at midnight: the day begins at one o'clock.
        assert_eq!(begin("Asia/Beirut", "2026-03-29"), "2026-03-28T22:00:00.000000Z");
        assert_eq!(begin("Asia/Beirut", "2026-03-30"), "2026-03-29T21:00:00.000000Z");
    }
}
