//! The header of a table: which column is what.
//!
//! Promises: a header is understood whatever its case, accents, spaces and underscores; columns that mean nothing here
//! are named and skipped; two columns for the same thing are a fault, because either could be meant. Must not know
//! rows.

use super::{Cell, CellKind, normalize};

crate::words! {
    /// What a column of an import can be.
    pub enum Column {
        /// The natural key of a row.
        Sku,
        /// The stock level, or the difference to it.
        Stock,
        /// The reserved quantity.
        Held,
        /// The unit.
        Unit,
        /// When the level was taken.
        SnapshotAt,
        /// The name or the code of the list, to be sure that the file is meant for it.
        List,
        /// The product's name, for people who read the file; nothing is done with it.
        Name,
    }
}

impl Column {
    /// Headers that name it, the first of them its name on the wire.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::Sku => &["product__sku", "product_sku", "sku", "barcode", "stok kodu", "barkod", "ürün kodu"],
            Self::Stock => &["stock", "quantity", "qty", "stok", "miktar", "adet", "stok miktarı"],
            Self::Held => &["sold_quantity_unreported"],
            Self::Unit => &["unit_type", "unit", "birim"],
            Self::SnapshotAt => &["snapshot_at"],
            Self::List => &["stock_list__name", "stock_list", "stok listesi"],
            Self::Name => &["product__name", "product_name", "ürün adı"],
        }
    }

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        self.names()[0]
    }

    fn of(header: &str) -> Option<Self> {
        let header = normalize::word(header);
        Self::ALL.into_iter().find(|column| column.names().iter().any(|name| normalize::word(name) == header))
    }
}

/// Headers of a price list (contract X9).
const PRICE_LIST: [&str; 7] =
    ["price_list__name", "price_list", "currency_type", "retail_price", "price", "tax_rate", "fiyat"];

/// The most characters shown of a header that means nothing here.
const SHOWN_CHARS_MAX: usize = 64;

/// Why a table cannot be read as stock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HeaderError {
    /// The first row names nothing and looks like data.
    NoHeader,
    /// It is a price list.
    PriceList,
    /// Two headers name the same column.
    Twice {
        /// The column.
        column: Column,
        /// Both headers, as they are written.
        headers: [String; 2],
    },
    /// There is no column of SKUs.
    NoSku,
    /// There is no column of anything that could be written.
    NothingToWrite,
}

/// Where each column is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Columns {
    places: [Option<usize>; Column::ALL.len()],
    unknown: Vec<String>,
}

impl Columns {
    /// Reads the first row of a table.
    pub fn read(header: &[Cell<'_>]) -> Result<Self, HeaderError> {
        let mut columns = Self { places: [None; Column::ALL.len()], unknown: Vec::new() };
        for (place, cell) in header.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            match Column::of(cell.text) {
                None => columns.unknown.push(shown(*cell)),
                Some(column) => {
                    if let Some(first) = columns.places[column as usize].replace(place) {
                        return Err(HeaderError::Twice { column, headers: [shown(header[first]), shown(*cell)] });
                    }
                }
            }
        }
        match columns.fault(header) {
            Some(fault) => Err(fault),
            None => Ok(columns),
        }
    }

    fn fault(&self, header: &[Cell<'_>]) -> Option<HeaderError> {
        let has_sku = self.place(Column::Sku).is_some();
        let has_amount = self.place(Column::Stock).or(self.place(Column::Held)).is_some();
        let is_price = |header: &String| PRICE_LIST.iter().any(|name| normalize::word(name) == normalize::word(header));
        if !has_amount && self.unknown.iter().any(is_price) {
            return Some(HeaderError::PriceList);
        }
        if !has_sku && header.iter().copied().any(is_data) {
            return Some(HeaderError::NoHeader);
        }
        if !has_sku {
            return Some(HeaderError::NoSku);
        }
        let writable = has_amount || self.place(Column::Unit).is_some();
        (!writable).then_some(HeaderError::NothingToWrite)
    }

    /// Headers that mean nothing here, as they are written; long ones are cut.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Where a column is, counted from 0.
    pub const fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize]
    }

    /// The cell of a column in a row; empty where there is no such column or the row does not reach it.
    pub fn cell<'c>(&self, column: Column, cells: &[Cell<'c>]) -> Cell<'c> {
        self.place(column).and_then(|place| cells.get(place)).copied().unwrap_or(Cell::EMPTY)
    }
}

/// Whether a cell of the first row is no header: no header is a number.
fn is_data(cell: Cell<'_>) -> bool {
    match cell.kind {
        CellKind::Number | CellKind::Styled | CellKind::Date | CellKind::Bool => true,
        CellKind::Text => {
            let digits = cell.trimmed().bytes().filter(u8::is_ascii_digit).count();
            digits > 0 && cell.trimmed().bytes().all(|byte| byte.is_ascii_digit() || b".,-+".contains(&byte))
        }
        CellKind::Empty | CellKind::Error => false,
    }
}

fn shown(cell: Cell<'_>) -> String {
    let text = cell.trimmed();
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
