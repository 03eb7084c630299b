//! A file of stock lists as rows: a name, a code, whether the list follows the ERP.
//!
//! Promises: the same bounds as a list that is made by hand. Must not know which lists there are.

use std::path::Path;

use onhand_core::import::normalized;
use onhand_sheet::{Limits, Row, SheetError};

use super::file::{cells, format_name};
use super::messages::RowText;
use super::row_results::RowResult;
use super::trouble::Trouble;
use crate::wire::form;

/// The most rows of such a file.
const ROWS_MAX: u64 = 10_000;
/// The most characters of a name, and of a code.
const CHARS_MAX: usize = 64;

/// Headings that mean a name, a code, and whether the list follows the ERP.
const HEADINGS: [&[&str]; 3] = [
    &["name", "stock_list__name", "stock_list", "ad", "liste adı", "stok listesi"],
    &["code", "stock_list__code", "kod", "liste kodu"],
    &["is_auto_sync", "auto_sync", "otomatik"],
];

/// A list that a row wants.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct WantedList {
    /// The row in the file, as a person counts.
    pub row: u64,
    /// 1..=64 characters.
    pub name: String,
    /// 1..=64 characters.
    pub code: Option<String>,
    /// Yes unless the row says no.
    pub is_auto_sync: bool,
}

/// A file of stock lists, whole: there are few.
#[derive(Debug)]
pub struct ListFile {
    /// Its format.
    pub format: &'static str,
    /// How its text is encoded, where that is a question.
    pub encoding: Option<&'static str>,
    /// Headings that mean nothing here.
    pub ignored: Vec<String>,
    /// Its rows.
    pub rows: Vec<Result<WantedList, Box<RowResult>>>,
}

/// Reads a file. What is wrong with it as a whole is said in a sentence.
pub fn read(path: &Path) -> Result<ListFile, Trouble> {
    let limits = Limits { rows_max: ROWS_MAX + 1, ..Limits::default() };
    let mut sheet = onhand_sheet::open(path, &limits)?;
    let mut row = Row::new();
    sheet.next(&mut row)?;
    let (places, ignored) = header(&row);
    if places[0].is_none() {
        let text = format!("There is no column with names. Name it one of: {}.", HEADINGS[0].join(", "));
        return Err(Trouble::File(text));
    }
    let mut rows = Vec::new();
    loop {
        match sheet.next(&mut row) {
            Ok(true) => rows.push(wanted(&row, places)),
            Ok(false) => break,
            Err(SheetError::Row { row, fault }) => {
                let why = RowText { column: "", code: "unreadable", text: format!("The row is left out: {fault}") };
                rows.push(Err(Box::new(RowResult::failed(Some(row), "", why))));
            }
            Err(fault) => return Err(fault.into()),
        }
    }
    if rows.is_empty() {
        return Err(Trouble::File("The file has a header and no rows.".to_owned()));
    }
    Ok(ListFile { format: format_name(sheet.format()), encoding: sheet.encoding(), ignored, rows })
}

type Places = [Option<usize>; HEADINGS.len()];

fn header(row: &Row) -> (Places, Vec<String>) {
    let (mut places, mut ignored) = ([None; HEADINGS.len()], Vec::new());
    for (place, cell) in cells(row).iter().enumerate().filter(|(_, cell)| !cell.text.trim().is_empty()) {
        let means = |headings: &&[&str]| headings.iter().any(|heading| normalized(heading) == normalized(cell.text));
        match HEADINGS.iter().position(means) {
            Some(column) if places[column].is_none() => places[column] = Some(place),
            _ => ignored.push(cell.text.chars().take(CHARS_MAX).collect()),
        }
    }
    (places, ignored)
}

fn wanted(row: &Row, places: Places) -> Result<WantedList, Box<RowResult>> {
    let [name, code, is_auto_sync] =
        places.map(|place| place.and_then(|place| row.cell(place)).map_or("", |cell| cell.text).trim());
    let bad = |column, text: String| {
        Err(Box::new(RowResult::failed(Some(row.number()), name, RowText { column, code: "bad_cell", text })))
    };
    if name.is_empty() {
        return bad("name", "This field may not be blank.".to_owned());
    }
    for (column, text) in [("name", name), ("code", code)] {
        if text.chars().count() > CHARS_MAX {
            return bad(column, format!("Ensure this field has no more than {CHARS_MAX} characters."));
        }
        if text.chars().any(char::is_control) {
            return bad(column, "There are characters in it that cannot be seen.".to_owned());
        }
    }
    let says = match is_auto_sync {
        "" => None,
        text => match form::boolean_text(text) {
            Some(says) => Some(says),
            None => return bad("is_auto_sync", "Must be a valid boolean.".to_owned()),
        },
    };
    // As where a list is made by hand: the rule counts when something is said about it (contract X7).
    if says == Some(true) && code.is_empty() {
        return bad("code", "Code is required when is_auto_sync is true.".to_owned());
    }
    Ok(WantedList {
        row: row.number(),
        name: name.to_owned(),
        code: (!code.is_empty()).then(|| code.to_owned()),
        is_auto_sync: says.unwrap_or(true),
    })
}
