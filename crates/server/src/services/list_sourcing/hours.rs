//! Opening hours of stores: whether one is open at a moment, and until when.
//!
//! Promises: hours are local times of the store, so they follow its clocks when those are put forward or back; hours that
//! cannot be read close nothing. Must not know which store it is.

use jiff::Span;
use jiff::civil::{Date, DateTime};
use onhand_core::Timestamp;
use serde_json::Value;

use crate::zone::Zone;

/// Minutes of a day.
const DAY: i64 = 24 * 60;
/// A store that closes later than so many minutes from midnight does not close.
const ALWAYS: i64 = 7 * DAY;

/// From when to when, in minutes after midnight; past midnight the end is more than a day.
type Opening = (i64, i64);

/// When a store is open, from Monday to Sunday.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hours([Vec<Opening>; 7]);

/// Whether a store is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Open {
    /// Its hours are not known.
    Unknown,
    /// It is not.
    Closed,
    /// It is, until this moment; without one it does not close within a week.
    Until(Option<Timestamp>),
}

impl Open {
    /// Whether orders may count on it.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Closed)
    }
}

impl Hours {
    /// Reads `store_hours`: a list with one entry for every day, or with seven from Monday on. An entry is `["10:00",
    /// "22:00"]`, or a list of such pairs, or null where the store is closed. `None` for anything else.
    pub fn parse(json: &str) -> Option<Self> {
        let Value::Array(entries) = serde_json::from_str(json).ok()? else { return None };
        let days: Vec<Vec<Opening>> = entries.iter().map(day).collect::<Option<_>>()?;
        match <[Vec<Opening>; 1]>::try_from(days) {
            Ok([every]) => Some(Self(std::array::from_fn(|_| every.clone()))),
            Err(days) => days.try_into().ok().map(Self),
        }
    }

    /// Whether it is open at a moment, where clocks are those of this zone.
    pub fn at(&self, moment: Timestamp, zone: &Zone) -> Open {
        let Some(today) = zone.day_of(moment) else { return Open::Unknown };
        let local = moment.micros().div_euclid(1_000_000) + i64::from(zone.offset_seconds(moment));
        let now = local.rem_euclid(DAY * 60) / 60;
        // Yesterday's hours may last past midnight.
        let monday = i64::from(today.weekday().to_monday_zero_offset());
        let openings: Vec<Opening> = (-1..=8)
            .flat_map(|day: i64| {
                let hours = &self.0[(monday + day).rem_euclid(7) as usize];
                hours.iter().map(move |(from, to)| (from + day * DAY, to + day * DAY))
            })
            .collect();
        let Some(mut until) = openings.iter().filter(|(from, to)| (*from..*to).contains(&now)).map(|(_, to)| *to).max()
        else {
            return Open::Closed;
        };
        while let Some((_, later)) = openings.iter().find(|(from, to)| (*from..*to).contains(&until)) {
            until = *later;
        }
        Open::Until(if until > ALWAYS { None } else { local_moment(today, until, zone) })
    }
}

/// The moment at which clocks show so many minutes after the beginning of a day.
fn local_moment(day: Date, minutes: i64, zone: &Zone) -> Option<Timestamp> {
    let day = day.checked_add(Span::new().days(minutes.div_euclid(DAY))).ok()?;
    let minute = minutes.rem_euclid(DAY);
    let local: DateTime = day.at((minute / 60) as i8, (minute % 60) as i8, 0, 0);
    zone.about(local)
}

/// The hours of one day.
fn day(entry: &Value) -> Option<Vec<Opening>> {
    match entry {
        Value::Null => Some(Vec::new()),
        Value::Array(parts) if parts.iter().any(Value::is_string) => opening(parts).map(|one| vec![one]),
        Value::Array(parts) => parts.iter().map(|part| opening(part.as_array()?)).collect(),
        _ => None,
    }
}

fn opening(pair: &[Value]) -> Option<Opening> {
    let [from, to] = pair else { return None };
    let (from, to) = (minute(from)?, minute(to)?);
    match from {
        DAY => None,
        _ if to <= from => Some((from, to + DAY)),
        _ => Some((from, to)),
    }
}

