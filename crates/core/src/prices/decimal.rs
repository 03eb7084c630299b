//! Decimals: amounts of money and rates, as exact numbers.
//!
//! Promises: what is read is what is written, digit by digit; two are equal if they are the same number, however each
//! was written (`10`, `10.00`). Must not know currencies, cells or files.

/// The most digits before the point.
pub const WHOLE_DIGITS_MAX: usize = 16;
/// The most digits after it.
pub const FRACTION_DIGITS_MAX: usize = 4;
/// What one whole is, in the smallest parts.
const ONE: u128 = 10_000;

/// A number that is not negative, of up to [`WHOLE_DIGITS_MAX`] digits before and [`FRACTION_DIGITS_MAX`] after the
/// point. The default is 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Decimal(u128);

impl Decimal {
    /// A hundred: the most that a tax rate in percent may be.
    pub const HUNDRED: Self = Self(100 * ONE);
    /// One.
    pub const ONE: Self = Self(ONE);

    /// The number with these digits before the point and these after it; `None` where one of them is no digit, or there
    /// are too many. Zeros that change nothing do not count.
    pub fn of_digits(whole: &str, fraction: &str) -> Option<Self> {
        let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
        let digits = |part: &str, most| part.len() <= most && part.bytes().all(|byte| byte.is_ascii_digit());
        if !digits(whole, WHOLE_DIGITS_MAX) || !digits(fraction, FRACTION_DIGITS_MAX) {
            return None;
        }
        let number = |text: &str| if text.is_empty() { Some(0) } else { text.parse::<u128>().ok() };
        Some(Self(number(whole)? * ONE + number(&format!("{fraction:0<FRACTION_DIGITS_MAX$}"))?))
    }

    /// The number that a stored text is, with a point before its decimals if it has any.
    pub fn read(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        if whole.is_empty() { None } else { Self::of_digits(whole, fraction) }
    }

    /// Its text as it is stored and shown: with at least two digits after the point.
    pub fn text(self) -> String {
        let (whole, fraction) = (self.0 / ONE, format!("{:04}", self.0 % ONE));
        let shown = fraction.trim_end_matches('0').len().max(2);
        format!("{whole}.{}", &fraction[..shown])
    }

    /// Its text in a file that is read again: never with three digits after the point, which may be thousands there.
    pub fn file_text(self) -> String {
        let text = self.text();
        if text.len() - text.find('.').unwrap_or(0) == 4 { format!("{text}0") } else { text }
    }

    /// Whether it is 0.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_read_and_written_to_the_digit() {
        for (text, written, in_file) in [
            ("0", "0.00", "0.00"),
            ("10", "10.00", "10.00"),
            ("10.5", "10.50", "10.50"),
            ("9.999", "9.999", "9.9990"),
            ("0.1234", "0.1234", "0.1234"),
            ("0012.50000", "12.50", "12.50"),
            ("9999999999999999.9999", "9999999999999999.9999", "9999999999999999.9999"),
        ] {
            let decimal = Decimal::read(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((decimal.text(), decimal.file_text()), (written.to_owned(), in_file.to_owned()), "{text}");
            assert_eq!(Decimal::read(written), Some(decimal), "{text}");
        }
        for text in ["", ".5", "-1", "+1", "1,5", "1e3", "12345678901234567", "0.12345", "1.2.3", "١"] {
            assert_eq!(Decimal::read(text), None, "{text}");
        }
        assert_eq!(Decimal::read("10"), Decimal::read("10.00"));
        assert!(Decimal::read("9.9999") < Decimal::read("10"));
        assert!(Decimal::default().is_zero() && !Decimal::ONE.is_zero() && Decimal::ONE < Decimal::HUNDRED);
    }
}
