//! The columns of the file of an import: what each is taken for, and reading the file again with another choice.
//!
//! Promises: what a person chooses is a preview first. Must not know how a file is read.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::import::{Column, ColumnMapping, Pick, Subject};
use onhand_store::imports::{ImportRow, Kind};
use onhand_web::form::FieldErrors;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::import_columns::{ColumnChoice, ImportColumns};

use super::answer::ScreenAnswer;
use super::fault::{self, Fault};
use super::fields::Fields;
use super::import::found;
use super::visit::Visit;
use crate::services::ServiceError;
use crate::services::imports::layout::{Layout, LayoutColumn, MappingOrigin};
use crate::services::imports::reread;
use crate::services::submission::RequestKey;

/// Cells that are shown of a column, and their characters together.
const EXAMPLES: usize = 3;
const EXAMPLE_CHARS: usize = 60;
/// Characters of a heading that is shown whole.
const WHOLE_CHARS: usize = 64;

/// `GET /imports/{id}/columns`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let import = found(&visit).await?;
    let layout = reread::layout(&visit.app.services, &import).await?;
    answer(&visit, StatusCode::OK, (&import, layout), FieldErrors::default()).await
}

fn subject(import: &ImportRow) -> Subject {
    if import.kind == Kind::Prices { Subject::Prices } else { Subject::Stocks }
}

async fn answer(
    visit: &Visit,
    status: StatusCode,
    (import, layout): (&ImportRow, Layout),
    errors: FieldErrors,
) -> Result<ScreenAnswer, Fault> {
    let is_asked = |place: usize| {
        let heading = layout.columns.get(place).map(|column| &column.heading);
        layout.questions.iter().any(|question| heading.is_some_and(|heading| question.choices.contains(heading)))
    };
    let choice = |(place, column): (usize, &LayoutColumn)| ColumnChoice {
        heading: column.heading.clone(),
        examples: examples(&layout, place),
        column: column.role(),
        is_asked: is_asked(place),
    };
    let page = ImportColumns {
        frame: visit.frame(Entry::Imports).await?,
        import: import.id.get(),
        subject: subject(import),
        file: import.file_name.clone(),
        told: if layout.is_understood { String::new() } else { import.error.clone().unwrap_or_default() },
        is_remembered: layout.origin == MappingOrigin::Remembered,
        sheet: layout.sheet,
        header_row: layout.header_row.cast_signed(),
        columns: layout.columns.iter().enumerate().map(choice).collect(),
        warehouse: layout.warehouse.clone().unwrap_or_default(),
        rows: layout.rows.iter().map(|row| (row.row.cast_signed(), row.cells.clone())).collect(),
        sheets: layout.sheets,
        warehouses: layout.warehouses,
        errors,
    };
    ScreenAnswer::page(status, &page)
}

/// Some cells of a column, below the header.
fn examples(layout: &Layout, place: usize) -> String {
    let below = layout.rows.iter().filter(|row| row.row > layout.header_row);
    let cells = below.filter_map(|row| row.cells.get(place)).filter(|cell| !cell.trim().is_empty()).take(EXAMPLES);
    cells.map(String::as_str).collect::<Vec<_>>().join(" · ").chars().take(EXAMPLE_CHARS).collect()
}

/// `POST /imports/{id}/columns`: a preview of the same file with what was chosen.
pub(super) async fn choose(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let import = found(&visit).await?;
    let layout = reread::layout(&visit.app.services, &import).await?;
    let begun = match mapping(&visit.form, &layout, subject(&import)) {
        Ok(mapping) => begin(&visit, &import, mapping).await,
        Err(fault) => Err(fault),
    };
    match begun {
        Ok(begun) => Ok(ScreenAnswer::see_other(&link::import(begun))),
        Err(fault) => {
            let told = fault::in_form(fault)?;
            let layout = Layout { columns: chosen(&visit.form, &layout), ..layout };
            answer(&visit, told.status, (&import, layout), told.errors).await
        }
    }
}

