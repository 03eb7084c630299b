//! Webhook deliveries: what was sent to a webhook and what it has answered, and sending it once more.

use onhand_store::Tx;
use onhand_store::tables::webhook_deliveries::{self, Delivery, DeliveryState};
use onhand_store::tables::webhooks::{self, Webhook};

use crate::http::context::{self, RequestContext};
use crate::services::data_sources;
use crate::webhooks::{Message, Sender, envelope, open};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{PropertyType, ResponseSchema, property, response_schema};

/// Deliveries of one answer.
const TOGETHER: i64 = 100;
/// Deliveries that one request has sent once more.
const REDELIVERED_MAX: usize = 1_000;
/// The type of a test, which is no event.
const TEST: &str = "webhook.test";

/// The states that deliveries are asked for by.
pub const STATES: &[&str] = DeliveryState::WORDS;

/// A delivery.
pub const VIEW: ResponseSchema = response_schema!("WebhookDelivery" {
    pk: Int,
    event: IntOrNull,
    event_type: Text,
    subject: Text,
    state: Text,
    attempts: Int,
    status: IntOrNull,
    answer: Text,
    duration_ms: Int,
    payload: Object,
    event_date: Time,
    created_date: Time,
    modified_date: Time,
});

/// What was sent to a webhook, newest first.
pub const LOG: ResponseSchema = ResponseSchema {
    name: "WebhookDeliveries",
    properties: &[property("next_before", PropertyType::IntOrNull), property("results", PropertyType::List(&VIEW))],
    open: false,
};

/// How many deliveries are sent once more.
pub const QUEUED: ResponseSchema = response_schema!("RedeliveredDeliveries" {
    queued: Int,
});

/// Which deliveries are sent once more.
pub const REDELIVER: &[Field] = &[
    Field::time("after", "Deliveries of events that happened at this time or later.").required(),
    Field::time("before", "Those of events that happened before this time. All when absent."),
    Field::choice("state", STATES, "Those in this state. Default undelivered."),
];

fn write(out: &mut String, one: &Delivery) {
    Object::open(out)
        .int("pk", one.id)
        .int_or_null("event", one.event)
        .text("event_type", &one.event_type)
        .text("subject", &one.subject)
        .text("state", one.state.word())
        .int("attempts", one.attempts)
        .int_or_null("status", one.status)
        .text("answer", &one.answer)
        .int("duration_ms", one.duration_ms)
        .raw("payload", &one.payload)
        .time("event_date", one.at)
        .time("created_date", one.created_at)
        .time("modified_date", one.modified_at)
        .close();
}

/// The webhook that a path names.
async fn found(call: &RequestContext) -> Result<Webhook, Error> {
    let id = call.id()?;
    let find = async move |tx: &mut Tx<'_>| webhooks::by_id(tx, id).await;
    call.app.store.read_inline("webhooks.by_id", find).await?.ok_or_else(Error::not_found)
}

/// `GET webhooks/{id}/deliveries/`.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let mut faults = FieldErrors::default();
    let state = call.asked("state").and_then(|word| {
        let state = DeliveryState::from_word(word);
        state.is_none().then(|| faults.add("state", format!("\"{word}\" is not a valid choice.")));
        state
    });
    let before = call.asked("before").map(|text| {
        text.parse().unwrap_or_else(|_| {
            faults.add("before", "Enter a number.");
            0
        })
    });
    faults.into_result()?;
    let (id, before) = (found(&call).await?.id, before.unwrap_or(i64::MAX));
    let read = async move |tx: &mut Tx<'_>| webhook_deliveries::newest(tx, id, state, before, TOGETHER).await;
    let deliveries: Vec<Delivery> = call.app.store.read("webhook_deliveries.newest", read).await?;
    let next = deliveries.last().filter(|_| deliveries.len() as i64 == TOGETHER).map(|last| last.id);
    Ok(ApiResponse::written(|out| {
        Object::open(out).int_or_null("next_before", next).list("results", &deliveries, write).close();
    }))
}

