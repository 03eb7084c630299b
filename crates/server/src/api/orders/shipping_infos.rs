//! With whom orders were sent (contract C8.3). Must not know parcels.

use onhand_core::{ChannelId, OrderId};
use onhand_store::tables::orders;
use onhand_store::tables::shipping_infos::SHIPPING_INFOS;
use onhand_store::{Error as StoreError, Tx};

use crate::resource::{Draft, OwnerScope, Resource, Taken, Unique, fill_blanks};
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::form::unknown_pk;
use crate::wire::response_schema::response_schema;

/// Consignments of orders.
pub static SHIPPING_INFO: Resource = Resource {
    unique: &[Unique { index: "order_shipping_info_order_id", taken: Taken::Field("tracking_number") }],
    fixed: &["order"],
    own: Some(OwnerScope::Column("channel_id")),
    upserts: true,
    rule: Some(|tx, draft| Box::pin(rule(tx, draft))),
    ..Resource::new(
        &SHIPPING_INFOS,
        ("order_shipping_infos", "order_shipping_infos/{id}"),
        "order shipping info",
        &[
            Field::pk("order", "The order. It stays.").required(),
            Field::blank("order_number", 128, "The channel's number of the order. Default: the order's.").nullable(),
            Field::blank("shipping_company", 255, "Who carries it, as the channel names them.").nullable(),
            Field::blank("tracking_number", 256, "The carrier's number of it.").nullable(),
            Field::bool("is_send", "Whether it is on its way. Default false."),
            Field::object("extra_field", "Free data."),
        ],
        &response_schema!(resource "OrderShippingInfo" {
            order: Int,
            channel: IntOrNull,
            order_number: Text,
            shipping_company: Text,
            tracking_number: Text,
            is_send: Bool,
            extra_field: Object,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("order", "order_id", Kind::Int),
            Filter::new("channel", "COALESCE(channel_id, 0)", Kind::Int),
            Filter::new("order_number", "order_number", Kind::Text),
            Filter::new("tracking_number", "tracking_number", Kind::Text),
            Filter::new("is_send", "is_send", Kind::Bool),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// It is of an order of its channel, and has that one's number unless it says another.
async fn rule(tx: &mut Tx<'_>, draft: Draft<'_>) -> Result<Result<(), Error>, StoreError> {
    let Draft { record, channel, .. } = draft;
    fill_blanks(record, &["order_number", "shipping_company", "tracking_number"]);
    let id = OrderId::new(record.int("order_id").unwrap_or_default());
    let Some(order) = orders::by_id(tx, id).await? else { return Ok(Ok(())) };
    if channel.is_some() && order.channel != channel {
        return Ok(Err(Error::field("order", unknown_pk(id.get()))));
    }
    record.set("channel_id", order.channel.map(ChannelId::get));
    if record.text("order_number") == Some("") {
        record.set("order_number", order.number);
    }
    Ok(Ok(()))
}
