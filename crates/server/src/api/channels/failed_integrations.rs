//! Failed integrations: deliveries that a channel could not take, and how often each is retried (contract C4.6).

use onhand_core::channel_sync::Reason;
use onhand_store::Tx;
use onhand_store::channel_sync::failures::{self, Given};
use onhand_store::tables::failed_integrations::{self, FailureRow};

use crate::http::context::RequestContext;
use crate::services::channels::{self, UpdatedFailures};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{PropertyType, ResponseSchema, property, response_schema};

/// How often a version may be tried at the most.
pub(super) const RETRIES_MAX: i64 = 1_000;
/// Seconds between two tries at the most: a year.
pub(super) const INTERVAL_SECONDS_MAX: i64 = 366 * 24 * 3_600;

/// What can be set.
pub const FIELDS: &[Field] = &[
    Field::int(
        "max_retry_count",
        1,
        RETRIES_MAX,
        "How often a version is tried. For a new delivery failure, the channel's setting.",
    ),
    Field::int(
        "retry_interval",
        0,
        INTERVAL_SECONDS_MAX,
        "Seconds between two tries. For a new delivery failure, the channel's setting.",
    ),
    Field::bool("is_active", "Whether the delivery failure is active. If not, the object is offered again."),
    Field::time("expiration_date", "When the delivery failure ends.").nullable(),
];

/// A delivery failure.
pub const VIEW: ResponseSchema = response_schema!(resource "FailedIntegration" {
    channel: Int,
    content_type: Int,
    object_id: Int,
    version_date: Time,
    reason_type: Text,
    is_active: Bool,
    expiration_date: TimeOrNull,
    retry_count: Int,
    max_retry_count: Int,
    retry_interval: Int,
    integration_action: Int,
    failed_date: Time,
});

/// The result for many delivery failures.
pub const UPDATED: ResponseSchema = ResponseSchema {
    name: "FailedIntegrationsUpdated",
    properties: &[property("updated", PropertyType::Int), property("next", PropertyType::IntOrNull)],
    open: false,
};

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::only("content_type", "kind", Kind::Int),
    Filter::new("object_id", "object_id", Kind::Int),
    Filter::only("reason_type", "reason", Kind::Choice(Reason::WORDS)),
    Filter::only("is_active", "is_active", Kind::Bool),
    Filter::only("integration_action", "action_id", Kind::Int),
    Filter::new("version_date", "version_at", Kind::Time),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

fn write(out: &mut String, row: &FailureRow) {
    let failure = &row.failure;
    Object::open(out)
        .int("pk", row.id)
        .int("id", row.id)
        .int("channel", row.channel.get())
        .int("content_type", row.kind)
        .int("object_id", row.object)
        .time("version_date", failure.version_at)
        .text("reason_type", Reason::word(failure.reason))
        .bool("is_active", failure.is_active)
        .time_or_null("expiration_date", failure.expires_at)
        .int("retry_count", failure.retry_count)
        .int("max_retry_count", failure.max_retry_count)
        .int("retry_interval", failure.retry_interval)
        .int("integration_action", row.action)
        .time("failed_date", failure.failed_at)
        .time("created_date", row.created_at)
        .time("modified_date", row.modified_at)
        .close();
}

fn reply(row: Option<FailureRow>) -> Result<ApiResponse, Error> {
    let row = row.ok_or_else(Error::not_found)?;
    Ok(ApiResponse::written(|out| write(out, &row)))
}

/// `GET failed_integrations/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let mut query = call.listing(FILTERS)?;
    call.narrow(&mut query, "channel_id");
    let listing = query.listing.clone();
    let read = async move |tx: &mut Tx<'_>| failed_integrations::page(tx, &listing).await;
    let page = call.app.store.read("failed_integrations.page", read).await?;
    call.page(&query, &page, write)
}

/// `GET failed_integrations/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let (channel, id) = (call.own_channel()?, call.id()?);
    let find = async move |tx: &mut Tx<'_>| failed_integrations::by_id(tx, channel, id).await;
    reply(call.app.store.read_inline("failed_integrations.by_id", find).await?)
}

fn given(call: &RequestContext, form: &Form) -> Given {
    Given {
        max_retry_count: form.int("max_retry_count"),
        retry_interval: form.int("retry_interval"),
        is_active: form.bool("is_active"),
        expires_at: form.has("expiration_date").then(|| form.time("expiration_date", call.zone())),
    }
}

/// `PATCH failed_integrations/?…`: the same for all that the filters leave, by their ids. What is too much for one
/// request goes on after the id in `next`, with `id__gt`.
pub async fn update_many(call: RequestContext) -> Result<ApiResponse, Error> {
    let channel = call.own_channel()?;
    let form = call.form(FIELDS, Mode::Partial).await?;
    let paging = ["page", "limit", "cursor", "sort"];
    if let Some((name, _)) = call.query.iter().find(|(name, _)| paging.contains(&name.as_str())) {
        return Err(Error::field(name, "All that the filters leave is changed, in the order of ids."));
    }
    let conditions = call.listing(FILTERS)?.listing.conditions;
    let is_nothing = FIELDS.iter().all(|field| !form.has(field.name));
    let UpdatedFailures { updated, next } = match is_nothing {
        true => UpdatedFailures { updated: 0, next: None },
        false => channels::update_failures(&call.app, channel, &conditions, &given(&call, &form)).await?,
    };
    Ok(ApiResponse::written(|out| Object::open(out).int("updated", updated as i64).int_or_null("next", next).close()))
}

/// `PATCH failed_integrations/{id}/`.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    let (channel, id, now) = (call.own_channel()?, call.id()?, call.app.clock.now());
    let given = given(&call, &call.form(FIELDS, Mode::Partial).await?);
    let update = async move |tx: &mut Tx<'_>| failures::update(tx, channel, id, &given, now).await;
    reply(call.app.store.write("failed_integrations.update", update).await?)
}
