//! One webhook: how it does, what was sent to it, and everything that people do with it.
//!
//! Promises: a form that is sent twice sends nothing twice; a new secret is shown on the page that has made it, and on no
//! other. Must not know how an event is sent.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_store::tables::webhook_deliveries::{Delivery, DeliveryState};
use onhand_web::form::{FieldErrors, Pager};
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::webhooks::{DeliveryRow, HookForm, NewSecret, RangeForm, Sent, Webhook};
use serde_json::{Map, Value};

use super::answer::ScreenAnswer;
use super::done::Done;
use super::fault::{self, Fault};
use super::visit::Visit;
use super::webhooks::{as_sent, events, fields, row, sent, text, with_choices};
use crate::api::events::webhook_deliveries::{REDELIVER, meant};
use crate::api::events::webhooks::WEBHOOK;
use crate::resource::direct;
use crate::services::webhooks::{self, Standing};
use crate::wire::error::Error;
use crate::wire::form::{Form, Mode};

/// Deliveries of a page.
const ROWS: i64 = 50;

/// What a form brings to the page that it is on.
#[derive(Default)]
struct Returned {
    made: Option<NewSecret>,
    form: Option<HookForm>,
    range: Option<FieldErrors>,
}

/// `GET /webhooks/{id}`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    page(&visit, StatusCode::OK, Returned::default()).await
}

async fn page(visit: &Visit, status: StatusCode, returned: Returned) -> Result<ScreenAnswer, Fault> {
    let found = webhooks::standing_of(&visit.app, visit.id(0)?).await?;
    let record = &found.record;
    let stored = HookForm {
        name: text(record, "name"),
        url: text(record, "url"),
        events: events(record),
        list: record.int("stock_list_id"),
        channel: record.int("channel_id"),
        ..HookForm::default()
    };
    let settings = with_choices(visit, stored).await?;
    let name = |id: Option<i64>, all: &[(i64, String)]| {
        all.iter().find(|(one, _)| Some(*one) == id).map_or_else(String::new, |(_, name)| name.clone())
    };
    let state = DeliveryState::from_word(visit.query.text("state"));
    let (deliveries, pager) = deliveries(visit, record.id, state).await?;
    let page = Webhook {
        frame: visit.frame(Entry::Other).await?,
        hook: row(&found),
        list: name(settings.list, &settings.lists),
        channel: name(settings.channel, &settings.channels),
        made: returned.made,
        state: state.map(sent),
        deliveries,
        pager,
        range: range(visit, returned.range),
        form: returned.form.unwrap_or(settings),
    };
    visit.show_with(status, &page, Webhook::as_rows)
}

/// A page of what was sent to a webhook.
async fn deliveries(visit: &Visit, id: i64, state: Option<DeliveryState>) -> Result<(Vec<DeliveryRow>, Pager), Fault> {
    let before = visit.query.number("before");
    let found = webhooks::deliveries(&visit.app, (id, state), (before, ROWS)).await?;
    let word = state.map_or("", DeliveryState::word);
    let last = found.last().filter(|_| found.len() as i64 == ROWS);
    let pager = Pager {
        shown: found.len() as i64,
        previous: before.map(|_| link::webhook_deliveries(id, word, "")),
        next: last.map(|last| link::webhook_deliveries(id, word, &last.id.to_string())),
        ..Pager::default()
    };
    let line = |one: &Delivery| DeliveryRow {
        id: one.id,
        event: one.event_type.clone(),
        subject: one.subject.clone(),
        state: sent(one.state),
        attempts: one.attempts,
        status: one.status,
        answer: one.answer.clone(),
        duration_ms: one.duration_ms,
        at: one.modified_at,
    };
    Ok((found.iter().map(line).collect(), pager))
}

/// The form that sends a time range again, as it was sent if it was not done.
fn range(visit: &Visit, errors: Option<FieldErrors>) -> RangeForm {
    let sent = |name: &str| errors.as_ref().map_or_else(String::new, |_| visit.form.text(name).to_owned());
    let zone = visit.app.config.time_zone.as_ref().map_or("UTC", |zone| zone.name()).to_owned();
    let state = Sent::from_word(&sent("state")).unwrap_or(Sent::Undelivered);
    RangeForm { after: sent("after"), before: sent("before"), state, zone, errors: errors.unwrap_or_default() }
}

/// The webhook in the path.
async fn found(visit: &Visit) -> Result<Standing, Fault> {
    Ok(webhooks::standing_of(&visit.app, visit.id(0)?).await?)
}

