//! Health and metrics, for operators. No token needed; nothing secret shown.

use axum::http::StatusCode;

use super::context::RequestContext;
use crate::wire::error::Error;
use crate::wire::json::{ApiResponse, Object};
use crate::{logs, measures};

/// When it is worth asking again a server that is not ready.
const RETRY_SECONDS: u64 = 1;

/// `GET /healthz`: the process answers.
pub async fn live(_: RequestContext) -> Result<ApiResponse, Error> {
    let mut body = String::new();
    Object::open(&mut body).text("status", "ok").close();
    Ok(ApiResponse::ok(body))
}

/// `GET /readyz`: whether the server can do its work, and which part is in the way if not.
pub async fn ready(call: RequestContext) -> Result<ApiResponse, Error> {
    let report = call.app.readiness.look().await;
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
        return Ok(ApiResponse::ok(body));
    }
    object.text("detail", &format!("Not ready: {}.", failing.join(", "))).close();
    Ok(ApiResponse::text(StatusCode::SERVICE_UNAVAILABLE, body).retry_after(RETRY_SECONDS))
}

/// `GET /metrics`. Asks no database and waits for nothing: what the database knows was looked at before.
pub async fn metrics(call: RequestContext) -> Result<ApiResponse, Error> {
    let app = &call.app;
    metrics::gauge!("onhand_writer_waiting").set(app.writer.waiting() as f64);
    metrics::gauge!("onhand_imports_delayed").set(app.import_queue.delays.count() as f64);
    metrics::counter!("onhand_log_dropped_total").absolute(logs::dropped());
    if let Some(bytes) = logs::file_bytes() {
        metrics::gauge!("onhand_log_bytes").set(bytes as f64);
    }
    if let Some(age) = app.watch.age() {
        metrics::gauge!("onhand_watch_age_seconds").set(age.as_secs_f64());
    }
    if let Some(age) = app.store.last_write_age() {
        metrics::gauge!("onhand_last_write_age_seconds").set(age.as_secs_f64());
    }
    if let Some(free) = app.store.disk_free_bytes() {
        metrics::gauge!("onhand_disk_free_bytes").set(free as f64);
    }
    if let Some(connections) = app.store.connections() {
        metrics::gauge!("onhand_database_connections_max").set(connections.max as f64);
        metrics::gauge!("onhand_database_connections_open").set(connections.open as f64);
        metrics::gauge!("onhand_database_connections_in_use").set(connections.in_use as f64);
        metrics::gauge!("onhand_database_connections_waiting").set(connections.waiting as f64);
    }
    Ok(ApiResponse::other("text/plain; version=0.0.4", measures::recorder().render()))
}
