//! Resource tables: rows that people and programs write one by one, and that no rule of stock reads.
//!
//! A resource has a [`Table`]: a static in its file (`tables/catalogs.rs`, `tables/geography.rs`, …), named in
//! [`crate::tables::TABLES`]. Everything else, the statements included, is made from it here.
//!
//! Promises: nothing a client sends becomes SQL text; a record references rows that are there, and a row that is
//! referenced stays; counters are maintained; an outbox event of a change is written in its transaction. Must not know
//! what a resource means.

mod publish;
mod record;
mod statements;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use onhand_core::BUCKETS;

pub use self::publish::Publish;
pub use self::record::Record;
pub(crate) use self::statements::{counted, statements};
pub use self::table::{Colocation, Column, Hook, Link, RecordChange, Table};
use crate::counters::{CounterDeltas, CounterKey};
use crate::ids;
use crate::query::{self, Condition, ListQuery, Op, Page, Sort, Window};
use crate::sql::values;
use crate::{Error, Tx, Value};

/// A value of a record that references a row which does not exist.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BrokenReference {
    /// The record, counted from 0.
    pub row: usize,
    /// Its column, or the name of its link.
    pub name: &'static str,
    /// What is not there.
    pub id: i64,
}

/// A part of all records.
pub async fn page(tx: &mut Tx<'_>, table: &'static Table, listing: &ListQuery) -> Result<Page<Record>, Error> {
    let made = table.made();
    let read = |row: &crate::Row<'_>| Record::read(table, row);
    let mut page = query::page(tx, &made.listed, listing, |record: &Record| record.id, read).await?;
    load_links(tx, table, &mut page.rows).await?;
    Ok(page)
}

/// Whether a part of a list is read without looking at more rows than it shows.
pub fn is_bounded(table: &'static Table, listing: &ListQuery) -> bool {
    listing.is_bounded(&table.made().listed)
}

/// The records with these ids, in any order; unknown ones are left out.
pub async fn by_ids(tx: &mut Tx<'_>, table: &'static Table, ids: &[i64]) -> Result<Vec<Record>, Error> {
    let keys = ids.iter().map(|id| values![*id, bucket(*id)]);
    let mut found = match table.colocation {
        Colocation::No => tx.all_bulk(&table.made().by_id, ids.iter().map(|id| values![*id]), reading(table)).await?,
        _ => tx.all_bulk(&table.made().by_id, keys, reading(table)).await?,
    };
    load_links(tx, table, &mut found).await?;
    Ok(found)
}

/// One record.
pub async fn by_id(tx: &mut Tx<'_>, table: &'static Table, id: i64) -> Result<Option<Record>, Error> {
    Ok(by_ids(tx, table, &[id]).await?.pop())
}

/// One record, if it fulfils a condition besides.
pub async fn find(
    tx: &mut Tx<'_>,
    table: &'static Table,
    id: i64,
    narrow: Option<Condition>,
) -> Result<Option<Record>, Error> {
    let Some(narrow) = narrow else { return by_id(tx, table, id).await };
    let own = Condition { column: "id", op: Op::Eq, values: vec![Value::Int(id)] };
    let window = Window::After { key: None, limit: 1 };
    let listing = ListQuery { conditions: vec![own, narrow], sort: Sort::BY_ID, window };
    Ok(page(tx, table, &listing).await?.rows.pop())
}

/// One record that no other transaction changes until this one ends.
pub async fn locked(tx: &mut Tx<'_>, table: &'static Table, id: i64) -> Result<Option<Record>, Error> {
    let mut found = tx.all(&table.made().locked, &table.key(id), reading(table)).await?;
    load_links(tx, table, &mut found).await?;
    Ok(found.pop())
}

/// The record that has the natural key of another, which no other transaction changes until this one ends.
pub async fn same(tx: &mut Tx<'_>, record: &Record) -> Result<Option<Record>, Error> {
    Ok(same_all(tx, record.table, std::slice::from_ref(record)).await?.pop().flatten())
}

