//! What is said of a file that cannot be read, of a cell and of a row: sentences for the person who made the file.
//!
//! Promises: each says what is wrong and, where there is a way, what to do about it. Must not know files or rows.

use onhand_core::import::{CellError, Column, HEADER_ROWS_MAX, HeaderError, Problem, Subject};
use onhand_core::rejection::RowRejection;
use onhand_core::{QUANTITY_MAX, SKU_CHARS_MAX};

use crate::wire::scalar;
use crate::zone::NoMoment;

/// Why the table of a file cannot be read as stock, or as prices.
pub fn header(fault: &HeaderError, subject: Subject) -> String {
    match fault {
        HeaderError::NoHeader => {
            format!("The first row looks like data. It must name the columns: {}.", accepted(subject))
        }
        HeaderError::StockFile => {
            "This is a file of stock: it has stock and no prices. A file of prices has a column price beside the SKU."
                .to_owned()
        }
        HeaderError::PriceList => {
            "This is a price list: it has prices and no stock. A stock file has a column stock beside the SKU."
                .to_owned()
        }
        HeaderError::Twice { column, headers: [first, second] } => {
            format!(
                "The columns \"{first}\" and \"{second}\" both mean {}. Choose one with mapping, or keep one of them.",
                column.name()
            )
        }
        HeaderError::NoSku => format!("There is no column with SKUs. Name it one of: {}.", names(Column::Sku)),
        HeaderError::NothingToWrite => {
            format!(
                "Beside the SKU there is no column that could be written. Columns that can be: {}.",
                writable(subject)
            )
        }
        HeaderError::NoSuchColumn(heading) => {
            format!("The file has no column \"{heading}\", which the mapping names.")
        }
        HeaderError::Shared(heading) => format!("The mapping takes the column \"{heading}\" for two things."),
        HeaderError::NoSuchRow(row) => format!(
            "The mapping names row {row} for the header, and it is none of the first {HEADER_ROWS_MAX} rows with something in them."
        ),
    }
}

/// No row of a file is left to be read.
pub fn no_rows(other_warehouses: i64, warehouse: Option<&str>) -> String {
    match warehouse.filter(|_| other_warehouses > 0) {
        Some(warehouse) => format!("No row of the file is about the warehouse \"{warehouse}\"."),
        None => "The file has a header and no rows.".to_owned(),
    }
}

/// Rows of several warehouses, and none of them is chosen.
pub fn which_warehouse(warehouses: &[String]) -> String {
    format!(
        "The rows are about several warehouses: {}. Choose one with mapping, or send the file without that column.",
        super::mapping::choices(warehouses)
    )
}

/// What is wrong with a cell. Its column has a field of its own in the answer.
pub fn cell(fault: CellError) -> String {
    let text = match fault.problem {
        Problem::SkuEmpty => "The row has no SKU.",
        Problem::SkuTooLong => return format!("A SKU has at most {SKU_CHARS_MAX} characters."),
        Problem::SkuControl => "The SKU contains characters that cannot be seen, for instance a line break.",
        Problem::SkuFraction => "The SKU is a number with decimals. Format the column as text and enter the SKU again.",
        Problem::SkuRounded => {
            "The SKU is a number of more digits than a spreadsheet keeps. Format the column as text and enter the SKU again."
        }
        Problem::SkuStyled => {
            "The spreadsheet shows this number in another way than by its digits, for instance with an exponent or with other \
             signs, so it is not known which SKU is meant. Format the column as text and enter the SKU again."
        }
        Problem::Exponent if fault.column == Column::Sku => {
            "The spreadsheet has shortened the SKU to a number with an exponent, and its digits are lost. Format the \
             column as text and enter the SKU again."
        }
        Problem::Exponent => "This is a number with an exponent. Write all its digits.",
        Problem::IsDate if fault.column == Column::Sku => {
            "The spreadsheet has made a date of the SKU. Format the column as text and enter the SKU again."
        }
        Problem::IsDate => "This is a date, not an amount. Format the column as number and enter the amount again.",
        Problem::IsBool => "This is true or false, and neither an amount nor a SKU.",
        Problem::IsError => "The formula in this cell has failed.",
        // The last four are of prices only, which have sentences of their own.
        Problem::NotANumber
        | Problem::TooPrecise
        | Problem::RateTooHigh
        | Problem::RateIsShare
        | Problem::NotACurrency => "This is not a number.",
        Problem::Decimals => "Stock is counted in whole numbers; this one has decimals.",
        Problem::Negative => "Stock cannot be below zero. Differences are taken with mode=adjust.",
        Problem::Plus => "A plus stands for a difference, which is taken for stock with mode=adjust only.",
        Problem::Separators => {
            "Are these thousands or decimals? Write the number without points, commas and spaces between its digits."
        }
        Problem::TooLarge => return format!("The largest amount is {QUANTITY_MAX}."),
        Problem::UnknownUnit => "The unit is qty or kg.",
        Problem::NotATime => "This is not a time. Write it like 2026-01-31T09:30:00Z.",
        Problem::NoTimeZone => return NoMoment::NoZone.to_string(),
        Problem::SkippedTime => return NoMoment::Skipped.to_string(),
        Problem::InFuture => "This time is in the future.",
        Problem::OtherList => "The row is for another stock list than the one the file was sent to.",
        Problem::NothingToWrite => "There is nothing to write in this row: its amounts and its unit are empty.",
    };
    text.to_owned()
}

