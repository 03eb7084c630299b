//! One order: its lines with their reservations, and what happened. Must not know how a form of it is done.

use std::sync::Arc;

use axum::http::StatusCode;
use onhand_core::fulfilment::PackageState;
use onhand_core::{ERP, OrderId, OrderItem, ReservationState};
use onhand_web::form::FieldErrors;
use onhand_web::frame::Entry;
use onhand_web::screens::order::{ComesBack, Order, OrderEvent, OrderLine, OrderWhat, PackageLine, ReleaseForm};
use serde_json::Value;

use super::answer::ScreenAnswer;
use super::fault::Fault;
use super::visit::Visit;
use super::{live_topics, naming};
use crate::auth::Permission;
use crate::services::orders::detail::{self, OrderDetail};
use crate::services::stock_tables;

/// What a form on the page brings back to it.
#[derive(Default)]
pub(super) struct Returned {
    /// The lines that are chosen for a cancellation, and the reason.
    pub(super) chosen: (Vec<i64>, Option<i64>),
    /// What cancelling them would bring back on sale.
    pub(super) preview: Vec<ComesBack>,
    /// The release that is entered.
    pub(super) release: Option<ReleaseForm>,
    /// What is wrong with the cancellation.
    pub(super) errors: FieldErrors,
}

/// `GET /orders/{id}`.
pub(super) async fn show(visit: Arc<Visit>) -> Result<ScreenAnswer, Fault> {
    answer(&visit, StatusCode::OK, Returned::default()).await
}

/// The page, with what a form brings back to it.
pub(super) async fn answer(visit: &Visit, status: StatusCode, returned: Returned) -> Result<ScreenAnswer, Fault> {
    let id = OrderId::new(visit.id(0)?);
    let mut detail = detail::detail(&visit.app, &visit.requester(), id).await?;
    // The API tells a channel neither of locations and packages nor of lists that are not its own.
    if !visit.may(Permission::ReadFulfilment) {
        (detail.packages, detail.packed) = (Vec::new(), Vec::new());
    }
    if visit.caller.channel.is_some() {
        let own = stock_tables::lists(&visit.app, &visit.requester()).await?;
        detail.lists.retain(|list, _| own.iter().any(|one| one.id.get() == *list));
    }
    let channels = match visit.caller.channel {
        Some(_) => Vec::new(),
        None => naming::channels(visit).await?,
    };
    let order = &detail.order;
    let lines: Vec<OrderLine> = detail.items.iter().map(|item| line(&detail, item)).collect();
    let asked = visit.query.number("release");
    let release = returned.release.or_else(|| {
        let line = lines.iter().find(|line| Some(line.id) == asked && line.can_release)?;
        let (code, registered_at, errors) = (String::new(), String::new(), FieldErrors::default());
        Some(ReleaseForm { line: line.id, quantity: line.quantity, code, registered_at, errors })
    });
    let mut chosen = returned.chosen;
    let asked = visit.query.number("cancel");
    chosen.0.extend(lines.iter().filter(|line| Some(line.id) == asked && line.can_cancel).map(|line| line.id));
    let reasons = detail.reasons.iter().filter(|reason| reason.is_active);
    let is_located = detail.items.iter().any(|item| item.location.is_some());
    let page = Order {
        frame: visit.live_frame(Entry::Orders).await?,
        order: order.id.get(),
        state: live_topics::order_state(order, &detail.items, &detail.reservations),
        number: order.number.clone(),
        channel: naming::channel_name(&channels, order.channel),
        placed: order.date_placed,
        placed_by: String::new(),
        status: order.status,
        is_taken: order.is_send,
        is_sourced: is_located && visit.may(Permission::WriteFulfilment),
        packages: packages(&detail),
        lines,
        reasons: reasons.map(|reason| (reason.id, reason.name.clone())).collect(),
        chosen,
        preview: returned.preview,
        release,
        errors: returned.errors,
        events: events(&detail),
        raw: String::new(),
    };
    visit.show_with(status, &page, Order::as_rows)
}

