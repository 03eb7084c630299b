//! Stock locations: places where stock stands, as far as rules read them.
//!
//! Promises: a point is on the earth, in whole millionths of a degree. Must not know names, addresses or codes.

use super::DiscrepancyEnds;
use crate::{StockListId, StockLocationId};

/// Millionths of a degree in a degree.
const DEGREE: i64 = 1_000_000;

/// A point on the earth, in millionths of a degree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Coordinates {
    latitude: i64,
    longitude: i64,
}

impl Coordinates {
    /// The point, or `None` outside of −90..=90 and −180..=180 degrees.
    pub const fn new(latitude: i64, longitude: i64) -> Option<Self> {
        if latitude.abs() <= 90 * DEGREE && longitude.abs() <= 180 * DEGREE {
            Some(Self { latitude, longitude })
        } else {
            None
        }
    }

    /// Reads two decimals, for instance `41.0082` and `28.9784`.
    pub fn parse(latitude: &str, longitude: &str) -> Option<Self> {
        Self::new(millionths(latitude)?, millionths(longitude)?)
    }

    /// Millionths of a degree, north positive.
    pub const fn latitude(self) -> i64 {
        self.latitude
    }

    /// Millionths of a degree, east positive.
    pub const fn longitude(self) -> i64 {
        self.longitude
    }
}

/// A decimal as a whole number of millionths; finer digits are dropped.
fn millionths(text: &str) -> Option<i64> {
    let (sign, digits) = text.trim().strip_prefix('-').map_or((1, text.trim()), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || whole.len() > 3 {
        return None;
    }
    let fraction: String = fraction.chars().chain("000000".chars()).take(6).collect();
    Some(sign * (whole.parse::<i64>().ok()? * DEGREE + fraction.parse::<i64>().ok()?))
}

crate::words! {
    /// What a difference that a count finds becomes.
    #[derive(Default)]
    pub enum CountMode {
        /// The stock level: it becomes what was counted.
        #[default]
        Adjust => "adjust",
        /// A discrepancy, until a person says what there is.
        Mark => "discrepancy",
    }
    word word, from_word;
}

/// A stock location.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StockLocation {
    /// Its id.
    pub id: StockLocationId,
    /// The list that counts its stock; each list has one location at most.
    pub list: StockListId,
    /// The location with the smallest number is sourced from first.
    pub priority: i64,
    /// Where it is.
    pub at: Option<Coordinates>,
    /// Whether sourcing may give packages to it.
    pub is_open: bool,
    /// What a count does.
    pub count_mode: CountMode,
    /// What ends its discrepancies.
    pub discrepancy_ends: DiscrepancyEnds,
    /// Whether what comes back goes first to the lines that are short there.
    pub short_lines_first: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_become_points() {
        let point = Coordinates::parse("41.0082", "-28.97843219").expect("a point");
        assert_eq!((point.latitude(), point.longitude()), (41_008_200, -28_978_432));
        assert_eq!(Coordinates::parse("0", " -0.5 "), Coordinates::new(0, -500_000));
        for wrong in ["", "-", ".", "1.", "x", "1e1", "91", "--1", "+1", "1,5", "NaN"] {
            assert_eq!(Coordinates::parse(wrong, "0"), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_not_on_the_earth_is_no_point() {
        assert!(Coordinates::new(90_000_001, 0).is_none() && Coordinates::new(0, -180_000_001).is_none());
        assert!(Coordinates::new(-90_000_000, 180_000_000).is_some());
    }
}
