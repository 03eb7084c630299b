//! Cancellation reasons and requests. Must not know what granting a request does to stock.

use onhand_core::channel_sync::ObjectKind;

use super::order_items;
use crate::resource::{Colocation, Column, Publish, Table};
use crate::sql::{statements, values};
use crate::{Error, Tx};

statements! {
    COUNT = "cancellation_requests.count",
        "SELECT COUNT(*) FROM (SELECT id FROM cancellation_request WHERE status = ?1 LIMIT ?2) AS few";
}

/// Why something is cancelled.
pub static REASONS: Table = Table::new(
    "cancellation_reason",
    &[
        Column::text("name"),
        Column::word("cancellation_type", "cancel"),
        Column::int("is_active", 1),
        Column::object("extra_field"),
    ],
);

/// A channel or a person asks for a line to be cancelled, or for its money back. A remote id is given once per line;
/// without one, every request is another.
pub static REQUESTS: Table = Table::new(
    "cancellation_request",
    &[
        Column::id("order_item_id", &order_items::KNOWN),
        Column::int("order_id", 0),
        Column::maybe("channel_id"),
        Column::maybe("reason_id"),
        Column::maybe("remote_id"),
        Column::text("description"),
        Column::word("cancellation_type", "cancel"),
        Column::word("status", "waiting_approval"),
        Column::object("extra_field"),
    ],
)
.distributed(Colocation::With("order_item_id"))
.natural(&["order_item_id", "remote_id"])
.counted_by(&["channel_id"])
.publishes(&[Publish::Object {
    kind: ObjectKind::CancellationRequest,
    object: None,
    scope: Some("channel_id"),
    only_made_or_removed: false,
}]);

/// How many requests are in a state, counted up to so many.
pub async fn count(tx: &mut Tx<'_>, status: &str, most: i64) -> Result<i64, Error> {
    Ok(tx.first(&COUNT, &values![status, most], |row| row.get(0)).await?.unwrap_or(0))
}
