//! Cancellation requests: the table of those that wait, and answering them. Must not know what an answer does.

use std::collections::HashMap;
use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::CancellationType;
use onhand_web::form::{FieldErrors, Pager};
use onhand_web::frame::Entry;
use onhand_web::link;
use onhand_web::screens::cancellations::{Cancellations, RequestRow};
use onhand_web::screens::order::ComesBack;

use super::answer::ScreenAnswer;
use super::done::Done;
use super::fault::{self, Fault};
use super::naming;
use super::order_forms::come_back;
use super::stock::NOT_DONE;
use super::visit::Visit;
use crate::services::ServiceError;
use crate::services::orders::cancellations::{self, COUNTED_MAX, Decision, TOGETHER_MAX, WaitingRequest};

/// Rows of a page.
const ROWS: i64 = 50;

/// What a form brings back to the page.
#[derive(Default)]
struct Returned {
    chosen: Vec<i64>,
    preview: Option<Vec<ComesBack>>,
    errors: FieldErrors,
    /// Why requests were not answered.
    faults: HashMap<i64, String>,
}

/// `GET /cancellations`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    page(&visit, StatusCode::OK, Returned::default()).await
}

async fn page(visit: &Visit, status: StatusCode, returned: Returned) -> Result<ScreenAnswer, Fault> {
    let (app, requester) = (&visit.app, visit.requester());
    let after = visit.query.number("after").or_else(|| visit.back_query().number("after")).unwrap_or(0);
    let waiting = cancellations::waiting(app, &requester, (after, ROWS)).await?;
    let channels = match visit.caller.channel {
        Some(_) => Vec::new(),
        None => naming::channels(visit).await?,
    };
    let row = |one: &WaitingRequest| RequestRow {
        id: one.id,
        order: one.order.id.get(),
        number: one.order.number.clone(),
        channel: naming::channel_name(&channels, one.order.channel),
        product: one.item.product.get(),
        sku: one.item.sku.clone(),
        quantity: one.item.quantity.units(),
        state: one.state,
        is_refund: one.kind == CancellationType::Refund,
        is_confirmed: one.is_confirmed,
        reason: one.reason.clone(),
        description: one.description.clone(),
        since: one.since,
        fault: returned.faults.get(&one.id).cloned().unwrap_or_default(),
    };
    let rows: Vec<RequestRow> = waiting.requests.iter().map(row).collect();
    let page = Cancellations {
        frame: visit.frame(Entry::Orders).await?,
        total: cancellations::count(app, &requester).await?,
        counted_max: COUNTED_MAX,
        pager: Pager {
            from: 0,
            shown: rows.len() as i64,
            total: None,
            previous: (after > 0).then(|| link::cancellations().to_owned()),
            next: waiting.next.map(|after| link::cancellations_after(&after.to_string())),
        },
        rows,
        chosen: returned.chosen,
        preview: returned.preview,
        errors: returned.errors,
    };
    visit.show_with(status, &page, Cancellations::as_rows)
}

/// `POST /cancellations`: answers requests; with `act=look`, shows what granting them would bring back on sale.
pub(super) async fn answer(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    let (app, requester) = (&visit.app, visit.requester());
    let mut chosen: Vec<i64> = visit.form.all("request").filter_map(|request| request.parse().ok()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    if chosen.is_empty() || chosen.len() > TOGETHER_MAX {
        let fault = ServiceError::field("request", format!("Tick 1 to {TOGETHER_MAX} requests."));
        return not_done(&visit, chosen, fault).await;
    }
    let decision = match visit.form.text("act") {
        "approve" => Decision::Approve,
        "reject" => Decision::Reject,
        "look" => {
            return match cancellations::preview(app, &requester, &chosen).await {
                Ok(changed) => {
                    let preview = Some(come_back(&visit, changed).await?);
                    page(&visit, StatusCode::OK, Returned { chosen, preview, ..Returned::default() }).await
                }
                Err(fault) => not_done(&visit, chosen, fault).await,
            };
        }
        _ => return Err(Fault::bad_request("An answer approves or rejects.")),
    };
    let mut faults = HashMap::new();
    for request in &chosen {
        if let Err(fault) = cancellations::answer(app, &requester, (*request, decision)).await {
            let told = fault::in_form(fault)?;
            faults.insert(*request, told.sentence);
        }
    }
    if faults.is_empty() {
        let answered = chosen.len() as i64;
        let done = match decision {
            Decision::Approve => Done::Approved(answered),
            Decision::Reject => Done::Rejected(answered),
        };
        visit.keep(&done).await?;
        return Ok(visit.done(link::cancellations()));
    }
    let left = visit.lang().await.map(onhand_web::Texts::new)?.requests_left(faults.len());
    let errors = FieldErrors(vec![(String::new(), left)]);
    chosen.retain(|request| faults.contains_key(request));
    page(&visit, NOT_DONE, Returned { chosen, errors, faults, ..Returned::default() }).await
}

/// The page with the form again.
async fn not_done(visit: &Visit, chosen: Vec<i64>, fault: ServiceError) -> Result<ScreenAnswer, Fault> {
    let told = fault::in_form(fault)?;
    page(visit, told.status, Returned { chosen, errors: told.errors, ..Returned::default() }).await
}