/// `POST webhooks/{id}/deliveries/{delivery}/redeliver/`.
pub async fn redeliver(call: RequestContext) -> Result<ApiResponse, Error> {
    let (id, delivery) = (found(&call).await?.id, context::id(call.parameter(1))?);
    let find = async move |tx: &mut Tx<'_>| webhook_deliveries::by_id(tx, delivery).await;
    let known = call.app.store.read_inline("webhook_deliveries.by_id", find).await?;
    if known.is_none_or(|known| known.webhook != id) {
        return Err(Error::not_found());
    }
    queue(&call, id, vec![delivery]).await
}

/// `POST webhooks/{id}/redeliver/`.
pub async fn redeliver_all(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(REDELIVER, Mode::Whole).await?;
    let id = found(&call).await?.id;
    let time = |name| form.time(name, call.zone());
    let (after, before) = (time("after"), time("before"));
    let state = form.text("state").and_then(DeliveryState::from_word).unwrap_or(DeliveryState::Undelivered);
    let is_meant = move |at| after.is_none_or(|after| at >= after) && before.is_none_or(|before| at < before);
    let find = async move |tx: &mut Tx<'_>| {
        let (mut meant, mut last) = (Vec::new(), 0);
        loop {
            let some = webhook_deliveries::in_state_after(tx, id, state, last, REDELIVERED_MAX as i64).await?;
            let is_full = some.len() == REDELIVERED_MAX;
            last = some.last().map_or(last, |(id, _)| *id);
            meant.extend(some.into_iter().filter(|(_, at)| is_meant(*at)).map(|(id, _)| id));
            if !is_full || meant.len() >= REDELIVERED_MAX {
                return Ok(meant);
            }
        }
    };
    let mut meant: Vec<i64> = call.app.store.read("webhook_deliveries.in_state_after", find).await?;
    meant.truncate(REDELIVERED_MAX);
    queue(&call, id, meant).await
}

async fn queue(call: &RequestContext, webhook: i64, ids: Vec<i64>) -> Result<ApiResponse, Error> {
    let body = async move |tx: &mut Tx<'_>| webhook_deliveries::queue(tx, webhook, &ids).await;
    let queued = call.app.store.write("webhook_deliveries.queue", body).await?;
    call.app.webhooks.logged.send_replace(());
    let mut body = String::new();
    Object::open(&mut body).int("queued", queued).close();
    Ok(ApiResponse::text(axum::http::StatusCode::ACCEPTED, body))
}

/// `POST webhooks/{id}/test/`: sends a test at once, whether or not the webhook is used. It is not tried again.
pub async fn test(call: RequestContext) -> Result<ApiResponse, Error> {
    let webhook = found(&call).await?;
    let app = &call.app;
    let secret = open(app.config.secret_key.as_ref(), &webhook.secret);
    let secret = secret.map_err(|fault| Error::refused("webhook_without_key", fault))?;
    let installation = data_sources::installation(app).await?;
    let sender = Sender::new(&app.config, &installation).map_err(|fault| Error::Internal(fault.to_string()))?;
    let now = app.clock.now();
    let payload = envelope(TEST, now, &format!("{{\"webhook\":{}}}", webhook.id));
    let mut delivery = Delivery::unsent(webhook.id, TEST, payload, [now, now]);
    let sent = sender.send(&webhook.url, &secret, &Message::of(&delivery), now).await;
    sent.note(&mut delivery, now);
    delivery.state = sent.last_state();
    let put = async move |tx: &mut Tx<'_>| webhook_deliveries::put_all(tx, vec![delivery.clone()]).await;
    let stored = app.store.write("webhook_deliveries.put", put).await?;
    Ok(ApiResponse::written(|out| stored.iter().for_each(|delivery| write(out, delivery))))
}
