//! Integration actions: what a channel knows of an object (contract 9.5, contract C4.5).

use axum::http::StatusCode;
use onhand_core::channel_sync::{ActionStatus, ObjectKind as Fed};
use onhand_store::channel_sync::actions::{self, Given};
use onhand_store::channel_sync::deliveries::{self, DeliveryQuery, Offer};
use onhand_store::query::Page;
use onhand_store::tables::integration_actions::{self, ActionRow};
use onhand_store::{Error as StoreError, Tx};
use serde_json::json;

use super::{batch_requests, feeds};
use crate::api::directory::content_types::{self, MODELS};
use crate::http::context::RequestContext;
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{self, Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

/// The body of an action. Its kind of object is said in one of three ways.
pub const FIELDS: &[Field] = &[
    Field::pk("channel_id", "The channel of the path."),
    Field::int("object_id", 1, i64::MAX, "The object.").required(),
    Field::int("content_type_id", 1, i64::MAX, "The number of its content type.").alternative(),
    Field::choice("content_type_model", MODELS, "Its model, in place of content_type_id.").alternative(),
    Field::text("content_type", 64, "Its model or number, or an object with its id, in place of content_type_id.")
        .alternative(),
    Field::blank("remote_id", 255, "The channel's name for the object.").nullable(),
    Field::time("version_date", "The object's modified_date that the channel has. Its newest when absent."),
    Field::choice(
        "status",
        ActionStatus::WORDS,
        "Whether the channel has it: success when absent. Only a batch says processing.",
    ),
    Field::object("state", "Free data."),
];

/// A content type in an answer.
const CONTENT_TYPE: ResponseSchema = response_schema!("ActionContentType" {
    id: Int,
    app_label: Text,
    model: Text,
});

/// An action.
pub const VIEW: ResponseSchema = response_schema!(resource "IntegrationAction" {
    channel: Int,
    content_type: One(&CONTENT_TYPE),
    content_type_name: Text,
    object_id: Int,
    remote_id: TextOrNull,
    version_date: Time,
    status: Text,
    failed_reason_type: TextOrNull,
    local_batch_id: TextOrNull,
    state: Object,
});

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::only("local_batch_id", "local_batch_id", Kind::Text),
    Filter::only("status", "status", Kind::Choice(ActionStatus::WORDS)),
    Filter::only("content_type_name", content_types::NAME_OF_KIND, Kind::Choice(MODELS)),
    Filter::new("object_id", "object_id", Kind::Int),
    Filter::only("remote_id", "remote_id", Kind::Text),
    Filter::new("version_date", "version_at", Kind::Time),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// The filters of what is to be removed.
pub const DELETED_FILTERS: &[Filter] = &[Filter::only("model", "model", Kind::Choice(MODELS))];

fn write(out: &mut String, row: &ActionRow) {
    let action = &row.action;
    let kind = json!({
        "id": row.kind,
        "app_label": content_types::app_label(row.kind),
        "model": content_types::model(row.kind),
    });
    Object::open(out)
        .int("pk", row.id)
        .int("id", row.id)
        .int("channel", row.channel.get())
        .raw("content_type", &kind.to_string())
        .text("content_type_name", content_types::model(row.kind).unwrap_or_default())
        .int("object_id", row.object)
        .text_or_null("remote_id", action.remote_id.as_deref())
        .time("version_date", action.version_at)
        .text("status", action.status.word())
        .text_or_null("failed_reason_type", action.reason.map(onhand_core::channel_sync::Reason::word))
        .text_or_null("local_batch_id", action.batch.as_deref())
        .raw("state", &row.state)
        .time("created_date", row.created_at)
        .time("modified_date", row.modified_at)
        .close();
}

fn reply(status: StatusCode, row: &ActionRow) -> ApiResponse {
    let mut body = String::new();
    write(&mut body, row);
    ApiResponse::text(status, body)
}

/// `GET integration_actions/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    batch_requests::tidied(&call).await?;
    let mut query = call.listing(FILTERS)?;
    content_types::number_kinds(&mut query.listing.conditions);
    call.narrow(&mut query, "channel_id");
    let listing = query.listing.clone();
    let read = async move |tx: &mut Tx<'_>| integration_actions::page(tx, &listing).await;
    let page = call.app.store.read("integration_actions.page", read).await?;
    call.page(&query, &page, write)
}

/// `GET integration_actions/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    batch_requests::tidied(&call).await?;
    Ok(reply(StatusCode::OK, &found(&call).await?))
}

async fn found(call: &RequestContext) -> Result<ActionRow, Error> {
    let (channel, id) = (call.own_channel()?, call.id()?);
    let find = async move |tx: &mut Tx<'_>| integration_actions::by_id(tx, channel, id).await;
    let found: Result<_, StoreError> = call.app.store.read_inline("integration_actions.by_id", find).await;
    found?.ok_or_else(Error::not_found)
}

