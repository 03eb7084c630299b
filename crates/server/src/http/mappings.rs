//! Mappings: remote systems' codes for order lines (seed 001, "Integration Mapping").

use onhand_core::{Mapping, OrderItemId};
use onhand_store::Value;
use onhand_store::filter::{Condition, Op};
use onhand_store::mappings;

use super::call::Call;
use super::{content_types, order_items};
use crate::wire::error::Error;
use crate::wire::filter::{Filter, Kind, Query};
use crate::wire::json::{Object, Reply};
use crate::wire::view::{Shape, View, property};

/// A mapping, exactly as seed 001 prints it.
pub const VIEW: View = View {
    name: "IntegrationMapping",
    properties: &[
        property("pk", Shape::Int),
        property("content_type", Shape::Int),
        property("object_id", Shape::Int),
        property("integration_type", Shape::Text),
        property("code", Shape::Text),
    ],
    open: false,
};

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

/// `GET integration_mappings/`.
pub async fn list(call: Call) -> Result<Reply, Error> {
    let query = call.listing(FILTERS)?;
    answer(&call, query).await
}

/// `GET order_items/{id}/create_mapping/`: the mappings of one line.
pub async fn of_item(call: Call) -> Result<Reply, Error> {
    let mut query = call.listing(FILTERS)?;
    let item = order_items::visible(&call, OrderItemId::new(call.id()?)).await?.id;
    query.listing.conditions.push(Condition { column: "item_id", op: Op::Eq, values: vec![Value::Int(item.get())] });
    answer(&call, query).await
}

async fn answer(call: &Call, query: Query) -> Result<Reply, Error> {
    let listing = query.listing.clone();
    let page = call.app.store.read("mappings.page", async move |tx| mappings::page(tx, &listing).await).await?;
    call.page(&query, &page, write)
}
