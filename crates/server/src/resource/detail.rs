//! Expanded resources: rows with the objects that they reference in place of the ids.
//!
//! Promises: as many questions as there are kinds of object to show, however many rows there are. Must not know
//! resources.

use std::collections::BTreeMap;

use onhand_store::resource::{self, Record};
use onhand_store::{Error as StoreError, Tx};

use super::{Expand, Resource, found, member, own};
use crate::http::context::RequestContext;
use crate::wire::error::Error;
use crate::wire::json::{ApiResponse, Object};

/// A property of records, by its name and the ids it has, as JSON.
type Shown = BTreeMap<(&'static str, i64), String>;

/// `GET {resource}/detailed/`.
pub(crate) async fn list_detailed(call: RequestContext, resource: &'static Resource) -> Result<ApiResponse, Error> {
    let mut query = call.listing(resource.filters)?;
    query.listing.conditions.extend(own(call.channel, resource));
    let (table, listing) = (resource.table, query.listing.clone());
    let read = call.app.store.read("records.detailed", async move |tx| {
        let page = resource::page(tx, table, &listing).await?;
        let shown = gather(tx, resource, &page.rows).await?;
        Ok((page, shown))
    });
    let (page, shown) = read.await?;
    call.page(&query, &page, |out, record| write(resource, &shown, out, record))
}

/// `GET {resource}/{id}/detailed/`.
pub(crate) async fn show_detailed(call: RequestContext, resource: &'static Resource) -> Result<ApiResponse, Error> {
    let record = found(&call, resource).await?;
    let one = vec![record.clone()];
    let shown = call.app.store.read("records.detailed", async move |tx| gather(tx, resource, &one).await).await?;
    Ok(ApiResponse::written(|out| write(resource, &shown, out, &record)))
}

async fn gather(tx: &mut Tx<'_>, resource: &'static Resource, rows: &[Record]) -> Result<Shown, StoreError> {
    match resource.detail {
        Some(detail) => expand(tx, resource, detail, rows).await,
        None => Ok(Shown::new()),
    }
}

/// The objects that the rows of a resource show whole, written.
async fn expand(tx: &mut Tx<'_>, resource: &Resource, detail: &Expand, rows: &[Record]) -> Result<Shown, StoreError> {
    let mut shown = Shown::new();
    for (name, other, inner) in detail.expands {
        let column = resource.table.column(name).expect("what is shown whole is a column").name;
        let mut ids: Vec<i64> = rows.iter().filter_map(|row| row.int(column)).collect();
        ids.sort_unstable();
        ids.dedup();
        let found = resource::by_ids(tx, other.table, &ids).await?;
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

fn write(resource: &Resource, shown: &Shown, out: &mut String, record: &Record) {
    if let Some(detail) = resource.detail {
        write_as(resource, detail, shown, out, record);
    }
}

fn write_as(resource: &Resource, detail: &Expand, shown: &Shown, out: &mut String, record: &Record) {
    let mut object = Object::open(out);
    for property in detail.view.properties {
        let whole = detail.expands.iter().find(|(name, ..)| *name == property.name);
        object = match whole {
            None => member(object, (resource, None), record, *property),
            Some((name, ..)) => {
                let id = resource.table.column(name).and_then(|column| record.int(column.name));
                let text = id.and_then(|id| shown.get(&(*name, id))).map_or("null", String::as_str);
                object.raw(name, text)
            }
        };
    }
    object.close();
}
