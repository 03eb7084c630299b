//! Columns of a file on the command line: flags that say what they are, and lines that say what they were taken for.
//!
//! Promises: a choice that a file asks for is told with the flag that makes it. Must not know where an import is done.

use onhand_core::import::{Column, ColumnMapping, Pick};
use serde::{Deserialize, Serialize};

use super::report::shown;
use crate::services::imports::layout::{Layout, MappingOrigin};

/// Flags about the columns of a file.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct ColumnArgs {
    /// The column of SKUs: its heading, or its number from 1.
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["apply", "undo", "watch"])]
    sku_column: Option<String>,

    /// The column of stock levels, or of differences.
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["apply", "undo", "watch"])]
    amount_column: Option<String>,

    /// The column of prices.
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["list", "apply", "undo", "watch"])]
    price_column: Option<String>,

    /// The column of the times when levels were taken.
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["apply", "undo", "watch"])]
    time_column: Option<String>,

    /// The column of warehouses; "none" if the file's one is to be ignored.
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["apply", "undo", "watch"])]
    warehouse_column: Option<String>,

    /// The warehouse whose rows are imported; those of others are left out.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["apply", "undo", "watch"])]
    warehouse: Option<String>,

    /// The row of the header, as a spreadsheet counts.
    #[arg(long, value_name = "ROW", conflicts_with_all = ["apply", "undo", "watch"])]
    header_row: Option<u64>,

    /// The sheet of a workbook, by its name.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["apply", "undo", "watch"])]
    sheet: Option<String>,
}

impl ColumnArgs {
    /// What the flags say, if there are any.
    pub(super) fn mapping(&self) -> Option<ColumnMapping> {
        let said = [
            (Column::Sku, &self.sku_column),
            (Column::Stock, &self.amount_column),
            (Column::Price, &self.price_column),
            (Column::SnapshotAt, &self.time_column),
            (Column::Warehouse, &self.warehouse_column),
        ];
        let columns = said.into_iter().filter_map(|(column, text)| Some((column, pick(text.as_deref()?))));
        let mapping = ColumnMapping {
            sheet: self.sheet.clone(),
            header_row: self.header_row,
            columns: columns.collect(),
            warehouse: self.warehouse.clone(),
        };
        (mapping != ColumnMapping::default()).then_some(mapping)
    }
}

fn pick(text: &str) -> Option<Pick> {
    match text.parse() {
        Ok(number) => Some(Pick::Number(number)),
        Err(_) if text == "none" => None,
        Err(_) => Some(Pick::Heading(text.to_owned())),
    }
}

