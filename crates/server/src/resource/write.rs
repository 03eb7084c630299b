//! Making, changing and removing records.
//!
//! Promises: all faults of all rows are reported at once; a rejected request has changed nothing. Must not know
//! resources.

use axum::http::StatusCode;
use onhand_core::{ChannelId, Timestamp};
use onhand_store::resource::{self, Record};
use onhand_store::{Error as StoreError, Tx, Value, tables};

use super::about::About;
use super::descriptor::{Draft, OwnerScope, Resource, Taken};
use super::secrets::{self, MASK};
use super::{found, own, write_for, write_with};
use crate::http::context::RequestContext;
use crate::wire::body::ROWS_MAX;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::{Field, FieldKind};
use crate::wire::form::{self, Form, Mode};
use crate::wire::json::{self, ApiResponse, NOTHING};
use crate::zone::Zone;

/// `POST {resource}/`: one, or, given an array where the resource takes it, many: all or none.
pub(crate) async fn create(call: RequestContext, resource: &'static Resource) -> Result<ApiResponse, Error> {
    match call.value().await? {
        serde_json::Value::Array(rows) if resource.many => {
            if rows.is_empty() || rows.len() > ROWS_MAX {
                return Err(Error::field("non_field_errors", format!("Send 1 to {ROWS_MAX} rows.")));
            }
            let forms = call.read_rows(resource.fields, &rows).map_err(Error::Rows)?;
            let (records, status) = make(About::of(&call), resource, forms).await?.map_err(Error::Rows)?;
            let mut body = String::with_capacity(records.len() * 256);
            let role = Some(call.caller.role);
            json::push_list(&mut body, &records, |out, record| write_for(role, resource, out, record));
            Ok(ApiResponse::text(status, body))
        }
        value => {
            let form = call.read(resource.fields, Mode::Whole, form::expect_object(&value)?).map_err(Error::Fields)?;
            let made = make(About::of(&call), resource, vec![form]).await?;
            let fault = |faults: Vec<FieldErrors>| Error::Fields(faults.into_iter().next().unwrap_or_default());
            let (records, status) = made.map_err(fault)?;
            let record = records.first();
            match (resource.once, record) {
                (Some((name, once)), Some(record)) => {
                    let shown = once(record, &call.app.config);
                    let mut body = String::new();
                    write_with(resource, &mut body, record, (name, &shown));
                    Ok(ApiResponse::text(status, body))
                }
                _ => Ok(reply(&call, resource, status, record)),
            }
        }
    }
}

fn reply(call: &RequestContext, resource: &Resource, status: StatusCode, record: Option<&Record>) -> ApiResponse {
    let mut body = String::new();
    record.into_iter().for_each(|record| write_for(Some(call.caller.role), resource, &mut body, record));
    ApiResponse::text(status, body)
}

/// What was written, and whether any of it was made (201) or all of it was there (200); or the faults of each row.
pub(super) type Made = Result<(Vec<Record>, StatusCode), Vec<FieldErrors>>;

/// Makes records of what was sent.
pub(super) async fn make(about: About, resource: &'static Resource, forms: Vec<Form>) -> Result<Made, Error> {
    let services = about.services.clone();
    let stored =
        services.store.write("records.insert", async move |tx| insert(tx, resource, &forms, &about).await).await;
    stored.map_err(|fault| taken(resource, fault))?
}

