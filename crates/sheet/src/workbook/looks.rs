//! Number formats: whether a number is meant as a day or a time, and how a person sees it otherwise.
//!
//! Promises: what is shown as other digits than the cell has, or with other signs beside them, is told apart; no format
//! makes this panic. Must not know how days are counted.

use crate::Kind;

/// How a number is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Look {
    /// By its digits; there may be separators and decimals among them.
    #[default]
    Number,
    /// By so many digits at least, zeros before them.
    Padded(u8),
    /// In another way: with an exponent, a sign for its unit, signs between its digits.
    Styled,
    /// A day, a moment, or a time of day, as its value tells.
    Date,
    /// Hours that go beyond 24.
    Duration,
}

impl Look {
    /// The look of a format that is known by number.
    pub(super) fn of_builtin(id: u32) -> Self {
        match id {
            14..=22 | 27..=36 | 45 | 47 | 50..=58 => Self::Date,
            46 => Self::Duration,
            // Currencies, percentages, exponents and fractions.
            5..=13 | 42 | 44 | 48 => Self::Styled,
            _ => Self::Number,
        }
    }

    /// The look of a format that is written out, as `dd.mm.yyyy hh:mm`.
    pub(super) fn of_code(code: &str) -> Self {
        let mut letters = code.chars();
        let mut digits = Digits::default();
        let mut is_date = false;
        while let Some(letter) = letters.next() {
            match letter {
                // What is for positive numbers says enough.
                ';' => break,
                // All of it is read, up to the closing quote.
                '"' => {
                    let literal: String = letters.by_ref().take_while(|letter| *letter != '"').collect();
                    digits.literal(literal.contains(|letter| letter != ' '));
                }
                '\\' => digits.literal(letters.next().is_some_and(|letter| letter != ' ')),
                '_' | '*' => drop(letters.next()),
                '[' => {
                    let inside: String = letters.by_ref().take_while(|letter| *letter != ']').collect();
                    let hours = |letter: char| matches!(letter.to_ascii_lowercase(), 'h' | 'm' | 's');
                    if !inside.is_empty() && inside.chars().all(hours) {
                        return Self::Duration;
                    }
                    // `[$€-2]` is a currency, `[$-41F]` a language, and anything else a colour or a condition.
                    digits.literal(
                        inside.strip_prefix('$').is_some_and(|sign| !sign.is_empty() && !sign.starts_with('-')),
                    );
                }
                'g' | 'G' if letters.as_str().get(..6).is_some_and(|rest| rest.eq_ignore_ascii_case("eneral")) => {
                    letters = letters.as_str()[6..].chars();
                }
                'y' | 'Y' | 'm' | 'M' | 'd' | 'D' | 'h' | 'H' | 's' | 'S' => is_date = true,
                other => digits.letter(other),
            }
        }
        if is_date { Self::Date } else { digits.look() }
    }

    /// Whether a number is a day or a time.
    pub(super) const fn is_time(self) -> bool {
        matches!(self, Self::Date | Self::Duration)
    }

    /// What a number that is no time is for a person: zeros before its digits are added.
    pub(super) fn show(self, number: &mut String) -> Kind {
        let is_whole = number.bytes().all(|byte| byte.is_ascii_digit());
        match self {
            Self::Padded(digits) if is_whole => {
                let missing = usize::from(digits).saturating_sub(number.len());
                number.insert_str(0, &"0".repeat(missing));
                Kind::Number
            }
            Self::Padded(_) | Self::Styled => Kind::Styled,
            Self::Number | Self::Date | Self::Duration => Kind::Number,
        }
    }
}

/// What a format for numbers says, as far as it is read.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "what has been read so far, each independent of the others")]
struct Digits {
    /// Digits before the point that are shown in any case.
    zeros: usize,
    is_after_point: bool,
    is_separated: bool,
    /// A comma behind which no digit has come: at the end it leaves out three digits.
    is_scaled: bool,
    is_styled: bool,
}

impl Digits {
    fn literal(&mut self, is_shown: bool) {
        self.is_styled |= is_shown;
    }

    fn letter(&mut self, letter: char) {
        match letter {
            '0' | '#' | '?' => {
                self.is_separated |= self.is_scaled;
                self.is_scaled = false;
                self.zeros += usize::from(letter == '0' && !self.is_after_point);
            }
            ',' => self.is_scaled = true,
            '.' => self.is_after_point = true,
            '@' | ' ' => {}
            _ => self.is_styled = true,
        }
    }

