//! Settings of a stock list.
//!
//! Promises: a list that has changed since the form was shown is not changed by it, so no other person's change is
//! overwritten. Must not know what may be set: the fields of the API say so.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::{MoveRegistration, ReleaseMode};
use onhand_store::resource::Record;
use onhand_web::form::FieldErrors;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::list_settings::{ListForm, ListSettings, SpanField, SpanUnit};
use serde_json::{Map, Value};

use super::answer::ScreenAnswer;
use super::done::Done;
use super::fault::{self, Fault};
use super::visit::Visit;
use crate::api::stock::stock_lists::STOCK_LIST;
use crate::resource::direct;
use crate::services::ServiceError;

/// Fields that are numbers.
const NUMBERS: [&str; 3] = ["low_stock", "safety_stock", "sourcing_priority"];
/// Fields that are spans of time.
const SPANS: [&str; 2] = ["reported_settles_after_seconds", "snapshot_delay_seconds"];
/// Fields that are yes or no.
const FLAGS: [&str; 3] = ["is_auto_sync", "is_item_code_unique", "ignore_sold_quantity_unreported"];
/// Fields that are one of two words: the usual one, and the one of a ticked box.
const WORDS: [(&str, [&str; 2]); 2] = [
    ("release_mode", [ReleaseMode::UntilNextWrite.word(), ReleaseMode::Immediate.word()]),
    ("moves_settle", [MoveRegistration::Acknowledged.word(), MoveRegistration::NextLevel.word()]),
];

/// `GET /stock/{list}/settings`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let record = found(&visit).await?;
    page(&visit, StatusCode::OK, (&record, stored(&record))).await
}

async fn found(visit: &Visit) -> Result<Record, Fault> {
    Ok(direct::found(&visit.app, &visit.requester(), &STOCK_LIST, visit.id(0)?).await?)
}

async fn page(visit: &Visit, status: StatusCode, (record, form): (&Record, ListForm)) -> Result<ScreenAnswer, Fault> {
    let page = ListSettings {
        frame: visit.frame(Entry::Stock).await?,
        list: record.id,
        title: record.text("name").unwrap_or_default().to_owned(),
        form,
        installation_zone: visit.app.config.time_zone.as_ref().map_or("UTC", |zone| zone.name()).to_owned(),
    };
    ScreenAnswer::page(status, &page)
}

/// The form of a list as it is stored.
fn stored(record: &Record) -> ListForm {
    let text = |column: &str| record.text(column).unwrap_or_default().to_owned();
    let number = |column: &str| record.int(column).unwrap_or_default();
    let is_other = |column: &str| WORDS.iter().any(|(name, words)| *name == column && text(column) == words[1]);
    ListForm {
        name: text("name"),
        code: text("code"),
        is_auto_sync: record.flag("is_auto_sync"),
        is_release_immediate: is_other("release_mode"),
        is_moved_by_level: is_other("moves_settle"),
        is_item_code_unique: record.flag("is_item_code_unique"),
        ignores_external: record.flag("ignore_sold_quantity_unreported"),
        reported_settles_after: SpanField::of(number("reported_settles_after_seconds")),
        snapshot_delay: SpanField::of(number("snapshot_delay_seconds")),
        low_stock: number("low_stock").to_string(),
        safety_stock: number("safety_stock").to_string(),
        sourcing_priority: number("sourcing_priority").to_string(),
        time_zone: text("time_zone"),
        seen: record.modified_at.micros(),
        errors: FieldErrors::default(),
    }
}

/// The form as it was sent.
fn sent(visit: &Visit) -> ListForm {
    let form = &visit.form;
    let text = |name: &str| form.text(name).to_owned();
    let span = |name: &str| SpanField { number: text(name), unit: unit(visit, name) };
    ListForm {
        name: text("name"),
        code: text("code"),
        is_auto_sync: form.is_on("is_auto_sync"),
        is_release_immediate: form.is_on("release_mode"),
        is_moved_by_level: form.is_on("moves_settle"),
        is_item_code_unique: form.is_on("is_item_code_unique"),
        ignores_external: form.is_on("ignore_sold_quantity_unreported"),
        reported_settles_after: span("reported_settles_after_seconds"),
        snapshot_delay: span("snapshot_delay_seconds"),
        low_stock: text("low_stock"),
        safety_stock: text("safety_stock"),
        sourcing_priority: text("sourcing_priority"),
        time_zone: text("time_zone"),
        seen: form.number("seen").unwrap_or_default(),
        errors: FieldErrors::default(),
    }
}

fn unit(visit: &Visit, name: &str) -> SpanUnit {
    SpanUnit::from_word(visit.form.text(&format!("{name}_unit"))).unwrap_or_default()
}

/// What the form says of a list, by the names of the API; of what is as it was, nothing.
fn changed(visit: &Visit, record: &Record) -> Map<String, Value> {
    let form = &visit.form;
    let mut body = Map::new();
    let mut put = |name: &str, is_new: bool, value: Value| {
        if is_new {
            body.insert(name.to_owned(), value);
        }
    };
    for name in ["name", "code", "time_zone"] {
        let text = form.text(name);
        let value = if text.is_empty() && name != "name" { Value::Null } else { Value::from(text) };
        put(name, record.text(name).unwrap_or_default() != text, value);
    }
    for name in NUMBERS {
        let text = form.text(name);
        put(name, record.int(name).unwrap_or_default().to_string() != text, Value::from(text));
    }
    for name in SPANS {
        // What is no number, or too large for one, is rejected as it was typed.
        let seconds = form.number(name).and_then(|number| number.checked_mul(unit(visit, name).seconds()));
        put(name, seconds != record.int(name), seconds.map_or_else(|| Value::from(form.text(name)), Value::from));
    }
    for name in FLAGS {
        put(name, form.is_on(name) != record.flag(name), Value::from(form.is_on(name)));
    }
    for (name, words) in WORDS {
        let word = words[usize::from(form.is_on(name))];
        put(name, record.text(name) != Some(word), Value::from(word));
    }
    body
}

/// `POST /stock/{list}/settings`.
pub(super) async fn save(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let record = found(&visit).await?;
    if visit.form.number("seen") != Some(record.modified_at.micros()) {
        let sentence = "The list has changed since this page was shown. Look at it as it is now, and change it again.";
        let told = fault::in_form(ServiceError::Invalid(sentence.to_owned()))?;
        return page(&visit, told.status, (&record, ListForm { errors: told.errors, ..stored(&record) })).await;
    }
    let body = changed(&visit, &record);
    let changed = match body.is_empty() {
        true => Ok(()),
        false => {
            let change = (record.id, &body);
            direct::change(&visit.app.services, &visit.requester(), &STOCK_LIST, change).await.map(|_| ())
        }
    };
    match changed {
        Ok(()) => {
            visit.keep(&Done::Saved).await?;
            Ok(visit.done(&link::list_settings(record.id)))
        }
        Err(fault) => {
            let told = fault::in_form(fault)?;
            page(&visit, told.status, (&record, ListForm { errors: told.errors, ..sent(&visit) })).await
        }
    }
}
