//! What separates the cells of a CSV file: what its first line says, or has most of.
//!
//! Promises: looks at one line; separators within quotation marks do not count.

/// What is guessed between, the more telling first: a comma is in many a text, a tab in hardly any.
const SEPARATORS: [u8; 3] = [b'\t', b';', b','];

/// The separator, and the bytes of the line that only names it.
pub(super) fn find(text: &[u8]) -> (u8, usize) {
    named(text).unwrap_or_else(|| (guessed(text), 0))
}

/// `sep=;` as a line of its own, which Excel understands and does not show.
fn named(text: &[u8]) -> Option<(u8, usize)> {
    let (name, rest) = text.split_at_checked(4)?;
    let (&separator, rest) = rest.split_first()?;
    let end = match rest {
        [b'\r', b'\n', ..] => 7,
        [b'\r' | b'\n', ..] => 6,
        [] => 5,
        _ => return None,
    };
    let fit = separator.is_ascii_punctuation() && separator != b'"' || separator == b'\t';
    (name.eq_ignore_ascii_case(b"sep=") && fit).then_some((separator, end))
}

fn guessed(text: &[u8]) -> u8 {
    let mut counts = [0; SEPARATORS.len()];
    let mut quoted = false;
    for &byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().zip(SEPARATORS).for_each(|(count, one)| *count += usize::from(byte == one)),
        }
    }
    // The last of equal ones is the greatest; so the order is turned.
    let most = (0..SEPARATORS.len()).rev().max_by_key(|one| counts[*one]).filter(|one| counts[*one] > 0);
    most.map_or(b',', |one| SEPARATORS[one])
}
