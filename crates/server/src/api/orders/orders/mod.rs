//! Orders (contract 7): listing, following, marking as taken; below it, how they come about and how they end.

mod cancel;
mod channel_orders;
mod create;
pub(super) mod outgoing;

use axum::http::StatusCode;
use onhand_core::commands::EditOrder;
use onhand_core::{ChannelId, Command, Order, OrderId, OrderItem, Outcome};

pub use self::cancel::{CANCEL, cancel};
pub use self::channel_orders::{SOLD, create_sold};
pub(super) use self::create::{
    CARRIED, CLICK_AND_COLLECT, LATITUDE, LINE_CARRIED, LONGITUDE, details, empty, half_a_point, line, lines, names,
    not_cancelled, refuse,
};
pub use self::create::{FIELDS, create};

use super::order_items::{ITEM, write_item};
use crate::http::context::RequestContext;
use crate::http::error_mapping;
use crate::services::orders;
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, NOTHING, Object};
use crate::wire::response_schema::{PropertyType, ResponseSchema, property};

/// The body of an edit: nothing else can be changed here (contract 7.1).
pub const EDIT: &[Field] = &[Field::bool("is_send", "Whether the ERP has taken the order. Releases nothing.")];

/// An order with its lines.
pub const VIEW: ResponseSchema = ResponseSchema {
    name: "Order",
    properties: &[
        property("pk", PropertyType::Int),
        property("id", PropertyType::Int),
        property("number", PropertyType::Text),
        property("channel", PropertyType::IntOrNull),
        property("status", PropertyType::Text),
        property("is_send", PropertyType::Bool),
        property("currency", PropertyType::Text),
        property("date_placed", PropertyType::Time),
        property("extra_field", PropertyType::Object),
        property("created_date", PropertyType::Time),
        property("modified_date", PropertyType::Time),
        property("order_items", PropertyType::List(&ITEM)),
    ],
    open: true,
};

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("number", "number", Kind::OrderedText),
    Filter::new("channel", "channel_id", Kind::Int),
    Filter::new("status", "status", Kind::Status),
    Filter::new("is_send", "is_send", Kind::Bool),
    Filter::new("date_placed", "date_placed", Kind::Time),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
];

/// Of the fields that no rule reads, those that every answer has: clients look at them without asking.
const ALWAYS: &[&str] = &["cargo_company"];

/// Writes an order with its lines.
pub(crate) fn write(out: &mut String, order: &Order, items: &[OrderItem]) {
    Object::open(out)
        .int("pk", order.id.get())
        .int("id", order.id.get())
        .text("number", &order.number)
        .int_or_null("channel", order.channel.map(ChannelId::get))
        .text("status", &order.status.code().to_string())
        .bool("is_send", order.is_send)
        .text("currency", &order.currency)
        .time("date_placed", order.date_placed)
        .raw("extra_field", &order.extra_field)
        .time("created_date", order.created_at)
        .time("modified_date", order.modified_at)
        .list("order_items", items, write_item)
        .merge_with(&order.details, ALWAYS)
        .close();
}

fn reply_with(status: StatusCode, order: &Order, items: &[OrderItem]) -> ApiResponse {
    let mut body = String::with_capacity(1_024);
    write(&mut body, order, items);
    ApiResponse::text(status, body)
}

fn answer(status: StatusCode) -> impl Fn(&Outcome) -> ApiResponse + Send + Sync + Clone + 'static {
    move |outcome| match outcome {
        Outcome::OrderPlaced(order, items)
        | Outcome::ItemsCancelled(order, items)
        | Outcome::OrderEdited(order, items) => reply_with(status, order, items),
        _ => ApiResponse::text(status, NOTHING),
    }
}

/// `GET orders/`. A channel sees its own orders only.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let query = call.listing(FILTERS)?;
    let (page, items) = orders::page(&call.app, &call.requester(), query.listing.clone()).await?;
    // Lines come order by order, in the order of the orders.
    call.page(&query, &page, |out, order| {
        let start = items.iter().position(|item| item.order == order.id).unwrap_or(0);
        let count = items[start..].iter().take_while(|item| item.order == order.id).count();
        write(out, order, &items[start..start + count]);
    })
}

/// `GET orders/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let (order, items) = orders::by_id(&call.app, &call.requester(), OrderId::new(call.id()?)).await?;
    Ok(reply_with(StatusCode::OK, &order, &items))
}

/// `GET order_number/{number}/`: the order with this number; the oldest, where several channels have it.
pub async fn by_number(call: RequestContext) -> Result<ApiResponse, Error> {
    let number = call.parameter(0).to_owned();
    let (order, items) = orders::by_number(&call.app, &call.requester(), number).await?;
    Ok(reply_with(StatusCode::OK, &order, &items))
}

/// `PATCH orders/{id}/`.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    let order = OrderId::new(call.id()?);
    let form = call.form(EDIT, Mode::Partial).await?;
    let command = Command::EditOrder(EditOrder { order, is_send: form.bool("is_send") });
    call.submit(command, answer(StatusCode::OK), error_mapping::error).await
}
