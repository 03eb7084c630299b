//! Great-circle distances on the earth, taken as a sphere of its mean radius.
//!
//! Promises: a distance is a whole number of metres, off by less than 0.6 % of the distance on the ellipsoid, and the
//! same on every machine: only additions, multiplications, divisions and square roots are used, which every processor
//! rounds alike. Must not know what is at the points.

use super::Coordinates;

/// The mean radius of the earth, in metres.
const RADIUS: f64 = 6_371_008.8;
/// One millionth of a degree, as an angle.
const MICRODEGREE: f64 = std::f64::consts::PI / 180e6;
/// A half turn, in millionths of a degree.
const HALF_TURN: i64 = 180_000_000;
/// A quarter turn, in millionths of a degree.
const QUARTER_TURN: i64 = 90_000_000;
/// No two points are farther apart, in metres.
pub const DISTANCE_MAX: i64 = 20_015_114;

impl Coordinates {
    /// How far two points are apart, in whole metres; 0 to [`DISTANCE_MAX`].
    pub fn metres_to(self, other: Self) -> i64 {
        let north = sine((self.latitude() - other.latitude()).abs(), 2);
        let east = sine(longitudes_apart(self.longitude(), other.longitude()), 2);
        let share = (north * north + cosine(self.latitude()) * cosine(other.latitude()) * east * east).min(1.0);
        metres(2.0 * arc(share.sqrt(), (1.0 - share).sqrt()))
    }

    /// No point of these parallels is nearer than this, in metres; 0 between them.
    pub(super) fn metres_to_parallels(self, south: i64, north: i64) -> i64 {
        let gap = (south - self.latitude()).max(self.latitude() - north).max(0);
        metres(gap as f64 * MICRODEGREE)
    }

    /// No point of a meridian that is so many millionths of a degree away is nearer than this, in metres.
    pub(super) fn metres_to_meridian(self, gap: i64) -> i64 {
        let side = sine(gap.min(QUARTER_TURN), 1) * cosine(self.latitude());
        metres(arc(side, (1.0 - side * side).max(0.0).sqrt()))
    }
}

/// How far two meridians are apart, the shorter way round, in millionths of a degree.
pub(super) fn longitudes_apart(one: i64, other: i64) -> i64 {
    let around = (one - other).abs();
    around.min(2 * HALF_TURN - around)
}

/// An angle on the earth's surface in whole metres.
fn metres(angle: f64) -> i64 {
    (angle * RADIUS + 0.5) as i64
}

/// The sine of a part of an angle, of 0 to a quarter turn: its series, which is exact to the last digits there.
fn sine(microdegrees: i64, part: i64) -> f64 {
    let angle = microdegrees as f64 * MICRODEGREE / part as f64;
    let (square, mut term, mut sum) = (angle * angle, angle, angle);
    for step in 1..=11 {
        let step = f64::from(2 * step);
        term *= -square / (step * (step + 1.0));
        sum += term;
    }
    sum
}

/// The cosine of a latitude.
fn cosine(latitude: i64) -> f64 {
    sine(QUARTER_TURN - latitude.abs(), 1)
}

/// The angle with this sine and this cosine, neither negative. Halved twice, its tangent is below 0.2, where the series
/// needs few terms.
fn arc(sine: f64, cosine: f64) -> f64 {
    let (small, large) = (sine.min(cosine), sine.max(cosine));
    if large <= 0.0 {
        return 0.0;
    }
    let halved = |tangent: f64| tangent / (1.0 + (1.0 + tangent * tangent).sqrt());
    let tangent = halved(halved(small / large));
    let (square, mut power, mut sum) = (tangent * tangent, tangent, 0.0);
    for step in 0..12 {
        let share = power / f64::from(2 * step + 1);
        sum += if step % 2 == 0 { share } else { -share };
        power *= square;
    }
    let angle = 4.0 * sum;
    if sine > cosine { std::f64::consts::FRAC_PI_2 - angle } else { angle }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metres(from: (&str, &str), to: (&str, &str)) -> i64 {
        let point = |(latitude, longitude)| Coordinates::parse(latitude, longitude).expect("on the earth");
        let (from, to) = (point(from), point(to));
        assert_eq!(from.metres_to(to), to.metres_to(from));
        from.metres_to(to)
    }

    #[test]
    fn distances_are_those_of_the_great_circle() {
        let (istanbul, ankara, izmir) = (("41.0082", "28.9784"), ("39.9334", "32.8597"), ("38.4237", "27.1428"));
        assert_eq!(metres(istanbul, istanbul), 0);
        assert_eq!(metres(istanbul, ankara) / 1_000, 349);
        assert_eq!(metres(istanbul, izmir) / 1_000, 327);
        // A degree of a meridian, a millionth of one, and a degree of the equator.
        assert_eq!(metres(("10", "5"), ("11", "5")), 111_195);
        assert_eq!(metres(("10", "5"), ("10.00001", "5")), 1);
        assert_eq!(metres(("0", "5"), ("0", "6")), 111_195);
    }

    #[test]
    fn poles_and_the_date_line_are_no_borders() {
        // All meridians meet at a pole, and the way over it is the shortest.
        assert_eq!(metres(("90", "0"), ("90", "123")), 0);
        assert_eq!(metres(("89", "0"), ("89", "180")), 2 * 111_195);
        assert_eq!(metres(("-89", "-90"), ("-89", "90")), 2 * 111_195);
        assert_eq!(metres(("0", "179.5"), ("0", "-179.5")), 111_195);
        assert_eq!(metres(("12", "180"), ("12", "-180")), 0);
        assert_eq!(metres(("90", "0"), ("-90", "0")), DISTANCE_MAX);
        assert_eq!(metres(("0", "0"), ("0", "180")), DISTANCE_MAX);
        assert_eq!(metres(("41", "29"), ("-41", "-151")), DISTANCE_MAX);
    }

    #[test]
    fn own_functions_are_those_of_the_library() {
        for step in 0..=900 {
            let (angle, micro) = (f64::from(step) / 10.0, i64::from(step) * 100_000);
            assert!((sine(micro, 1) - angle.to_radians().sin()).abs() < 1e-14, "sine of {angle}");
            let found = arc(angle.to_radians().sin(), angle.to_radians().cos());
            assert!((found - angle.to_radians()).abs() < 1e-14, "arc of {angle}");
        }
    }
}
