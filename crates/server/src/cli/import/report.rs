//! The result of an import, in the wire's words and in a table for people.
//!
//! Promises: what a file or a server says is printed without control characters. Must not know where it comes from.

use onhand_core::{PriceListId, StockListId};
use serde::{Deserialize, Serialize};

use super::columns::ColumnsReport;
use crate::cli::client::ListKind;
use crate::services::imports::price_results::{PriceResult, PriceTexts};
use crate::services::imports::row_results::{ResultStatus, RowResult, StockValues};
use crate::services::imports::status::ImportStatus;
use crate::wire::scalar;

/// An import, as its status shows it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Report {
    pub(super) cache_key: String,
    pub(super) status: String,
    pub(super) task: String,
    pub(super) mode: String,
    pub(super) stock_list: Option<i64>,
    #[serde(default)]
    pub(super) price_list: Option<i64>,
    pub(super) file_name: String,
    pub(super) file_format: String,
    pub(super) ignored_columns: Vec<String>,
    #[serde(default)]
    pub(super) time_zone: Option<String>,
    pub(super) total: i64,
    pub(super) processed: i64,
    pub(super) created: i64,
    pub(super) updated: i64,
    pub(super) unchanged: i64,
    pub(super) fail_count: i64,
    pub(super) error: Option<String>,
    #[serde(default)]
    pub(super) delayed: Option<String>,
    pub(super) errors: Vec<RowError>,
    #[serde(default)]
    pub(super) changes: Vec<Change>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) columns: Option<ColumnsReport>,
}

/// A row that failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RowError {
    pub(super) row: Option<i64>,
    pub(super) product_sku: String,
    pub(super) column: String,
    pub(super) error: String,
    pub(super) error_code: String,
}

/// A row that changes something. What was is not there where the row makes the stock.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Change {
    pub(super) row: Option<i64>,
    pub(super) product_sku: String,
    pub(super) result: String,
    pub(super) old_stock: Option<i64>,
    pub(super) new_stock: Option<i64>,
    pub(super) old_sold_elsewhere: Option<i64>,
    pub(super) new_sold_elsewhere: Option<i64>,
    pub(super) old_unit_type: Option<String>,
    pub(super) new_unit_type: Option<String>,
    pub(super) old_snapshot_at: Option<String>,
    pub(super) new_snapshot_at: Option<String>,
    #[serde(flatten)]
    pub(super) price: PriceReport,
}

/// How a row changes a price. What was is not there where the row makes the price, and what is where it takes it back.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct PriceReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    old_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_retail_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_retail_price: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_tax_rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_tax_rate: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    old_currency_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    new_currency_type: Option<String>,
}

impl Report {
    /// What a service says of an import, without its changes.
    pub(super) fn of(status: &ImportStatus) -> Self {
        let import = &status.import;
        Self {
            cache_key: import.cache_key.clone(),
            status: import.state.word().to_owned(),
            task: import.task.word().to_owned(),
            mode: import.mode.clone(),
            stock_list: import.list.map(StockListId::get),
            price_list: import.price_list.map(PriceListId::get),
            file_name: import.file_name.clone(),
            file_format: import.format.clone(),
            ignored_columns: status.ignored_columns(),
            time_zone: import.time_zone.clone(),
            total: import.total,
            processed: import.counts.sum(),
            created: import.counts.created,
            updated: import.counts.updated,
            unchanged: import.counts.unchanged,
            fail_count: import.counts.failed,
            error: status.error.clone(),
            delayed: status.delayed.clone(),
            errors: status.failures.iter().filter_map(RowError::of).collect(),
            changes: Vec::new(),
            columns: None,
        }
    }

    /// The list that it is for; an import of stock lists has none.
    pub(super) fn list(&self) -> Option<(ListKind, i64)> {
        let price_list = || self.price_list.map(|list| (ListKind::Price, list));
        self.stock_list.map(|list| (ListKind::Stock, list)).or_else(price_list)
    }

    pub(super) fn is_over(&self) -> bool {
        self.has_failed() || self.status == "completed"
    }

    /// Whether the file was of no use.
    pub(super) fn has_failed(&self) -> bool {
        self.status == "failed"
    }

    pub(super) fn is_dry_run(&self) -> bool {
        self.task == "dry_run"
    }

    /// Whether a file was read for it, so that its columns were understood as something.
    pub(super) fn has_columns(&self) -> bool {
        matches!(self.task.as_str(), "import" | "dry_run")
    }

