//! Text that a spreadsheet program would run as a formula, written so that it does not, and read back unchanged.
//!
//! Promises: a text with its mark before it, made plain, is the text itself.

/// Whether a program takes a cell that begins so for a formula (or, with a tab or line end, for what follows it).
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n'])
}

/// Whether quotation marks and then a formula begin this text: what [`hidden`] writes, and so must be told apart from
/// it.
fn is_quoted(text: &str) -> bool {
    text.starts_with('\'') && is_formula(text.trim_start_matches('\''))
}

/// What has to stand before a text in a file whose cells have no types, for it to be no formula.
pub(crate) fn hidden(text: &str) -> &'static str {
    if is_formula(text) || is_quoted(text) { "'" } else { "" }
}

/// What has to stand before a text in a file whose cells have types. Such a text is no formula; but [`plain`] is
/// applied there too, since a CSV file that was opened and saved as a workbook carries its marks along.
pub(crate) fn marked(text: &str) -> &'static str {
    if is_quoted(text) { "'" } else { "" }
}

/// The text without the mark.
pub(crate) fn plain(text: &str) -> &str {
    if is_quoted(text) { &text[1..] } else { text }
}
