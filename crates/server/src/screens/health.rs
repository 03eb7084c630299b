//! Stock health: what has kept units off sale for long, and settling reported lines. Must not know what settling does.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::{Explanation, NOTE_CHARS_MAX, OrderItemId, Outcome, Stock};
use onhand_store::Tx;
use onhand_store::tables::batch_requests::BatchRow;
use onhand_store::tables::stock_lists::STOCK_LISTS;
use onhand_web::form::FieldErrors;
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::health::{Aged, AgedRow, DAYS, Health, LeaseRow, OversoldRow};

use super::answer::ScreenAnswer;
use super::done::Done;
use super::fault::{self, Fault};
use super::naming;
use super::visit::Visit;
use crate::services::reserving::ReservingLine;
use crate::services::stock_health::{self, OLD_SECONDS_DEFAULT, Oldest, ROWS_MAX, SETTLED_MAX};
use crate::services::{ServiceError, names};

const DAY_SECONDS: i64 = 24 * 3_600;

/// What a form brings back to the page.
#[derive(Default)]
struct Returned {
    chosen: Vec<i64>,
    note: String,
    errors: FieldErrors,
}

/// `GET /stock-health`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    page(&visit, StatusCode::OK, Returned::default()).await
}

async fn page(visit: &Visit, status: StatusCode, returned: Returned) -> Result<ScreenAnswer, Fault> {
    let (app, requester) = (&visit.app, visit.requester());
    let asked = visit.query.number("days").or_else(|| visit.back_query().number("days"));
    let days = asked.filter(|days| DAYS.contains(days)).unwrap_or(OLD_SECONDS_DEFAULT / DAY_SECONDS);
    let before = app.clock.now().minus_seconds(days * DAY_SECONDS);
    let found = stock_health::look(app, &requester, before, ROWS_MAX).await?;
    let of_lines = [&found.reported, &found.open, &found.unpackaged].into_iter().flat_map(|lines| &lines.rows);
    let of_lines = of_lines.map(|one| one.line.reserved_list.get());
    let lists: BTreeSet<i64> = of_lines.chain(found.oversold.rows.iter().map(|stock| stock.list.get())).collect();
    let body = async move |tx: &mut Tx<'_>| names::of(tx, &STOCK_LISTS, &lists).await;
    let names = visit.app.store.read("records.names", body).await?;
    let channels = naming::channels(visit).await?;
    let aged = |lines: &Oldest<ReservingLine>| Aged {
        rows: lines.rows.iter().map(|one| row(&names, one)).collect(),
        has_more: lines.has_more,
    };
    let page = Health {
        frame: visit.frame(Entry::Stock).await?,
        days,
        reported: aged(&found.reported),
        open: aged(&found.open),
        unpackaged: aged(&found.unpackaged),
        leases: found.leases.rows.iter().map(|batch| lease(&channels, batch)).collect(),
        has_more_leases: found.leases.has_more,
        oversold: found.oversold.rows.iter().map(|stock| oversold(&names, stock)).collect(),
        has_more_oversold: found.oversold.has_more,
        chosen: returned.chosen,
        note: returned.note,
        errors: returned.errors,
    };
    visit.show_with(status, &page, Health::as_rows)
}

fn row(names: &HashMap<i64, String>, one: &ReservingLine) -> AgedRow {
    AgedRow {
        line: one.line.id.get(),
        order: one.order.as_ref().map_or(0, |order| order.id.get()),
        number: one.order.as_ref().map_or_else(String::new, |order| order.number.clone()),
        product: one.line.product.get(),
        sku: one.line.sku.clone(),
        list: names.get(&one.line.reserved_list.get()).cloned().unwrap_or_default(),
        quantity: one.reservation.quantity.units(),
        since: one.since(),
        code: one.code.clone(),
    }
}

fn lease(channels: &[(i64, String)], batch: &BatchRow) -> LeaseRow {
    LeaseRow {
        batch: batch.local_batch_id.clone(),
        channel: naming::channel_name(channels, Some(batch.channel)).unwrap_or_default(),
        until: batch.lease_until.unwrap_or(batch.modified_at),
    }
}

fn oversold(names: &HashMap<i64, String>, stock: &Stock) -> OversoldRow {
    OversoldRow {
        product: stock.product.get(),
        sku: stock.sku.clone(),
        list: stock.list.get(),
        list_name: names.get(&stock.list.get()).cloned().unwrap_or_default(),
        on_hand: stock.on_hand,
        taken: stock.reserved + stock.reported,
    }
}

/// `POST /stock-health`: settles the ticked lines.
pub(super) async fn settle(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let chosen: Vec<i64> = visit.form.all("line").filter_map(|line| line.parse().ok()).take(SETTLED_MAX).collect();
    let note = visit.form.text("note").trim().to_owned();
    let wrong = match (chosen.is_empty(), note.chars().count() > NOTE_CHARS_MAX) {
        (true, _) => Some(("line", "Tick the lines that are to be settled.".to_owned())),
        (false, true) => Some(("note", format!("Ensure this field has no more than {NOTE_CHARS_MAX} characters."))),
        (false, false) => None,
    };
    if let Some((field, sentence)) = wrong {
        let told = fault::in_form(ServiceError::field(field, sentence))?;
        return page(&visit, told.status, Returned { chosen, note, errors: told.errors }).await;
    }
    let items = chosen.iter().copied().map(OrderItemId::new).collect();
    let record = visit.record(|outcome| match outcome {
        Outcome::ReportedSettled(lines) => Some(Done::Settled(lines.len() as i64)),
        _ => None,
    });
    let what = (items, Explanation::of(None, note));
    stock_health::settle(&visit.app, &visit.requester(), what, record).await?;
    Ok(visit.done(link::health()))
}
