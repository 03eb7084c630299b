//! Prices of a price list that rows of an import write: how a row of a file is read, and how some rows are written.
//!
//! Promises: a price is made, changed and removed as the API does it, with its events for channels; rows that are decided
//! together see what is stored when they are written, and no other transaction changes that meanwhile. Must not know
//! files or chunks.

use std::collections::HashMap;

use onhand_core::import::{Cell, CellError, Columns, ListNames, RunningSum};
use onhand_core::prices::{Decimal, PriceOutcome, PriceRejection, PriceRow, PriceValues, StoredPrice, decide_price};
use onhand_core::{PriceListId, Timestamp};
use onhand_store::query::{Condition, CursorKey, ListQuery, Op, Sort, Window};
use onhand_store::resource::{self, Record};
use onhand_store::tables::prices::PRODUCT_PRICES;
use onhand_store::tables::products::{self, PRODUCTS};
use onhand_store::{Error, Tx};

use super::file::RowReader;
use super::price_messages;
use super::price_results;
use super::row_results::RowResult;

/// Reads rows of prices.
#[derive(Clone, Copy, Debug)]
pub struct PriceReader;

impl RowReader for PriceReader {
    type Row = PriceRow;

    fn read(&self, columns: &Columns, cells: &[Cell<'_>], list: ListNames<'_>) -> Result<PriceRow, CellError> {
        columns.price_row(cells, list)
    }

    fn sku(row: &PriceRow) -> &str {
        &row.sku
    }

    fn told(fault: CellError) -> String {
        price_messages::cell(fault)
    }

    fn add(_: &PriceRow, _: &mut RunningSum) {}

    fn notes_all(&self) -> bool {
        false
    }
}

/// A row that is to be decided, with its number in the file, or one about which nothing is left to decide.
#[derive(Clone, Debug)]
pub enum PriceSlot {
    /// What it wants.
    Row(Option<u64>, PriceRow),
    /// Its earlier result.
    Ended(RowResult),
}

/// What rows that are written together have in common.
#[derive(Clone, Debug)]
pub struct PriceTarget {
    /// The price list.
    pub list: PriceListId,
    /// The currency of its prices, if it has any.
    pub currency: Option<String>,
    /// Whether an unknown SKU becomes a product.
    pub create_unknown_products: bool,
    /// Whether nothing is written.
    pub is_dry_run: bool,
    /// The present.
    pub now: Timestamp,
}

/// Prices of a list in the order of their ids, after the one with the id `after` if there is one; so many at the most.
pub async fn of_list(tx: &mut Tx<'_>, list: PriceListId, after: Option<i64>, limit: i64) -> Result<Vec<Record>, Error> {
    let of_list = Condition { column: "price_list_id", op: Op::Eq, values: vec![list.get().into()] };
    let key = after.map(|id| CursorKey { value: id.into(), id });
    let listing = ListQuery { conditions: vec![of_list], sort: Sort::BY_ID, window: Window::After { key, limit } };
    Ok(resource::page(tx, &PRODUCT_PRICES, &listing).await?.rows)
}

/// The currency that all prices of a list are in; `None` where it has none.
pub async fn currency_of(tx: &mut Tx<'_>, list: PriceListId) -> Result<Option<String>, Error> {
    let first = of_list(tx, list, None, 1).await?;
    Ok(first.first().and_then(|price| price.text("currency_type")).map(str::to_owned))
}

/// What a stored price is. One that is not understood is an error, since nothing is written over it.
pub fn values(record: &Record) -> Result<PriceValues, Error> {
    let broken = || Error::Internal(format!("the price {} is no decimal", record.id));
    let decimal = |column| record.text(column).map(|text| Decimal::read(text).ok_or_else(broken)).transpose();
    Ok(PriceValues {
        price: decimal("price")?.ok_or_else(broken)?,
        currency: record.text("currency_type").unwrap_or_default().to_owned(),
        tax_rate: decimal("tax_rate")?,
        retail_price: decimal("retail_price")?,
    })
}

/// Puts values into a record. A number that it has already stays as it was written.
fn set(record: &mut Record, values: &PriceValues) {
    let decimals =
        [("price", Some(values.price)), ("tax_rate", values.tax_rate), ("retail_price", values.retail_price)];
    for (column, decimal) in decimals {
        if record.text(column).and_then(Decimal::read) != decimal {
            record.set(column, decimal.map(Decimal::text));
        }
    }
    record.set("currency_type", values.currency.clone());
}

/// A row that was decided, with what is stored of its price.
struct Decided<'r> {
    row: &'r PriceRow,
    product: Option<i64>,
    stored: Option<Record>,
    outcome: Result<PriceOutcome, PriceRejection>,
    result: RowResult,
}

/// Writes rows, or says what they would write; the result of each. None if there is no such list any more.
pub async fn write(
    tx: &mut Tx<'_>,
    target: &PriceTarget,
    slots: &[PriceSlot],
) -> Result<Option<Vec<RowResult>>, Error> {
    let mut decided = decide(tx, target, slots).await?;
    if !target.is_dry_run && !store(tx, target, &mut decided).await? {
        return Ok(None);
    }
    let mut decided = decided.into_iter();
    let result = |slot: &PriceSlot| match slot {
        PriceSlot::Ended(ended) => Some(ended.clone()),
        PriceSlot::Row(..) => decided.next().map(|decided| decided.result),
    };
    Ok(Some(slots.iter().filter_map(result).collect()))
}

