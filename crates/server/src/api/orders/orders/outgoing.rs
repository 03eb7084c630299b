//! Orders with lines that are placed with data sources: the installations that an order came through, and waiting for what
//! becomes of such lines.
//!
//! Promises: an answer that was waited for is the order as it is then; the wait ends when the server stops. Must not know
//! how lines are placed.

use std::time::Duration;

use onhand_core::commands::CartOutcome;
use onhand_core::{Order, OrderId, OrderItem, Outcome};
use onhand_store::idempotency::Answer;
use serde_json::Value;

use super::write;
use crate::http::context::RequestContext;
use crate::http::handling;
use crate::services::ServiceError;
use crate::services::outgoing::{via, waiting};
use crate::services::submission::Submitted;
use crate::wire::error::Error;

/// The header that names the installations that an order came through.
const VIA: &str = "onhand-via";

/// The installations that the order of a request came through; an error if this one is among them.
pub(in crate::api::orders) async fn via(call: &RequestContext) -> Result<String, Error> {
    let lines: Option<Vec<&str>> = call.headers.get_all(VIA).iter().map(|line| line.to_str().ok()).collect();
    let lines = lines.ok_or_else(|| Error::bad_request("Onhand-Via has characters that no name has."))?;
    Ok(via::checked(&call.app, &lines.join(",")).await?)
}

/// The end of a request that has placed an order: as it is, or, if its client is ready to wait, when no line is pending.
pub(in crate::api::orders) async fn waited(
    call: &RequestContext,
    submitted: Result<Submitted, ServiceError>,
) -> Result<Submitted, ServiceError> {
    let submitted = submitted?;
    let Some(patience) = handling::wait_seconds(&call.headers).map(Duration::from_secs) else { return Ok(submitted) };
    let pending = match &submitted {
        Submitted::Now(outcome) => {
            placed_now(outcome).filter(|(_, items)| is_pending(items)).map(|(order, _)| order.id)
        }
        Submitted::Before(stored) => placed(stored),
    };
    let Some(order) = pending else { return Ok(submitted) };
    let settled = tokio::select! {
        // The order is stored, so that its answer is given although its lines cannot be looked at.
        settled = waiting::settled(&call.app, order, patience) => match settled {
            Ok(settled) => settled,
            Err(_) => return Ok(submitted),
        },
        () = call.app.feed.closed() => return Ok(submitted),
    };
    Ok(match submitted {
        Submitted::Now(_) => Submitted::Now(Outcome::OrderPlaced(settled.0, settled.1)),
        Submitted::Before(stored) => {
            let mut body = String::new();
            write(&mut body, &settled.0, &settled.1);
            Submitted::Before(Answer { body: body.into_bytes(), ..stored })
        }
    })
}

/// The same for an order that was placed before, by another request: its lines as they are when none is pending.
pub(in crate::api::orders) async fn waited_for(
    call: &RequestContext,
    order: OrderId,
    items: Vec<OrderItem>,
) -> Result<Vec<OrderItem>, Error> {
    let Some(seconds) = handling::wait_seconds(&call.headers).filter(|_| is_pending(&items)) else { return Ok(items) };
    tokio::select! {
        settled = waiting::settled(&call.app, order, Duration::from_secs(seconds)) => Ok(settled?.1),
        () = call.app.feed.closed() => Ok(items),
    }
}

/// The order that a command has placed.
fn placed_now(outcome: &Outcome) -> Option<(&Order, &[OrderItem])> {
    match outcome {
        Outcome::OrderPlaced(order, items) => Some((order, items)),
        Outcome::Cart(decided) => match &**decided {
            CartOutcome::Confirmed(_, order, items) => Some((order, items)),
            _ => None,
        },
        _ => None,
    }
}

fn is_pending(items: &[OrderItem]) -> bool {
    items.iter().any(waiting::is_pending)
}

/// The order of a stored answer whose lines were pending.
fn placed(stored: &Answer) -> Option<OrderId> {
    let body: Value = serde_json::from_slice(&stored.body).ok()?;
    let is_pending = |item: &Value| item["datasource_state"] == "pending";
    let order = body["order_items"].as_array()?.iter().any(is_pending).then(|| body["pk"].as_i64())?;
    order.map(OrderId::new)
}
