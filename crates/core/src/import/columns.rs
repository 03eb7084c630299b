//! The header of a table: which column is what.
//!
//! Promises: a header is understood whatever its case, accents, spaces and underscores; columns that mean nothing here
//! are named and skipped; where two columns could be meant, nothing is chosen but what a mapping says. Must not know
//! rows.

use super::headings::PRICE_LIST;
use super::{Cell, CellKind, ColumnMapping, Pick, Subject, normalize};

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
        /// The place that a row is about, where a file has the stock of several places.
        Warehouse,
        /// The name or the code of the price list, to be sure that the file is meant for it.
        PriceList,
        /// The currency of the prices.
        Currency,
        /// The tax rate in percent.
        TaxRate,
        /// The price before a discount.
        RetailPrice,
        /// The price.
        Price,
    }
}

/// The most characters shown of a header that means nothing here.
const SHOWN_CHARS_MAX: usize = 64;

/// Why a table cannot be read as stock, or as prices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HeaderError {
    /// The first row names nothing and looks like data.
    NoHeader,
    /// It is a price list, and stock is asked for.
    PriceList,
    /// It is a file of stock, and prices are asked for.
    StockFile,
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
    /// The mapping names a column that is not there.
    NoSuchColumn(String),
    /// The mapping takes one column for two things.
    Shared(String),
    /// The mapping names a row for the header that is not among the first ones.
    NoSuchRow(u64),
}

/// Where each column is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Columns {
    pub(super) places: [Option<usize>; Column::ALL.len()],
    unknown: Vec<String>,
    /// The warehouse whose rows are meant, if not those of all.
    pub(super) warehouse: Option<String>,
}

/// What a row would be as a header: also where more than one column could be meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    subject: Subject,
    places: [Option<usize>; Column::ALL.len()],
    /// Columns for which several headers fit, with the places of those.
    pub conflicts: Vec<(Column, Vec<usize>)>,
}