/// A record with the key of a price.
fn keyed(target: &PriceTarget, product: i64) -> Record {
    let mut record = Record::new(&PRODUCT_PRICES, target.now);
    record.set("product_id", product);
    record.set("price_list_id", target.list.get());
    record
}

async fn decide<'r>(tx: &mut Tx<'_>, target: &PriceTarget, slots: &'r [PriceSlot]) -> Result<Vec<Decided<'r>>, Error> {
    let row = |slot: &'r PriceSlot| match slot {
        PriceSlot::Row(number, row) => Some((*number, row)),
        PriceSlot::Ended(_) => None,
    };
    let rows: Vec<(Option<u64>, &PriceRow)> = slots.iter().filter_map(row).collect();
    let skus: Vec<&str> = rows.iter().map(|(_, row)| row.sku.as_str()).collect();
    let found = products::keys_by_sku(tx, &skus).await?;
    let products: HashMap<&str, i64> = found.iter().map(|product| (product.sku.as_str(), product.id.get())).collect();
    let known: Vec<i64> = skus.iter().filter_map(|sku| products.get(sku)).copied().collect();
    let keys: Vec<Record> = known.iter().map(|product| keyed(target, *product)).collect();
    let prices = resource::same_all(tx, &PRODUCT_PRICES, &keys).await?;
    let mut prices: HashMap<i64, Record> =
        known.into_iter().zip(prices).filter_map(|(product, price)| Some((product, price?))).collect();
    let mut decided = Vec::with_capacity(rows.len());
    for (number, row) in rows {
        let product = products.get(row.sku.as_str()).copied();
        let stored = product.and_then(|product| prices.remove(&product));
        let known = match &stored {
            Some(record) => Some(StoredPrice { values: values(record)?, modified_at: record.modified_at }),
            None => None,
        };
        let outcome = match product {
            None if !target.create_unknown_products => Err(PriceRejection::UnknownProduct),
            _ => decide_price(known.as_ref(), row, target.currency.as_deref()),
        };
        let result = price_results::row_result(number, row, known.as_ref(), &outcome);
        decided.push(Decided { row, product, stored, outcome, result });
    }
    Ok(decided)
}

/// Writes what was decided; whether the list is still there.
async fn store(tx: &mut Tx<'_>, target: &PriceTarget, decided: &mut [Decided<'_>]) -> Result<bool, Error> {
    make_products(tx, target, decided).await?;
    let (mut changed, mut new, mut removed) = (Vec::new(), Vec::new(), Vec::new());
    for one in decided.iter_mut() {
        let after = match (&one.outcome, &one.stored) {
            (Ok(PriceOutcome::Created(values)), _) => {
                let mut record = keyed(target, one.product.unwrap_or_default());
                record.set("product_sku", one.row.sku.clone());
                set(&mut record, values);
                new.push(record.clone());
                record
            }
            (Ok(PriceOutcome::Updated(values)), Some(before)) => {
                let mut record = before.clone();
                set(&mut record, values);
                record.touch(target.now);
                changed.push((before.clone(), record.clone()));
                record
            }
            (Ok(PriceOutcome::Removed), Some(before)) => {
                removed.push(before.clone());
                continue;
            }
            _ => continue,
        };
        if let Some(price) = &mut one.result.price {
            price.modified_at = Some(after.modified_at.micros());
        }
    }
    let broken = resource::broken_references(tx, &PRODUCT_PRICES, &new).await?;
    if broken.iter().any(|one| one.name == "price_list_id") {
        return Ok(false);
    }
    if !broken.is_empty() {
        return Err(Error::Conflict("a product was removed meanwhile".to_owned()));
    }
    resource::update_all(tx, &PRODUCT_PRICES, changed).await?;
    resource::insert(tx, &PRODUCT_PRICES, new).await.map_err(again)?;
    for record in removed {
        resource::remove(tx, record).await?;
    }
    Ok(true)
}

/// Another transaction has just made what this one makes: then it is there, and all is looked at again.
pub fn again(fault: Error) -> Error {
    match fault {
        Error::UniqueViolation { constraint } => Error::Conflict(format!("{constraint} was taken meanwhile")),
        other => other,
    }
}

/// Makes the products of new prices that are not known: the SKU is all that is known of one, as of a stock's.
async fn make_products(tx: &mut Tx<'_>, target: &PriceTarget, decided: &mut [Decided<'_>]) -> Result<(), Error> {
    let unknown = |one: &&mut Decided<'_>| one.product.is_none() && matches!(one.outcome, Ok(PriceOutcome::Created(_)));
    let mut unknown: Vec<&mut Decided<'_>> = decided.iter_mut().filter(unknown).collect();
    let product = |one: &&mut Decided<'_>| {
        let mut record = Record::new(&PRODUCTS, target.now);
        record.set("sku", one.row.sku.clone());
        record.set("name", one.row.sku.clone());
        record
    };
    let records: Vec<Record> = unknown.iter().map(product).collect();
    let made = resource::insert(tx, &PRODUCTS, records).await.map_err(again)?;
    let ids: HashMap<&str, i64> = made.iter().filter_map(|record| Some((record.text("sku")?, record.id))).collect();
    for one in &mut unknown {
        one.product = ids.get(one.row.sku.as_str()).copied();
    }
    Ok(())
}