/// What is said of a row whose stock does not take it.
pub struct RowText {
    /// The column that it is about.
    pub column: &'static str,
    /// A word for programs.
    pub code: &'static str,
    /// A sentence for people.
    pub text: String,
}

/// Why the stock of a row does not take it.
pub fn row(fault: &RowRejection) -> RowText {
    let (column, code, text) = match fault {
        RowRejection::UnknownList(_) => (Column::List, "unknown_list", "There is no such stock list."),
        RowRejection::UnknownProduct(_) => (Column::Sku, "unknown_product", "There is no product with this SKU."),
        RowRejection::UnknownStock => (Column::Sku, "unknown_stock", "There is no such product stock."),
        RowRejection::StaleSnapshot { stored } => {
            let text = format!("A figure taken at {} is already stored.", scalar::time_text(*stored));
            return RowText { column: Column::SnapshotAt.name(), code: "stale_snapshot", text };
        }
        RowRejection::UnexpectedLevel { stored } => {
            let text = format!("The stock level is not what was expected any more; it is {stored}.");
            return RowText { column: Column::Stock.name(), code: "unexpected_level", text };
        }
        RowRejection::StaleRow => {
            (Column::Sku, "stale_row", "This stock was written after the change set was made; nothing was changed.")
        }
        RowRejection::Changed { .. } => {
            (Column::Sku, "stale", "The product stock is not what was expected any more; nothing of it was changed.")
        }
        RowRejection::TouchedSince => (
            Column::Sku,
            "touched_since",
            "Something has happened to this stock since the import; it was left as it is.",
        ),
        RowRejection::Settled => (
            Column::Sku,
            "settled",
            "This row's figure contained registered order lines; write the new figure instead.",
        ),
        RowRejection::BelowZero => (Column::Stock, "below_zero", "There is not enough to take this much away."),
        RowRejection::TooLarge => {
            let text = format!("The amount would pass the largest one that can be stored, {QUANTITY_MAX}.");
            return RowText { column: Column::Stock.name(), code: "too_large", text };
        }
    };
    RowText { column: column.name(), code, text: text.to_owned() }
}

fn accepted(subject: Subject) -> String {
    format!("{}, and one of {}", names(Column::Sku), writable(subject))
}

fn writable(subject: Subject) -> String {
    subject.writable().iter().copied().map(names).collect::<Vec<_>>().join(", ")
}

fn names(column: Column) -> String {
    column.names().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_fault_says_what_to_do() {
        let twice = HeaderError::Twice { column: Column::Sku, headers: ["SKU".to_owned(), "Barkod".to_owned()] };
        assert_eq!(
            header(&twice, Subject::Stocks),
            "The columns \"SKU\" and \"Barkod\" both mean product__sku. Choose one with mapping, or keep one of them."
        );
        assert!(header(&HeaderError::PriceList, Subject::Stocks).contains("price list"));
        for fault in [HeaderError::NoHeader, HeaderError::NothingToWrite] {
            assert!(header(&fault, Subject::Stocks).contains("stock, quantity, qty, stok, miktar"), "{fault:?}");
        }
        for fault in [HeaderError::NoHeader, HeaderError::NoSku] {
            assert!(
                header(&fault, Subject::Prices).contains("product__sku, product_sku, sku, barcode, stok kodu"),
                "{fault:?}"
            );
        }
    }

    #[test]
    fn what_a_spreadsheet_did_to_a_sku_is_told_with_a_remedy() {
        let of_sku = |problem| cell(CellError { column: Column::Sku, problem });
        for problem in
            [Problem::Exponent, Problem::IsDate, Problem::SkuFraction, Problem::SkuRounded, Problem::SkuStyled]
        {
            assert!(of_sku(problem).contains("Format the column as text"), "{problem:?}");
            let of_stock = cell(CellError { column: Column::Stock, problem: Problem::Exponent });
            assert!(!of_stock.contains("SKU"), "{of_stock}");
        }
    }
}
