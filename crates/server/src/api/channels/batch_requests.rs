//! Batch requests: the rounds of a channel's program (contract 9.4, contract C4).

use axum::http::StatusCode;
use onhand_core::ChannelId;
use onhand_core::channel_sync::{BatchStatus, Reason};
use onhand_store::channel_sync::{self, batches};
use onhand_store::tables::batch_requests::{self, BatchRow};
use onhand_store::{Error as StoreError, Tx};
use serde_json::{Map, Value, json};
use uuid::Builder;

use crate::api::directory::content_types::{self, MODELS};
use crate::auth::token;
use crate::http::context::RequestContext;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{self, Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};
use crate::wire::scalar;
use crate::zone::Zone;

/// Objects of one batch.
const OBJECTS_MAX: usize = 10_000;

/// The body of a new batch.
pub const NEW: &[Field] = &[Field::pk("channel", "The channel of the path.")];

const OBJECT: &[Field] = &[
    Field::int("pk", 1, i64::MAX, "The object.").required(),
    Field::choice("failed_reason_type", Reason::WORDS, "Why it failed, if it did.").nullable(),
    Field::blank("remote_id", 255, "The channel's name for it. Null keeps the one that is known.").nullable(),
    Field::time("version_date", "The object's modified_date, as it was read.").nullable(),
    Field::choice("content_type", MODELS, "Its model, if it is another one than the batch's.").nullable(),
];

/// The body of a step.
pub const FIELDS: &[Field] = &[
    Field::pk("channel", "The channel of the path."),
    Field::choice("status", BatchStatus::WORDS, "The state that the batch is to go to.").required(),
    Field::blank("remote_batch_id", 255, "The channel's name for the batch.").nullable(),
    Field::choice("content_type", MODELS, "The model that the batch is about.").nullable(),
    Field::rows("objects", OBJECT, OBJECTS_MAX, "The objects, with the result of each.").nullable(),
];

/// A batch.
pub const VIEW: ResponseSchema = response_schema!(resource "BatchRequest" {
    channel: Int,
    local_batch_id: Text,
    remote_batch_id: TextOrNull,
    content_type: TextOrNull,
    status: Text,
    objects: Any,
    lease_until: TimeOrNull,
});

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("status", "status", Kind::Choice(BatchStatus::WORDS)),
    Filter::only("content_type", "content_type", Kind::Text),
    Filter::only("local_batch_id", "local_batch_id", Kind::Text),
    Filter::only("remote_batch_id", "remote_batch_id", Kind::Text),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

fn write(out: &mut String, batch: &BatchRow) {
    Object::open(out)
        .int("pk", batch.id)
        .int("id", batch.id)
        .int("channel", batch.channel.get())
        .text("local_batch_id", &batch.local_batch_id)
        .text_or_null("remote_batch_id", batch.remote_batch_id.as_deref())
        .text_or_null("content_type", batch.content_type.as_deref())
        .text("status", batch.status.word())
        .raw("objects", batch.objects.as_deref().unwrap_or("null"))
        .time_or_null("lease_until", batch.lease_until)
        .time("created_date", batch.created_at)
        .time("modified_date", batch.modified_at)
        .close();
}

fn reply(status: StatusCode, batch: &BatchRow) -> ApiResponse {
    let mut body = String::new();
    write(&mut body, batch);
    ApiResponse::text(status, body)
}

/// Gives up batches that have had their time, so that no client is shown them as open.
pub(super) async fn tidied(call: &RequestContext) -> Result<ChannelId, Error> {
    let (channel, now, store) = (call.own_channel()?, call.app.clock.now(), &call.app.store);
    let expired = async move |tx: &mut Tx<'_>| batch_requests::has_expired(tx, channel, now).await;
    if store.read_inline("batch_requests.has_expired", expired).await? {
        store.write("feed.open", async move |tx| channel_sync::open(tx, channel, now).await.map(drop)).await?;
    }
    Ok(channel)
}

/// `GET batch_requests/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    tidied(&call).await?;
    let mut query = call.listing(FILTERS)?;
    call.narrow(&mut query, "channel_id");
    let listing = query.listing.clone();
    let read = async move |tx: &mut Tx<'_>| batch_requests::page(tx, &listing).await;
    let page = call.app.store.read("batch_requests.page", read).await?;
    call.page(&query, &page, write)
}

/// `GET batch_requests/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let (channel, id) = (tidied(&call).await?, call.id()?);
    let find = async move |tx: &mut Tx<'_>| batch_requests::by_id(tx, channel, id).await;
    let found = call.app.store.read_inline("batch_requests.by_id", find).await?;
    Ok(reply(StatusCode::OK, &found.ok_or_else(Error::not_found)?))
}

/// `POST batch_requests/`.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(NEW, Mode::Whole).await?;
    let (channel, now) = (call.own_channel()?, call.app.clock.now());
    call.agrees(&form)?;
    let name = Builder::from_random_bytes(token::random()).into_uuid().to_string();
    let insert = async move |tx: &mut Tx<'_>| batch_requests::insert(tx, channel, &name, now).await;
    let made = call.app.store.write("batch_requests.insert", insert).await?;
    Ok(reply(StatusCode::CREATED, &made))
}

/// `PATCH batch_requests/{id}/`.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    step(call, Mode::Partial).await
}

/// `PUT batch_requests/{id}/`.
pub async fn replace(call: RequestContext) -> Result<ApiResponse, Error> {
    step(call, Mode::Whole).await
}

