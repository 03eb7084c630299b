//! Numbers as a person reads them.
//!
//! Promises: digits that the file has are kept; digits that it does not have are not made up: such a number keeps its
//! exponent.

use std::fmt::Write;

/// Up to here a binary fraction holds every whole number.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
/// The digits that spreadsheet programs calculate with and show; behind them, 0.1 + 0.2 is not 0.3.
const DIGITS: usize = 15;

/// Adds a number that a file has as text; `false` if it is none.
pub(super) fn add(text: &str, into: &mut String) -> bool {
    let text = text.trim();
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let significant = digits.trim_start_matches('0');
        if digits.len() != text.len() && !significant.is_empty() {
            into.push('-');
        }
        into.push_str(if significant.is_empty() { "0" } else { significant });
        return true;
    }
    // Rust reads words as well: inf, nan.
    let number = text.bytes().all(|byte| !byte.is_ascii_alphabetic() || byte.eq_ignore_ascii_case(&b'e'));
    match text.parse::<f64>() {
        Ok(value) if number && value.is_finite() => {
            if value.abs() > WHOLE_MAX {
                into.push_str(text);
            } else {
                add_value(value, into);
            }
            true
        }
        _ => false,
    }
}

/// Adds a number that a file has in binary.
pub(super) fn add_value(value: f64, into: &mut String) {
    if value.abs() > WHOLE_MAX || !value.is_finite() {
        write!(into, "{value:E}").expect("text takes whatever is written");
    } else if value.fract() == 0.0 {
        write!(into, "{}", value as i64).expect("text takes whatever is written");
    } else {
        let rounded = format!("{value:.*e}", DIGITS - 1).parse().unwrap_or(value);
        write!(into, "{rounded}").expect("text takes whatever is written");
    }
}

#[cfg(test)]
mod tests {
    use super::add;

    #[test]
    fn digits_are_neither_lost_nor_made_up() {
        let cases = [
            ("0", "0"),
            ("-0", "0"),
            ("007", "7"),
            ("-5", "-5"),
            ("5.0", "5"),
            ("1.250", "1.25"),
            ("0.30000000000000004", "0.3"),
            ("1.1100000000000001", "1.11"),
            ("1e-7", "0.0000001"),
            ("9007199254740992", "9007199254740992"),
            ("123456789012345678", "123456789012345678"),
            ("1.11613E+09", "1116130000"),
            ("1.23456789012346E+17", "1.23456789012346E+17"),
            ("-1E300", "-1E300"),
        ];
        for (text, expected) in cases {
            let mut into = String::new();
            assert!(add(text, &mut into), "{text}");
            assert_eq!(into, expected, "{text}");
        }
        for text in ["", "-", "abc", "NaN", "inf", "1e999", "1,5", "0x10"] {
            assert!(!add(text, &mut String::new()), "{text}");
        }
    }
}
