//! Exports: product stocks as a file, all that a list's filters leave; and the file that an import of a list begins
//! with.
//!
//! Promises: a file that comes back as an import changes nothing, also where orders came and went meanwhile. So a
//! column whose old value would do harm (the reserved quantity) has a name that an import passes over, and the time of
//! a level goes with it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use onhand_core::import::Column;
use onhand_core::{ProductId, Stock, StockListId};
use onhand_sheet::Out;
use onhand_store::query::{ListQuery, Sort, Window};
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_store::tables::{product_stocks as stocks, products};
use onhand_store::{Tx, resource};

use super::product_stocks;
use crate::api::channels::feeds;
use crate::http::context::RequestContext;
use crate::http::download::{self, Download, Format, Reads, Table};
use crate::wire::error::Error;
use crate::wire::json::ApiResponse;
use crate::wire::{filter, scalar};

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

/// `GET product_stock/export/`.
pub async fn export(call: RequestContext) -> Result<ApiResponse, Error> {
    let format = Format::asked(&call.query, EXPORT_FORMATS)?;
    let query: Vec<_> = call.query.iter().filter(|(name, _)| name != "format").cloned().collect();
    let mut listing = filter::parse(product_stocks::FILTERS, &query, call.zone())?.listing;
    listing.conditions.extend(feeds::of_own_lists(&call, "stock_list_id").await?);
    if listing.sort.column != Sort::BY_ID.column {
        return Err(Error::field("sort", "An export can be sorted by id or -id only."));
    }
    let name = format!("product_stock_{}", &scalar::time_text(call.app.clock.now())[..10]);
    let family = call.family;
    download::reply(&call.app, (&name, format), move |reads, download| match format {
        Format::Json => write_json(reads, download, &listing, product_stocks::write(family)),
        Format::Csv | Format::Xlsx => write_table(reads, Table::begin(download, format)?, &listing),
    })
    .await
}

/// Reads the stocks a page at a time: each page is a transaction of its own.
fn response_cache(
    reads: &Reads,
    listing: &ListQuery,
    mut take: impl FnMut(&[Stock]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut key = None;
    loop {
        let part = ListQuery { window: Window::After { key, limit: PAGE_ROWS }, ..listing.clone() };
        let page = reads.read("stocks.export", async move |tx| stocks::page(tx, &part).await)?;
        take(&page.rows)?;
        match page.next {
            Some(last) => key = Some(last),
            None => return Ok(()),
        }
    }
}

fn write_json(
    reads: &Reads,
    download: &mut Download,
    listing: &ListQuery,
    write: impl Fn(&mut String, &Stock),
) -> Result<(), Error> {
    use std::io::Write as _;
    let (mut row, mut separator) = (String::new(), "[");
    response_cache(reads, listing, |stocks| {
        stocks.iter().try_for_each(|stock| {
            row.clear();
            row.push_str(separator);
            separator = ",";
            write(&mut row, stock);
            Ok(download.write_all(row.as_bytes())?)
        })
    })?;
    Ok(download.write_all(if separator == "[" { b"[]" } else { b"]" })?)
}

fn write_table(reads: &Reads, mut table: Table<'_>, listing: &ListQuery) -> Result<(), Error> {
    table.row(COLUMNS.map(Out::Text))?;
    let mut lists: HashMap<StockListId, String> = HashMap::new();
    response_cache(reads, listing, |page| {
        let products = product_names(reads, page)?;
        page.iter().try_for_each(|stock| {
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
                Out::Time(&figure_time(stock)),
                Out::Int(stock.reserved),
                Out::Int(stock.reported),
                Out::Int(stock.available()),
            ])
        })
    })?;
    table.finish()
}

fn product_names(reads: &Reads, stocks: &[Stock]) -> Result<HashMap<ProductId, String>, Error> {
    let ids: Vec<_> = stocks.iter().map(|stock| stock.product).collect();
    Ok(reads.read("products.names", async move |tx| products::names(tx, &ids).await)?)
}

fn list_name(reads: &Reads, list: StockListId) -> Result<String, Error> {
    let found = reads.read("records.find", async move |tx| resource::by_id(tx, &STOCK_LISTS, list.get()).await)?;
    Ok(found.and_then(|list| list.text("name").map(str::to_owned)).unwrap_or_default())
}

/// When the level was taken. One without a time gets the earliest there can be: an import without a time would count it
/// as taken now, and settle what was registered since.
fn figure_time(stock: &Stock) -> String {
    scalar::time_text(stock.snapshot_at.unwrap_or(stock.created_at))
}

/// `GET stock_list/{id}/excel_template/`: the columns of an import and some rows of the list, which change nothing if
/// they are left as they are.
pub async fn template(call: RequestContext) -> Result<ApiResponse, Error> {
    let format = Format::asked(&call.query, TEMPLATE_FORMATS)?;
    let id = StockListId::new(call.id()?);
    let body = async move |tx: &mut Tx<'_>| match resource::by_id(tx, &STOCK_LISTS, id.get()).await? {
        Some(list) => Ok(Some((list, stocks::of_list(tx, id, 0, EXAMPLES).await?))),
        None => Ok(None),
    };
    let (list, examples) = call.app.store.read("stocks.examples", body).await?.ok_or_else(Error::not_found)?;
    let list_name = list.text("name").unwrap_or_default().to_owned();
    let name = format!("{}_template", list.text("code").unwrap_or(&list_name));
    download::reply(&call.app, (&name, format), move |_, download| {
        let mut table = Table::begin(download, format)?;
        table.row(Column::ALL.map(|column| Out::Text(column.name())))?;
        for stock in &examples {
            let time = figure_time(stock);
            table.row(Column::ALL.map(|column| match column {
                Column::Sku => Out::Text(&stock.sku),
                Column::Stock => Out::Int(stock.on_hand),
                Column::Unit => Out::Text(stock.unit.word()),
                Column::SnapshotAt => Out::Time(&time),
                Column::List => Out::Text(&list_name),
                // Empty leaves it as it is, whatever is sold before the file comes back.
                Column::Held | Column::Name => Out::Empty,
            }))?;
        }
        table.finish()
    })
    .await
}
