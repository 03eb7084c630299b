//! Scalars: times and decimals as text (contract 0.12).
//!
//! Promises: a printed time has microseconds and `Z`, and reads back as the same number. Must not know fields.

use std::fmt::Write as _;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;
use onhand_core::Timestamp;

use crate::zone::{NoMoment, Twice, Zone, moment_at};

const DAY_MICROS: i64 = 86_400_000_000;

/// Appends a time, for instance `2018-01-22T12:12:24.317000Z`.
pub fn push_time(out: &mut String, time: Timestamp) {
    let printed = jiff::Timestamp::from_microsecond(time.micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    write!(out, "{printed:.6}").expect("a string takes any text");
}

/// A time as text.
pub fn time_text(time: Timestamp) -> String {
    let mut out = String::with_capacity(27);
    push_time(&mut out, time);
    out
}

/// A time as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    /// With an offset: a moment.
    Moment(Timestamp),
    /// Without one: it means a moment in some zone only.
    Local(DateTime),
}

/// The least and the greatest offset that a place on earth has, in minutes.
const OFFSET_MINUTES: std::ops::RangeInclusive<i32> = -12 * 60..=14 * 60;

impl Written {
    /// The moment of a time that stock depends on. `twice` says which of two is meant where the clocks were put back.
    pub fn decisive(self, zone: Option<&Zone>, twice: Twice) -> Result<Timestamp, NoMoment> {
        match self {
            Self::Moment(moment) => Ok(moment),
            Self::Local(local) => zone.ok_or(NoMoment::NoZone)?.moment(local, twice),
        }
    }

    /// The moment of a time that only describes: a local one is of the zone, or else of UTC.
    pub fn descriptive(self, zone: Option<&Zone>) -> Timestamp {
        let (local, utc) = match self {
            Self::Moment(moment) => return moment,
            Self::Local(local) => (local, moment_at(local, Offset::UTC)),
        };
        zone.and_then(|zone| zone.about(local)).or(utc).unwrap_or(Timestamp::from_micros(0))
    }
}

/// Reads an ISO 8601 time, with an offset or without one; a date alone is its first moment. An offset is `Z` or
/// `±HH:MM` (`±HHMM`, `±HH`), within what there is on earth; `-00:00` is UTC.
pub fn written_time(text: &str) -> Option<Written> {
    let text = text.trim();
    // The parser would pass over the name of a zone behind a local time.
    if !text.starts_with(|first: char| first.is_ascii_digit()) || text.contains(['[', ']']) {
        return None;
    }
    let time = text.find(['T', 't', ' ']).map(|at| at + 1);
    let sign = time.and_then(|time| Some(time + text[time..].find(['+', '-', 'Z', 'z'])?));
    let Some(sign) = sign else {
        let is_plain = !text.contains(['+', 'Z', 'z']);
        return text
            .parse()
            .ok()
            .filter(|local| is_plain && moment_at(*local, Offset::UTC).is_some())
            .map(Written::Local);
    };
    let (local, offset) = text.split_at(sign);
    moment_at(local.parse().ok()?, self::offset(offset)?).map(Written::Moment)
}

fn offset(text: &str) -> Option<Offset> {
    if matches!(text, "Z" | "z") {
        return Some(Offset::UTC);
    }
    let (sign, digits) = text.split_at(1);
    let (hours, minutes) = match digits.len() {
        2 => (digits, "00"),
        4 => digits.split_at_checked(2)?,
        5 => digits.split_once(':')?,
        _ => return None,
    };
    let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i32>().ok())?;
    let (hours, minutes) = (number(hours)?, number(minutes).filter(|minutes| *minutes < 60)?);
    let minutes = if sign == "-" { -(hours * 60 + minutes) } else { hours * 60 + minutes };
    OFFSET_MINUTES.contains(&minutes).then(|| Offset::from_seconds(minutes * 60).ok())?
}

/// Reads a time that only describes, or one that a program wrote; without an offset it is UTC.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    Some(written_time(text)?.descriptive(None))
}

/// Reads a date, as its first moment in UTC.
pub fn parse_date(text: &str) -> Option<Timestamp> {
    parse_day(text, None).map(|(begin, _)| begin)
}

/// Reads a date, as its first moment and that of the next day, in the zone or else in UTC.
pub fn parse_day(text: &str, zone: Option<&Zone>) -> Option<(Timestamp, Timestamp)> {
    let day = text.trim().parse::<Date>().ok()?;
    let begin = |day: Date| match zone {
        Some(zone) => zone.begin_of(day),
        None => moment_at(day.to_datetime(Time::midnight()), Offset::UTC),
    };
    Some((begin(day)?, begin(day.tomorrow().ok()?)?))
}

/// The first moment of the next day.
pub fn next_day(midnight: Timestamp) -> Timestamp {
    Timestamp::from_micros(midnight.micros() + DAY_MICROS)
}

