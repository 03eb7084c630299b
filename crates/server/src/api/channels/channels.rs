//! Sales channels (contract 9.2): what they sell, what they are told, and what to do when an order does not fit.

use onhand_core::{CART_SECONDS_MIN, Oversell, QUANTITY_MAX};
use onhand_store::tables::categories::TREES_OF_CHANNEL;
use onhand_store::tables::channels::CHANNELS;

use super::failed_integrations::{INTERVAL_SECONDS_MAX, RETRIES_MAX};
use crate::auth::{Permission, Role};
use crate::resource::{Draft, OwnerScope, Resource, Secrets, Taken, Unique, judge};
use crate::services::carts::CART_SECONDS_MAX;
use crate::wire::error::Error;
use crate::wire::field::Field;
use crate::wire::filter::{Filter, Kind};
use crate::wire::response_schema::response_schema;

const FIGURES: &[&str] = &["available", "raw"];

/// What a channel's own account may change of it (contract C11).
const OWN_FIELDS: [&str; 2] = ["category_tree_id", "schema"];

/// Sales channels.
pub static CHANNEL: Resource = Resource {
    unique: &[Unique { index: "channel_name", taken: Taken::Field("name") }],
    own: Some(OwnerScope::Column("id")),
    points: &[("category_tree", OwnerScope::Among(TREES_OF_CHANNEL))],
    secrets: Some(Secrets { columns: &["conf"], seen_with: Permission::SetUpChannel }),
    rule: Some(|_, draft| judge(may_change(&draft))),
    ..Resource::new(
        &CHANNELS,
        ("channels", "channels/{id}"),
        "channel",
        &[
            Field::text("name", 64, "Unique name.").required(),
            Field::text("channel_type", 64, "What kind of channel it is. Default sales_channel."),
            Field::pk("catalog", "What it sells.").nullable(),
            Field::object(
                "conf",
                "Settings that the channel's program reads. Secrets in it (by their keys: password, token, api_key and the \
                 like) are shown as ******** to all but administrators and the channel's own account; sent back so, they stay.",
            ),
            Field::pk("category_tree", "Its category tree.").nullable(),
            Field::bool("is_active", "Whether the channel takes part. Default true."),
            Field::object("schema", "The description of conf, from the channel's program.").nullable(),
            Field::choice(
                "oversell",
                Oversell::WORDS,
                "What happens to an order that does not fit: accept (default; the marketplace has sold it) or refuse.",
            ),
            Field::int(
                "oversell_quantity_max",
                0,
                QUANTITY_MAX,
                "How many units more than there are a line of an accepted order may take. Default 1,000.",
            ),
            Field::int(
                "max_retry_count",
                1,
                RETRIES_MAX,
                "How often a version of an object is tried that the channel cannot take. Default 5.",
            ),
            Field::int("retry_interval", 0, INTERVAL_SECONDS_MAX, "Seconds between two of those tries. Default 300."),
            Field::choice(
                "stock_figure",
                FIGURES,
                "The level of a stock that it receives: available (default; what can be sold) or raw (what was written; 0 while it is off sale).",
            ),
            Field::int(
                "reservations_max",
                0,
                QUANTITY_MAX,
                "How many reservations of carts may be open at once. Default 10,000.",
            ),
            Field::int(
                "reservation_units_max",
                0,
                QUANTITY_MAX,
                "Of how many units one reservation of a cart may be. Default 1,000.",
            ),
            Field::int(
                "reservation_seconds_max",
                CART_SECONDS_MIN,
                CART_SECONDS_MAX,
                "For how many seconds a cart may reserve units. Default 604,800, a week.",
            ),
        ],
        &response_schema!(resource "Channel" {
            name: Text,
            channel_type: Text,
            catalog: IntOrNull,
            conf: Object,
            category_tree: IntOrNull,
            is_active: Bool,
            schema: ObjectOrNull,
            oversell: Text,
            oversell_quantity_max: Int,
            max_retry_count: Int,
            retry_interval: Int,
            stock_figure: Text,
            reservations_max: Int,
            reservation_units_max: Int,
            reservation_seconds_max: Int,
        }),
        &[
            Filter::new("pk", "id", Kind::Int),
            Filter::new("id", "id", Kind::Int),
            Filter::new("name", "name", Kind::Text),
            Filter::new("channel_type", "channel_type", Kind::Text),
            Filter::new("catalog", "COALESCE(catalog_id, 0)", Kind::Int),
            Filter::new("is_active", "is_active", Kind::Bool),
            Filter::new("created_date", "created_at", Kind::Time),
            Filter::new("modified_date", "modified_at", Kind::Time),
        ],
    )
};

/// A channel's own account sets up its categories and says what its settings are; the rest is the administrator's.
fn may_change(draft: &Draft<'_>) -> Result<(), Error> {
    let Some(before) = draft.before.filter(|_| draft.role == Role::Channel) else { return Ok(()) };
    let mut allowed = before.clone();
    OWN_FIELDS.iter().for_each(|column| allowed.set(column, draft.record.value(column).clone()));
    if allowed.same_content_as(draft.record) { Ok(()) } else { Err(Error::forbidden()) }
}