fn line(detail: &OrderDetail, item: &OrderItem) -> OrderLine {
    let reservation = detail.reservations.get(&item.id);
    let state = reservation.map_or(ReservationState::Cancelled, |reservation| reservation.state);
    let code = detail.codes.iter().find(|code| code.item == item.id && code.integration_type == ERP);
    let packed = detail.packed.iter().rev().find(|packed| packed.item == item.id && !packed.is_done);
    let package = packed.and_then(|packed| detail.packages.iter().find(|package| package.id == packed.package));
    let about: Value = serde_json::from_str(&item.details).unwrap_or_default();
    let reason = about["cancellation_reason"].as_i64();
    let reason = reason.and_then(|id| detail.reasons.iter().find(|reason| reason.id == id));
    let is_reserved = matches!(state, ReservationState::Open | ReservationState::Reported | ReservationState::Settled);
    let list = item.reserved_list.get();
    let name = detail.products.get(&item.product).filter(|name| **name != item.sku);
    let currency = about["price_currency"].as_str().unwrap_or(&detail.order.currency).to_uppercase();
    OrderLine {
        id: item.id.get(),
        product: item.product.get(),
        sku: item.sku.clone(),
        name: name.cloned().unwrap_or_default(),
        list: detail.lists.get(&list).filter(|_| is_reserved).map(|name| (list, name.clone())),
        // Of a line that has moved since, it would say why it is not there any more.
        sourced: item.sourced.filter(|_| item.reserved_list == item.list),
        outgoing: item.outgoing.as_ref().map(|line| {
            let error = line.error.as_ref().map_or_else(String::new, |error| error.text.clone());
            (line.state, error)
        }),
        quantity: item.quantity.units(),
        state,
        since: match state {
            ReservationState::Open => Some(item.created_at),
            ReservationState::Reported | ReservationState::Settled => reservation.and_then(|one| one.registered_at),
            ReservationState::Cancelled | ReservationState::Short => None,
        },
        is_oversold: item.oversold,
        code: code.map_or_else(String::new, |code| code.code.clone()),
        price: item.price.as_ref().map_or_else(String::new, |price| format!("{price} {currency}").trim().to_owned()),
        package: package.map_or_else(String::new, |package| package.number.clone()),
        cancelled: reason.map(|reason| (reason.name.clone(), 0)).filter(|_| state == ReservationState::Cancelled),
        request: detail.requests.get(&item.id).cloned().unwrap_or_default(),
        can_release: state == ReservationState::Open && code.is_none(),
        can_cancel: state != ReservationState::Cancelled && !item.status.is_shipped(),
    }
}

fn packages(detail: &OrderDetail) -> Vec<PackageLine> {
    let package = |package: &onhand_core::fulfilment::Package| PackageLine {
        number: package.number.clone(),
        location: detail.locations.get(&package.location.get()).cloned().unwrap_or_default(),
        state: package.state.name().to_owned(),
    };
    detail.packages.iter().map(package).collect()
}

/// What has happened, as far as rows say when. What is not in one of them is not told.
fn events(detail: &OrderDetail) -> Vec<OrderEvent> {
    let units = detail.items.iter().map(|item| item.quantity.units()).sum();
    let event = |at, what| OrderEvent { at, what, by: String::new() };
    let mut events = vec![event(detail.order.created_at, OrderWhat::Placed(units))];
    let erp = detail.codes.iter().filter(|code| code.integration_type == ERP);
    events.extend(erp.map(|code| event(code.created_at, OrderWhat::Released(code.code.clone()))));
    for package in &detail.packages {
        events.push(event(package.created_at, OrderWhat::Packed(package.number.clone())));
        if package.state == PackageState::Shipped {
            events.push(event(package.modified_at, OrderWhat::Shipped(package.number.clone())));
        }
    }
    events.sort_by_key(|event| event.at);
    events
}