/// `09:30` in minutes; `24:00` ends a day.
fn minute(text: &Value) -> Option<i64> {
    let (hours, minutes) = text.as_str()?.trim().split_once(':')?;
    let number = |digits: &str, max: i64| {
        let is_number = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<i64>().ok()).flatten().filter(|number| *number <= max)
    };
    Some(number(hours, 24)? * 60 + number(minutes, 59)?).filter(|minute| *minute <= DAY)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::scalar::{time_text, written_time};

    fn moment(text: &str) -> Timestamp {
        written_time(text).expect("a time").descriptive(None)
    }

    fn at(hours: &str, zone: &str, text: &str) -> String {
        let zone: Zone = zone.parse().expect("a zone");
        match Hours::parse(hours).map(|hours| hours.at(moment(text), &zone)) {
            None | Some(Open::Unknown) => "unknown".to_owned(),
            Some(Open::Closed) => "closed".to_owned(),
            Some(Open::Until(None)) => "always".to_owned(),
            Some(Open::Until(Some(until))) => time_text(until)[..16].to_owned(),
        }
    }

    #[test]
    fn hours_are_local_times_of_the_store() {
        let every_day = r#"[["10:00","22:00"]]"#;
        let week = r#"[["10:00","22:00"],null,[],[["09:00","12:00"],["13:00","18:00"]],["18:00","02:00"],["00:00","24:00"],
            ["00:00","12:00"]]"#;
        // 2026-11-30 is a Monday.
        let table = [
            (every_day, "Europe/Istanbul", "2026-11-30T06:59:59Z", "closed"),
            (every_day, "Europe/Istanbul", "2026-11-30T07:00:00Z", "2026-11-30T19:00"),
            (every_day, "Europe/Istanbul", "2026-11-30T19:00:00Z", "closed"),
            (every_day, "UTC", "2026-11-30T19:00:00Z", "2026-11-30T22:00"),
            (every_day, "America/New_York", "2026-11-30T02:00:00Z", "2026-11-30T03:00"),
            (week, "UTC", "2026-12-01T12:00:00Z", "closed"),
            (week, "UTC", "2026-12-02T12:00:00Z", "closed"),
            (week, "UTC", "2026-12-03T11:00:00Z", "2026-12-03T12:00"),
            (week, "UTC", "2026-12-03T12:30:00Z", "closed"),
            (week, "UTC", "2026-12-03T13:00:00Z", "2026-12-03T18:00"),
            // Friday's hours last into Saturday, which is open all day, and so on into Sunday.
            (week, "UTC", "2026-12-04T23:00:00Z", "2026-12-06T12:00"),
            (week, "UTC", "2026-12-06T11:00:00Z", "2026-12-06T12:00"),
            (r#"[["00:00","24:00"]]"#, "UTC", "2026-12-06T11:00:00Z", "always"),
            (r#"[["00:00","00:00"]]"#, "UTC", "2026-12-06T11:00:00Z", "always"),
            (r#"[["20:00","04:00"]]"#, "UTC", "2026-12-06T03:59:00Z", "2026-12-06T04:00"),
            (r#"[["20:00","04:00"]]"#, "UTC", "2026-12-06T04:00:00Z", "closed"),
            // The clocks are put back at three in the night: it is open an hour longer.
            (r#"[["20:00","04:00"]]"#, "Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25T03:00"),
            (r#"[["20:00","04:00"]]"#, "Europe/Berlin", "2026-10-23T22:00:00Z", "2026-10-24T02:00"),
        ];
        for (hours, zone, moment, expected) in table {
            assert_eq!(at(hours, zone, moment), expected, "{hours} {zone} {moment}");
        }
    }

    #[test]
    fn hours_that_cannot_be_read_are_unknown() {
        for hours in [
            "",
            "[]",
            "{}",
            r#"["10:00","22:00"]"#,
            r#"[["10:00"]]"#,
            r#"[["10","22"]]"#,
            r#"[["24:00","25:00"]]"#,
            r#"[["10:60","22:00"]]"#,
            r#"[["10:00","22:00"],["10:00","22:00"]]"#,
            r#"[{"from":"10:00"}]"#,
        ] {
            assert_eq!(at(hours, "UTC", "2026-11-30T12:00:00Z"), "unknown", "{hours}");
        }
    }
}
