//! Lists, catalogs, channels, products, prices: records that another server has.
//!
//! Promises: a record that is here keeps what the other server does not say; one that says the same is not written.
//! Must not know stock.

use std::collections::{HashMap, HashSet};

use onhand_core::prices::Decimal;
use onhand_core::{ProductId, Timestamp};
use onhand_store::query::{Condition, ListQuery, Op, Sort, Window};
use onhand_store::resource::{self, Record, Table};
use onhand_store::tables::catalogs::CATALOG_ITEMS;
use onhand_store::tables::prices::PRODUCT_PRICES;
use onhand_store::tables::products::{self, PRODUCTS};
use onhand_store::{Error, Tx, Value};

use super::Adopted;
use crate::services::imports::prices::again;
use crate::services::{ServiceError, Services};

/// What the other server says of a record: columns of its table, and links.
#[derive(Clone, Default, Debug)]
pub struct RecordContent {
    /// Columns with their values.
    pub values: Vec<(&'static str, Value<'static>)>,
    /// Links with their ids, which are ids here.
    pub links: Vec<(&'static str, Vec<i64>)>,
}

impl RecordContent {
    /// The same with a column.
    #[must_use]
    pub fn with(mut self, column: &'static str, value: impl Into<Value<'static>>) -> Self {
        self.values.push((column, value.into()));
        self
    }

    /// The same with a column, if something is said of it.
    #[must_use]
    pub fn with_some(self, column: &'static str, value: Option<impl Into<Value<'static>>>) -> Self {
        match value {
            Some(value) => self.with(column, value),
            None => self,
        }
    }

    /// The same with a link.
    #[must_use]
    pub fn with_link(mut self, link: &'static str, ids: Vec<i64>) -> Self {
        self.links.push((link, ids));
        self
    }

    fn value(&self, column: &str) -> Option<&Value<'static>> {
        self.values.iter().find(|(name, _)| *name == column).map(|(_, value)| value)
    }

    fn fill(&self, record: &mut Record) {
        self.values.iter().for_each(|(column, value)| record.set(column, value.clone()));
        self.links.iter().for_each(|(link, ids)| record.link(link, ids.clone()));
    }
}

/// Puts one record of a small table here, which is found by the first of some columns that has a text: the id that it
/// has here. [`ServiceError::Invalid`] if another one has its name or its code.
pub async fn put(
    services: &Services,
    table: &'static Table,
    keys: &'static [&'static str],
    content: RecordContent,
) -> Result<(i64, Adopted), ServiceError> {
    let now = services.clock.now();
    let body = async move |tx: &mut Tx<'_>| {
        let Some(before) = find(tx, table, keys, &content).await? else {
            let mut record = Record::new(table, now);
            content.fill(&mut record);
            let made = resource::insert(tx, table, vec![record]).await?;
            let id = made.first().map(|record| record.id);
            return Ok((id.ok_or_else(|| Error::Internal("a record was not made".to_owned()))?, Adopted::Made));
        };
        let (id, after) = (before.id, filled(&before, &content, now));
        let Some(after) = after else { return Ok((id, Adopted::Same)) };
        resource::update(tx, before, after).await?;
        Ok((id, Adopted::Changed))
    };
    services.store.write("adoption.put", body).await.map_err(|fault| match fault {
        Error::UniqueViolation { .. } => ServiceError::Invalid("another one here has its name or its code".to_owned()),
        other => other.into(),
    })
}

/// A record with what is said of it; none if it says that already.
fn filled(before: &Record, content: &RecordContent, now: Timestamp) -> Option<Record> {
    let mut after = before.clone();
    content.fill(&mut after);
    if after.same_content_as(before) {
        return None;
    }
    after.touch(now);
    Some(after)
}

