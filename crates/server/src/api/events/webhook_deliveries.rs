//! Webhook deliveries: what was sent to a webhook and what it has answered, and sending it once more.

use onhand_store::tables::webhook_deliveries::{Delivery, DeliveryState};

use crate::http::context::{self, RequestContext};
use crate::services::webhooks::{self, Meant};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::form::{Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{PropertyType, ResponseSchema, property, response_schema};
use crate::zone::Zone;

/// Deliveries of one answer.
const TOGETHER: i64 = 100;

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
    let deliveries = webhooks::deliveries(&call.app, (call.id()?, state), (before, TOGETHER)).await?;
    let next = deliveries.last().filter(|_| deliveries.len() as i64 == TOGETHER).map(|last| last.id);
    Ok(ApiResponse::written(|out| {
        Object::open(out).int_or_null("next_before", next).list("results", &deliveries, write).close();
    }))
}

/// `POST webhooks/{id}/deliveries/{delivery}/redeliver/`.
pub async fn redeliver(call: RequestContext) -> Result<ApiResponse, Error> {
    let delivery = context::id(call.parameter(1))?;
    Ok(queued(webhooks::redeliver(&call.app, call.id()?, delivery).await?))
}

/// `POST webhooks/{id}/redeliver/`.
pub async fn redeliver_all(call: RequestContext) -> Result<ApiResponse, Error> {
    let form = call.form(REDELIVER, Mode::Whole).await?;
    Ok(queued(webhooks::redeliver_meant(&call.app, call.id()?, meant(&form, call.zone())).await?))
}

/// Which deliveries a body means.
pub fn meant(form: &Form, zone: Option<&Zone>) -> Meant {
    let state = form.text("state").and_then(DeliveryState::from_word).unwrap_or(DeliveryState::Undelivered);
    Meant { after: form.time("after", zone), before: form.time("before", zone), state }
}

fn queued(queued: i64) -> ApiResponse {
    let mut body = String::new();
    Object::open(&mut body).int("queued", queued).close();
    ApiResponse::text(axum::http::StatusCode::ACCEPTED, body)
}

/// `POST webhooks/{id}/test/`.
pub async fn test(call: RequestContext) -> Result<ApiResponse, Error> {
    let delivery = webhooks::test(&call.app, call.id()?).await?;
    Ok(ApiResponse::written(|out| write(out, &delivery)))
}
