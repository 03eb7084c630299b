//! Rows that are written back as they were read: which of their fields say so.

use onhand_core::StockId;

use super::{Form, WriteStock};
use crate::http::context::RequestContext;
use crate::services::echoes::{self, ReadRow};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::scalar;

/// The id of a row that was read.
pub(super) const ID: Field =
    Field::any("id", "As it was read: with it, sold_quantity_unreported is no statement if it is only what was shown.");
/// The same in v1.
pub(super) const PK: Field = Field::any("pk", "The same as id.");
/// The time of a row that was read.
pub(super) const MODIFIED_DATE: Field =
    Field::any("modified_date", "As it was read: which sold_quantity_unreported was shown.");

/// Takes the sold units out of those rows that only say what was shown.
pub(super) async fn drop_echoes(call: &RequestContext, forms: &[Form], rows: &mut [WriteStock]) -> Result<(), Error> {
    let read: Vec<Option<ReadRow>> = forms.iter().map(|form| read(call, form)).collect();
    Ok(echoes::drop_echoes(&call.app, rows, &read).await?)
}

/// What says that a row was read. Whatever is no id and no time says nothing: clients may send these fields as they like.
fn read(call: &RequestContext, form: &Form) -> Option<ReadRow> {
    let plain = |name: &str| form.has(name).then(|| form.json(name).trim_matches('"').to_owned());
    let id = plain("id").or_else(|| plain("pk"))?.parse().ok()?;
    let time = plain("modified_date").and_then(|text| scalar::written_time(&text));
    Some(ReadRow { stock: StockId::new(id), modified_at: time.map(|time| time.descriptive(call.zone())) })
}
