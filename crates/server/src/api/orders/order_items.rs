//! Order lines (contract 7).

use onhand_core::commands::{EditItem, ItemEdit};
use onhand_core::fulfilment::list_sourcing::SourcedFrom;
use onhand_core::{OrderItem, OrderItemId, Outcome, OutgoingState, StockLocationId};
use onhand_store::tables::{order_items, outgoing_lines};
use serde_json::{Map, Value};

use crate::http::context::{self, RequestContext};
use crate::http::error_mapping;
use crate::services::orders::{self, merging};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::{Form, Mode};
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{PropertyType, ResponseSchema, property};

/// The body of an edit (contract 7.1).
pub const EDIT: &[Field] = &[
    Field::status("status", "100 cancels the line and ends its reservation."),
    Field::object("extra_field", "Merged: absent keys are kept."),
    Field::object("attributes", "Replaced."),
    Field::any("attributes_kwargs", "Replaced."),
    Field::any("cancel_status", "Carried through."),
    Field::any("order_number", "Carried through: the channel's number of the line's order."),
    Field::any("invoice_number", "Carried through."),
    Field::any("invoice_date", "Carried through."),
    Field::any("e_archive_url", "Carried through."),
    Field::any("tracking_number", "Carried through."),
    Field::any("shipping_company", "Carried through."),
    Field::any("carrier_shipping_code", "Carried through."),
    Field::any("delivered_date", "Carried through."),
    Field::any("estimated_delivery_date", "Carried through."),
];

/// Fields of an edit that no rule reads.
const DETAILS: &[&str] = &[
    "attributes_kwargs",
    "cancel_status",
    "order_number",
    "invoice_number",
    "invoice_date",
    "e_archive_url",
    "tracking_number",
    "shipping_company",
    "carrier_shipping_code",
    "delivered_date",
    "estimated_delivery_date",
];

/// An order line.
pub const ITEM: ResponseSchema = ResponseSchema {
    name: "OrderItem",
    properties: &[
        property("pk", PropertyType::Int),
        property("id", PropertyType::Int),
        property("order", PropertyType::Int),
        property("product", PropertyType::Int),
        property("product_sku", PropertyType::Text),
        property("stock_list", PropertyType::Int),
        property("stock_location", PropertyType::IntOrNull),
        property("original_stock_list", PropertyType::Int),
        property("original_stock", PropertyType::Int),
        property("sourcing", PropertyType::ObjectOrNull),
        property("quantity", PropertyType::Int),
        property("status", PropertyType::Text),
        property("price", PropertyType::TextOrNull),
        property("oversold", PropertyType::Bool),
        property("split_from", PropertyType::IntOrNull),
        property("extra_field", PropertyType::Object),
        property("attributes", PropertyType::Object),
        property("created_date", PropertyType::Time),
        property("modified_date", PropertyType::Time),
        property("datasource", PropertyType::IntOrNull),
        property("datasource_state", PropertyType::TextOrNull),
        property("datasource_error", PropertyType::TextOrNull),
        property("datasource_sku", PropertyType::TextOrNull),
    ],
    open: true,
};

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("id", "id", Kind::Int),
    Filter::new("order", "order_id", Kind::Int),
    Filter::new("product", "product_id", Kind::Int),
    Filter::new("product_sku", "sku", Kind::Text),
    Filter::new("stock_list", order_items::RESERVED_LIST, Kind::Int),
    Filter::new("stock_location", order_items::LOCATION, Kind::Int),
    Filter::new("original_stock_list", "stock_list_id", Kind::Int),
    Filter::new("status", "status", Kind::Status),
    Filter::new("oversold", "oversold", Kind::Bool),
    Filter::new("created_date", "created_at", Kind::Time),
    Filter::new("modified_date", "modified_at", Kind::Time),
    Filter::only("datasource_state", outgoing_lines::IN_STATE, Kind::LinkedWord(OutgoingState::WORDS)),
];