    fn look(&self) -> Look {
        match u8::try_from(self.zeros) {
            _ if self.is_styled || self.is_scaled => Look::Styled,
            Ok(0 | 1) => Look::Number,
            Ok(digits) if !self.is_separated && !self.is_after_point => Look::Padded(digits),
            _ => Look::Styled,
        }
    }
}

/// What a number is for a person who reads this text in its cell: the same digits, zeros before them, or another thing.
pub(super) fn shown(number: &mut String, text: &str) -> Kind {
    let text = text.trim();
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits(text) && is_digits(number) {
        if text.trim_start_matches('0') != number.trim_start_matches('0') {
            return Kind::Styled;
        }
        text.clone_into(number);
        return Kind::Number;
    }
    let is_plain = |letter: char| letter.is_ascii_digit() || letter.is_whitespace() || "-−.,'’".contains(letter);
    let has_sign_within = text.char_indices().any(|(at, letter)| at > 0 && matches!(letter, '-' | '−'));
    if text.chars().all(is_plain) && !has_sign_within { Kind::Number } else { Kind::Styled }
}

#[cfg(test)]
mod tests {
    use super::{Look, shown};
    use crate::Kind;

    #[test]
    fn formats_are_told_apart() {
        for code in ["dd.mm.yyyy", "yyyy-mm-dd hh:mm", "[$-41F]d mmmm yyyy;@", "h:mm AM/PM", "[Red]d"] {
            assert_eq!(Look::of_code(code), Look::Date, "{code}");
        }
        for code in ["[h]:mm", "[mm]:ss"] {
            assert_eq!(Look::of_code(code), Look::Duration, "{code}");
        }
        for code in
            ["General", "0.00", "[Red]0", "_-* #,##0_-;d", "[", "\"", "@", "", "#", "0", "#,##0.00", "# ##0", "0;-000"]
        {
            assert_eq!(Look::of_code(code), Look::Number, "{code}");
        }
        for (code, digits) in [("0000000", 7), ("00", 2), ("#0000", 4), ("[Red]000;-000", 3), ("000\\ ;@", 3)] {
            assert_eq!(Look::of_code(code), Look::Padded(digits), "{code}");
        }
        let styled = "0.00E+00|##0.0E+0|#,##0 \"days\"|0\\d|\"AB-\"000|000-00-0000|0%|# ?/?|[$€-2] #,##0|0,|0,000|00.00|$0|\
            000 000-0|(000)";
        for code in styled.split('|') {
            assert_eq!(Look::of_code(code), Look::Styled, "{code}");
        }
        assert_eq!(Look::of_code(&"0".repeat(300)), Look::Styled);
        assert_eq!([0, 1, 2, 3, 4, 37, 49].map(Look::of_builtin), [Look::Number; 7]);
        assert_eq!([9, 11, 12, 48].map(Look::of_builtin), [Look::Styled; 4]);
    }

    #[test]
    fn a_number_is_what_a_person_reads() {
        let show = |look: Look, number: &str| {
            let mut text = number.to_owned();
            (look.show(&mut text), text)
        };
        assert_eq!(show(Look::Padded(7), "123"), (Kind::Number, "0000123".to_owned()));
        assert_eq!(show(Look::Padded(2), "123"), (Kind::Number, "123".to_owned()));
        for number in ["-123", "1.5", "1E+20"] {
            assert_eq!(show(Look::Padded(7), number).0, Kind::Styled, "{number}");
        }
        for (number, text, kind, becomes) in [
            ("123", "0000123", Kind::Number, "0000123"),
            ("123", "123", Kind::Number, "123"),
            ("0", "000", Kind::Number, "000"),
            ("1116", "1.116", Kind::Number, "1116"),
            ("1116", "1\u{a0}116,00", Kind::Number, "1116"),
            ("-5", "-5", Kind::Number, "-5"),
            ("123", "", Kind::Number, "123"),
            ("100000", "1E+05", Kind::Styled, "100000"),
            ("123", "AB-123", Kind::Styled, "123"),
            ("123456789", "123-45-6789", Kind::Styled, "123456789"),
            ("12345", "12", Kind::Styled, "12345"),
            ("1", "100%", Kind::Styled, "1"),
        ] {
            let mut read = number.to_owned();
            assert_eq!((shown(&mut read, text), read.as_str()), (kind, becomes), "{number} as {text}");
        }
    }
}
