//! Numbers as people read them: thousands apart, a minus sign that is as long as a plus, per cent.
//!
//! Promises: the same digits for the same number in each language; a missing number is a dash. Must not know what is
//! counted.

use crate::lang::Lang;

/// The text for a number that is not there, or is none.
pub const NONE: &str = "–";
const MINUS: char = '−';

/// A whole number, itself or behind a reference: templates hand over both.
pub trait Whole {
    /// The number.
    fn whole(&self) -> i64;
}

impl Whole for i64 {
    fn whole(&self) -> i64 {
        *self
    }
}

impl Whole for i32 {
    fn whole(&self) -> i64 {
        i64::from(*self)
    }
}

impl Whole for usize {
    fn whole(&self) -> i64 {
        i64::try_from(*self).unwrap_or(i64::MAX)
    }
}

impl<T: Whole + ?Sized> Whole for &T {
    fn whole(&self) -> i64 {
        (**self).whole()
    }
}

/// `1,204,331` in English and `1.204.331` in Turkish; a negative number begins with U+2212.
pub fn grouped(lang: Lang, number: i64) -> String {
    let between = match lang {
        Lang::English => ',',
        Lang::Turkish => '.',
    };
    let digits = number.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 3);
    if number < 0 {
        text.push(MINUS);
    }
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(between);
        }
        text.push(digit);
    }
    text
}

/// The same of a count that goes up to a bound: `1,000+` where there are more.
pub fn counted(lang: Lang, number: i64, most: i64) -> String {
    if number > most { format!("{}+", grouped(lang, most)) } else { grouped(lang, number) }
}

/// The same with a sign in front of it: `+3`, `−2`, `0`.
pub fn signed(lang: Lang, number: i64) -> String {
    let text = grouped(lang, number);
    if number > 0 { format!("+{text}") } else { text }
}

/// `62 %` in English and `%62` in Turkish.
pub fn percent(lang: Lang, number: i64) -> String {
    let text = grouped(lang, number);
    match lang {
        Lang::English => format!("{text} %"),
        Lang::Turkish => format!("%{text}"),
    }
}

/// How many hundredths `part` is of `whole`, rounded down, `0..=100`; 0 of nothing.
pub fn share(part: i64, whole: i64) -> i64 {
    if whole <= 0 { 0 } else { (i128::from(part.clamp(0, whole)) * 100 / i128::from(whole)) as i64 }
}

/// A size of a file: `41 kB`, `1.2 MB`.
pub fn bytes(lang: Lang, bytes: i64) -> String {
    const STEP: i64 = 1024;
    if bytes < STEP * STEP {
        return format!("{} kB", grouped(lang, (bytes.max(0) + STEP - 1) / STEP));
    }
    let tenths = bytes * 10 / (STEP * STEP);
    let point = match lang {
        Lang::English => '.',
        Lang::Turkish => ',',
    };
    let whole = grouped(lang, tenths / 10);
    if tenths % 10 == 0 { format!("{whole} MB") } else { format!("{whole}{point}{} MB", tenths % 10) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_each_language_writes_them() {
        let table = [
            (0, "0", "0"),
            (999, "999", "999"),
            (1_204_331, "1,204,331", "1.204.331"),
            (-12_480, "−12,480", "−12.480"),
        ];
        for (number, english, turkish) in table {
            assert_eq!(grouped(Lang::English, number), english);
            assert_eq!(grouped(Lang::Turkish, number), turkish);
        }
        assert_eq!(counted(Lang::Turkish, 1_001, 1_000), "1.000+");
        assert_eq!(counted(Lang::English, 1_000, 1_000), "1,000");
        assert_eq!(grouped(Lang::English, i64::MIN), "−9,223,372,036,854,775,808");
        assert_eq!((signed(Lang::English, 3), signed(Lang::English, -2)), ("+3".to_owned(), "−2".to_owned()));
        assert_eq!((percent(Lang::English, 62), percent(Lang::Turkish, 62)), ("62 %".to_owned(), "%62".to_owned()));
        assert_eq!(
            (bytes(Lang::English, 42_189), bytes(Lang::Turkish, 1_300_000)),
            ("42 kB".to_owned(), "1,2 MB".to_owned())
        );
    }

    #[test]
    fn a_share_is_between_none_and_all() {
        for (part, whole, wanted) in [(0, 0, 0), (5, 0, 0), (1, 3, 33), (7, 7, 100), (9, 7, 100), (-1, 7, 0)] {
            assert_eq!(share(part, whole), wanted);
        }
        assert_eq!(share(i64::MAX, i64::MAX), 100);
    }
}