async fn insert(
    tx: &mut Tx<'_>,
    resource: &'static Resource,
    forms: &[Form],
    about: &About,
) -> Result<Result<Made, Error>, StoreError> {
    let mut records = Vec::with_capacity(forms.len());
    let mut faults = Vec::with_capacity(forms.len());
    for form in forms {
        let mut record = Record::new(resource.table, about.now);
        let mut found = fill(resource, form, &mut record, about);
        found.complete(keep_secrets(resource, &mut record, None));
        faults.push(found);
        records.push(record);
    }
    for broken in resource::broken_references(tx, resource.table, &records).await? {
        faults[broken.row].add(field_of(broken.name), form::unknown_pk(broken.id));
    }
    for (record, faults) in records.iter().zip(&mut faults) {
        faults.complete(foreign(tx, resource, (record, None), about.channel).await?);
    }
    let drafts = records.iter_mut().zip(forms).map(|(record, form)| about.draft(record, None, form)).collect();
    for (verdict, faults) in judged(tx, resource, drafts).await?.into_iter().zip(&mut faults) {
        match verdict {
            Ok(()) => {}
            Err(Error::Fields(more)) => faults.complete(more),
            Err(refused) => return Ok(Err(refused)),
        }
    }
    if faults.iter().any(|faults| !faults.is_empty()) {
        return Ok(Ok(Err(faults)));
    }
    let written = if resource.upserts {
        upsert(tx, resource, records, forms, about).await?
    } else {
        (insert_all(tx, resource, records).await?, StatusCode::CREATED)
    };
    Ok(Ok(Ok(written)))
}

/// Makes records, and does what is done besides when they are made.
async fn insert_all(tx: &mut Tx<'_>, resource: &Resource, records: Vec<Record>) -> Result<Vec<Record>, StoreError> {
    let records = resource::insert(tx, resource.table, records).await?;
    if let Some(after_insert) = resource.after_insert {
        after_insert(tx, &records).await?;
    }
    Ok(records)
}

/// What a resource's rules say of each draft; nothing where it has none.
async fn judged(
    tx: &mut Tx<'_>,
    resource: &Resource,
    drafts: Vec<Draft<'_>>,
) -> Result<Vec<Result<(), Error>>, StoreError> {
    if let Some(rules) = resource.rules {
        return rules(tx, drafts).await;
    }
    let mut verdicts = Vec::with_capacity(drafts.len());
    for draft in drafts {
        if let Some(rule) = resource.rule {
            verdicts.push(rule(tx, draft).await?);
        }
    }
    Ok(verdicts)
}

/// Writes records of which some may be there already, by their natural key. Those get what was sent and keep the rest.
async fn upsert(
    tx: &mut Tx<'_>,
    resource: &'static Resource,
    records: Vec<Record>,
    forms: &[Form],
    about: &About,
) -> Result<(Vec<Record>, StatusCode), StoreError> {
    // Each is there, or will be one of the new ones; both kinds are written together.
    let mut places: Vec<RecordPosition> = Vec::with_capacity(records.len());
    let (mut there, mut new): (Vec<(Record, Record)>, Vec<Record>) = (Vec::new(), Vec::new());
    let found = resource::same_all(tx, resource.table, &records).await?;
    for ((record, form), found) in records.into_iter().zip(forms).zip(found) {
        if let Some(place) = there.iter().position(|(before, _)| before.has_key_of(&record)) {
            overwrite(resource, form, &record, &mut there[place].1);
            places.push(RecordPosition::There(place));
        } else if let Some(before) = found {
            let mut after = before.clone();
            overwrite(resource, form, &record, &mut after);
            places.push(RecordPosition::There(there.len()));
            there.push((before, after));
        } else if let Some(place) = new.iter().position(|earlier| earlier.has_key_of(&record)) {
            overwrite(resource, form, &record, &mut new[place]);
            places.push(RecordPosition::New(place));
        } else {
            places.push(RecordPosition::New(new.len()));
            new.push(record);
        }
    }
    let status = if new.is_empty() { StatusCode::OK } else { StatusCode::CREATED };
    let mut told: Vec<Record> = there.iter().map(|(before, _)| before.clone()).collect();
    let mut changed: Vec<_> = there.into_iter().filter(|(before, after)| !after.same_content_as(before)).collect();
    changed.iter_mut().for_each(|(_, after)| after.touch(about.now));
    for after in resource::update_all(tx, resource.table, changed).await? {
        told.iter_mut().filter(|record| record.id == after.id).for_each(|record| record.clone_from(&after));
    }
    // Another transaction has just made one of them: then it is there, and all is looked at again.
    let again = |fault| match fault {
        StoreError::UniqueViolation { constraint } => StoreError::Conflict(format!("{constraint} was taken meanwhile")),
        other => other,
    };
    let made = insert_all(tx, resource, new).await.map_err(again)?;
    let one = |place: RecordPosition| match place {
        RecordPosition::There(place) => told[place].clone(),
        RecordPosition::New(place) => made[place].clone(),
    };
    Ok((places.into_iter().map(one).collect(), status))
}

