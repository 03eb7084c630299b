//! Mappings: remote systems' codes for order lines, and the release of a line's reservation with one (contract 6.3).

use axum::http::StatusCode;
use onhand_core::commands::ReleaseItem;
use onhand_core::{Command, ERP, Mapping, OrderItemId, Outcome};
use onhand_store::Value;
use onhand_store::query::{Condition, Op};
use onhand_store::tables::mappings;

use crate::api::directory::content_types;
use crate::http::context::RequestContext;
use crate::http::error_mapping;
use crate::services::orders;
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind, Query};
use crate::wire::form::Mode;
use crate::wire::json::{ApiResponse, Object};
use crate::wire::response_schema::{ResponseSchema, response_schema};
use crate::zone::Twice;

/// The body of a release (contract 6.3).
pub const RELEASE: &[Field] = &[
    Field::text("code", 255, "The line's unique id in the ERP.").required().exact(),
    Field::bool("update_stock", "Whether the reservation is released. Default true for the ERP, false for others."),
    Field::text("integration_type", 64, "The kind of remote system. Default external_company: the ERP."),
    Field::time(
        "registered_at",
        "When the ERP registered the line; arrival when absent. Without an offset: in the list's time_zone.",
    ),
];

/// A mapping, exactly as the vendor prints it (contract 6.3).
pub const VIEW: ResponseSchema = response_schema!("IntegrationMapping" {
    pk: Int,
    content_type: Int,
    object_id: Int,
    integration_type: Text,
    code: Text,
});

/// The filters of the list.
pub const FILTERS: &[Filter] = &[
    Filter::new("pk", "id", Kind::Int),
    Filter::new("object_id", "item_id", Kind::Int),
    Filter::new("integration_type", "integration_type", Kind::Text),
    Filter::new("code", "code", Kind::Text),
];

/// Writes a mapping.
pub(super) fn write(out: &mut String, mapping: &Mapping) {
    Object::open(out)
        .int("pk", mapping.id.get())
        .int("content_type", content_types::ORDER_ITEM)
        .int("object_id", mapping.item.get())
        .text("integration_type", &mapping.integration_type)
        .text("code", &mapping.code)
        .close();
}

/// `GET integration_mappings/`. A channel sees those of its own orders' lines only.
pub async fn list(call: RequestContext) -> Result<ApiResponse, Error> {
    let mut query = call.listing(FILTERS)?;
    call.narrow(&mut query, mappings::CHANNEL);
    answer(&call, query).await
}

/// `GET order_items/{id}/create_mapping/`: the mappings of one line.
pub async fn of_item(call: RequestContext) -> Result<ApiResponse, Error> {
    let mut query = call.listing(FILTERS)?;
    let item = orders::item(&call.app, &call.requester(), OrderItemId::new(call.id()?)).await?.id;
    query.listing.conditions.push(Condition { column: "item_id", op: Op::Eq, values: vec![Value::Int(item.get())] });
    answer(&call, query).await
}

/// `POST order_items/{id}/create_mapping/`: stores the ERP's code and releases the reservation (contract 6.3).
pub async fn release(call: RequestContext) -> Result<ApiResponse, Error> {
    let item = OrderItemId::new(call.id()?);
    let form = call.form(RELEASE, Mode::Whole).await?;
    let zone = match form.has_local_time("registered_at") {
        true => call.app.zone(orders::item(&call.app, &call.requester(), item).await?.reserved_list).await?,
        false => None,
    };
    // Of two moments the later: a line that is taken for registered before a level that it came after would be sold
    // again.
    let zone = (zone.as_ref(), Twice::Later);
    let registered_at = form.past_time("registered_at", zone, call.app.clock.now()).map_err(Error::Fields)?;
    let integration_type = form.string("integration_type").unwrap_or_else(|| ERP.to_owned());
    let is_erp = integration_type == ERP;
    if !is_erp && form.bool("update_stock") == Some(true) {
        let text = format!("Only the ERP, {ERP}, releases a reservation: send false, or leave it out.");
        return Err(Error::field("update_stock", text));
    }
    let command = ReleaseItem {
        item,
        code: form.string("code").unwrap_or_default(),
        integration_type,
        update_stock: form.bool("update_stock").unwrap_or(is_erp),
        registered_at,
    };
    let answer = |outcome: &Outcome| {
        let mut body = String::new();
        if let Outcome::ItemReleased(mapping) = outcome {
            write(&mut body, mapping);
        }
        ApiResponse::text(StatusCode::CREATED, body)
    };
    call.submit(Command::ReleaseItem(command), answer, error_mapping::error).await
}

async fn answer(call: &RequestContext, query: Query) -> Result<ApiResponse, Error> {
    let listing = query.listing.clone();
    let page = call.app.store.read("mappings.page", async move |tx| mappings::page(tx, &listing).await).await?;
    call.page(&query, &page, write)
}
