//! Days and times: what numbers are that are meant as such.
//!
//! Promises: any number becomes some text, in ISO form if it is a day that the program has; no format makes it panic.

use std::fmt::Write;

use super::looks::Look;

/// From which day days are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Epoch {
    /// The end of 1899; 1900 has a 29th of February.
    Of1900,
    /// Of old Macs.
    Of1904,
}

const DAY_SECONDS: i64 = 86_400;
/// The last day of the year 9999, in either way of counting.
const DAYS_MAX: f64 = 2_958_465.999_999;

/// Adds the moment that is `days` after the epoch; `false` if the program knows no such day.
pub(super) fn add(days: f64, epoch: Epoch, look: Look, into: &mut String) -> bool {
    if !(0.0..=DAYS_MAX).contains(&days) {
        return false;
    }
    let seconds = (days * DAY_SECONDS as f64).round() as i64;
    let (day, time) = (seconds / DAY_SECONDS, seconds % DAY_SECONDS);
    let clock = |hours: i64| format!("{hours:02}:{:02}:{:02}", time / 60 % 60, time % 60);
    if look == Look::Duration {
        into.push_str(&clock(seconds / 3600));
        return true;
    }
    if day == 0 && time != 0 {
        into.push_str(&clock(time / 3600));
        return true;
    }
    let (year, month, date) = match epoch {
        Epoch::Of1904 => civil(day + 1462),
        // The day that never was, and the days before it, which are one too late for it.
        Epoch::Of1900 if day == 60 => (1900, 2, 29),
        Epoch::Of1900 if day < 60 => civil(day + 1),
        Epoch::Of1900 => civil(day),
    };
    write!(into, "{year:04}-{month:02}-{date:02}").expect("text takes whatever is written");
    if time != 0 {
        into.push('T');
        into.push_str(&clock(time / 3600));
    }
    true
}

/// Year, month and day of a number of days after the 30th of December 1899.
fn civil(days: i64) -> (i64, i64, i64) {
    // Years begin in March here, so that the odd day is their last; 693,899 days lead from that of the year 0.
    let days = days + 693_899;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::{Epoch, add};
    use crate::workbook::looks::Look;

    #[test]
    fn days_are_those_that_excel_shows() {
        let cases = [
            (1.0, "1900-01-01"),
            (59.0, "1900-02-28"),
            (60.0, "1900-02-29"),
            (61.0, "1900-03-01"),
            (36_525.0, "1999-12-31"),
            (36_585.0, "2000-02-29"),
            (46_347.0, "2026-11-21"),
            (46_347.545_138_888_89, "2026-11-21T13:05:00"),
            (0.5, "12:00:00"),
            (2_958_465.0, "9999-12-31"),
        ];
        for (days, expected) in cases {
            let mut into = String::new();
            assert!(add(days, Epoch::Of1900, Look::Date, &mut into));
            assert_eq!(into, expected, "{days}");
        }
        let mut into = String::new();
        assert!(add(44_885.0, Epoch::Of1904, Look::Date, &mut into) && into == "2026-11-21", "{into}");
        into.clear();
        assert!(add(1.25, Epoch::Of1900, Look::Duration, &mut into) && into == "30:00:00", "{into}");
        for days in [-1.0, f64::NAN, f64::INFINITY, 2_958_466.0] {
            assert!(!add(days, Epoch::Of1900, Look::Date, &mut into), "{days}");
        }
    }
}
