//! Health and metrics, for whoever keeps the process running. No token needed; nothing secret shown.

use axum::http::StatusCode;
use onhand_core::floor::UnplannedReason;
use onhand_store::{Tx, unplanned_items};

use super::call::Call;
use super::observe;
use crate::logs;
use crate::wire::error::Error;
use crate::wire::json::{Object, Reply};

/// When it is worth asking again a server that is not ready.
const RETRY_SECONDS: u64 = 1;

/// `GET /healthz`: the process answers.
pub async fn live(_: Call) -> Result<Reply, Error> {
    let mut body = String::new();
    Object::open(&mut body).text("status", "ok").close();
    Ok(Reply::ok(body))
}

/// `GET /readyz`: whether the server can do its work, and which part is in the way if not.
pub async fn ready(call: Call) -> Result<Reply, Error> {
    let report = call.app.readiness.look(&call.app).await;
    let failing = report.failing();
    let status = if failing.is_empty() { "ok" } else { "failing" };
    let mut body = String::new();
    let mut object = Object::open(&mut body)
        .text("status", status)
        .int("waiting", report.waiting as i64)
        .int_or_null("last_write_seconds", report.last_write_age.map(|age| age.as_secs() as i64));
    for (part, state) in &report.parts {
        object = object.text(part, state.word());
    }
    if failing.is_empty() {
        object.close();
        return Ok(Reply::ok(body));
    }
    object.text("detail", &format!("Not ready: {}.", failing.join(", "))).close();
    Ok(Reply::text(StatusCode::SERVICE_UNAVAILABLE, body).retry_after(RETRY_SECONDS))
}

/// `GET /metrics`.
pub async fn metrics(call: Call) -> Result<Reply, Error> {
    lines_in_no_package(&call).await;
    metrics::gauge!("onhand_ledger_waiting").set(call.app.ledger.waiting() as f64);
    metrics::counter!("onhand_log_dropped_total").absolute(logs::dropped());
    if let Some(age) = call.app.store.last_write_age() {
        metrics::gauge!("onhand_last_write_age_seconds").set(age.as_secs_f64());
    }
    if let Some(free) = call.app.store.disk_free_bytes() {
        metrics::gauge!("onhand_disk_free_bytes").set(free as f64);
    }
    Ok(Reply::other("text/plain; version=0.0.4", observe::recorder().render()))
}

/// How many order lines are short, and how many are in no package for another reason: as they were, where the database is
/// not to be had.
async fn lines_in_no_package(call: &Call) {
    let counts = async |tx: &mut Tx<'_>| {
        let mut counts = Vec::new();
        for reason in UnplannedReason::ALL {
            counts.push((reason, unplanned_items::count(tx, reason).await?));
        }
        Ok(counts)
    };
    let Ok(counts) = call.app.store.watch("unplanned_items.count", counts).await else { return };
    for (reason, count) in counts {
        if reason == UnplannedReason::Short {
            metrics::gauge!("onhand_short_lines").set(count as f64);
        }
        metrics::gauge!("onhand_unplanned_lines", "reason" => reason.word()).set(count as f64);
    }
}
