//! Webhooks: addresses that are told of events, as people set them up (docs/webhooks.md).
//!
//! Promises: a secret is stored sealed, and shown to whom has made the webhook, once; an address that is not allowed is
//! not stored. What is sent is Onhand's own: the vendor documents no event about stock (contract 13.6).

use onhand_core::events::EventType;
use onhand_store::events::log;
use onhand_store::resource::Record;
use onhand_store::tables::webhooks::{self as stored, WEBHOOKS, WEBHOOKS_MAX};
use onhand_store::{Error as StoreError, Tx, Value};

use crate::config::ServeConfig;
use crate::http::context::RequestContext;
use crate::resource::{Draft, Resource, Taken, Unique};
use crate::services::webhooks;
use crate::webhooks::{self as sending, NO_KEY, SECRET_CHARS_MAX, Secret, Sender};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};

const NAME_CHARS_MAX: usize = 64;
const URL_CHARS_MAX: usize = 1_024;
const EVENTS_MAX: usize = 64;
const EVENT_CHARS_MAX: usize = 64;

/// Webhooks.
pub static WEBHOOK: Resource = Resource {
    unique: &[Unique { index: "webhook_name", taken: Taken::Field("name") }],
    rule: Some(|tx, draft| Box::pin(check(tx, draft))),
    more: Some(more),
    once: Some(("secret", once)),
    ..Resource::new(
        &WEBHOOKS,
        ("webhooks", "webhooks/{id}"),
        "webhook",
        &[
            Field::text("name", NAME_CHARS_MAX, "Unique name.").required(),
            Field::text(
                "url",
                URL_CHARS_MAX,
                "Where events are sent: http or https, at a public address or in a network \
                that ONHAND_OUTGOING_NETWORKS allows.",
            )
            .required(),
            Field::texts(
                "events",
                EVENTS_MAX,
                EVENT_CHARS_MAX,
                "The event types, such as order.created. All when empty.",
            ),
            Field::pk("stock_list", "Of events that concern a stock list, those of this one only.").nullable(),
            Field::pk("channel", "Of events that concern a channel, those of this one only.").nullable(),
            Field::bool("is_active", "Whether it is told of events. True also ends a pause. Default true."),
            Field::secret(
                "secret",
                SECRET_CHARS_MAX,
                "What signs, if it is to be one of your own: whsec_ and 24 to 64 bytes in base64. Else one is made.",
            ),
        ],
        &response_schema!(resource "Webhook" {
            name: Text,
            url: Text,
            events: Texts,
            stock_list: IntOrNull,
            channel: IntOrNull,
            is_active: Bool,
            secret: TextOrNull,
            position: Int,
            failures: Int,
            failing_since: TimeOrNull,
            next_try_at: TimeOrNull,
            last_error: TextOrNull,
            last_success_at: TimeOrNull,
            paused_at: TimeOrNull,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// A new secret.
pub const RENEWED: ResponseSchema = response_schema!("WebhookSecret" {
    pk: Int,
    secret: Text,
});

/// `POST webhooks/{id}/secret/`.
pub async fn renew(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = call.id()?;
    let secret = webhooks::renew(&call.app, id).await?;
    Ok(ApiResponse::written(|out| Object::open(out).int("pk", id).text("secret", &secret.text()).close()))
}

fn more(name: &str, _: &Record) -> Option<String> {
    (name == "secret").then(|| "null".to_owned())
}

fn once(record: &Record, config: &ServeConfig) -> String {
    let opened = sending::open(config.secret_key.as_ref(), record.text("secret").unwrap_or_default());
    opened.map_or_else(|_| "null".to_owned(), |secret| serde_json::Value::from(secret.text()).to_string())
}

async fn check(tx: &mut Tx<'_>, draft: Draft<'_>) -> Result<Result<(), Error>, StoreError> {
    if draft.before.is_none() && stored::count(tx).await? >= WEBHOOKS_MAX {
        let text = format!("There may be {WEBHOOKS_MAX} webhooks.");
        return Ok(Err(Error::refused("too_many_webhooks", text)));
    }
    // One that was not used is told of what happens from now on.
    let was_used = draft.before.is_some_and(|before| before.flag("is_active"));
    if !was_used && draft.record.flag("is_active") {
        draft.record.set("position", log::head(tx).await?);
    }
    Ok(may_be(draft))
}

/// Whether a webhook can be as it was sent. Completes it: a secret is made and sealed, and what is sent with `is_active`
/// begins anew.
fn may_be(draft: Draft<'_>) -> Result<(), Error> {
    let Draft { record, before, form, config, .. } = draft;
    let mut faults = FieldErrors::default();
    // One whose address is not allowed any more can still be switched off.
    if before.is_none_or(|before| before.value("url") != record.value("url")) {
        match Sender::vetted(config, record.text("url").unwrap_or_default()) {
            Ok(url) => record.set("url", url),
            Err(fault) => faults.add("url", fault.to_string()),
        }
    }
    if form.has("events") {
        match event_types(&form.json("events")) {
            Ok(events) => record.set("events", events),
            Err(unknown) => faults.add("events", format!("{unknown} is no event type.")),
        }
    }
    let sent = form.has("secret").then(|| form.string("secret")).flatten();
    match (sent, &config.secret_key) {
        (None, _) if before.is_some() => {}
        (_, None) => faults.add("secret", NO_KEY),
        (None, Some(keys)) => record.set("secret", sending::seal(keys, &Secret::random())),
        (Some(text), Some(keys)) => match Secret::read(&text) {
            Some(secret) => record.set("secret", sending::seal(keys, &secret)),
            None => faults.add("secret", "A secret is whsec_ and 24 to 64 bytes in base64."),
        },
    }
    let begins_anew = form.bool("is_active") == Some(true) || form.has("url");
    if begins_anew {
        record.set("failures", 0);
        record.set("given_up", 0);
        ["failing_since", "next_try_at", "last_error", "paused_at"]
            .iter()
            .for_each(|name| record.set(name, Value::Null));
    }
    faults.into_result()
}

/// Event types as they are stored: each once, in the order of the table.
fn event_types(json: &str) -> Result<String, String> {
    let words: Vec<String> = serde_json::from_str(json).unwrap_or_default();
    if let Some(unknown) = words.iter().find(|word| EventType::from_word(word).is_none()) {
        return Err(unknown.clone());
    }
    let named: Vec<&str> =
        EventType::WORDS.iter().copied().filter(|word| words.iter().any(|named| named == word)).collect();
    Ok(serde_json::Value::from(named).to_string())
}