/// What a file was understood as, in the wire's words.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct ColumnsReport {
    sheet: Option<String>,
    header_row: Option<u64>,
    warehouse: Option<String>,
    origin: String,
    total_rows: i64,
    other_warehouse_rows: i64,
    columns: Vec<ColumnReport>,
    questions: Vec<Choice>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct ColumnReport {
    number: usize,
    heading: String,
    column: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Choice {
    about: String,
    choices: Vec<String>,
}

impl ColumnsReport {
    pub(super) fn of(layout: &Layout) -> Self {
        let columns = layout.columns.iter().enumerate().map(|(place, column)| ColumnReport {
            number: place + 1,
            heading: column.heading.clone(),
            column: column.column.clone(),
        });
        let questions = layout.questions.iter();
        Self {
            sheet: Some(layout.sheet_name().to_owned()).filter(|name| !name.is_empty()),
            header_row: Some(layout.header_row).filter(|row| *row > 0),
            warehouse: layout.warehouse.clone(),
            origin: layout.origin.word().to_owned(),
            total_rows: layout.total_rows,
            other_warehouse_rows: layout.other_warehouse_rows,
            columns: columns.collect(),
            questions: questions.map(|one| Choice { about: one.about.clone(), choices: one.choices.clone() }).collect(),
        }
    }

    /// What is worth saying: what is not plain from the file, and what has to be chosen.
    pub(super) fn lines(&self, has_failed: bool) -> Vec<String> {
        let mut lines = Vec::new();
        if has_failed {
            lines.extend(self.questions.iter().map(Choice::line));
            if self.questions.is_empty() && !self.columns.is_empty() {
                let heading = |column: &ColumnReport| format!("{} {:?}", column.number, shown(&column.heading));
                let headings: Vec<String> = self.columns.iter().take(20).map(heading).collect();
                lines.push(format!("columns: {}", headings.join(", ")));
                lines.push("choose with --sku-column, --amount-column or --price-column, and --header-row".to_owned());
            }
            return lines;
        }
        let is_plain = self.origin == MappingOrigin::Headings.word() && self.header_row.is_none_or(|row| row < 2);
        if !is_plain {
            let read =
                self.columns.iter().filter_map(|one| Some(format!("{} = {:?}", one.column.as_deref()?, one.heading)));
            let read: Vec<String> = read.map(|text| shown(&text)).collect();
            let row = self.header_row.unwrap_or(1);
            let remembered =
                if self.origin == MappingOrigin::Remembered.word() { ", as remembered for this list" } else { "" };
            lines.push(format!("columns of the header in row {row}{remembered}: {}", read.join(", ")));
        }
        if let Some(warehouse) = &self.warehouse {
            lines.push(format!("only rows of the warehouse {:?}", shown(warehouse)));
        }
        for (count, what) in [(self.total_rows, "sums"), (self.other_warehouse_rows, "rows of other warehouses")] {
            if count > 0 {
                lines.push(format!("left out: {count} {what}"));
            }
        }
        lines
    }
}

impl Choice {
    fn line(&self) -> String {
        let flag = match self.about.as_str() {
            "sheet" => "--sheet".to_owned(),
            "warehouse" => "--warehouse".to_owned(),
            about => match Column::named(about) {
                Some(Column::Sku) => "--sku-column".to_owned(),
                Some(Column::Stock) => "--amount-column".to_owned(),
                Some(Column::Price) => "--price-column".to_owned(),
                Some(Column::SnapshotAt) => "--time-column".to_owned(),
                _ => shown(about),
            },
        };
        let choices: Vec<String> = self.choices.iter().map(|choice| format!("{:?}", shown(choice))).collect();
        format!("choose with {flag}: {}", choices.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_become_a_mapping_and_questions_name_their_flags() {
        assert_eq!(ColumnArgs::default().mapping(), None);
        let text = |text: &str| Some(text.to_owned());
        let args = ColumnArgs {
            sku_column: text("Malzeme"),
            amount_column: text("7"),
            warehouse_column: text("none"),
            ..ColumnArgs::default()
        };
        let mapping = args.mapping().unwrap();
        assert_eq!(mapping.columns[0], (Column::Sku, Some(Pick::Heading("Malzeme".to_owned()))));
        assert_eq!(mapping.columns[1], (Column::Stock, Some(Pick::Number(7))));
        assert_eq!(mapping.columns[2], (Column::Warehouse, None));
        let choice =
            |about: &str| Choice { about: about.to_owned(), choices: vec!["A\u{1b}".to_owned(), "B".to_owned()] };
        let report =
            ColumnsReport { questions: vec![choice("product__sku"), choice("warehouse")], ..ColumnsReport::default() };
        let lines = report.lines(true);
        assert_eq!(lines, ["choose with --sku-column: \"A \", \"B\"", "choose with --warehouse: \"A \", \"B\""]);
        let report = ColumnsReport { questions: vec![choice("price")], ..ColumnsReport::default() };
        assert_eq!(report.lines(true), ["choose with --price-column: \"A \", \"B\""]);
        let report = ColumnsReport {
            total_rows: 1,
            ..ColumnsReport { origin: "headings".to_owned(), ..ColumnsReport::default() }
        };
        assert_eq!(report.lines(false), ["left out: 1 sums"]);
    }
}
