//! Adjustment reasons of the installation's own: which there are, a new one, and no longer offering one. Must not know what
//! a reason may be called: the fields of the API say so.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_web::form::FieldErrors;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::reasons::{ReasonRow, Reasons};
use serde_json::{Map, Value};

use super::answer::ScreenAnswer;
use super::done::Done;
use super::fault::{self, Fault};
use super::visit::Visit;
use crate::api::stock::adjustment_reasons::REASON;
use crate::resource::direct;
use crate::services::adjustment_reasons::{self, OwnReason};

/// `GET /adjustment-reasons`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    page(&visit, StatusCode::OK, FieldErrors::default()).await
}

async fn page(visit: &Visit, status: StatusCode, errors: FieldErrors) -> Result<ScreenAnswer, Fault> {
    let row = |one: OwnReason| ReasonRow { id: one.id, code: one.code, name: one.name, is_active: one.is_active };
    let page = Reasons {
        frame: visit.frame(Entry::Stock).await?,
        rows: adjustment_reasons::own(&visit.app).await?.into_iter().map(row).collect(),
        code: visit.form.text("code").to_owned(),
        name: visit.form.text("name").to_owned(),
        errors,
    };
    ScreenAnswer::page(status, &page)
}

/// `POST /adjustment-reasons`: a new one.
pub(super) async fn make(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    if visit.is_done().await? {
        return Ok(visit.done(link::reasons()));
    }
    let given = ["code", "name"].map(|name| (name.to_owned(), Value::from(visit.form.text(name))));
    match direct::make(&visit.app.services, &visit.requester(), &REASON, &Map::from_iter(given)).await {
        Ok(record) => {
            let name = record.text("name").unwrap_or_default().to_owned();
            visit.keep(&Done::ReasonOffered(name)).await?;
            Ok(visit.done(link::reasons()))
        }
        Err(fault) => {
            let told = fault::in_form(fault)?;
            page(&visit, told.status, told.errors).await
        }
    }
}

/// `POST /adjustment-reasons/{id}`: offers a reason, or retires it.
pub(super) async fn switch(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let is_active = visit.form.is_on("is_active");
    let body = Map::from_iter([("is_active".to_owned(), Value::from(is_active))]);
    let id = visit.id(0)?;
    let record = direct::change(&visit.app.services, &visit.requester(), &REASON, (id, &body)).await?;
    let name = record.text("name").unwrap_or_default().to_owned();
    visit.keep(&if is_active { Done::ReasonOffered(name) } else { Done::ReasonRetired(name) }).await?;
    Ok(visit.done(link::reasons()))
}
