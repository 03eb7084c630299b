//! With whom orders were sent, as channels say it. Must not know parcels.

use super::orders;
use crate::resource::{Colocation, Column, Table};

/// A consignment of an order: the same carrier and number again is the same one.
pub static SHIPPING_INFOS: Table = Table::new(
    "order_shipping_info",
    &[
        Column::id("order_id", &orders::KNOWN),
        Column::maybe("channel_id"),
        Column::text("order_number"),
        Column::text("shipping_company"),
        Column::text("tracking_number"),
        Column::int("is_send", 0),
        Column::object("extra_field"),
    ],
)
.distributed(Colocation::With("order_id"))
.natural(&["order_id", "shipping_company", "tracking_number"])
.counted_by(&["channel_id"]);
