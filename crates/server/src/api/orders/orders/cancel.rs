//! Cancelling an order or some of its lines (contract 7.4).

use axum::http::StatusCode;
use onhand_core::{OrderId, OrderItemId, Rejection};
use serde_json::{Map, Value};

use super::answer;
use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::services::orders::{self, Cancellation};
use crate::wire::error::{Error, FieldErrors};
use crate::wire::field::Field;
use crate::wire::form::{Form, Mode, unknown_pk, whole_number};
use crate::wire::json::ApiResponse;

/// The body of a cancellation (contract 7.4).
pub const CANCEL: &[Field] = &[
    Field::pk("order", "The order; if sent, it must be the one in the path."),
    Field::bool("is_all", "Whether the whole order is cancelled, whichever of its lines are named. Default false."),
    Field::pks("cancel_items", "The lines to cancel, as a list of ids or an object whose keys are the ids."),
    Field::object("reasons", "Order item id to the id of its reason, or null. The cancelled line shows it.").nullable(),
    Field::any("forced_refund_amount", "Carried by the vendor's clients; not used."),
    Field::any("is_cargo_refund", "Carried by the vendor's clients; not used."),
    Field::any("refund_invoice_number", "Carried by the vendor's clients; not used."),
    Field::any("ibans", "Carried by the vendor's clients; not used and not stored."),
    Field::any("holder_names", "Carried by the vendor's clients; not used and not stored."),
];

/// `POST orders/{id}/cancel/`: the whole order or some lines; what is still reserved is given back.
pub async fn cancel(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = OrderId::new(call.id()?);
    let form = call.form(CANCEL, Mode::Partial).await?;
    let order = orders::own(&call.app, &call.requester(), id).await?;
    if form.int("order").is_some_and(|id| id != order.id().get()) {
        return Err(Error::field("order", "This is not the order in the path."));
    }
    let chosen = form.ids("cancel_items").unwrap_or_default();
    let all = form.bool("is_all").unwrap_or(false);
    if !all && chosen.is_empty() {
        return Err(Error::field("cancel_items", "Name the items to cancel, or send is_all true."));
    }
    let items = chosen.iter().copied().map(OrderItemId::new).collect();
    let cancellation = Cancellation { all, items, reasons: reasons(&form)? };
    let (answer, what) = (answer(StatusCode::OK), (order, cancellation));
    let submitted = orders::cancel(&call.app, &call.requester(), what, call.record(&answer)).await;
    context::reply(submitted, answer, |rejection| match rejection {
        Rejection::NotInOrder(items) => foreign(&items, chosen),
        other => error_mapping::error(other),
    })
}

/// Lines of other orders, under the field that names them.
fn foreign(items: &[OrderItemId], chosen: &[i64]) -> Error {
    let mut errors = FieldErrors::default();
    for item in items {
        let field = if chosen.contains(&item.get()) { "cancel_items" } else { "reasons" };
        errors.add(field, unknown_pk(item.get()));
    }
    Error::Fields(errors)
}

/// Why which line is cancelled. Reasons are the channel's own or ours, so their ids are not looked up.
fn reasons(form: &Form) -> Result<Vec<(OrderItemId, i64)>, Error> {
    let given: Map<String, Value> = serde_json::from_str(&form.json("reasons")).unwrap_or_default();
    let wrong =
        |key: &str| Error::field("reasons", format!("{key}: an order item's id leads to a reason's id or null."));
    let mut reasons = Vec::new();
    for (key, reason) in given {
        let item = key.parse().map_err(|_| wrong(&key))?;
        if !reason.is_null() {
            let reason = whole_number(&reason, 1, i64::MAX).ok_or_else(|| wrong(&key))?;
            reasons.push((OrderItemId::new(item), reason));
        }
    }
    Ok(reasons)
}
