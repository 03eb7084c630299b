//! Webhooks: which there are and how each does, and making one.
//!
//! Promises: the secret of a new webhook is shown on the page that has made it, and on no other. Must not know what may be
//! set of a webhook: the fields of the API say so.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::Timestamp;
use onhand_store::resource::Record;
use onhand_store::tables::webhook_deliveries::DeliveryState;
use onhand_web::form::FieldErrors;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::webhooks::{HookForm, HookRow, HookStanding, NewSecret, Sent, Webhooks};
use serde_json::{Map, Value};

use super::answer::ScreenAnswer;
use super::done::Done;
use super::fault::{self, Fault, Told};
use super::naming;
use super::visit::Visit;
use crate::api::events::webhooks::WEBHOOK;
use crate::resource::direct;
use crate::services::webhooks::{self, COUNTED_MAX, Standing};
use crate::webhooks as sending;

/// `GET /webhooks`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let form = with_choices(&visit, HookForm::default()).await?;
    page(&visit, StatusCode::OK, (None, form)).await
}

async fn page(
    visit: &Visit,
    status: StatusCode,
    (made, form): (Option<NewSecret>, HookForm),
) -> Result<ScreenAnswer, Fault> {
    let page = Webhooks {
        frame: visit.frame(Entry::Other).await?,
        rows: webhooks::standings(&visit.app).await?.iter().map(row).collect(),
        has_key: visit.app.config.secret_key.is_some(),
        made,
        form,
    };
    ScreenAnswer::page(status, &page)
}

/// `POST /webhooks`: makes one.
pub(super) async fn make(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    if visit.is_done().await? {
        return Ok(visit.done_at(link::webhooks()));
    }
    let body = fields(&visit);
    match direct::make(&visit.app.services, &visit.requester(), &WEBHOOK, &body).await {
        Ok(record) => {
            let (name, secret) = (text(&record, "name"), text(&record, "secret"));
            let secret = sending::open(visit.app.config.secret_key.as_ref(), &secret)
                .map_err(|fault| Fault::internal(&fault))?;
            visit.keep(&Done::HookMade(name.clone())).await?;
            let form = with_choices(&visit, HookForm::default()).await?;
            let made = NewSecret { name, secret: secret.text() };
            page(&visit, StatusCode::CREATED, (Some(made), form)).await
        }
        Err(fault) => {
            let told = fault::in_form(fault)?;
            let (status, form) = (told.status, as_sent(&visit, told).await?);
            page(&visit, status, (None, form)).await
        }
    }
}

/// What the form says of a webhook, by the names of the API.
pub(super) fn fields(visit: &Visit) -> Map<String, Value> {
    let form = &visit.form;
    let id = |name: &str| match form.text(name) {
        "" => Value::Null,
        text => Value::from(text),
    };
    Map::from_iter([
        ("name".to_owned(), Value::from(form.text("name"))),
        ("url".to_owned(), Value::from(form.text("url"))),
        ("events".to_owned(), form.all("event").map(Value::from).collect()),
        ("stock_list".to_owned(), id("stock_list")),
        ("channel".to_owned(), id("channel")),
    ])
}

/// The form as it was sent, with what is wrong.
pub(super) async fn as_sent(visit: &Visit, told: Told) -> Result<HookForm, Fault> {
    let form = &visit.form;
    // The form has no field for a secret.
    let named = |(name, text): (String, String)| (if name == "secret" { String::new() } else { name }, text);
    let sent = HookForm {
        name: form.text("name").to_owned(),
        url: form.text("url").to_owned(),
        events: form.all("event").map(str::to_owned).collect(),
        list: form.number("stock_list"),
        channel: form.number("channel"),
        errors: FieldErrors(told.errors.0.into_iter().map(named).collect()),
        ..HookForm::default()
    };
    with_choices(visit, sent).await
}

/// A form with the lists and channels that can be chosen.
pub(super) async fn with_choices(visit: &Visit, form: HookForm) -> Result<HookForm, Fault> {
    Ok(HookForm { lists: naming::lists(visit).await?, channels: naming::channels(visit).await?, ..form })
}

pub(super) fn text(record: &Record, column: &str) -> String {
    record.text(column).unwrap_or_default().to_owned()
}

/// The words of the event types that a webhook is told of.
pub(super) fn events(record: &Record) -> Vec<String> {
    serde_json::from_str(record.text("events").unwrap_or("[]")).unwrap_or_default()
}

/// A webhook as it is shown.
pub(super) fn row(found: &Standing) -> HookRow {
    let Standing { record, last, undelivered } = found;
    let time = |column: &str| record.int(column).map(Timestamp::from_micros);
    let standing = match (record.flag("is_active"), time("paused_at"), time("failing_since")) {
        (false, ..) => HookStanding::Off,
        (true, Some(since), _) => HookStanding::Paused(since),
        (true, None, Some(since)) => HookStanding::Failing(since, time("next_try_at")),
        (true, None, None) => HookStanding::Active,
    };
    HookRow {
        id: record.id,
        name: text(record, "name"),
        url: text(record, "url"),
        events: events(record),
        standing,
        error: text(record, "last_error"),
        last_taken: time("last_success_at"),
        last: last.as_ref().map(|last| (sent(last.state), last.modified_at)),
        undelivered: *undelivered,
        has_more_undelivered: *undelivered >= COUNTED_MAX,
    }
}

/// How far a delivery is, as it is shown.
pub(super) const fn sent(state: DeliveryState) -> Sent {
    match state {
        DeliveryState::Delivered => Sent::Delivered,
        DeliveryState::Waiting => Sent::Waiting,
        DeliveryState::Undelivered => Sent::Undelivered,
        DeliveryState::Queued => Sent::Queued,
    }
}
