//! Stock as of an instant: what the numbers were then, of one stock or of many as a file.
//!
//! Promises: the numbers are those of the newest movement that is not later than the instant. A movement has the time at
//! which it was decided and is seen some milliseconds later, so an instant of the last moments may still get one. Memory
//! does not depend on how many stocks a file has. Must not know where the file goes.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};

use onhand_core::{Movement, Stock, StockId, StockListId, Timestamp};
use onhand_sheet::Out;
use onhand_store::query::ListQuery;
use onhand_store::tables::discrepancies;
use onhand_store::tables::movements::as_of;
use onhand_store::{Error, Tx};

use super::exports::{Pages, list_name, product_names};
use super::reads::Reads;
use super::table_file::{Format, Sink, TableFile};
use super::{ServiceError, Services};
use crate::wire::scalar;

/// The columns of a file. An import knows none of the numbers: what was true then is no level now.
const COLUMNS: [&str; 8] = [
    "product_sku",
    "product_name",
    "stock_list",
    "as_of",
    "stock_as_of",
    "held_quantity_as_of",
    "reported_quantity_as_of",
    "adjusted_stock_as_of",
];

/// The numbers of a stock at an instant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NumbersAsOf {
    /// The movement that left them; `None` if there was no such stock yet, and then all are 0.
    pub movement: Option<Movement>,
    /// What could be sold.
    pub available: i64,
}

impl NumbersAsOf {
    fn of(movement: Option<Movement>, is_off_sale: bool) -> Self {
        let room = |moved: &Movement| Stock::room(moved.on_hand, moved.reserved + moved.reported, is_off_sale);
        let available = movement.as_ref().map_or(0, room).max(0);
        Self { movement, available }
    }

    /// The level, the reserved and the reported quantity.
    pub fn counted(&self) -> [i64; 3] {
        self.movement.as_ref().map_or([0; 3], |moved| [moved.on_hand, moved.reserved, moved.reported])
    }
}

/// The numbers of a stock at an instant. Of one before [`super::retention::told_since`] they are not known.
pub async fn of_stock(services: &Services, stock: Stock, instant: Timestamp) -> Result<NumbersAsOf, ServiceError> {
    let body = async move |tx: &mut Tx<'_>| {
        let movement = as_of::as_of(tx, &stock, instant).await?;
        let off_sale = discrepancies::off_sale_at(tx, std::slice::from_ref(&stock), instant).await?;
        Ok(NumbersAsOf::of(movement, !off_sale.is_empty()))
    };
    Ok(services.store.read("movements.as_of", body).await?)
}

/// Writes stocks as a file, as they were at an instant; those that were not there yet are left out.
pub fn export(
    reads: &Reads,
    listing: &ListQuery,
    (sink, format): (&mut dyn Sink, Format),
    instant: Timestamp,
    write: impl Fn(&mut String, &Stock, &NumbersAsOf),
) -> Result<(), ServiceError> {
    match format {
        Format::Json => write_json(reads, listing, sink, instant, write),
        Format::Csv | Format::Xlsx => write_table(reads, listing, TableFile::begin(sink, format)?, instant),
    }
}

/// The numbers of a page of stocks, in their order.
fn page_as_of(reads: &Reads, stocks: Vec<Stock>, instant: Timestamp) -> Result<Vec<(Stock, NumbersAsOf)>, Error> {
    let read = async move |tx: &mut Tx<'_>| {
        let mut found: HashMap<StockId, Movement> = as_of::as_of_all(tx, &stocks, instant).await?;
        let off_sale: BTreeSet<StockId> = discrepancies::off_sale_at(tx, &stocks, instant).await?;
        let numbers = |stock: Stock| {
            let movement = found.remove(&stock.id)?;
            let is_off_sale = off_sale.contains(&stock.id);
            Some((stock, NumbersAsOf::of(Some(movement), is_off_sale)))
        };
        Ok(stocks.into_iter().filter_map(numbers).collect())
    };
    reads.read("movements.as_of_all", read)
}

fn write_json(
    reads: &Reads,
    listing: &ListQuery,
    sink: &mut dyn Sink,
    instant: Timestamp,
    write: impl Fn(&mut String, &Stock, &NumbersAsOf),
) -> Result<(), ServiceError> {
    let (mut row, mut separator) = (String::new(), "[");
    let mut pages = Pages::of(reads, listing);
    while let Some(page) = pages.next()? {
        for (stock, numbers) in page_as_of(reads, page, instant)? {
            row.clear();
            row.push_str(separator);
            separator = ",";
            write(&mut row, &stock, &numbers);
            sink.write_all(row.as_bytes())?;
        }
    }
    Ok(sink.write_all(if separator == "[" { b"[]" } else { b"]" })?)
}

fn write_table(
    reads: &Reads,
    listing: &ListQuery,
    mut table: TableFile<'_>,
    instant: Timestamp,
) -> Result<(), ServiceError> {
    table.row(COLUMNS.map(Out::Text))?;
    let time = scalar::time_text(instant);
    let mut lists: HashMap<StockListId, String> = HashMap::new();
    let mut pages = Pages::of(reads, listing);
    while let Some(page) = pages.next()? {
        let products = product_names(reads, &page)?;
        for (stock, numbers) in page_as_of(reads, page, instant)? {
            if let Entry::Vacant(unknown) = lists.entry(stock.list) {
                unknown.insert(list_name(reads, stock.list)?);
            }
            let [on_hand, reserved, reported] = numbers.counted();
            table.row([
                Out::Text(&stock.sku),
                Out::Text(products.get(&stock.product).map_or("", String::as_str)),
                Out::Text(lists.get(&stock.list).map_or("", String::as_str)),
                Out::Time(&time),
                Out::Int(on_hand),
                Out::Int(reserved),
                Out::Int(reported),
                Out::Int(numbers.available),
            ])?;
        }
    }
    table.finish()
}