/// For each record, the one that has its natural key; no other transaction changes those until this one ends.
pub async fn same_all(
    tx: &mut Tx<'_>,
    table: &'static Table,
    records: &[Record],
) -> Result<Vec<Option<Record>>, Error> {
    let Some(same) = &table.made().same else { return Ok(vec![None; records.len()]) };
    let key = |record: &Record| {
        let columns = table.natural.iter().map(|column| record.value(column).clone());
        columns.chain(table.colocation.bucket(record, 0).map(Value::Int)).collect::<Vec<_>>()
    };
    let mut keys: Vec<Vec<Value<'static>>> = records.iter().map(key).collect();
    // Other transactions that look for some of these rows lock them in the same order.
    keys.sort_by(|one, other| one.iter().map(rank).cmp(other.iter().map(rank)));
    keys.dedup();
    let width = keys.first().map_or(0, Vec::len);
    let mut found = match width {
        0 => Vec::new(),
        1 => tx.all_bulk(same, keys.into_iter().map(sized::<1>), reading(table)).await?,
        2 => tx.all_bulk(same, keys.into_iter().map(sized::<2>), reading(table)).await?,
        3 => tx.all_bulk(same, keys.into_iter().map(sized::<3>), reading(table)).await?,
        _ => tx.all_bulk(same, keys.into_iter().map(sized::<4>), reading(table)).await?,
    };
    load_links(tx, table, &mut found).await?;
    Ok(records.iter().map(|record| found.iter().find(|other| other.has_key_of(record)).cloned()).collect())
}

fn rank<'v>(value: &'v Value<'_>) -> (i64, &'v str) {
    match value {
        Value::Int(number) => (*number, ""),
        Value::Text(text) => (0, text),
        Value::Null | Value::Bytes(_) => (0, ""),
    }
}

fn sized<const N: usize>(values: Vec<Value<'static>>) -> [Value<'static>; N] {
    values.try_into().expect("a natural key has up to three columns, and perhaps a bucket; a row has its columns")
}

fn reading(table: &'static Table) -> impl Fn(&crate::Row<'_>) -> Result<Record, Error> + Send {
    move |row| Record::read(table, row)
}

async fn load_links(tx: &mut Tx<'_>, table: &'static Table, records: &mut [Record]) -> Result<(), Error> {
    for (index, link) in table.made().links.iter().enumerate() {
        let keys: Vec<i64> = records.iter().map(|record| record.id).collect();
        let pairs = tx
            .all_bulk(&link.of_owner, keys.into_iter().map(|id| values![id]), |row| {
                Ok((row.get::<i64>(0)?, row.get::<i64>(1)?))
            })
            .await?;
        let mut targets: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        pairs.into_iter().for_each(|(owner, target)| targets.entry(owner).or_default().push(target));
        records.iter_mut().for_each(|record| record.links[index] = targets.remove(&record.id).unwrap_or_default());
    }
    Ok(())
}

/// The references of the records to rows that do not exist. Those that exist stay until this transaction ends.
pub async fn broken_references(
    tx: &mut Tx<'_>,
    table: &'static Table,
    records: &[Record],
) -> Result<Vec<BrokenReference>, Error> {
    let mut broken = Vec::new();
    for (name, target, ids) in references(table, records) {
        let found = there(tx, target, &ids.iter().map(|(_, id)| *id).collect()).await?;
        let unknown = ids.into_iter().filter(|(_, id)| !found.contains(id));
        broken.extend(unknown.map(|(row, id)| BrokenReference { row, name, id }));
    }
    Ok(broken)
}

/// Locks rows that are about to be referenced, where several processes write: no other transaction removes them until
/// this one ends. One that is gone already is [`Error::Conflict`], so that all is looked at again.
pub(crate) async fn lock_references(tx: &mut Tx<'_>, table: &'static Table, ids: &BTreeSet<i64>) -> Result<(), Error> {
    if ids.is_empty() || !tx.locks_rows() {
        return Ok(());
    }
    let found = there(tx, table, ids).await?;
    if found.len() < ids.len() {
        return Err(Error::Conflict(format!("a row of {} was removed meanwhile", table.name)));
    }
    Ok(())
}