/// Changes some fields of a webhook; what is wrong with them is a fault.
async fn changed(visit: &Visit, id: i64, body: &Map<String, Value>) -> Result<(), Error> {
    direct::change(&visit.app.services, &visit.requester(), &WEBHOOK, (id, body)).await.map(|_| ())
}

/// `POST /webhooks/{id}`: its settings.
pub(super) async fn change(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let record = found(&visit).await?.record;
    let mut body = fields(&visit);
    // An address that is sent begins anew with its receiver, so it is sent only if it is another one.
    if record.text("url") == Some(visit.form.text("url")) {
        body.remove("url");
    }
    match changed(&visit, record.id, &body).await {
        Ok(()) => {
            visit.keep(&Done::Saved).await?;
            Ok(visit.done(&link::webhook(record.id)))
        }
        Err(fault) => {
            let told = fault::in_form(fault)?;
            let (status, form) = (told.status, as_sent(&visit, told).await?);
            page(&visit, status, Returned { form: Some(form), ..Returned::default() }).await
        }
    }
}

/// `POST /webhooks/{id}/active`: goes on with it, or switches it off.
pub(super) async fn switch(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let record = found(&visit).await?.record;
    let is_active = visit.form.is_on("is_active");
    let body = Map::from_iter([("is_active".to_owned(), Value::from(is_active))]);
    changed(&visit, record.id, &body).await?;
    visit.app.webhooks.changed.notify_one();
    let name = text(&record, "name");
    visit.keep(&if is_active { Done::HookOn(name) } else { Done::HookOff(name) }).await?;
    Ok(visit.done(&link::webhook(record.id)))
}

/// `POST /webhooks/{id}/test`: sends a test and waits for the answer.
pub(super) async fn test(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let id = found(&visit).await?.record.id;
    if !visit.is_done().await? {
        let delivery = webhooks::test(&visit.app, id).await?;
        let answer = match delivery.status {
            Some(status) => format!("{status} {}", delivery.answer).trim_end().to_owned(),
            None => delivery.answer.clone(),
        };
        let is_taken = delivery.state == DeliveryState::Delivered;
        visit.keep(&Done::HookTested(Some(answer).filter(|_| !is_taken))).await?;
    }
    Ok(visit.done(&link::webhook(id)))
}

/// `POST /webhooks/{id}/secret`: a new secret, shown once.
pub(super) async fn renew(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let record = found(&visit).await?.record;
    if visit.is_done().await? {
        return Ok(visit.done(&link::webhook(record.id)));
    }
    let secret = webhooks::renew(&visit.app, record.id).await?;
    visit.keep(&Done::Saved).await?;
    let made = NewSecret { name: text(&record, "name"), secret: secret.text() };
    page(&visit, StatusCode::OK, Returned { made: Some(made), ..Returned::default() }).await
}

/// `POST /webhooks/{id}/redeliver`: sends the deliveries of a time once more.
pub(super) async fn redeliver_range(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let id = found(&visit).await?.record.id;
    let given = ["after", "before", "state"].map(|name| (name, visit.form.text(name)));
    let given = given.into_iter().filter(|(_, text)| !text.is_empty());
    let body: Map<String, Value> = given.map(|(name, text)| (name.to_owned(), Value::from(text))).collect();
    match Form::read(REDELIVER, Mode::Whole, &body) {
        Ok(form) => {
            if !visit.is_done().await? {
                let meant = meant(&form, visit.app.config.time_zone.as_ref());
                let queued = webhooks::redeliver_meant(&visit.app, id, meant).await?;
                visit.keep(&Done::Redelivered(queued)).await?;
            }
            Ok(visit.done(&link::webhook(id)))
        }
        Err(errors) => {
            let told = fault::in_form(Error::Fields(errors))?;
            page(&visit, told.status, Returned { range: Some(told.errors), ..Returned::default() }).await
        }
    }
}

/// `POST /webhooks/{id}/deliveries/{delivery}/redeliver`: sends one delivery once more.
pub(super) async fn redeliver(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let id = visit.id(0)?;
    if !visit.is_done().await? {
        let queued = webhooks::redeliver(&visit.app, id, visit.id(1)?).await?;
        visit.keep(&Done::Redelivered(queued)).await?;
    }
    Ok(visit.done(&link::webhook(id)))
}

/// `POST /webhooks/{id}/remove`.
pub(super) async fn remove(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    if !visit.is_done().await? {
        let record = found(&visit).await?.record;
        direct::remove(&visit.app.services, &visit.requester(), &WEBHOOK, record.id).await?;
        visit.app.webhooks.changed.notify_one();
        visit.keep(&Done::HookRemoved(text(&record, "name"))).await?;
    }
    Ok(visit.done_at(link::webhooks()))
}