async fn begin(visit: &Visit, import: &ImportRow, mapping: ColumnMapping) -> Result<i64, ServiceError> {
    let requester = visit.requester();
    let key = Some(visit.form.text("idempotency_key")).filter(|key| !key.is_empty());
    let path = link::import_columns(import.id.get());
    let key = key.map(|key| RequestKey::new(&requester, key, ["POST", &path]));
    let begun = reread::read_again(&visit.app.services, &requester, (import.clone(), mapping, true), key).await?;
    Ok(begun.id.get())
}

/// The columns with what a form says of them.
fn chosen(form: &Fields, layout: &Layout) -> Vec<LayoutColumn> {
    let said =
        |place: usize| Some(form.text(&format!("column-{}", place + 1)).to_owned()).filter(|name| !name.is_empty());
    let column = |(place, column): (usize, &LayoutColumn)| LayoutColumn { column: said(place), ..column.clone() };
    layout.columns.iter().enumerate().map(column).collect()
}

/// What a form says. With another sheet or another header, its columns are not those that are meant.
fn mapping(form: &Fields, layout: &Layout, subject: Subject) -> Result<ColumnMapping, ServiceError> {
    if form.has_null() {
        return Err(ServiceError::Invalid("Null characters are not allowed.".to_owned()));
    }
    let sheet = form.number("sheet").and_then(|sheet| usize::try_from(sheet).ok()).unwrap_or(layout.sheet);
    let header_row = match form.text("header_row") {
        "" => None,
        _ => match form.number("header_row").map(i64::unsigned_abs) {
            Some(row @ 1..=1_048_576) => Some(row),
            _ => return Err(ServiceError::field("header_row", "Enter the number of a row.")),
        },
    };
    let is_same = form.text("was_sheet") == sheet.to_string()
        && form.text("was_row") == header_row.unwrap_or_default().to_string();
    // Where the workbook has one sheet, its name says nothing that the next file would have to have.
    let sheet = layout.sheets.get(sheet).filter(|_| layout.sheets.len() > 1).cloned();
    if !is_same || layout.columns.is_empty() {
        let header_row = header_row.filter(|_| form.text("was_row") != form.text("header_row"));
        return Ok(ColumnMapping { sheet, header_row, ..ColumnMapping::default() });
    }
    let columns = chosen(form, layout);
    let mut mapping = ColumnMapping { sheet, header_row, ..ColumnMapping::default() };
    for column in subject.columns().iter().copied() {
        let mut places = columns.iter().enumerate().filter(|(_, chosen)| chosen.role() == Some(column));
        mapping.columns.push((column, places.next().map(|(place, _)| pick(&columns, place))));
        if places.next().is_some() {
            return Err(ServiceError::Invalid(format!("Two columns cannot both be {}.", column.name())));
        }
    }
    let is_chosen = |column| mapping.columns.iter().any(|(one, pick)| *one == column && pick.is_some());
    if !is_chosen(Column::Sku) || !subject.writable().iter().copied().any(is_chosen) {
        let text = match subject {
            Subject::Stocks => "Choose the column of SKUs and the one of stock levels.",
            Subject::Prices => "Choose the column of SKUs and the one of prices.",
        };
        return Err(ServiceError::Invalid(text.to_owned()));
    }
    let warehouse = Some(form.text("warehouse").to_owned()).filter(|name| !name.is_empty());
    mapping.warehouse = warehouse.filter(|_| is_chosen(Column::Warehouse));
    Ok(mapping)
}

/// A column by its heading, if no other has it and it was not cut.
fn pick(columns: &[LayoutColumn], place: usize) -> Pick {
    let heading = &columns[place].heading;
    let is_alone = columns.iter().filter(|column| column.heading == *heading).count() == 1;
    match !heading.is_empty() && is_alone && heading.chars().count() <= WHOLE_CHARS {
        true => Pick::Heading(heading.clone()),
        false => Pick::Number(place + 1),
    }
}