/// Those of some ids that are there.
async fn there(tx: &mut Tx<'_>, table: &'static Table, ids: &BTreeSet<i64>) -> Result<Vec<i64>, Error> {
    let read = |row: &crate::Row<'_>| row.get::<i64>(0);
    let exists = &table.made().exists;
    match table.colocation {
        Colocation::No => tx.all_bulk(exists, ids.iter().map(|id| values![*id]), read).await,
        _ => tx.all_bulk(exists, ids.iter().map(|id| values![*id, bucket(*id)]), read).await,
    }
}

/// Every column and link with a reference, with the ids in it and the records that have them.
type References = Vec<(&'static str, &'static Table, Vec<(usize, i64)>)>;

fn references(table: &'static Table, records: &[Record]) -> References {
    let mut all = Vec::new();
    for column in table.columns {
        let Some(target) = column.target else { continue };
        let ids = records.iter().enumerate().filter_map(|(row, record)| Some((row, record.int(column.name)?)));
        all.push((column.name, target, ids.collect()));
    }
    for (index, link) in table.links.iter().enumerate() {
        let ids = records.iter().enumerate();
        let ids = ids.flat_map(|(row, record)| record.links[index].iter().map(move |id| (row, *id)));
        all.push((link.name, link.target, ids.collect()));
    }
    all
}

/// Makes records; their ids are given by the store. A key that exists already is [`Error::UniqueViolation`].
pub async fn insert(tx: &mut Tx<'_>, table: &'static Table, mut records: Vec<Record>) -> Result<Vec<Record>, Error> {
    if records.is_empty() {
        return Ok(records);
    }
    let first = ids::take(tx, table.name, records.len() as i64).await?;
    for (number, record) in (first..).zip(&mut records) {
        record.id = match table.colocation.bucket(record, number) {
            None => number,
            Some(bucket) => number * BUCKETS + bucket,
        };
        if let Some(complete) = table.completed {
            complete(record);
        }
    }
    let rows = records.iter().map(|record| table.row(record)).collect();
    tx.execute_bulk_composed(table.made().insert.sqlite(), rows).await?;
    let mut counters = CounterDeltas::default();
    records.iter().for_each(|record| count(&mut counters, table, record, 1));
    counters.write(tx).await?;
    for record in &records {
        insert_links(tx, table, record).await?;
    }
    let change = |after| RecordChange { before: None, after: Some(after) };
    written(tx, table, records.into_iter().map(change).collect()).await
}

/// Makes records whose ids are known, of a table without links and hook, with `COLUMNS` columns. The caller maintains
/// the counter.
pub(crate) async fn insert_known<const COLUMNS: usize>(
    tx: &mut Tx<'_>,
    table: &'static Table,
    records: Vec<Record>,
) -> Result<(), Error> {
    let rows: Vec<_> = records.iter().map(|record| sized::<COLUMNS>(table.row(record))).collect();
    tx.execute_bulk(&table.made().insert, rows).await?;
    let change = |after| RecordChange { before: None, after: Some(after) };
    publish::publish(tx, table, &records.into_iter().map(change).collect::<Vec<_>>()).await
}

/// Publishes changes that have just been written, and calls the hook of the table. The records as they are after that.
async fn written(tx: &mut Tx<'_>, table: &'static Table, changes: Vec<RecordChange>) -> Result<Vec<Record>, Error> {
    publish::publish(tx, table, &changes).await?;
    if let Some(version) = table.version {
        ids::take(tx, version, 1).await?;
    }
    if let Some(changed) = table.changed {
        changed(tx, &changes).await?;
    }
    let mut records: Vec<Record> = changes.into_iter().filter_map(|change| change.after).collect();
    if table.changed.is_some() && !records.is_empty() {
        // The hook may have completed them.
        let ids: Vec<i64> = records.iter().map(|record| record.id).collect();
        records = by_ids(tx, table, &ids).await?;
        records.sort_unstable_by_key(|record| record.id);
    }
    Ok(records)
}

/// Writes a record back, which was `before`. What it has become.
pub async fn update(tx: &mut Tx<'_>, before: Record, after: Record) -> Result<Record, Error> {
    let (table, id) = (before.table, after.id);
    let gone = || Error::Internal(format!("a {} is gone", table.name));
    let written = update_all(tx, table, vec![(before, after)]).await?;
    written.into_iter().find(|record| record.id == id).ok_or_else(gone)
}

