//! Looking at a file for its layout: which sheet, which row is the header, what the columns are.
//!
//! Promises: a file whose first row is a header is read as it always was; other rows and other sheets are looked at
//! only if it is none, and a bounded number of them. Must not know what is stored, nor the rows behind the first ones.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use onhand_core::import::{
    Cell, ColumnMapping, FoundHeader, HEADER_ROWS_MAX, HeadRow, Subject, find_header, same_name,
};
use onhand_sheet::{Limits, Row, SheetError};

use super::file::cells;
use super::layout::{Layout, MappingOrigin, Question, SHEETS_MAX};
use super::trouble::Trouble;
use super::{mapping, messages};

/// Sheets of a workbook that are looked at.
const SHEETS_LOOKED_AT: usize = 10;

/// What is known of the columns of a file before it is looked at.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// What its rows write.
    pub subject: Subject,
    /// What its sender says.
    pub given: Option<ColumnMapping>,
    /// What its list remembers, by the headings that it is for.
    pub remembered: HashMap<String, ColumnMapping>,
}

/// What a file turned out to be.
#[derive(Debug)]
pub enum Looked {
    /// It can be read.
    Understood(Layout),
    /// Something has to be chosen or corrected: a sentence about it.
    Unclear(Layout, String),
}

/// The first rows of one sheet, with their header.
struct SheetHead {
    sheet: usize,
    rows: Vec<HeadRow>,
    found: FoundHeader,
}

/// Looks at a file.
pub fn look(path: &Path, hints: &Hints) -> Result<Looked, Trouble> {
    let limits = Limits::default();
    // A workbook whose list of sheets cannot be read may still be read itself.
    let mut names = onhand_sheet::sheet_names(Box::new(File::open(path)?), &limits).unwrap_or_default();
    names.truncate(SHEETS_MAX);
    let given = hints.given.as_ref();
    if let Some(wanted) = given.and_then(|given| given.sheet.as_deref()) {
        let Some(sheet) = place_of(&names, wanted) else {
            let text = match names.is_empty() {
                true => format!("The file has no sheet \"{wanted}\": it is no workbook."),
                false => format!("The file has no sheet \"{wanted}\". It has: {}.", mapping::choices(&names)),
            };
            let questions = vec![Question { about: "sheet".to_owned(), choices: names.clone() }];
            return Ok(Looked::Unclear(Layout { sheets: names, questions, ..Layout::default() }, text));
        };
        return Ok(told(head(path, sheet, hints)?, names));
    }
    let first = head(path, 0, hints).and_then(|first| chosen_sheet(path, first, &names, hints));
    if names.len() < 2 || matches!(&first, Ok(first) if first.found.is_header()) {
        return Ok(told(first?, names));
    }
    let mut others: Vec<SheetHead> = (1..names.len().min(SHEETS_LOOKED_AT))
        .filter_map(|sheet| head(path, sheet, hints).ok())
        .filter(|head| head.found.is_header())
        .collect();
    // The sheet that was chosen for an earlier file.
    if let Some(own) = others.iter().position(|head| remembered_sheet(head, &names) == Some(head.sheet)) {
        return Ok(told(others.remove(own), names));
    }
    match others.len() {
        0 => Ok(told(first?, names)),
        1 => Ok(told(others.remove(0), names)),
        _ => Ok(which_sheet(others, names)),
    }
}

/// A list remembers which sheet of such a workbook is its own.
fn chosen_sheet(path: &Path, first: SheetHead, names: &[String], hints: &Hints) -> Result<SheetHead, Trouble> {
    match remembered_sheet(&first, names).filter(|sheet| *sheet != first.sheet) {
        Some(sheet) => head(path, sheet, hints),
        None => Ok(first),
    }
}

fn remembered_sheet(head: &SheetHead, names: &[String]) -> Option<usize> {
    let name = head.found.mapping.sheet.as_deref().filter(|_| head.found.is_remembered)?;
    place_of(names, name)
}

fn place_of(names: &[String], wanted: &str) -> Option<usize> {
    names.iter().position(|name| name == wanted).or_else(|| names.iter().position(|name| same_name(name, wanted)))
}

/// Several sheets could be meant.
fn which_sheet(others: Vec<SheetHead>, names: Vec<String>) -> Looked {
    let choices: Vec<String> = others.iter().filter_map(|head| names.get(head.sheet).cloned()).collect();
    let named = mapping::choices(&choices);
    let text = match others.first().map(|head| head.found.subject) {
        Some(Subject::Prices) => format!("Several sheets have prices: {named}. Choose one with mapping."),
        Some(Subject::Stocks) | None => format!("Several sheets have stock: {named}. Choose one with mapping."),
    };
    let mut layout = Layout::default();
    if let Some(first) = others.into_iter().next() {
        layout = layout_of(&first, names);
    }
    layout.questions.insert(0, Question { about: "sheet".to_owned(), choices });
    Looked::Unclear(Layout { is_understood: false, ..layout }, text)
}

fn told(head: SheetHead, names: Vec<String>) -> Looked {
    let layout = layout_of(&head, names);
    match head.found.columns {
        Ok(_) => Looked::Understood(layout),
        Err(fault) => Looked::Unclear(layout, messages::header(&fault, head.found.subject)),
    }
}

fn layout_of(head: &SheetHead, sheets: Vec<String>) -> Layout {
    let SheetHead { sheet, rows, found } = head;
    let header = &rows[found.row];
    let cells = header.cells();
    let mapping = &found.mapping;
    let origin = match (found.is_remembered, *mapping != ColumnMapping::default()) {
        (true, _) => MappingOrigin::Remembered,
        (false, true) => MappingOrigin::Given,
        (false, false) => MappingOrigin::Headings,
    };
    let mut layout = Layout {
        sheet: *sheet,
        sheets,
        warehouse: mapping.warehouse.clone(),
        origin,
        is_understood: found.columns.is_ok(),
        headings: mapping::headings_key(&cells),
        ..Layout::default()
    };
    layout.note_header(header, found.draft(&cells).as_ref());
    layout.note_rows(rows, found.row);
    layout
}

fn head(path: &Path, sheet: usize, hints: &Hints) -> Result<SheetHead, Trouble> {
    let rows = first_rows(path, sheet)?;
    let remembered = |header: &[Cell<'_>]| match hints.remembered.is_empty() {
        true => None,
        false => hints.remembered.get(&mapping::headings_key(header)).cloned(),
    };
    let found = find_header(&rows, hints.subject, hints.given.as_ref(), &remembered);
    found.map(|found| SheetHead { sheet, rows, found }).ok_or_else(|| SheetError::Empty.into())
}

/// The first rows of a sheet. A fault of the first one is one of the file; a row behind it that cannot be read is no
/// header.
fn first_rows(path: &Path, sheet: usize) -> Result<Vec<HeadRow>, Trouble> {
    let mut table = onhand_sheet::open_sheet(path, &Limits::default(), sheet)?;
    let (mut row, mut rows) = (Row::new(), Vec::new());
    for _ in 0..HEADER_ROWS_MAX {
        match table.next(&mut row) {
            Ok(true) => {
                let cells = cells(&row).into_iter().map(|cell| (cell.kind, cell.text.to_owned())).collect();
                rows.push(HeadRow { number: row.number(), cells });
            }
            Err(fault) if rows.is_empty() => return Err(fault.into()),
            Err(SheetError::Row { .. }) => {}
            // A fault is told at its row, once the rows are read.
            Ok(false) | Err(_) => break,
        }
    }
    Ok(rows)
}