/// Of the fields that no rule reads, those that every answer has: clients compare them without asking.
const ALWAYS: &[&str] = &["order_number", "invoice_number", "invoice_date", "tracking_number"];

/// Writes an order line.
pub(crate) fn write_item(out: &mut String, item: &OrderItem) {
    let outgoing = item.outgoing.as_deref();
    Object::open(out)
        .int("pk", item.id.get())
        .int("id", item.id.get())
        .int("order", item.order.get())
        .int("product", item.product.get())
        .text("product_sku", &item.sku)
        .int("stock_list", item.reserved_list.get())
        .int_or_null("stock_location", item.location.map(StockLocationId::get))
        .int("original_stock_list", item.list.get())
        .int("original_stock", item.stock.get())
        .raw("sourcing", &item.sourced.map_or_else(|| "null".to_owned(), sourcing))
        .int("quantity", item.quantity.units())
        .text("status", &item.status.code().to_string())
        .text_or_null("price", item.price.as_deref())
        .bool("oversold", item.oversold)
        .int_or_null("split_from", item.split_from.map(OrderItemId::get))
        .raw("extra_field", &item.extra_field)
        .raw("attributes", &item.attributes)
        .time("created_date", item.created_at)
        .time("modified_date", item.modified_at)
        .int_or_null("datasource", outgoing.map(|line| line.source.get()))
        .text_or_null("datasource_state", outgoing.map(|line| line.state.word()))
        .text_or_null(
            "datasource_error",
            outgoing.and_then(|line| line.error.as_ref()).map(|error| error.text.as_str()),
        )
        .text_or_null("datasource_sku", outgoing.and_then(|line| line.sku.as_deref()))
        .merge_with(&item.details, ALWAYS)
        .close();
}

/// How the list of a line was chosen.
pub(super) fn sourcing(sourced: SourcedFrom) -> String {
    let mut out = String::new();
    Object::open(&mut out)
        .text("rule", sourced.rule.word())
        .text("reason", sourced.reason.word())
        .kilometres("distance", sourced.distance)
        .close();
    out
}

/// `GET order_items/`. A channel sees the lines of its own orders only.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let mut query = call.listing(FILTERS)?;
    call.narrow(&mut query, order_items::CHANNEL);
    let listing = query.listing.clone();
    let page = call.app.store.read("order_items.page", async move |tx| order_items::page(tx, &listing).await).await?;
    call.page(&query, &page, write_item)
}

/// `GET order_items/{id}/`.
pub async fn show(call: RequestContext) -> Result<ApiResponse, Error> {
    let id = OrderItemId::new(call.id()?);
    let item = orders::item(&call.app, &call.requester(), id).await?;
    Ok(ApiResponse::written(|out| write_item(out, &item)))
}

/// `PATCH order_items/{id}/`.
pub async fn update(call: RequestContext) -> Result<ApiResponse, Error> {
    let item = OrderItemId::new(call.id()?);
    let form = call.form(EDIT, Mode::Partial).await?;
    let edit = ItemEdit {
        status: form.status("status"),
        extra_field: form.string("extra_field").map(merging),
        attributes: form.string("attributes"),
        details: details(&form).map(merging),
    };
    let answer = |outcome: &Outcome| {
        ApiResponse::written(|out| {
            if let Outcome::ItemEdited(item) = outcome {
                write_item(out, item);
            }
        })
    };
    let edit = EditItem { item, edit };
    let submitted = orders::edit_item(&call.app, &call.requester(), edit, call.record(&answer)).await;
    context::reply(submitted, answer, error_mapping::error)
}

fn details(form: &Form) -> Option<String> {
    let given: Map<String, Value> = DETAILS
        .iter()
        .filter(|name| form.has(name))
        .map(|name| {
            let value = serde_json::from_str(&form.json(name)).unwrap_or_default();
            ((*name).to_owned(), value)
        })
        .collect();
    (!given.is_empty()).then(|| Value::Object(given).to_string())
}
