//! Amounts in cells: whole numbers, written in one of the ways that can mean one thing only.
//!
//! Promises: text that could be read as two numbers (`1.000`) is rejected, and so is a value that a spreadsheet has
//! made of another (a date, `1E+05`). Must not know columns or modes.

use super::{Cell, CellKind, Problem};

/// A whole number as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Amount {
    /// Its value.
    pub(super) units: i64,
    /// Whether a plus stands before it.
    pub(super) plus: bool,
}

/// The amount in a cell, or `None` in an empty one.
pub(super) fn amount(cell: Cell<'_>) -> Result<Option<Amount>, Problem> {
    let text = cell.trimmed();
    match cell.kind {
        _ if text.is_empty() => return Ok(None),
        CellKind::Date => return Err(Problem::IsDate),
        CellKind::Bool => return Err(Problem::IsBool),
        CellKind::Error => return Err(Problem::IsError),
        CellKind::Empty | CellKind::Text | CellKind::Number | CellKind::Styled => {}
    }
    let (sign, digits) = match text.strip_prefix(['-', '−']) {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let units = whole(digits, matches!(cell.kind, CellKind::Number | CellKind::Styled))
        .map_err(|problem| named(text, problem))?;
    Ok(Some(Amount { units: sign * units, plus: text.starts_with('+') }))
}

/// Says it more exactly where the text is a date or a number with an exponent.
pub(super) fn named(text: &str, problem: Problem) -> Problem {
    match problem {
        Problem::NotANumber | Problem::Separators if is_date(text) => Problem::IsDate,
        Problem::NotANumber if exponent_form(text).is_some() => Problem::Exponent,
        other => other,
    }
}

fn whole(text: &str, is_number: bool) -> Result<i64, Problem> {
    let (digits, fraction) = match text.find(['.', ',']) {
        None => (text, None),
        Some(at) => (&text[..at], Some(&text[at + 1..])),
    };
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let grouped = |text: &str| {
        let is_part = |letter: char| letter.is_ascii_digit() || is_separator(letter);
        text.starts_with(|first: char| first.is_ascii_digit()) && text.chars().all(is_part)
    };
    match fraction {
        None if all_digits(digits) => digits.parse().map_err(|_| Problem::TooLarge),
        Some(fraction) if all_digits(digits) && all_digits(fraction) => {
            // Three digits after a point may be the rest of thousands, unless the file itself says that it is a number.
            if !is_number && fraction.len() == 3 && digits.len() <= 3 && !digits.starts_with('0') {
                return Err(Problem::Separators);
            }
            if fraction.bytes().any(|digit| digit != b'0') {
                return Err(Problem::Decimals);
            }
            digits.parse().map_err(|_| Problem::TooLarge)
        }
        _ if grouped(text) => Err(Problem::Separators),
        _ => Err(Problem::NotANumber),
    }
}

/// What some write between thousands.
pub(super) fn is_separator(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '.' | ',' | '\'' | '’')
}

/// Whether a text is a day, with or without a time: three numbers of one or two digits, one of which may be a year.
fn is_date(text: &str) -> bool {
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    ['-', '/', '.'].into_iter().any(|between| {
        let parts: Vec<&str> = day.splitn(4, between).collect();
        let is_part = |(place, part): (usize, &&str)| {
            let is_year = part.len() == 4 && place != 1;
            (is_year || matches!(part.len(), 1 | 2)) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        parts.len() == 3 && parts.iter().enumerate().all(is_part)
    })
}

/// The two parts of a number in exponent form.
fn exponent_form(text: &str) -> Option<(&str, &str)> {
    let (mantissa, exponent) = text.split_once(['e', 'E'])?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let unsigned = |text| str::strip_prefix(text, ['+', '-']).unwrap_or(text);
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    (digits(unsigned(whole)) && digits(fraction) && digits(unsigned(exponent))).then_some((mantissa, exponent))
}

/// Whether a text is what spreadsheets and programs make of a long number: `1.1E9`, `1E+09`. `12E5` may be a SKU.
pub(super) fn is_shortened(text: &str) -> bool {
    exponent_form(text)
        .is_some_and(|(mantissa, exponent)| mantissa.contains(['.', ',']) || exponent.starts_with(['+', '-']))
}
