//! Resources: the handlers of every resource that is no more than its fields and a few rules of its own.
//!
//! One is added as a [`Resource`] in a file of its own: the store's table (see `onhand_store::tables`),
//! fields, view and filters, what must be unique, and a [`Rule`] where there is more to say; and a line in `RESOURCES`
//! of its area, of which [`ResourceRoutes`] makes its six routes. Columns are found by name: the field `stock_list` of
//! kind `Pk` is the column `stock_list_id`, any other field the column, or the link, of its own name.
//!
//! Promises: all faults of a body at once, in the wire's form; a write is whole or not at all. Must know no resource.

mod about;
mod descriptor;
mod detail;
pub(crate) mod direct;
mod routes;
mod secrets;
mod write;

use onhand_core::ChannelId;
use onhand_store::Error as StoreError;
use onhand_store::query::{Condition, Page};
use onhand_store::resource::Record;

pub use self::descriptor::{
    AfterInsert, Draft, Expand, First, ListBy, OwnerScope, Resource, Rule, Rules, Ruling, Rulings, Taken, Unique,
    fill_blanks, judge, null_blanks,
};
pub(crate) use self::detail::{list_detailed, show_detailed};
pub use self::routes::ResourceRoutes;
pub use self::secrets::Secrets;
pub(crate) use self::write::{create, remove, update};
use crate::auth::Role;
use crate::http::context::RequestContext;
use crate::wire::error::Error;
use crate::wire::json::{self, ApiResponse, Object};
use crate::wire::response_schema::{Property, PropertyType};

/// `GET {resource}/`.
pub(crate) async fn list(call: RequestContext, resource: &'static Resource) -> Result<ApiResponse, Error> {
    if let Some((parameters, list_by)) = resource.list_by
        && call.query.iter().any(|(name, _)| parameters.iter().any(|parameter| parameter.name == name))
    {
        return list_by(call).await;
    }
    let mut query = call.listing(resource.filters)?;
    query.listing.conditions.extend(own(call.channel, resource));
    let (table, listing) = (resource.table, query.listing.clone());
    let bounded = onhand_store::resource::is_bounded(table, &listing);
    let body = async move |tx: &mut onhand_store::Tx<'_>| onhand_store::resource::page(tx, table, &listing).await;
    let store = &call.app.store;
    let page: Page<Record> =
        if bounded { store.read_inline("records.page", body).await? } else { store.read("records.page", body).await? };
    let role = Some(call.caller.role);
    call.page(&query, &page, |out, record| write_for(role, resource, out, record))
}

/// `GET {resource}/{id}/`.
pub(crate) async fn show(call: RequestContext, resource: &'static Resource) -> Result<ApiResponse, Error> {
    let record = found(&call, resource).await?;
    Ok(ApiResponse::written(|out| write_for(Some(call.caller.role), resource, out, &record)))
}

/// The record that a path names, if the caller may know of it.
pub async fn found(call: &RequestContext, resource: &'static Resource) -> Result<Record, Error> {
    let (id, own) = (call.id()?, own(call.channel, resource));
    let find =
        async move |tx: &mut onhand_store::Tx<'_>| onhand_store::resource::find(tx, resource.table, id, own).await;
    let found: Result<_, StoreError> = call.app.store.read_inline("records.find", find).await;
    found?.ok_or_else(Error::not_found)
}

/// The condition that narrows a resource to what is the channel's, if the request is about one.
fn own(channel: Option<ChannelId>, resource: &Resource) -> Option<Condition> {
    let (channel, own) = (channel?, resource.own?);
    Some(own.condition(channel))
}

/// Writes a record without secrets, with this in one property that is neither column nor link.
pub fn write_with(resource: &Resource, out: &mut String, record: &Record, (name, json): (&str, &str)) {
    let mut object = Object::open(out);
    for property in resource.view.properties {
        object = match property.name == name {
            true => object.raw(name, json),
            false => member(object, (resource, None), record, *property),
        };
    }
    object.close();
}

/// Writes a record as its view says, for whomever: without secrets.
pub fn write(resource: &Resource, out: &mut String, record: &Record) {
    write_for(None, resource, out, record);
}

/// The same for a caller that may be told more.
fn write_for(role: Option<Role>, resource: &Resource, out: &mut String, record: &Record) {
    let mut object = Object::open(out);
    for property in resource.view.properties {
        object = member(object, (resource, role), record, *property);
    }
    object.close();
}

/// Writes what a resource's view has into an object that is open, without secrets.
pub fn members<'t>(resource: &Resource, mut object: Object<'t>, record: &Record) -> Object<'t> {
    for property in resource.view.properties {
        object = member(object, (resource, None), record, *property);
    }
    object
}

fn member<'t>(
    object: Object<'t>,
    (resource, role): (&Resource, Option<Role>),
    record: &Record,
    property: Property,
) -> Object<'t> {
    let name = property.name;
    if let Some(text) = resource.more.and_then(|more| more(name, record)) {
        return object.raw(name, &text);
    }
    match name {
        "pk" | "id" => object.int(name, record.id),
        "created_date" => object.time(name, record.created_at),
        "modified_date" => object.time(name, record.modified_at),
        _ if resource.table.has_link(name) => {
            object.list(name, record.linked(name), |out, id| json::push_int(out, *id))
        }
        _ => value(object, (resource, role), record, property),
    }
}

fn value<'t>(
    object: Object<'t>,
    (resource, role): (&Resource, Option<Role>),
    record: &Record,
    property: Property,
) -> Object<'t> {
    let name = property.name;
    let column = resource.table.column(name).expect("a property is a column, a link, or written by the resource").name;
    match property.kind {
        PropertyType::Int | PropertyType::IntOrNull => object.int_or_null(name, record.int(column)),
        PropertyType::Bool => object.bool(name, record.flag(column)),
        PropertyType::BoolOrNull => match record.int(column) {
            Some(flag) => object.bool(name, flag == 1),
            None => object.raw(name, "null"),
        },
        PropertyType::Time | PropertyType::TimeOrNull => {
            object.time_or_null(name, record.int(column).map(onhand_core::Timestamp::from_micros))
        }
        PropertyType::Text | PropertyType::TextOrNull => object.text_or_null(name, record.text(column)),
        // What is stored is JSON text.
        _ => {
            let text = record.text(column).unwrap_or("null");
            let is_shown = resource.secrets.is_none_or(|secrets| secrets.shows(column, role));
            object.raw(name, &if is_shown { text.into() } else { secrets::masked(text) })
        }
    }
}