async fn step(call: RequestContext, mode: Mode) -> Result<ApiResponse, Error> {
    let (channel, id, now) = (call.own_channel()?, call.id()?, call.app.clock.now());
    let form = call.form(FIELDS, mode).await?;
    call.agrees(&form)?;
    if form.text("status").is_none() && form.has("objects") {
        return Err(Error::field("status", "This field is required."));
    }
    let find = async move |tx: &mut Tx<'_>| batch_requests::by_id(tx, channel, id).await;
    let before = call.app.store.read_inline("batch_requests.by_id", find).await?.ok_or_else(Error::not_found)?;
    let model = form.text("content_type").or(before.content_type.as_deref());
    let wish = batches::BatchPatch {
        to: form.text("status").and_then(BatchStatus::from_word),
        remote_batch_id: form.string("remote_batch_id").filter(|name| !name.is_empty()),
        content_type: form.string("content_type"),
        sent: form.list("objects").map(|rows| sent(rows, model, call.zone())).transpose().map_err(Error::Fields)?,
    };
    let config = &call.app.config;
    let leases =
        batches::Leases { commit: config.batch_commit_seconds.into(), remote: config.batch_remote_seconds.into() };
    let taken: Result<_, StoreError> = call
        .app
        .store
        .write("feed.step", async move |tx| batches::step(tx, (channel, id), &wish, leases, now).await)
        .await;
    match taken? {
        Ok(batch) => Ok(reply(StatusCode::OK, &batch)),
        Err(unfit) => Err(rejection(unfit, form.text("status").unwrap_or_default())),
    }
}

fn rejection(unfit: batches::BatchRejection, to: &str) -> Error {
    match unfit {
        batches::BatchRejection::NotFound => Error::not_found(),
        batches::BatchRejection::Step(from) => {
            let text = format!("A batch request that is {} cannot be updated to {to}.", from.word());
            Error::refused("batch_request_status_100_1", text)
        }
        batches::BatchRejection::Foreign(foreign) => {
            let mut errors = FieldErrors::default();
            foreign.into_iter().for_each(|(_, object)| errors.add("objects", form::unknown_pk(object)));
            Error::Fields(errors)
        }
        batches::BatchRejection::Held(reserved) => {
            let object = |(kind, object): (i64, i64)| json!({"content_type": content_types::model(kind), "pk": object});
            let objects = Value::Array(reserved.into_iter().map(object).collect());
            Error::Refused {
                code: "batch_request_object_100_1",
                text: "Another open batch request has some of these objects.".to_owned(),
                more: Map::from_iter([("objects".to_owned(), objects)]),
            }
        }
    }
}

/// What a batch says of its objects. What has no model of its own has the batch's.
fn sent(rows: &[Form], model: Option<&str>, zone: Option<&Zone>) -> Result<batches::BatchItems, FieldErrors> {
    let mut named = Vec::with_capacity(rows.len());
    let mut text = String::from("[");
    let mut faults = vec![FieldErrors::default(); rows.len()];
    for (row, fault) in rows.iter().zip(&mut faults) {
        let object = row.int("pk").unwrap_or_default();
        let Some(model) = row.text("content_type").or(model) else {
            fault.add("content_type", "This field is required.");
            continue;
        };
        let one = batches::ItemResult {
            kind: content_types::number(model).unwrap_or_default(),
            object,
            remote_id: row.string("remote_id").filter(|name| !name.is_empty()),
            version_at: row.time("version_date", zone),
            reason: row.text("failed_reason_type").and_then(Reason::from_word),
        };
        if text.len() > 1 {
            text.push(',');
        }
        push_object(&mut text, &one, model);
        named.push(one);
    }
    if faults.iter().any(|fault| !fault.is_empty()) {
        let mut errors = FieldErrors::default();
        errors.nest("objects", faults);
        return Err(errors);
    }
    Ok(batches::BatchItems { named, text: text + "]", join })
}

fn push_object(out: &mut String, one: &batches::ItemResult, model: &str) {
    Object::open(out)
        .int("pk", one.object)
        .text_or_null("failed_reason_type", one.reason.map(Reason::word))
        .text_or_null("remote_id", one.remote_id.as_deref())
        .text_or_null("version_date", one.version_at.map(scalar::time_text).as_deref())
        .text("content_type", model)
        .close();
}

/// Objects that were sent before and those sent now; of one that is in both, what was said last.
fn join(before: &str, now: &str) -> String {
    let list = |text: &str| serde_json::from_str::<Vec<Value>>(text).unwrap_or_default();
    let key = |object: &Value| (object["content_type"].as_str().map(str::to_owned), object["pk"].as_i64());
    let mut places = std::collections::HashMap::new();
    let mut joined: Vec<Value> = Vec::new();
    for object in list(before).into_iter().chain(list(now)) {
        match places.entry(key(&object)) {
            std::collections::hash_map::Entry::Occupied(place) => joined[*place.get()] = object,
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(joined.len());
                joined.push(object);
            }
        }
    }
    Value::Array(joined).to_string()
}

/// `DELETE batch_requests/{id}/`: its objects are offered again.
pub async fn remove(call: RequestContext) -> Result<ApiResponse, Error> {
    let (channel, id, now) = (call.own_channel()?, call.id()?, call.app.clock.now());
    let remove = async move |tx: &mut Tx<'_>| batches::remove(tx, channel, id, now).await;
    let was_there = call.app.store.write("batch_requests.remove", remove).await?;
    if was_there { Ok(ApiResponse::nothing()) } else { Err(Error::not_found()) }
}