/// `GET integration_actions/deleted/`: what the channel knows and should not have any more.
pub async fn deleted(call: RequestContext) -> Result<ApiResponse, Error> {
    let channel = call.own_channel()?;
    let (query, (skip, limit)) = feeds::query(&call, DELETED_FILTERS)?;
    let wanted = query.listing.conditions.first().and_then(|condition| condition.values.first());
    let number = match wanted {
        None => Some(Fed::Product.number()),
        Some(onhand_store::Value::Text(model)) => content_types::number(model),
        Some(_) => None,
    };
    // What feeds do not carry is never offered, so nothing of it is to be taken back.
    let Some(kind) = number.and_then(Fed::from_number) else {
        return call.page(&query, &Page { count: Some(0), rows: Vec::new(), next: None }, write);
    };
    call.app.feed.sync_channel(channel, kind).await?;
    let now = call.app.clock.now();
    let read = async move |tx: &mut Tx<'_>| {
        let channel_scope = onhand_store::channel_sync::channel_scope::ChannelScope::of(tx, channel).await?;
        let (mut count, mut rows) = (0, Vec::new());
        for scope in channel_scope.scopes(kind) {
            let wanted =
                DeliveryQuery { channel, kind, scope, offers: &[Offer::Removal], skip: 0, limit: skip + limit, now };
            let part = deliveries::part(tx, &wanted).await?;
            count += part.count;
            let keys = part.objects.into_iter().map(|object| (kind.number(), object));
            rows.extend(integration_actions::by_objects(tx, channel, keys).await?);
        }
        let rows = rows.into_iter().skip(skip as usize).take(limit as usize).collect();
        Ok(Page { count: Some(count), rows, next: None })
    };
    let page: Page<ActionRow> = call.app.store.read("integration_actions.deleted", read).await?;
    call.page(&query, &page, write)
}

/// The body, in which an answer's own form of the content type is understood.
async fn form(call: &RequestContext, mode: Mode) -> Result<Form, Error> {
    let value = call.value().await?;
    let mut body = form::expect_object(&value)?.clone();
    if let Some(id) = body.get("content_type").and_then(|shown| shown.get("id")).cloned() {
        body.insert("content_type".to_owned(), id);
    }
    let form = call.read(FIELDS, mode, &body).map_err(Error::Fields)?;
    call.agrees(&form)?;
    Ok(form)
}

/// `POST integration_actions/`: the channel knows an object. One that is there already is changed.
pub async fn create(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = form(&call, Mode::Whole).await?;
    let Some(kind) = kind(&form)? else {
        return Err(Error::field("content_type_id", "This field is required."));
    };
    let object = form.int("object_id").unwrap_or_default();
    let (status, row) = put(&call, (kind, object), &form, None).await?;
    Ok(reply(status, &row))
}

/// `PATCH integration_actions/{id}/`.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = form(&call, Mode::Partial).await?;
    let before = found(&call).await?;
    let mut errors = FieldErrors::default();
    if form.int("object_id").is_some_and(|object| object != before.object) {
        errors.add("object_id", "This field cannot be changed.");
    }
    if kind(&form)?.is_some_and(|kind| kind != before.kind) {
        errors.add("content_type", "This field cannot be changed.");
    }
    errors.into_result()?;
    let (_, row) = put(&call, (before.kind, before.object), &form, Some(before.action.status)).await?;
    Ok(reply(StatusCode::OK, &row))
}

async fn put(
    call: &RequestContext,
    key: (i64, i64),
    form: &Form,
    before: Option<ActionStatus>,
) -> Result<(StatusCode, ActionRow), Error> {
    let (channel, now) = (call.own_channel()?, call.app.clock.now());
    let status = form.text("status").and_then(ActionStatus::from_word).filter(|status| Some(*status) != before);
    if status == Some(ActionStatus::Processing) {
        return Err(Error::field("status", "Only a batch request says that an object is processing."));
    }
    let given = Given {
        remote_id: form.has("remote_id").then(|| form.string("remote_id").filter(|name| !name.is_empty())),
        version_at: form.time("version_date", call.zone()),
        status,
        state: form.string("state"),
    };
    let put = async move |tx: &mut Tx<'_>| actions::put(tx, channel, key, &given, now).await;
    let put = call.app.store.write("integration_actions.put", put).await?;
    let (row, made) = put.ok_or_else(|| Error::field("object_id", form::unknown_pk(key.1)))?;
    Ok((if made { StatusCode::CREATED } else { StatusCode::OK }, row))
}

/// The kind of object that a body names, in one of three ways or in several that agree.
fn kind(form: &Form) -> Result<Option<i64>, Error> {
    let named = |text: &str| content_types::number(text).or_else(|| text.parse().ok());
    let ways = [
        ("content_type_id", form.int("content_type_id").map(Some)),
        ("content_type_model", form.text("content_type_model").map(content_types::number)),
        ("content_type", form.text("content_type").map(named)),
    ];
    let mut found = None;
    for (field, number) in ways {
        let Some(number) = number else { continue };
        match number.filter(|number| content_types::model(*number).is_some()) {
            None => return Err(Error::field(field, "There is no such content type.")),
            Some(number) if found.is_some_and(|found| found != number) => {
                return Err(Error::field(field, "This is another content type."));
            }
            Some(number) => found = Some(number),
        }
    }
    Ok(found)
}

/// `DELETE integration_actions/{id}/`: the channel does not know the object any more.
pub async fn remove(call: RequestContext) -> Result<ApiResponse, Error> {
    let (channel, id, now) = (call.own_channel()?, call.id()?, call.app.clock.now());
    let remove = async move |tx: &mut Tx<'_>| actions::remove(tx, channel, id, now).await;
    let was_there = call.app.store.write("integration_actions.remove", remove).await?;
    if was_there { Ok(ApiResponse::nothing()) } else { Err(Error::not_found()) }
}