    /// The counts, and the first errors; of a dry run, the first changes too.
    pub(super) fn lines(&self) -> Vec<String> {
        let would = if self.is_dry_run() { "would be " } else { "" };
        let mut lines = Vec::new();
        if let Some(error) = &self.error {
            lines.push(shown(error));
        }
        lines.extend(self.columns.iter().flat_map(|columns| columns.lines(self.has_failed())));
        if !self.ignored_columns.is_empty() {
            lines.push(format!("ignored columns: {}", shown(&self.ignored_columns.join(", "))));
        }
        if let Some(zone) = self.time_zone.as_ref().filter(|_| self.is_dry_run()) {
            lines.push(format!("times without an offset are read in {}", shown(zone)));
        }
        if self.has_failed() && self.processed == 0 {
            return lines;
        }
        let counts = [
            (format!("{would}created"), self.created),
            (format!("{would}updated"), self.updated),
            ("unchanged".to_owned(), self.unchanged),
            ("refused".to_owned(), self.fail_count),
            ("rows".to_owned(), self.processed),
        ];
        lines.extend(table(&counts.map(|(word, count)| vec![word, count.to_string()])));
        let changed = self.created + self.updated;
        if self.is_dry_run() && !self.changes.is_empty() {
            let head = ["row", "SKU", "change"].map(ToOwned::to_owned).to_vec();
            let rows =
                self.changes.iter().map(|change| vec![number(change.row), change.product_sku.clone(), change.text()]);
            lines.push(String::new());
            lines.extend(table(&std::iter::once(head).chain(rows).collect::<Vec<_>>()));
            lines.extend(more(changed - self.changes.len() as i64, "changes"));
        }
        if !self.errors.is_empty() {
            let head = ["row", "SKU", "column", "error"].map(ToOwned::to_owned).to_vec();
            let row =
                |row: &RowError| vec![number(row.row), row.product_sku.clone(), row.column.clone(), row.error.clone()];
            lines.push(String::new());
            lines.extend(table(&std::iter::once(head).chain(self.errors.iter().map(row)).collect::<Vec<_>>()));
            lines.extend(more(self.fail_count - self.errors.len() as i64, "refused rows"));
        }
        lines
    }
}

impl RowError {
    /// The error of a row, if it failed.
    fn of(row: &RowResult) -> Option<Self> {
        let ResultStatus::Failed { column, code, error } = &row.end else { return None };
        Some(Self {
            row: row.row.map(u64::cast_signed),
            product_sku: row.sku.clone(),
            column: column.clone(),
            error: error.clone(),
            error_code: code.clone(),
        })
    }
}

impl Change {
    /// What a row changed, or would.
    pub(super) fn of(row: &RowResult) -> Self {
        let (before, after) = (row.before.as_ref(), row.after.as_ref());
        let unit = |values: &StockValues| values.unit().word().to_owned();
        let time = |values: &StockValues| values.written().snapshot_at.map(scalar::time_text);
        Self {
            row: row.row.map(u64::cast_signed),
            product_sku: row.sku.clone(),
            result: row.word().to_owned(),
            old_stock: before.map(|values| values.on_hand),
            new_stock: after.map(|values| values.on_hand),
            old_sold_elsewhere: before.map(|values| values.external),
            new_sold_elsewhere: after.map(|values| values.external),
            old_unit_type: before.map(unit),
            new_unit_type: after.map(unit),
            old_snapshot_at: before.and_then(time),
            new_snapshot_at: after.and_then(time),
            price: row.price.as_ref().map(|price| PriceReport::of(price)).unwrap_or_default(),
        }
    }

    /// What changes: the level, and every other field that does; the time of a level only where nothing else does.
    fn text(&self) -> String {
        if let Some(text) = self.price.text() {
            return text;
        }
        let count = |count: Option<i64>| count.map_or_else(|| "new".to_owned(), |count| count.to_string());
        let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "none".to_owned());
        let parts = [
            ("", count(self.old_stock), count(self.new_stock)),
            ("sold elsewhere ", count(self.old_sold_elsewhere), count(self.new_sold_elsewhere)),
            ("unit ", word(&self.old_unit_type), word(&self.new_unit_type)),
            ("taken at ", word(&self.old_snapshot_at), word(&self.new_snapshot_at)),
        ];
        let is_new = self.old_stock.is_none();
        let shown = parts.iter().enumerate().filter(|(place, (_, old, new))| old != new && (*place == 0 || !is_new));
        let mut texts: Vec<String> = shown.map(|(_, (name, old, new))| format!("{name}{old} -> {new}")).collect();
        texts.truncate(texts.iter().position(|text| text.starts_with("taken at")).unwrap_or(texts.len()).max(1));
        texts.join(", ")
    }
}

