//! Records with what they point at in place of its id.
//!
//! Promises: as many questions as there are kinds of object to show, however many rows there are. Must not know nouns.

use std::collections::BTreeMap;

use onhand_store::records::{self, Record};
use onhand_store::{Error as StoreError, Tx};

use super::{Detail, Noun, found, member, own};
use crate::http::call::Call;
use crate::wire::error::Error;
use crate::wire::json::{Object, Reply};

/// A property of records, by its name and the ids it has, as JSON.
type Shown = BTreeMap<(&'static str, i64), String>;

/// `GET {noun}/detailed/`.
pub(in crate::http) async fn list_detailed(call: Call, noun: &'static Noun) -> Result<Reply, Error> {
    let mut query = call.listing(noun.filters)?;
    query.listing.conditions.extend(own(&call, noun));
    let (table, listing) = (noun.table, query.listing.clone());
    let read = call.app.store.read("records.detailed", async move |tx| {
        let page = records::page(tx, table, &listing).await?;
        let shown = gather(tx, noun, &page.rows).await?;
        Ok((page, shown))
    });
    let (page, shown) = read.await?;
    call.page(&query, &page, |out, record| write(noun, &shown, out, record))
}

/// `GET {noun}/{id}/detailed/`.
pub(in crate::http) async fn show_detailed(call: Call, noun: &'static Noun) -> Result<Reply, Error> {
    let record = found(&call, noun).await?;
    let one = vec![record.clone()];
    let shown = call.app.store.read("records.detailed", async move |tx| gather(tx, noun, &one).await).await?;
    let mut body = String::new();
    write(noun, &shown, &mut body, &record);
    Ok(Reply::ok(body))
}

async fn gather(tx: &mut Tx<'_>, noun: &'static Noun, rows: &[Record]) -> Result<Shown, StoreError> {
    match noun.detail {
        Some(detail) => expand(tx, noun, detail, rows).await,
        None => Ok(Shown::new()),
    }
}

/// What the rows of a noun show whole, written.
async fn expand(tx: &mut Tx<'_>, noun: &Noun, detail: &Detail, rows: &[Record]) -> Result<Shown, StoreError> {
    let mut shown = Shown::new();
    for (name, other, inner) in detail.expands {
        let column = noun.table.column(name).expect("what is shown whole is a column").name;
        let mut ids: Vec<i64> = rows.iter().filter_map(|row| row.int(column)).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = records::by_ids(tx, other.table, &ids).await?;
        let nested = match inner {
            Some(inner) => Box::pin(expand(tx, other, inner, &found)).await?,
            None => Shown::new(),
        };
        for record in &found {
            let mut text = String::new();
            match inner {
                Some(inner) => write_as(other, inner, &nested, &mut text, record),
                None => super::write(other, &mut text, record),
            }
            shown.insert((name, record.id), text);
        }
    }
    Ok(shown)
}

fn write(noun: &Noun, shown: &Shown, out: &mut String, record: &Record) {
    if let Some(detail) = noun.detail {
        write_as(noun, detail, shown, out, record);
    }
}

fn write_as(noun: &Noun, detail: &Detail, shown: &Shown, out: &mut String, record: &Record) {
    let mut object = Object::open(out);
    for property in detail.view.properties {
        let whole = detail.expands.iter().find(|(name, ..)| *name == property.name);
        object = match whole {
            None => member(object, (noun, None), record, *property),
            Some((name, ..)) => {
                let id = noun.table.column(name).and_then(|column| record.int(column.name));
                let text = id.and_then(|id| shown.get(&(*name, id))).map_or("null", String::as_str);
                object.raw(name, text)
            }
        };
    }
    object.close();
}
