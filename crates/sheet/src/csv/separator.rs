//! What separates the cells of a CSV file: what its first line says, or has most of, unless that line is a title.
//!
//! Promises: looks at a few lines; separators within quotation marks do not count; a table whose first two lines have
//! the same separator is read by it.

/// What is guessed between, the more telling first: a comma is in many a text, a tab in hardly any.
const SEPARATORS: [u8; 3] = [b'\t', b';', b','];
/// Lines in which there may be titles above the table.
const LINES_LOOKED_AT: usize = 50;

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

/// The separator that the first line has most of, unless that is a title: then a line below it has none of that one and
/// more of another, which the line behind it has, too.
fn guessed(text: &[u8]) -> u8 {
    let (mut lines, mut rest) = (Vec::new(), text);
    while !rest.is_empty() && lines.len() < LINES_LOOKED_AT {
        let (counts, read) = counted(rest);
        let is_blank = rest[..read].iter().all(u8::is_ascii_whitespace);
        lines.extend((!is_blank).then_some(counts));
        rest = &rest[read..];
    }
    // The last of equal ones is the greatest; so the order is turned.
    let most = |counts: &[usize; SEPARATORS.len()]| {
        (0..SEPARATORS.len()).rev().max_by_key(|one| counts[*one]).filter(|one| counts[*one] > 0)
    };
    let Some(first) = lines.first() else { return b',' };
    let own = most(first);
    let is_own = |counts: &[usize; SEPARATORS.len()]| own.is_some_and(|own| counts[own] > 0);
    for (at, counts) in lines.iter().enumerate().skip(1).take_while(|(_, counts)| !is_own(counts)) {
        let more = most(counts).filter(|one| counts[*one] > own.map_or(0, |own| first[own]));
        if let Some(one) = more.filter(|one| lines.get(at + 1).is_none_or(|next| next[*one] > 0)) {
            return SEPARATORS[one];
        }
    }
    own.map_or(b',', |own| SEPARATORS[own])
}

/// How often each separator is in the first line, outside of quotation marks, and how many bytes that line has.
fn counted(text: &[u8]) -> ([usize; SEPARATORS.len()], usize) {
    let mut counts = [0; SEPARATORS.len()];
    let mut quoted = false;
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => return (counts, at + 1),
            _ if quoted => {}
            _ => counts.iter_mut().zip(SEPARATORS).for_each(|(count, one)| *count += usize::from(byte == one)),
        }
    }
    (counts, text.len())
}