/// Where a record of an array is found after it was written.
enum RecordPosition {
    There(usize),
    New(usize),
}

/// Puts what was sent for one record into another. It has been through the resource's rule: what it says is what was
/// meant.
fn overwrite(resource: &Resource, form: &Form, sent: &Record, record: &mut Record) {
    for field in resource.fields.iter().filter(|field| form.has(field.name)) {
        if let Some(column) = resource.table.column(field.name) {
            record.set(column.name, sent.value(column.name).clone());
        }
    }
}

/// `PATCH {resource}/{id}/`, and `PUT`, which asks for every required field. What is not sent stays as it is.
pub(crate) async fn update(
    call: RequestContext,
    resource: &'static Resource,
    mode: Mode,
) -> Result<ApiResponse, Error> {
    let form = call.form(resource.fields, mode).await?;
    let record = found(&call, resource).await?;
    if let Some(first) = resource.first {
        first(&call, &record, &form).await?;
    }
    let record = changed(About::of(&call), resource, (record.id, form)).await?;
    Ok(reply(&call, resource, StatusCode::OK, Some(&record)))
}

/// Changes a record as was sent for it, and gives it as it is then.
pub(super) async fn changed(
    about: About,
    resource: &'static Resource,
    (id, form): (i64, Form),
) -> Result<Record, Error> {
    let services = about.services.clone();
    let stored =
        services.store.write("records.update", async move |tx| change(tx, resource, (id, &form), &about).await).await;
    stored.map_err(|fault| taken(resource, fault))?
}

async fn change(
    tx: &mut Tx<'_>,
    resource: &'static Resource,
    (id, form): (i64, &Form),
    about: &About,
) -> Result<Result<Record, Error>, StoreError> {
    let Some(before) = resource::locked(tx, resource.table, id).await? else { return Ok(Err(Error::not_found())) };
    let mut after = before.clone();
    let mut faults = fill(resource, form, &mut after, about);
    faults.complete(keep_secrets(resource, &mut after, Some(&before)));
    for field in resource.fixed {
        let column = resource.table.column(field).expect("what is fixed is a column").name;
        if after.value(column) != before.value(column) {
            faults.add(field, "This field cannot be changed.");
        }
    }
    for broken in resource::broken_references(tx, resource.table, std::slice::from_ref(&after)).await? {
        faults.add(field_of(broken.name), form::unknown_pk(broken.id));
    }
    faults.complete(foreign(tx, resource, (&after, Some(&before)), about.channel).await?);
    match judged(tx, resource, vec![about.draft(&mut after, Some(&before), form)]).await?.pop() {
        None | Some(Ok(())) => {}
        Some(Err(Error::Fields(more))) => faults.complete(more),
        Some(Err(refused)) => return Ok(Err(refused)),
    }
    if !faults.is_empty() {
        return Ok(Err(Error::Fields(faults)));
    }
    if after.same_content_as(&before) && !resource.stirs {
        return Ok(Ok(before));
    }
    after.touch(about.now);
    Ok(Ok(resource::update(tx, before, after).await?))
}

/// `DELETE {resource}/{id}/`. What something still points at stays.
pub(crate) async fn remove(call: RequestContext, resource: &'static Resource) -> Result<ApiResponse, Error> {
    removed(&About::of(&call), resource, call.id()?).await?;
    Ok(ApiResponse::text(StatusCode::NO_CONTENT, NOTHING))
}

