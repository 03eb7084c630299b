//! Times as people read them: how long ago, at what o'clock, on which day.
//!
//! Promises: the same text for the same time, zone and present, which are all given. Must not know the present.

use onhand_core::Timestamp;

use crate::lang::Lang;
use crate::texts::Texts;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A time, itself or behind a reference: templates hand over both.
pub trait Moment {
    /// The time.
    fn moment(&self) -> Timestamp;
}

impl Moment for Timestamp {
    fn moment(&self) -> Timestamp {
        *self
    }
}

impl<T: Moment + ?Sized> Moment for &T {
    fn moment(&self) -> Timestamp {
        (**self).moment()
    }
}

/// The present and the zone in which times are written for a reader without scripts.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    /// When the page is made.
    pub now: Timestamp,
    /// How far the installation's zone is ahead of UTC at that moment, in seconds, `-86,400..=86,400`.
    pub offset_seconds: i32,
}

/// A time in the parts of the calendar.
struct Civil {
    year: i64,
    month: usize,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
}

impl Civil {
    /// The proleptic Gregorian calendar, for every time that fits.
    fn of(micros: i64) -> Self {
        let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
        // Years are counted from 0000-03-01, so that the day of a leap year is the last one.
        let days = days + 719_468;
        let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * of_year + 2) / 153;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let day = of_year - (153 * shifted + 2) / 5 + 1;
        Self {
            year,
            month: month as usize,
            day,
            hour: rest / HOUR,
            minute: rest / MINUTE % 60,
            second: rest / SECOND % 60,
        }
    }
}

/// The time as an attribute `datetime` has it: UTC, to the second.
pub fn machine(at: Timestamp) -> String {
    let Civil { year, month, day, hour, minute, second } = Civil::of(at.micros());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

impl Clock {
    fn local(&self, at: Timestamp) -> Civil {
        Civil::of(at.micros().saturating_add(i64::from(self.offset_seconds) * SECOND))
    }

    fn age(&self, at: Timestamp) -> i64 {
        self.now.micros().saturating_sub(at.micros()).max(0)
    }

    /// How old it is up to a day, then the day: `2 s ago`, `14 min ago`, `3 h ago`, `28 Nov`, `28 Nov 2024`.
    pub fn ago(&self, texts: Texts, at: Timestamp) -> String {
        match self.age(at) {
            age if age < MINUTE => texts.ago_s(age / SECOND),
            age if age < HOUR => texts.ago_min(age / MINUTE),
            age if age < DAY => texts.ago_h(age / HOUR),
            _ => self.day(texts, at),
        }
    }

    /// How long something has lasted: `41 s`, `14 min`, `3 h`, `2 d`.
    pub fn span(&self, texts: Texts, since: Timestamp) -> String {
        match self.age(since) {
            age if age < MINUTE => texts.span_s(age / SECOND),
            age if age < HOUR => texts.span_min(age / MINUTE),
            age if age < 2 * DAY => texts.span_h(age / HOUR),
            age => texts.span_d(age / DAY),
        }
    }

    /// The time of day of the last 24 hours, else the day with it: `14:03:07`, `28 Nov 14:03`.
    pub fn clock(&self, texts: Texts, at: Timestamp) -> String {
        let Civil { hour, minute, second, .. } = self.local(at);
        if self.age(at) < DAY {
            format!("{hour:02}:{minute:02}:{second:02}")
        } else {
            format!("{} {hour:02}:{minute:02}", self.day(texts, at))
        }
    }

    /// Hours and minutes: `14:03`.
    pub fn minutes(&self, at: Timestamp) -> String {
        let Civil { hour, minute, .. } = self.local(at);
        format!("{hour:02}:{minute:02}")
    }

    /// The day, with its year if it is not this one: `28 Nov`, `28 Nov 2024`.
    pub fn day(&self, texts: Texts, at: Timestamp) -> String {
        let Civil { year, month, day, .. } = self.local(at);
        let name = month_name(texts.lang, month);
        if year == self.local(self.now).year { format!("{day} {name}") } else { format!("{day} {name} {year}") }
    }

    /// Everything to the second: `28 Nov 2026 14:03:07`.
    pub fn exact(&self, texts: Texts, at: Timestamp) -> String {
        let Civil { year, month, day, hour, minute, second } = self.local(at);
        format!("{day} {} {year} {hour:02}:{minute:02}:{second:02}", month_name(texts.lang, month))
    }

    /// The hour of the day at the page's present, `0..24`.
    pub fn hour(&self) -> i64 {
        self.local(self.now).hour
    }
}

/// The short name of a month, `1..=12`.
fn month_name(lang: Lang, month: usize) -> &'static str {
    let names = match lang {
        Lang::English => ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
        Lang::Turkish => ["Oca", "Şub", "Mar", "Nis", "May", "Haz", "Tem", "Ağu", "Eyl", "Eki", "Kas", "Ara"],
    };
    names[month - 1]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-28T11:03:07Z.
    const NOW: i64 = 1_795_863_787;

    fn clock() -> Clock {
        Clock { now: Timestamp::from_micros(NOW * SECOND), offset_seconds: 3 * 3_600 }
    }

    #[test]
    fn the_calendar_is_the_gregorian_one() {
        let table = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (NOW, "2026-11-28T11:03:07Z"),
            (-1, "1969-12-31T23:59:59Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
        ];
        for (seconds, wanted) in table {
            assert_eq!(machine(Timestamp::from_micros(seconds * SECOND)), wanted);
        }
    }

    #[test]
    fn an_age_is_told_in_the_unit_that_fits() {
        let (english, turkish) = (Texts::new(Lang::English), Texts::new(Lang::Turkish));
        let before = |seconds: i64| Timestamp::from_micros((NOW - seconds) * SECOND);
        assert_eq!(clock().ago(english, before(2)), "2 s ago");
        assert_eq!(clock().ago(english, before(-5)), "0 s ago");
        assert_eq!(clock().ago(english, before(840)), "14 min ago");
        assert_eq!(clock().ago(turkish, before(7_300)), "2 sa önce");
        assert_eq!(clock().ago(english, before(90_000)), "27 Nov");
        assert_eq!(clock().ago(turkish, before(400 * 86_400)), "24 Eki 2025");
        assert_eq!(clock().clock(english, before(0)), "14:03:07");
        assert_eq!(clock().clock(english, before(90_000)), "27 Nov 13:03");
        assert_eq!(clock().span(english, before(3 * 86_400)), "3 d");
        assert_eq!(clock().exact(english, before(0)), "28 Nov 2026 14:03:07");
    }
}