async fn find(
    tx: &mut Tx<'_>,
    table: &'static Table,
    keys: &[&'static str],
    content: &RecordContent,
) -> Result<Option<Record>, Error> {
    for column in keys {
        let Some(Value::Text(text)) = content.value(column) else { continue };
        let equal = Condition { column, op: Op::Eq, values: vec![Value::from(text.clone().into_owned())] };
        let window = Window::After { key: None, limit: 1 };
        let listing = ListQuery { conditions: vec![equal], sort: Sort::BY_ID, window };
        let found = resource::page(tx, table, &listing).await?.rows.pop();
        // One without a code may have been made by hand before.
        if let Some(found) = found.filter(|found| *column == keys[0] || may_be(found, keys[0], content)) {
            return resource::locked(tx, table, found.id).await;
        }
    }
    Ok(None)
}

/// Whether a record that has the name of another can be that one: neither has a first key, or only one has.
fn may_be(found: &Record, first: &str, content: &RecordContent) -> bool {
    match (found.text(first), content.value(first)) {
        (Some(own), Some(Value::Text(other))) => own == other,
        _ => true,
    }
}

/// A product of the other server.
#[derive(Clone, Debug)]
pub struct ProductContent {
    /// 1 to 255 characters.
    pub sku: String,
    /// What is said of it.
    pub content: RecordContent,
}

/// Puts products here; what was done with each.
pub async fn put_products(services: &Services, rows: Vec<ProductContent>) -> Result<Vec<Adopted>, ServiceError> {
    let now = services.clock.now();
    let body = async move |tx: &mut Tx<'_>| {
        let skus: Vec<&str> = rows.iter().map(|row| row.sku.as_str()).collect();
        let ids: Vec<i64> = products::keys_by_sku(tx, &skus).await?.iter().map(|product| product.id.get()).collect();
        let found = resource::by_ids(tx, &PRODUCTS, &ids).await?;
        let mut found: HashMap<String, Record> =
            found.into_iter().filter_map(|record| Some((record.text("sku")?.to_owned(), record))).collect();
        let (mut done, mut changed, mut new) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::new());
        let mut named = HashSet::new();
        for row in &rows {
            let is_first = named.insert(row.sku.as_str());
            done.push(match (is_first, found.remove(&row.sku)) {
                (false, _) => Adopted::Same,
                (true, Some(before)) => match filled(&before, &row.content, now) {
                    Some(after) => {
                        changed.push((before, after));
                        Adopted::Changed
                    }
                    None => Adopted::Same,
                },
                (true, None) => {
                    let mut record = Record::new(&PRODUCTS, now);
                    record.set("sku", row.sku.clone());
                    record.set("name", row.sku.clone());
                    row.content.fill(&mut record);
                    new.push(record);
                    Adopted::Made
                }
            });
        }
        resource::update_all(tx, &PRODUCTS, changed).await?;
        resource::insert(tx, &PRODUCTS, new).await.map_err(again)?;
        Ok(done)
    };
    Ok(services.store.write("adoption.put_products", body).await?)
}

/// A price of the other server.
#[derive(Clone, Debug)]
pub struct PriceContent {
    /// The SKU of its product.
    pub sku: String,
    /// Its list here.
    pub list: i64,
    /// Its amounts, which are decimals.
    pub amounts: Vec<(&'static str, Option<Decimal>)>,
    /// What else is said of it.
    pub content: RecordContent,
}

impl PriceContent {
    fn key(&self, product: i64, now: Timestamp) -> Record {
        let mut record = Record::new(&PRODUCT_PRICES, now);
        record.set("product_id", product);
        record.set("price_list_id", self.list);
        record.set("product_sku", self.sku.clone());
        record
    }