impl Draft {
    /// Takes a row for a header, as a mapping and the names of columns say.
    pub fn of(header: &[Cell<'_>], subject: Subject, mapping: &ColumnMapping) -> Result<Self, HeaderError> {
        let mut draft = Self { subject, places: [None; Column::ALL.len()], conflicts: Vec::new() };
        for (column, pick) in &mapping.columns {
            let Some(pick) = pick else { continue };
            let place = picked(header, *column, pick)?;
            if draft.places.contains(&Some(place)) {
                return Err(HeaderError::Shared(header.get(place).copied().map_or_else(String::new, shown)));
            }
            draft.places[*column as usize] = Some(place);
        }
        let taken = draft.places;
        let words: Vec<(usize, String)> = header
            .iter()
            .enumerate()
            .filter(|(place, cell)| !cell.is_empty() && !taken.contains(&Some(*place)))
            .map(|(place, cell)| (place, normalize::word(cell.text)))
            .collect();
        let is_open = |column: &&Column| mapping.columns.iter().all(|(said, _)| said != *column);
        for column in subject.columns().iter().filter(is_open).copied() {
            let named = |names: &[&str]| {
                let is_named = |word: &String| names.iter().any(|name| normalize::word(name) == *word);
                words.iter().filter(|(_, word)| is_named(word)).map(|(place, _)| *place).collect::<Vec<_>>()
            };
            let mut fitting = named(column.names());
            if fitting.is_empty() {
                fitting = named(column.other_names());
            }
            // A name changes nothing, and of a warehouse's name and code either is enough.
            if matches!(column, Column::Name | Column::Warehouse) {
                fitting.truncate(1);
            }
            draft.places[column as usize] = fitting.first().copied();
            if fitting.len() > 1 {
                draft.conflicts.push((column, fitting));
            }
        }
        Ok(draft)
    }

    /// What each of so many columns is. Where several could be meant, the first of them is.
    pub fn roles(&self, count: usize) -> Vec<Option<Column>> {
        let role = |place| Column::ALL.into_iter().find(|column| self.places[*column as usize] == Some(place));
        (0..count).map(role).collect()
    }

    /// The columns, if they are enough and nothing is left open.
    pub fn columns(&self, header: &[Cell<'_>], warehouse: Option<&str>) -> Result<Columns, HeaderError> {
        if let Some((column, places)) = self.conflicts.first() {
            let headers = [shown(header[places[0]]), shown(header[places[1]])];
            return Err(HeaderError::Twice { column: *column, headers });
        }
        let unread = |(place, cell): &(usize, &Cell<'_>)| !cell.is_empty() && !self.places.contains(&Some(*place));
        let unknown = header.iter().enumerate().filter(unread).map(|(_, cell)| shown(*cell)).collect();
        let columns = Columns { places: self.places, unknown, warehouse: warehouse.map(str::to_owned) };
        match columns.fault(header, self.subject) {
            Some(fault) => Err(fault),
            None => Ok(columns),
        }
    }
}

impl Columns {
    /// Reads a row of a table as its header.
    pub fn read(header: &[Cell<'_>], subject: Subject) -> Result<Self, HeaderError> {
        Self::mapped(header, subject, &ColumnMapping::default())
    }

    /// The same, where a mapping says what columns are.
    pub fn mapped(header: &[Cell<'_>], subject: Subject, mapping: &ColumnMapping) -> Result<Self, HeaderError> {
        Draft::of(header, subject, mapping)?.columns(header, mapping.warehouse.as_deref())
    }

    /// The columns of a table that was understood before.
    pub fn known(places: impl IntoIterator<Item = (Column, usize)>, warehouse: Option<String>) -> Self {
        let mut columns = Self { places: [None; Column::ALL.len()], unknown: Vec::new(), warehouse };
        places.into_iter().for_each(|(column, place)| columns.places[column as usize] = Some(place));
        columns
    }

    fn fault(&self, header: &[Cell<'_>], subject: Subject) -> Option<HeaderError> {
        let has = |column| self.place(column).is_some();
        let is_other = |names: &[&str]| {
            let is_named = |header: &String| names.iter().any(|name| normalize::word(name) == normalize::word(header));
            self.unknown.iter().any(is_named)
        };
        match subject {
            Subject::Stocks if !has(Column::Stock) && !has(Column::Held) && is_other(&PRICE_LIST) => {
                return Some(HeaderError::PriceList);
            }
            Subject::Prices if !subject.writable().iter().copied().any(has) && is_other(Column::Stock.names()) => {
                return Some(HeaderError::StockFile);
            }
            Subject::Stocks | Subject::Prices => {}
        }
        if !has(Column::Sku) && header.iter().copied().any(is_data) {
            return Some(HeaderError::NoHeader);
        }
        if !has(Column::Sku) {
            return Some(HeaderError::NoSku);
        }
        (!subject.writable().iter().copied().any(has)).then_some(HeaderError::NothingToWrite)
    }

    /// Headers that mean nothing here, as they are written; long ones are cut.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Where a column is, counted from 0.
    pub const fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize]
    }

    /// The warehouse whose rows are meant, if not those of all.
    pub fn warehouse(&self) -> Option<&str> {
        self.warehouse.as_deref()
    }

    /// The cell of a column in a row; empty where there is no such column or the row does not reach it.
    pub fn cell<'c>(&self, column: Column, cells: &[Cell<'c>]) -> Cell<'c> {
        self.place(column).and_then(|place| cells.get(place)).copied().unwrap_or(Cell::EMPTY)
    }
}

/// The place of the column that a mapping means.
fn picked(header: &[Cell<'_>], column: Column, pick: &Pick) -> Result<usize, HeaderError> {
    let heading = match pick {
        Pick::Number(number) => return Ok(number.saturating_sub(1)),
        Pick::Heading(heading) => heading,
    };
    let places = |is_it: &dyn Fn(&str) -> bool| -> Vec<usize> {
        header.iter().enumerate().filter(|(_, cell)| is_it(cell.trimmed())).map(|(place, _)| place).collect()
    };
    let mut found = places(&|text| text == normalize::trimmed(heading));
    if found.is_empty() {
        let word = normalize::word(heading);
        found = places(&|text| normalize::word(text) == word);
    }
    match found[..] {
        [] => Err(HeaderError::NoSuchColumn(cut(heading))),
        [place] => Ok(place),
        [first, second, ..] => {
            Err(HeaderError::Twice { column, headers: [shown(header[first]), shown(header[second])] })
        }
    }
}

/// Whether a cell of the first row is no header: no header is a number.
pub(super) fn is_data(cell: Cell<'_>) -> bool {
    match cell.kind {
        CellKind::Number | CellKind::Styled | CellKind::Date | CellKind::Bool => true,
        CellKind::Text => {
            let digits = cell.trimmed().bytes().filter(u8::is_ascii_digit).count();
            digits > 0 && cell.trimmed().bytes().all(|byte| byte.is_ascii_digit() || b".,-+".contains(&byte))
        }
        CellKind::Empty | CellKind::Error => false,
    }
}

/// A header as it may be shown.
fn shown(cell: Cell<'_>) -> String {
    cut(cell.trimmed())
}

/// A header as it may be shown.
pub fn shown_heading(text: &str) -> String {
    cut(normalize::trimmed(text))
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