impl PriceReport {
    fn of(result: &PriceResult) -> Self {
        let (before, after) = (result.before.as_ref(), result.after.as_ref());
        let price = |values: &PriceTexts| values.price.clone();
        let retail_price = |values: &PriceTexts| values.retail_price.clone();
        let tax_rate = |values: &PriceTexts| values.tax_rate.clone();
        let currency = |values: &PriceTexts| values.currency.clone();
        Self {
            old_price: before.map(price),
            new_price: after.map(price),
            old_retail_price: before.and_then(retail_price),
            new_retail_price: after.and_then(retail_price),
            old_tax_rate: before.and_then(tax_rate),
            new_tax_rate: after.and_then(tax_rate),
            old_currency_type: before.map(currency),
            new_currency_type: after.map(currency),
        }
    }

    /// What changes: the price, and every other field that does. None where it is about no price.
    fn text(&self) -> Option<String> {
        self.old_price.as_ref().or(self.new_price.as_ref())?;
        let parts = [
            ("", "new", &self.old_price, &self.new_price),
            ("before a discount ", "none", &self.old_retail_price, &self.new_retail_price),
            ("tax rate ", "none", &self.old_tax_rate, &self.new_tax_rate),
            ("currency ", "none", &self.old_currency_type, &self.new_currency_type),
        ];
        let is_new = self.old_price.is_none();
        let mut texts = Vec::new();
        for (place, (name, missing, old, new)) in parts.into_iter().enumerate() {
            if old != new && (place == 0 || !is_new) {
                let (old, new) = (old.as_deref().unwrap_or(missing), new.as_deref().unwrap_or("none"));
                texts.push(format!("{name}{old} -> {new}"));
            }
        }
        Some(texts.join(", "))
    }
}

fn number(row: Option<i64>) -> String {
    row.map_or_else(|| "-".to_owned(), |row| row.to_string())
}

fn more(left: i64, what: &str) -> Option<String> {
    (left > 0).then(|| format!("… and {left} more {what}"))
}

/// What may be printed of text that another person has written.
pub(super) fn shown(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Rows of cells, one below the other.
fn table(rows: &[Vec<String>]) -> Vec<String> {
    let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(|cell| shown(cell)).collect()).collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_what_was_and_what_will_be() {
        let unit = |unit: &str| Some(unit.to_owned());
        let change = Change { new_stock: Some(7), new_unit_type: unit("qty"), ..Change::default() };
        assert_eq!(change.text(), "new -> 7");
        let change = Change { old_stock: Some(5), old_unit_type: unit("qty"), new_snapshot_at: unit("T"), ..change };
        assert_eq!(change.text(), "5 -> 7");
        assert_eq!(Change { new_unit_type: unit("kg"), ..change.clone() }.text(), "5 -> 7, unit qty -> kg");
        assert_eq!(Change { new_stock: Some(5), ..change }.text(), "taken at none -> T");
    }

    #[test]
    fn a_change_of_a_price_says_what_was_and_what_will_be() {
        let text = |text: &str| Some(text.to_owned());
        let price = PriceReport { new_price: text("5.00"), new_currency_type: text("try"), ..PriceReport::default() };
        let change = Change { price, ..Change::default() };
        assert_eq!(change.text(), "new -> 5.00");
        let price = PriceReport {
            old_price: text("4.00"),
            old_currency_type: text("try"),
            new_tax_rate: text("20.00"),
            ..change.price.clone()
        };
        assert_eq!(Change { price, ..change }.text(), "4.00 -> 5.00, tax rate none -> 20.00");
        let written = serde_json::to_value(Change::default()).expect("JSON");
        assert!(written.get("old_price").is_none(), "{written}");
    }

    #[test]
    fn a_table_shows_no_control_characters_and_says_what_is_left_out() {
        let error = RowError {
            row: Some(3),
            product_sku: "A\u{1b}[31m".to_owned(),
            column: "stock".to_owned(),
            error: "no number".to_owned(),
            error_code: "bad_cell".to_owned(),
        };
        let report = Report { fail_count: 2, processed: 2, errors: vec![error], ..Report::default() };
        let lines = report.lines();
        assert_eq!(lines[lines.len() - 2..], ["3    A [31m  stock   no number", "… and 1 more refused rows"]);
    }
}
