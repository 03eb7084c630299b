//! Cancellation reasons and requests (contract 7.3, contract C8.3).
//!
//! Promises: a request that is granted takes its line with it before it is stored as granted
//! ([`crate::services::orders::cancellations`]). Must not know how a line is cancelled.

use std::pin::Pin;

use onhand_core::{CancellationStatus, CancellationType, ChannelId, OrderItemId};
use onhand_store::channel_sync::actions;
use onhand_store::resource::{self as rows, Record};
use onhand_store::tables::cancellations::{REASONS, REQUESTS};
use onhand_store::tables::{order_items, orders};
use onhand_store::{Error as StoreError, Tx, Value};

use crate::http::context::RequestContext;
use crate::resource::{Draft, OwnerScope, Resource, Taken, Unique, fill_blanks};
use crate::services::orders::cancellations::{cancel_line, kind, status};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{Form, unknown_pk};
use crate::wire::response_schema::response_schema;

/// Reasons. All channels share them.
pub static REASON: Resource = Resource {
    unique: &[Unique { index: "cancellation_reason_name", taken: Taken::Field("name") }],
    ..Resource::new(
        &REASONS,
        ("cancellation_reasons", "cancellation_reasons/{id}"),
        "cancellation reason",
        &[
            Field::text("name", 255, "Unique name within its type.").required(),
            Field::choice("cancellation_type", CancellationType::WORDS, "What it is a reason for. Default cancel."),
            Field::bool("is_active", "Whether it is offered. Default true."),
            Field::object("extra_field", "Free data."),
        ],
        &response_schema!(resource "CancellationReason" {
            name: Text,
            cancellation_type: Text,
            is_active: Bool,
            extra_field: Object,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("cancellation_type", "cancellation_type", Kind::Choice(CancellationType::WORDS)),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// Requests.
pub static REQUEST: Resource = Resource {
    unique: &[Unique { index: "cancellation_request_order_item_id", taken: Taken::Field("remote_id") }],
    fixed: &["order_item", "cancellation_type"],
    own: Some(OwnerScope::Column("channel_id")),
    upserts: true,
    rule: Some(|tx, draft| Box::pin(rule(tx, draft))),
    first: Some(|call, before, form| grant(call, before, form)),
    // A request with the channel's name came from there, and is known there from the beginning.
    after_insert: Some(|tx, requests| Box::pin(actions::know_requests(tx, requests))),
    ..Resource::new(
        &REQUESTS,
        ("cancellation_requests", "cancellation_requests/{id}"),
        "cancellation request",
        &[
            Field::pk("order_item", "The line. It stays.").required(),
            Field::pk("reason", "A reason's id, of ours or of the channel's own; not looked up.").nullable(),
            Field::blank("remote_id", 255, "The channel's id of the request. The same one again is the same request.")
                .nullable(),
            Field::blank("description", 4_096, "For people.").nullable(),
            Field::choice("cancellation_type", CancellationType::WORDS, "cancel (default) or refund. It stays."),
            Field::choice(
                "status",
                CancellationStatus::WORDS,
                "How far it is; waiting_approval (default) or confirmed to begin with. Granting one of type cancel \
                 (approved or completed) cancels the line.",
            ),
            Field::object("extra_field", "Free data.").nullable(),
        ],
        &response_schema!(resource "CancellationRequest" {
            order_item: Int,
            order: Int,
            channel: IntOrNull,
            reason: IntOrNull,
            remote_id: TextOrNull,
            description: Text,
            cancellation_type: Text,
            status: Text,
            extra_field: Object,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("order_item", "order_item_id", Kind::Int),
            Filter::new("order", "order_id", Kind::Int),
            Filter::new("channel", "COALESCE(channel_id, 0)", Kind::Int),
            Filter::new("reason", "COALESCE(reason_id, 0)", Kind::Int),
            Filter::new("remote_id", "COALESCE(remote_id, '')", Kind::Text),
            Filter::new("cancellation_type", "cancellation_type", Kind::Choice(CancellationType::WORDS)),
            Filter::new("status", "status", Kind::Choice(CancellationStatus::WORDS)),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

fn wrong_status() -> Error {
    Error::refused("cancellation_request_status", "A cancellation request cannot go from its status to this one.")
}

/// A request is of a line of its channel; its status follows its status.
async fn rule(tx: &mut Tx<'_>, draft: Draft<'_>) -> Result<Result<(), Error>, StoreError> {
    let Draft { record, before, form, channel, .. } = draft;
    fill_blanks(record, &["description"]);
    if record.text("remote_id") == Some("") {
        record.set("remote_id", Value::Null);
    }
    if *record.value("extra_field") == Value::Null {
        record.set("extra_field", "{}");
    }
    let wanted = status(record);
    if let Some(before) = before {
        let fits = status(before).may_become(wanted);
        return Ok(if fits { Ok(()) } else { Err(wrong_status()) });
    }
    let line = OrderItemId::new(record.int("order_item_id").unwrap_or_default());
    let Some(line) = order_items::by_id(tx, line).await? else { return Ok(Ok(())) };
    let Some(order) = orders::by_id(tx, line.order).await? else { return Ok(Ok(())) };
    if channel.is_some() && order.channel != channel {
        return Ok(Err(Error::field("order_item", unknown_pk(line.id.get()))));
    }
    record.set("order_id", order.id.get());
    record.set("channel_id", order.channel.map(ChannelId::get));
    // Sent again, it may say how far it was then; it is not taken back to that.
    let stored = rows::same(tx, record).await?;
    let fits = match stored.filter(|_| form.has("status")) {
        Some(stored) => status(&stored) == wanted,
        None => wanted.may_begin(),
    };
    Ok(if fits { Ok(()) } else { Err(wrong_status()) })
}

type Granting<'t> = Pin<Box<dyn Future<Output = Result<(), Error>> + Send + 't>>;

/// Cancels the line of a request that is about to be granted.
fn grant<'t>(call: &'t RequestContext, before: &'t Record, form: &'t Form) -> Granting<'t> {
    let (from, to) = (status(before), form.text("status").and_then(CancellationStatus::of));
    let stays = |field: &str, stored: Option<i64>| form.int(field).is_none() || form.int(field) == stored;
    let is_whole = stays("order_item", before.int("order_item_id"))
        && form.text("cancellation_type").is_none_or(|said| Some(said) == before.text("cancellation_type"));
    let granted = to.is_some_and(|to| from.may_become(to) && kind(before).cancels_line(to));
    let reason = form.int("reason").or(before.int("reason_id"));
    Box::pin(async move {
        if !is_whole || !granted {
            return Ok(());
        }
        Ok(cancel_line(&call.app, &call.requester(), before, reason).await?)
    })
}
