//! The subject of a file: what its rows write, and so which columns it can have.
//!
//! Promises: a column is looked for only in files of a subject that has it. Must not know headings or cells.

use super::Column;

/// What the rows of a file write.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Subject {
    /// The stocks of a stock list.
    #[default]
    Stocks,
    /// The prices of a price list.
    Prices,
}

impl Subject {
    /// The columns that a file of it can have, in the order of a template.
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Stocks => &[
                Column::Sku,
                Column::Stock,
                Column::Held,
                Column::Unit,
                Column::SnapshotAt,
                Column::List,
                Column::Name,
                Column::Warehouse,
            ],
            // As the vendor's documents print them (contract X9).
            Self::Prices => &[
                Column::Sku,
                Column::Name,
                Column::PriceList,
                Column::Currency,
                Column::TaxRate,
                Column::RetailPrice,
                Column::Price,
            ],
        }
    }

    /// Those of them that can be written; a file has at least one.
    pub const fn writable(self) -> &'static [Column] {
        match self {
            Self::Stocks => &[Column::Stock, Column::Held, Column::Unit],
            Self::Prices => &[Column::Price, Column::RetailPrice, Column::TaxRate],
        }
    }

    /// Whether a file of it can have a column.
    pub fn has(self, column: Column) -> bool {
        self.columns().contains(&column)
    }
}
