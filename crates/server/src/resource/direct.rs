//! One record, read or written by a caller that is no request of the API, such as a screen.
//!
//! Promises: the fields, the rules and the rights of a channel are those of a request. Must not know resources, nor who
//! may call: the caller's own table of permissions says so.

use std::sync::Arc;

use onhand_store::Tx;
use onhand_store::resource::{self, Record};
use serde_json::{Map, Value};

use super::about::About;
use super::{Resource, own, write};
use crate::services::{Requester, Services};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::form::{Form, Mode};

/// One record that the requester may know of.
pub(crate) async fn found(
    services: &Services,
    requester: &Requester,
    resource: &'static Resource,
    id: i64,
) -> Result<Record, Error> {
    let own = own(requester.channel, resource);
    let find = async move |tx: &mut Tx<'_>| resource::find(tx, resource.table, id, own).await;
    services.store.read_inline("records.find", find).await?.ok_or_else(Error::not_found)
}

/// Makes a record of some fields.
pub(crate) async fn make(
    services: &Arc<Services>,
    requester: &Requester,
    resource: &'static Resource,
    fields: &Map<String, Value>,
) -> Result<Record, Error> {
    let form = Form::read(resource.fields, Mode::Whole, fields).map_err(Error::Fields)?;
    let fault = |faults: Vec<FieldErrors>| Error::Fields(faults.into_iter().next().unwrap_or_default());
    let (records, _) = write::make(About::by(services, requester), resource, vec![form]).await?.map_err(fault)?;
    records.into_iter().next().ok_or_else(|| Error::Internal("a record was made, and there is none".to_owned()))
}

/// Changes some fields of a record. What a resource does first, in a request, is not done here.
pub(crate) async fn change(
    services: &Arc<Services>,
    requester: &Requester,
    resource: &'static Resource,
    (id, fields): (i64, &Map<String, Value>),
) -> Result<Record, Error> {
    debug_assert!(resource.first.is_none(), "{} does something first", resource.label);
    let form = Form::read(resource.fields, Mode::Partial, fields).map_err(Error::Fields)?;
    let id = found(services, requester, resource, id).await?.id;
    write::changed(About::by(services, requester), resource, (id, form)).await
}

/// Removes a record that nothing points at.
pub(crate) async fn remove(
    services: &Arc<Services>,
    requester: &Requester,
    resource: &'static Resource,
    id: i64,
) -> Result<(), Error> {
    write::removed(&About::by(services, requester), resource, id).await
}