    /// Puts it into a record. An amount that is there already stays as it was written.
    fn fill(&self, record: &mut Record) {
        self.content.fill(record);
        for (column, amount) in &self.amounts {
            if record.text(column).and_then(Decimal::read) != *amount {
                record.set(column, amount.map(Decimal::text));
            }
        }
    }
}

/// Puts prices here; what was done with each, or none where there is no such product here.
pub async fn put_prices(services: &Services, rows: Vec<PriceContent>) -> Result<Vec<Option<Adopted>>, ServiceError> {
    let now = services.clock.now();
    let body = async move |tx: &mut Tx<'_>| {
        let skus: Vec<&str> = rows.iter().map(|row| row.sku.as_str()).collect();
        let known = products::keys_by_sku(tx, &skus).await?;
        let known: HashMap<&str, i64> = known.iter().map(|product| (product.sku.as_str(), product.id.get())).collect();
        let keys: Vec<Record> =
            rows.iter().filter_map(|row| Some(row.key(*known.get(row.sku.as_str())?, now))).collect();
        let mut stored = resource::same_all(tx, &PRODUCT_PRICES, &keys).await?.into_iter().zip(keys);
        let (mut done, mut changed, mut new) = (Vec::with_capacity(rows.len()), Vec::new(), Vec::<Record>::new());
        let mut named = HashSet::new();
        for row in &rows {
            if !known.contains_key(row.sku.as_str()) {
                done.push(None);
                continue;
            }
            let (before, key) = stored.next().ok_or_else(|| Error::Internal("a price has lost its key".to_owned()))?;
            done.push(Some(match before {
                _ if !named.insert((row.sku.as_str(), row.list)) => Adopted::Same,
                Some(before) => {
                    let mut after = before.clone();
                    row.fill(&mut after);
                    if after.same_content_as(&before) {
                        Adopted::Same
                    } else {
                        after.touch(now);
                        changed.push((before, after));
                        Adopted::Changed
                    }
                }
                None => {
                    let mut record = key;
                    row.fill(&mut record);
                    new.push(record);
                    Adopted::Made
                }
            }));
        }
        resource::update_all(tx, &PRODUCT_PRICES, changed).await?;
        resource::insert(tx, &PRODUCT_PRICES, new).await.map_err(again)?;
        Ok(done)
    };
    Ok(services.store.write("adoption.put_prices", body).await?)
}

/// Puts products, by their SKUs, into a catalog; what was done with each, or none where there is no such product here.
pub async fn put_into_catalog(
    services: &Services,
    catalog: i64,
    skus: Vec<String>,
) -> Result<Vec<Option<Adopted>>, ServiceError> {
    let now = services.clock.now();
    let body = async move |tx: &mut Tx<'_>| {
        let named: Vec<&str> = skus.iter().map(String::as_str).collect();
        let known = products::keys_by_sku(tx, &named).await?;
        let known: HashMap<&str, ProductId> = known.iter().map(|product| (product.sku.as_str(), product.id)).collect();
        let ids: Vec<Value<'static>> = known.values().map(|id| id.get().into()).collect();
        let listing = ListQuery {
            conditions: vec![
                Condition { column: "catalog_id", op: Op::Eq, values: vec![catalog.into()] },
                Condition { column: "product_id", op: Op::In, values: ids },
            ],
            sort: Sort::BY_ID,
            window: Window::After { key: None, limit: skus.len() as i64 },
        };
        let stored =
            if known.is_empty() { Vec::new() } else { resource::page(tx, &CATALOG_ITEMS, &listing).await?.rows };
        let mut there: HashSet<i64> = stored.iter().filter_map(|item| item.int("product_id")).collect();
        let (mut done, mut new) = (Vec::with_capacity(skus.len()), Vec::new());
        for sku in &skus {
            let Some(product) = known.get(sku.as_str()) else {
                done.push(None);
                continue;
            };
            done.push(Some(if there.insert(product.get()) {
                let mut item = Record::new(&CATALOG_ITEMS, now);
                item.set("product_id", product.get());
                item.set("catalog_id", catalog);
                new.push(item);
                Adopted::Made
            } else {
                Adopted::Same
            }));
        }
        resource::insert(tx, &CATALOG_ITEMS, new).await.map_err(again)?;
        Ok(done)
    };
    Ok(services.store.write("adoption.put_into_catalog", body).await?)
}
