//! What can be done with an order: marking it as taken, releasing a line, cancelling lines, sourcing short ones again.
//!
//! Promises: each is the command that the API submits, with the form's key; a form that was not done comes back with
//! its values. Must not know how an order is shown.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::commands::{EditOrder, ReleaseItem};
use onhand_core::{Command, ERP, OrderId, OrderItemId, Outcome, QUANTITY_MAX};
use onhand_web::form::FieldErrors;
use onhand_web::link;
use onhand_web::screens::order::{ComesBack, ReleaseForm};
use serde_json::{Map, Value};

use super::answer::ScreenAnswer;
use super::done::Done;
use super::fault::{self, Fault};
use super::order::{self, Returned};
use super::visit::Visit;
use crate::api::orders::mappings::RELEASE;
use crate::services::orders::{self, Cancellation};
use crate::services::{ServiceError, fulfilment, stock_tables};
use crate::wire::error::Error;
use crate::wire::form::{Form, Mode};
use crate::zone::Twice;

/// The most lines that one form names.
const LINES_MAX: usize = 1_000;

fn order_id(visit: &Visit) -> Result<OrderId, Fault> {
    visit.id(0).map(OrderId::new)
}

fn here(visit: &Visit) -> Result<String, Fault> {
    Ok(link::order(visit.id(0)?))
}

/// `POST /orders/{id}/taken`: the ERP has taken the order.
pub(super) async fn take(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let order = orders::own(&visit.app, &visit.requester(), order_id(&visit)?).await?.id();
    let command = Command::EditOrder(EditOrder { order, is_send: Some(true) });
    let record = visit.record(|_| Some(Done::Taken));
    visit.app.submit_once(&visit.requester(), command, record).await?;
    Ok(visit.done(&here(&visit)?))
}

/// `POST /orders/{id}/release`: the ERP has registered a line.
pub(super) async fn release(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let line = OrderItemId::new(visit.form.number("line").ok_or(Fault::NotFound)?);
    let item = orders::item(&visit.app, &visit.requester(), line).await?;
    if item.order != order_id(&visit)? {
        return Err(Fault::NotFound);
    }
    let told = match released(&visit, &item).await {
        Ok(command) => {
            let code = command.code.clone();
            let record = visit.record(move |_| Some(Done::Released(code.clone())));
            let command = Command::ReleaseItem(command);
            match visit.app.submit_once(&visit.requester(), command, record).await {
                Ok(_) => return Ok(visit.done(&here(&visit)?)),
                Err(fault) => fault::in_form(fault)?,
            }
        }
        Err(error) => fault::Told::of(error),
    };
    let form = ReleaseForm {
        line: item.id.get(),
        quantity: item.quantity.units(),
        code: visit.form.text("code").to_owned(),
        registered_at: visit.form.text("registered_at").to_owned(),
        errors: told.errors,
    };
    order::answer(&visit, told.status, Returned { release: Some(form), ..Returned::default() }).await
}

/// The release in a form, read by the fields of the API.
async fn released(visit: &Visit, item: &onhand_core::OrderItem) -> Result<ReleaseItem, Error> {
    let given = ["code", "registered_at"].map(|name| (name, visit.form.text(name)));
    let given = given.into_iter().filter(|(_, text)| !text.is_empty());
    let body: Map<String, Value> = given.map(|(name, text)| (name.to_owned(), Value::from(text))).collect();
    let form = Form::read(RELEASE, Mode::Whole, &body).map_err(Error::Fields)?;
    let zone = visit.app.zone(item.reserved_list).await?;
    // As in the API: of two moments the later.
    let zone = (zone.as_ref(), Twice::Later);
    let registered_at = form.past_time("registered_at", zone, visit.app.clock.now()).map_err(Error::Fields)?;
    Ok(ReleaseItem {
        item: item.id,
        code: form.string("code").unwrap_or_default(),
        integration_type: ERP.to_owned(),
        update_stock: true,
        registered_at,
    })
}

/// `POST /orders/{id}/cancel`: cancels lines; with `act=look`, shows what would come back on sale.
pub(super) async fn cancel(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let lines: Vec<i64> = visit.form.all("line").filter_map(|line| line.parse().ok()).take(LINES_MAX).collect();
    let reason = visit.form.number("reason").filter(|reason| *reason > 0);
    let chosen = (lines.clone(), reason);
    let order = orders::own(&visit.app, &visit.requester(), order_id(&visit)?).await?;
    if lines.is_empty() {
        let fault = ServiceError::field("line", "Name the items to cancel.");
        return not_cancelled(&visit, chosen, fault).await;
    }
    let items: Vec<OrderItemId> = lines.iter().copied().map(OrderItemId::new).collect();
    let reasons = reason.map_or_else(Vec::new, |reason| items.iter().map(|item| (*item, reason)).collect());
    let cancellation = Cancellation { all: false, items: items.clone(), reasons };
    if visit.form.text("act") == "look" {
        return match orders::preview_cancel(&visit.app, &visit.requester(), (order, cancellation)).await {
            Ok(changed) => {
                let preview = come_back(&visit, changed).await?;
                order::answer(&visit, StatusCode::OK, Returned { chosen, preview, ..Returned::default() }).await
            }
            Err(fault) => not_cancelled(&visit, chosen, fault).await,
        };
    }
    let record = visit.record(move |outcome| {
        let Outcome::ItemsCancelled(_, lines) = outcome else { return None };
        let cancelled = lines.iter().filter(|line| items.contains(&line.id));
        Some(Done::Cancelled(cancelled.map(|line| line.quantity.units()).sum::<i64>().min(QUANTITY_MAX)))
    });
    match orders::cancel(&visit.app, &visit.requester(), (order, cancellation), record).await {
        Ok(_) => Ok(visit.done(&here(&visit)?)),
        Err(fault) => not_cancelled(&visit, chosen, fault).await,
    }
}

/// The page with the form again. What the API calls `cancel_items` is the lines here.
async fn not_cancelled(
    visit: &Visit,
    chosen: (Vec<i64>, Option<i64>),
    fault: ServiceError,
) -> Result<ScreenAnswer, Fault> {
    let told = fault::in_form(fault)?;
    let named = |(name, text): (String, String)| match name.as_str() {
        "cancel_items" => ("line".to_owned(), text),
        _ => (name, text),
    };
    let errors = FieldErrors(told.errors.0.into_iter().map(named).collect());
    order::answer(visit, told.status, Returned { chosen, errors, ..Returned::default() }).await
}

/// What would come back on sale, list by list.
pub(super) async fn come_back(
    visit: &Visit,
    changed: Vec<(onhand_core::Stock, onhand_core::Stock)>,
) -> Result<Vec<ComesBack>, Fault> {
    let lists = stock_tables::lists(&visit.app, &visit.requester()).await?;
    let back = changed.into_iter().filter_map(|(before, after)| {
        let list = lists.iter().find(|one| one.id == after.list)?.name.clone();
        Some(ComesBack { list, available: (before.available(), after.available()), sku: after.sku })
    });
    Ok(back.collect())
}

/// `POST /orders/{id}/source`: sources again what no location had.
pub(super) async fn source(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let order = orders::own(&visit.app, &visit.requester(), order_id(&visit)?).await?.id();
    let record = visit.record(|_| Some(Done::Sourced));
    fulfilment::source(&visit.app, &visit.requester(), (order, None), record).await?;
    Ok(visit.done(&here(&visit)?))
}