/// Removes a record that nothing points at.
pub(super) async fn removed(about: &About, resource: &'static Resource, id: i64) -> Result<(), Error> {
    let own = own(about.channel, resource);
    let removed = about.services.store.write("records.remove", async move |tx| {
        let visible = resource::find(tx, resource.table, id, own).await?.is_some();
        let record = if visible { resource::locked(tx, resource.table, id).await? } else { None };
        let Some(record) = record else { return Ok(Err(Error::not_found())) };
        if let Some(referrer) = tables::find_referrer(tx, &record).await? {
            let text = format!(
                "This {} cannot be removed: {} still refers to it.",
                resource.label,
                referrer.replace('_', " ")
            );
            return Ok(Err(Error::refused("still_referred_to", text)));
        }
        if let Some(refused) = resource.stays.and_then(|stays| stays(&record)) {
            return Ok(Err(refused));
        }
        resource::remove(tx, record).await?;
        Ok(Ok(()))
    });
    removed.await?
}

/// Puts what was sent into a record. What is made below a channel is that channel's.
fn fill(resource: &Resource, form: &Form, record: &mut Record, about: &About) -> FieldErrors {
    for field in resource.fields.iter().filter(|field| form.has(field.name)) {
        if let Some(ids) = form.ids(field.name).filter(|_| resource.table.has_link(field.name)) {
            record.link(field.name, ids.to_vec());
        } else if let Some(column) = resource.table.column(field.name) {
            record.set(column.name, sent(field, form, about.zone.as_ref()));
        }
    }
    let mut faults = FieldErrors::default();
    if let (Some(OwnerScope::Column(column)), Some(channel)) =
        (resource.own.filter(|_| resource.table.column("channel").is_some()), about.channel)
    {
        if form.int("channel").is_some_and(|said| said != channel.get()) {
            faults.add("channel", form::unknown_pk(form.int("channel").unwrap_or_default()));
        }
        record.set(column, channel.get());
    }
    faults
}

/// Puts the stored secrets in place of masks that were sent back.
fn keep_secrets(resource: &Resource, record: &mut Record, before: Option<&Record>) -> FieldErrors {
    let mut faults = FieldErrors::default();
    for column in resource.secrets.iter().flat_map(|secrets| secrets.columns) {
        let kept = secrets::restored(record.text(column).unwrap_or("null"), before.and_then(|one| one.text(column)));
        match kept {
            Ok(Some(text)) => record.set(column, text),
            Ok(None) => {}
            Err(place) => {
                faults.add(column, format!("{place} is {MASK}, which stands for a secret that is not stored there."));
            }
        }
    }
    faults
}

/// What a record references that is not the channel's. What it has referenced before was given to it.
async fn foreign(
    tx: &mut Tx<'_>,
    resource: &Resource,
    (record, before): (&Record, Option<&Record>),
    channel: Option<ChannelId>,
) -> Result<FieldErrors, StoreError> {
    let mut faults = FieldErrors::default();
    let Some(channel) = channel else { return Ok(faults) };
    for (field, own) in resource.points {
        let column = resource.table.column(field).expect("what points is a column");
        let stays = before.is_some_and(|before| before.value(column.name) == record.value(column.name));
        let (Some(id), Some(target), false) = (record.int(column.name), column.target(), stays) else { continue };
        if resource::find(tx, target, id, Some(own.condition(channel))).await?.is_none() {
            faults.add(field, form::unknown_pk(id));
        }
    }
    Ok(faults)
}

fn sent(field: &Field, form: &Form, zone: Option<&Zone>) -> Value<'static> {
    match field.kind {
        FieldKind::Int(..) | FieldKind::Pk => form.int(field.name).into(),
        FieldKind::Bool => form.bool(field.name).into(),
        FieldKind::Time => form.time(field.name, zone).map(Timestamp::micros).into(),
        _ => form.string(field.name).into(),
    }
}

/// The field that a column is filled from.
fn field_of(column: &str) -> &str {
    column.strip_suffix("_id").unwrap_or(column)
}

/// What is said where a unique index has been violated.
fn taken(resource: &Resource, fault: StoreError) -> Error {
    let StoreError::UniqueViolation { constraint } = &fault else { return fault.into() };
    match resource.unique.iter().find(|unique| unique.index == constraint).map(|unique| unique.taken) {
        Some(Taken::Field(name)) => Error::field(name, format!("{} with this {name} already exists.", resource.label)),
        Some(Taken::Refused(code, text)) => Error::refused(code, text),
        None => fault.into(),
    }
}
