//! Scalars: times and decimals as text (contract 0.12).
//!
//! Promises: a printed time has microseconds and `Z`, and reads back as the same number. Must not know fields.

use std::fmt::Write as _;

use onhand_core::Timestamp;

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

/// Reads an ISO 8601 time; without an offset it is UTC, and a date alone is its first moment.
pub fn parse_time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let parsed = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        text.parse::<jiff::civil::DateTime>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|z| z.timestamp())
    })?;
    Some(Timestamp::from_micros(parsed.as_microsecond()))
}

/// Reads a date, as its first moment in UTC.
pub fn parse_date(text: &str) -> Option<Timestamp> {
    let date = text.trim().parse::<jiff::civil::Date>().ok()?;
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp();
    Some(Timestamp::from_micros(midnight.as_microsecond()))
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
        let time = parse_time(printed).expect("the document's own example");
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
    fn decimals_are_plain() {
        assert!(["0", "10.00", "1234567890123456.1234"].iter().all(|text| is_decimal(text)));
        assert!(["", ".", "1.", ".5", "-1", "+1", "1e3", "NaN", "Infinity", "١٢"].iter().all(|text| !is_decimal(text)));
    }
}