/// Writes records back, each with what it was before. What they have become, in any order.
pub async fn update_all(
    tx: &mut Tx<'_>,
    table: &'static Table,
    records: Vec<(Record, Record)>,
) -> Result<Vec<Record>, Error> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let row = |(_, after): &(Record, Record)| {
        let mut row = table.key(after.id);
        row.push(Value::Int(after.modified_at.micros()));
        row.extend(after.values.iter().cloned());
        row
    };
    let rows = records.iter().map(row).collect();
    tx.execute_bulk_composed(table.made().update.sqlite(), rows).await?;
    let mut counters = CounterDeltas::default();
    for (before, after) in &records {
        count(&mut counters, table, before, -1);
        count(&mut counters, table, after, 1);
    }
    counters.write(tx).await?;
    for (before, after) in &records {
        if before.links != after.links {
            delete_links(tx, table, after.id).await?;
            insert_links(tx, table, after).await?;
        }
    }
    let change = |(before, after)| RecordChange { before: Some(before), after: Some(after) };
    written(tx, table, records.into_iter().map(change).collect()).await
}

/// What still references a record, where these are all tables: the name of its table.
pub(crate) async fn find_referrer(
    tx: &mut Tx<'_>,
    tables: &[&'static Table],
    record: &Record,
) -> Result<Option<&'static str>, Error> {
    for referrer in record.table.referrers(tables) {
        if tx.first(&referrer.any, &values![record.id], |row| row.get::<i64>(0)).await?.is_some() {
            return Ok(Some(referrer.table));
        }
    }
    Ok(None)
}

/// Removes a record that nothing references.
pub async fn remove(tx: &mut Tx<'_>, record: Record) -> Result<(), Error> {
    let table = record.table;
    delete_links(tx, table, record.id).await?;
    tx.execute(&table.made().delete, &table.key(record.id)).await?;
    let mut counters = CounterDeltas::default();
    count(&mut counters, table, &record, -1);
    counters.write(tx).await?;
    written(tx, table, vec![RecordChange { before: Some(record), after: None }]).await.map(drop)
}

/// Removes those of some records that are there still, which nothing references. How many.
pub async fn remove_all(tx: &mut Tx<'_>, table: &'static Table, ids: &[i64]) -> Result<i64, Error> {
    let mut removed = 0;
    for id in ids {
        if let Some(record) = locked(tx, table, *id).await? {
            remove(tx, record).await?;
            removed += 1;
        }
    }
    Ok(removed)
}

/// Drops rows that nothing references, of a table without links that publishes nothing and has no hook. The caller
/// maintains the counter.
pub(crate) async fn drop_rows(
    tx: &mut Tx<'_>,
    table: &'static Table,
    ids: impl IntoIterator<Item = i64>,
) -> Result<(), Error> {
    for id in ids {
        tx.execute(&table.made().delete, &table.key(id)).await?;
    }
    Ok(())
}

fn count(counters: &mut CounterDeltas, table: &'static Table, record: &Record, by: i64) {
    counters.add(CounterKey::all(table.name), record.id, by);
    for column in table.counted_by {
        if let Some(value) = record.int(column) {
            counters.add(CounterKey::of(table.name, column, value), record.id, by);
        }
    }
}

async fn insert_links(tx: &mut Tx<'_>, table: &'static Table, record: &Record) -> Result<(), Error> {
    for (link, targets) in table.made().links.iter().zip(&record.links) {
        tx.execute_bulk(&link.insert, targets.iter().map(|target| values![record.id, *target])).await?;
    }
    Ok(())
}

async fn delete_links(tx: &mut Tx<'_>, table: &'static Table, id: i64) -> Result<(), Error> {
    for link in &table.made().links {
        tx.execute(&link.delete, &values![id]).await?;
    }
    Ok(())
}

/// The bucket that an id carries.
fn bucket(id: i64) -> i64 {
    id & (BUCKETS - 1)
}