/// Whether a text is a decimal that fits: up to 16 digits, then up to 4 after the point, no exponent, not negative.
pub fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits =
        |part: &str, max: usize| (1..=max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole, 16) && digits(fraction, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_prints_as_the_documents_do_and_reads_back() {
        let printed = "2018-01-22T12:12:24.317000Z";
        let time = parse_time(printed).expect("the vendor's own example");
        assert_eq!(time_text(time), printed);
        assert_eq!(time_text(Timestamp::from_micros(0)), "1970-01-01T00:00:00.000000Z");
    }

    #[test]
    fn times_come_in_many_forms() {
        let same = ["2026-01-02T03:04:05Z", "2026-01-02T06:04:05+03:00", "2026-01-02 03:04:05", "2026-01-02T03:04:05"];
        let times: Vec<_> = same.iter().map(|text| parse_time(text)).collect();
        assert!(times.iter().all(|time| time.is_some() && *time == times[0]), "{times:?}");
        assert_eq!(parse_time("2026-01-02"), parse_time("2026-01-02T00:00:00Z"));
        for wrong in ["", "yesterday", "2026-13-01", "31-02-2023", "2026-01-02T25:00:00Z", "NaN", "1e400"] {
            assert_eq!(parse_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_offset_is_one_that_there_is() {
        let noon = |offset: &str| parse_time(&format!("2026-01-02T12:00:00{offset}")).map(time_text);
        for (offset, expected) in [
            ("Z", "2026-01-02T12:00:00.000000Z"),
            ("z", "2026-01-02T12:00:00.000000Z"),
            ("+00:00", "2026-01-02T12:00:00.000000Z"),
            ("-00:00", "2026-01-02T12:00:00.000000Z"),
            ("+14:00", "2026-01-01T22:00:00.000000Z"),
            ("-12:00", "2026-01-03T00:00:00.000000Z"),
            ("+0545", "2026-01-02T06:15:00.000000Z"),
            ("-03", "2026-01-02T15:00:00.000000Z"),
        ] {
            assert_eq!(noon(offset).as_deref(), Some(expected), "{offset}");
        }
        let wrong =
            "+14:01 -12:01 +25:00 -25:00 +24:00 +15:00 +99:99 +03:60 +3 +3:00 +03:0 +030 +03:00:00 +03:00:30 ZZ + -";
        for wrong in
            wrong.split(' ').chain([" +03:00", "+0٣:00", "[Europe/Istanbul]", "Z[UTC]", "+03:00[Europe/Istanbul]"])
        {
            assert_eq!(noon(wrong), None, "{wrong}");
        }
        for wrong in ["2026-01-02Z", "2026-01-02+03:00", "-002026-01-02T00:00:00Z", "+002026-01-02T00:00:00"] {
            assert_eq!(written_time(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_time_without_an_offset_needs_a_zone_where_stock_depends_on_it() {
        let zone: Zone = "Europe/Istanbul".parse().expect("a zone");
        let local = written_time("2026-01-02 12:00:00").expect("a time");
        assert_eq!(local.decisive(None, Twice::Earlier), Err(NoMoment::NoZone));
        assert_eq!(
            local.decisive(Some(&zone), Twice::Earlier),
            Ok(parse_time("2026-01-02T09:00:00Z").expect("a time"))
        );
        assert_eq!(Some(local.descriptive(None)), parse_time("2026-01-02T12:00:00Z"));
        assert_eq!(Some(local.descriptive(Some(&zone))), parse_time("2026-01-02T09:00:00Z"));
        let moment = written_time("2026-01-02T12:00:00-05:00").expect("a time");
        assert_eq!(moment.decisive(None, Twice::Refused).ok(), parse_time("2026-01-02T17:00:00Z"));
        assert_eq!(Some(moment.descriptive(Some(&zone))), parse_time("2026-01-02T17:00:00Z"));
    }

    #[test]
    fn the_ends_of_the_calendar_do_no_harm() {
        let zone: Zone = "Pacific/Kiritimati".parse().expect("a zone");
        for text in ["0000-01-01T00:00:00", "9999-12-31T23:59:59", "0001-01-01", "9999-12-30T00:00:00+14:00"] {
            let time = written_time(text);
            if let Some(time) = time {
                let _ = (time.decisive(Some(&zone), Twice::Later), time.descriptive(Some(&zone)));
            }
        }
        assert_eq!(parse_day("9999-12-31", Some(&zone)), None);
    }

    #[test]
    fn decimals_are_plain() {
        assert!(["0", "10.00", "1234567890123456.1234"].iter().all(|text| is_decimal(text)));
        assert!(["", ".", "1.", ".5", "-1", "+1", "1e3", "NaN", "Infinity", "١٢"].iter().all(|text| !is_decimal(text)));
    }
}
