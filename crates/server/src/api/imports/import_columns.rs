//! Columns of imports: what each column of the file is taken for, what has to be chosen, and reading the file again with
//! a choice.

use onhand_core::import::Subject;
use onhand_store::imports::{Kind, Task};

use super::imports::{in_path, key_reply, mapping_in};
use crate::http::context::RequestContext;
use crate::services::imports::layout::{Layout, LayoutColumn, Question, SampleRow};
use crate::services::imports::reread;
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{PropertyType, ResponseSchema, property, response_schema};

/// What a file was understood as.
pub const COLUMNS: ResponseSchema = response_schema!("ImportColumns" {
    sheet: TextOrNull,
    sheets: Texts,
    header_row: IntOrNull,
    columns: List(&COLUMN),
    warehouse: TextOrNull,
    warehouses: Texts,
    origin: Text,
    total_rows: Int,
    other_warehouse_rows: Int,
    questions: List(&QUESTION),
    first_rows: List(&SAMPLE),
});

/// One column of the header.
const COLUMN: ResponseSchema = response_schema!("ImportColumn" {
    number: Int,
    heading: Text,
    column: TextOrNull,
});

/// Something that has to be chosen.
const QUESTION: ResponseSchema = ResponseSchema {
    name: "ImportQuestion",
    properties: &[property("about", PropertyType::Text), property("choices", PropertyType::Texts)],
    open: false,
};

/// One of the first rows.
const SAMPLE: ResponseSchema = ResponseSchema {
    name: "ImportFirstRow",
    properties: &[property("row", PropertyType::Int), property("cells", PropertyType::Texts)],
    open: false,
};

/// What can be said when a file is read again.
pub const AGAIN: &[Field] = &[
    Field::object("mapping", "What the columns are: sheet, header_row, columns, warehouse.").required(),
    Field::bool("dry_run", "Change nothing and show what would change (default: as the import was)."),
];

/// `GET …/{cache_key}/columns/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let import = in_path(&call).await?;
    let layout = reread::layout(&call.app.services, &import).await?;
    Ok(ApiResponse::written(|out| write(out, &layout)))
}

fn texts(texts: &[String]) -> String {
    serde_json::Value::from(texts.to_vec()).to_string()
}

fn write(out: &mut String, layout: &Layout) {
    let numbered: Vec<(usize, &LayoutColumn)> = layout.columns.iter().enumerate().collect();
    Object::open(out)
        .text_or_null("sheet", Some(layout.sheet_name()).filter(|name| !name.is_empty()))
        .raw("sheets", &texts(&layout.sheets))
        .int_or_null("header_row", Some(layout.header_row.cast_signed()).filter(|row| *row > 0))
        .list("columns", &numbered, write_column)
        .text_or_null("warehouse", layout.warehouse.as_deref())
        .raw("warehouses", &texts(&layout.warehouses))
        .text("origin", layout.origin.word())
        .int("total_rows", layout.total_rows)
        .int("other_warehouse_rows", layout.other_warehouse_rows)
        .list("questions", &layout.questions, write_question)
        .list("first_rows", &layout.rows, write_row)
        .close();
}

fn write_column(out: &mut String, (place, column): &(usize, &LayoutColumn)) {
    Object::open(out)
        .int("number", *place as i64 + 1)
        .text("heading", &column.heading)
        .text_or_null("column", column.column.as_deref())
        .close();
}

fn write_question(out: &mut String, question: &Question) {
    Object::open(out).text("about", &question.about).raw("choices", &texts(&question.choices)).close();
}

fn write_row(out: &mut String, row: &SampleRow) {
    Object::open(out).int("row", row.row.cast_signed()).raw("cells", &texts(&row.cells)).close();
}

/// `POST …/{cache_key}/columns/`: the same file is read with a mapping, by an import of its own.
pub async fn read_again(call: RequestContext) -> Result<ApiResponse, Error> {
    let import = in_path(&call).await?;
    let form = call.form(AGAIN, Mode::Whole).await?;
    let subject = if import.kind == Kind::Prices { Subject::Prices } else { Subject::Stocks };
    let mapping = mapping_in(&form, subject)?;
    let is_dry_run = form.bool("dry_run").unwrap_or(import.task == Task::Preview);
    let wanted = (import, mapping, is_dry_run);
    let begun = reread::read_again(&call.app.services, &call.requester(), wanted, call.request_key()).await?;
    Ok(key_reply(&begun.cache_key))
}
