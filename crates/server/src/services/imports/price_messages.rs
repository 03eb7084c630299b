//! What is said of a cell and of a row of a file of prices: sentences for the person who made the file.
//!
//! Promises: each says what is wrong and, where there is a way, what to do about it. Must not know files or rows.

use onhand_core::import::{CellError, Column, Problem};
use onhand_core::prices::{FRACTION_DIGITS_MAX, PriceRejection, WHOLE_DIGITS_MAX};

use super::messages::{self, RowText};

/// What is wrong with a cell. Its column has a field of its own in the answer.
pub fn cell(fault: CellError) -> String {
    let text = match fault.problem {
        // A SKU is one in every file.
        _ if fault.column == Column::Sku && fault.problem != Problem::NothingToWrite => return messages::cell(fault),
        Problem::IsDate => "This is a date, not a number. Format the column as number and enter the number again.",
        Problem::IsBool => "This is true or false, and no number.",
        Problem::NotANumber => {
            "This is not a number. Write digits, and one sign before the decimals, without a currency."
        }
        Problem::Negative => "A price and a tax rate cannot be below zero.",
        Problem::Separators => {
            "Are these thousands or decimals? Write the number with two decimals and without signs between its thousands."
        }
        Problem::TooLarge => return format!("A price has at most {WHOLE_DIGITS_MAX} digits before its decimals."),
        Problem::TooPrecise => return format!("A price has at most {FRACTION_DIGITS_MAX} decimals."),
        Problem::RateTooHigh => "A tax rate is at most 100 percent.",
        Problem::RateIsShare => "A tax rate is in percent: is this a share of one? Write 18 for 18 percent.",
        Problem::NotACurrency => "This is no currency. Write its code, for instance try, eur or usd.",
        Problem::OtherList => "The row is for another price list than the one the file was sent to.",
        Problem::NothingToWrite => "There is nothing to write in this row: its prices and its tax rate are empty.",
        _ => return messages::cell(fault),
    };
    text.to_owned()
}

/// Why the price of a row is not written.
pub fn row(fault: &PriceRejection) -> RowText {
    let (column, code, text) = match fault {
        PriceRejection::UnknownProduct => (Column::Sku, "unknown_product", "There is no product with this SKU."),
        PriceRejection::NoPrice => {
            (Column::Price, "no_price", "The list has no price of this product yet, so the row needs one.")
        }
        PriceRejection::NoCurrency => {
            (Column::Currency, "no_currency", "The list has no prices yet, so the row needs a currency.")
        }
        PriceRejection::OtherCurrency { stored } => {
            let text = format!("The prices of this list are in {stored}, and a list has one currency.");
            return RowText { column: Column::Currency.name(), code: "other_currency", text };
        }
        PriceRejection::StaleRow => {
            (Column::Sku, "stale_row", "This price was written after the dry run; nothing was changed.")
        }
        PriceRejection::TouchedSince => (
            Column::Sku,
            "touched_since",
            "Something has happened to this price since the import; it was left as it is.",
        ),
    };
    RowText { column: column.name(), code, text: text.to_owned() }
}
