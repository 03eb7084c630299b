//! The columns of a file: what each is taken for, and choosing that. Must not read the file.

use std::borrow::Cow;

use askama::Template;
use onhand_core::import::{Column, Subject};

use crate::form::FieldErrors;
use crate::texts::Texts;
use crate::words::file_name;
use crate::{Frame, link};

/// The page `/imports/{id}/columns`. Posts `sheet`, `header_row`, `was_sheet`, `was_row`, `column-1` and so on,
/// `warehouse`, `idempotency_key` and `back` to [`crate::link::import_columns`].
#[derive(Clone, Debug, Template)]
#[template(path = "import_columns.html")]
pub struct ImportColumns {
    /// The frame.
    pub frame: Frame,
    /// The import.
    pub import: i64,
    /// What its rows write.
    pub subject: Subject,
    /// The name of its file; may be empty.
    pub file: String,
    /// Why its columns have to be chosen; may be empty.
    pub told: String,
    /// Whether they are as they were chosen for an earlier file.
    pub is_remembered: bool,
    /// The sheets of a workbook.
    pub sheets: Vec<String>,
    /// The one that is read, from 0.
    pub sheet: usize,
    /// The row of the header; 0 if there is none.
    pub header_row: i64,
    /// The columns of the header.
    pub columns: Vec<ColumnChoice>,
    /// The warehouses that can be chosen.
    pub warehouses: Vec<String>,
    /// The one whose rows are imported; may be empty.
    pub warehouse: String,
    /// The first rows, with their numbers.
    pub rows: Vec<(i64, Vec<String>)>,
    /// What is wrong: with `header_row`, or with the whole.
    pub errors: FieldErrors,
}

/// A column that can be chosen for something.
#[derive(Clone, Debug)]
pub struct ColumnChoice {
    /// Its heading; may be empty.
    pub heading: String,
    /// Some of its cells.
    pub examples: String,
    /// What it is taken for.
    pub column: Option<Column>,
    /// Whether it is one of several that could be that.
    pub is_asked: bool,
}

/// What a column is, in the language of the person.
pub fn column_text(t: Texts, column: Column) -> &'static str {
    match column {
        Column::Sku => t.column_sku(),
        Column::Stock => t.column_stock(),
        Column::Unit => t.column_unit(),
        Column::SnapshotAt => t.column_time(),
        Column::List => t.column_list(),
        Column::Name => t.column_name(),
        Column::Held => t.column_external(),
        Column::Warehouse => t.column_warehouse(),
        Column::PriceList => t.column_price_list(),
        Column::Currency => t.column_currency(),
        Column::TaxRate => t.column_tax_rate(),
        Column::RetailPrice => t.column_retail_price(),
        Column::Price => t.column_price(),
    }
}

impl ImportColumns {
    fn title(&self) -> Cow<'_, str> {
        file_name(self.frame.texts(), &self.file)
    }

    fn choices(&self) -> Vec<(&'static str, &'static str)> {
        let choice = |column: &Column| (column.name(), column_text(self.frame.t, *column));
        self.subject.columns().iter().map(choice).collect()
    }
}

impl ColumnChoice {
    fn is(&self, name: &str) -> bool {
        self.column.is_some_and(|column| column.name() == name)
    }
}
