//! Decimals in cells: prices and rates, with a point or a comma before their decimals.
//!
//! Promises: text that could be read as two numbers is rejected: `1.250` is a thousand and more, or a price of three
//! decimals. Where the text itself says which sign is which (`1.250,00`, `1,250.5`, `1.250.000`), it is read. Must not
//! know columns.

use super::amount::{is_separator, named};
use super::{Cell, CellKind, Problem};
use crate::prices::{Decimal, FRACTION_DIGITS_MAX, WHOLE_DIGITS_MAX};

/// The decimal in a cell, or `None` in an empty one.
pub(super) fn decimal(cell: Cell<'_>) -> Result<Option<Decimal>, Problem> {
    let text = cell.trimmed();
    match cell.kind {
        _ if text.is_empty() => Ok(None),
        CellKind::Date => Err(Problem::IsDate),
        CellKind::Bool => Err(Problem::IsBool),
        CellKind::Error => Err(Problem::IsError),
        CellKind::Empty | CellKind::Text | CellKind::Number | CellKind::Styled => {
            let is_number = matches!(cell.kind, CellKind::Number | CellKind::Styled);
            read(text, is_number).map(Some).map_err(|problem| named(text, problem))
        }
    }
}

/// Reads a text. A number of a spreadsheet has a point before its decimals and nothing between its thousands.
pub(super) fn read(text: &str, is_number: bool) -> Result<Decimal, Problem> {
    if let Some(rest) = text.strip_prefix(['-', '−']) {
        return read(rest, is_number).and(Err(Problem::Negative));
    }
    let is_known = |letter: char| letter.is_ascii_digit() || is_separator(letter);
    let is_digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
    if !text.chars().all(is_known) || !is_digit(text.chars().next()) || !is_digit(text.chars().next_back()) {
        return Err(Problem::NotANumber);
    }
    let (whole, fraction) = divided(text, is_number)?;
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    if digits.trim_start_matches('0').len() > WHOLE_DIGITS_MAX {
        return Err(Problem::TooLarge);
    }
    if fraction.trim_end_matches('0').len() > FRACTION_DIGITS_MAX {
        return Err(Problem::TooPrecise);
    }
    Decimal::of_digits(&digits, fraction).ok_or(Problem::NotANumber)
}

/// What stands before the sign of the decimals, with the signs between its thousands, and what stands behind it.
fn divided(text: &str, is_number: bool) -> Result<(&str, &str), Problem> {
    let Some((place, last)) = text.char_indices().rev().find(|(_, letter)| is_separator(*letter)) else {
        return Ok((text, ""));
    };
    let (whole, fraction) = (&text[..place], &text[place + last.len_utf8()..]);
    // The signs between thousands are the same everywhere, so the last sign is that of decimals if no other is like it.
    if !matches!(last, '.' | ',') || whole.contains(last) {
        return if is_grouped(text) { Ok((text, "")) } else { Err(Problem::Separators) };
    }
    match whole.contains(is_separator) {
        true if is_grouped(whole) => Ok((whole, fraction)),
        true => Err(Problem::Separators),
        // Three digits behind a sign may be the rest of thousands, unless the file itself says that it is a number.
        false if !is_number && fraction.len() == 3 && whole.len() <= 3 && !whole.starts_with('0') => {
            Err(Problem::Separators)
        }
        false => Ok((whole, fraction)),
    }
}

/// Whether one sign stands between groups of three digits, of which the first alone may be shorter.
fn is_grouped(text: &str) -> bool {
    let Some(between) = text.chars().find(|letter| is_separator(*letter)) else { return true };
    let mut groups = text.split(between);
    let is_first = |group: &str| (1..=3).contains(&group.len()) && !group.starts_with('0');
    let is_digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    groups.next().is_some_and(|group| is_first(group) && is_digits(group))
        && groups.all(|group| group.len() == 3 && is_digits(group))
}
