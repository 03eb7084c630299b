//! Exports: product stocks as a file, and the file that an import of a list begins with.
//!
//! Promises: a file that comes back as an import changes nothing, also where orders came and went meanwhile. So a
//! column whose old value would do harm (the reserved quantity) has a name that an import passes over, and the time of
//! a level goes with it. Memory does not depend on how many stocks there are. Must not know where the file goes.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use onhand_core::import::{Column, Subject};
use onhand_core::{ProductId, Stock, StockListId};
use onhand_sheet::Out;
use onhand_store::query::{ListQuery, Page, Window};
use onhand_store::resource::{self, Record};
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::{product_stocks as stocks, products};
use onhand_store::{Error, Store, Tx};

use super::ServiceError;
use super::reads::Reads;
use super::table_file::{Format, Sink, TableFile};
use crate::wire::scalar;

/// What an export can be.
pub const EXPORT_FORMATS: &[Format] = &[Format::Csv, Format::Xlsx, Format::Json];
/// What a template can be.
pub const TEMPLATE_FORMATS: &[Format] = &[Format::Xlsx, Format::Csv];
/// The columns of an export. An import knows the first six, passes over the others, and does nothing with the name.
const COLUMNS: [&str; 9] = [
    "product_sku",
    "product_name",
    "stock",
    "unit_type",
    "stock_list",
    "snapshot_at",
    "held_quantity",
    "reported_quantity",
    "adjusted_stock",
];
/// Stocks that are read together.
const PAGE_ROWS: i64 = 1_000;
/// Stocks that a template shows as examples.
const EXAMPLES: i64 = 10;

/// Writes stocks as a file, in the order of a listing by id, or by SKU in one list; what its window says is not read. `write` writes a stock
/// into a JSON array.
pub fn export(
    reads: &Reads,
    listing: &ListQuery,
    (sink, format): (&mut dyn Sink, Format),
    write: impl Fn(&mut String, &Stock),
) -> Result<(), ServiceError> {
    match format {
        Format::Json => write_json(reads, listing, sink, write),
        Format::Csv | Format::Xlsx => write_table(reads, listing, TableFile::begin(sink, format)?),
    }
}

/// The stocks a page at a time: each page is a transaction of its own.
pub(super) struct Pages<'e> {
    reads: &'e Reads,
    listing: &'e ListQuery,
    window: Option<Window>,
}

impl<'e> Pages<'e> {
    pub(super) const fn of(reads: &'e Reads, listing: &'e ListQuery) -> Self {
        Self { reads, listing, window: Some(Window::After { key: None, limit: PAGE_ROWS }) }
    }

    pub(super) fn next(&mut self) -> Result<Option<Vec<Stock>>, Error> {
        let Some(window) = self.window.take() else { return Ok(None) };
        let part = ListQuery { window, ..self.listing.clone() };
        let page: Page<Stock> = self.reads.read("stocks.export", async move |tx| stocks::page(tx, &part).await)?;
        self.window = page.next.map(|last| Window::After { key: Some(last), limit: PAGE_ROWS });
        Ok(Some(page.rows))
    }
}

fn write_json(
    reads: &Reads,
    listing: &ListQuery,
    sink: &mut dyn Sink,
    write: impl Fn(&mut String, &Stock),
) -> Result<(), ServiceError> {
    let (mut row, mut separator) = (String::new(), "[");
    let mut pages = Pages::of(reads, listing);
    while let Some(page) = pages.next()? {
        for stock in &page {
            row.clear();
            row.push_str(separator);
            separator = ",";
            write(&mut row, stock);
            sink.write_all(row.as_bytes())?;
        }
    }
    Ok(sink.write_all(if separator == "[" { b"[]" } else { b"]" })?)
}

fn write_table(reads: &Reads, listing: &ListQuery, mut table: TableFile<'_>) -> Result<(), ServiceError> {
    table.row(COLUMNS.map(Out::Text))?;
    let mut lists: HashMap<StockListId, String> = HashMap::new();
    let mut pages = Pages::of(reads, listing);
    while let Some(page) = pages.next()? {
        let products = product_names(reads, &page)?;
        for stock in &page {
            let list = match lists.entry(stock.list) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert(list_name(reads, stock.list)?),
            };
            table.row([
                Out::Text(&stock.sku),
                Out::Text(products.get(&stock.product).map_or("", String::as_str)),
                Out::Int(stock.on_hand),
                Out::Text(stock.unit.word()),
                Out::Text(list),
                Out::Time(&level_time(stock)),
                Out::Int(stock.reserved),
                Out::Int(stock.reported),
                Out::Int(stock.available()),
            ])?;
        }
    }
    table.finish()
}

pub(super) fn product_names(reads: &Reads, stocks: &[Stock]) -> Result<HashMap<ProductId, String>, Error> {
    let ids: Vec<_> = stocks.iter().map(|stock| stock.product).collect();
    reads.read("products.names", async move |tx| products::names(tx, &ids).await)
}

pub(super) fn list_name(reads: &Reads, list: StockListId) -> Result<String, Error> {
    let found = reads.read("records.find", async move |tx| resource::by_id(tx, &STOCK_LISTS, list.get()).await)?;
    Ok(found.and_then(|list| list.text("name").map(str::to_owned)).unwrap_or_default())
}

/// When the level was taken. One without a time gets the earliest there can be: an import without a time would count it
/// as taken now, and settle what was registered since.
fn level_time(stock: &Stock) -> String {
    scalar::time_text(stock.snapshot_at.unwrap_or(stock.created_at))
}

/// What a template shows: a list and some of its stocks.
pub struct Template {
    list: Record,
    examples: Vec<Stock>,
}

/// The template of a list.
pub async fn template(store: &Store, id: StockListId) -> Result<Template, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| match resource::by_id(tx, &STOCK_LISTS, id.get()).await? {
        Some(list) => Ok(Some(Template { list, examples: stocks::of_list(tx, id, 0, EXAMPLES).await? })),
        None => Ok(None),
    };
    store.read("stocks.examples", body).await?.ok_or(ServiceError::NotFound)
}

impl Template {
    /// What its file is called, without what says its format.
    pub fn file_name(&self) -> String {
        format!("{}_template", self.list.text("code").unwrap_or(self.list_name()))
    }

    fn list_name(&self) -> &str {
        self.list.text("name").unwrap_or_default()
    }

    /// Writes the columns of an import and some rows of the list, which change nothing if they are left as they are.
    pub fn write(&self, sink: &mut dyn Sink, format: Format) -> Result<(), ServiceError> {
        let mut table = TableFile::begin(sink, format)?;
        // Its rows are of one list, and so of one warehouse.
        let columns = || Subject::Stocks.columns().iter().copied().filter(|column| *column != Column::Warehouse);
        table.row(columns().map(|column| Out::Text(column.name())))?;
        for stock in &self.examples {
            let time = level_time(stock);
            table.row(columns().map(|column| match column {
                Column::Sku => Out::Text(&stock.sku),
                Column::Stock => Out::Int(stock.on_hand),
                Column::Unit => Out::Text(stock.unit.word()),
                Column::SnapshotAt => Out::Time(&time),
                Column::List => Out::Text(self.list_name()),
                // Empty leaves it as it is, whatever is sold before the file comes back.
                _ => Out::Empty,
            }))?;
        }
        table.finish()
    }
}
